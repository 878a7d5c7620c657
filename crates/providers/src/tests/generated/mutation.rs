//! Answers as no provider should give them: each is made from a true one by a few accidents, all of
//! them decided by one number. The same number makes the same answers, on every machine.

use crate::Reply;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// A sequence of numbers that looks like chance (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            return 0;
        }
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

const STATUSES: [u16; 20] = [
    200, 200, 200, 200, 200, 200, 201, 202, 204, 303, 307, 400, 401, 402, 403, 404, 422, 429, 500,
    503,
];

const HEADERS: [(&str, &[u8]); 28] = [
    ("content-type", b"application/json"),
    ("content-type", b"text/event-stream; charset=utf-8"),
    ("content-type", b"TEXT/EVENT-STREAM"),
    ("content-type", b"audio/mpeg"),
    ("content-type", b"audio/L16;codec=pcm;rate=99999999999"),
    ("content-type", b"image/png"),
    ("content-type", b"video/mp4"),
    ("content-type", b"text/html"),
    ("content-type", b";;=,"),
    ("content-type", b"\xff\xfe"),
    ("retry-after", b"7"),
    ("retry-after", b"-1"),
    ("retry-after", b"1e9"),
    ("retry-after", b"99999999999999999999999"),
    ("retry-after", b"18446744073709551615"),
    ("retry-after", b"Wed, 21 Oct 2026 07:28:00 GMT"),
    ("retry-after-ms", b"18446744073709551615"),
    ("retry-after-ms", b"soon"),
    ("location", b"?__modal_function_call_id=fc-1"),
    ("location", b"https://example.org/elsewhere"),
    ("location", b"//[::1"),
    ("location", b"\xff"),
    ("location", b""),
    ("character-cost", b"-1"),
    ("character-cost", b"1e400"),
    ("character-cost", b"99999999999999999999"),
    ("request-id", b"\xff\xff"),
    ("x-generation-id", b""),
];

/// Numbers as no field expects them.
const NUMBERS: [&str; 10] = [
    "1e308",
    "1e999",
    "-0",
    "-1",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "0.0000000000000000000000001",
    "999999999999999999999999999999999999999999",
    "1E+2",
];

/// An answer made from one of `fixtures`.
pub fn reply(chance: &mut Chance, fixtures: &[&[u8]]) -> Reply {
    let mut body = chance.pick(fixtures).to_vec();
    for _ in 0..=chance.below(3) {
        body = changed(chance, body, fixtures);
    }
    let mut headers = HeaderMap::new();
    for _ in 0..chance.below(3) {
        let (name, value) = chance.pick(&HEADERS);
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_bytes(value).unwrap(),
        );
    }
    Reply {
        status: *chance.pick(&STATUSES),
        headers,
        body: body.into(),
    }
}

fn changed(chance: &mut Chance, mut body: Vec<u8>, fixtures: &[&[u8]]) -> Vec<u8> {
    match chance.below(12) {
        0 => body.truncate(chance.below(body.len() + 1)),
        1 => {
            for _ in 0..=chance.below(8) {
                if !body.is_empty() {
                    let at = chance.below(body.len());
                    body[at] ^= 1 << chance.below(8);
                }
            }
        }
        2..=5 => return retyped(chance, body),
        6 => return numbered(chance, &body),
        7 => return nested(chance, body),
        8 => return as_events(chance, &body),
        9 => return rearranged(chance, &body),
        10 => {
            let other = chance.pick(fixtures);
            body.truncate(chance.below(body.len() + 1));
            body.extend(&other[chance.below(other.len())..]);
        }
        _ => {
            let inserts: [&[u8]; 8] = [
                b"\xef\xbb\xbf",
                b"\0",
                b"\xff\xfe\xc3\x28",
                b"\\ud800",
                b"\r\n\r\n",
                b"data: [DONE]\n\n",
                b"event: error\ndata: {}\n\n",
                b": ping\n\n",
            ];
            let at = chance.below(body.len() + 1);
            let insert = chance.pick(&inserts);
            body.splice(at..at, insert.iter().copied());
        }
    }
    body
}

fn odd_value(chance: &mut Chance) -> Value {
    let texts = [
        "",
        "text",
        "\0",
        "200",
        "-1",
        "1e9",
        "NaN",
        "http://",
        "https://[::1",
        "data:,",
        "data:image/png;base64,!!!",
        "iVBORw0KGgo=",
        "success",
        "completed",
        "failed",
        "error",
        "[]",
        "{\"resultUrls\":[]}",
        "../../x",
        "STOP",
        "length",
        "error",
        "message_stop",
    ];
    match chance.below(12) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(1e300),
        3 => json!([]),
        4 => json!({}),
        5 => json!(true),
        6 => json!(u64::MAX),
        7 => json!(i64::MIN),
        8 => json!([[{ "text": [null] }], 7]),
        9 => json!("ü".repeat(chance.below(900))),
        _ => json!(chance.pick(&texts)),
    }
}

/// One value is of another type or gone, in the whole or within an event.
fn retyped(chance: &mut Chance, body: Vec<u8>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(&body) else {
        return body;
    };
    if let Ok(mut value) = serde_json::from_str::<Value>(text) {
        replace_one(chance, &mut value);
        return value.to_string().into_bytes();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let which = chance.below(lines.len());
    let mut out = Vec::with_capacity(body.len());
    for (index, line) in lines.iter().enumerate() {
        let data = line.strip_prefix("data: ").filter(|_| index >= which);
        match data.and_then(|data| serde_json::from_str::<Value>(data).ok()) {
            Some(mut value) if chance.below(2) == 0 => {
                replace_one(chance, &mut value);
                out.extend(format!("data: {value}\n").into_bytes());
            }
            _ => out.extend(format!("{line}\n").into_bytes()),
        }
    }
    out
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum::<usize>(),
        Value::Object(fields) => fields.values().map(size).sum::<usize>(),
        _ => 0,
    }
}

fn replace_one(chance: &mut Chance, value: &mut Value) {
    let mut at = chance.below(size(value));
    let other = odd_value(chance);
    super::super::replace(value, &mut at, &other);
}

/// Some digits are a number that no type holds.
fn numbered(chance: &mut Chance, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut in_number = false;
    for &byte in body {
        let digit = byte.is_ascii_digit();
        if digit && !in_number && chance.below(3) == 0 {
            out.extend(chance.pick(&NUMBERS).as_bytes());
            in_number = true;
        } else if !(digit && in_number) {
            in_number = false;
            out.push(byte);
        }
    }
    out
}

/// A value, or all of it, is deep within lists or objects.
fn nested(chance: &mut Chance, body: Vec<u8>) -> Vec<u8> {
    let depth = *chance.pick(&[3, 60, 126, 127, 128, 129, 400]);
    let (open, close) = *chance.pick(&[("[", "]"), ("{\"data\":", "}"), ("{\"error\":", "}")]);
    let inner = String::from_utf8_lossy(&body).into_owned();
    let closed = if chance.below(2) == 0 { close } else { "" };
    format!("{}{inner}{}", open.repeat(depth), closed.repeat(depth)).into_bytes()
}

/// The same as events, in one of the forms that events have.
fn as_events(chance: &mut Chance, body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let end = *chance.pick(&["\n", "\r\n", "\r"]);
    let name = *chance.pick(&[
        "",
        "message_start",
        "content_block_delta",
        "message_delta",
        "message_stop",
        "error",
        "speech.audio.delta",
        "response.completed",
    ]);
    let mut out = String::new();
    if chance.below(4) == 0 {
        out.push_str(": comment");
        out.push_str(end);
    }
    if !name.is_empty() {
        out.push_str(&format!("event:{name}{end}"));
    }
    for line in text.lines() {
        let field = *chance.pick(&["data: ", "data:", "data: "]);
        out.push_str(&format!("{field}{line}{end}"));
    }
    out.push_str(end);
    if chance.below(2) == 0 {
        out.push_str(&format!("data: [DONE]{end}{end}"));
    }
    out.into_bytes()
}

/// Events that come twice, in another order, or not at all.
fn rearranged(chance: &mut Chance, body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body).into_owned();
    let mut parts: Vec<&str> = text.split("\n\n").collect();
    match chance.below(3) {
        0 => {
            let at = chance.below(parts.len());
            parts.remove(at);
        }
        1 => parts.push(parts[chance.below(parts.len())]),
        _ => {
            let (one, other) = (chance.below(parts.len()), chance.below(parts.len()));
            parts.swap(one, other);
        }
    }
    parts.join("\n\n").into_bytes()
}

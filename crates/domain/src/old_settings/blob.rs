//! Finds and cuts members of the objects in a JSON text. Everything else in the text, which belongs
//! to others and may be large, is neither read nor written anew: it stays as it is, byte for byte.

use std::ops::Range;

/// A member of an object: where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name.
    pub(super) name: String,
    /// The place of its value.
    pub(super) value: Range<usize>,
    start: usize,
}

/// The place of the one object that a text consists of, or `None` for any other text.
pub(super) fn root(text: &str) -> Option<Range<usize>> {
    let start = space(text, 0);
    let end = value_end(text, start)?;
    (text[start..].starts_with('{') && space(text, end) == text.len()).then_some(start..end)
}

/// The members of the object at this place, or `None` where there is no well-formed object.
pub(super) fn members(text: &str, object: &Range<usize>) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    let mut at = space(text, after(text, object.start, b'{')?);
    if byte(text, at) == Some(b'}') {
        return Some(members);
    }
    loop {
        let start = at;
        let name_end = string_end(text, start)?;
        let from = space(text, after(text, space(text, name_end), b':')?);
        let to = value_end(text, from)?;
        members.push(Member {
            name: string(&text[start..name_end])?,
            value: from..to,
            start,
        });
        at = space(text, to);
        match byte(text, at)? {
            b',' => at = space(text, at + 1),
            b'}' => return Some(members),
            _ => return None,
        }
    }
}

/// The member of this name; of several the last, as the browser reads it.
pub(super) fn member<'a>(members: &'a [Member], name: &str) -> Option<&'a Member> {
    members.iter().rfind(|member| member.name == name)
}

/// The text without the member of this name, with its comma.
pub(super) fn without(text: &str, members: &[Member], name: &str) -> Option<String> {
    let index = members.iter().rposition(|member| member.name == name)?;
    let member = &members[index];
    let cut = match (members.get(index + 1), index.checked_sub(1)) {
        (Some(next), _) => member.start..next.start,
        (None, Some(before)) => members[before].value.end..member.value.end,
        (None, None) => member.start..member.value.end,
    };
    Some([&text[..cut.start], &text[cut.end..]].concat())
}

/// What a JSON string says, or `None` for anything else. Half a surrogate pair becomes `U+FFFD`.
pub(super) fn string(json: &str) -> Option<String> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    let mut units: Vec<u16> = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            continue;
        }
        units.push(match rest.next()? {
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'u' => {
                let (hex, behind) = rest.as_str().split_at_checked(4)?;
                rest = behind.chars();
                u16::from_str_radix(hex, 16).ok()?
            }
            other @ ('"' | '\\' | '/') => other as u16,
            _ => return None,
        });
    }
    Some(String::from_utf16_lossy(&units))
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// The place behind this byte, which has to stand here.
fn after(text: &str, at: usize, wanted: u8) -> Option<usize> {
    (byte(text, at)? == wanted).then_some(at + 1)
}

fn space(text: &str, mut at: usize) -> usize {
    while matches!(byte(text, at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// The place behind the string that begins here.
fn string_end(text: &str, at: usize) -> Option<usize> {
    let mut at = after(text, at, b'"')?;
    loop {
        match byte(text, at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The place behind the value that begins here. However deep it is, it takes no further stack.
fn value_end(text: &str, start: usize) -> Option<usize> {
    let mut at = start;
    let mut open = Vec::new();
    loop {
        match byte(text, at)? {
            b'"' => at = string_end(text, at)?,
            b'{' => {
                open.push(b'}');
                at += 1;
            }
            b'[' => {
                open.push(b']');
                at += 1;
            }
            close @ (b'}' | b']') => {
                if open.pop()? != close {
                    return None;
                }
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if !open.is_empty() => at += 1,
            _ => at = word_end(text, at)?,
        }
        if open.is_empty() {
            return Some(at);
        }
    }
}

/// The place behind a number, `true`, `false` or `null`.
fn word_end(text: &str, start: usize) -> Option<usize> {
    let length = text.as_bytes()[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
        .count();
    (length > 0).then_some(start + length)
}

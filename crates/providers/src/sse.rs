//! Server-sent events (WHATWG HTML, event stream interpretation): read as they come or from a whole
//! body. Never fails: what is no event is skipped, broken text is replaced.

use crate::{Failure, Reply};
use domain::ProviderFault;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its name; `message` where it has none.
    pub name: String,
    /// Its data lines, joined by line breaks.
    pub data: String,
}

/// Reads events from pieces that may end anywhere, also inside a character.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    after_return: bool,
    name: String,
    data: Option<String>,
}

impl Parser {
    /// The events that this piece completes.
    pub fn push(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in piece {
            let line_feed_of_pair = self.after_return && byte == b'\n';
            self.after_return = byte == b'\r';
            if line_feed_of_pair {
                continue;
            }
            if matches!(byte, b'\r' | b'\n') {
                events.extend(self.end_of_line());
            } else {
                self.line.push(byte);
            }
        }
        events
    }

    fn end_of_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            return self.data.take().map(|data| Event {
                name: if name.is_empty() {
                    "message".to_owned()
                } else {
                    name
                },
                data,
            });
        }
        let line = String::from_utf8_lossy(&line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                none => *none = Some(value.to_owned()),
            },
            _ => {}
        }
        None
    }
}

/// The events of a whole body. A last event counts also without the empty line behind it: whether
/// the stream came to its end is for the protocol to say.
#[must_use]
pub fn events(body: &[u8]) -> Vec<Event> {
    let mut parser = Parser::default();
    let mut events = parser.push(body);
    events.extend(parser.push(b"\n\n"));
    events
}

/// Whether a successful answer is such a stream. A body of JSON is none, whatever its type says.
pub(crate) fn is_stream(reply: &Reply) -> bool {
    const STARTS: [&[u8]; 5] = [b"data:", b"event:", b":", b"id:", b"retry:"];
    let kind = reply
        .header("content-type")
        .unwrap_or("text/")
        .to_ascii_lowercase();
    let body = reply.body.trim_ascii_start();
    reply.is_success()
        && !matches!(body.first(), Some(b'{' | b'['))
        && (kind.starts_with("text/event-stream")
            || kind.starts_with("text/") && STARTS.iter().any(|start| body.starts_with(start)))
}

/// A stream without its end mark: the work may have been done and charged.
pub(crate) fn cut_off(reply: &Reply) -> Failure {
    let what = "the stream ended before its end mark";
    Failure::told(ProviderFault::Upstream, reply, what).uncertain()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{reply, with_header};
    use proptest::prelude::*;

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn names_comments_and_several_data_lines_are_understood() {
        let body = ": PROCESSING\r\nevent: ping\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\nid: 3\n\ndata:x\n\ndata: [DONE]";
        assert_eq!(
            events(body.as_bytes()),
            [
                event("ping", "{\"a\":\n1}"),
                event("message", "x"),
                event("message", "[DONE]")
            ]
        );
    }

    #[test]
    fn a_stream_is_known_by_its_type_or_its_first_line() {
        let typed = |kind, body: &'static str| with_header(reply(200, body), "content-type", kind);
        assert!(is_stream(&typed("text/event-stream; charset=utf-8", "")));
        assert!(is_stream(&typed("text/event-stream", "data: {}")));
        assert!(is_stream(&reply(200, "\nevent: ping\n")));
        assert!(!is_stream(&typed("text/event-stream", " {\"error\":{}}")));
        assert!(!is_stream(&typed("audio/mpeg", "data:")));
        assert!(!is_stream(&reply(500, "data: {}")));
        assert!(!is_stream(&reply(200, "<html>")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_however_they_are_cut(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd')], 0..200),
            cut in 1_usize..9,
        ) {
            let mut parser = Parser::default();
            let pieces: Vec<Event> = bytes.chunks(cut).flat_map(|piece| parser.push(piece)).collect();
            prop_assert!(pieces.len() <= bytes.len());
        }

        #[test]
        fn where_a_stream_is_cut_makes_no_difference(
            lines in prop::collection::vec("(data|event|: |id)?:? ?[a-zé🎬]{0,8}(\n|\r\n|\r)\n?", 0..20),
            cut in 1_usize..7,
        ) {
            let body = lines.concat();
            let mut parser = Parser::default();
            let mut pieces: Vec<Event> = body
                .as_bytes()
                .chunks(cut)
                .flat_map(|piece| parser.push(piece))
                .collect();
            pieces.extend(parser.push(b"\n\n"));
            prop_assert_eq!(pieces, events(body.as_bytes()));
        }

        #[test]
        fn nothing_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = events(&body);
        }
    }
}

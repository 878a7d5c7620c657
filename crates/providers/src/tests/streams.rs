//! What holds for every answer that comes as a stream, wherever it is cut or broken.

use crate::{
    Adapter, Failure, Media, Produced, Progress, Reply, Step, adapter,
    sse::Parser,
    test_support::{job, reply, with_header},
};
use domain::{Operation, ProviderFault, ProviderId};
use proptest::prelude::*;

/// An answer as a stream and, where the protocol has it, without.
struct Case {
    provider: ProviderId,
    operation: Operation,
    model: &'static str,
    stream: &'static str,
    whole: Option<&'static str>,
}

const CASES: [Case; 7] = [
    Case {
        provider: ProviderId::OpenRouter,
        operation: Operation::Llm,
        model: "m",
        stream: include_str!("../openrouter/fixtures/stream.sse"),
        whole: Some(include_str!("../openrouter/fixtures/success.json")),
    },
    Case {
        provider: ProviderId::Claude,
        operation: Operation::Llm,
        model: "m",
        stream: include_str!("../claude/fixtures/stream.sse"),
        whole: Some(include_str!("../claude/fixtures/message.json")),
    },
    Case {
        provider: ProviderId::Gemini,
        operation: Operation::Llm,
        model: "m",
        stream: include_str!("../gemini/fixtures/stream.sse"),
        whole: Some(include_str!("../gemini/fixtures/text.json")),
    },
    Case {
        provider: ProviderId::OpenAi,
        operation: Operation::Tts,
        model: "m",
        stream: include_str!("../openai/fixtures/speech.sse"),
        whole: None,
    },
    Case {
        provider: ProviderId::Kie,
        operation: Operation::Llm,
        model: "gemini-3-flash",
        stream: include_str!("../kie/fixtures/chat.sse"),
        whole: Some(include_str!("../kie/fixtures/chat.json")),
    },
    Case {
        provider: ProviderId::Kie,
        operation: Operation::Llm,
        model: "claude-sonnet-4-6",
        stream: include_str!("../kie/fixtures/claude.sse"),
        whole: Some(include_str!("../kie/fixtures/claude.json")),
    },
    Case {
        provider: ProviderId::Kie,
        operation: Operation::Llm,
        model: "gpt-5-5",
        stream: include_str!("../kie/fixtures/responses.sse"),
        whole: Some(include_str!("../kie/fixtures/responses.json")),
    },
];

impl Case {
    fn adapter(&self) -> &'static dyn Adapter {
        adapter(self.provider, self.operation).unwrap()
    }

    fn read(&self, reply: &Reply) -> Result<Box<Produced>, Failure> {
        let job = job(self.model, super::input(self.operation));
        match self.adapter().read(&job, &Progress::default(), reply)? {
            Step::Done(produced) => Ok(produced),
            other => panic!("not done: {other:?}"),
        }
    }

    /// The texts that the pieces of this body add, put together.
    fn shown(&self, body: &[u8], size: usize) -> String {
        let job = job(self.model, super::input(self.operation));
        let mut parser = Parser::default();
        body.chunks(size)
            .flat_map(|piece| parser.push(piece))
            .filter_map(|event| self.adapter().delta(&job, &event))
            .collect()
    }
}

fn streamed(body: impl Into<bytes::Bytes>) -> Reply {
    with_header(reply(200, body), "content-type", "text/event-stream")
}

fn content(produced: &Produced) -> (Option<String>, Vec<Vec<u8>>) {
    let media = produced.media.iter().map(|media| match media {
        Media::Bytes { bytes, .. } => bytes.to_vec(),
        Media::Url(url) => panic!("an address: {url}"),
    });
    (produced.text.clone(), media.collect())
}

#[test]
fn a_stream_and_a_whole_answer_say_the_same() {
    for case in CASES {
        let stream = case.read(&streamed(case.stream)).unwrap();
        let other_lines = case.stream.replace('\n', "\r\n");
        let again = case.read(&reply(200, other_lines)).unwrap();
        assert_eq!(content(&stream), content(&again), "{}", case.provider);
        let Some(whole) = case.whole else { continue };
        let whole = case.read(&reply(200, whole)).unwrap();
        assert_eq!(content(&stream), content(&whole), "{}", case.provider);
        assert_eq!(stream.usage, whole.usage, "{}", case.provider);
        assert_eq!(stream.request_id, whole.request_id, "{}", case.provider);
    }
}

#[test]
fn what_is_shown_meanwhile_is_the_text() {
    for case in CASES {
        let text = case.read(&streamed(case.stream)).unwrap().text;
        let shown = case.shown(case.stream.as_bytes(), usize::MAX);
        assert_eq!(shown, text.unwrap_or_default(), "{}", case.provider);
    }
}

#[test]
fn json_in_place_of_a_stream_is_read_as_json() {
    for case in CASES {
        let Some(whole) = case.whole else { continue };
        assert!(case.read(&streamed(whole)).is_ok(), "{}", case.provider);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_cut_stream_is_whole_or_nobody_knows_what_became_of_it(
        which in 0..CASES.len(), share in 0.0_f64..1.0
    ) {
        let case = &CASES[which];
        let body = case.stream.as_bytes();
        let cut = &body[..((body.len() as f64) * share) as usize];
        match case.read(&streamed(cut.to_vec())) {
            Ok(produced) => {
                let whole = case.read(&streamed(case.stream)).unwrap();
                prop_assert_eq!(content(&produced), content(&whole));
                prop_assert_eq!(produced.usage, whole.usage);
            }
            Err(failure) => {
                prop_assert!(failure.uncertain);
                prop_assert_eq!(failure.fault, ProviderFault::Upstream);
            }
        }
    }

    #[test]
    fn where_the_pieces_end_makes_no_difference(which in 0..CASES.len(), size in 1_usize..99) {
        let case = &CASES[which];
        let body = case.stream.as_bytes();
        prop_assert_eq!(case.shown(body, size), case.shown(body, usize::MAX));
    }

    #[test]
    fn a_broken_stream_makes_no_adapter_panic(
        which in 0..CASES.len(), at in 0.0_f64..1.0, bytes in prop::collection::vec(any::<u8>(), 0..6)
    ) {
        let body = CASES[which].stream.as_bytes();
        let at = ((body.len() as f64) * at) as usize;
        let mut broken = body[..at].to_vec();
        broken.extend(&bytes);
        broken.extend(&body[(at + bytes.len()).min(body.len())..]);
        super::read_everywhere(&streamed(broken));
    }
}

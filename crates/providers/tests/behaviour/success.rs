//! What succeeds: files are what their first bytes say, texts are there, streams add up, pictures
//! arrive. A provider's word for a type is not believed.

use domain::Operation;
use providers::{Media, Produced};

use crate::{
    Checked, all_pass,
    driver::{Drive, drive},
    pairs::{Pair, every},
    stage::{Stage, secret},
};

/// What the first bytes of a file say that it is.
fn kind(bytes: &[u8]) -> Option<Operation> {
    let is = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(mark));
    let frame = bytes.len() > 2 && bytes[0] == 0xff && bytes[1] & 0xe0 == 0xe0;
    if is(0, b"\x89PNG\r\n\x1a\n") || is(0, b"\xff\xd8\xff") || (is(0, b"RIFF") && is(8, b"WEBP")) {
        Some(Operation::Image)
    } else if is(4, b"ftypM4A")
        || [b"ID3".as_slice(), b"OggS", b"fLaC"]
            .iter()
            .any(|mark| is(0, mark))
        || (is(0, b"RIFF") && is(8, b"WAVE"))
        || frame
    {
        Some(Operation::Music)
    } else if is(4, b"ftyp") || is(0, b"\x1a\x45\xdf\xa3") {
        Some(Operation::Video)
    } else {
        None
    }
}

/// Checks that this is what the operation makes, every file of it fetched.
pub async fn check(stage: &Stage, operation: Operation, produced: &Produced) -> Checked {
    if operation == Operation::Llm {
        let text = produced.text.as_deref().unwrap_or_default();
        return if text.is_empty() {
            Err("there is no text".to_owned())
        } else {
            Ok(())
        };
    }
    if produced.media.is_empty() {
        return Err("there is no file".to_owned());
    }
    let wanted = match operation {
        Operation::Tts => Operation::Music,
        other => other,
    };
    for media in &produced.media {
        let bytes = match media {
            Media::Bytes { bytes, .. } => bytes.to_vec(),
            Media::Url(url) => {
                let mut bytes = Vec::new();
                let fetched = stage.outbound.download(url, 1 << 24, &mut bytes).await;
                fetched.map_err(|failure| format!("not fetched: {failure}"))?;
                bytes
            }
        };
        if kind(&bytes) != Some(wanted) {
            let start = &bytes[..bytes.len().min(16)];
            return Err(format!("a file begins with {start:02x?}"));
        }
    }
    Ok(())
}

async fn delivers(pair: Pair, streaming: bool) -> Checked {
    let stage = Stage::new().await;
    let job = if streaming {
        stage.streaming_job(&pair, "A lighthouse in the rain").await
    } else {
        stage.job(&pair, "A lighthouse in the rain").await
    };
    let key = secret(&pair, "good");
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    let complain = |what: String| format!("{} (streaming: {streaming}): {what}", pair.name());
    let produced = run.produced().map_err(complain)?;
    check(&stage, pair.operation, produced)
        .await
        .map_err(complain)?;
    if run.submits() != 1 {
        return Err(complain(format!("paid for {} times", run.submits())));
    }
    if streaming {
        let text = produced.text.as_deref().unwrap_or_default();
        if run.shown.len() < 2 || run.shown.concat() != text {
            return Err(complain(format!("shown {:?} of {text:?}", run.shown)));
        }
        if produced.usage.output_tokens.is_none() {
            return Err(complain("a stream without what it cost".to_owned()));
        }
    } else if !run.shown.is_empty() {
        return Err(complain("pieces of an answer that is no stream".to_owned()));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_pair_delivers_what_its_operation_makes() {
    all_pass(43, every().map(|pair| delivers(pair, false))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pieces_of_a_stream_are_the_text_and_what_it_cost_is_known() {
    let streaming = every().filter(|pair| pair.streams);
    all_pass(7, streaming.map(|pair| delivers(pair, true))).await;
}

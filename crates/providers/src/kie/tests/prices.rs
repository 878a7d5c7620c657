//! KIE's price list: which rows are ours beyond doubt, and that half a list is no list.

use super::*;
use crate::{Auth, ListPage, Reply, test_support::json_reply};
use domain::{
    Operation,
    catalog::{Price, Unit},
    listing::Listing,
};

fn read(reply: &Reply) -> (Listing, Option<ListPage>) {
    Kie.list_read(&ListPage::default(), reply, "2026-11-22")
        .unwrap()
}

fn of_rows(rows: &[(&str, &str, &str, &str, &str)]) -> Listing {
    let records: Vec<Value> = rows
        .iter()
        .map(|(words, interface, price, unit, anchor)| {
            json!({ "modelDescription": words, "interfaceType": interface, "creditPrice": price,
                    "creditUnit": unit, "anchor": anchor })
        })
        .collect();
    read(&json_reply(
        200,
        &json!({ "code": 200, "data": { "records": records, "pages": 1 } }),
    ))
    .0
}

fn prices(listing: &Listing, operation: Operation, id: &str) -> Vec<Price> {
    let found = listing
        .models
        .iter()
        .find(|model| model.operation == operation && model.id == id);
    found.map(|model| model.prices.clone()).unwrap_or_default()
}

/// Unit, micro-USD, size, sound, seconds.
type Said = (Unit, i64, Option<String>, Option<bool>, Option<u32>);

fn said(listing: &Listing, operation: Operation, id: &str) -> Vec<Said> {
    let mut all: Vec<Said> = prices(listing, operation, id)
        .into_iter()
        .map(|p| (p.unit, p.micro_usd.0, p.resolution, p.audio, p.seconds))
        .collect();
    all.sort_by_key(|said| (said.1, said.4));
    all
}

#[test]
fn the_list_is_public_and_comes_in_pages_of_a_hundred() {
    let first = Kie.list_call(&ListPage::default()).unwrap();
    assert_eq!((first.purpose, first.auth), (Purpose::Check, Auth::None));
    assert_eq!(path(&first), "client/v1/model-pricing/page");
    assert_eq!(
        sent(&first),
        json!({ "pageNum": 1, "pageSize": 100, "interfaceType": "" })
    );
    let (listing, next) = read(&reply(200, include_str!("../fixtures/prices.json")));
    assert!(!listing.whole && listing.voices.is_empty());
    let next = next.unwrap();
    assert_eq!(sent(&Kie.list_call(&next).unwrap())["pageNum"], 2);
    let last = ListPage {
        stage: 0,
        after: Some("3".to_owned()),
    };
    let page = reply(200, include_str!("../fixtures/prices.json"));
    assert_eq!(Kie.list_read(&last, &page, "2026-11-22").unwrap().1, None);
    for (stage, after) in [(1, None), (0, Some("x")), (0, Some("0")), (0, Some("21"))] {
        let after = after.map(str::to_owned);
        assert!(Kie.list_call(&ListPage { stage, after }).is_none());
    }
}

#[test]
fn rows_become_prices_by_size_length_and_sound() {
    let (listing, _) = read(&reply(200, include_str!("../fixtures/prices.json")));
    let size = |size: &str| Some(size.to_owned());
    assert_eq!(
        said(&listing, Operation::Image, "nano-banana-pro"),
        [
            (Unit::Image, 90_000, size("1K"), None, None),
            (Unit::Image, 90_000, size("2K"), None, None),
            (Unit::Image, 120_000, size("4K"), None, None)
        ]
    );
    assert_eq!(
        said(&listing, Operation::Video, "kling-2.6/text-to-video"),
        [
            (Unit::Clip, 275_000, None, Some(false), Some(5)),
            (Unit::Clip, 550_000, None, Some(true), Some(5)),
            (Unit::Clip, 550_000, None, Some(false), Some(10)),
            (Unit::Clip, 1_100_000, None, Some(true), Some(10))
        ]
    );
    assert_eq!(
        said(
            &listing,
            Operation::Video,
            "hailuo/2-3-image-to-video-standard"
        ),
        [
            (Unit::Clip, 150_000, size("768P"), None, Some(6)),
            (Unit::Clip, 250_000, size("1080P"), None, Some(6)),
            (Unit::Clip, 250_000, size("768P"), None, Some(10))
        ]
    );
    assert_eq!(
        said(&listing, Operation::Llm, "gemini-2.5-flash"),
        [
            (Unit::MillionInputTokens, 90_000, None, None, None),
            (Unit::MillionOutputTokens, 750_000, None, None, None)
        ]
    );
    assert_eq!(said(&listing, Operation::Llm, "gpt-5-4").len(), 2);
    let flat = |operation, id| said(&listing, operation, id);
    assert_eq!(
        flat(Operation::Image, "ideogram/v3-text-to-image"),
        [(Unit::Image, 35_000, None, None, None)],
        "the balanced speed"
    );
    assert_eq!(
        flat(Operation::Image, "grok-imagine/text-to-image"),
        [(Unit::Image, 20_000, None, None, None)]
    );
    assert_eq!(
        flat(Operation::Tts, "elevenlabs/text-to-speech-turbo-2-5"),
        [(Unit::ThousandCharacters, 30_000, None, None, None)]
    );
    for model in ["V4", "V5", "V5_5"] {
        assert_eq!(
            flat(Operation::Music, model),
            [(Unit::Track, 60_000, None, None, None)]
        );
    }
    let told = &prices(&listing, Operation::Music, "V5")[0];
    assert_eq!(
        (&*told.source, &*told.as_of),
        ("KIE.ai price list", "2026-11-22")
    );
}

#[test]
fn half_a_price_is_none() {
    let (listing, _) = read(&reply(200, include_str!("../fixtures/prices.json")));
    for (operation, id, why) in [
        (Operation::Image, "qwen/image-edit", "counts megapixels"),
        (
            Operation::Video,
            "wan/2-2-a14b-image-to-video-turbo",
            "a size is missing",
        ),
        (Operation::Video, "kling-3.0/video", "a size is missing"),
        (Operation::Video, "veo3_fast", "its sizes are not named"),
        (
            Operation::Video,
            "grok-imagine/text-to-video",
            "lengths are missing",
        ),
        (
            Operation::Video,
            "grok-imagine/image-to-video",
            "lengths are missing",
        ),
        (Operation::Image, "recraft/remove-background", "not ours"),
        (
            Operation::Video,
            "hailuo/02-image-to-video-standard",
            "one case is missing",
        ),
    ] {
        assert_eq!(prices(&listing, operation, id), [], "{id}: {why}");
    }
}

#[test]
fn a_row_that_may_mean_something_else_is_not_taken() {
    let anchor = "https://kie.ai/x?model=z-image";
    let good = (
        "Qwen z-image, text-to-image, 1.0s",
        "image",
        "0.8",
        "per image",
        anchor,
    );
    let listing = of_rows(&[good]);
    assert_eq!(said(&listing, Operation::Image, "z-image").len(), 1);
    let (words, kind, price, unit, _) = good;
    for bad in [
        ("Qwen z-image, image-to-video", "video", price, unit, anchor),
        (words, "video", price, unit, anchor),
        (words, kind, "-1", unit, anchor),
        (words, kind, "free", unit, anchor),
        (words, kind, price, "per megapixel", anchor),
        (words, kind, price, unit, "https://kie.ai/x?model=z-image-2"),
        (words, kind, price, unit, "not an address"),
        ("Qwen z-image, with a surprise", kind, price, unit, anchor),
    ] {
        assert_eq!(of_rows(&[bad]).models, [], "{bad:?}");
    }
    let dearer = (words, kind, "1.6", unit, anchor);
    assert_eq!(
        of_rows(&[good, dearer]).models,
        [],
        "two prices for one thing"
    );
    assert_eq!(of_rows(&[good, good]).models.len(), 1);
    let contradiction = (
        "grok-imagine, image-to-video, 480p",
        "video",
        "1.6",
        "per second",
        "https://kie.ai/grok-imagine?model=grok-imagine%2Ftext-to-video",
    );
    assert_eq!(of_rows(&[contradiction]).models, []);
}

#[test]
fn a_price_per_second_by_size_is_enough_for_every_length() {
    let anchor = "https://kie.ai/grok-imagine?model=grok-imagine%2Ftext-to-video";
    let row = |words, price| (words, "video", price, "per second", anchor);
    let listing = of_rows(&[
        row("grok-imagine, text-to-video, 480p", "1.6"),
        row("grok-imagine, text-to-video, 720p", "3"),
    ]);
    assert_eq!(
        said(&listing, Operation::Video, "grok-imagine/text-to-video"),
        [
            (Unit::Second, 8_000, Some("480p".to_owned()), None, None),
            (Unit::Second, 15_000, Some("720p".to_owned()), None, None)
        ]
    );
    let anchor = "https://kie.ai/veo-3-1";
    let row = |words, price| (words, "video", price, "per video", anchor);
    let listing = of_rows(&[
        row("Google veo 3.1, text-to-video, Fast-720p", "60"),
        row("Google veo 3.1, image-to-video, Fast-720p", "60"),
        row("Google veo 3.1, text-to-video, Fast-1080p", "65"),
        row("Google veo 3.1, text-to-video, Fast-4K", "180"),
    ]);
    assert_eq!(said(&listing, Operation::Video, "veo3_fast").len(), 3);
}

#[test]
fn a_row_without_a_word_about_sound_holds_for_both() {
    let anchor = "https://kie.ai/kling-3-0";
    let row = |words, price| (words, "video", price, "per second", anchor);
    let rows = [
        row("Kling 3.0, video, std, without audio", "14"),
        row("Kling 3.0, video, std, with audio", "20"),
        row("Kling 3.0, video, without audio-1080P", "18"),
        row("Kling 3.0, video, with audio-1080P", "27"),
        row("Kling 3.0, video, 4K", "67"),
    ];
    let found = said(&of_rows(&rows), Operation::Video, "kling-3.0/video");
    assert_eq!(found.len(), 5);
    assert_eq!(
        found[4],
        (Unit::Second, 335_000, Some("4K".to_owned()), None, None)
    );
    let twice = row("Kling 3.0, video, with audio-4K", "70");
    let mut more = rows.to_vec();
    more.push(twice);
    assert_eq!(of_rows(&more).models, [], "two prices for one thing");
    let silent = [
        row("Kling 3.0, video, std", "14"),
        row("Kling 3.0, video, pro", "18"),
        row("Kling 3.0, video, 4K", "67"),
    ];
    assert_eq!(of_rows(&silent).models, [], "sound may cost more");
}

#[test]
fn an_answer_that_is_no_page_is_a_failure() {
    for body in [
        json!({ "code": 200, "data": null }),
        json!({ "code": 200, "data": { "records": 5 } }),
        json!({ "code": 500, "msg": "oops" }),
        json!([]),
    ] {
        let page = ListPage::default();
        let read = Kie.list_read(&page, &json_reply(200, &body), "2026-11-22");
        assert!(read.is_err(), "{body}");
    }
}

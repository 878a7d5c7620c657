//! Suno and Veo, which have APIs of their own beside the market.

use super::*;

#[tokio::test]
async fn a_song_has_two_tracks_that_play() {
    let app = quick();
    let polls = finish(
        &app,
        "/kie/api/v1/generate",
        "/kie/api/v1/generate/record-info",
        &song("calm piano"),
    )
    .await;
    let states: Vec<_> = polls
        .iter()
        .map(|poll| poll["status"].as_str().expect("a status"))
        .collect();
    assert_eq!(states, ["PENDING", "TEXT_SUCCESS", "SUCCESS"]);
    assert_eq!(polls[0]["response"], Value::Null);
    let tracks = polls[2]["response"]["sunoData"].as_array().expect("tracks");
    assert_eq!(tracks.len(), 2);
    let file = download(&app, tracks[0]["audioUrl"].as_str().expect("a URL")).await;
    assert_eq!(file.header("content-type"), "audio/mpeg");
    let cover = download(&app, tracks[0]["imageUrl"].as_str().expect("a URL")).await;
    assert!(image::load_from_memory(&cover.body).is_ok());
}

#[tokio::test]
async fn songs_are_checked_and_can_fail() {
    let app = quick();
    let create = "/kie/api/v1/generate";
    let mut body = song("x");
    body["callBackUrl"] = Value::Null;
    let answer = post_as(&app, "sandbox-key", create, &body).await;
    assert_eq!(
        answer,
        json!({"code": 422, "msg": "Please enter callBackUrl.", "data": null})
    );
    for (name, value) in [
        ("model", json!("V3_5")),
        ("prompt", json!("")),
        ("prompt", json!("x".repeat(501))),
        ("customMode", Value::Null),
        ("customMode", json!(true)),
    ] {
        let mut body = song("x");
        body[name] = value;
        assert_eq!(
            post_as(&app, "sandbox-key", create, &body).await["code"],
            422,
            "{name}"
        );
    }
    let mut custom = song("");
    custom["customMode"] = json!(true);
    custom["style"] = json!("jazz");
    custom["title"] = json!("Night");
    let polls = finish_song(&custom).await;
    assert_eq!(polls[2]["response"]["sunoData"][0]["title"], "Night");
    let failed = finish_song(&song("[sandbox:fail]")).await;
    assert_eq!(failed[2]["status"], "GENERATE_AUDIO_FAILED");
    let blocked = finish_song(&song("[sandbox:blocked]")).await;
    assert_eq!(blocked[2]["status"], "SENSITIVE_WORD_ERROR");
}

#[tokio::test]
async fn veo_tells_its_end_by_a_flag() {
    let app = quick();
    let (create, record) = ("/kie/api/v1/veo/generate", "/kie/api/v1/veo/record-info");
    let polls = finish(
        &app,
        create,
        record,
        &json!({"prompt": "A fox", "aspect_ratio": "9:16"}),
    )
    .await;
    assert_eq!(polls[0]["successFlag"], 0);
    assert_eq!(polls[0]["response"], Value::Null);
    assert_eq!(polls[2]["successFlag"], 1);
    let url = polls[2]["response"]["resultUrls"][0]
        .as_str()
        .expect("a URL");
    assert_eq!(
        download(&app, url).await.header("content-type"),
        "video/mp4"
    );
    let failed = finish(&app, create, record, &json!({"prompt": "[sandbox:fail]"})).await;
    assert_eq!(failed[2]["successFlag"], 3);
    let blocked = finish(
        &app,
        create,
        record,
        &json!({"prompt": "[sandbox:blocked]"}),
    )
    .await;
    assert_eq!(blocked[2]["errorCode"], 400);
    for body in [
        json!({}),
        json!({"prompt": "x", "model": "veo9"}),
        json!({"prompt": "x", "generationType": "REFERENCE_2_VIDEO"}),
        json!({"prompt": "x", "imageUrls": ["data:,"]}),
    ] {
        assert_eq!(
            post_as(&app, "sandbox-key", create, &body).await["code"],
            422,
            "{body}"
        );
    }
}

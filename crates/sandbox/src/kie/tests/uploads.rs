//! The upload host, and links to results.

use super::*;

#[tokio::test]
async fn uploads_come_back_as_they_were() {
    let app = quick();
    let bytes = crate::media::picture::png("an upload", 64, 64);
    let base64 = json!({"base64Data": STANDARD.encode(&bytes), "uploadPath": "images/x", "fileName": "ä b.png"});
    let first = post_as(
        &app,
        "sandbox-key",
        "/kie-upload/api/file-base64-upload",
        &base64,
    )
    .await;
    assert_eq!(first["success"], true);
    assert_eq!(first["data"]["mimeType"], "image/png");
    assert_eq!(first["data"]["fileSize"], bytes.len());
    let url = first["data"]["downloadUrl"].as_str().expect("a URL");
    assert_eq!(download(&app, url).await.body, bytes);
    let again = post_as(
        &app,
        "sandbox-key",
        "/kie-upload/api/file-base64-upload",
        &base64,
    )
    .await;
    assert_eq!(again["data"]["downloadUrl"], url);

    let form = [
        b"--x\r\ncontent-disposition: form-data; name=\"uploadPath\"\r\n\r\nimages\r\n".as_slice(),
        b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n",
        &bytes,
        b"\r\n--x--\r\n",
    ]
    .concat();
    let headers = [KEY[0], ("content-type", "multipart/form-data; boundary=x")];
    let path = "/kie-upload/api/file-stream-upload";
    let stored = send(&app, Method::POST, path, &headers, form).await.json();
    assert_eq!(stored["data"]["fileName"], "a.png");
    let url = stored["data"]["downloadUrl"].as_str().expect("a URL");
    assert_eq!(download(&app, url).await.body, bytes);

    let by_url = json!({"fileUrl": "https://example.com/a.png"});
    let stored = post_as(
        &app,
        "sandbox-key",
        "/kie-upload/api/file-url-upload",
        &by_url,
    )
    .await;
    assert_eq!(stored["success"], true);
}

#[tokio::test]
async fn bad_uploads_are_refused() {
    let app = quick();
    for (path, body) in [
        ("file-base64-upload", json!({"base64Data": "%%%"})),
        ("file-base64-upload", json!({})),
        ("file-url-upload", json!({"fileUrl": "file:///etc/passwd"})),
        ("file-stream-upload", json!({})),
    ] {
        let answer = post_as(
            &app,
            "sandbox-key",
            &format!("/kie-upload/api/{path}"),
            &body,
        )
        .await;
        assert_eq!(answer["success"], false, "{path} {body}");
        assert_eq!(answer["code"], 400, "{path} {body}");
    }
    let wrong = post_as(
        &app,
        "wrong",
        "/kie-upload/api/file-base64-upload",
        &json!({}),
    )
    .await;
    assert_eq!(wrong["code"], 401);
}

#[tokio::test]
async fn download_links_are_given_for_results_only() {
    let app = quick();
    let path = "/kie/api/v1/common/download-url";
    let own = json!({"url": format!("http://{HOST}/media/x/clip-16x9.mp4")});
    assert_eq!(
        post_as(&app, "sandbox-key", path, &own).await["data"],
        own["url"]
    );
    let foreign = json!({"url": "https://example.com/a.mp4"});
    assert_eq!(
        post_as(&app, "sandbox-key", path, &foreign).await["code"],
        422
    );
}

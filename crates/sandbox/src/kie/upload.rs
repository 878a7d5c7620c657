//! KIE's upload host: takes a file as base64, by URL or as a form, and gives it a public URL (API
//! reference, file upload). Files are in memory and the oldest go when there is too much. The URL
//! form stores a drawn picture, because the sandbox fetches nothing.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{admit, link};
use crate::keys::{self, KeyDigest};
use crate::media;
use crate::reply::{self, Refusal};
use crate::shared::{Shared, lock};

const MOST_FILES: usize = 500;
const MOST_BYTES: usize = 128 * 1024 * 1024;
const LONGEST_NAME: usize = 100;

/// The files that were uploaded.
#[derive(Default)]
pub(crate) struct Uploads(Mutex<VecDeque<File>>);

#[derive(Clone)]
struct File {
    id: String,
    media_type: String,
    bytes: Bytes,
}

impl Uploads {
    /// Whether a file with this id is kept.
    pub(super) fn contains(&self, id: &str) -> bool {
        lock(&self.0).iter().any(|file| file.id == id)
    }

    fn put(&self, file: File) {
        let mut files = lock(&self.0);
        files.retain(|other| other.id != file.id);
        files.push_back(file);
        let size =
            |files: &VecDeque<File>| files.iter().map(|file| file.bytes.len()).sum::<usize>();
        while files.len() > MOST_FILES || (files.len() > 1 && size(&files) > MOST_BYTES) {
            files.pop_front();
        }
    }

    fn find(&self, id: &str) -> Option<File> {
        lock(&self.0).iter().find(|file| file.id == id).cloned()
    }
}

/// `POST /api/file-base64-upload`.
pub(super) async fn from_base64(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let request = read(&body)?;
    let data = request["base64Data"].as_str().unwrap_or_default();
    let (declared, encoded) = match data
        .strip_prefix("data:")
        .and_then(|data| data.split_once(','))
    {
        Some((head, encoded)) => (head.strip_suffix(";base64").map(str::to_owned), encoded),
        None => (None, data),
    };
    let bytes = STANDARD
        .decode(encoded.trim())
        .ok()
        .filter(|bytes| !bytes.is_empty())
        .ok_or_else(|| refused("Invalid base64 data"))?;
    Ok(store(
        &shared,
        &headers,
        key.owner,
        &request,
        declared,
        bytes.into(),
    ))
}

/// `POST /api/file-url-upload`.
pub(super) async fn from_url(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let request = read(&body)?;
    let url = request["fileUrl"].as_str().unwrap_or_default();
    if link::check(&shared, &headers, url).is_err() {
        return Err(refused("The file could not be downloaded from fileUrl"));
    }
    let picture = media::picture::png(url, 1024, 576);
    Ok(store(
        &shared,
        &headers,
        key.owner,
        &request,
        None,
        picture.into(),
    ))
}

/// `POST /api/file-stream-upload`, a form with `file`, `uploadPath` and `fileName`.
pub(super) async fn from_form(
    State(shared): State<Shared>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let mut form = form.map_err(|_| refused("The request is not a form"))?;
    let mut request = json!({});
    let mut file = None;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => return Err(refused("The form is broken")),
        };
        let name = field.name().unwrap_or_default().to_owned();
        let media_type = field.content_type().map(str::to_owned);
        let own_name = field.file_name().map(str::to_owned);
        let bytes = field
            .bytes()
            .await
            .map_err(|_| refused("The form is broken"))?;
        if name == "file" {
            if let (Some(own_name), Value::Null) = (own_name, &request["fileName"]) {
                request["fileName"] = json!(own_name);
            }
            file = Some((media_type, bytes));
        } else {
            request[name] = json!(String::from_utf8_lossy(&bytes));
        }
    }
    let (media_type, bytes) = file
        .filter(|(_, bytes)| !bytes.is_empty())
        .ok_or_else(|| refused("file is required"))?;
    Ok(store(
        &shared, &headers, key.owner, &request, media_type, bytes,
    ))
}

fn read(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| refused("The request body is not valid JSON"))
}

fn refused(message: &str) -> Refusal {
    reply::json(
        StatusCode::OK,
        &json!({"success": false, "code": 400, "msg": message, "data": null}),
    )
    .into()
}

/// Keeps a file and tells where it is. The same name in the same folder overwrites.
fn store(
    shared: &Shared,
    headers: &HeaderMap,
    owner: KeyDigest,
    request: &Value,
    declared: Option<String>,
    bytes: Bytes,
) -> Response {
    let media_type = sniffed(&bytes)
        .map(str::to_owned)
        .or(declared)
        .unwrap_or_else(|| "application/octet-stream".to_owned());
    let folder = tidy(request["uploadPath"].as_str().unwrap_or_default());
    let (id, name) = match request["fileName"].as_str().map(tidy) {
        Some(name) if !name.is_empty() => {
            let place = format!("{}/{folder}/{name}", hex::encode(owner));
            (hex::encode(&keys::digest(&place)[..16]), name)
        }
        _ => {
            let id = shared.ids.hex();
            let name = format!("{id}.{}", extension(&media_type));
            (id, name)
        }
    };
    let size = bytes.len();
    let url = format!("{}/kie-upload/files/{id}/{name}", shared.origin(headers));
    shared.uploads.put(File {
        id,
        media_type: media_type.clone(),
        bytes,
    });
    reply::json(
        StatusCode::OK,
        &json!({
            "success": true, "code": 200, "msg": "File uploaded successfully",
            "data": {
                "success": true, "fileName": name, "filePath": format!("kieai/1/{folder}/{name}"),
                "downloadUrl": url, "fileSize": size, "mimeType": media_type,
                "uploadedAt": "2026-01-01T00:00:00.000Z"
            }
        }),
    )
}

/// A name that can stand in a URL as it is.
fn tidy(name: &str) -> String {
    let name: String = name
        .chars()
        .take(LONGEST_NAME)
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => letter,
            _ => '_',
        })
        .collect();
    name.trim_matches('.').to_owned()
}

fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => "audio/wav",
        [b'I', b'D', b'3', ..] | [0xff, 0xfb, ..] => "audio/mpeg",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "video/mp4",
        _ => return None,
    })
}

fn extension(media_type: &str) -> &str {
    match media_type {
        "image/jpeg" => "jpg",
        "audio/mpeg" => "mp3",
        "application/octet-stream" => "bin",
        other => other.rsplit('/').next().unwrap_or("bin"),
    }
}

/// `GET /files/{id}/{name}`, without a key.
pub(super) async fn file(
    State(shared): State<Shared>,
    Path((id, _)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    match shared.uploads.find(&id) {
        Some(file) => media::file::serve(&headers, &file.media_type, file.bytes),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

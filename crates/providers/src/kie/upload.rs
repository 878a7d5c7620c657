//! Pictures go to KIE first, because its models take addresses only. Free, and the same job gives a
//! picture the same name again. Nothing here is paid for.

use super::{
    error::{Asked, open},
    wire::{Base64Upload, Uploaded},
};
use crate::{
    Auth, Body, Call, Failure, Host, Job, Limits, Picture, Progress, Purpose, Reply, Step,
    call::Part, json::part,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::ProviderFault;

/// The largest picture that is uploaded as base64; larger ones go as a form (KIE docs, file upload).
const MOST_AS_BASE64: usize = 7_000_000;
const UPLOAD_PATH: &str = "images/film-generator";

/// The pictures that are not at KIE by themselves, in their order.
pub fn needed(job: &Job) -> impl Iterator<Item = (&Bytes, &str)> {
    job.pictures.iter().filter_map(|picture| match picture {
        Picture::Bytes { bytes, media_type } => Some((bytes, media_type.as_str())),
        Picture::Url(_) => None,
    })
}

/// The addresses of all pictures: uploaded ones in their places between those given by address.
pub fn addresses(job: &Job, uploads: &[String]) -> Vec<String> {
    let mut uploads = uploads.iter();
    job.pictures
        .iter()
        .filter_map(|picture| match picture {
            Picture::Bytes { .. } => uploads.next().cloned(),
            Picture::Url(url) => Some(url.clone()),
        })
        .collect()
}

/// The upload of one picture.
pub fn call(job: &Job, index: usize, bytes: &Bytes, media_type: &str) -> Result<Call, Failure> {
    let ending = match media_type {
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => "png",
    };
    let id: String = job
        .generation
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let name = format!("{id}-{index}.{ending}");
    if bytes.len() > MOST_AS_BASE64 {
        return Ok(stream(name, bytes, media_type));
    }
    let body = Base64Upload {
        base64_data: format!("data:{media_type};base64,{}", STANDARD.encode(bytes)),
        upload_path: UPLOAD_PATH,
        file_name: &name,
    };
    let path = vec!["api".into(), "file-base64-upload".into()];
    let call = Call::post(Purpose::Prepare, Host::KieUpload, Auth::Bearer, path, &body)?;
    Ok(call.with_answer(Limits::UPLOAD))
}

fn stream(name: String, bytes: &Bytes, media_type: &str) -> Call {
    let field = |name, content: String| Part {
        name,
        file: None,
        content: Bytes::from(content),
    };
    let file = Part {
        name: "file",
        file: Some((name.clone(), media_type.to_owned())),
        content: bytes.clone(),
    };
    let parts = vec![
        file,
        field("uploadPath", UPLOAD_PATH.to_owned()),
        field("fileName", name),
    ];
    let path = &["api", "file-stream-upload"];
    let mut call = Call::get(Purpose::Prepare, Host::KieUpload, Auth::Bearer, path);
    call.method = http::Method::POST;
    call.body = Body::Multipart(parts);
    call.with_answer(Limits::UPLOAD)
}

/// Reads an upload.
pub fn read(progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
    let envelope = open(reply, Asked::Other)?;
    let file: Uploaded = part(&envelope.data).unwrap_or_default();
    let address = file
        .download_url
        .or(file.file_url)
        .filter(|url| url.starts_with("http"));
    let Some(address) = address else {
        return Err(Failure::told(
            ProviderFault::Upstream,
            reply,
            "an upload without an address",
        ));
    };
    let mut next = progress.clone();
    next.uploads.push(address);
    Ok(Step::Continue(next))
}

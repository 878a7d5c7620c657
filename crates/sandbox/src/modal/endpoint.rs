//! One call of an endpoint, from its path to its answer: what is there, whether the call still runs,
//! and what the method allows. An `OPTIONS` call must never reach the app.

use axum::body::to_bytes;
use axum::extract::{OriginalUri, Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, Uri};

use super::access;
use super::answers;
use super::calls::{PARAMETER, Progress};
use super::chat::{self, Chat};
use super::form;
use super::request::{Asked, Kind, Style};
use super::result::{self, Form};
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::trigger;

/// Where `[sandbox:elsewhere]` leads: a port on which nothing listens.
const ELSEWHERE: &str = "http://127.0.0.1:9";

/// Any call below `/modal`.
pub(super) async fn open(
    State(shared): State<Shared>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    answer(&shared, &uri, &path, request).await
}

/// Any call below `/modal-protected`.
pub(super) async fn protected(
    State(shared): State<Shared>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    access::check(&shared, request.headers()).await?;
    answer(&shared, &uri, &path, request).await
}

/// What stands behind a path.
#[derive(Clone, Copy)]
enum Target {
    Media {
        kind: Kind,
        form: Option<Form>,
        style: Option<Style>,
    },
    Chat,
    Models,
    Health,
}

impl Target {
    fn of(path: &str) -> Option<Self> {
        let (kind, rest) = path.split_once('/').unwrap_or((path, ""));
        let kind = Kind::named(kind)?;
        let (form, style) = (Form::named(rest), Style::named(rest));
        match (kind, rest) {
            (Kind::Llm, "v1/chat/completions") => Some(Self::Chat),
            (Kind::Llm, "v1/models") => Some(Self::Models),
            (Kind::Llm, "health") => Some(Self::Health),
            _ if rest.is_empty() || form.is_some() || style.is_some() => {
                Some(Self::Media { kind, form, style })
            }
            _ => None,
        }
    }

    fn allowed(self) -> &'static str {
        match self {
            Self::Media {
                kind: Kind::Image, ..
            } => "GET, POST",
            Self::Media { .. } | Self::Chat => "POST",
            Self::Models | Self::Health => "GET",
        }
    }
}

/// What a call asks for, kept while it runs.
#[derive(Clone)]
pub(super) enum Work {
    Media(Box<Asked>, Option<Form>),
    Chat(Chat),
}

impl Work {
    fn text(&self) -> &str {
        match self {
            Self::Media(asked, _) => &asked.everything,
            Self::Chat(chat) => &chat.everything,
        }
    }

    fn answer(&self, shared: &Shared, origin: &str) -> Result<Response, Refusal> {
        match self {
            Self::Media(asked, form) => result::answer(asked, *form, origin),
            Self::Chat(chat) => chat.answer(shared),
        }
    }
}

async fn answer(
    shared: &Shared,
    uri: &Uri,
    path: &str,
    request: Request,
) -> Result<Response, Refusal> {
    let target = Target::of(path).ok_or_else(answers::not_deployed)?;
    let origin = shared.origin(request.headers());
    if request.method() == Method::GET
        && let Some(id) = form::parameter(&request, PARAMETER)
    {
        let progress = shared
            .modal_calls
            .load(&id, uri.path())
            .ok_or_else(answers::unknown_call)?;
        return match progress {
            Progress::Running => Ok(see_other(&format!("{origin}{uri}"))),
            Progress::Done(work) => work.answer(shared, &origin),
        };
    }
    let work = match (target, request.method()) {
        (Target::Health, &Method::GET) => return Ok(StatusCode::OK.into_response()),
        (Target::Models, &Method::GET) => return Ok(chat::models()),
        (Target::Chat, &Method::POST) => {
            let (_, body) = read(request).await?;
            Work::Chat(Chat::read(&body)?)
        }
        (
            Target::Media {
                kind: Kind::Image,
                form,
                ..
            },
            &Method::GET,
        ) => Work::Media(Box::new(form::read_query(Kind::Image, &request)?), form),
        (Target::Media { kind, form, style }, &Method::POST) => {
            Work::Media(Box::new(asked(kind, style, request).await?), form)
        }
        _ => return Ok(answers::wrong_method(target.allowed())),
    };
    if trigger::mentions(work.text(), "not-deployed") {
        return Err(answers::not_deployed());
    }
    let call = format!("fc-{}", shared.ids.hex());
    let separator = if uri.query().is_some() { '&' } else { '?' };
    let location = format!("{uri}{separator}{PARAMETER}={call}");
    if trigger::mentions(work.text(), "elsewhere") {
        return Ok(see_other(&format!("{ELSEWHERE}{location}")));
    }
    if ["cold", "slow"]
        .iter()
        .any(|name| trigger::mentions(work.text(), name))
    {
        shared.modal_calls.add(call, uri.path().to_owned(), work);
        return Ok(see_other(&format!("{origin}{location}")));
    }
    work.answer(shared, &origin)
}

/// What a `POST` asks for, in whichever of the forms it comes.
async fn asked(kind: Kind, style: Option<Style>, request: Request) -> Result<Asked, Refusal> {
    if matches!(kind, Kind::Video | Kind::ImageEdit) && form::is_form(&request) {
        return form::read_form(kind, request).await;
    }
    if kind == Kind::Tts && form::parameter(&request, "prompt").is_some() {
        return form::read_query(kind, &request);
    }
    let (headers, body) = read(request).await?;
    Asked::read(kind, style, &headers, &body)
}

/// Headers and body; the body was limited when it came in.
async fn read(request: Request) -> Result<(HeaderMap, axum::body::Bytes), Refusal> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| {
        answers::raised(
            StatusCode::BAD_REQUEST,
            "There was an error parsing the body",
        )
    })?;
    Ok((parts.headers, body))
}

fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    reply::set_header(response.headers_mut(), "location", location);
    response
}

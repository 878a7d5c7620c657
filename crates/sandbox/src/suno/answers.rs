//! The codes of sunoapi.org: an envelope in HTTP 200 as at KIE, with other numbers (status codes of
//! the sunoapi.org documentation). No success is built here.

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use url::Url;

use crate::keys::Refusals;
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::suno_tasks::Service;
use crate::tasks::Family;
use crate::trigger::{self, Trigger};

const MODELS: [&str; 6] = ["V4", "V4_5", "V4_5PLUS", "V4_5ALL", "V5", "V5_5"];

/// sunoapi.org's answers.
pub(super) struct Answers;

fn failed(code: u16, message: &str) -> Refusal {
    reply::envelope(code, message, Value::Null).into()
}

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        self.bad_key()
    }

    fn bad_key(&self) -> Refusal {
        failed(401, "You do not have access permissions")
    }

    fn no_credit(&self) -> Refusal {
        failed(
            429,
            "Insufficient credits. Please top up your account to continue.",
        )
    }

    fn rate_limited(&self) -> Refusal {
        failed(405, "The request rate exceeds the limit")
    }

    fn down(&self) -> Refusal {
        failed(455, "The website is under maintenance")
    }
}

impl Service for Answers {
    fn family(&self) -> Family {
        Family::SunoApi
    }

    fn models(&self) -> &'static [&'static str] {
        &MODELS
    }

    fn unreadable(&self, message: &str) -> Refusal {
        failed(400, message)
    }

    fn invalid(&self, message: &str) -> Refusal {
        failed(400, message)
    }

    fn too_long(&self, message: &str) -> Refusal {
        failed(413, message)
    }

    fn check_callback(&self, _: &Shared, _: &HeaderMap, url: &str) -> Result<(), Refusal> {
        match Url::parse(url) {
            Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(()),
            _ => Err(self.invalid("callBackUrl is not a valid URL")),
        }
    }

    fn at_creation(&self, request: &str) -> Option<Refusal> {
        if trigger::mentions(request, "too-often") {
            return Some(failed(
                430,
                "Your call frequency is too high. Please try again later.",
            ));
        }
        Some(match Trigger::find(request)? {
            Trigger::ModelGone => self.invalid("model is not within the range of allowed options"),
            Trigger::ErrorIn200 | Trigger::ErrorInChoice | Trigger::StreamError => {
                failed(500, "Server exception, please try again later")
            }
            Trigger::Overloaded => self.down(),
            Trigger::Timeout => reply::typed(
                StatusCode::GATEWAY_TIMEOUT,
                "text/html",
                "<html><body><h1>504 Gateway Time-out</h1></body></html>",
            )
            .into(),
            Trigger::Forbidden => self.bad_key(),
            Trigger::SpendLimit => self.no_credit(),
            Trigger::TooLarge => self.too_long("The prompt is too long."),
            Trigger::Blocked
            | Trigger::OutputBlocked
            | Trigger::Malformed
            | Trigger::Empty
            | Trigger::Truncated
            | Trigger::Fail => return None,
        })
    }
}

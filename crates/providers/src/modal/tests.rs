//! What all of Modal's tests share; its redirects and its free probe.

mod answers;
mod requests;
mod text;

use super::Modal;
use crate::{
    Adapter, Auth, Call, CheckStep, Failure, Job, KeyFindings, Limits, Progress, Purpose, Reply,
    Step,
    test_support::{image, job, json_reply, llm, reply, with_header},
};
use domain::{ProviderFault as Fault, input::GenerationInput, keys::FindingResult};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;
use url::Url;

const ENDPOINT: &str = "https://film--image-api.modal.run/generate";
const LATER: &str = "https://film--image-api.modal.run/generate?__modal_function_call_id=fc-1";

fn a_job(model: &str, input: GenerationInput) -> Job {
    let mut job = job(model, input);
    job.endpoint = Some(Url::parse(ENDPOINT).unwrap());
    job
}

fn begin(job: &Job) -> Call {
    Modal::GENERATE.call(job, &Progress::default()).unwrap()
}

fn waiting_at(address: &str) -> Progress {
    Progress {
        task: Some(address.to_owned()),
        polls: 1,
        ..Progress::default()
    }
}

fn read(input: GenerationInput, reply: &Reply) -> Result<Step, Failure> {
    let job = a_job("standard", input);
    Modal::GENERATE.read(&job, &Progress::default(), reply)
}

fn redirect(to: &str) -> Reply {
    with_header(reply(303, ""), "location", to)
}

#[test]
fn a_303_is_waited_on_at_the_address_it_names() {
    for location in [
        LATER,
        "/generate?__modal_function_call_id=fc-1",
        "?__modal_function_call_id=fc-1",
    ] {
        let Ok(Step::Wait { progress, after }) = read(image(), &redirect(location)) else {
            panic!("{location}")
        };
        assert_eq!(progress.task.as_deref(), Some(LATER));
        assert_eq!((progress.polls, after), (0, Duration::from_secs(1)));
        let call = Modal::GENERATE
            .call(&a_job("standard", image()), &progress)
            .unwrap();
        assert_eq!((call.purpose, call.method.as_str()), (Purpose::Poll, "GET"));
        assert_eq!(call.auth, Auth::ModalProxy);
        let endpoint = call.endpoint.as_ref().unwrap();
        assert_eq!(call.url(endpoint).unwrap().as_str(), LATER);
    }
}

#[test]
fn a_poll_that_is_sent_on_again_waits_again() {
    let job = a_job("standard", image());
    let progress = waiting_at(LATER);
    let step = Modal::GENERATE.read(&job, &progress, &redirect(LATER));
    let Ok(Step::Wait { progress, .. }) = step else {
        panic!("not waiting")
    };
    assert_eq!((progress.task.as_deref(), progress.polls), (Some(LATER), 2));
}

#[test]
fn a_redirect_elsewhere_is_never_taken_and_the_work_may_have_been_done() {
    for location in [
        "https://evil.example/generate",
        "http://film--image-api.modal.run/generate",
        "https://film--image-api.modal.run:8443/generate",
        "https://other--image-api.modal.run/generate",
        "https://user:pass@film--image-api.modal.run/generate",
        "//evil.example/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "https://",
    ] {
        let job = a_job("standard", image());
        for progress in [Progress::default(), waiting_at(LATER)] {
            let failure = Modal::GENERATE
                .read(&job, &progress, &redirect(location))
                .unwrap_err();
            assert_eq!(failure.fault, Fault::Upstream, "{location}");
            assert!(failure.uncertain && !failure.transient, "{location}");
        }
        let failure = Modal::GENERATE
            .call(&job, &waiting_at(location))
            .unwrap_err();
        assert!(failure.uncertain, "{location}");
    }
    let without = read(image(), &reply(303, "")).unwrap_err();
    assert!(without.uncertain && !without.transient);
    for status in [301, 302, 307, 308] {
        let other = with_header(reply(status, ""), "location", LATER);
        let failure = read(image(), &other).unwrap_err();
        assert_eq!((failure.fault, failure.transient), (Fault::Upstream, false));
    }
}

#[test]
fn a_job_queue_is_asked_for_its_result() {
    let mut job = a_job("standard", image());
    job.endpoint = Some(Url::parse("https://film--queue.modal.run/v2/accept?x=1").unwrap());
    let accepted = json_reply(200, &json!({ "call_id": "fc-01AB" }));
    let step = Modal::GENERATE.read(&job, &Progress::default(), &accepted);
    let Ok(Step::Wait { progress, .. }) = step else {
        panic!("not waiting")
    };
    assert_eq!(
        progress.task.as_deref(),
        Some("https://film--queue.modal.run/v2/result/fc-01AB")
    );
    let running = Modal::GENERATE.read(&job, &progress, &reply(202, ""));
    assert!(matches!(running, Ok(Step::Wait { progress, .. }) if progress.polls == 1));
    for id in ["fc-", "../x", "fc-a/b", "7"] {
        let strange = json_reply(200, &json!({ "call_id": id }));
        let step = Modal::GENERATE.read(&job, &Progress::default(), &strange);
        assert!(step.is_err(), "{id}");
    }
    assert!(read(image(), &accepted).is_err(), "no queue by its address");
}

#[test]
fn an_overloaded_gateway_passes_for_a_poll_and_an_error_of_the_function_does_not() {
    let job = a_job("standard", image());
    let polled = |status| {
        Modal::GENERATE
            .read(&job, &waiting_at(LATER), &reply(status, "oh"))
            .unwrap_err()
    };
    for status in [408, 429, 502, 503, 504] {
        let failure = polled(status);
        assert!(
            failure.transient && failure.retry_after.is_some(),
            "{status}"
        );
    }
    for (status, fault) in [
        (500, Fault::Upstream),
        (404, Fault::Upstream),
        (401, Fault::BadKey),
    ] {
        let failure = polled(status);
        assert_eq!(
            (failure.fault, failure.transient),
            (fault, false),
            "{status}"
        );
    }
}

fn probed(reply: &Reply) -> KeyFindings {
    match Modal::GENERATE.check_read(0, reply) {
        CheckStep::Done(found) => found,
        CheckStep::Next(_) => panic!("known"),
    }
}

#[test]
fn the_probe_wakes_no_model_and_says_what_it_can() {
    let endpoint = Url::parse(ENDPOINT).unwrap();
    let call = Modal::EDIT.check_call(0, Some(&endpoint)).unwrap();
    assert_eq!(
        (call.purpose, call.method),
        (Purpose::Check, http::Method::OPTIONS)
    );
    assert_eq!(
        (call.answer, call.endpoint),
        (Limits::PROBE, Some(endpoint))
    );
    assert!(Modal::GENERATE.check_call(0, None).is_none());
    for (status, body, auth, quota) in [
        (200, "", FindingResult::Ok, FindingResult::Unknown),
        (405, "", FindingResult::Ok, FindingResult::Unknown),
        (422, "{}", FindingResult::Ok, FindingResult::Unknown),
        (503, "", FindingResult::Unknown, FindingResult::Unknown),
        (
            401,
            "modal-http: missing credentials for proxy authorization",
            FindingResult::Failed,
            FindingResult::Skipped,
        ),
        (
            404,
            "modal-http: invalid function call",
            FindingResult::Failed,
            FindingResult::Skipped,
        ),
        (
            404,
            "{\"detail\":\"Not Found\"}",
            FindingResult::Unknown,
            FindingResult::Unknown,
        ),
    ] {
        let found = probed(&reply(status, body));
        assert_eq!(
            (found.auth.result, found.quota.result),
            (auth, quota),
            "{status} {body}"
        );
    }
    assert_eq!(
        probed(&reply(405, "")).quota.message,
        "Modal does not tell."
    );
}

proptest! {
    #[test]
    fn no_location_leads_away_from_the_endpoint(location in "[ -~]{0,60}") {
        let endpoint = Url::parse(ENDPOINT).unwrap();
        for location in [location.clone(), format!("https:{location}"), format!("//{location}")] {
            if let Ok(Step::Wait { progress, .. }) = read(image(), &redirect(&location)) {
                let call = Modal::GENERATE.call(&a_job("standard", image()), &progress).unwrap();
                let called = call.url(call.endpoint.as_ref().unwrap()).unwrap();
                prop_assert_eq!(called.origin(), endpoint.origin());
                prop_assert!(called.username().is_empty() && called.password().is_none());
            }
        }
    }

    #[test]
    fn no_body_of_any_content_type_makes_it_panic(
        status in 200_u16..600,
        kind in prop_oneof![
            Just("image/png"), Just("application/json"), Just("text/event-stream"), Just("")
        ],
        body in prop_oneof![
            "\\PC{0,80}".prop_map(String::into_bytes),
            "data: \\{\"(choices|error|object)\":[^x]{0,40}\n\n".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..80)
        ],
    ) {
        let answer = with_header(reply(status, body), "content-type", kind);
        for input in [image(), llm()] {
            let _ = read(input.clone(), &answer);
            let _ = Modal::GENERATE.read(&a_job("openai", input), &waiting_at(LATER), &answer);
        }
    }
}

//! What the forms of the page do. Their answer is the page again, with what became of them in words
//! of our own.

use super::super::parts::{self, Outcome};
use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::Uri,
    response::Redirect,
    routing::post,
};
use domain::{
    ApiError, ErrorCode, PlannedItemId, ProjectId,
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
    money::MicroUsd,
    plan::Consent,
    project::Step,
    resolution::Payer,
};
use serde::Deserialize;
use server::{
    actor::Actor,
    app::App,
    plan::{self, Start, Wish},
    web::MaybeActor,
};

/// The forms' addresses.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/projects/{id}/plan/add", post(add))
        .route("/projects/{id}/plan/remove", post(remove))
        .route("/projects/{id}/plan/start", post(start))
        .route("/projects/{id}/plan/retry", post(retry))
        .route("/projects/{id}/plan/pause", post(pause))
        .route("/projects/{id}/plan/resume", post(resume))
        .route("/projects/{id}/plan/cancel", post(cancel))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    outcome: String,
}

/// What became of the form that was sent last, and whether that is good.
#[must_use]
pub fn outcome_of(uri: &Uri) -> Option<Outcome> {
    let asked = Query::<Asked>::try_from_uri(uri).ok()?;
    words(&asked.0.outcome)
}

fn words(outcome: &str) -> Option<Outcome> {
    Some(match outcome {
        "added" => ("It is in the plan.", true),
        "removed" => ("It was taken out of the plan.", true),
        "started" => ("The batch has begun.", true),
        "retried" => ("What did not work is tried again.", true),
        "paused" => (
            "The batch is paused. What was started goes on; nothing more is started.",
            true,
        ),
        "resumed" => ("The batch goes on.", true),
        "cancelled" => (
            "The batch is cancelled. What a provider already works on may still be charged.",
            true,
        ),
        "wrong" => (
            "This could not be added. Write what it should be; a clip alone takes a picture of the plan.",
            false,
        ),
        "changed" => (
            "The plan, its price or its payer is not what you saw any more, so nothing was done. Look at it again.",
            false,
        ),
        "budget" => (
            "A budget does not cover this, so nothing was started.",
            false,
        ),
        "needed" => (
            "It is being made, or another item needs its picture. Nothing was removed.",
            false,
        ),
        "forbidden" => (
            "Only who started this batch can let it go on, as it uses their keys.",
            false,
        ),
        "gone" => ("It is not there any more.", false),
        "other-account" => (
            "Somebody else has signed in meanwhile. Nothing was done; look again and repeat it if you still want to.",
            false,
        ),
        "failed" => ("It could not be done. Try again.", false),
        _ => return None,
    })
}

/// Does it, and goes back to the plan.
async fn done(
    actor: Option<Actor>,
    project: &ProjectId,
    made_for: &str,
    act: impl AsyncFnOnce(&Actor) -> Result<&'static str, &'static str>,
) -> Redirect {
    // What was sent as a project's id may be anything.
    match format!("/projects/{project}/plan").parse::<Uri>() {
        Ok(page) => parts::done(actor, made_for, page.path(), "", act).await,
        Err(_) => Redirect::to("/projects"),
    }
}

/// Does what an error of any kind is told of in the usual words; `word` says that it is done.
async fn carry_out<T>(
    actor: Option<Actor>,
    project: &ProjectId,
    made_for: &str,
    word: &'static str,
    act: impl AsyncFnOnce(&Actor) -> Result<T, ApiError>,
) -> Redirect {
    done(actor, project, made_for, async |actor| {
        let acted = act(actor).await;
        acted.map(|_| word).map_err(|error| refused(&error))
    })
    .await
}

fn refused(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Conflict => "changed",
        ErrorCode::BudgetExceeded => "budget",
        ErrorCode::Forbidden => "forbidden",
        ErrorCode::NotFound => "gone",
        ErrorCode::InvalidInput | ErrorCode::PayloadTooLarge => "wrong",
        _ => "failed",
    }
}

#[derive(Deserialize)]
struct Added {
    made_for: String,
    step: String,
    text: String,
    #[serde(default)]
    picture: String,
}

/// What the fields of the form mean; `None` where they mean nothing.
fn wish(step: &str, text: &str, picture: &str) -> Option<Wish> {
    let step = Step::parse(step)?;
    let prompt = text.trim().to_owned();
    let image = (!picture.is_empty()).then(|| picture.to_owned());
    if image.is_some() && step != Step::Videos {
        return None;
    }
    let input = match step {
        Step::Story => GenerationInput::Llm(LlmInput {
            prompt,
            ..LlmInput::default()
        }),
        Step::Characters | Step::Scenes => GenerationInput::Image(ImageInput {
            prompt,
            ..ImageInput::default()
        }),
        Step::Videos => GenerationInput::Video(VideoInput {
            prompt,
            image,
            ..VideoInput::default()
        }),
        Step::Voiceover => GenerationInput::Tts(TtsInput {
            text: prompt,
            ..TtsInput::default()
        }),
        Step::Music => GenerationInput::Music(MusicInput {
            prompt,
            ..MusicInput::default()
        }),
    };
    Some(Wish {
        step,
        provider: None,
        model: None,
        input,
    })
}

async fn add(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(project): Path<ProjectId>,
    Form(sent): Form<Added>,
) -> Redirect {
    done(actor, &project, &sent.made_for, async |actor| {
        let wish = wish(&sent.step, &sent.text, &sent.picture).ok_or("wrong")?;
        let added = plan::add(&app, actor, &project, &[wish]).await;
        added.map(|_| "added").map_err(|error| refused(&error))
    })
    .await
}

#[derive(Deserialize)]
struct Removed {
    made_for: String,
    item: PlannedItemId,
}

async fn remove(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(project): Path<ProjectId>,
    Form(sent): Form<Removed>,
) -> Redirect {
    done(actor, &project, &sent.made_for, async |actor| {
        let removed = plan::remove(&app, actor, &project, &sent.item).await;
        removed
            .map(|()| "removed")
            .map_err(|error| match error.code {
                ErrorCode::Conflict => "needed",
                _ => refused(&error),
            })
    })
    .await
}

/// What the person has seen, as the page wrote it into the form.
#[derive(Deserialize)]
struct Agreed {
    made_for: String,
    most: i64,
    unknown: usize,
    payers: String,
    #[serde(default)]
    stop_on_error: String,
}

impl Agreed {
    fn consent(&self) -> Consent {
        let named = |payer: &Payer| self.payers.split(',').any(|name| name == payer.as_str());
        Consent {
            most_micro_usd: MicroUsd(self.most),
            unknown: self.unknown,
            payers: [Payer::User, Payer::Organization, Payer::Instance]
                .into_iter()
                .filter(named)
                .collect(),
        }
    }
}

async fn start(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(project): Path<ProjectId>,
    Form(sent): Form<Agreed>,
) -> Redirect {
    let how = Start {
        agreed: sent.consent(),
        stop_on_error: !sent.stop_on_error.is_empty(),
    };
    carry_out(actor, &project, &sent.made_for, "started", async |actor| {
        plan::start(&app, actor, &project, &how).await
    })
    .await
}

async fn retry(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(project): Path<ProjectId>,
    Form(sent): Form<Agreed>,
) -> Redirect {
    carry_out(actor, &project, &sent.made_for, "retried", async |actor| {
        plan::retry(&app, actor, &project, &sent.consent()).await
    })
    .await
}

/// A form of one button.
#[derive(Deserialize)]
struct Pressed {
    made_for: String,
}

async fn pause(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(project): Path<ProjectId>,
    Form(sent): Form<Pressed>,
) -> Redirect {
    carry_out(actor, &project, &sent.made_for, "paused", async |actor| {
        plan::pause(&app, actor, &project).await
    })
    .await
}

async fn resume(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(project): Path<ProjectId>,
    Form(sent): Form<Pressed>,
) -> Redirect {
    carry_out(actor, &project, &sent.made_for, "resumed", async |actor| {
        plan::resume(&app, actor, &project).await
    })
    .await
}

async fn cancel(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(project): Path<ProjectId>,
    Form(sent): Form<Pressed>,
) -> Redirect {
    carry_out(
        actor,
        &project,
        &sent.made_for,
        "cancelled",
        async |actor| plan::cancel(&app, actor, &project).await,
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_asked_for_in_its_own_words() {
        for step in Step::ALL {
            let wish = wish(step.as_str(), " a fox ", "").unwrap();
            assert_eq!(wish.input.operation(), step.operation());
            assert_eq!(wish.input.text(), "a fox");
        }
        let clip = wish("videos", "it runs", "item:i1").unwrap();
        assert_eq!(clip.input.images(), ["item:i1"]);
        assert!(wish("scenes", "a fox", "item:i1").is_none());
        assert!(wish("credits", "a fox", "").is_none());
    }

    #[test]
    fn the_address_chooses_among_our_own_sentences_alone() {
        let of = |address: &str| outcome_of(&address.parse().unwrap());
        assert!(of("/projects/p/plan?outcome=started").unwrap().1);
        assert_eq!(of("/projects/p/plan?outcome=Send%20your%20key"), None);
        assert_eq!(of("/projects/p/plan"), None);
    }

    #[test]
    fn what_was_seen_comes_back_as_it_was_shown() {
        let sent = Agreed {
            made_for: String::new(),
            most: 5,
            unknown: 1,
            payers: "user,instance".to_owned(),
            stop_on_error: String::new(),
        };
        let consent = sent.consent();
        assert_eq!(consent.payers, [Payer::User, Payer::Instance]);
        assert_eq!((consent.most_micro_usd, consent.unknown), (MicroUsd(5), 1));
    }
}

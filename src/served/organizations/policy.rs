//! What an organization's keys may be used for: in sentences to its members, as a form to its admins.

use super::{
    super::parts::problem,
    Shown,
    rules::{Refused, wrong},
};
use crate::words::heading;
use domain::{Operation, ProviderId, organization::PolicyView};
use leptos::prelude::*;

/// The rules as members see them.
pub(super) fn told(policy: &PolicyView) -> AnyView {
    let lines = sentences(policy)
        .into_iter()
        .map(|line| view! { <li>{line}</li> });
    view! {
        <section class="card" aria-labelledby="policy-heading">
            <h2 id="policy-heading">"What its keys may be used for"</h2>
            <ul>{lines.collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn sentences(view: &PolicyView) -> Vec<String> {
    let policy = &view.policy;
    let list = |words: Vec<&str>| words.join(", ");
    let operations = policy.operations.as_ref().map_or_else(
        || "Everything may be generated.".to_owned(),
        |some| {
            let names = some.iter().map(|operation| heading(*operation)).collect();
            format!("Only these: {}.", list(names))
        },
    );
    let providers = policy.providers.as_ref().map_or_else(
        || "All providers may be used.".to_owned(),
        |some| {
            let names = some.iter().map(|provider| provider.label()).collect();
            format!("Only these providers: {}.", list(names))
        },
    );
    let models = policy.models.as_ref().map_or_else(
        || "All models may be used.".to_owned(),
        |some| {
            let names: Vec<&str> = some.iter().map(|one| one.model.as_str()).collect();
            format!("Only these models: {}.", list(names))
        },
    );
    let credits = view.monthly_credits_per_member.map_or_else(
        || "There is no limit for each member.".to_owned(),
        |credits| format!("Each member may spend {credits} credits of its money in a month."),
    );
    let own = if policy.members_may_prefer_own_keys {
        "Members may put their own keys first."
    } else {
        "Its keys come before members' own."
    };
    vec![operations, providers, models, credits, own.to_owned()]
}

/// What the form is filled in with: what is stored, or what was sent of it and refused.
struct Filled {
    operations: Vec<Operation>,
    providers: Vec<ProviderId>,
    models: String,
    credits: String,
    own: bool,
    base: String,
}

impl Filled {
    fn stored(view: &PolicyView) -> Self {
        let policy = &view.policy;
        let all = || Operation::ALL.to_vec();
        let every = || ProviderId::ALL.to_vec();
        let models = policy.models.iter().flatten();
        let models: Vec<String> = models
            .map(|one| format!("{} {}", one.provider, one.model))
            .collect();
        let credits = view.monthly_credits_per_member;
        Self {
            operations: policy.operations.clone().unwrap_or_else(all),
            providers: policy.providers.clone().unwrap_or_else(every),
            models: models.join("\n"),
            credits: credits.map_or_else(String::new, |credits| credits.to_string()),
            own: policy.members_may_prefer_own_keys,
            base: view.version.clone(),
        }
    }

    fn again(refused: &Refused) -> Self {
        let sent = &refused.sent;
        Self {
            operations: sent.all("operation").filter_map(Operation::parse).collect(),
            providers: sent.all("provider").filter_map(ProviderId::parse).collect(),
            models: sent.get("models").to_owned(),
            credits: sent.get("credits").to_owned(),
            own: !sent.get("own").is_empty(),
            base: sent.get("base").to_owned(),
        }
    }
}

/// The rules as admins change them; with what was typed where that was refused.
pub(super) fn form(shown: &Shown, policy: &PolicyView, refused: Option<&Refused>) -> AnyView {
    let filled = refused.map_or_else(|| Filled::stored(policy), Filled::again);
    let of = |field: &str| {
        let refused = refused.filter(|refused| refused.is_of(field));
        refused.map(Refused::words)
    };
    let (models, credits) = (of("models"), of("monthly_credits_per_member"));
    let described = |field: &str, is_wrong: bool| {
        let wrong = if is_wrong {
            format!(" {field}-wrong")
        } else {
            String::new()
        };
        format!("{field}-hint{wrong}")
    };
    let elsewhere = refused.filter(|_| models.is_none() && credits.is_none());
    let operations = Operation::ALL.map(|operation| {
        let on = filled.operations.contains(&operation);
        tick("operation", operation.as_str(), heading(operation), on)
    });
    let providers = ProviderId::ALL
        .into_iter()
        .filter(|one| *one != ProviderId::ClaudeCli)
        .map(|provider| {
            let on = filled.providers.contains(&provider);
            tick("provider", provider.as_str(), provider.label(), on)
        });
    view! {
        <section class="card" aria-labelledby="policy-heading">
            <h2 id="policy-heading">"What its keys may be used for"</h2>
            {elsewhere.map(|refused| problem(&refused.error))}
            <form class="filters" method="post" action=shown.address("rules")>
                {shown.made_for()}
                <input type="hidden" name="act" value="policy"/>
                <input type="hidden" name="base" value=filled.base.clone()/>
                <fieldset class="ticks">
                    <legend>"Operations"</legend>
                    {operations.collect_view()}
                </fieldset>
                <fieldset class="ticks">
                    <legend>"Providers"</legend>
                    {providers.collect_view()}
                </fieldset>
                <div class="field wide">
                    <label for="policy-models">"Models, each on a line with its provider"</label>
                    <textarea
                        id="policy-models"
                        name="models"
                        rows="4"
                        maxlength="65536"
                        spellcheck="false"
                        aria-invalid=models.is_some().then_some("true")
                        aria-describedby=described("policy-models", models.is_some())
                    >
                        {inside_textarea(&filled.models)}
                    </textarea>
                    <p class="hint" id="policy-models-hint">
                        "Such as: openrouter openai/gpt-5.1. Empty: all models."
                    </p>
                    {wrong("policy-models-wrong".to_owned(), models)}
                </div>
                <div class="field">
                    <label for="policy-credits">"Credits for each member in a month"</label>
                    <input
                        type="number"
                        id="policy-credits"
                        name="credits"
                        min="0"
                        step="1"
                        inputmode="numeric"
                        value=filled.credits.clone()
                        aria-invalid=credits.is_some().then_some("true")
                        aria-describedby=described("policy-credits", credits.is_some())
                    />
                    <p class="hint" id="policy-credits-hint">
                        "Empty: no limit. It does not hold for admins."
                    </p>
                    {wrong("policy-credits-wrong".to_owned(), credits)}
                </div>
                <fieldset class="ticks">
                    <legend>"Own keys"</legend>
                    {tick("own", "on", "Members may put their own keys first", filled.own)}
                </fieldset>
                <button type="submit" class="primary">
                    "Save the rules"
                </button>
            </form>
        </section>
    }
    .into_any()
}

/// A text between the tags of a `textarea`: what is there is written as it is, and its first line break
/// is left out where it is read.
fn inside_textarea(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("\n{text}")
}

fn tick(name: &'static str, value: &'static str, words: &'static str, on: bool) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" name=name value=value checked=on/>
            <span>{words}</span>
        </label>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::served::{
        organizations::{Part, tests::shown},
        parts::Sent,
    };
    use domain::{ApiError, account::OrganizationRole, resolution::OrganizationPolicy};

    fn stored() -> PolicyView {
        PolicyView {
            policy: OrganizationPolicy::default(),
            monthly_credits_per_member: Some(50),
            version: "0123abcd".to_owned(),
        }
    }

    #[test]
    fn what_was_typed_and_refused_is_there_again_with_what_is_wrong() {
        let shown = shown(Part::Rules, OrganizationRole::Admin, true);
        let html = crate::served::html(|| form(&shown, &stored(), None));
        assert!(html.contains("value=\"0123abcd\"") && html.contains("value=\"50\""));
        assert!(!html.contains("aria-invalid"));

        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let sent = [
            ("act", "policy"),
            ("base", "seen before"),
            ("operation", "image"),
            ("models", "kie nano\nkie\n</textarea><b>"),
            ("credits", "7"),
        ];
        let refused = Refused {
            sent: Sent(sent.map(own).to_vec()),
            error: ApiError::invalid_field("models", "Line 2: write both."),
        };
        let html = crate::served::html(|| form(&shown, &stored(), Some(&refused)));
        for there in [
            "value=\"seen before\"",
            ">\nkie nano\nkie\n&lt;/textarea>&lt;b></textarea>",
            "value=\"7\"",
            "Line 2: write both.",
            "aria-invalid=\"true\"",
        ] {
            assert!(html.contains(there), "{there}: {html}");
        }
        assert_eq!(html.matches(" checked").count(), 1, "{html}");
    }
}

//! The confirmation as the server would render it, in its states.

#![cfg(feature = "ssr")]

use super::ConfirmDialog;
use crate::{
    seed::Seed,
    shell::Theme,
    stores::{Confirming, Moment, Stage, Stores, Ways},
};
use domain::{
    ApiError, ErrorCode, Operation, ProviderId,
    catalog::{Capabilities, Catalog, Model},
    generation::{Compared, Preview, Typical, Wanted},
    input::{GenerationInput, ImageInput},
    money::MicroUsd,
    pricing::{Estimate, PriceStatus, Span},
    resolution::{Payer, Resolution, Trace},
};
use leptos::prelude::*;
use std::sync::Arc;

fn estimate(micro_usd: i64) -> Estimate {
    Estimate {
        status: PriceStatus::Known,
        credits: None,
        micro_usd: Some(Span::exact(MicroUsd(micro_usd))),
        lines: Vec::new(),
    }
}

fn confirming() -> Confirming {
    Confirming::new(
        Wanted {
            project_id: None,
            step: None,
            provider: None,
            model: None,
            input: GenerationInput::Image(ImageInput {
                prompt: "A <fox>".into(),
                resolution: Some("2K".into()),
                ..ImageInput::default()
            }),
        },
        Preview {
            resolution: Resolution {
                operation: Operation::Image,
                provider: ProviderId::Kie,
                model: "m0".into(),
                endpoint: None,
                shared_endpoint: None,
                credential: None,
                payer: Payer::User,
                trace: Trace::default(),
            },
            estimate: estimate(39_000),
            last_payer: Some(Payer::User),
            learned: None,
            budget: None,
            defaults: Default::default(),
            typical: Some(Typical {
                seconds: 12,
                count: 3,
            }),
        },
    )
}

fn rendered(confirming: Confirming, found: Option<Vec<Compared>>) -> String {
    let owner = Owner::new();
    owner.with(|| {
        let seed = Seed {
            catalog: Arc::new(Catalog {
                models: vec![Model {
                    provider: ProviderId::Kie,
                    operation: Operation::Image,
                    id: "m0".into(),
                    sends: None,
                    name: "Model 0".into(),
                    recommended: true,
                    retires_on: None,
                    notice: None,
                    can: Capabilities {
                        resolutions: vec!["1K".into(), "2K".into()],
                        ..Capabilities::default()
                    },
                    prices: Vec::new(),
                }],
                ..Catalog::default()
            }),
            ..Seed::default()
        };
        let stores = Stores::new(seed, Theme::default());
        provide_context(stores);
        stores
            .flow
            .moment
            .set(Moment::Confirming(Box::new(confirming)));
        stores.flow.ways.set(Ways::found(found));
        ConfirmDialog().into_any().to_html().replace("<!>", "")
    })
}

fn shown(confirming: Confirming) -> String {
    rendered(confirming, None)
}

/// The attributes of the button that generates.
fn generate(html: &str) -> &str {
    let before = html.split(">Generate</button>").next().unwrap();
    before.rsplit("<button").next().unwrap()
}

fn way(number: usize, problem: Option<ApiError>) -> Compared {
    Compared {
        provider: ProviderId::Kie,
        model: format!("m{number}"),
        name: format!("Model {number}"),
        estimate: estimate(5_000),
        usable: problem.is_none(),
        payer: problem.is_none().then_some(Payer::User),
        problem,
        typical: None,
    }
}

#[test]
fn the_confirmation_says_who_with_what_for_how_much_and_paid_by_whom() {
    let html = shown(confirming());
    assert!(html.contains(">Generate image</h2>"));
    for (row, value) in [
        ("Provider", "KIE.ai"),
        ("Model", "Model 0"),
        ("Estimated cost", "7.8 credits ($0.039)"),
        ("Usually takes", "about 12 s (your last 3)"),
        ("Paid by", "You, with your own key"),
        ("Prompt", "A &lt;fox&gt;"),
    ] {
        let rest = html.split(&format!("<th scope=\"row\">{row}</th>")).nth(1);
        let cell = rest.unwrap().split("</td>").next().unwrap();
        assert!(cell.contains(value), "{row}: {cell}");
    }
    assert!(html.contains(">Why this provider?</summary>"));
    assert!(html.contains(">Cancel</button>") && !generate(&html).contains("disabled"));
}

#[test]
fn what_the_model_offers_is_a_select_and_no_row_of_text() {
    let html = shown(confirming());
    assert!(html.contains(">Resolution</label>"));
    assert!(html.contains("Automatic (1K)"));
    assert!(!html.contains("<th scope=\"row\">Resolution</th>"));
    assert!(!html.contains("Aspect ratio"));
}

#[test]
fn another_payer_than_last_time_has_to_be_agreed_to() {
    let mut other = confirming();
    other.preview.resolution.payer = Payer::Instance;
    let html = shown(other.clone());
    let warning = "Last time you paid with your own key. This time this server's operator pays.";
    assert!(html.contains(warning));
    assert!(generate(&html).contains("disabled"));
    assert!(generate(&html).contains("aria-describedby=\"confirm-state\""));
    other.consented = true;
    assert!(!generate(&shown(other.clone())).contains("disabled"));
    other.consented = false;
    other.preview.last_payer = None;
    let first = shown(other);
    assert!(!first.contains("type=\"checkbox\"") && !generate(&first).contains("disabled"));
}

#[test]
fn a_choice_for_one_time_says_so_and_can_be_taken_back() {
    let mut once = confirming();
    once.wanted.provider = Some(ProviderId::Kie);
    assert!(shown(once).contains(">Use what the settings say</button>"));
    assert!(!shown(confirming()).contains("For this time only"));
}

#[test]
fn the_last_price_stays_while_a_new_one_is_asked_for_and_goes_where_there_is_none() {
    let mut asking = confirming();
    asking.stage = Stage::Asking;
    asking.is_current = false;
    let html = shown(asking.clone());
    assert!(html.contains("aria-busy=\"true\"") && html.contains("7.8 credits"));
    assert!(generate(&html).contains("disabled"));
    asking.stage = Stage::Open;
    let html = shown(asking);
    assert!(!html.contains("aria-busy=\"true\"") && !html.contains("7.8 credits"));
}

#[test]
fn what_has_changed_since_it_was_agreed_to_is_said() {
    let mut changed = confirming();
    changed.changed = Some("Something has changed meanwhile.".into());
    assert!(shown(changed).contains(">Something has changed meanwhile.</p>"));
}

#[test]
fn each_way_can_be_used_or_says_why_not() {
    let mut no_key = ApiError::new(ErrorCode::ApiKeyRequired, "");
    no_key.missing = vec!["api_key".into()];
    let unfit = ApiError::invalid_field("input.resolution", "Model 2 takes: 1K.");
    let ways = vec![way(0, None), way(1, Some(no_key)), way(2, Some(unfit))];
    let html = rendered(confirming(), Some(ways));
    assert!(html.contains("3 ways, 1 of them can be used now."));
    assert!(html.contains("aria-label=\"Use once: KIE.ai · Model 0\""));
    assert!(html.contains("aria-label=\"Add key: KIE.ai · Model 1\""));
    assert!(html.contains("It cannot do this: Model 2 takes: 1K."));
    assert_eq!(html.matches("aria-label=\"Use once").count(), 1);
    assert_eq!(html.matches("aria-label=\"Add key").count(), 1);
    assert_eq!(html.matches(">Chosen now<").count(), 1);
}

#[test]
fn a_long_comparison_begins_with_eight() {
    let ways: Vec<Compared> = (0..10).map(|number| way(number, None)).collect();
    let html = rendered(confirming(), Some(ways.clone()));
    assert_eq!(html.matches(">Use once</button>").count(), 8);
    assert!(html.contains(">Show all 10</button>"));
    let few = rendered(confirming(), Some(ways[..8].to_vec()));
    assert!(!few.contains("Show all"));
}

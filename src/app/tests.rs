//! Pages rendered as the server renders them, in their empty, filled and failing states.

#![cfg(feature = "ssr")]

use super::App;
use crate::{
    seed::{LevelSeed, ProjectSeed, Seed},
    server_fns::FnError,
};
use axum::http::Request;
use domain::{
    ApiError, ErrorCode, GenerationId, Operation, OutputId, ProjectId, ProviderFault, ProviderId,
    Timestamp, UserId,
    account::{Me, User},
    catalog::{Catalog, Provider},
    generation::{Generation, Output, Status},
    input::{GenerationInput, ImageInput},
    keys::{KeyHealth, SecretStatus, SecretView},
    pricing::Estimate,
    project::{Project, Step},
    resolution::{Payer, Resolution},
    settings::{Fields, SettingsView},
};
use leptos::prelude::*;
use leptos_meta::ServerMetaContext;
use leptos_router::location::RequestUrl;
use std::sync::Arc;

fn page(path: &str, seed: Seed) -> String {
    let (mut parts, ()) = Request::get(path).body(()).unwrap().into_parts();
    parts.extensions.insert(seed);
    let owner = Owner::new();
    owner.with(|| {
        let (meta, _output) = ServerMetaContext::new();
        provide_context(meta);
        provide_context(RequestUrl::new(path));
        provide_context(parts);
        provide_context(leptos_axum::ResponseOptions::default());
        // The marks between the parts of a page are of no interest here.
        App().to_html().replace("<!>", "")
    })
}

fn count(html: &str, text: &str) -> usize {
    html.matches(text).count()
}

fn entry(id: ProviderId, available: bool) -> Provider {
    Provider {
        id,
        summary: String::new(),
        available,
        key_page: Some("https://example.com/keys".into()),
        key_hint: None,
        logo: None,
        open_models: false,
        default_models: Default::default(),
    }
}

fn seed() -> Seed {
    let user = User {
        id: UserId("u".into()),
        email: "who@example.com".into(),
        name: "Who".into(),
        is_admin: true,
        created_at: Timestamp(0),
    };
    Seed {
        me: Some(Me {
            user,
            roles: vec!["admin".into()],
            organizations: Vec::new(),
            active_organization: None,
        }),
        today: "2026-11-22".into(),
        catalog: Arc::new(Catalog {
            defaults: [
                (Operation::Llm, ProviderId::OpenRouter),
                (Operation::Image, ProviderId::Gemini),
                (Operation::Video, ProviderId::Kie),
                (Operation::Tts, ProviderId::Gemini),
                (Operation::Music, ProviderId::Kie),
            ]
            .into(),
            providers: vec![
                entry(ProviderId::OpenRouter, true),
                entry(ProviderId::Gemini, true),
                entry(ProviderId::Kie, true),
                entry(ProviderId::Claude, false),
            ],
            models: Vec::new(),
        }),
        settings: Some(LevelSeed {
            view: SettingsView::from_fields(&Fields::new()),
            ..LevelSeed::default()
        }),
        projects: Some(Vec::new()),
        ..Seed::default()
    }
}

fn project() -> Project {
    Project {
        id: ProjectId("p1".into()),
        name: "The <fox>".into(),
        owner_id: UserId("u".into()),
        organization_id: None,
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
        role: domain::project::ProjectRole::Owner,
    }
}

fn drawn(status: Status, error: Option<ApiError>) -> Generation {
    Generation {
        id: GenerationId("g1".into()),
        project_id: Some(ProjectId("p1".into())),
        step: Some(Step::Characters),
        status,
        input: GenerationInput::Image(ImageInput {
            prompt: "A fox <script>".into(),
            ..ImageInput::default()
        }),
        resolution: Resolution {
            operation: Operation::Image,
            provider: ProviderId::Gemini,
            model: "m".into(),
            endpoint: None,
            shared_endpoint: None,
            credential: None,
            payer: Payer::User,
            trace: Default::default(),
        },
        estimate: Estimate::unknown(),
        actual: None,
        outputs: if status == Status::Succeeded {
            vec![Output {
                removed: false,
                id: OutputId("o1".into()),
                media_type: "image/png".into(),
                bytes: 4,
                url: "/api/v1/outputs/o1".into(),
            }]
        } else {
            Vec::new()
        },
        text: None,
        error,
        may_look_again: false,
        created_at: Timestamp(1_000),
        finished_at: None,
    }
}

fn project_seed(generations: Vec<Generation>) -> Seed {
    Seed {
        project: Some(ProjectSeed {
            project: project(),
            level: LevelSeed::default(),
            generations,
        }),
        ..seed()
    }
}

fn project_page(generations: Vec<Generation>) -> String {
    page("/projects/p1?step=characters", project_seed(generations))
}

#[test]
fn every_select_and_endpoint_of_the_settings_page_is_there_once() {
    let html = page("/settings", seed());
    for operation in Operation::ALL {
        for kind in ["provider", "model"] {
            let label = format!(">{} {kind}</label>", operation.label());
            assert_eq!(count(&html, &label), 1, "{label}");
        }
    }
    for kind in domain::provider::EndpointKind::ALL {
        assert_eq!(count(&html, &format!(">{}</label>", kind.field_label())), 1);
    }
    assert_eq!(count(&html, "role=\"status\""), 1);
    assert_eq!(count(&html, "API Keys &amp; Providers</h2>"), 1);
}

#[test]
fn each_setting_has_a_history_of_its_own() {
    let html = page("/settings", seed());
    let mut names: Vec<&str> = html
        .split("aria-label=\"History of ")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    names.sort_unstable();
    names.dedup();
    let endpoints = domain::provider::EndpointKind::ALL.len();
    let keys = count(&html, "class=\"key-field\"");
    assert!(keys > 0);
    assert_eq!(
        names.len(),
        2 * Operation::ALL.len() + endpoints + keys,
        "{names:?}"
    );
}

#[test]
fn settings_are_exported_from_the_level_that_is_shown() {
    for (path, seed, export) in [
        ("/settings", seed(), "/api/v1/settings/export"),
        (
            "/projects/p1/settings",
            project_seed(Vec::new()),
            "/api/v1/projects/p1/settings/export",
        ),
    ] {
        let html = page(path, seed);
        assert_eq!(count(&html, &format!("href=\"{export}\"")), 1, "{path}");
        assert_eq!(count(&html, ">Import settings</label>"), 1, "{path}");
    }
}

#[test]
fn a_key_that_serves_two_operations_has_one_field() {
    let html = page("/settings", seed());
    assert_eq!(count(&html, ">Google Gemini API key<"), 1);
    assert_eq!(count(&html, "Google Gemini key</a>"), 1);
}

#[test]
fn a_stored_key_shows_its_end_and_no_field() {
    let mut seed = seed();
    let settings = seed.settings.as_mut().unwrap();
    settings.view.keys.insert(
        ProviderId::OpenRouter,
        SecretView {
            configured: true,
            last4: Some("1c96".into()),
            updated_at: Timestamp(0),
            status: SecretStatus::Ready,
            tested: None,
            health: None,
        },
    );
    let html = page("/settings", seed);
    assert_eq!(count(&html, ">Configured ····1c96<"), 1);
    assert!(!html.contains("id=\"key-openrouter\""));
    for button in ["Replace", "Remove", "Test"] {
        assert_eq!(count(&html, &format!(">{button}</button>")), 1, "{button}");
    }
}

#[test]
fn a_stored_key_says_how_it_fares() {
    let stored = Timestamp::of_day("2026-11-10").unwrap();
    let works = KeyHealth {
        last_ok_at: Some(stored),
        ..KeyHealth::default()
    };
    let refused = KeyHealth {
        last_error_at: Some(stored),
        last_error: Some(ProviderFault::NoCredit),
        ..KeyHealth::default()
    };
    for (health, class, words) in [
        (
            works,
            "hint",
            "Added 12 days ago · last used 12 days ago · works",
        ),
        (
            refused,
            "hint warn",
            "OpenRouter refused this key on 2026-11-10 00:00 UTC: no credit left. Top up there, or replace the key.",
        ),
    ] {
        let mut seed = seed();
        let settings = seed.settings.as_mut().unwrap();
        let view = SecretView {
            configured: true,
            last4: None,
            updated_at: stored,
            status: SecretStatus::Ready,
            tested: None,
            health: Some(health),
        };
        settings.view.keys.insert(ProviderId::OpenRouter, view);
        let html = page("/settings", seed);
        let line = format!("<p class=\"{class}\">{words}</p>");
        assert_eq!(count(&html, &line), 1, "{line}");
    }
}

#[test]
fn a_change_of_a_key_can_be_undone_where_the_server_says_so() {
    let html = page("/settings", seed());
    assert_eq!(count(&html, ">Undo</button>"), 0);
    let mut seed = seed();
    let settings = seed.settings.as_mut().unwrap();
    let until = Timestamp::of_day("2026-11-22").unwrap();
    settings.view.undo_until.insert(ProviderId::Kie, until);
    let html = page("/settings", seed);
    assert_eq!(count(&html, ">Undo</button>"), 1);
    assert!(html.contains("Removed."));
    let note = html.split("id=\"key-kie-changed\"").nth(1).unwrap();
    let (_, text) = note.split_once('>').unwrap();
    assert!(text.starts_with("KIE.ai API key</span>"), "{text}");
    assert_eq!(count(&html, "aria-describedby=\"key-kie-changed\""), 1);
}

#[test]
fn a_key_that_cannot_be_read_is_asked_for_again() {
    let mut seed = seed();
    let settings = seed.settings.as_mut().unwrap();
    settings.view.keys.insert(
        ProviderId::Kie,
        SecretView {
            configured: true,
            last4: None,
            updated_at: Timestamp(0),
            status: SecretStatus::NeedsReentry,
            tested: None,
            health: None,
        },
    );
    let html = page("/settings", seed);
    assert!(html.contains("needs to be entered again"));
    assert!(html.contains("id=\"key-kie\""));
}

#[test]
fn providers_that_are_not_built_yet_are_listed_and_cannot_be_chosen() {
    let html = page("/settings", seed());
    assert!(html.contains("Claude — not available yet"));
    let option = html.split("<option value=\"claude\"").nth(1).unwrap();
    assert!(option.split('>').next().unwrap().contains("disabled"));
}

#[test]
fn nothing_takes_typing_before_the_page_is_alive() {
    let html = page("/settings", seed());
    for tag in ["<select", "<input"] {
        for field in html.split(tag).skip(1) {
            let attributes = field.split('>').next().unwrap();
            assert!(
                attributes.contains("disabled") || attributes.contains("name=\"theme\""),
                "{tag}{attributes}"
            );
        }
    }
}

#[test]
fn an_empty_list_says_what_to_do() {
    let html = page("/projects", seed());
    assert!(html.contains("There are no projects yet."));
    let html = page(
        "/projects",
        Seed {
            projects: Some(vec![project()]),
            ..seed()
        },
    );
    assert!(html.contains("The &lt;fox&gt;"));
    assert!(!html.contains("There are no projects yet."));
}

#[test]
fn what_is_not_loaded_shows_a_skeleton_and_no_field() {
    let html = page(
        "/settings",
        Seed {
            settings: None,
            ..seed()
        },
    );
    assert!(html.contains("aria-busy=\"true\""));
    assert!(!html.contains("<select"));
}

#[test]
fn a_picture_is_shown_and_its_prompt_is_escaped() {
    let html = project_page(vec![drawn(Status::Succeeded, None)]);
    assert!(html.contains("src=\"/api/v1/outputs/o1/thumbnail\""));
    assert!(!html.contains("A fox <script>"));
    assert_eq!(count(&html, ">Generate</button>"), 1);
}

#[test]
fn a_failed_generation_says_why_and_offers_the_next_step() {
    let error = ApiError::provider(ProviderId::Gemini, ProviderFault::NoCredit, None);
    let html = project_page(vec![drawn(Status::Failed, Some(error))]);
    assert!(html.contains("has run out of credit"));
    assert!(html.contains("Change provider or key"));
    assert!(html.contains(">Try again</button>"));
}

#[test]
fn a_lost_answer_warns_before_asking_again() {
    let html = project_page(vec![drawn(Status::Unknown, None)]);
    assert!(html.contains("It may have been made and charged"));
}

#[test]
fn strangers_are_sent_to_sign_in_and_see_nothing() {
    let html = page("/settings", Seed::default());
    assert!(!html.contains("API key"));
}

#[test]
fn simulated_providers_are_announced() {
    let banner = "Providers are simulated";
    assert!(!page("/", Seed::default()).contains(banner));
    let html = page(
        "/",
        Seed {
            sandbox: true,
            ..Seed::default()
        },
    );
    assert_eq!(count(&html, banner), 1);
}

#[test]
fn no_page_has_an_inline_style_or_script() {
    for path in [
        "/",
        "/sign-in",
        "/sign-up",
        "/projects",
        "/settings",
        "/usage",
    ] {
        let html = page(path, seed());
        assert!(
            !html.contains(" style=") && !html.contains("<script"),
            "{path}"
        );
        assert!(!html.contains("onclick="), "{path}");
    }
}

#[test]
fn an_unreachable_server_is_told_apart_from_a_refusal() {
    assert_ne!(
        FnError::Unreachable.sentence(),
        FnError::Api(ApiError::new(ErrorCode::Internal, "x")).sentence()
    );
}

#[test]
fn a_title_that_people_wrote_stays_text_in_the_page() {
    let title = super::title("</title><meta>&".to_owned());
    assert_eq!(title, "&lt;/title>&lt;meta>&amp; · Film Generator");
}

#[test]
fn the_administration_is_there_for_who_runs_the_instance_alone() {
    let link = r#"href="/admin""#;
    assert_eq!(count(&page("/projects", seed()), link), 1);
    let mut other = seed();
    if let Some(me) = &mut other.me {
        me.user.is_admin = false;
    }
    assert_eq!(count(&page("/projects", other.clone()), link), 0);
    let nothing = "There is nothing here";
    for path in ["/admin", "/admin/accounts", "/admin/audit"] {
        assert_eq!(count(&page(path, seed()), nothing), 0, "{path}");
        assert_eq!(count(&page(path, other.clone()), nothing), 1, "{path}");
        assert_eq!(count(&page(path, Seed::default()), nothing), 1, "{path}");
    }
    assert_eq!(count(&page("/admin/nowhere", seed()), nothing), 1);
}

#[test]
fn who_may_only_look_is_told_so_and_every_field_is_held() {
    for (path, class) in [
        ("/projects/p1?step=characters", "step"),
        ("/projects/p1/settings", "details"),
    ] {
        for role in domain::project::ProjectRole::ALL {
            let mut seed = project_seed(Vec::new());
            if let Some(open) = &mut seed.project {
                open.project.role = role;
            }
            let html = page(path, seed);
            let field = format!("class=\"{class}\"");
            let held = html
                .split("<fieldset")
                .filter_map(|rest| rest.split('>').next())
                .any(|tag| tag.contains(&field) && tag.contains("disabled"));
            let looks = role == domain::project::ProjectRole::Viewer;
            assert_eq!(held, looks, "{path} {role:?}");
            let said = count(&html, crate::words::LOOKING_ONLY);
            assert_eq!(said, usize::from(looks), "{path} {role:?}");
        }
    }
}

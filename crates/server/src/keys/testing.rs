//! Tests keys and endpoints by calls that cost nothing. A test changes nothing that is stored but
//! its own result, which stays beside the key.

use super::{
    API_KEY, Holder, clean_draft, find, health, holder::tell, own_endpoints, proxy_token, stored,
    unreadable,
};
use crate::{
    app::App,
    fault::Fault,
    keys::KeyInput,
    snapshot::{self, Audience},
};
use domain::{
    ApiError, ErrorCode, Operation, ProviderFault, ProviderId, SecretId,
    keys::{Finding, FindingResult, KeyReport},
    provider::{CredentialKind, EndpointKind},
    resolution::KeyState,
};
use providers::{Adapter, CheckStep, SendError};
use secrecy::SecretString;
use std::time::Duration;
use store::{
    key_tests::KeyTestRow,
    secrets::{Owner, SecretRow},
};
use url::Url;

/// How long it takes at least to test an address that a person gave, so that the time does not tell
/// what is there.
const AT_LEAST: Duration = Duration::from_millis(300);

/// What is tested in place of the stored key.
#[derive(Default)]
pub struct Draft {
    /// The key, or the first half of a token pair.
    pub key: Option<SecretString>,
    /// The second half of a token pair.
    pub secret: Option<SecretString>,
}

/// Tests the stored key, or the given one without storing it.
///
/// # Errors
/// `RATE_LIMITED` for too many tests, `API_KEY_REQUIRED` where there is nothing to test, `KEY_UNAVAILABLE` where the stored key cannot
/// be read.
pub async fn test(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
    draft: Draft,
) -> Result<KeyReport, ApiError> {
    app.throttle.ask(&holder.actor.user.id, app.clock.now())?;
    let earliest = tokio::time::sleep(AT_LEAST);
    let (report, tested) = match provider.credential_kind() {
        CredentialKind::ApiKey => api_key(app, holder, provider, draft).await?,
        CredentialKind::Endpoint => endpoints(app, holder, provider, draft).await?,
        CredentialKind::Operator => (operator(app, holder).await?, None),
    };
    if provider.credential_kind() == CredentialKind::Endpoint || provider == ProviderId::Suno {
        earliest.await;
    }
    if let Some(tested) = tested {
        let text = serde_json::to_string(&report).map_err(Fault::from)?;
        let test = KeyTestRow {
            secret_id: tested.id,
            report: text,
            tested_at: app.clock.now(),
        };
        let owner = &holder.owner;
        store::key_tests::record(&app.db, owner, tested.slot, &test)
            .await
            .map_err(Fault::from)?;
        if tested.sent {
            health::note_test(app, owner, &test.secret_id, &report).await;
        }
        tell(app, owner).await?;
    }
    Ok(report)
}

fn blank(format: Finding) -> KeyReport {
    KeyReport {
        format,
        host: Finding::skipped(),
        auth: Finding::skipped(),
        quota: Finding::skipped(),
        models: Finding::skipped(),
    }
}

fn good(what: impl Into<String>) -> Finding {
    Finding::new(FindingResult::Ok, what)
}

fn not_a_key(message: impl Into<String>) -> KeyReport {
    blank(Finding::new(FindingResult::Failed, message))
}

/// A report, and the stored key that it is about.
type Tested = (KeyReport, Option<TestedKey>);

/// A stored key that was tested.
struct TestedKey {
    slot: ProviderId,
    id: SecretId,
    /// Whether it was sent to everybody who was asked, so that the answers speak of it.
    sent: bool,
}

impl TestedKey {
    fn of(row: SecretRow) -> Self {
        Self {
            slot: row.provider,
            id: row.id,
            sent: true,
        }
    }
}

async fn api_key(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
    draft: Draft,
) -> Result<Tested, ApiError> {
    let (key, id) = match draft.key {
        Some(typed) => match clean_draft(app, &typed) {
            Ok(key) => (key, None),
            Err(problem) => return Ok((not_a_key(problem.message()), None)),
        },
        None => match stored(app, holder, provider).await {
            Ok((key, row)) => (key, Some(TestedKey::of(row))),
            Err(missing) => {
                return self_hosted(app, holder, provider).await?.ok_or(missing);
            }
        },
    };
    let report = blank(good("This has the form of a key."));
    let adapter = adapter(provider)?;
    Ok((ask(app, adapter, None, Some(&key), report).await, id))
}

/// Suno without a key may be a server of one's own.
async fn self_hosted(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
) -> Result<Option<Tested>, ApiError> {
    if provider != ProviderId::Suno {
        return Ok(None);
    }
    let own = own_endpoints(app, holder).await?;
    let Some((_, url)) = own
        .into_iter()
        .find(|(kind, _)| *kind == EndpointKind::Suno)
    else {
        return Ok(None);
    };
    let report = blank(good(format!("{} own server needs no key.", holder.whose())));
    let endpoint = address(&url)?;
    let report = ask(app, adapter(provider)?, Some(&endpoint), None, report).await;
    Ok(Some((report, None)))
}

async fn endpoints(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
    draft: Draft,
) -> Result<Tested, ApiError> {
    let mut bound = None;
    let (token, mut tested) = match draft.key {
        Some(key) => {
            let input = KeyInput {
                key,
                secret: draft.secret,
            };
            match proxy_token(app, &input) {
                Ok(token) => (Some(token), None),
                Err(error) => {
                    let message = error
                        .fields
                        .first()
                        .map_or(String::new(), |field| field.message.clone());
                    return Ok((not_a_key(message), None));
                }
            }
        }
        None => match find(app, holder, provider.key_slot()).await? {
            Some(row) if snapshot::state(app, &row) == KeyState::Ready => {
                let token = app
                    .vault
                    .open(&row)
                    .map_err(|_| unreadable(holder.whose(), provider))?;
                bound = Some(Audience::of(&row).origins);
                (Some(token), Some(TestedKey::of(row)))
            }
            Some(_) => return Err(unreadable(holder.whose(), provider)),
            None => (None, None),
        },
    };
    // One token serves all deployments: whoever tests it wants to know of each.
    let own: Vec<_> = own_endpoints(app, holder)
        .await?
        .into_iter()
        .filter(|(kind, _)| *kind != EndpointKind::Suno)
        .collect();
    if own.is_empty() {
        let mut error = ApiError::new(
            ErrorCode::ApiKeyRequired,
            format!(
                "Enter the address of the {} deployment first.",
                provider.label()
            ),
        );
        error.provider = Some(provider);
        error.missing = vec!["endpoint".to_owned()];
        return Err(error);
    }
    let format = match &token {
        Some(_) => good("This has the form of a proxy token."),
        None => Finding::new(FindingResult::Skipped, "No proxy token is stored."),
    };
    let mut whole: Option<KeyReport> = None;
    for (kind, url) in own {
        let endpoint = address(&url)?;
        let blank = blank(format.clone());
        let origin = endpoint.origin().ascii_serialization();
        let may_receive = bound
            .as_ref()
            .is_none_or(|origins| origins.contains(&origin));
        let presented = token.as_ref().filter(|_| may_receive);
        let mut report = ask(app, adapter(provider)?, Some(&endpoint), presented, blank).await;
        if token.is_some() && !may_receive {
            if let Some(tested) = &mut tested {
                tested.sent = false;
            }
            report.auth = Finding::new(
                FindingResult::Failed,
                "The token was saved for another address and was not sent. Enter it again.",
            );
        }
        for finding in [&mut report.host, &mut report.auth] {
            finding.message = format!("{}: {}", kind.field_label(), finding.message);
        }
        whole = Some(match whole {
            Some(before) => worse(before, report),
            None => report,
        });
    }
    Ok((whole.unwrap_or_else(|| blank(format)), tested))
}

/// Of two reports, finding by finding the one that needs attention.
fn worse(one: KeyReport, other: KeyReport) -> KeyReport {
    let pick = |one: Finding, other: Finding| {
        if other.result == FindingResult::Failed && one.result != FindingResult::Failed {
            other
        } else {
            one
        }
    };
    KeyReport {
        format: one.format,
        host: pick(one.host, other.host),
        auth: pick(one.auth, other.auth),
        quota: pick(one.quota, other.quota),
        models: pick(one.models, other.models),
    }
}

async fn operator(app: &App, holder: &Holder<'_>) -> Result<KeyReport, ApiError> {
    let not_permitted = || {
        let mut error = ApiError::new(
            ErrorCode::ApiKeyRequired,
            "The Claude installation of this server is for its admins, and only where the operator switched it on with FILM_CLAUDE_CLI.",
        );
        error.provider = Some(ProviderId::ClaudeCli);
        error.missing = vec!["permission".to_owned()];
        error
    };
    let is_own = matches!(holder.owner, Owner::User(_));
    match &app.claude_cli {
        Some(installation) if is_own && holder.actor.user.is_admin => Ok(installation.test().await),
        _ => Err(not_permitted()),
    }
}

fn address(url: &str) -> Result<Url, ApiError> {
    Ok(Url::parse(url).map_err(|_| Fault::Damaged("endpoint of the settings"))?)
}

fn adapter(provider: ProviderId) -> Result<&'static dyn Adapter, ApiError> {
    Operation::ALL
        .into_iter()
        .find_map(|operation| providers::adapter(provider, operation))
        .ok_or_else(|| {
            ApiError::invalid_field(
                "provider",
                format!("{} is not available yet.", provider.label()),
            )
        })
}

/// Asks stage by stage until it is known.
async fn ask(
    app: &App,
    adapter: &dyn Adapter,
    endpoint: Option<&Url>,
    key: Option<&SecretString>,
    mut report: KeyReport,
) -> KeyReport {
    let provider = adapter.provider();
    let mut stage = 0;
    while let Some(call) = adapter.check_call(stage, endpoint) {
        match app.outbound.send(&call, key).await {
            Ok(reply) => {
                report.host = good(format!("{} answers.", provider.label()));
                match adapter.check_read(stage, &reply) {
                    CheckStep::Next(next) => stage = next,
                    CheckStep::Done(found) => {
                        report.auth = found.auth;
                        report.quota = found.quota;
                        report.models = found.models;
                        break;
                    }
                }
            }
            Err(SendError::Ambiguous(failure))
                if endpoint.is_some() && failure.fault == ProviderFault::Timeout =>
            {
                report.host = Finding::new(
                    FindingResult::Unknown,
                    "Nothing answered yet. A deployment that sleeps takes minutes to start; test again then.",
                );
                break;
            }
            Err(error) => {
                tracing::info!(%provider, fault = ?error.failure().fault, "key test got no answer");
                report.host = Finding::new(
                    FindingResult::Failed,
                    format!(
                        "{} could not be reached. Try again in a minute.",
                        provider.label()
                    ),
                );
                break;
            }
        }
    }
    report
}

/// What `missing` names where a key is missing.
pub(super) fn missing(provider: ProviderId) -> ApiError {
    let mut error = ApiError::new(
        ErrorCode::ApiKeyRequired,
        format!("Enter your {} API key first.", provider.label()),
    );
    error.provider = Some(provider);
    error.missing = vec![API_KEY.to_owned()];
    error
}

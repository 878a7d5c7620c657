//! Single cases that a reader should see spelled out.

use super::*;

#[test]
fn an_explicit_request_wins_over_project_and_user() {
    let mut snapshot = Snapshot::default();
    snapshot
        .user
        .keys
        .insert(ProviderId::Gemini, key("user", KeyState::Ready));
    snapshot.project = Some(ProjectLevel {
        settings: settings(&[(Operation::Image, ProviderId::Kie)], &[], &[], "project"),
        of_organization: false,
    });
    let request = Request {
        operation: Operation::Image,
        provider: Some(ProviderId::Gemini),
        model: None,
    };
    let found = resolve(&request, &snapshot, &catalog()).unwrap();
    assert_eq!(
        (found.provider, found.payer),
        (ProviderId::Gemini, Payer::User)
    );
}

#[test]
fn a_gemini_key_opens_nano_banana_only_where_its_own_slot_is_empty() {
    let mut snapshot = Snapshot::default();
    snapshot
        .user
        .keys
        .insert(ProviderId::Gemini, key("user", KeyState::Ready));
    let request = Request {
        operation: Operation::Image,
        provider: Some(ProviderId::NanoBanana),
        model: None,
    };
    assert!(resolve(&request, &snapshot, &catalog()).is_ok());
    snapshot
        .user
        .keys
        .insert(ProviderId::NanoBanana, key("user", KeyState::Unreadable));
    let unresolved = resolve(&request, &snapshot, &catalog()).unwrap_err();
    assert_eq!(
        unresolved.problem,
        Problem::Unavailable(ProviderId::NanoBanana, Level::User)
    );
}

#[test]
fn a_token_saved_for_another_address_stops() {
    let mut snapshot = Snapshot::default();
    snapshot.user.settings = settings(
        &[(Operation::Image, ProviderId::Modal)],
        &[],
        &[EndpointKind::Image],
        "mine",
    );
    let mut token = key("user", KeyState::Ready);
    token.origins = Some(vec!["https://other.modal.run".into()]);
    snapshot.user.keys.insert(ProviderId::Modal, token);
    let request = Request {
        operation: Operation::Image,
        provider: None,
        model: None,
    };
    let unresolved = resolve(&request, &snapshot, &catalog()).unwrap_err();
    assert_eq!(
        unresolved.problem,
        Problem::Unavailable(ProviderId::Modal, Level::User)
    );
}

#[test]
fn a_key_never_goes_to_a_server_that_somebody_runs_themselves() {
    let mut snapshot = Snapshot::default();
    snapshot.user.settings = settings(&[], &[], &[EndpointKind::Suno], "mine");
    let own = key("user", KeyState::Ready);
    snapshot.user.keys.insert(ProviderId::Suno, own);
    let mut request = Request {
        operation: Operation::Music,
        provider: Some(ProviderId::Suno),
        model: Some("suno-api/chirp-v3-5".into()),
    };
    let found = resolve(&request, &snapshot, &catalog()).unwrap();
    assert_eq!((found.endpoint.is_some(), found.credential), (true, None));
    request.model = Some("V5".into());
    let found = resolve(&request, &snapshot, &catalog()).unwrap();
    assert_eq!((found.endpoint, found.credential.is_some()), (None, true));
}

#[test]
fn the_operators_own_installation_serves_admins_only() {
    let mut snapshot = Snapshot::default();
    let permission = key("environment", KeyState::Ready);
    snapshot
        .environment
        .keys
        .insert(ProviderId::ClaudeCli, permission);
    let request = Request {
        operation: Operation::Llm,
        provider: Some(ProviderId::ClaudeCli),
        model: None,
    };
    let unresolved = resolve(&request, &snapshot, &catalog()).unwrap_err();
    assert!(matches!(unresolved.problem, Problem::Missing(..)));
    snapshot.acting_is_admin = true;
    let found = resolve(&request, &snapshot, &catalog()).unwrap();
    assert_eq!(found.payer, Payer::Instance);
}

#[test]
fn nothing_found_names_operation_provider_and_what_is_missing() {
    let request = Request {
        operation: Operation::Llm,
        provider: None,
        model: None,
    };
    let unresolved = resolve(&request, &Snapshot::default(), &catalog()).unwrap_err();
    let error = ApiError::from(*unresolved);
    assert_eq!(error.code, ErrorCode::ApiKeyRequired);
    assert_eq!(error.operation, Some(Operation::Llm));
    assert_eq!(error.provider, Some(ProviderId::OpenRouter));
    assert_eq!(error.missing, ["api_key"]);
}

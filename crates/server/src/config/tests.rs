//! The boot matrix: what starts, what does not, and that no sentence gives a key away.

mod media;

use super::*;
use domain::{ProviderId, provider::EndpointKind};
use std::{collections::BTreeMap, io::Write};

const KEY: &str = "9f0c6a51d2b87e4430f1c59ae8276bd30a94fe1d7c3825b6e04f91a8d36c72e5";

fn boot(options: &ServeOptions, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables: BTreeMap<_, _> = variables.iter().copied().collect();
    Config::from_parts(options, |name| {
        variables.get(name).map(|value| (*value).to_owned())
    })
}

fn with_key(options: &ServeOptions, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    boot(options, &[&[("FILM_MASTER_KEY", KEY)], variables].concat())
}

#[track_caller]
fn refused(result: Result<Config, ConfigError>, variable: &str) -> String {
    let sentence = result.expect_err("must not start").to_string();
    assert!(sentence.starts_with(variable), "{sentence}");
    assert!(
        sentence.ends_with('.') && !sentence.contains('\n'),
        "{sentence}"
    );
    sentence
}

#[test]
fn a_master_key_is_all_that_must_be_set() {
    let config = with_key(&ServeOptions::default(), &[]).unwrap();
    assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_origin.as_str(), "http://127.0.0.1:3000");
    assert!(!config.public_origin.is_https());
    assert_eq!(config.place.data, PathBuf::from("./data"));
    assert_eq!(config.dist, PathBuf::from("./dist"));
    assert_eq!(config.place.database_url, None);
    assert_eq!(config.providers, ProviderMode::Live);
    assert_eq!(config.sign_up, SignUpPolicy::Open);
    assert_eq!(config.environment_keys, EnvironmentKeys::Everyone);
    assert!(config.environment.keys.is_empty() && config.environment.endpoints.is_empty());
    assert!(config.trusted_proxies.is_empty());
    assert_eq!(config.master_key.variable, "FILM_MASTER_KEY");
}

#[test]
fn empty_variables_count_as_not_set() {
    let empty = || Some(String::new());
    let options = ServeOptions {
        addr: empty(),
        place: PlaceOptions {
            data: empty(),
            database_url: Some("  ".to_owned()),
        },
        providers: empty(),
        public_origin: empty(),
        sign_up: empty(),
        environment_keys: empty(),
        allow_private_endpoints: empty(),
        allow_endpoint_hosts: empty(),
        claude_cli: empty(),
        claude_cli_path: empty(),
        media: empty(),
        min_free_disk: empty(),
        keep_outputs_days: empty(),
        dist: empty(),
        rate_limits: empty(),
        trusted_proxies: empty(),
    };
    let variables = [
        ("FILM_MASTER_KEY_FILE", ""),
        ("GEMINI_API_KEY", " "),
        ("MODAL_KEY", ""),
        ("MODAL_IMAGE_ENDPOINT", ""),
    ];
    let config = with_key(&options, &variables).unwrap();
    assert_eq!(config.addr.port(), 3000);
    assert!(config.environment.keys.is_empty() && config.environment.endpoints.is_empty());
}

#[test]
fn every_wrong_option_is_named_in_one_sentence() {
    type Set = fn(&mut ServeOptions, String);
    let cases: [(&str, Set, &[&str]); 12] = [
        (
            "FILM_ADDR",
            |o, v| o.addr = Some(v),
            &["3000", "localhost", "127.0.0.1:99999"],
        ),
        (
            "FILM_DATABASE_URL",
            |o, v| o.place.database_url = Some(v),
            &["mysql://a/b", "postgres:", "film.db", "sqlite://film.db"],
        ),
        (
            "FILM_PROVIDERS",
            |o, v| o.providers = Some(v),
            &[
                "test",
                "https://127.0.0.1:4010",
                "http://127.0.0.1",
                "http://10.0.0.1:4010",
                "http://localhost.evil.example:4010",
                "http://user@127.0.0.1:4010",
                "http://127.0.0.1:4010/kie",
            ],
        ),
        (
            "FILM_PUBLIC_ORIGIN",
            |o, v| o.public_origin = Some(v),
            &[
                "http://film.example.com",
                "https://film.example.com/app",
                "https://film.example.com/?a=b",
                "https://me:pw@film.example.com",
                "ftp://127.0.0.1",
                "film.example.com",
                "http://0.0.0.0:3000",
                "http://localhost.evil.example",
            ],
        ),
        (
            "FILM_SIGN_UP",
            |o, v| o.sign_up = Some(v),
            &["maybe", "OPEN"],
        ),
        (
            "FILM_ENVIRONMENT_KEYS",
            |o, v| o.environment_keys = Some(v),
            &["all"],
        ),
        (
            "FILM_ALLOW_PRIVATE_ENDPOINTS",
            |o, v| o.allow_private_endpoints = Some(v),
            &["perhaps", "10.0.0.0/99", "true"],
        ),
        (
            "FILM_ALLOW_ENDPOINT_HOSTS",
            |o, v| o.allow_endpoint_hosts = Some(v),
            &["ftp://a.example", "a.example/x", "*"],
        ),
        (
            "FILM_TRUSTED_PROXIES",
            |o, v| o.trusted_proxies = Some(v),
            &["proxy", "10.0.0.1;10.0.0.2", "10.0.0.1:80"],
        ),
        (
            "FILM_MEDIA",
            |o, v| o.media = Some(v),
            &[
                "media",
                "/srv/media",
                "s3://",
                "s3://ab",
                "s3://film/a//b",
                "s3://film/../b",
                "s3://Film",
                "s3://key:secret@film",
                "https://film.s3.example.com",
            ],
        ),
        (
            "FILM_MIN_FREE_DISK",
            |o, v| o.min_free_disk = Some(v),
            &["much", "-1", "1.5GiB", "5 parsecs", "99999999999GiB"],
        ),
        (
            "FILM_KEEP_OUTPUTS_DAYS",
            |o, v| o.keep_outputs_days = Some(v),
            &["0", "-1", "soon", "7d", "99999999"],
        ),
    ];
    for (variable, set, values) in cases {
        for value in values {
            let mut options = ServeOptions::default();
            set(&mut options, (*value).to_owned());
            refused(with_key(&options, &[]), variable);
        }
    }
}

#[test]
fn listening_for_others_needs_a_public_origin() {
    for addr in ["0.0.0.0:3000", "[::]:3000", "192.168.1.5:80", "127.0.0.1:0"] {
        let mut options = ServeOptions {
            addr: Some(addr.to_owned()),
            ..ServeOptions::default()
        };
        refused(with_key(&options, &[]), "FILM_PUBLIC_ORIGIN");
        options.public_origin = Some("https://Film.Example.com:443/".to_owned());
        let config = with_key(&options, &[]).unwrap();
        assert_eq!(config.public_origin.as_str(), "https://film.example.com");
        assert!(config.public_origin.is_https());
    }
}

#[test]
fn a_sandbox_of_somebody_else_is_a_loopback_address() {
    for address in [
        "http://127.0.0.1:4010",
        "http://[::1]:4010/",
        "http://localhost:4010",
    ] {
        let options = ServeOptions {
            providers: Some(address.to_owned()),
            ..ServeOptions::default()
        };
        let config = with_key(&options, &[]).unwrap();
        assert!(matches!(config.providers, ProviderMode::At(_)), "{address}");
    }
}

#[test]
fn the_master_key_boot_matrix() {
    let options = ServeOptions::default();
    let ascending: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    for (value, because) in [
        (&KEY[..40], "32 bytes"),
        ("hello master key of mine", "base64"),
        (&"0".repeat(64), "pattern"),
        (&"a5".repeat(32), "pattern"),
        (&ascending, "example"),
    ] {
        let sentence = refused(
            boot(&options, &[("FILM_MASTER_KEY", value)]),
            "FILM_MASTER_KEY ",
        );
        assert!(sentence.contains(because), "{sentence}");
        assert!(!sentence.contains(&value[..8]), "{sentence}");
    }
    refused(boot(&options, &[]), "FILM_MASTER_KEY_FILE must name");
    refused(
        with_key(&options, &[("FILM_MASTER_KEY_FILE", "/nowhere/key")]),
        "FILM_MASTER_KEY_FILE and FILM_MASTER_KEY are both set",
    );
    refused(
        boot(&options, &[("FILM_MASTER_KEY_FILE", "/nowhere/key")]),
        "FILM_MASTER_KEY_FILE names a file that cannot be read",
    );
}

#[cfg(unix)]
#[test]
fn a_key_file_is_read_only_when_nobody_else_can_read_it() {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{KEY}").unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    for mode in [0o640, 0o604, 0o644, 0o660, 0o610] {
        file.as_file()
            .set_permissions(Permissions::from_mode(mode))
            .unwrap();
        let sentence = refused(
            boot(&ServeOptions::default(), &[("FILM_MASTER_KEY_FILE", &path)]),
            "FILM_MASTER_KEY_FILE",
        );
        assert!(sentence.contains("chmod 600"), "{mode:o}: {sentence}");
    }
    for mode in [0o600, 0o400] {
        file.as_file()
            .set_permissions(Permissions::from_mode(mode))
            .unwrap();
        let config = boot(&ServeOptions::default(), &[("FILM_MASTER_KEY_FILE", &path)]).unwrap();
        assert_eq!(config.master_key.variable, "FILM_MASTER_KEY_FILE");
    }
}

#[test]
fn the_claude_installation_is_off_unless_it_is_switched_on_and_there() {
    let with = |switch: &str, path: &str| {
        let options = ServeOptions {
            claude_cli: Some(switch.to_owned()),
            claude_cli_path: Some(path.to_owned()),
            ..ServeOptions::default()
        };
        with_key(
            &options,
            &[
                ("HOME", "/users/ada"),
                ("ANTHROPIC_API_KEY", "sk-ant-0123456789"),
            ],
        )
    };
    assert!(with("off", "/bin/sh").unwrap().claude_cli.is_none());
    refused(with("maybe", "/bin/sh"), "FILM_CLAUDE_CLI");
    refused(with("on", "/nowhere/claude"), "FILM_CLAUDE_CLI_PATH");
    refused(with("on", "bin/sh"), "FILM_CLAUDE_CLI_PATH");
    let found = with("on", "/bin/sh").unwrap().claude_cli.unwrap();
    let login = (
        "CLAUDE_CONFIG_DIR".to_owned(),
        "/users/ada/.claude".to_owned(),
    );
    assert_eq!(found.login, [login]);
}

#[test]
fn provider_variables_are_read_by_slot() {
    let variables = [
        (
            "GEMINI_API_KEY",
            "\"AIzaSyExampleExampleExampleExample12345\"\n",
        ),
        (
            "NANO_BANANA_API_KEY",
            "AIzaSyAnotherAnotherAnotherAnother1234",
        ),
        ("MODAL_KEY", "wk-abcdefghijklmnop"),
        ("MODAL_SECRET", "ws-abcdefghijklmnop"),
        (
            "MODAL_IMAGE_ENDPOINT",
            "https://me--film-image.modal.run/generate",
        ),
        (
            "MODAL_IMAGE_EDIT_ENDPOINT",
            "https://me--film-edit.modal.run",
        ),
    ];
    let config = with_key(&ServeOptions::default(), &variables).unwrap();
    let slots: Vec<_> = config.environment.keys.keys().copied().collect();
    assert_eq!(
        slots,
        [
            ProviderId::Gemini,
            ProviderId::NanoBanana,
            ProviderId::Modal
        ]
    );
    assert_eq!(
        config.environment.endpoints[&EndpointKind::Image],
        "https://me--film-image.modal.run/generate"
    );
    assert_eq!(config.environment.endpoints.len(), 2);

    let account = [
        ("MODAL_KEY", "ak-abcdefghijklmnop"),
        ("MODAL_SECRET", "as-abcdefghijklmnop"),
    ];
    refused(with_key(&ServeOptions::default(), &account), "MODAL_KEY");

    let shown = format!("{config:?}");
    for secret in ["AIza", "wk-abc", "ws-abc", &KEY[..6]] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn wrong_provider_variables_are_named_without_their_value() {
    for (variable, value) in [
        ("GEMINI_API_KEY", "····1c96"),
        ("OPENAI_API_KEY", "sk two words here"),
        ("KIE_API_KEY", "short"),
        ("MODAL_KEY", "wk-alone-alone-alone"),
        ("MODAL_SECRET", "ws-alone-alone-alone"),
        ("MODAL_LLM_ENDPOINT", "http://llm.example.com"),
        ("MODAL_TTS_ENDPOINT", "https://me:pw@tts.example.com"),
        ("MODAL_VIDEO_ENDPOINT", "https://video.example.com/#x"),
        ("MODAL_MUSIC_ENDPOINT", "music"),
    ] {
        let sentence = refused(
            with_key(&ServeOptions::default(), &[(variable, value)]),
            variable,
        );
        assert!(!sentence.contains(value), "{sentence}");
    }
}

#[test]
fn plain_http_endpoints_need_the_permission_for_private_ones() {
    let options = ServeOptions {
        allow_private_endpoints: Some("10.0.0.0/8:8000".to_owned()),
        ..ServeOptions::default()
    };
    let variables = [("MODAL_LLM_ENDPOINT", "http://10.0.0.7:8000/v1")];
    let config = with_key(&options, &variables).unwrap();
    assert_eq!(
        config.environment.endpoints[&EndpointKind::Llm],
        "http://10.0.0.7:8000/v1"
    );
}

#[test]
fn a_database_password_is_not_shown() {
    let options = ServeOptions {
        place: PlaceOptions {
            database_url: Some("postgres://film:hunter2222@db.example/film".to_owned()),
            ..PlaceOptions::default()
        },
        ..ServeOptions::default()
    };
    let config = with_key(&options, &[]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2222"));
    assert!(
        config
            .place
            .database_url
            .unwrap()
            .as_str()
            .contains("hunter2222")
    );
}

#[test]
fn the_command_line_has_the_flags_of_the_contract() {
    use clap::{Args as _, FromArgMatches as _};
    let command = ServeOptions::augment_args(clap::Command::new("serve"));
    let line = [
        "serve",
        "--addr=127.0.0.1:4000",
        "--providers",
        "sandbox",
        "--sign-up",
        "closed",
        "--allow-private-endpoints=10.0.0.0/8",
        "--trusted-proxies",
        "10.0.0.1,10.0.0.2",
    ];
    let matches = command.try_get_matches_from(line).unwrap();
    let options = ServeOptions::from_arg_matches(&matches).unwrap();
    let config = with_key(&options, &[]).unwrap();
    assert_eq!(config.addr.port(), 4000);
    assert_eq!(config.providers, ProviderMode::Sandbox);
    assert_eq!(config.sign_up, SignUpPolicy::Closed);
    assert_eq!(config.trusted_proxies.len(), 2);
}

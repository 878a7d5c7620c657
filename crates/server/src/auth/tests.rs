//! Accounts and sessions on a real database with a clock that stands still.

use super::*;
use crate::{vault::MasterKeys, web::client};
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use domain::{ErrorCode, InvitationId, ProjectId, Timestamp, UserId};
use std::{net::Ipv4Addr, time::Duration};
use store::{
    invitations::{self, NewInvitation, Place},
    projects::NewProject,
    users::{NewUser, PasswordHash},
};

const HOME: Client = Client {
    address: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
    agent: Agent::UNKNOWN,
};
const AWAY: Client = Client {
    address: IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)),
    agent: Agent::UNKNOWN,
};
const MASTER_KEY: &str = "9f0c6a51d2b87e4430f1c59ae8276bd30a94fe1d7c3825b6e04f91a8d36c72e5";
const GOOD: &str = "three blue horses";

struct House {
    folder: tempfile::TempDir,
    db: Db,
    clock: Clock,
    ids: Ids,
    hasher: PasswordHasher,
    throttle: Throttle,
    origin: PublicOrigin,
    vault: Vault,
    policy: SignUpPolicy,
}

impl House {
    async fn build(policy: SignUpPolicy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.db");
        let db = Db::open(&format!("sqlite://{}", path.display()))
            .await
            .unwrap();
        db.migrate().await.unwrap();
        Self {
            folder,
            db,
            clock: Clock::fixed(Timestamp(1_795_341_600_000)),
            ids: Ids::seeded(1),
            hasher: PasswordHasher::new(),
            throttle: Throttle::new(),
            origin: PublicOrigin::parse("https://film.example.com").unwrap(),
            vault: Vault::new(MasterKeys::parse(MASTER_KEY).unwrap()),
            policy,
        }
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            db: &self.db,
            clock: &self.clock,
            ids: &self.ids,
            hasher: &self.hasher,
            throttle: &self.throttle,
            origin: &self.origin,
            vault: &self.vault,
            policy: self.policy,
        }
    }

    async fn sign_up(&self, email: &str) -> Result<SignedIn, ApiError> {
        let input = SignUp {
            email: email.to_owned(),
            password: GOOD.into(),
            name: None,
            invitation: None,
        };
        self.desk().sign_up(HOME, input).await
    }

    async fn sign_in(
        &self,
        client: Client,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, ApiError> {
        self.desk()
            .sign_in(client, with(email, password), None)
            .await
    }

    async fn who(&self, token: &str) -> Option<String> {
        let actor = self.desk().actor(token).await.unwrap();
        actor.map(|actor| actor.user.email)
    }

    /// Every byte that the database has on the disk.
    fn on_disk(&self) -> Vec<u8> {
        std::fs::read_dir(self.folder.path())
            .unwrap()
            .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect()
    }
}

fn with(email: &str, password: &str) -> SignIn {
    SignIn {
        email: email.to_owned(),
        password: password.into(),
        code: None,
    }
}

fn fields(error: &ApiError) -> Vec<&str> {
    assert_eq!(error.code, ErrorCode::InvalidInput);
    error
        .fields
        .iter()
        .map(|field| field.field.as_str())
        .collect()
}

#[tokio::test]
async fn the_first_account_runs_the_instance_and_the_second_does_not() {
    let house = House::build(SignUpPolicy::Open).await;
    let first = house.sign_up("Ada@Example.com ").await.unwrap();
    assert!(first.me.user.is_admin);
    assert_eq!(first.me.roles, ["admin"]);
    assert_eq!(first.me.user.email, "ada@example.com");
    assert_eq!(first.me.user.name, "ada");
    let second = house.sign_up("bo@example.com").await.unwrap();
    assert!(!second.me.user.is_admin);
    assert_eq!(second.me.roles, ["user"]);
    assert_eq!(
        house.who(second.token.as_str()).await.as_deref(),
        Some("bo@example.com")
    );
}

#[tokio::test]
async fn where_strangers_make_no_accounts_the_first_can_be_made() {
    let house = House::build(SignUpPolicy::Closed).await;
    house.sign_up("ada@example.com").await.unwrap();
    let error = house.sign_up("bo@example.com").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    assert_eq!(store::users::count(&house.db).await.unwrap(), 1);
}

#[tokio::test]
async fn where_strangers_make_no_accounts_a_link_lets_its_address_in() {
    let house = House::build(SignUpPolicy::Closed).await;
    let ada = house.sign_up("ada@example.com").await.unwrap().me.user.id;
    let (film, token) = (
        ProjectId("film".to_owned()),
        SessionToken::generate().unwrap(),
    );
    let now = house.clock.now();
    let project = NewProject {
        id: film.clone(),
        name: "Film".to_owned(),
        organization_id: None,
        created_at: now,
    };
    store::projects::insert(&house.db, &ada, &project)
        .await
        .unwrap();
    let invitation = NewInvitation {
        id: &InvitationId("invitation".to_owned()),
        place: Place::Project(&film),
        email: "bo@example.com",
        role: "editor",
        token_hash: &hash_of_token(token.as_str()).unwrap(),
        invited_by: &ada,
        created_at: now,
        expires_at: now.plus_millis(60_000),
    };
    invitations::put(&house.db, &invitation).await.unwrap();
    let come = async |email: &str, token: &str| {
        let input = SignUp {
            email: email.to_owned(),
            password: GOOD.into(),
            name: None,
            invitation: Some(token.into()),
        };
        house.desk().sign_up(HOME, input).await
    };
    let other = SessionToken::generate().unwrap();
    for (email, token) in [
        ("eve@example.com", token.as_str()),
        ("bo@example.com", other.as_str()),
        ("bo@example.com", "rubbish"),
    ] {
        let error = come(email, token).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden, "{email}");
    }
    let bo = come("Bo@example.com", token.as_str()).await.unwrap();
    assert!(!bo.me.user.is_admin);
    house.clock.advance(Duration::from_secs(61));
    let error = come("bo@example.com", token.as_str()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden, "it is over");
}

#[tokio::test]
async fn what_is_wrong_with_a_new_account_is_told_by_field() {
    let house = House::build(SignUpPolicy::Open).await;
    house.sign_up("ada@example.com").await.unwrap();
    let taken = house.sign_up("ADA@example.com").await.unwrap_err();
    assert_eq!(fields(&taken), ["email"]);
    assert!(taken.detail.contains("already an account"));
    let input = SignUp {
        email: "nobody".to_owned(),
        password: "short".into(),
        name: Some("two\nlines".to_owned()),
        invitation: None,
    };
    let error = house.desk().sign_up(HOME, input).await.unwrap_err();
    assert_eq!(fields(&error), ["email", "name", "password"]);
    let input = SignUp {
        email: "grace.hopper@example.com".to_owned(),
        password: "Grace-Hopper-1906".into(),
        name: None,
        invitation: None,
    };
    let error = house.desk().sign_up(HOME, input).await.unwrap_err();
    assert_eq!(fields(&error), ["password"]);
    assert_eq!(store::users::count(&house.db).await.unwrap(), 1);
}

#[tokio::test]
async fn unknown_and_wrong_get_the_same_answer() {
    let house = House::build(SignUpPolicy::Open).await;
    house.sign_up("ada@example.com").await.unwrap();
    let wrong = house
        .sign_in(HOME, "ada@example.com", "three blue cows")
        .await
        .unwrap_err();
    assert_eq!(wrong.code, ErrorCode::Unauthenticated);
    assert_eq!(wrong.detail, "E-mail or password is wrong.");
    for (email, password) in [
        ("nobody@example.com", GOOD),
        ("nobody@example.com", "no account has this"),
        ("no address", GOOD),
        ("", ""),
        ("ada@example.com", ""),
        ("ada@example.com", &"x".repeat(2000)),
        ("ada@example.com' OR '1'='1", GOOD),
    ] {
        let error = house.sign_in(AWAY, email, password).await.unwrap_err();
        assert_eq!(error, wrong, "{email}");
    }
    assert!(house.sign_in(HOME, " ADA@example.com", GOOD).await.is_ok());
}

#[tokio::test]
async fn a_planted_session_does_not_survive_signing_in() {
    let house = House::build(SignUpPolicy::Open).await;
    let planted = house.sign_up("mallory@example.com").await.unwrap().token;
    house.sign_up("ada@example.com").await.unwrap();
    let input = with("ada@example.com", GOOD);
    let signed_in = house
        .desk()
        .sign_in(HOME, input, Some(planted.as_str()))
        .await
        .unwrap();
    assert_ne!(signed_in.token.as_str(), planted.as_str());
    assert_eq!(house.who(planted.as_str()).await, None);
    assert_eq!(
        house.who(signed_in.token.as_str()).await.as_deref(),
        Some("ada@example.com")
    );
}

#[tokio::test]
async fn a_failed_sign_in_leaves_the_session_alone() {
    let house = House::build(SignUpPolicy::Open).await;
    let token = house.sign_up("ada@example.com").await.unwrap().token;
    let input = with("ada@example.com", "three blue cows");
    house
        .desk()
        .sign_in(HOME, input, Some(token.as_str()))
        .await
        .unwrap_err();
    assert!(house.who(token.as_str()).await.is_some());
}

#[tokio::test]
async fn nothing_on_the_disk_is_a_usable_token_or_password() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let house = House::build(SignUpPolicy::Open).await;
    let signed_in = house.sign_up("ada@example.com").await.unwrap();
    let token = signed_in.token.as_str();
    let disk = house.on_disk();
    let raw = URL_SAFE_NO_PAD.decode(token).unwrap();
    for needle in [token.as_bytes(), &raw, GOOD.as_bytes()] {
        assert!(!disk.windows(needle.len()).any(|window| window == needle));
    }
    let stored = token::hash(token).unwrap();
    assert!(
        disk.windows(32).any(|window| window == stored),
        "the search would find what is there"
    );
    for replayed in [URL_SAFE_NO_PAD.encode(stored), hex::encode(stored)] {
        assert_eq!(house.who(&replayed).await, None);
    }
    let row = store::users::by_email(&house.db, "ada@example.com")
        .await
        .unwrap()
        .unwrap();
    let error = house
        .sign_in(HOME, "ada@example.com", &row.password_hash.0)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
}

#[tokio::test]
async fn a_session_ends_a_day_after_its_last_use() {
    let house = House::build(SignUpPolicy::Open).await;
    let token = house.sign_up("ada@example.com").await.unwrap().token;
    for _ in 0..3 {
        house.clock.advance(Duration::from_secs(23 * 3600));
        assert!(house.who(token.as_str()).await.is_some());
    }
    house.clock.advance(Duration::from_secs(24 * 3600 + 1));
    assert_eq!(house.who(token.as_str()).await, None);
}

#[tokio::test]
async fn a_session_in_use_ends_after_two_weeks() {
    let house = House::build(SignUpPolicy::Open).await;
    let token = house.sign_up("ada@example.com").await.unwrap().token;
    for _ in 0..27 {
        house.clock.advance(Duration::from_secs(12 * 3600));
        assert!(house.who(token.as_str()).await.is_some());
    }
    house.clock.advance(Duration::from_secs(12 * 3600));
    assert_eq!(house.who(token.as_str()).await, None);
}

#[tokio::test]
async fn the_use_of_a_session_is_noted_at_most_once_a_minute() {
    let house = House::build(SignUpPolicy::Open).await;
    let token = house.sign_up("ada@example.com").await.unwrap().token;
    let hash = token::hash(token.as_str()).unwrap();
    let seen = async || {
        let now = house.clock.now();
        let found = store::sessions::by_token_hash(&house.db, &hash, now).await;
        found.unwrap().unwrap().times.last_seen_at
    };
    let began = seen().await;
    house.clock.advance(Duration::from_secs(59));
    house.who(token.as_str()).await.unwrap();
    assert_eq!(seen().await, began);
    house.clock.advance(Duration::from_secs(1));
    house.who(token.as_str()).await.unwrap();
    assert_eq!(seen().await, began.plus_millis(60_000));
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let house = House::build(SignUpPolicy::Open).await;
    let token = house.sign_up("ada@example.com").await.unwrap().token;
    let other = house
        .sign_in(AWAY, "ada@example.com", GOOD)
        .await
        .unwrap()
        .token;
    house.desk().sign_out(token.as_str()).await.unwrap();
    assert_eq!(house.who(token.as_str()).await, None);
    assert!(house.who(other.as_str()).await.is_some());
    house.desk().sign_out(token.as_str()).await.unwrap();
    house.desk().sign_out("not a token").await.unwrap();
}

#[tokio::test]
async fn a_thousand_guesses_behind_forged_addresses_are_hardly_judged() {
    let house = House::build(SignUpPolicy::Open).await;
    house.sign_up("ada@example.com").await.unwrap();
    let mut judged = 0;
    for n in 0..1000_u32 {
        let mut headers = http::HeaderMap::new();
        let forged = Ipv4Addr::from(0x0a00_0000 + n).to_string();
        for name in [
            "x-forwarded-for",
            "cf-connecting-ip",
            "x-real-ip",
            "forwarded",
        ] {
            headers.insert(name, forged.parse().unwrap());
        }
        let client = client::of(HOME.address, &headers, &std::collections::BTreeSet::new());
        house.clock.advance(Duration::from_millis(100));
        match house
            .sign_in(client, "ada@example.com", "three blue cows")
            .await
        {
            Ok(_) => panic!("a wrong password signed in"),
            Err(error) if error.code == ErrorCode::RateLimited => {
                assert!(
                    error
                        .retry_after
                        .is_some_and(|seconds| (1..=60).contains(&seconds))
                );
            }
            Err(_) => judged += 1,
        }
    }
    assert!((5..=30).contains(&judged), "{judged}");
    let held_back = house
        .sign_in(HOME, "ada@example.com", GOOD)
        .await
        .unwrap_err();
    assert_eq!(held_back.code, ErrorCode::RateLimited);
    house.sign_in(AWAY, "ada@example.com", GOOD).await.unwrap();
}

#[tokio::test]
async fn a_weaker_hash_is_renewed_at_sign_in() {
    let house = House::build(SignUpPolicy::Open).await;
    let params = Params::new(64, 1, 1, None).unwrap();
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(GOOD.as_bytes())
        .unwrap()
        .to_string();
    let user = NewUser {
        id: UserId("ada".to_owned()),
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        password_hash: PasswordHash(weak),
        created_at: Timestamp(0),
    };
    store::users::insert_first_or_later(&house.db, &user)
        .await
        .unwrap();
    house.sign_in(HOME, "ada@example.com", GOOD).await.unwrap();
    let row = store::users::by_email(&house.db, "ada@example.com")
        .await
        .unwrap()
        .unwrap();
    assert!(
        row.password_hash
            .0
            .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
    );
    house.sign_in(HOME, "ada@example.com", GOOD).await.unwrap();
}

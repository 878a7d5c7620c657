//! Addresses and names that lead inside: none of them reaches a socket.

use super::*;

/// Answers with the addresses of a list, one after the other.
struct Answers(Vec<Vec<IpAddr>>, AtomicUsize);

impl Answers {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |one: &&[&str]| one.iter().map(|a| a.parse().unwrap()).collect();
        Arc::new(Self(
            answers.iter().map(parse).collect(),
            AtomicUsize::new(0),
        ))
    }
}

impl Lookup for Answers {
    fn lookup(&self, _: String) -> LookedUp {
        let turn = self.1.fetch_add(1, Ordering::SeqCst);
        let found = self.0[turn % self.0.len()].clone();
        Box::pin(async move { Ok(found) })
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_before_a_connection() {
    let (address, connections) = counting_listener().await;
    let port = address.port();
    let policy = Policy::default()
        .with_hosts(&format!("https://models.example.org:{port}"))
        .unwrap();
    let url = format!("https://models.example.org:{port}/x");
    for answers in [
        Answers::new(&[&["127.0.0.1"]]),
        Answers::new(&[&["1.1.1.1", "127.0.0.1"]]),
        Answers::new(&[&["::1"]]),
        Answers::new(&[&["::ffff:127.0.0.1"]]),
        Answers::new(&[&["169.254.169.254"]]),
        Answers::new(&[&[]]),
    ] {
        let outbound = Outbound::with_lookup(Bases::live(), policy.clone(), answers).unwrap();
        let mut sink = Vec::new();
        assert!(outbound.download(&url, 10, &mut sink).await.is_err());
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_never_leads_inside() {
    use reqwest::dns::Resolve;
    let policy = Arc::new(
        Policy::default()
            .with_hosts("https://models.example.org")
            .unwrap(),
    );
    let lookup = Answers::new(&[&["1.1.1.1"], &["127.0.0.1"], &["8.8.8.8", "10.0.0.1"]]);
    let resolver = GuardedResolver::new(policy, lookup);
    let mut refused = 0;
    for _ in 0..1000 {
        match resolver
            .resolve("models.example.org".parse().unwrap())
            .await
        {
            // The client connects to what it is given here and looks nothing up again.
            Ok(mut found) => assert!(found.all(|address| crate::guard::is_public(address.ip()))),
            Err(_) => refused += 1,
        }
    }
    assert_eq!(refused, 666);

    let (address, connections) = counting_listener().await;
    let port = address.port();
    let policy = Policy::default()
        .with_hosts(&format!("https://models.example.org:{port}"))
        .unwrap();
    let url = format!("https://models.example.org:{port}/x");
    let lookup = Answers::new(&[&["127.0.0.1", "1.1.1.1"], &["127.0.0.1"]]);
    let outbound = Outbound::with_lookup(Bases::live(), policy, lookup).unwrap();
    for _ in 0..1000 {
        let mut sink = Vec::new();
        assert!(outbound.download(&url, 10, &mut sink).await.is_err());
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_name_of_a_provider_that_leads_inside_was_certainly_not_called() {
    let lookup = Answers::new(&[&["127.0.0.1"]]);
    let outbound = Outbound::with_lookup(Bases::live(), Policy::default(), lookup).unwrap();
    let error = outbound.send(&call(), Some(&secret())).await.unwrap_err();
    assert!(
        matches!(&error, SendError::NotSent(failure) if !failure.transient),
        "{error:?}"
    );
}

/// Spellings that lead, or try to lead, to this machine or out of `.modal.run`. `PORT` is that of
/// a listener on 127.0.0.1.
const SPELLINGS: [&str; 62] = [
    "http://127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/",
    "http://localhost:PORT/",
    "https://localhost:PORT/",
    "https://localhost.:PORT/",
    "https://LOCALHOST:PORT/",
    "http://2130706433:PORT/",
    "https://2130706433:PORT/",
    "https://0x7f000001:PORT/",
    "https://0x7f.0.0.1:PORT/",
    "https://0177.0.0.1:PORT/",
    "https://017700000001:PORT/",
    "https://127.1:PORT/",
    "https://127.0.1:PORT/",
    "https://0:PORT/",
    "https://0.0.0.0:PORT/",
    "https://127.0.0.1.:PORT/",
    "https://127.00000.0.1:PORT/",
    "https://[::1]:PORT/",
    "https://[::]:PORT/",
    "https://[::ffff:127.0.0.1]:PORT/",
    "https://[::ffff:7f00:1]:PORT/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
    "https://[64:ff9b::7f00:1]:PORT/",
    "https://①②⑦.⓪.⓪.①:PORT/",
    "https://127。0。0。1:PORT/",
    "https://127%2e0%2e0%2e1:PORT/",
    "https://%31%32%37.0.0.1:PORT/",
    "https://user@127.0.0.1:PORT/",
    "https://user:pass@127.0.0.1:PORT/",
    "https://me.modal.run@127.0.0.1:PORT/",
    "https://me.modal.run:443@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/.modal.run",
    "https://127.0.0.1:PORT/?x=.modal.run",
    "https://127.0.0.1:PORT#.modal.run",
    "https://127.0.0.1:PORT\\.modal.run/",
    "https:\\\\127.0.0.1:PORT\\",
    "https:/127.0.0.1:PORT/",
    "https:127.0.0.1:PORT/",
    "ht\ttps://127.0.0.1:PORT/",
    " https://127.0.0.1:PORT/ ",
    "HTTPS://127.0.0.1:PORT/",
    "http://me.modal.run:PORT/",
    "https://me.modal.run:PORT/",
    "https://me.modal.run.evil.example:PORT/",
    "https://evilmodal.run:PORT/",
    "https://modal.run:PORT/",
    "https://.modal.run:PORT/",
    "https://a..modal.run:PORT/",
    "https://me.modal.run.:PORT/",
    "https://mе.mоdal.run:PORT/",
    "https://xn--mdal-5of.run:PORT/",
    "https://127.0.0.1:PORT%00.modal.run/",
    "https://evil.example:PORT/.modal.run",
    "https://169.254.169.254:PORT/latest/meta-data/",
    "https://10.0.0.1:PORT/",
    "https://192.168.0.1:PORT/",
    "ftp://127.0.0.1:PORT/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/",
    "data:text/plain,hi",
    "//127.0.0.1:PORT/",
];

#[tokio::test]
async fn no_spelling_reaches_a_socket_or_is_saved() {
    let (address, connections) = counting_listener().await;
    let lookup = Answers::new(&[&["127.0.0.1"]]);
    let outbound = Outbound::with_lookup(Bases::live(), Policy::default(), lookup).unwrap();
    for spelling in SPELLINGS {
        let url = spelling.replace("PORT", &address.port().to_string());
        let mut sink = Vec::new();
        assert!(
            outbound.download(&url, 10, &mut sink).await.is_err(),
            "{url}"
        );
        assert!(
            crate::guard::check_endpoint(&url, &Policy::default()).is_err(),
            "{url}"
        );
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

//! Secrets that can be recognised anywhere go through the whole program by every way in. Afterwards
//! none of them is in an answer, a log, a database or a file, in whatever form.

mod secrets;
mod shown_once;
mod tour;
mod walk;

use crate::{
    collector::Collector,
    program::{self, Database, Program, Sandbox},
    search::{Place, Search},
};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use secrets::Secrets;
use std::{collections::BTreeSet, path::PathBuf, process::Command};

/// What a sweep has seen.
struct Swept {
    places: Vec<Place>,
    secrets: Secrets,
    /// A word that may be everywhere, to see that the search sees.
    planted: String,
}

impl Swept {
    fn found(&self) -> BTreeSet<String> {
        Search::new(&self.secrets.canaries).find(&self.places)
    }

    fn places_with(&self, word: &str) -> Vec<&str> {
        let holds = |place: &&Place| {
            place
                .bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes())
        };
        self.places
            .iter()
            .filter(holds)
            .map(|place| place.name.as_str())
            .collect()
    }
}

/// Puts every secret in, uses everything, crashes the program and gathers all that is left.
async fn sweep(database: Database, leaks: &str) -> Swept {
    // A core would be written here, if the program allowed it.
    let most = getrlimit(Resource::Core).maximum;
    let wanted = Rlimit {
        current: most,
        maximum: most,
    };
    setrlimit(Resource::Core, wanted).expect("a limit can be raised to its maximum");

    let sandbox = Sandbox::start().await;
    let mut secrets = Secrets::of_the_operator();
    let mut variables = secrets.variables.clone();
    let collector = Collector::start().await;
    for (name, value) in [
        ("FILM_LEAK", leaks),
        ("RUST_LOG", "trace"),
        ("FILM_OTLP_ENDPOINT", &collector.address),
    ] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let mut program = Program::start_at(sandbox.origin(), database, &variables).await;
    let planted = format!("Planted {}", hex::encode(program::random::<8>()));

    let mut tour = tour::Tour::begin(&program, &sandbox, &mut secrets, &planted).await;
    tour.generate_everything().await;
    tour.meet_echoes().await;
    tour.look_at_keys().await;
    // The walk removes some of it.
    let mut places = left_behind(&program);
    tour.walk_everywhere().await;
    let (answers, streams) = tour.end();
    places.extend(answers);

    let limits = std::fs::read_to_string(format!("/proc/{}/limits", program.id()))
        .expect("the limits of a child can be read");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let columns: Vec<&str> = core.unwrap_or_default().split_whitespace().collect();
    assert_eq!(columns[4..6], ["0", "0"], "{core:?}");
    let status = program.end(Signal::ABORT);
    assert_eq!(
        program::died_of(status),
        (Some(6), false),
        "it died of its abort, without a core"
    );
    for stream in streams {
        let bytes = stream.await.expect("it ended with the program");
        places.push(Place {
            name: "a stream of events".to_owned(),
            bytes,
        });
    }

    let bytes = collector.heard();
    let name = "the traces".to_owned();
    places.push(Place { name, bytes });
    places.extend(left_behind(&program));
    Swept {
        places,
        secrets,
        planted,
    }
}

/// Files, output and, where it is elsewhere, the database.
fn left_behind(program: &Program) -> Vec<Place> {
    let mut places = Vec::new();
    for (path, bytes) in program::files(program.folder.path()) {
        let inner = path
            .strip_prefix(program.folder.path())
            .expect("it is inside");
        let name = inner.display().to_string();
        assert!(!name.starts_with("core"), "{name}");
        let name = if name == "log" {
            "the log".to_owned()
        } else {
            format!("the file {name}")
        };
        places.push(Place { name, bytes });
    }
    if let Some(address) = &program.database {
        let bytes = dump(address);
        places.push(Place {
            name: "the dump of the database".to_owned(),
            bytes,
        });
    }
    places
}

/// All that a PostgreSQL database holds.
fn dump(address: &str) -> Vec<u8> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut programs: Vec<PathBuf> = versions
        .flatten()
        .map(|version| version.path().join("bin/pg_dump"))
        .filter(|path| path.exists())
        .collect();
    programs.sort();
    let program = programs.pop().unwrap_or_else(|| "pg_dump".into());
    let done = Command::new(program).arg("--dbname").arg(address).output();
    let done = done.expect("pg_dump is there");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    done.stdout
}

/// That the search saw what there was to be seen.
fn saw_everything(swept: &Swept, database: Database) {
    let seen = swept.places_with(&swept.planted);
    let stored = match database {
        Database::Sqlite => "the file data/film-generator.db",
        Database::Postgres => "the dump of the database",
    };
    for wanted in [stored, "GET /api/v1/projects", "GET /projects"] {
        let is_seen = seen.iter().any(|name| name.starts_with(wanted));
        assert!(is_seen, "{wanted} is not among {seen:?}");
    }
    // It holds settings and no project's name.
    let export = swept
        .places
        .iter()
        .filter(|place| place.name == "GET /api/v1/settings/export")
        .any(|place| place.bytes.starts_with(b"200"));
    assert!(export, "settings were not exported");
    let log = swept.places.iter().rfind(|place| place.name == "the log");
    let log = String::from_utf8_lossy(&log.expect("there is a log").bytes).into_owned();
    for word in ["TRACE", "DEBUG", "hyper", "request"] {
        assert!(log.contains(word), "{word} is not in the log");
    }
    let events = swept
        .places
        .iter()
        .find(|place| place.name == "a stream of events");
    let events = events.map(|place| String::from_utf8_lossy(&place.bytes).into_owned());
    assert!(events.unwrap_or_default().contains("event: generation"));
    assert!(
        swept.places.len() > 500,
        "only {} places",
        swept.places.len()
    );
    assert!(swept.secrets.canaries.len() > 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_found_anywhere_with_sqlite() {
    let swept = sweep(Database::Sqlite, "").await;
    saw_everything(&swept, Database::Sqlite);
    assert_eq!(swept.found(), BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_found_anywhere_with_postgresql() {
    let swept = sweep(Database::Postgres, "").await;
    saw_everything(&swept, Database::Postgres);
    assert_eq!(swept.found(), BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it needs a program with leaks: scripts/safety.sh builds it and names it in FILM_BIN"]
async fn control_leaks_that_are_built_in_are_found() {
    let swept = sweep(Database::Sqlite, "log,database,response").await;
    let found = swept.found();
    for place in [
        " in the log",
        " in the file data/film-generator.db",
        " in PUT /api/v1/keys/",
    ] {
        let number = found.iter().filter(|what| what.contains(place)).count();
        assert!(number > 0, "nothing was found{place}: {found:#?}");
    }
}

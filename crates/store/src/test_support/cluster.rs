//! One throw-away PostgreSQL server per test process, in a temporary folder, reached by a socket in
//! that folder alone. A watcher stops it and removes the folder as soon as the process is gone, in
//! whatever way it ends.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::{
    ffi::OsString,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// The server refuses to run as root.
    as_root: bool,
    /// Holds the pipe at whose end the watcher waits.
    watcher: Option<Child>,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The address of a new, empty database.
pub(super) async fn fresh_database() -> String {
    let folder = tokio::task::spawn_blocking(|| &CLUSTER.get_or_init(start).folder)
        .await
        .expect("the PostgreSQL server for the tests starts");
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&address(folder, "postgres"))
        .await
        .expect("the PostgreSQL server for the tests answers");
    // A name cannot be bound; this one is a fixed word and a number of our own.
    admin
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .expect("a database can be made");
    admin.close().await.expect("the connection closes");
    address(folder, &name)
}

/// Stops the server at once, as a crash of it does: what is open is cut, nothing is written out.
pub(super) fn stop() {
    if let Some(cluster) = CLUSTER.get() {
        cluster.stop();
    }
}

/// Starts the stopped server again; returns when it takes connections.
pub(super) fn start_again() {
    if let Some(cluster) = CLUSTER.get() {
        cluster.start();
    }
}

fn address(folder: &Path, database: &str) -> String {
    format!(
        "postgres://postgres@localhost/{database}?host={}",
        folder.display()
    )
}

fn start() -> Cluster {
    let folder = tempfile::Builder::new()
        .prefix("film-postgres-")
        .tempdir()
        .expect("a temporary folder can be made")
        .keep();
    let as_root = std::fs::metadata("/proc/self")
        .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if as_root {
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    let mut cluster = Cluster {
        folder,
        programs: programs(),
        as_root,
        watcher: None,
    };
    run(cluster
        .program("initdb")
        .arg("-D")
        .arg(cluster.data())
        .args([
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]));
    cluster.start();
    cluster.watcher = Some(cluster.watch());
    cluster
}

impl Cluster {
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// How one of the server's programs is called: as the user `postgres` where this one is root.
    fn words(&self, program: &str) -> Vec<OsString> {
        let prefix: &[&str] = if self.as_root {
            &["runuser", "-u", "postgres", "--"]
        } else {
            &[]
        };
        let path = self.programs.join(program).into_os_string();
        prefix.iter().map(OsString::from).chain([path]).collect()
    }

    fn program(&self, program: &str) -> Command {
        let words = self.words(program);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir("/");
        command
    }

    fn start(&self) {
        run(self
            .program("pg_ctl")
            .arg("-D")
            .arg(self.data())
            .arg("-l")
            .arg(self.folder.join("log"))
            .arg("-o")
            .arg(format!(
                "-c listen_addresses= -c max_connections=300 -c fsync=off -c shared_buffers=32MB -k {}",
                self.folder.display()
            ))
            .args(["-w", "start"]));
    }

    fn stop(&self) {
        run(self
            .program("pg_ctl")
            .arg("-D")
            .arg(self.data())
            .args(["-m", "immediate", "stop"]));
    }

    /// Its input ends when this process does.
    fn watch(&self) -> Child {
        Command::new("sh")
            .arg("-c")
            .arg("read -r _; \"$@\"; rm -rf \"$0\"")
            .arg(&self.folder)
            .args(self.words("pg_ctl"))
            .arg("-D")
            .arg(self.data())
            .args(["-m", "immediate", "stop"])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the watcher of the PostgreSQL server starts")
    }
}

/// Debian keeps the server's programs out of the path, in a folder per version.
fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .chain(
            std::env::var_os("PATH")
                .iter()
                .flat_map(std::env::split_paths),
        )
        .filter(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
        .collect();
    versions.sort();
    versions.pop().expect(
        "PostgreSQL's server programs (initdb, pg_ctl) are needed for the tests: \
         apt-get install postgresql",
    )
}

fn run(command: &mut Command) {
    // Not the pipes of the test run: the server would keep them open after it.
    let log = tempfile::tempfile().expect("a temporary file can be made");
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.try_clone().expect("a file handle can be copied"))
        .status();
    if !status.as_ref().is_ok_and(std::process::ExitStatus::success) {
        let mut text = String::new();
        let mut log = log;
        std::io::Seek::rewind(&mut log).expect("a temporary file can be read");
        std::io::Read::read_to_string(&mut log, &mut text).expect("a temporary file can be read");
        panic!("{command:?} did not work: {status:?}\n{text}");
    }
}

//! One throw-away PostgreSQL server per test process, in a temporary folder, reached by a socket in
//! that folder alone. A watcher stops it and removes the folder as soon as the process is gone, in
//! whatever way it ends.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::{
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
    /// Holds the pipe at whose end the watcher waits.
    _watcher: Child,
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

fn address(folder: &Path, database: &str) -> String {
    format!(
        "postgres://postgres@localhost/{database}?host={}",
        folder.display()
    )
}

fn start() -> Cluster {
    let programs = programs();
    let folder = tempfile::Builder::new()
        .prefix("film-postgres-")
        .tempdir()
        .expect("a temporary folder can be made")
        .keep();
    // The server refuses to run as root.
    let as_root = std::fs::metadata("/proc/self")
        .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if as_root {
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    let prefix: &[&str] = if as_root {
        &["runuser", "-u", "postgres", "--"]
    } else {
        &[]
    };
    let server = |program: &str| {
        let path = programs.join(program);
        let mut command = match prefix {
            [] => Command::new(path),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(path);
                command
            }
        };
        command.current_dir("/");
        command
    };
    let data = folder.join("data");
    run(server("initdb").arg("-D").arg(&data).args([
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]));
    run(server("pg_ctl")
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(folder.join("log"))
        .arg("-o")
        .arg(format!(
            "-c listen_addresses= -c max_connections=300 -c fsync=off -c shared_buffers=32MB -k {}",
            folder.display()
        ))
        .args(["-w", "start"]));
    // Its input ends when this process does.
    let watcher = Command::new("sh")
        .arg("-c")
        .arg("read -r _; \"$@\"; rm -rf \"$0\"")
        .arg(&folder)
        .args(prefix)
        .arg(programs.join("pg_ctl"))
        .arg("-D")
        .arg(&data)
        .args(["-m", "immediate", "stop"])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("the watcher of the PostgreSQL server starts");
    Cluster {
        folder,
        _watcher: watcher,
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

//! The product's program as a process, with a folder of its own and a bundle that does nothing.

use crate::client::Client;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File},
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};
use tempfile::TempDir;

/// Which database it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// The program while it runs.
pub struct Program {
    pub origin: String,
    /// Where its data, log, bundle and master key are.
    pub folder: TempDir,
    /// The address of its PostgreSQL database.
    pub database: Option<String>,
    child: Child,
}

const INDEX: &str = r#"<html><link rel="stylesheet" href="/pkg/style-1f.css"><script type="module">import init from '/pkg/client-1f.js'; init({ module_or_path: '/pkg/client-1f_bg.wasm' });</script></html>"#;

impl Program {
    /// Starts it with the embedded sandbox and waits until it is ready.
    pub async fn start(database: Database, variables: &[(String, String)]) -> Self {
        Self::start_at("sandbox", database, variables).await
    }

    /// Starts it with these providers and waits until it is ready.
    pub async fn start_at(
        providers: &str,
        database: Database,
        variables: &[(String, String)],
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dist = folder.path().join("dist");
        fs::create_dir_all(&dist).expect("a folder");
        for (name, text) in [
            ("index.html", INDEX),
            ("client-1f.js", "export default () => {};"),
            ("client-1f_bg.wasm", ""),
            ("style-1f.css", ""),
        ] {
            fs::write(dist.join(name), text).expect("a file");
        }
        let address = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(store::test_support::postgres_address().await),
        };
        let port = free_port();
        let mut command = Command::new(binary());
        for (name, _) in std::env::vars() {
            if name.starts_with("FILM_") || name.starts_with("AWS_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        let log = File::create(folder.path().join("log")).expect("a file");
        command
            .arg("serve")
            .args(["--addr", &format!("127.0.0.1:{port}")])
            .args(["--providers", providers])
            .arg("--data")
            .arg(folder.path().join("data"))
            .arg("--dist")
            .arg(&dist)
            .env("RUST_LOG", "info")
            .env("NO_COLOR", "1")
            // As many requests as come.
            .env(
                "FILM_RATE_LIMITS",
                "reads=0,writes=0,generations=0,key-tests=0,anonymous=0",
            )
            .envs(variables.iter().cloned())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        if let Some(address) = &address {
            command.env("FILM_DATABASE_URL", address);
        }
        if !variables
            .iter()
            .any(|(name, _)| name.starts_with("FILM_MASTER_KEY"))
        {
            command.env("FILM_MASTER_KEY", hex::encode(random::<32>()));
        }
        let child = command.spawn().expect("the program starts");
        let mut program = Self {
            origin: format!("http://127.0.0.1:{port}"),
            folder,
            database: address,
            child,
        };
        program.is_ready(port).await;
        program
    }

    async fn is_ready(&mut self, port: u16) {
        for _ in 0..1200 {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the program ended with {status}: {}", self.log());
            }
            let socket = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
            if socket.is_ok() && self.nobody().get("/readyz").await.status == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program is not ready: {}", self.log());
    }

    /// Somebody without an account.
    pub fn nobody(&self) -> Client {
        Client::nobody(&self.origin)
    }

    /// Somebody with a new account.
    pub async fn somebody(&self, name: &str) -> Client {
        let mut client = self.nobody();
        let email = format!("{name}@example.com");
        client.sign_up(&email, "a long enough secret").await;
        client
    }

    /// What it has written to its output.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal and waits for its end.
    pub fn end(&mut self, signal: Signal) -> ExitStatus {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(id.expect("a process id"), signal).expect("it still runs");
        self.child.wait().expect("it ends")
    }
}

/// Simulated providers as a process of their own, so that a test can set faults.
pub struct Sandbox {
    client: Client,
    child: Child,
}

impl Sandbox {
    pub async fn start() -> Self {
        let port = free_port();
        let child = Command::new(binary())
            .args(["sandbox", "--addr", &format!("127.0.0.1:{port}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the sandbox starts");
        let client = Client::nobody(&format!("http://127.0.0.1:{port}"));
        for _ in 0..600 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { client, child }
    }

    pub fn origin(&self) -> &str {
        &self.client.origin
    }

    pub async fn fault(&self, fault: &serde_json::Value) {
        let set = self.client.send("POST", "/__faults", Some(fault)).await;
        assert_eq!(set.status, 201, "{}", set.text());
    }

    pub async fn heal(&self) {
        self.client.send("DELETE", "/__faults", None).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program that `FILM_BIN` names, or the one that was built with these tests.
fn binary() -> PathBuf {
    let named = std::env::var_os("FILM_BIN");
    named.map_or_else(
        || env!("CARGO_BIN_EXE_film-generator").into(),
        PathBuf::from,
    )
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    use std::io::Read;
    let mut bytes = [0; N];
    let mut source = File::open("/dev/urandom").expect("random bytes");
    source.read_exact(&mut bytes).expect("random bytes");
    bytes
}

/// Every file in a folder, with its bytes.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            found.push((path, bytes));
        }
    }
    found
}

/// A file for its owner alone.
pub fn private_file(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("its rights");
}

/// Whether a process was ended by a signal, and left a core.
pub fn died_of(status: ExitStatus) -> (Option<i32>, bool) {
    (status.signal(), status.core_dumped())
}

//! The product's program as a child process: started, waited for, frozen, stopped, killed, always by
//! its own id. Its output goes to a file.

use crate::{Broken, client::Client};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tokio::process::{Child, Command};

const READY_WITHIN: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// How a program is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables of its environment; it gets no others that would configure it.
    pub variables: Vec<(String, String)>,
    /// Answers with a success once it is ready.
    pub ready: String,
    /// Where its output is added.
    pub log: PathBuf,
}

/// A running program.
pub struct Program {
    child: Child,
    pid: Pid,
    /// From the start until it answered.
    pub ready_after: Duration,
}

/// `FILM_BIN`, or what a development build leaves behind.
fn path() -> PathBuf {
    std::env::var_os("FILM_BIN").map_or_else(
        || {
            let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
            Path::new(&target).join("debug/film-generator")
        },
        PathBuf::from,
    )
}

/// What the program prints for these arguments.
///
/// # Errors
/// It cannot be started, or says that it failed.
pub async fn output(arguments: &[&str]) -> Result<String, Broken> {
    let done = Command::new(path()).args(arguments).output().await?;
    if !done.status.success() {
        return Err(format!("{} {arguments:?}: {}", path().display(), done.status).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

/// A port of the loopback address that nobody listens on.
///
/// # Errors
/// There is none.
pub fn free_address() -> Result<String, Broken> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}

impl Program {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// It ended or did not get ready in time.
    pub async fn start(launch: &Launch) -> Result<Self, Broken> {
        let mut program = Self::launch(launch)?;
        let began = Instant::now();
        let client = Client::new();
        loop {
            if let Some(status) = program.child.try_wait()? {
                return Err(told(launch, &format!("ended with {status}")));
            }
            if began.elapsed() > READY_WITHIN {
                return Err(told(launch, "is not ready in time"));
            }
            let answer = client.get(&launch.ready).await;
            if answer.is_ok_and(|reply| reply.status == 200) {
                program.ready_after = began.elapsed();
                return Ok(program);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Starts it and does not wait: it may end before it is ready.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn launch(launch: &Launch) -> Result<Self, Broken> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&launch.log)?;
        let mut command = Command::new(path());
        for (name, _) in std::env::vars() {
            let configures = name.starts_with("FILM_") && name != "FILM_DIST"
                || name.starts_with("MODAL_")
                || name.ends_with("_API_KEY")
                || name == "RUST_LOG";
            if configures {
                command.env_remove(name);
            }
        }
        let child = command
            .args(&launch.arguments)
            .envs(launch.variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", path().display()))?;
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let pid = id
            .and_then(Pid::from_raw)
            .ok_or("a process without an id")?;
        Ok(Self {
            child,
            pid,
            ready_after: Duration::ZERO,
        })
    }

    /// Ends it as a power failure would.
    ///
    /// # Errors
    /// It had ended before.
    pub async fn kill(mut self) -> Result<(), Broken> {
        if let Some(status) = self.child.try_wait()? {
            return Err(format!("the program had ended by itself: {status}").into());
        }
        self.child.kill().await?;
        Ok(())
    }

    /// Asks it to end; how long that took.
    ///
    /// # Errors
    /// It did not end in time, or not well.
    pub async fn stop(mut self) -> Result<Duration, Broken> {
        let began = Instant::now();
        kill_process(self.pid, Signal::TERM)?;
        let status = self.ends(ENDS_WITHIN).await?;
        if !status.success() {
            return Err(format!("the program was asked to stop and ended with {status}").into());
        }
        Ok(began.elapsed())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// It did not.
    pub async fn ends(&mut self, within: Duration) -> Result<ExitStatus, Broken> {
        let ended = tokio::time::timeout(within, self.child.wait()).await;
        Ok(ended.map_err(|_| format!("the program did not end within {within:?}"))??)
    }

    /// Whether it still runs.
    pub fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Stands still until [`Self::thaw`].
    ///
    /// # Errors
    /// It has ended.
    pub fn freeze(&self) -> Result<(), Broken> {
        Ok(kill_process(self.pid, Signal::STOP)?)
    }

    /// Goes on.
    ///
    /// # Errors
    /// It has ended.
    pub fn thaw(&self) -> Result<(), Broken> {
        Ok(kill_process(self.pid, Signal::CONT)?)
    }

    /// How much it holds now.
    ///
    /// # Errors
    /// It has ended.
    pub fn holds(&self) -> Result<Holds, Broken> {
        let folder = format!("/proc/{}", self.pid.as_raw_nonzero());
        let status = std::fs::read_to_string(format!("{folder}/status"))?;
        let memory = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        let files = std::fs::read_dir(format!("{folder}/fd"))?.count();
        Ok(Holds {
            memory: memory.ok_or("VmRSS is missing")? * 1024,
            files,
        })
    }
}

/// What a process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// Bytes of memory (VmRSS).
    pub memory: u64,
    /// Open files.
    pub files: usize,
}

impl std::fmt::Display for Holds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mib = self.memory as f64 / f64::from(1 << 20);
        write!(f, "{mib:.0} MiB and {} files", self.files)
    }
}

fn told(launch: &Launch, what: &str) -> Broken {
    let log = std::fs::read_to_string(&launch.log).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let last = lines[lines.len().saturating_sub(20)..].join("\n");
    format!("{:?} {what}:\n{last}", launch.arguments).into()
}

//! Runs the operator's own Claude installation: never through a shell, with a cleared environment,
//! in an empty folder of its own that is gone afterwards, and never longer than its deadline.

use domain::{
    ProviderFault,
    keys::{Finding, FindingResult, KeyReport},
};
use providers::{
    Failure, Job, Produced,
    claude_cli::{self, Order},
};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader},
    process::{Child, Command},
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// How many may run at a time.
const AT_A_TIME: usize = 2;
/// The longest time one may take.
const DEADLINE: Duration = Duration::from_secs(300);
/// How long it may take to stop when it is asked to.
const FAREWELL: Duration = Duration::from_secs(2);
/// The most of standard output that is kept.
const MOST: usize = 4 << 20;
/// The most of standard error that is kept.
const MOST_COMPLAINTS: usize = 64 << 10;
/// Where the program finds the tools it is made of.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The installation.
#[derive(Debug)]
pub struct Installation {
    program: PathBuf,
    login: Vec<(String, String)>,
    deadline: Duration,
    most: usize,
    places: Semaphore,
}

impl Installation {
    /// The program, and the variables by which it finds its login.
    #[must_use]
    pub fn new(program: PathBuf, login: Vec<(String, String)>) -> Self {
        Self {
            program,
            login,
            deadline: DEADLINE,
            most: MOST,
            places: Semaphore::new(AT_A_TIME),
        }
    }

    /// A place for one run; `None` while all are taken.
    pub fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire().ok()
    }

    /// Has a text written; `on_text` hears each piece as it comes. Whoever calls holds a place.
    ///
    /// # Errors
    /// A [`Failure`]; `uncertain` where the program was stopped while it worked.
    pub async fn write(
        &self,
        job: &Job,
        on_text: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Produced, Failure> {
        let broken = |error: io::Error| {
            Failure::ours(ProviderFault::Upstream, format!("the program: {error}"))
        };
        let room = Room::new().map_err(broken)?;
        let order = claude_cli::order(job, &room.system_file())?;
        std::fs::write(room.system_file(), &order.system).map_err(broken)?;
        // What was heard already is not kept: a long text would not leave room for its result.
        let mut hear = |line: &[u8]| match claude_cli::delta(line) {
            Some(text) => {
                on_text(&text);
                false
            }
            None => true,
        };
        let output = self.run(&room, &order, &mut hear).await.map_err(broken)?;
        match output {
            Some((stdout, ended_well)) => claude_cli::read(&stdout, ended_well),
            None => {
                let why = "the program did not finish in time";
                Err(Failure::ours(ProviderFault::Timeout, why).uncertain())
            }
        }
    }

    /// What can be found out for free: the version, and whether somebody is signed in.
    pub async fn test(&self) -> KeyReport {
        let mut report = KeyReport {
            format: Finding::skipped(),
            host: Finding::new(
                FindingResult::Failed,
                "The program could not be started. The operator should check FILM_CLAUDE_CLI_PATH.",
            ),
            auth: Finding::skipped(),
            quota: Finding::new(FindingResult::Unknown, "The program does not tell."),
            models: Finding::skipped(),
        };
        let Some((version, true)) = self.ask(&["--version"]).await else {
            return report;
        };
        let version = String::from_utf8_lossy(&version);
        let version = version.split_whitespace().next().unwrap_or_default();
        report.host = Finding::new(FindingResult::Ok, format!("Version {version:.20} answers."));
        report.auth = match self.ask(&["auth", "status"]).await {
            Some((_, true)) => Finding::new(
                FindingResult::Ok,
                "The operator is signed in. Only a real text shows whether the plan has room.",
            ),
            _ => Finding::new(
                FindingResult::Failed,
                "Nobody is signed in. The operator should run `claude` on the server and sign in.",
            ),
        };
        report
    }

    async fn ask(&self, arguments: &[&str]) -> Option<(Vec<u8>, bool)> {
        let room = Room::new().ok()?;
        let order = Order {
            arguments: arguments.iter().map(|&a| a.to_owned()).collect(),
            system: String::new(),
            prompt: String::new(),
        };
        let mut nobody = |_: &[u8]| true;
        let run = self.run(&room, &order, &mut nobody);
        timeout(Duration::from_secs(15), run).await.ok()?.ok()?
    }

    /// Standard output and whether the program ended well; `None` when its time ran out.
    async fn run(
        &self,
        room: &Room,
        order: &Order,
        on_line: &mut (dyn FnMut(&[u8]) -> bool + Send),
    ) -> io::Result<Option<(Vec<u8>, bool)>> {
        let mut child = Command::new(&self.program)
            .args(&order.arguments)
            .env_clear()
            .envs(self.login.iter().map(|(name, value)| (name, value)))
            .env("HOME", room.home())
            .env("PATH", PATH)
            .env("LANG", "C.UTF-8")
            .env("DISABLE_AUTOUPDATER", "1")
            .env("DISABLE_TELEMETRY", "1")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .current_dir(room.work())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let group = Group::of(&child);
        let talked = talk(&mut child, &order.prompt, self.most, on_line);
        let finished = timeout(self.deadline, talked).await;
        let outcome = match finished {
            Ok(outcome) => Some(outcome?),
            Err(_) => {
                group.signal(Signal::TERM);
                drop(timeout(FAREWELL, child.wait()).await);
                None
            }
        };
        group.signal(Signal::KILL);
        drop(child.wait().await);
        Ok(outcome)
    }
}

/// Hands over the prompt and listens until the program ends.
async fn talk(
    child: &mut Child,
    prompt: &str,
    most: usize,
    on_line: &mut (dyn FnMut(&[u8]) -> bool + Send),
) -> io::Result<(Vec<u8>, bool)> {
    let closed = || io::Error::other("a pipe is missing");
    let mut stdin = child.stdin.take().ok_or_else(closed)?;
    let stdout = child.stdout.take().ok_or_else(closed)?;
    let stderr = child.stderr.take().ok_or_else(closed)?;
    let hand_over = async move {
        // A program that does not read its prompt says in its own way what is wrong.
        drop(stdin.write_all(prompt.as_bytes()).await);
        drop(stdin);
    };
    let mut nobody = |_: &[u8]| true;
    let (out, err, ()) = tokio::join!(
        listen(stdout, most, on_line),
        listen(stderr, MOST_COMPLAINTS, &mut nobody),
        hand_over
    );
    let (out, err) = (out?, err?);
    let status = child.wait().await?;
    if !status.success() {
        tracing::info!(
            code = status.code(),
            bytes = err.len(),
            "the Claude installation ended badly"
        );
    }
    Ok((out, status.success()))
}

/// Reads all there is and keeps the lines that `on_line` wants kept, up to `most` bytes. A line
/// beyond that length is cut.
async fn listen(
    pipe: impl AsyncRead + Unpin,
    most: usize,
    on_line: &mut (dyn FnMut(&[u8]) -> bool + Send),
) -> io::Result<Vec<u8>> {
    let mut pipe = BufReader::new(pipe);
    let (mut kept, mut line) = (Vec::new(), Vec::new());
    loop {
        let piece = pipe.fill_buf().await?;
        let end = piece.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(piece.len());
        let room = most.saturating_sub(line.len()).min(taken);
        line.extend_from_slice(&piece[..room]);
        let (is_over, consumed) = (piece.is_empty(), end.map_or(taken, |end| end + 1));
        pipe.consume(consumed);
        if end.is_some() || is_over {
            if on_line(&line) && kept.len() + line.len() < most {
                kept.append(&mut line);
                kept.push(b'\n');
            }
            line.clear();
        }
        if is_over {
            return Ok(kept);
        }
    }
}

/// The process group of a child. Dropping it ends whatever is left of the group.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // An error only says that nobody is left to hear it.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// An empty folder to work in and a home, both for this one run.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> io::Result<Self> {
        let room = Self(tempfile::Builder::new().prefix("film-claude-").tempdir()?);
        for folder in [room.home(), room.work()] {
            std::fs::DirBuilder::new().mode(0o700).create(folder)?;
        }
        Ok(room)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    fn work(&self) -> PathBuf {
        self.path().join("work")
    }

    fn system_file(&self) -> String {
        self.path()
            .join("system.txt")
            .to_string_lossy()
            .into_owned()
    }
}

#[cfg(test)]
mod tests;

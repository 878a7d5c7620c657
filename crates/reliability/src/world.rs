//! One installation of the product for one scenario: its folder, its database, the simulated
//! providers, and the servers that are started on it again and again.

use crate::{
    Broken,
    check::{self, Evidence},
    database::{Database, Kind},
    person::Wishes,
    program::{Holds, Launch, Program, free_address},
    random::Random,
    sandbox::Sandbox,
    spans::Spans,
};
use domain::generation::Status;
use std::{
    collections::BTreeSet,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use store::{Db, test_support::tables};
use tempfile::TempDir;

/// Every generation has to end this soon after the last start.
pub const ENDS_WITHIN: Duration = Duration::from_secs(60);
/// How much more a quiet server may hold than before: what caches and pools grow to.
const MEMORY: u64 = 48 << 20;
const FILES: usize = 24;

/// One installation.
pub struct World {
    /// Its database.
    pub database: Database,
    /// The providers.
    pub sandbox: Sandbox,
    /// What was asked for.
    pub wishes: Wishes,
    /// From each start to the first answer.
    pub starts: Spans,
    /// The data folder of the servers.
    pub data: PathBuf,
    /// The scenario's seed.
    pub seed: u64,
    /// Numbers of that seed.
    pub random: Random,
    cut_off: BTreeSet<String>,
    touched: BTreeSet<String>,
    address: String,
    variables: Vec<(String, String)>,
    // Taken away before the folder is.
    _disk: Option<Disk>,
    folder: TempDir,
}

/// What a scenario's faults excuse.
#[derive(Debug, Clone, Copy, Default)]
pub struct Excused {
    /// So many answers were lost.
    pub lost_answers: usize,
    /// So many requests were refused.
    pub refused: usize,
}

impl World {
    /// A new one, with nothing in it and no server running.
    ///
    /// # Errors
    /// It cannot be made.
    pub async fn new(kind: Kind, seed: u64) -> Result<Self, Broken> {
        let folder = tempfile::Builder::new().prefix("film-world-").tempdir()?;
        std::fs::create_dir(folder.path().join("data"))?;
        Self::in_folder(kind, seed, folder, None).await
    }

    /// A new one whose data folder is a disk of its own with so many MiB; `None` where this process
    /// may not mount one.
    ///
    /// # Errors
    /// It cannot be made.
    pub async fn on_small_disk(kind: Kind, seed: u64, mib: u32) -> Result<Option<Self>, Broken> {
        let folder = tempfile::Builder::new().prefix("film-world-").tempdir()?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        let Some(disk) = Disk::mount(&data, mib).await? else {
            return Ok(None);
        };
        Self::in_folder(kind, seed, folder, Some(disk))
            .await
            .map(Some)
    }

    async fn in_folder(
        kind: Kind,
        seed: u64,
        folder: TempDir,
        disk: Option<Disk>,
    ) -> Result<Self, Broken> {
        let data = folder.path().join("data");
        let key_file = folder.path().join("master.key");
        let mut random = Random::new(seed);
        let key: String = (0..4)
            .map(|_| format!("{:016x}", random.number()))
            .collect();
        std::fs::write(&key_file, key)?;
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600))?;
        let database = Database::fresh(kind, &data).await;
        let mut variables = vec![
            (
                "FILM_MASTER_KEY_FILE".to_owned(),
                key_file.display().to_string(),
            ),
            ("RUST_LOG".to_owned(), "warn".to_owned()),
            ("NO_COLOR".to_owned(), "1".to_owned()),
        ];
        if let Some(address) = database.address() {
            variables.push(("FILM_DATABASE_URL".to_owned(), address.to_owned()));
        }
        Ok(Self {
            sandbox: Sandbox::start(folder.path()).await?,
            address: free_address()?,
            database,
            wishes: Wishes::default(),
            starts: Spans::default(),
            data,
            seed,
            random,
            cut_off: BTreeSet::new(),
            touched: BTreeSet::new(),
            variables,
            _disk: disk,
            folder,
        })
    }

    /// Where the first server listens, whenever it runs.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The folder of the world, for what a scenario puts there.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the servers have logged.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn log(&self) -> Result<String, Broken> {
        Ok(std::fs::read_to_string(
            self.folder.path().join("server.log"),
        )?)
    }

    /// How a server is started on it.
    #[must_use]
    pub fn launch(&self, address: &str, variables: &[(&str, &str)]) -> Launch {
        let mut arguments = vec!["serve".to_owned(), "--addr".into(), address.to_owned()];
        arguments.extend(["--data".into(), self.data.display().to_string()]);
        arguments.extend(["--providers".into(), self.sandbox.origin.clone()]);
        let more = variables.iter();
        let more = more.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Launch {
            arguments,
            variables: self.variables.iter().cloned().chain(more).collect(),
            ready: format!("http://{address}/readyz"),
            log: self.folder.path().join("server.log"),
        }
    }

    /// Starts the server and waits for it.
    ///
    /// # Errors
    /// It did not start.
    pub async fn start(&mut self) -> Result<Program, Broken> {
        self.start_with(&[]).await
    }

    /// Starts the server with further variables.
    ///
    /// # Errors
    /// It did not start.
    pub async fn start_with(&mut self, variables: &[(&str, &str)]) -> Result<Program, Broken> {
        let program = Program::start(&self.launch(&self.address, variables)).await?;
        self.starts.add(program.ready_after);
        Ok(program)
    }

    /// Notes which generations were being sent at this moment, at which a server was killed or
    /// frozen: they, and no others, may be unknown.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_cut_off(&mut self) -> Result<usize, Broken> {
        let submitting = self.submitting().await?;
        let before = self.cut_off.len();
        self.cut_off.extend(submitting);
        Ok(self.cut_off.len() - before)
    }

    /// Notes which generations are being sent while the database or the disk is away, or just after:
    /// what the provider answered them may not have been written down.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_touched(&mut self) -> Result<(), Broken> {
        let submitting = self.submitting().await?;
        self.touched.extend(submitting);
        Ok(())
    }

    async fn submitting(&self) -> Result<Vec<String>, Broken> {
        if self.database.kind == Kind::Postgres {
            // A commit that was on its way is done without the one who asked for it.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let db = self.database.open().await?;
        let rows = tables::generations(&db).await?;
        db.close().await;
        let submitting = rows.iter().filter(|row| row.status == Status::Submitting);
        Ok(submitting.map(|row| row.id.to_string()).collect())
    }

    /// Which generations failed with these words in their error.
    ///
    /// # Errors
    /// The database failed.
    pub async fn failed_with(&self, words: &str) -> Result<BTreeSet<String>, Broken> {
        let db = self.database.open().await?;
        let rows = tables::generations(&db).await?;
        db.close().await;
        let failed = rows.into_iter().filter(|row| {
            let error = row.error.as_deref().unwrap_or_default();
            row.status == Status::Failed && error.contains(words)
        });
        Ok(failed.map(|row| row.id.0).collect())
    }

    /// How many were cut off while they were sent.
    #[must_use]
    pub fn cut_off(&self) -> usize {
        self.cut_off.len()
    }

    /// Waits until every generation has come to its end; how long that took.
    ///
    /// # Errors
    /// The database failed, or it took too long.
    pub async fn all_end(&self, within: Duration) -> Result<Duration, Broken> {
        let began = Instant::now();
        let db = self.database.open().await?;
        let mut left = -1;
        while began.elapsed() < within {
            self.sandbox.read_journal().await?;
            left = store::jobs::unfinished(&db).await?;
            if left == 0 {
                db.close().await;
                return Ok(began.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        db.close().await;
        Err(format!("{left} generations did not end within {within:?}").into())
    }

    /// Judges what stands.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub async fn judge(&mut self, excused: Excused) -> Result<Evidence, Broken> {
        let db = self.database.open().await?;
        let evidence = self.evidence(&db, excused).await;
        db.close().await;
        let evidence = evidence?;
        let mut wrong = check::broken(&evidence);
        wrong.extend(self.wishes.look().wrong.iter().cloned());
        self.nothing(&wrong)?;
        Ok(evidence)
    }

    /// Fails where something is wrong, and keeps the folder then.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn nothing(&mut self, wrong: &[String]) -> Result<(), Broken> {
        if wrong.is_empty() {
            return Ok(());
        }
        self.folder.disable_cleanup(true);
        let folder = self.folder.path().display();
        Err(format!("{}\n(the logs are in {folder})", wrong.join("\n")).into())
    }

    async fn evidence(&self, db: &Db, excused: Excused) -> Result<Evidence, Broken> {
        let media = self.data.join("media");
        let stored = tables::files(db).await?;
        let (acknowledged, open) = {
            let asked = self.wishes.look();
            (asked.acknowledged.clone(), asked.open.len())
        };
        Ok(Evidence {
            asked: acknowledged.len() + open,
            acknowledged,
            generations: tables::generations(db).await?,
            ledger: tables::ledger(db).await?,
            unfinished: store::jobs::unfinished(db).await?,
            reservations: tables::reservations(db).await?,
            submits: self.sandbox.submits().await?,
            cut_off: self.cut_off.clone(),
            touched: self.touched.clone(),
            lost_answers: excused.lost_answers,
            refused: excused.refused,
            parts: parts(&media)?,
            missing_files: stored
                .into_iter()
                .filter(|file| !media.join(file).exists())
                .collect(),
            damage: tables::damage(db).await?,
        })
    }
}

fn parts(media: &Path) -> Result<Vec<String>, Broken> {
    let mut found = Vec::new();
    if media.exists() {
        for entry in std::fs::read_dir(media)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".part") {
                found.push(name);
            }
        }
    }
    Ok(found)
}

/// A small disk in memory.
struct Disk(PathBuf);

impl Disk {
    async fn mount(at: &Path, mib: u32) -> Result<Option<Self>, Broken> {
        let size = format!("size={mib}m,mode=0700");
        let mut mount = tokio::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "none"]).arg(at);
        let done = mount.output().await?;
        Ok(done.status.success().then(|| Self(at.to_owned())))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let mut unmount = std::process::Command::new("umount");
        // Lazily: a server that is being stopped may still have files open.
        if let Err(error) = unmount.arg("-l").arg(&self.0).status() {
            eprintln!("{} stays mounted: {error}", self.0.display());
        }
    }
}

/// Whether a quiet server is back to what it held when it was quiet before.
///
/// # Errors
/// It holds more.
pub fn is_back(before: Holds, after: Holds) -> Result<(), Broken> {
    if after.memory > before.memory + MEMORY || after.files > before.files + FILES {
        return Err(format!("the server held {before}, and afterwards {after}").into());
    }
    Ok(())
}

/// The load of the machine, to read figures by.
#[must_use]
pub fn machine_load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

//! Stand-in programs in place of the real one: what they are given, and what is left of them.

use super::*;
use domain::input::{GenerationInput, LlmInput};
use std::os::unix::fs::PermissionsExt;

const ANSWER: &str = r#"echo '{"type":"stream_event","event":{"delta":{"type":"text_delta","text":"Hel"}}}'
echo '{"type":"result","subtype":"success","is_error":false,"result":"Hello"}'
"#;

struct StandIn {
    folder: tempfile::TempDir,
}

impl StandIn {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("claude");
        let script = script.replace("RECORD", &folder.path().to_string_lossy());
        std::fs::write(&program, format!("#!/bin/sh\n{script}")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn installation(&self) -> Installation {
        let login = vec![("CLAUDE_CONFIG_DIR".to_owned(), "/somewhere".to_owned())];
        Installation::new(self.folder.path().join("claude"), login)
    }

    fn recorded(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

fn job(prompt: &str) -> Job {
    Job {
        generation: "a".to_owned(),
        model: "sonnet".to_owned(),
        input: GenerationInput::Llm(LlmInput {
            prompt: prompt.to_owned(),
            ..LlmInput::default()
        }),
        pictures: Vec::new(),
        endpoint: None,
    }
}

#[tokio::test]
async fn the_program_gets_the_prompt_on_standard_input_and_nothing_else_of_ours() {
    let stand_in = StandIn::new(&format!(
        "cat > RECORD/stdin; for a in \"$@\"; do echo \"$a\"; done > RECORD/argv; /usr/bin/env | sort > RECORD/env; pwd > RECORD/cwd; ls -A > RECORD/files; ls -A \"$HOME\" >> RECORD/files; ls /proc/self/fd > RECORD/fds; {ANSWER}"
    ));
    let mut heard = String::new();
    let produced = stand_in
        .installation()
        .write(&job("--dangerously $(id)"), &mut |text| {
            heard.push_str(text)
        })
        .await
        .unwrap();
    assert_eq!(produced.text.as_deref(), Some("Hello"));
    assert_eq!(heard, "Hel");
    assert_eq!(stand_in.recorded("stdin"), "--dangerously $(id)");
    assert!(!stand_in.recorded("argv").contains("dangerously"));
    assert_eq!(stand_in.recorded("files"), "");
    let environment = stand_in.recorded("env");
    let names: Vec<&str> = environment
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .filter(|name| !matches!(*name, "PWD" | "SHLVL" | "_" | "OLDPWD"))
        .collect();
    assert_eq!(
        names,
        [
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
            "CLAUDE_CONFIG_DIR",
            "DISABLE_AUTOUPDATER",
            "DISABLE_TELEMETRY",
            "HOME",
            "LANG",
            "PATH"
        ]
    );
    let room = stand_in.recorded("cwd");
    assert!(!Path::new(room.trim()).exists(), "the folder is gone");
    // Standard input, output and error, the folder that is listed, the script; and what whoever
    // runs this test left open for every child. Nothing that the server opened itself.
    let server = std::fs::File::open("/dev/null").unwrap();
    let inherited = |fd: &str| {
        let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{fd}"));
        info.is_ok_and(|info| !closes_on_exec(&info))
    };
    let foreign: Vec<String> = stand_in
        .recorded("fds")
        .lines()
        .filter(|fd| !["0", "1", "2", "3", "10"].contains(fd) && !inherited(fd))
        .map(str::to_owned)
        .collect();
    assert_eq!(foreign, [""; 0]);
    let ours = std::os::fd::AsRawFd::as_raw_fd(&server);
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{ours}")).unwrap();
    assert!(closes_on_exec(&info));
}

fn closes_on_exec(info: &str) -> bool {
    const CLOSE_ON_EXEC: u32 = 0o2_000_000;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & CLOSE_ON_EXEC != 0)
}

#[tokio::test]
async fn nothing_survives_the_deadline() {
    let stand_in = StandIn::new(
        "trap '' TERM\n(trap '' TERM; echo $$ > RECORD/parent; sleep 600 & echo $! > RECORD/child; wait) &\nwhile :; do echo flood; done",
    );
    let mut installation = stand_in.installation();
    installation.deadline = Duration::from_millis(400);
    let failure = installation
        .write(&job("a"), &mut |_| {})
        .await
        .unwrap_err();
    assert!(failure.uncertain);
    assert_eq!(failure.fault, ProviderFault::Timeout);
    let child = stand_in.recorded("child");
    let is_gone = || {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim()));
        state.map_or(true, |stat| stat.contains(") Z "))
    };
    // A signal that cannot be refused is heard when the process has its next turn, which on a busy
    // machine is not at once. Left alone it would sleep for ten minutes.
    let ended = async {
        while !is_gone() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let ended = timeout(Duration::from_secs(20), ended).await;
    assert!(ended.is_ok(), "a process of the group is still running");
}

#[tokio::test]
async fn a_flood_is_not_kept_and_does_not_hide_the_result() {
    let stand_in = StandIn::new(&format!(
        "head -c 90000 /dev/zero; echo; yes '{{\"type\":\"noise\"}}' | head -n 5000; {ANSWER}"
    ));
    let mut installation = stand_in.installation();
    installation.most = 64 << 10;
    let written = installation.write(&job("a"), &mut |_| {}).await;
    assert!(written.unwrap_err().uncertain, "noise has filled the room");
    let event =
        r#"{"type":"stream_event","event":{"delta":{"type":"text_delta","text":"many words "}}}"#;
    let stand_in = StandIn::new(&format!(
        "head -c 90000 /dev/zero; echo; yes '{event}' | head -n 5000; {ANSWER}"
    ));
    let mut heard = 0;
    let mut installation = stand_in.installation();
    installation.most = 64 << 10;
    let written = installation
        .write(&job("a"), &mut |text| heard += text.len())
        .await;
    assert_eq!(written.unwrap().text.as_deref(), Some("Hello"));
    assert_eq!(heard, 5_000 * 11 + 3);
}

#[tokio::test]
async fn a_program_that_is_not_there_is_said() {
    let installation = Installation::new(PathBuf::from("/nowhere/claude"), Vec::new());
    assert!(installation.write(&job("a"), &mut |_| {}).await.is_err());
    let report = installation.test().await;
    assert_eq!(report.host.result, FindingResult::Failed);
}

#[tokio::test]
async fn the_test_asks_for_version_and_login() {
    let stand_in = StandIn::new(
        "case \"$1\" in --version) echo '2.1.330 (Claude Code)';; auth) exit 1;; esac",
    );
    let report = stand_in.installation().test().await;
    assert_eq!(report.host.result, FindingResult::Ok);
    assert!(report.host.message.contains("2.1.330"));
    assert_eq!(report.auth.result, FindingResult::Failed);
}

//! The first start: who administers, a password typed twice, and then the pages.

use std::os::unix::fs::PermissionsExt as _;

use rexpect::session::{PtySession, spawn_command};

use crate::server::{INES, PASSWORD, Storage, Workplace};

/// How long the terminal waits for words.
const WAIT_MS: u64 = 60_000;

const TURNS_MAX: u32 = 600;
const TURN: std::time::Duration = std::time::Duration::from_millis(100);

/// A server on a terminal.
pub(crate) struct Terminal {
    session: PtySession,
    pub(crate) url: String,
}

impl Terminal {
    /// Ends it by Control-C, and waits for its end.
    pub(crate) fn end(mut self) {
        self.session.send_control('c').expect("sent");
        self.session.exp_string("closing the register").expect("a graceful end");
        self.session.exp_eof().expect("an end");
    }
}

/// Starts the server on a terminal, as the first one who does.
pub(crate) fn first_start(workplace: &Workplace) -> Terminal {
    let command = workplace.annexd(&["serve", "--listen", "127.0.0.1:0"]);
    let mut session = on_terminal(&command);
    session.exp_string("Who administers Annex?").expect("the question");
    session.exp_string("Tomas Beck").expect("everyone on record");
    let mut shown = String::new();
    let mut say = |text: &str, then: &str| answer(&mut session, &mut shown, text, then);
    say("", "Password of ines-arvid");
    say("too short", "12 to 256 characters");
    say(PASSWORD, "Once more");
    say(PASSWORD, "listening on ");
    let (_, url) = session.exp_regex(r"http://[0-9.]+:[0-9]+").expect("the address");
    assert!(!shown.contains(PASSWORD), "a password is never shown: {shown}");
    Terminal { session, url }
}

/// Types a line until words follow. What is typed before the program listens to keys is lost, and
/// typing any of it once more does no harm.
fn answer(session: &mut PtySession, shown: &mut String, text: &str, then: &str) {
    for turn in 0..TURNS_MAX {
        if turn % 20 == 0 {
            session.send(&format!("{text}\r")).expect("typed");
            session.flush().expect("typed");
        }
        std::thread::sleep(TURN);
        let mut last = String::new();
        while let Some(letter) = session.try_read() {
            last.push(letter);
            // What follows is the next one's to read.
            if last.ends_with(then) || format!("{shown}{last}").ends_with(then) {
                shown.push_str(&last);
                return;
            }
        }
        shown.push_str(&last);
    }
    panic!("after {text:?} no {then:?}: {shown}");
}

fn on_terminal(command: &std::process::Command) -> PtySession {
    let mut fresh = std::process::Command::new(command.get_program());
    fresh.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => fresh.env(name, value),
            None => fresh.env_remove(name),
        };
    }
    fresh.env("TERM", "xterm");
    spawn_command(fresh, Some(WAIT_MS)).expect("a terminal")
}

#[tokio::test]
async fn without_a_terminal_it_says_what_to_run() {
    let workplace = Workplace::new(Storage::Sqlite).await;
    let output = workplace.annexd(&["serve"]).output().expect("ended");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(text.contains("`annexd account PERSON`"), "{text}");
    let output = workplace.annexd(&["account", "nobody-known"]).output().expect("ended");
    assert_eq!(output.status.code(), Some(2));
    let missing = workplace.annexd(&["serve", "--no-such-option"]).output().expect("ended");
    assert_eq!(missing.status.code(), Some(2));
}

#[tokio::test]
async fn a_browser_is_opened_at_the_pages() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    // What opens a browser on a desktop is a program by this name.
    let (folder, told) = (workplace.path("programs"), workplace.path("told"));
    std::fs::create_dir(&folder).expect("a folder");
    let program = folder.join("xdg-open");
    let text =
        format!("#!/bin/sh\nprintf '%s' \"$1\" > '{}.new' && mv '{0}.new' '{0}'\n", told.display());
    std::fs::write(&program, text.replace("{0}", &told.display().to_string())).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("set");
    let mut command = workplace.annexd(&["serve", "--open", "--listen", "127.0.0.1:0"]);
    let path = std::env::var("PATH").expect("a path");
    command.env("PATH", format!("{}:{path}", folder.display()));
    let mut session = on_terminal(&command);
    let (_, url) = session.exp_regex(r"http://[0-9.]+:[0-9]+").expect("the address");
    let opened = (0..300).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        std::fs::read_to_string(&told).ok()
    });
    assert_eq!(opened.as_deref(), Some(url.as_str()), "{INES} sees the pages");
    Terminal { session, url }.end();
}

#[test]
fn help_and_completions_need_no_folder() {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_annexd"));
        let output = command.args(arguments).output().expect("ended");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert!(run(&["--help"]).contains("annexd serve --open"));
    assert!(run(&["serve", "--help"]).contains("ANNEX_METRICS_TOKEN"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completions", shell]).contains("annexd"), "{shell}");
    }
}

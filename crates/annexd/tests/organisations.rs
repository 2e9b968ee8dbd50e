//! One server for several organisations: what it refuses, and that it asks whose one is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

/// Declares an organisation with one person, whose evidence lies in `data`.
fn declare(home: &Path, file: &str, id: &str, data: &str) {
    let text = format!(
        "data = \"{data}\"\nkey_file = \"{file}.key\"\n\n[organisation]\nid = \"{id}\"\nname = \"{id}\"\n\n[[person]]\nid = \"ada\"\nname = \"Ada\"\n"
    );
    std::fs::write(home.join(file), text).unwrap();
}

fn annexd(home: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_annexd"));
    program.current_dir(home).env("HOME", home).env_remove("ANNEX_DATABASE_URL").args(arguments);
    program
}

fn refused(home: &Path, arguments: &[&str]) -> String {
    let output = annexd(home, arguments).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

const SERVE: [&str; 7] =
    ["serve", "--listen", "127.0.0.1:0", "--config", "one.toml", "--config", "two.toml"];

#[test]
fn organisations_that_are_not_apart_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    declare(home, "one.toml", "one", "one");
    declare(home, "two.toml", "one", "two");
    assert!(refused(home, &SERVE).contains("two.toml: its organisation is served already"));
    declare(home, "two.toml", "two", "one");
    assert!(refused(home, &SERVE).contains("two.toml: give it a `data` of its own"));
    std::fs::write(home.join("two.toml"), "data = \"two\"\n").unwrap();
    assert!(refused(home, &SERVE).contains("two.toml: declares no [organisation]"));
    let account = ["account", "ada", "--config", "one.toml", "--config", "two.toml"];
    assert!(refused(home, &account).contains("one --config"));
    assert!(!home.join("one").exists(), "what is refused leaves nothing behind");
}

#[test]
fn who_signs_in_is_asked_of_which_organisation() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    for name in ["one", "two"] {
        let file = format!("{name}.toml");
        declare(home, &file, name, name);
        let mut account = annexd(home, &["account", "ada", "--config", &file]);
        let mut account = account.stdin(Stdio::piped()).spawn().unwrap();
        account.stdin.take().unwrap().write_all(b"a long enough password\n").unwrap();
        assert!(account.wait().unwrap().success());
    }
    let mut server = annexd(home, &SERVE).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
    let said = lines.find(|line| line.contains("http://")).unwrap();
    let address = said.split_once("http://").unwrap().1.trim();
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask("/sign-in").contains("name=\"organisation\""));
    assert!(ask("/sign-in?organisation=two").contains("action=\"/sign-in?organisation=two\""));
    assert!(ask("/").starts_with("HTTP/1.1 303"));
    server.kill().unwrap();
    server.wait().unwrap();
}

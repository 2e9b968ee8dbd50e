//! Whether the programming interface keeps to its own description, as far as a program can tell:
//! schemathesis sends what the document allows and what it forbids.
//!
//! It comes from `PyPI` into an environment of its own in the target folder.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::{INES, Storage, Workplace};

const PACKAGE: &str = "schemathesis";
const VERSION: &str = "4.32.5";

/// How many requests of each sort are drawn for an operation. The seed makes them the same.
const EXAMPLES: &str = "20";
const SEED: &str = "27001";

/// What is understood and yet wrong (a person who is not on record) is refused with 422, and a
/// version that is not the newest with 412: both are in the document.
const SETTINGS: &str = "[checks.positive_data_acceptance]
expected-statuses = [\"2xx\", 401, 403, 404, 412, 422]
";

/// The program, installed.
fn schemathesis() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{PACKAGE}-{VERSION}"));
    let program = folder.join("bin").join(PACKAGE);
    if !program.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let package = format!("{PACKAGE}=={VERSION}");
        run(Command::new(folder.join("bin").join("pip")).args(["install", "--quiet", &package]));
    }
    program
}

fn run(command: &mut Command) {
    let status = command.status().expect("it starts; install the Debian package python3-venv");
    assert!(status.success(), "{command:?}; install the Debian package python3-venv");
}

/// What schemathesis says of the server by a document, and whether it found nothing.
fn tried(
    program: &Path,
    folder: &Path,
    url: &str,
    document: &str,
    more: &[&str],
) -> (bool, String) {
    let file = folder.join("openapi.json");
    std::fs::write(&file, document).expect("written");
    let settings = folder.join("schemathesis.toml");
    std::fs::write(&settings, SETTINGS).expect("written");
    let output = Command::new(program)
        .current_dir(folder)
        .arg("--config-file")
        .arg(&settings)
        .arg("run")
        .arg(&file)
        .args(["--url", url, "--no-color", "--seed", SEED, "--max-examples", EXAMPLES])
        .args(more)
        .output()
        .expect("schemathesis starts");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The document as it is served.
fn document(of: &str) -> String {
    let address = of.strip_prefix("http://").expect("a plain address");
    let mut stream = TcpStream::connect(address).expect("connected");
    write!(
        stream,
        "GET /api/openapi.json HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("received");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

#[tokio::test]
async fn the_interface_keeps_to_its_description() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let actions = annex_operations::actions().expect("actions");
    let mut task = vec!["key", INES, "--for", "a test"];
    for action in &actions {
        task.extend(["--action", action]);
    }
    let output = workplace.annexd(&task).output().expect("annexd starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let key = String::from_utf8(output.stdout).expect("a key");
    let key = key.strip_suffix('\n').expect("a line");
    assert!(key.starts_with("annex_") && !said.contains(key), "{said}");

    let server = workplace.serve();
    let program = schemathesis();
    let folder = workplace.path("schemathesis");
    std::fs::create_dir_all(&folder).expect("a folder");
    let document = document(&server.at(""));
    // It must be able to fail.
    let wrong = document.replace("\"Me\":{", "\"Me\":{\"maxProperties\":1,");
    let header = format!("Authorization: Bearer {key}");
    let me = ["--header", &header, "--include-path", "/api/v1/me"];
    let (kept, said) = tried(&program, &folder, &server.at(""), &wrong, &me);
    assert!(!kept && said.contains("/api/v1/me"), "{said}");
    let (kept, said) = tried(&program, &folder, &server.at(""), &document, &["--header", &header]);
    assert!(kept, "{said}\n{}", server.log());
}

//! The program on PostgreSQL: copying both ways, going on after the database was away, and losing
//! nothing however it ends.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use annex_isms::entity::EvidenceKind;
use annex_isms::{Basis, Instant};
use annex_operations::{Access, Caller, Command, NewEvidence, Operations, Ports};
use annex_testbed::{PASSWORD, Server, shared};

const SECRET: &str = "correct horse battery";

fn example() -> PathBuf {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    PathBuf::from(root).join("../../examples/helpdesk/annex.toml")
}

fn now() -> Instant {
    static TICKS: AtomicU64 = AtomicU64::new(0);
    let ticks = TICKS.fetch_add(1, Ordering::SeqCst).cast_signed();
    Instant::from_microseconds(1_790_000_000_000_000 + ticks)
}

fn random() -> [u8; 32] {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&DRAWN.fetch_add(1, Ordering::SeqCst).to_be_bytes());
    bytes
}

const PORTS: Ports<'static> = Ports { now: &now, random: &random, environment: &|_| None };

/// Opens the workplace of a folder, by the key that lies in `home`.
async fn open(home: &Path, data: &Path) -> Operations<'static> {
    let (mut settings, declarations) = annex_settings::load(&example(), &|_| None).unwrap();
    settings.data = data.to_owned();
    settings.key_file = Some(home.join("key"));
    let catalogue = annex_operations::catalogue(&settings).unwrap();
    let access = Access::Write { holder: "a test".to_owned() };
    Operations::open(settings, declarations, example(), catalogue, access, PORTS).await.unwrap()
}

/// A folder with a register: the example's declarations with the contract that they name, a piece
/// of evidence, an account.
async fn workplace(home: &Path) -> PathBuf {
    let data = home.join("data");
    let operations = open(home, &data).await;
    let by = Caller::of_folder("test");
    operations.execute(Command::Declare, &by).await.unwrap();
    let stored = operations.store_bytes(b"minutes of an exercise").unwrap();
    let evidence = NewEvidence {
        digest: stored.digest,
        bytes: stored.bytes,
        name: "minutes.txt".to_owned(),
        kind: EvidenceKind::Tabletop,
        description: "An exercise".to_owned(),
        period: None,
        basis: Basis::Document,
        population: String::new(),
        expires: None,
        controls: std::collections::BTreeSet::new(),
        subject: None,
    };
    operations.execute(Command::AddEvidence { evidence }, &by).await.unwrap();
    operations.set_password(&"ines-arvid".parse().unwrap(), SECRET).await.unwrap();
    operations.close().await.unwrap();
    data
}

/// `annexd` with the key in `home`, its data in `data`, and perhaps a database.
fn annexd(home: &Path, data: &Path, database: Option<&str>) -> Program {
    let mut program = Program::new(env!("CARGO_BIN_EXE_annexd"));
    program.env_clear().env("HOME", home).env("ANNEX_KEY_FILE", home.join("key"));
    program.arg("--config").arg(example()).arg("--data").arg(data);
    if let Some(url) = database {
        program.env("ANNEX_DATABASE_URL", url);
    }
    program
}

/// Standard output and error of a run, which must not tell the password.
fn said(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let text = text.concat();
    assert!(!text.contains(PASSWORD), "{text}");
    text
}

#[tokio::test]
async fn a_folder_is_copied_into_a_database_and_back() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let data = workplace(home).await;
    let database = shared().database();
    let url = database.url();
    let (server_data, back) = (home.join("server"), home.join("back"));
    let into = |database: Option<&str>| {
        let mut program = annexd(home, &server_data, database);
        program.args(["copy", "--from-folder"]).arg(&data).output().unwrap()
    };
    let without = into(None);
    assert!(said(&without).contains("ANNEX_DATABASE_URL names no database"), "{}", said(&without));
    assert_eq!(without.status.code(), Some(2));
    let wrong = into(Some(&format!("http://annex:{PASSWORD}@127.0.0.1/x")));
    assert!(said(&wrong).contains("postgres://USER"), "{}", said(&wrong));
    let copied = into(Some(&url));
    assert!(copied.status.success(), "{}", said(&copied));
    assert!(said(&copied).contains("2 pieces of evidence, 1 accounts"), "{}", said(&copied));
    let again = into(Some(&url));
    assert!(said(&again).contains("it must be empty"), "{}", said(&again));
    assert_eq!(again.status.code(), Some(2));

    let out = annexd(home, &server_data, Some(&url))
        .args(["copy", "--to-folder"])
        .arg(&back)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", said(&out));
    let (first, last) = (open(home, &data).await, open(home, &back).await);
    assert_eq!(last.checkpoint().await.unwrap(), first.checkpoint().await.unwrap());
    let key = first.verifying_key().unwrap();
    let kept = first.checkpoint().await.unwrap();
    let verified = last.verify(&key, Some(&kept)).await.unwrap();
    assert_eq!(verified, first.verify(&key, Some(&kept)).await.unwrap());
    assert_eq!((verified.fault, verified.evidence), (None, 2));
    let attempt = annex_operations::Attempt {
        person: "ines-arvid".to_owned(),
        password: SECRET.to_owned(),
        code: String::new(),
        from: None,
    };
    assert!(last.sign_in(&attempt).await.unwrap().is_some());

    // A piece of evidence that is missing is no copy, and leaves no register.
    let empty = shared().database();
    let blobs = data.join("blobs");
    first.close().await.unwrap();
    std::fs::rename(&blobs, home.join("away")).unwrap();
    let url = empty.url();
    let output = annexd(home, &home.join("third"), Some(&url))
        .args(["copy", "--from-folder"])
        .arg(&data)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_eq!(empty.sql("SELECT count(*) FROM ledger_head"), "0");
}

/// The status and the text of an answer.
fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let session = "0".repeat(64);
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: annex_session=velmora.{session}\r\n\
         Connection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[tokio::test]
async fn the_server_says_that_the_database_is_away_and_goes_on_when_it_is_back() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let data = workplace(home).await;
    let server = Server::start(true);
    let database = server.database();
    let url = database.url();
    let copied =
        annexd(home, &data, Some(&url)).args(["copy", "--from-folder"]).arg(&data).output();
    let copied = copied.unwrap();
    assert!(copied.status.success(), "{}", said(&copied));
    let mut running = annexd(home, &data, Some(&url))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(running.stderr.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .find_map(|line| Some(line.unwrap().split("listening on http://").nth(1)?.to_owned()))
        .unwrap();
    // A second one beside it, which a folder would not allow.
    let account = annexd(home, &data, Some(&url))
        .args(["account", "tomas-beck"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    account.stdin.as_ref().unwrap().write_all(SECRET.as_bytes()).unwrap();
    let account = account.wait_with_output().unwrap();
    assert!(account.status.success(), "{}", said(&account));

    assert_eq!(get(&address, "/").0, 303);
    server.kill();
    let (status, text) = get(&address, "/");
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("cannot reach the database"), "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
    server.restart();
    assert_eq!(get(&address, "/").0, 303);
    running.kill().unwrap();
    running.wait().unwrap();
    for line in lines {
        assert!(!line.unwrap().contains(PASSWORD));
    }
}

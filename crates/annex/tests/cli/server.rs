//! The program against a server: the same commands, carried out there under the key's name.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command as Process;
use std::sync::Arc;

use annex_isms::Instant;
use annex_isms::entity::Role;
use annex_machine::PORTS;
use annex_operations::{Access, Caller, Command, Operations, Reply};
use annex_web::Site;

use crate::desk::{Desk, Run};

const HOUR: i64 = 3_600_000_000;

/// A server over what was assessed at a desk, and a key to it.
struct Office {
    here: Desk,
    url: String,
    key: String,
    runtime: tokio::runtime::Runtime,
}

impl Office {
    fn open() -> Self {
        let there = Desk::assessed();
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (url, key) = runtime.block_on(served(&there));
        let here = Desk::with_small_repository();
        // The desk there lives as long as the server.
        runtime.spawn(async move {
            std::future::pending::<()>().await;
            drop(there);
        });
        Self { here, url, key, runtime }
    }

    fn prepared(&self, arguments: &[&str]) -> Process {
        let mut command = self.here.prepared(arguments);
        command.args(["--server", &self.url]).env("ANNEX_TOKEN", &self.key);
        command
    }

    fn annex(&self, arguments: &[&str]) -> Run {
        let run = Run::of(&mut self.prepared(arguments));
        assert!(!run.out.contains(&self.key) && !run.err.contains(&self.key));
        run
    }

    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let run = self.annex(&[arguments, &["--format", "json"]].concat()).done();
        serde_json::from_slice(&run.bytes).expect("JSON")
    }
}

async fn served(desk: &Desk) -> (String, String) {
    let file = desk.path("helpdesk/annex.toml");
    let (mut settings, declarations) = annex_settings::load(&file, &|_| None).expect("settings");
    settings.data = desk.data();
    settings.key_file = Some(desk.key());
    let catalogue = annex_operations::catalogue(&settings).expect("the catalogue");
    let access = Access::Write { holder: "a server".to_owned() };
    let operations = Operations::open(settings, declarations, file, catalogue, access, PORTS);
    let operations = operations.await.expect("a workplace");
    let by = Caller::of_folder("a test");
    let holder: annex_isms::PersonId = "ines-arvid".parse().expect("an id");
    let roles = BTreeSet::from([Role::Administrator, Role::IsmsManager]);
    let grant = Command::GrantAccess { holder: holder.clone(), roles };
    operations.execute(grant, &by).await.expect("granted");
    let command = Command::CreateToken {
        holder,
        description: "a test".to_owned(),
        actions: annex_operations::actions().expect("actions"),
        expires: Instant::from_microseconds(operations.now().microseconds() + HOUR),
    };
    let Reply::Token { key, .. } = operations.execute(command, &by).await.expect("made") else {
        panic!("no key");
    };
    let router = annex_web::router(Arc::new(Site::new(operations)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    #[expect(clippy::disallowed_methods, reason = "it serves until the test ends")]
    tokio::spawn(async move { axum::serve(listener, service).await });
    (format!("http://{address}"), key)
}

#[test]
fn registers_are_read_and_changed_on_a_server() {
    let office = Office::open();
    let gaps = office.json(&["gaps"]);
    let gap = gaps[0]["id"].as_str().expect("a gap").to_owned();
    let assign = ["gaps", "assign", &gap, "--owner", "tomas-beck", "--due", "2099-01-01"];
    let run = office.annex(&assign).done();
    assert!(run.out.starts_with("recorded: gap "), "{}", run.out);
    let again = office.annex(&assign).done();
    assert!(again.out.starts_with("already on record"), "{}", again.out);
    assert!(office.annex(&["gaps"]).done().out.contains("tomas-beck"));
    // Whoever holds the key speaks for themselves.
    let close = ["gaps", "close", &gap, "--by", "tomas-beck", "--verification", "seen"];
    assert!(office.annex(&close).code(2).err.contains("speak for"));
    assert!(office.annex(&["people"]).done().out.contains("ines-arvid"));
    let at = office.annex(&["people", "--at", "2026-01-01"]).code(2);
    assert!(at.err.contains("leave out --at"), "{}", at.err);

    // What is shown is kept there.
    office.here.write("record.txt", "what was seen");
    let answer = [
        "answer",
        "system:helpdesk-assistant",
        "wrong_output_rollback=true",
        "--evidence",
        "record.txt",
    ];
    let run = office.annex(&answer);
    assert!(run.code == Some(0) || run.err.contains("annex"), "{}", run.err);
    office.annex(&["evidence", "add", "record.txt"]).done();
    let list = office.annex(&["evidence", "list", "--format", "csv"]).done().out;
    let line = list.lines().find(|line| line.contains("record.txt")).expect("the record");
    let digest = line.split(['"', ',']).find(|cell| cell.starts_with("sha256:"));
    let digest = digest.expect("a digest").to_owned();
    let shown = office.annex(&["evidence", "show", &digest]).done();
    assert_eq!(shown.bytes, b"what was seen");

    // Scanned here, judged there; the folder here gets nothing but the report.
    let report = office.here.path("report.html");
    let assess = ["assess", "small", "--report", report.to_str().expect("UTF-8")];
    let run = office.annex(&assess).done();
    assert!(run.err.contains("ledger: "), "{}", run.err);
    assert!(report.is_file() && !office.here.data().join("register.sqlite").exists());
    drop(office.runtime);
}

#[test]
fn a_server_that_cannot_be_used_is_told_apart() {
    let office = Office::open();
    let without = Run::of(office.prepared(&["gaps"]).env_remove("ANNEX_TOKEN")).code(2);
    assert!(without.err.contains("ANNEX_TOKEN"), "{}", without.err);
    let wrong = Run::of(office.prepared(&["gaps"]).env("ANNEX_TOKEN", "annex_no_key_at")).code(2);
    assert!(wrong.err.contains("Bearer") && !wrong.err.contains("annex_no_key"), "{}", wrong.err);
    let folder = office.annex(&["ledger", "verify"]).code(2);
    assert!(folder.err.contains("leave out --server"), "{}", folder.err);
    let mut plain = office.here.prepared(&["gaps", "--server", "http://annex.example.org"]);
    let plain = Run::of(plain.env("ANNEX_TOKEN", &office.key)).code(2);
    assert!(plain.err.contains("https"), "{}", plain.err);
    let mut nobody = office.here.prepared(&["gaps", "--server", "http://127.0.0.1:1"]);
    let nobody = Run::of(nobody.env("ANNEX_TOKEN", &office.key)).code(4);
    assert!(nobody.err.contains("cannot reach"), "{}", nobody.err);
}

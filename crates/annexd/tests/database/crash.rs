//! The server is killed, the database is killed, the network between them is cut, each while
//! people write: what was acknowledged is there, and nothing is there in part.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use annex_isms::Instant;
use annex_isms::entity::{Role, Supplier};
use annex_machine::PORTS;
use annex_operations::{Access, Caller, Command, Operations, Reply, Versioned};
use annex_testbed::{Cut, PASSWORD, Server};
use serde_json::Value;

use crate::{SECRET, annexd, example};

/// How many suppliers are changed at once.
const TOGETHER: usize = 20;
const HOUR: i64 = 3_600_000_000;
/// How long is waited until something was written.
const TURN: Duration = Duration::from_millis(5);
const TURNS_MAX: u32 = 24_000;
/// A cut network is noticed by time alone.
const ANSWER_WAIT: Duration = Duration::from_mins(2);

/// A register in a folder, and keys of two people who may do everything together.
async fn workplace(home: &Path) -> [String; 2] {
    let (mut settings, declarations) = annex_settings::load(&example(), &|_| None).unwrap();
    settings.data = home.join("data");
    settings.key_file = Some(home.join("key"));
    let catalogue = annex_operations::catalogue(&settings).unwrap();
    let access = Access::Write { holder: "a test".to_owned() };
    let operations = Operations::open(settings, declarations, example(), catalogue, access, PORTS)
        .await
        .unwrap();
    let by = Caller::of_folder("test");
    operations.execute(Command::Declare, &by).await.unwrap();
    let mut keys = Vec::new();
    for person in ["ines-arvid", "tomas-beck"] {
        let holder: annex_isms::PersonId = person.parse().unwrap();
        operations.set_password(&holder, SECRET).await.unwrap();
        let roles = BTreeSet::from([Role::IsmsManager, Role::Approver, Role::Auditor]);
        operations
            .execute(Command::GrantAccess { holder: holder.clone(), roles }, &by)
            .await
            .unwrap();
        let command = Command::CreateToken {
            holder,
            description: "a test".to_owned(),
            actions: annex_operations::actions().unwrap(),
            expires: Instant::from_microseconds(operations.now().microseconds() + HOUR),
        };
        let Reply::Token { key, .. } = operations.execute(command, &by).await.unwrap() else {
            panic!("no key");
        };
        keys.push(key);
    }
    operations.close().await.unwrap();
    keys.try_into().unwrap()
}

/// A running server; killed when it is dropped.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(home: &Path, url: &str) -> Self {
        let mut child = annexd(home, &home.join("data"), Some(url))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it does not listen: {said:?}"));
            if let Some(address) = line.split("listening on http://").nth(1) {
                break address.to_owned();
            }
            said.push(line);
        };
        std::thread::spawn(move || lines.for_each(|line| assert!(!line.contains(PASSWORD))));
        Self { child, address }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An answer, or nothing where the connection ended before it.
fn ask(address: &str, key: &str, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(ANSWER_WAIT)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

/// What is written, round by round, and which round was acknowledged last.
struct Writer {
    keys: [String; 2],
    round: AtomicU64,
    suppliers: AtomicU64,
    decided: AtomicU64,
    approved: AtomicU64,
    ends: AtomicBool,
}

impl Writer {
    /// The suppliers on record: name and version.
    fn known(&self, address: &str) -> Option<BTreeMap<String, (String, u64)>> {
        let path = "/api/v1/records/supplier?text=supplier-of-round&limit=200";
        let (status, list) = ask(address, &self.keys[0], "GET", path, "")?;
        assert!(matches!(status, 200 | 503), "{list}");
        let items = list["items"].as_array()?;
        Some(
            items
                .iter()
                .map(|item| {
                    let name = item["entry"]["record"]["value"]["name"].as_str().unwrap();
                    let key = item["key"].as_str().unwrap().to_owned();
                    (key, (name.to_owned(), item["version"].as_u64().unwrap()))
                })
                .collect(),
        )
    }

    /// Carries out a command; whether it was acknowledged. Otherwise the answer says what happened.
    fn execute(address: &str, key: &str, command: &Command) -> bool {
        let body = serde_json::to_string(command).unwrap();
        match ask(address, key, "POST", "/api/v1/commands", &body) {
            Some((200, _)) => true,
            // Somebody's change is there that nobody was told of.
            Some((412 | 422, _)) | None => false,
            Some((status, problem)) => {
                let told = problem["detail"].as_str().unwrap_or_default();
                assert!(status == 503 && told.contains("database"), "{status} {problem}");
                assert!(!told.contains(PASSWORD), "{told}");
                false
            }
        }
    }

    /// Writes until it is told to end.
    fn run(&self, address: &str) {
        while !self.ends.load(Ordering::SeqCst) {
            let round = self.round.fetch_add(1, Ordering::SeqCst) + 1;
            let Some(known) = self.known(address) else { continue };
            let commands = (0..TOGETHER)
                .map(|number| {
                    let id = format!("supplier-of-round-{number}");
                    let supplier = Supplier {
                        id: id.parse().unwrap(),
                        name: format!("Round {round}"),
                        owner: None,
                        certifications: Vec::new(),
                    };
                    let version = known.get(&id).map(|(_, version)| *version);
                    Versioned { command: Command::PutSupplier { supplier }, version }
                })
                .collect();
            if Self::execute(address, &self.keys[0], &Command::Together { commands }) {
                self.suppliers.store(round, Ordering::SeqCst);
            }
            let decide = Command::DecideSoa {
                controls: all_controls(),
                included: true,
                grounds: BTreeSet::new(),
                reason: format!("Round {round}"),
                by: "ines-arvid".parse().unwrap(),
            };
            if Self::execute(address, &self.keys[0], &decide) {
                self.decided.store(round, Ordering::SeqCst);
                let approve = Command::ApproveSoa {
                    by: "tomas-beck".parse().unwrap(),
                    compensating_review: String::new(),
                };
                if Self::execute(address, &self.keys[1], &approve) {
                    self.approved.store(round, Ordering::SeqCst);
                }
            }
        }
    }

    /// Everything that was acknowledged is there, and nothing in part.
    fn check(&self, address: &str) {
        let known = self.known(address).expect("an answer");
        let rounds: BTreeSet<&str> = known.values().map(|(name, _)| name.as_str()).collect();
        assert_eq!((known.len(), rounds.len()), (TOGETHER, 1), "{rounds:?}");
        let round = number(rounds.first().unwrap());
        assert!(round >= self.suppliers.load(Ordering::SeqCst), "{round}");

        let path = "/api/v1/records/soa?limit=200";
        let (_, list) = ask(address, &self.keys[0], "GET", path, "").expect("an answer");
        let (mut decided, mut approved) = (0, 0);
        for item in list["items"].as_array().unwrap() {
            let version = &item["entry"]["record"]["value"];
            let decisions = version["decisions"].as_object().unwrap();
            let reasons: BTreeSet<&str> =
                decisions.values().map(|own| own["reason"].as_str().unwrap()).collect();
            assert_eq!(reasons.len(), 1, "{reasons:?}");
            let round = number(reasons.first().unwrap());
            decided = decided.max(round);
            if !version["approval"].is_null() {
                approved = approved.max(round);
            }
        }
        assert!(decided >= self.decided.load(Ordering::SeqCst), "{decided}");
        assert!(approved >= self.approved.load(Ordering::SeqCst), "{approved}");
        let path = "/api/v1/ledger/verification";
        let (_, verified) = ask(address, &self.keys[0], "GET", path, "").expect("an answer");
        assert!(
            verified["fault"].is_null() && verified["entries"].as_u64() > Some(20),
            "{verified}"
        );
    }
}

fn number(words: &str) -> u64 {
    words.strip_prefix("Round ").unwrap().parse().unwrap()
}

/// All controls, so that a version can be approved.
fn all_controls() -> Vec<annex_isms::ControlId> {
    let (settings, _) = annex_settings::load(&example(), &|_| None).unwrap();
    annex_operations::catalogue(&settings).unwrap().controls.keys().cloned().collect()
}

#[tokio::test]
async fn what_was_acknowledged_survives_kills_and_cuts_and_nothing_is_there_in_part() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let keys = workplace(home).await;
    let postgres = Server::start(true);
    let database = postgres.database();
    let copied = annexd(home, &home.join("data"), Some(&database.url()))
        .args(["copy", "--from-folder"])
        .arg(home.join("data"))
        .output()
        .unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    let cut = Cut::to(postgres.port());
    let url = database.url_at(cut.port());
    let writer = Writer {
        keys,
        round: AtomicU64::new(0),
        suppliers: AtomicU64::new(0),
        decided: AtomicU64::new(0),
        approved: AtomicU64::new(0),
        ends: AtomicBool::new(false),
    };
    let mut running = Running::start(home, &url);
    for fault in ["server", "database", "cable", "connection", "server"] {
        writer.ends.store(false, Ordering::SeqCst);
        let before = writer.approved.load(Ordering::SeqCst);
        std::thread::scope(|scope| {
            let address = running.address.clone();
            let writer = &writer;
            scope.spawn(move || writer.run(&address));
            // In the middle of the work: after some of it was acknowledged.
            let mut turns = 0;
            while writer.approved.load(Ordering::SeqCst) < before + 2 && turns < TURNS_MAX {
                std::thread::sleep(TURN);
                turns += 1;
            }
            match fault {
                "server" => running.child.kill().unwrap(),
                "database" => postgres.kill(),
                "cable" => cut.silence(),
                _ => cut.close(),
            }
            writer.ends.store(true, Ordering::SeqCst);
            assert!(turns < TURNS_MAX, "nothing is written");
        });
        match fault {
            "server" => running = Running::start(home, &url),
            "database" => postgres.restart(),
            _ => cut.mend(),
        }
        writer.check(&running.address);
    }
}

//! The server under test: a copy of the example, and `annexd` over it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

use annex_isms::approval::ExpiryDefault;
use annex_isms::comment::{About, AboutKind};
use annex_isms::sample::SampleFrame;
use annex_isms::{ControlId, Date, Instant};
use annex_operations::{Access, Caller, Command, Operations, Ports, SampleChoice, ScanRequest};

pub(crate) const PASSWORD: &str = "correct horse battery";
/// Who signs in; the second person is someone else.
pub(crate) const INES: &str = "ines-arvid";
pub(crate) const TOMAS: &str = "tomas-beck";

/// The variable that names the database.
const DATABASE: &str = "ANNEX_DATABASE_URL";

const TURNS_MAX: u32 = 600;
const TURN: Duration = Duration::from_millis(100);

/// Where the register lies.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Storage {
    /// In the data folder.
    Sqlite,
    /// In a database of a real server.
    PostgreSql,
}

/// A copy of the example, assessed, that nobody can sign in to yet.
pub(crate) struct Workplace {
    folder: tempfile::TempDir,
    /// Where the register is, if it is not in the folder.
    database: Option<String>,
}

/// The assessed example that all copies are of: to scan it takes longer than to copy it.
static ASSESSED: tokio::sync::OnceCell<PathBuf> = tokio::sync::OnceCell::const_new();

async fn assessed() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("assessed");
    drop(std::fs::remove_dir_all(&folder));
    assess(&folder, None).await;
    folder
}

/// Copies the example into a folder, scans and assesses it, as `annex assess` does.
async fn assess(folder: &Path, database: Option<String>) {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    copy(&root.join("../../examples/helpdesk"), &folder.join("helpdesk"));
    let environment = move |name: &str| database.clone().filter(|_| name == DATABASE);
    let environment: &'static (dyn Fn(&str) -> Option<String> + Sync) =
        Box::leak(Box::new(environment));
    let ports = Ports { environment, ..annex_machine::PORTS };
    let file = folder.join("helpdesk").join("annex.toml");
    let (mut settings, declarations) = annex_settings::load(&file, &|_| None).expect("settings");
    settings.data = folder.join("data");
    settings.key_file = Some(folder.join("key"));
    let catalogue = annex_operations::catalogue(&settings).expect("the catalogue");
    let request = ScanRequest { path: &folder.join("helpdesk"), name: None };
    let batch = annex_operations::scan(request, &catalogue, &settings, ports, &mut |_| {});
    let batch = Box::new(batch.expect("a scan"));
    let access = Access::Write { holder: "a test".to_owned() };
    let operations = Operations::open(settings, declarations, file, catalogue, access, ports);
    let operations = operations.await.expect("a workplace");
    let by = Caller::of_folder("a test");
    for command in [Command::Declare, Command::Ingest { batch, evidence: None }, Command::Assess] {
        operations.execute(command, &by).await.expect("recorded");
    }
    for command in more(&operations) {
        operations.execute(command, &by).await.expect("recorded");
    }
    operations.close().await.expect("closed");
}

/// What only people bring, so that each sort of page has something to show.
fn more(operations: &Operations<'_>) -> Vec<Command> {
    let person = |id: &str| id.parse().expect("an id");
    let text = "Answer only from the articles below.\n";
    let prompt = |text: &str, change: &str| Command::AddPromptVersion {
        system: "helpdesk".parse().expect("an id"),
        name: "answer".to_owned(),
        digest: operations.store_bytes(text.as_bytes()).expect("stored").digest,
        change: change.to_owned(),
        by: person(TOMAS),
    };
    let decide = |controls: Vec<ControlId>, reason: &str| Command::DecideSoa {
        included: controls.is_empty(),
        controls,
        grounds: BTreeSet::new(),
        reason: reason.to_owned(),
        by: person(INES),
    };
    let said = |by: &str, text: &str| Command::Comment {
        about: About { kind: AboutKind::Nonconformity, key: "nc-1".to_owned() },
        text: text.to_owned(),
        by: person(by),
    };
    let day = 24 * 60 * 60 * 1_000_000;
    vec![
        prompt(text, "The first version"),
        prompt(&format!("{text}Say so when they do not tell.\n"), "No guesses"),
        Command::PutDecision {
            system: "helpdesk".parse().expect("an id"),
            question: "May the assistant reset the token of an account that is locked?".to_owned(),
            proposal: "Reset it, and tell the owner by mail.".to_owned(),
            deadline: Instant::from_microseconds(operations.now().microseconds() + day),
            on_expiry: ExpiryDefault::Reject,
        },
        Command::RaiseNonconformity {
            control: "A.8.16".parse().expect("a control"),
            finding: "Alerts of the assistant were read by nobody for two weeks.".to_owned(),
            by: person(INES),
        },
        said(INES, "Who has read them since?"),
        said(TOMAS, "I have, each morning.\nTwo were real, and both are closed."),
        decide(Vec::new(), "Necessary for the help-desk assistant"),
        Command::ApproveSoa { by: person("lars-winther"), compensating_review: String::new() },
        decide(vec!["A.7.14".parse().expect("a control")], "No equipment of ours holds AI data"),
        Command::DrawSample {
            frame: SampleFrame {
                kind: "prompt".to_owned(),
                evidence_kinds: BTreeSet::new(),
                from: operations.now().date(),
                to: operations.now().date(),
                controls: BTreeSet::new(),
            },
            choice: SampleChoice::Draw { size: 2, seed: Some("autumn".to_owned()) },
            note: "Whether a second person approved each change".to_owned(),
            by: person("lars-winther"),
        },
        Command::SaveView {
            kind: "asset".to_owned(),
            name: "Models without an owner".to_owned(),
            text: String::new(),
            filters: [("kind", "model"), ("owner", "-")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            sort: None,
            descending: false,
            by: person(INES),
        },
    ]
}

impl Workplace {
    /// One with its register in a storage.
    pub(crate) async fn new(storage: Storage) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match storage {
            Storage::Sqlite => {
                copy(ASSESSED.get_or_init(assessed).await, folder.path());
                None
            }
            Storage::PostgreSql => {
                let url = annex_testbed::shared().database().url();
                assess(folder.path(), Some(url.clone())).await;
                Some(url)
            }
        };
        Self { folder, database }
    }

    /// The same, with passwords for both people.
    pub(crate) async fn with_accounts(storage: Storage) -> Self {
        let workplace = Self::new(storage).await;
        workplace.account(INES);
        workplace.account(TOMAS);
        workplace
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> PathBuf {
        self.path("helpdesk").join("annex.toml")
    }

    /// `annexd` over this workplace.
    pub(crate) fn annexd(&self, task: &[&str]) -> Process {
        let mut command = Process::new(env!("CARGO_BIN_EXE_annexd"));
        command
            .args(task)
            .arg("--config")
            .arg(self.config())
            .arg("--data")
            .arg(self.path("data"))
            .env("ANNEX_KEY_FILE", self.path("key"))
            .env_remove("ANNEX_METRICS_TOKEN")
            .env_remove(DATABASE)
            .stdin(Stdio::null());
        if let Some(database) = &self.database {
            command.env(DATABASE, database);
        }
        command
    }

    /// Records things, as whoever has the folder does while no server runs.
    pub(crate) async fn record(&self, commands: Vec<Command>) {
        let file = self.config();
        let (mut settings, declarations) =
            annex_settings::load(&file, &|_| None).expect("settings");
        settings.data = self.path("data");
        settings.key_file = Some(self.path("key"));
        let catalogue = annex_operations::catalogue(&settings).expect("the catalogue");
        let access = Access::Write { holder: "a test".to_owned() };
        let ports = Ports { environment: &|_| None, ..annex_machine::PORTS };
        let operations = Operations::open(settings, declarations, file, catalogue, access, ports);
        let operations = operations.await.expect("a workplace");
        for command in commands {
            operations.execute(command, &Caller::of_folder("a test")).await.expect("recorded");
        }
        operations.close().await.expect("closed");
    }

    /// Gives a person the password, from standard input.
    pub(crate) fn account(&self, person: &str) {
        let mut command = self.annexd(&["account", person]);
        let mut child =
            command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        let mut input = child.stdin.take().expect("a pipe");
        writeln!(input, "{PASSWORD}").expect("written");
        drop(input);
        let output = child.wait_with_output().expect("ended");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Serves on a free port.
    pub(crate) fn serve(&self) -> Server {
        self.serve_at("127.0.0.1:0", &[])
    }

    /// Serves at an address, with settings of the environment.
    pub(crate) fn serve_at(&self, address: &str, settings: &[(&str, &str)]) -> Server {
        let log = self.path("log");
        let file = std::fs::File::create(&log).expect("a log");
        let mut command = self.annexd(&["serve", "--listen", address]);
        let child = command.envs(settings.iter().copied()).stderr(file).spawn().expect("started");
        let mut server = Server { child, log, url: String::new() };
        for _ in 0..TURNS_MAX {
            let text = server.log();
            if let Some((_, after)) = text.split_once("listening on ")
                && let Some((url, _)) = after.split_once('\n')
            {
                url.trim().clone_into(&mut server.url);
                return server;
            }
            let ended = server.child.try_wait().expect("a status");
            assert!(ended.is_none(), "annexd ended: {text}");
            std::thread::sleep(TURN);
        }
        panic!("annexd does not listen: {}", server.log());
    }
}

/// The day in so many days.
pub(crate) fn in_days(days: i64) -> Date {
    let now = (annex_machine::PORTS.now)().microseconds();
    Instant::from_microseconds(now + days * 24 * 60 * 60 * 1_000_000).date()
}

/// A running `annexd`; it is ended when this is dropped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    url: String,
}

impl Server {
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Tells it to end, and waits for that.
    pub(crate) fn end(mut self) {
        let id = self.child.id().to_string();
        let told = Process::new("kill").args(["-TERM", &id]).status().expect("kill starts");
        assert!(told.success());
        let ended = self.child.wait().expect("a status");
        assert!(ended.success(), "{}", self.log());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

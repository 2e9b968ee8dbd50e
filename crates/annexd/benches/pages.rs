//! Pages of a large register on PostgreSQL, with fifty people at work; server, database and load
//! on the same machine.
//!
//! ```text
//!  fill: 10,700 systems, 64,200 assets, 200,000 pieces of evidence, an assessment of a million results
//!  load: 50 clients, each asks for a page, reads it for a second, and asks for the next
//! ```
//!
//! `cargo bench -p annexd --bench pages`. It needs PostgreSQL, sixteen gigabytes of memory
//! and half an hour. `ANNEX_BENCH_SHARE=100` fills a hundredth of it. It prints the median and the
//! 99th percentile of each page, and the server's memory before and after.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark tells or fails")]
#![expect(clippy::disallowed_methods, reason = "it measures time, and joins its clients")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant as Clock};

use annex_isms::entity::{Evidence, EvidenceKind, Role};
use annex_isms::observation::{
    AssetKey, BATCH_SCHEMA, Collector, Coverage, Observation, Period, Scope, Seen, SeenAsset,
    SeenSystem,
};
use annex_isms::{
    AssetKind, Attribute, Basis, Digest, Instant, ObservationBatch, PersonId, Record, Subject,
    Value,
};
use annex_ledger::SigningKey;
use annex_machine::PORTS;
use annex_operations::{Access, Caller, Command, ListQuery, Operations, Ports};
use annex_register::{Condition, DatabaseUrl, Location, OpenOptions, Register};
use annex_testbed::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const SYSTEMS: usize = 10_700;
const ASSETS: usize = 6 * SYSTEMS;
const EVIDENCE: usize = 200_000;
const CLIENTS: u32 = 50;
const THINK: Duration = Duration::from_secs(1);
const LOAD: Duration = Duration::from_mins(2);
const PASSWORD: &str = "a password of the benchmark";

static URL: OnceLock<String> = OnceLock::new();

/// The database is the benchmark's, all else the machine's.
fn environment(name: &str) -> Option<String> {
    if name == "ANNEX_DATABASE_URL" { URL.get().cloned() } else { (PORTS.environment)(name) }
}

fn main() {
    // Asked by `cargo test --benches`: nothing is measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let share: usize =
        std::env::var("ANNEX_BENCH_SHARE").map_or(1, |text| text.parse().expect("a number"));
    let folder = tempfile::tempdir().unwrap();
    let postgres = Server::start(true);
    let database = postgres.database();
    URL.set(database.url()).unwrap();
    std::fs::write(
        folder.path().join("annex.toml"),
        "data = \"data\"\nkey_file = \"key\"\n\n[organisation]\nid = \"large\"\nname = \"Large\"\n\n[[person]]\nid = \"ada\"\nname = \"Ada\"\nroles = [\"security\"]\n",
    )
    .unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pages = runtime.block_on(fill(folder.path(), share));
    // What filling it left to be cleaned up and written is no part of a day's work.
    database.sql("VACUUM (ANALYZE)");
    database.sql("CHECKPOINT");
    let (mut server, address) = serve(folder.path());
    let pid = server.id();
    let cookie = runtime.block_on(sign_in(&address));
    runtime.block_on(async {
        // The first assessment is made before anyone is measured.
        let began = Clock::now();
        get(&address, &cookie, "/").await;
        println!("first page after the start: {:.1} s", began.elapsed().as_secs_f64());
        load(&address, &cookie, &pages, Duration::from_secs(10)).await;
        let before = memory_mb(pid);
        let times = load(&address, &cookie, &pages, LOAD).await;
        table(times);
        println!("memory of the server: {before} MB before, {} MB after", memory_mb(pid));
    });
    server.kill().unwrap();
    server.wait().unwrap();
}

/// Fills the register, and names the pages that are asked for.
async fn fill(folder: &Path, share: usize) -> Vec<(&'static str, String)> {
    let began = Clock::now();
    let file = folder.join("annex.toml");
    let (mut settings, declarations) = annex_settings::load(&file, &|_| None).unwrap();
    settings.data = folder.join("data");
    settings.key_file = Some(folder.join("key"));
    let catalogue = annex_operations::catalogue(&settings).unwrap();
    let ports = Ports { environment: &environment, ..PORTS };
    let access = Access::Write { holder: "a benchmark".to_owned() };
    let operations =
        Operations::open(settings, declarations, file, catalogue, access, ports).await.unwrap();
    let by = Caller::of_folder("benchmark");
    operations.execute(Command::Declare, &by).await.unwrap();
    let ada: PersonId = "ada".parse().unwrap();
    operations.set_password(&ada, PASSWORD).await.unwrap();
    let roles = BTreeSet::from([Role::IsmsManager, Role::Administrator, Role::Auditor]);
    operations.execute(Command::GrantAccess { holder: ada, roles }, &by).await.unwrap();

    let systems = SYSTEMS / share;
    let each = ASSETS / SYSTEMS;
    for (number, first) in (0..systems).step_by(500).enumerate() {
        let batch = batch(number, first..systems.min(first + 500), each, operations.now());
        let command = Command::Ingest { batch: Box::new(batch), evidence: None };
        operations.execute(command, &by).await.unwrap();
    }
    println!(
        "{systems} systems, {} assets: {:.0} s",
        systems * each,
        began.elapsed().as_secs_f64()
    );

    let began = Clock::now();
    let key = SigningKey::parse(&std::fs::read_to_string(folder.join("key")).unwrap()).unwrap();
    let url: DatabaseUrl = URL.get().unwrap().parse().unwrap();
    let options = OpenOptions {
        create: false,
        access: annex_register::Access::Write { holder: "a benchmark".to_owned() },
        lock_wait_ms: 0,
        sqlite_pages_max: None,
        answer_wait_ms: 60_000,
    };
    let register = Register::open(&Location::Postgres(url), &options).await.unwrap();
    let scope = register.organisation(operations.organisation());
    for first in (0..EVIDENCE / share).step_by(5_000) {
        let records: Vec<Record> = (first..first + 5_000)
            .map(|number| evidence(number, operations.now()).into())
            .collect();
        let mut nonce = || (PORTS.random)();
        let now = operations.now();
        scope
            .record(records, by.actor(), now, &key, &mut nonce, &Condition::default())
            .await
            .unwrap();
    }
    println!("{} pieces of evidence: {:.0} s", EVIDENCE / share, began.elapsed().as_secs_f64());

    let began = Clock::now();
    let assessment = match operations.execute(Command::Assess, &by).await.unwrap() {
        annex_operations::Reply::Assessed { assessment, .. } => assessment,
        other => panic!("{other:?}"),
    };
    println!(
        "assessed and recorded, {} results, {} gaps, {} requests: {:.0} s",
        assessment.results.len(),
        assessment.gaps.len(),
        assessment.requests.len(),
        began.elapsed().as_secs_f64()
    );
    let key = async |kind: &str| {
        let query = ListQuery { limit: 1, offset: 100 / share as u64, ..ListQuery::of(kind) };
        operations.list(&query).await.unwrap().items[0].key.clone()
    };
    let pages = vec![
        ("overview", "/".to_owned()),
        ("gaps", "/gaps".to_owned()),
        ("gap", format!("/gaps/{}", key("gap").await)),
        ("requests", "/requests".to_owned()),
        ("request", format!("/requests/{}", key("request").await)),
        ("assets", "/registers/assets".to_owned()),
        ("assets, searched", "/registers/assets?text=asset-77".to_owned()),
        ("asset", format!("/registers/assets/{}", key("asset").await)),
        ("evidence", "/registers/evidence".to_owned()),
        ("piece of evidence", format!("/registers/evidence/{}", key("evidence").await)),
        ("evidence, sorted", "/registers/evidence?sort=name&order=desc&page=20".to_owned()),
        ("risks", "/risks".to_owned()),
        ("risks, residual", "/risks?stage=residual".to_owned()),
        ("risk", format!("/risks/{}", key("risk").await)),
        ("exceptions", "/exceptions".to_owned()),
        ("controls", "/controls".to_owned()),
        ("control", "/controls/A.8.24".to_owned()),
        ("results", "/controls/A.8.24/prompts-protected".to_owned()),
        ("applicability", "/soa".to_owned()),
        ("suppliers", "/suppliers".to_owned()),
        ("prompts", "/prompts".to_owned()),
        ("decisions", "/decisions".to_owned()),
        ("nonconformities", "/nonconformities".to_owned()),
        ("registers", "/registers".to_owned()),
        ("gaps, searched", "/gaps?text=asset-77".to_owned()),
        ("entry", format!("/ledger/{}", 100_000 / share)),
        ("auditor's view", "/audit".to_owned()),
        ("population", "/audit/population?of=evidence".to_owned()),
        ("notices", "/notices".to_owned()),
        ("sign-ins", "/sign-ins".to_owned()),
        ("account", "/account".to_owned()),
        ("access", "/access".to_owned()),
    ];
    operations.close().await.unwrap();
    pages
}

/// What one collector saw of some systems.
fn batch(
    number: usize,
    systems: std::ops::Range<usize>,
    each: usize,
    at: Instant,
) -> ObservationBatch {
    let kinds = [
        AssetKind::ModelApi,
        AssetKind::Prompt,
        AssetKind::VectorStore,
        AssetKind::Framework,
        AssetKind::Agent,
        AssetKind::Dataset,
    ];
    let mut batch = ObservationBatch {
        schema: BATCH_SCHEMA,
        collector: Collector { name: "discover".to_owned(), version: "1".to_owned() },
        scope: Scope {
            kind: "repository".to_owned(),
            name: format!("repository-{number}"),
            commit: None,
            modified: false,
        },
        period: Period { from: at, to: at },
        coverage: Coverage { files_seen: 1, files_read: 1, ..Coverage::default() },
        skipped: Vec::new(),
        systems: Vec::new(),
        assets: Vec::new(),
        flows: Vec::new(),
        observations: Vec::new(),
    };
    for system in systems {
        let id: annex_isms::SystemId = format!("system-{system}").parse().unwrap();
        batch.systems.push(SeenSystem { id: id.clone(), name: format!("System {system}") });
        for asset in 0..each {
            let key = AssetKey {
                kind: kinds[asset % kinds.len()],
                key: format!("system-{system}/asset-{asset}"),
            };
            batch.assets.push(SeenAsset {
                key: key.clone(),
                aliases: Vec::new(),
                name: format!("asset-{system}-{asset}"),
                supplier: None,
                systems: BTreeSet::from([id.clone()]),
                locations: BTreeSet::from(["src/app.py:1".parse().unwrap()]),
            });
            if key.kind == AssetKind::Prompt {
                batch.observations.push(Observation {
                    subject: Seen::Asset(key),
                    attribute: "digest".parse::<Attribute>().unwrap(),
                    value: Value::Text(format!("digest-{system}")),
                    basis: Basis::Source,
                    period: Period { from: at, to: at },
                    evidence: None,
                    locations: BTreeSet::new(),
                    resolves: false,
                });
            }
        }
    }
    batch
}

fn evidence(number: usize, at: Instant) -> Evidence {
    Evidence {
        digest: Digest::of(&number.to_be_bytes()),
        bytes: 1_000,
        name: format!("record-{number}.json"),
        kind: EvidenceKind::ALL[number % EvidenceKind::ALL.len()],
        description: "a record of the benchmark".to_owned(),
        period: Period { from: at, to: at },
        collected_at: at,
        collected_by: "benchmark".to_owned(),
        basis: Basis::Document,
        population: String::new(),
        expires: None,
        controls: BTreeSet::new(),
        subject: Subject::System(format!("system-{}", number % 80).parse().unwrap()),
    }
}

/// Starts the server, and says where it listens.
fn serve(folder: &Path) -> (Child, String) {
    let mut server = Process::new(env!("CARGO_BIN_EXE_annexd"))
        .args(["--config", "annex.toml", "serve", "--listen", "127.0.0.1:0"])
        .current_dir(folder)
        .env("ANNEX_DATABASE_URL", URL.get().unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("http://")?.1.trim_end_matches('/').to_owned()))
        .expect("it says where it listens");
    // What it says later must not fill its pipe.
    std::thread::spawn(move || lines.for_each(drop));
    (server, address.split_whitespace().next().unwrap().to_owned())
}

async fn sign_in(address: &str) -> String {
    let form = format!("person=ada&password={}", PASSWORD.replace(' ', "+"));
    let request = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = ask(address, &request).await;
    let cookie = answer.split_once("annex_session=").expect("signed in").1;
    cookie.split(';').next().unwrap().to_owned()
}

async fn get(address: &str, cookie: &str, path: &str) -> String {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: annex_session={cookie}\r\n\r\n"
    );
    let answer = ask(address, &request).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {}", answer.lines().next().unwrap_or(""));
    answer
}

async fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

type Times = BTreeMap<&'static str, Vec<Duration>>;

async fn load(
    address: &str,
    cookie: &str,
    pages: &[(&'static str, String)],
    last: Duration,
) -> Times {
    let end = Clock::now() + last;
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (address, cookie) = (address.to_owned(), cookie.to_owned());
        let pages = pages.to_vec();
        clients.spawn(async move {
            let mut times = Times::new();
            // Not all at once.
            tokio::time::sleep(THINK / CLIENTS * client).await;
            for turn in client as usize.. {
                if Clock::now() >= end {
                    break;
                }
                let (name, path) = &pages[turn % pages.len()];
                let began = Clock::now();
                get(&address, &cookie, path).await;
                times.entry(name).or_default().push(began.elapsed());
                tokio::time::sleep(THINK).await;
            }
            times
        });
    }
    let mut all = Times::new();
    while let Some(times) = clients.join_next().await {
        for (name, times) in times.unwrap() {
            all.entry(name).or_default().extend(times);
        }
    }
    all
}

fn table(times: Times) {
    let mut output = std::io::stdout();
    writeln!(output, "{:20} {:>6} {:>10} {:>10} {:>10}", "page", "asked", "median", "p99", "most")
        .unwrap();
    for (name, mut times) in times {
        times.sort_unstable();
        let at = |share: usize| {
            times[(times.len() * share / 1000).min(times.len() - 1)].as_secs_f64() * 1e3
        };
        writeln!(
            output,
            "{name:20} {:6} {:7.1} ms {:7.1} ms {:7.1} ms",
            times.len(),
            at(500),
            at(990),
            at(1000)
        )
        .unwrap();
    }
}

fn memory_mb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .map_or(0, |kb: u64| kb / 1024)
}

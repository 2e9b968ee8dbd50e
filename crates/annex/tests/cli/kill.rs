//! `kill -9` at any instant: the ledger holds, and what was acknowledged is there.
//!
//! Each kill hits a process that started a while ago, drawn between nothing and a little more
//! than such a command takes, more often late, where it writes. A checkpoint that is kept
//! elsewhere shows that the ledger only ever grew.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::desk::{Desk, Run};

/// How often a process is killed, unless `ANNEX_TEST_KILLS` says otherwise.
const KILLS: u64 = 24;

fn kills() -> u64 {
    std::env::var("ANNEX_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % end.max(1)
    }

    /// An instant in a command that takes this long: half of them in its last third.
    fn delay(&mut self, takes: Duration) -> Duration {
        let micros = u64::try_from(takes.as_micros()).unwrap_or(u64::MAX);
        let from = if self.below(2) == 0 { 0 } else { micros * 2 / 3 };
        Duration::from_micros(from + self.below(micros * 11 / 10 - from))
    }
}

/// How long the program takes for something.
#[expect(
    clippy::disallowed_methods,
    reason = "when to kill depends on how long this machine takes"
)]
fn measured(desk: &Desk, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    desk.annex(arguments).done();
    start.elapsed()
}

/// Starts the program and kills it after a while; what it had printed by then.
fn killed(desk: &Desk, arguments: &[&str], after: Duration) -> Run {
    let mut command = desk.prepared(arguments);
    command.env("ANNEX_LOCK_WAIT_MS", "0").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    std::thread::sleep(after);
    let _ = child.kill();
    child.wait_with_output().expect("it ends").into()
}

/// What the program acknowledged: the size of the ledger that it named.
fn acknowledged(run: &Run) -> Option<u64> {
    let text = format!("{}\n{}", run.out, run.err);
    let rest = text.split_once("ledger: ")?.1;
    rest.split_once(" entries")?.0.parse().ok()
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let desk = Desk::with_small_repository();
    desk.annex(&["assess", "small"]).done();
    desk.write("first.txt", "the first\n");
    let takes = [
        measured(&desk, &["assess", "small"]),
        measured(&desk, &["answer", "small", "drill_passed=true", "--evidence", "first.txt"]),
        measured(&desk, &["evidence", "add", "first.txt"]),
    ];
    let checkpoint = |desk: &Desk| {
        let run = desk.annex(&["ledger", "checkpoint"]).done();
        desk.write("kept.checkpoint", run.bytes);
    };
    checkpoint(&desk);
    let mut size = desk.ledger_holds();
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut expected: BTreeSet<String> = BTreeSet::new();
    let (mut during, mut after) = (0, 0);
    for kill in 0..kills() {
        let evidence = format!("evidence-{kill}.txt");
        desk.write(&evidence, format!("what was seen the {kill}th time\n"));
        let value = format!("drill_recovery_minutes={kill}");
        let arguments: &[&str] = match kill % 3 {
            0 => {
                desk.write("small/more.py", format!("model = \"gpt-4o-{kill}\"\n"));
                &["assess", "small"]
            }
            1 => &["answer", "small", &value, "--evidence", &evidence],
            _ => &["evidence", "add", &evidence],
        };
        let delay = random.delay(takes[usize::try_from(kill % 3).expect("small")]);
        let run = killed(&desk, arguments, delay);
        let told = acknowledged(&run);
        match told {
            Some(_) => after += 1,
            None => during += 1,
        }
        if told.is_some() && kill % 3 != 0 {
            expected.insert(evidence);
        }
        let verify = ["ledger", "verify", "--checkpoint", "kept.checkpoint", "--format", "json"];
        let verified = desk.annex(&verify);
        assert_eq!(
            verified.code,
            Some(0),
            "kill {kill} after {delay:?}: {}{}",
            verified.out,
            verified.err
        );
        let verified: serde_json::Value = serde_json::from_str(&verified.out).expect("JSON");
        let entries = verified["entries"].as_u64().expect("a number");
        assert!(
            entries >= size.max(told.unwrap_or(0)),
            "kill {kill}: {entries} of {size}, {told:?}"
        );
        if entries > size {
            checkpoint(&desk);
            size = entries;
        }
    }
    let listed = desk.json(&["evidence", "list"]).to_string();
    for name in &expected {
        assert!(listed.contains(&format!("\"{name}\"")), "{name} was acknowledged");
    }
    desk.annex(&["assess", "small"]).done();
    desk.ledger_holds();
    assert!(during > 0, "no kill hit a running process: {after} after the end");
}

#[test]
fn a_first_run_that_was_killed_can_be_run_again() {
    let model = Desk::with_small_repository();
    let takes = measured(&model, &["assess", "small"]);
    let mut random = Random(0xfeed_f00d_0bad_cafe);
    for kill in 0..kills().div_ceil(6) {
        let desk = Desk::with_small_repository();
        let delay = random.delay(takes);
        killed(&desk, &["assess", "small"], delay);
        let run = desk.annex(&["assess", "small"]);
        assert_eq!(run.code, Some(0), "kill {kill} after {delay:?}: {}", run.err);
        desk.ledger_holds();
        let key = fs::read_to_string(desk.key()).expect("a key");
        assert!(key.ends_with('\n'));
    }
}

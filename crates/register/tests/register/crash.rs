//! Killed at any instant: what was acknowledged is there, and the lock is free.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{acme, key, open, organisation, record, second, system, writing};

const FOLDER: &str = "ANNEX_REGISTER_TEST_FOLDER";

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    for kill_after in [1, 5, 12] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::records_until_killed", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acknowledged: Vec<u64> = lines
            .filter_map(|line| line.unwrap().split("acknowledged ").nth(1)?.parse().ok())
            .take(kill_after)
            .collect();
        child.kill().unwrap();
        child.wait().unwrap();

        let register = open(folder.path(), &writing()).await.unwrap();
        let id = organisation("acme");
        let key = key("acme").verifying_key();
        let verified = register.organisation(&id).verify(&key, None).await.unwrap();
        assert_eq!(verified.fault, None);
        let last = *acknowledged.last().unwrap();
        assert!(verified.entries >= last, "{} < {last}", verified.entries);
        register.close().await.unwrap();
    }
}

/// The other process of the test above.
#[tokio::test]
#[ignore = "run by the test that kills it"]
#[expect(clippy::print_stdout, reason = "it tells the parent what was acknowledged")]
async fn records_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let register = open(&folder, &writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    let size = scope.head().await.unwrap().map_or(0, |stored| stored.head.size);
    for number in size..size + 10_000 {
        let changes = vec![acme("acme").into(), system(&format!("s-{number}")).into()];
        let receipt = record(&scope, changes, second(0)).await.unwrap();
        println!("acknowledged {}", receipt.size);
    }
}

//! Killed at any instant: what was acknowledged is there, and the lock is free.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use annex_register::{Location, Register, RegisterError};
use annex_testbed::Server;

use crate::support::{Place, acme, key, on_both, organisation, record, second, system, writing};

const FOLDER: &str = "ANNEX_REGISTER_TEST_FOLDER";
const DATABASE: &str = "ANNEX_REGISTER_TEST_DATABASE";
const NAME: &str = "ANNEX_REGISTER_TEST_NAME";

/// Another process that records one system after the other, named `name` and a number.
fn recording(location: &Location, database: &str, name: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crash::records_until_killed", "--ignored", "--nocapture"]);
    match location {
        Location::Folder(folder) => command.env(FOLDER, folder),
        _ => command.env(DATABASE, database),
    };
    command.env(NAME, name).stdout(Stdio::piped()).spawn().unwrap()
}

/// The sizes of the ledger that a process says were acknowledged to it.
fn acknowledged(child: &mut Child) -> impl Iterator<Item = u64> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.filter_map(|line| line.ok()?.split("acknowledged ").nth(1)?.parse().ok())
}

async fn verified(register: &Register) -> u64 {
    let scope = register.organisation(&organisation("acme")).clone();
    let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
    assert_eq!(verified.fault, None);
    verified.entries
}

async fn what_was_acknowledged_survives_a_kill(place: Place) {
    for (round, kill_after) in [1, 5, 12].into_iter().enumerate() {
        let name = format!("round-{round}");
        let mut child = recording(&place.location(), &place.url(), &name);
        let sizes: Vec<u64> = acknowledged(&mut child).take(kill_after).collect();
        child.kill().unwrap();
        child.wait().unwrap();

        let mut options = writing();
        // On PostgreSQL the transaction of the dead process may take a moment to end.
        options.lock_wait_ms = 10_000;
        let register = place.open(&options).await.unwrap();
        let entries = verified(&register).await;
        let last = *sizes.last().unwrap();
        assert!(entries >= last, "{entries} < {last}");
        let after = system(&format!("after-{name}"));
        record(&register.organisation(&organisation("acme")), vec![after.into()], second(1))
            .await
            .unwrap();
        register.close().await.unwrap();
    }
}

on_both! {
    what_was_acknowledged_survives_a_kill,
}

#[tokio::test]
async fn processes_that_write_at_once_lose_nothing() {
    const EACH: usize = 25;
    let place = Place::database();
    let names = ["one", "two", "three"];
    let writers = names.map(|name| {
        let mut child = recording(&place.location(), &place.url(), name);
        std::thread::spawn(move || {
            let sizes: Vec<u64> = acknowledged(&mut child).take(EACH).collect();
            child.kill().unwrap();
            child.wait().unwrap();
            sizes
        })
    });
    let mut sizes: Vec<u64> = writers.into_iter().flat_map(|it| it.join().unwrap()).collect();
    assert_eq!(sizes.len(), names.len() * EACH);
    sizes.sort_unstable();
    sizes.dedup();
    assert_eq!(sizes.len(), names.len() * EACH, "each change has a place of its own");

    let register = place.open(&writing()).await.unwrap();
    assert!(verified(&register).await >= *sizes.last().unwrap());
    let scope = register.organisation(&organisation("acme")).clone();
    for name in names {
        for number in 0..EACH {
            let id = format!("{name}-{number}");
            assert!(scope.get("system", &id).await.unwrap().is_some(), "{id} is lost");
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_of_the_database() {
    let server = Server::start(true);
    let database = server.database();
    let location = Location::Postgres(database.url().parse().unwrap());
    let mut options = writing();
    options.lock_wait_ms = 10_000;
    let register = Register::open(&location, &options).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, vec![acme("acme").into()], second(0)).await.unwrap();
    for round in 0..3 {
        let mut child = recording(&location, &database.url(), &format!("round-{round}"));
        let mut sizes = acknowledged(&mut child);
        let first = sizes.by_ref().take(7).last().unwrap();
        server.kill();
        // What the process says until it notices was acknowledged too.
        let last = sizes.last().unwrap_or(first);
        child.wait().unwrap();

        let error = record(&scope, vec![system("none").into()], second(0)).await.unwrap_err();
        assert!(matches!(error, RegisterError::Unreachable { .. }), "{error:?}");
        assert!(error.to_string().contains("cannot reach the database"), "{error}");
        server.restart();
        // The same register goes on, without being opened again.
        let entries = verified(&register).await;
        assert!(entries >= last, "{entries} < {last}");
        let after = system(&format!("after-{round}"));
        record(&scope, vec![after.into()], second(0)).await.unwrap();
        assert_eq!(scope.get("system", "none").await.unwrap(), None);
    }
}

/// The other process of the tests above: it ends when it is killed, or its database is.
#[tokio::test]
#[ignore = "run by the tests that kill it"]
#[expect(clippy::print_stdout, reason = "it tells the parent what was acknowledged")]
async fn records_until_killed() {
    let location = match (std::env::var_os(FOLDER), std::env::var(DATABASE)) {
        (Some(folder), _) => Location::Folder(PathBuf::from(folder)),
        (None, Ok(url)) => Location::Postgres(url.parse().unwrap()),
        (None, Err(_)) => return,
    };
    let name = std::env::var(NAME).unwrap();
    let mut options = writing();
    options.lock_wait_ms = 60_000;
    let register = Register::open(&location, &options).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    for number in 0..10_000 {
        let changes = vec![acme("acme").into(), system(&format!("{name}-{number}")).into()];
        match record(&scope, changes, second(0)).await {
            Ok(receipt) => println!("acknowledged {}", receipt.size),
            Err(RegisterError::Unreachable { .. } | RegisterError::Unconfirmed) => return,
            Err(error) => panic!("{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

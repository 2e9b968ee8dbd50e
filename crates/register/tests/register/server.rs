//! What only PostgreSQL has: policies by row, several writers, a network.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use annex_register::{Condition, Location, Register, RegisterError};
use annex_testbed::{Cut, PASSWORD, shared};

use crate::everything::everything;
use crate::support::{Place, UNRECORDED, acme, key, organisation, record, second, system, writing};

fn database(place: &Place) -> &annex_testbed::Database<'static> {
    match place {
        Place::Database(database) => database,
        Place::Folder(_) => panic!("not in a folder"),
    }
}

#[tokio::test]
async fn a_transaction_sees_the_organisation_that_it_names_and_no_other() {
    let place = Place::database();
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, everything(), second(0)).await.unwrap();
    let database = database(&place);

    let tables = "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                  WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'schema_version'";
    let tables: Vec<String> = database.sql(tables).lines().map(str::to_owned).collect();
    assert!(tables.len() >= 28, "{tables:?}");
    for table in &tables {
        let forced = format!(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = '{table}'"
        );
        assert_eq!(database.sql(&forced), "t", "{table} has no policy that binds its owner");
        let count = format!("SELECT count(*) FROM \"{table}\"");
        let named =
            |organisation: &str| format!("SET annex.organisation = '{organisation}'; {count}");
        assert_eq!(database.sql_as_owner(&count), "0", "{table} without an organisation");
        assert_eq!(database.sql_as_owner(&named("other")), "0", "{table} of another");
        let listed = table == "organisation" || table == "ledger_head";
        let all = if listed { "1" } else { "0" };
        assert_eq!(database.sql_as_owner(&named("*")), all, "{table} of the list");
        if !UNRECORDED.contains(&table.as_str()) {
            assert_ne!(database.sql_as_owner(&named("acme")), "0", "{table} of its own");
        }
        // Nothing of it can be changed under another name either.
        let delete = format!(
            "SET annex.organisation = '*'; WITH gone AS (DELETE FROM \"{table}\" RETURNING 1) \
             SELECT count(*) FROM gone"
        );
        assert_eq!(database.sql_as_owner(&delete), "0", "{table} lost rows");
    }
    assert_eq!(register.organisations().await.unwrap(), [organisation("acme")]);
    let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
    assert_eq!(verified.fault, None);
}

#[tokio::test]
async fn many_that_start_at_once_migrate_once() {
    let place = Place::database();
    let starts = (0..8).map(|_| {
        let location = place.location();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                Register::open(&location, &writing()).await.unwrap().close().await.unwrap();
            });
        })
    });
    for start in starts.collect::<Vec<_>>() {
        start.join().unwrap();
    }
    let versions = database(&place).sql("SELECT count(*) = max(version) FROM schema_version");
    assert_eq!(versions, "t");
}

#[tokio::test]
async fn two_that_begin_an_organisation_at_once_queue_and_only_one_key_signs() {
    let place = Place::database();
    let mut options = writing();
    options.lock_wait_ms = 30_000;
    let (one, two) = (place.open(&options).await.unwrap(), place.open(&options).await.unwrap());
    let id = organisation("acme");
    let (one, two) = (one.organisation(&id), two.organisation(&id));
    let (a, b) = tokio::join!(
        record(&one, vec![acme("acme").into()], second(0)),
        record(&two, vec![system("first").into()], second(0)),
    );
    let mut sizes = [a.unwrap().size, b.unwrap().size];
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 2]);
    let other =
        annex_ledger::SigningKey::from_seed(annex_ledger::Origin::of("acme").unwrap(), &[8; 32]);
    let error = two
        .record(
            vec![system("second").into()],
            &crate::support::actor(),
            second(1),
            &other,
            &mut || [0; 32],
            &Condition::default(),
        )
        .await
        .unwrap_err();
    assert!(matches!(error, RegisterError::Conflict { .. }), "{error:?}");
    let verified = one.verify(&key("acme").verifying_key(), None).await.unwrap();
    assert_eq!((verified.fault, verified.entries), (None, 2));
}

#[tokio::test]
async fn a_reader_sees_one_state_while_another_writes() {
    let place = Place::database();
    let (writing_one, reading_one) =
        (place.open(&writing()).await.unwrap(), place.open(&writing()).await.unwrap());
    let id = organisation("acme");
    let scope = writing_one.organisation(&id);
    record(&scope, everything(), second(0)).await.unwrap();
    let write = async {
        for number in 0..60 {
            let change = system(&format!("system-{number}"));
            record(&scope, vec![change.into()], second(1)).await.unwrap();
        }
    };
    let read = async {
        let scope = reading_one.organisation(&id);
        for _ in 0..20 {
            let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
            assert_eq!(verified.fault, None);
            let current = scope.current(second(9)).await.unwrap();
            let systems = current.snapshot.systems.len() as u64;
            // Each entry since is one system more.
            assert_eq!(current.size - systems, everything().len() as u64 - 1);
        }
    };
    tokio::join!(write, read);
}

#[tokio::test]
async fn a_writer_waits_for_another_one_and_then_says_so() {
    let place = Place::database();
    let mut options = writing();
    options.lock_wait_ms = 300;
    let register = place.open(&options).await.unwrap();
    let (ours, theirs) = (organisation("acme"), organisation("other"));
    record(&register.organisation(&ours), vec![acme("acme").into()], second(0)).await.unwrap();
    let url = database(&place).url();
    let database = database(&place).clone();
    let held = std::thread::spawn(move || {
        database.sql(
            "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('annex/acme', 0)); \
             SELECT pg_sleep(4); COMMIT",
        );
    });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let error = record(&register.organisation(&ours), vec![system("a").into()], second(1)).await;
    assert!(matches!(error, Err(RegisterError::Locked { .. })), "{error:?}");
    assert!(!format!("{error:?}").contains(&url));
    // Another organisation has a lock of its own, and reading needs none.
    record(&register.organisation(&theirs), vec![acme("other").into()], second(1)).await.unwrap();
    register.organisation(&ours).current(second(1)).await.unwrap();
    held.join().unwrap();
    record(&register.organisation(&ours), vec![system("a").into()], second(1)).await.unwrap();
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "it measures that a wait ends")]
async fn a_network_that_is_cut_shows_as_that_and_is_gone_on_with() {
    for silent in [false, true] {
        let database = shared().database();
        let cut = Cut::to(shared().port());
        let location = Location::Postgres(database.url_at(cut.port()).parse().unwrap());
        let mut options = writing();
        options.answer_wait_ms = 1_000;
        options.lock_wait_ms = 20_000;
        let register = Register::open(&location, &options).await.unwrap();
        let scope = register.organisation(&organisation("acme")).clone();
        let size = record(&scope, everything(), second(0)).await.unwrap().size;
        if silent {
            cut.silence();
        } else {
            cut.close();
        }
        let began = Instant::now();
        let error = record(&scope, vec![system("lost").into()], second(1)).await.unwrap_err();
        assert!(matches!(error, RegisterError::Unreachable { .. }), "{error:?}");
        let error = scope.current(second(1)).await.unwrap_err();
        assert!(matches!(error, RegisterError::Unreachable { .. }), "{error:?}");
        let text = format!("{error} {error:?}");
        assert!(text.contains("cannot reach the database"), "{text}");
        assert!(!text.contains(PASSWORD), "{text}");
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());

        cut.mend();
        assert_eq!(scope.current(second(1)).await.unwrap().size, size);
        record(&scope, vec![system("after").into()], second(2)).await.unwrap();
        let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
        assert_eq!((verified.fault, verified.entries), (None, size + 1));
    }
}

#[tokio::test]
async fn no_error_shows_the_password() {
    let right = shared().database().url();
    let nobody = right.replace("annex:", "nobody:");
    let missing = format!("{right}_missing");
    let elsewhere = format!("postgres://annex:{PASSWORD}@127.0.0.1:1/annex");
    let encrypted = format!("{right}?sslmode=require");
    for url in [nobody, missing, elsewhere, encrypted] {
        let location = Location::Postgres(url.parse().unwrap());
        let error = Register::open(&location, &writing()).await.unwrap_err();
        let mut text = format!("{error} {error:?} {location:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            let _ = write!(text, " {cause} {cause:?}");
            source = cause.source();
        }
        assert!(!text.contains(PASSWORD), "{text}");
    }
}

#[tokio::test]
async fn what_the_database_cannot_hold_is_a_conflict() {
    let place = Place::database();
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    let mut odd = system("odd");
    odd.name = "nul\0".to_owned();
    let error = record(&scope, vec![odd.into()], second(0)).await.unwrap_err();
    assert!(matches!(error, RegisterError::Conflict { .. }), "{error:?}");
    assert!(scope.head().await.unwrap().is_none());
}

#[tokio::test]
async fn a_migration_reaches_the_rows_of_every_organisation() {
    let place = Place::database();
    let database = database(&place);
    database.sql_as_owner(include_str!("../../schema/1.postgresql.sql"));
    database.sql_as_owner(include_str!("../../schema/2.postgresql.sql"));
    database.sql("INSERT INTO schema_version VALUES (1), (2)");
    for organisation in ["acme", "other"] {
        let body = format!(r#"{{"record":{{"value":{{"name":"of {organisation}"}}}}}}"#);
        database.sql(&format!(
            "INSERT INTO ledger_entry VALUES ('{organisation}', 0, 'evidence', 'd', '2026', NULL, \
             convert_to('{body}', 'UTF8'), 1, '')"
        ));
        database.sql(&format!(
            "INSERT INTO evidence (organisation, digest, kind, subject_kind, subject_id, basis, \
             period_from, period_to, collected_at, entry_index) \
             VALUES ('{organisation}', 'd', 'k', 's', 's', 'b', 'f', 't', 'c', 0)"
        ));
    }
    place.open(&writing()).await.unwrap().close().await.unwrap();
    let names = database.sql("SELECT name FROM evidence ORDER BY organisation");
    assert_eq!(names, "of acme\nof other");
    let bound = "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity";
    assert_eq!(database.sql(bound), "0", "the owner is bound again");
}

#[tokio::test]
async fn two_servers_that_count_wrong_passwords_lose_none() {
    let place = Place::database();
    let mut options = writing();
    options.lock_wait_ms = 30_000;
    let (one, two) = (place.open(&options).await.unwrap(), place.open(&options).await.unwrap());
    let id = organisation("acme");
    let person: annex_isms::PersonId = "ada".parse().unwrap();
    let account = annex_register::Account {
        person: person.clone(),
        password: String::new(),
        failures: 0,
        locked_until: None,
    };
    one.organisation(&id).put_account(&account).await.unwrap();
    let count = async |register: &Register| {
        for _ in 0..10 {
            let scope = register.organisation(&id);
            scope.change_account(&person, |account| account.failures += 1).await.unwrap();
        }
    };
    tokio::join!(count(&one), count(&two));
    let counted = two.organisation(&id).account(&person).await.unwrap().unwrap();
    assert_eq!(counted.failures, 20);
}

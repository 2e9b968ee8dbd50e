//! Opening: one writer, any readers, the schema.

use annex_register::{Access, RegisterError};

use crate::support::{
    Place, acme, on_both, open, organisation, reading, record, second, system, writing,
};

#[tokio::test]
async fn a_second_writer_waits_and_names_the_holder_while_a_reader_proceeds() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), &writing()).await.unwrap();
    let id = organisation("acme");
    record(&first.organisation(&id), vec![acme("acme").into()], second(0)).await.unwrap();

    let mut waits = writing();
    waits.access = Access::Write { holder: "annex test, process 2".to_owned() };
    waits.lock_wait_ms = 70;
    let error = open(folder.path(), &waits).await.unwrap_err();
    let RegisterError::Locked { holder } = &error else { panic!("{error:?}") };
    assert_eq!(holder, "annex test, process 1");

    let reader = open(folder.path(), &reading()).await.unwrap();
    let scope = reader.organisation(&id);
    assert_eq!(scope.snapshot(second(0)).await.unwrap().organisation, acme("acme"));
    let error = record(&scope, vec![system("new").into()], second(1)).await.unwrap_err();
    assert!(matches!(error, RegisterError::ReadOnly { .. }), "{error:?}");

    // The lock ends with the register; who waits long enough gets it.
    waits.lock_wait_ms = 10_000;
    let wait = open(folder.path(), &waits);
    let free = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        drop(first);
    };
    let (second_writer, ()) = tokio::join!(wait, free);
    let scope = second_writer.unwrap();
    record(&scope.organisation(&id), vec![system("new").into()], second(2)).await.unwrap();
    assert_eq!(reader.organisation(&id).snapshot(second(2)).await.unwrap().systems.len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_not_created_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent");
    let mut only_existing = writing();
    only_existing.create = false;
    for options in [reading(), only_existing] {
        let error = open(&absent, &options).await.unwrap_err();
        assert!(matches!(error, RegisterError::NotFound { .. }), "{error:?}");
    }
    assert!(!absent.exists());
}

#[tokio::test]
async fn an_unfinished_register_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    // What a crash between creating the file and the first migration leaves.
    std::fs::write(folder.path().join("register.sqlite"), b"").unwrap();
    let error = open(folder.path(), &reading()).await.unwrap_err();
    assert!(matches!(error, RegisterError::NotFound { .. }), "{error:?}");
    open(folder.path(), &writing()).await.unwrap().close().await.unwrap();
    open(folder.path(), &reading()).await.unwrap().close().await.unwrap();
}

async fn a_newer_schema_is_refused_and_an_empty_place_is_not_filled_unasked(place: Place) {
    if let Place::Database(_) = place {
        let mut only_existing = writing();
        only_existing.create = false;
        for options in [reading(), only_existing] {
            let error = place.open(&options).await.unwrap_err();
            assert!(matches!(error, RegisterError::NotFound { .. }), "{error:?}");
        }
    }
    place.open(&writing()).await.unwrap().close().await.unwrap();
    let newer = "INSERT INTO schema_version VALUES (1000)";
    place.tamper(newer, newer).await;
    for options in [reading(), writing()] {
        let error = place.open(&options).await.unwrap_err();
        let newer = matches!(error, RegisterError::NewerSchema { found: 1000, .. });
        assert!(newer, "{error:?}");
    }
}

on_both! {
    a_newer_schema_is_refused_and_an_empty_place_is_not_filled_unasked,
}

#[tokio::test]
async fn a_file_that_is_no_database_is_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("register.sqlite"), [b'x'; 8192]).unwrap();
    for options in [reading(), writing()] {
        let error = open(folder.path(), &options).await.unwrap_err();
        assert!(matches!(error, RegisterError::Corrupt { .. }), "{error:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn all_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let register = open(&folder, &writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, vec![acme("acme").into()], second(0)).await.unwrap();
    let mut names = Vec::new();
    for file in std::fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["lock", "register.sqlite", "register.sqlite-shm", "register.sqlite-wal"]);
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

//! Lists: every kind, every field, and what they refuse.

use std::collections::BTreeSet;

use annex_isms::comment::{About, AboutKind, Comment};
use annex_isms::entity::{Asset, Owner, Registration};
use annex_isms::{DataClass, Record};
use annex_ledger::Head;
use annex_register::{
    Form, LIST_ROWS_MAX, ListQuery, Listing, NONE, Period, Population, RegisterError, Scope,
};
use sea_orm::ConnectionTrait as _;

use crate::everything::everything;
use crate::support::{
    Place, acme, asset, key, on_both, open, organisation, record, record_on, second, writing,
};

/// The ids of a list.
async fn ids(scope: &Scope<'_>, query: &ListQuery) -> Vec<String> {
    let page = scope.list(query).await.unwrap();
    assert_eq!(page.total, page.items.len() as u64);
    page.items.into_iter().map(|item| item.key).collect()
}

fn sorted(by: &str, descending: bool) -> ListQuery {
    ListQuery { sort: Some(by.to_owned()), descending, ..ListQuery::of("asset") }
}

fn named(name: &str, owner: Option<&str>, in_scope: Option<bool>) -> Asset {
    let mut asset = asset("acme", name);
    asset.id = name.to_lowercase().parse().unwrap();
    asset.owner = owner.map(|id| Owner { person: id.parse().unwrap(), confirmed: true });
    asset.registration =
        in_scope.map(|in_scope| Registration { in_scope, reason: "Tried.".to_owned() });
    asset
}

async fn every_kind_is_listed_and_every_field_filters_and_sorts(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme"));
    record(&scope, everything(), second(1)).await.unwrap();
    for kind in Record::KINDS {
        let listing = Listing::of(kind).unwrap();
        let expected: BTreeSet<String> =
            everything().iter().filter(|record| record.kind() == *kind).map(Record::key).collect();
        let all = scope.list(&ListQuery::of(kind)).await.unwrap();
        let found: BTreeSet<String> = all.items.iter().map(|item| item.key.clone()).collect();
        assert_eq!((found, all.total), (expected.clone(), expected.len() as u64), "{kind}");
        for item in &all.items {
            let entry = item.entry.as_ref().unwrap();
            assert_eq!((entry.record.kind(), entry.record.key()), (*kind, item.key.clone()));
            assert_eq!(entry.actor.name, "ada");
        }
        for field in listing.fields {
            let (name, value) = match field.form {
                Form::Flag => (field.name.to_owned(), "yes"),
                Form::Time => (format!("{}_from", field.name), "2020-01-01"),
                Form::Subject => (field.name.to_owned(), "system:help-desk"),
                Form::Number => (field.name.to_owned(), "1"),
                Form::Word | Form::System => (field.name.to_owned(), "no-such"),
            };
            let with = scope.list(&ListQuery::of(kind).with(&name, value)).await.unwrap();
            let count = match field.form {
                Form::Word | Form::System => 0,
                Form::Subject | Form::Number => all.total,
                Form::Flag | Form::Time => with.total,
            };
            assert_eq!(with.total, count, "{kind} {name}");
            if field.optional {
                let none = ListQuery::of(kind).with(field.name, NONE);
                assert!(scope.list(&none).await.unwrap().total <= all.total, "{kind} {name}");
            }
            for descending in [false, true] {
                let sort = Some(field.name.to_owned());
                let query = ListQuery { sort, descending, ..ListQuery::of(kind) };
                let page = scope.list(&query).await;
                assert_eq!(page.is_ok(), field.form.sorts(), "{kind} {}", field.name);
            }
        }
        let text = ListQuery { text: "no such text".to_owned(), ..ListQuery::of(kind) };
        assert_eq!(scope.list(&text).await.unwrap().total, 0, "{kind}");
    }
}

async fn assets_are_found_by_what_they_are(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme"));
    // An id has no such letters; the name keeps them.
    let mut offer = named("offer", Some("bo"), Some(false));
    offer.name = "50%_off".to_owned();
    let mut inside = named("Alpha", Some("ada"), Some(true));
    inside.systems = BTreeSet::from(["help-desk".parse().unwrap()]);
    inside.classification = Some(DataClass::Internal);
    let changes: Vec<Record> = vec![
        acme("acme").into(),
        named("Alpha", None, None).into(),
        inside.into(),
        offer.into(),
        named("beta", None, None).into(),
    ];
    record(&scope, changes, second(1)).await.unwrap();
    let of = |name: &str, value: &str| ListQuery::of("asset").with(name, value);
    assert_eq!(ids(&scope, &ListQuery::of("asset")).await, ["offer", "alpha", "beta"]);
    assert_eq!(ids(&scope, &of("owner", "ada")).await, ["alpha"]);
    assert_eq!(ids(&scope, &of("owner", NONE)).await, ["beta"]);
    assert_eq!(ids(&scope, &of("in_scope", "no")).await, ["offer"]);
    assert_eq!(ids(&scope, &of("in_scope", NONE)).await, ["beta"]);
    assert_eq!(ids(&scope, &of("system", "help-desk")).await, ["alpha"]);
    assert_eq!(ids(&scope, &of("system", NONE)).await, ["offer", "beta"]);
    assert_eq!(ids(&scope, &of("owner", "ada").with("in_scope", "no")).await, Vec::<&str>::new());
    let text = |text: &str| ListQuery { text: text.to_owned(), ..ListQuery::of("asset") };
    assert_eq!(ids(&scope, &text("LPH")).await, ["alpha"]);
    assert_eq!(ids(&scope, &text("%_")).await, ["offer"], "letters of patterns are letters");
    assert_eq!(ids(&scope, &text("' OR 1=1 --")).await, Vec::<&str>::new());
    assert_eq!(ids(&scope, &sorted("owner", false)).await, ["beta", "alpha", "offer"]);
    assert_eq!(ids(&scope, &sorted("owner", true)).await, ["offer", "alpha", "beta"]);
    assert_eq!(ids(&scope, &sorted("recorded", true)).await, ["beta", "offer", "alpha"]);
    let second_page = ListQuery { offset: 1, limit: 1, ..ListQuery::of("asset") };
    let page = scope.list(&second_page).await.unwrap();
    assert_eq!((page.items[0].key.as_str(), page.total), ("alpha", 3));
    let indexes = scope.list_indexes(&ListQuery::of("asset"), 2).await.unwrap();
    assert_eq!(indexes, [3, 2]);
    let entries = scope.entries_at(&indexes).await.unwrap();
    assert_eq!(
        entries.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(),
        ["offer", "alpha"]
    );
    // Nothing of it is another organisation's.
    let other = register.organisation(&organisation("other"));
    assert_eq!(other.list(&ListQuery::of("asset")).await.unwrap().total, 0);
    assert!(other.entries_at(&indexes).await.unwrap().is_empty());
    assert_eq!(other.history("asset", "alpha", 0, 10).await.unwrap().total, 0);
    assert!(other.proven(0).await.unwrap().is_none());
}

async fn comments_are_found_by_what_they_are_about(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme"));
    let comment = |id: &str, kind: AboutKind, key: &str, at: i64| Comment {
        id: id.parse().unwrap(),
        about: About { kind, key: key.to_owned() },
        text: "Well?".to_owned(),
        by: "ada".parse().unwrap(),
        at: second(at),
    };
    let changes: Vec<Record> = vec![
        acme("acme").into(),
        comment("c-2", AboutKind::Gap, "one", 2).into(),
        comment("c-1", AboutKind::Gap, "one", 1).into(),
        comment("c-3", AboutKind::Gap, "two", 1).into(),
        comment("c-4", AboutKind::Risk, "one", 1).into(),
    ];
    record(&scope, changes, second(3)).await.unwrap();
    let of = |kind: &str, key: &str| {
        ListQuery::of("comment").with("about_kind", kind).with("about_key", key)
    };
    assert_eq!(ids(&scope, &of("gap", "one")).await, ["c-1", "c-2"], "the oldest first");
    assert_eq!(ids(&scope, &of("gap", "two")).await, ["c-3"]);
    assert_eq!(ids(&scope, &of("risk", "one")).await, ["c-4"]);
    assert_eq!(ids(&scope, &of("risk", "two")).await, Vec::<&str>::new());
    let other = register.organisation(&organisation("other"));
    assert_eq!(ids(&other, &of("gap", "one")).await, Vec::<&str>::new());
    // A thing that is commented on meanwhile is as new as it was.
    let thing = named("one", None, None);
    record(&scope, vec![thing.clone().into()], second(4)).await.unwrap();
    let read = scope.head().await.unwrap().unwrap().head.size;
    let more: Vec<Record> = vec![comment("c-5", AboutKind::Gap, "one", 5).into()];
    record(&scope, more, second(5)).await.unwrap();
    record_on(&scope, vec![thing.into()], second(6), Some(read)).await.unwrap();
}

async fn what_a_kind_does_not_have_is_refused_with_what_it_has(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme"));
    record(&scope, everything(), second(1)).await.unwrap();
    let limit = ListQuery { limit: LIST_ROWS_MAX + 1, ..ListQuery::of("asset") };
    for (query, says) in [
        (ListQuery::of("secret"), "no record is of the kind `secret`"),
        (ListQuery::of("asset").with("body", "x"), "possible are id, name, kind"),
        (ListQuery::of("gap").with("due_from", "soon"), "a date such as"),
        (ListQuery::of("gap").with("owner_from", "2026-01-01"), "due_from, due_before"),
        (ListQuery::of("asset").with("present", "1"), "`yes` or `no`"),
        (ListQuery::of("asset").with("present", NONE), "`yes` or `no`"),
        (ListQuery::of("gap").with("subject", "nothing"), "is not a subject"),
        (sorted("system", false), "seen_in, recorded"),
        (sorted("name; DROP TABLE asset", false), "are not sorted by"),
        (limit, "at most 200"),
    ] {
        let error = scope.list(&query).await.unwrap_err();
        assert!(matches!(error, RegisterError::Asked { .. }), "{error:?}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

async fn a_history_is_whole_and_an_entry_is_proven(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme"));
    record(&scope, vec![acme("acme").into(), named("one", None, None).into()], second(1))
        .await
        .unwrap();
    record(&scope, vec![named("one", Some("ada"), None).into()], second(2)).await.unwrap();
    record(&scope, vec![named("one", Some("bo"), None).into()], second(3)).await.unwrap();
    let page = scope.history("asset", "one", 0, 10).await.unwrap();
    let owners: Vec<_> = page
        .items
        .iter()
        .map(|item| match &item.entry.as_ref().unwrap().record {
            Record::Asset(asset) => asset.owner.as_ref().map(|owner| owner.person.to_string()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(owners, [None, Some("ada".to_owned()), Some("bo".to_owned())]);
    assert_eq!(scope.history("asset", "one", 2, 10).await.unwrap().items.len(), 1);
    let period = |kind: Option<&str>, from, to| Population {
        kind: kind.map(str::to_owned),
        from: second(from),
        to: second(to),
        offset: 0,
        limit: 1,
    };
    for (asked, total) in [
        (period(None, 0, 9), 4),
        (period(Some("asset"), 0, 9), 3),
        (period(Some("asset"), 2, 3), 2),
        (period(Some("asset"), 4, 9), 0),
    ] {
        let page = scope.population(&asked).await.unwrap();
        assert_eq!((page.total, page.items.len() as u64), (total, total.min(1)), "{asked:?}");
    }
    let whole = Period { from: second(0), to: second(9), size: 4 };
    assert_eq!(scope.bounds_of(&whole).await.unwrap(), Some((0, 3)));
    let kinds = scope.kinds_of(&whole).await.unwrap();
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        [("asset".to_owned(), 3), ("organisation".to_owned(), 1)]
    );
    // What was counted of a smaller ledger is gone on with, what was of a larger one is not taken.
    for (size, assets) in [(2, 1), (3, 2), (4, 3), (3, 2)] {
        let kinds = scope.kinds_of(&Period { size, ..whole }).await.unwrap();
        assert_eq!((kinds["asset"], kinds["organisation"]), (assets, 1), "{size}");
    }
    assert_eq!(scope.indexes_of(&whole, "asset", 1, 1).await.unwrap(), [2]);
    assert_eq!(scope.indexes_of(&whole, "asset", 0, 9).await.unwrap(), [1, 2, 3]);
    assert_eq!(scope.indexes_of(&whole, "asset", 0, 2).await.unwrap(), [1, 2]);
    let then = Period { from: second(2), size: 3, ..whole };
    assert_eq!(scope.indexes_of(&then, "asset", 0, 9).await.unwrap(), [2]);
    assert_eq!(scope.bounds_of(&Period { from: second(8), ..whole }).await.unwrap(), None);
    let head = scope.head().await.unwrap().unwrap().head;
    assert!(scope.had(&head).await.unwrap());
    assert!(!scope.had(&Head { size: 2, ..head }).await.unwrap());
    assert!(!scope.had(&Head { size: 5, ..head }).await.unwrap());
    let proven = scope.proven(2).await.unwrap().unwrap();
    assert_eq!((proven.entry.index, proven.head.head.size), (2, 4));
    proven.proof.verify(&proven.entry.commitment, &proven.head.head).unwrap();
    let key = key("acme").verifying_key();
    let note = annex_ledger::open_checkpoint(&proven.head.checkpoint, &key).unwrap();
    assert_eq!(note.head, proven.head.head);
    assert!(scope.proven(4).await.unwrap().is_none());
}

/// Runs statements on a database.
async fn run(connection: &sea_orm::DatabaseConnection, statements: &str) {
    for statement in statements.split(";\n").filter(|statement| !statement.is_empty()) {
        connection.execute_unprepared(statement).await.expect(statement);
    }
}

/// A column of text that a query gives.
async fn texts(connection: &sea_orm::DatabaseConnection, query: &str) -> Vec<String> {
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, query);
    let rows = connection.query_all_raw(statement).await.expect(query);
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[tokio::test]
async fn a_register_of_schema_2_gets_the_names_that_its_rows_had_not() {
    let (new, old) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let register = open(new.path(), &writing()).await.unwrap();
    // Of this there was nothing before schema 7.
    let mut known = everything();
    known.retain(|record| record.kind() != "comment");
    record(&register.organisation(&organisation("acme")), known, second(1)).await.unwrap();
    register.close().await.unwrap();
    let (from, to) = (new.path().join("register.sqlite"), old.path().join("register.sqlite"));
    let url = format!("sqlite:{}?mode=rwc", to.display());
    // One connection: what is attached is attached to it alone.
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1);
    let connection = sea_orm::Database::connect(options).await.unwrap();
    run(&connection, include_str!("../../schema/1.sqlite.sql")).await;
    run(&connection, include_str!("../../schema/2.sqlite.sql")).await;
    run(&connection, &format!("ATTACH '{}' AS new", from.display())).await;
    run(&connection, "PRAGMA foreign_keys = OFF").await;
    let tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table'";
    for table in texts(&connection, tables).await {
        let columns = format!("SELECT name FROM pragma_table_info('{table}', 'main')");
        let columns = texts(&connection, &columns).await.join("\", \"");
        let copy = format!(
            "INSERT INTO main.\"{table}\" (\"{columns}\") SELECT \"{columns}\" FROM new.\"{table}\""
        );
        run(&connection, &copy).await;
    }
    run(&connection, "DELETE FROM main.schema_version WHERE version > 2").await;
    connection.close().await.unwrap();

    let register = open(old.path(), &writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme"));
    let text = |kind: &str, text: &str| ListQuery { text: text.to_owned(), ..ListQuery::of(kind) };
    assert_eq!(scope.list(&text("evidence", "evidence.txt")).await.unwrap().total, 1);
    assert_eq!(scope.list(&text("agreement", "processing")).await.unwrap().total, 1);
    let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
    assert_eq!(verified.fault, None);
}

on_both! {
    every_kind_is_listed_and_every_field_filters_and_sorts,
    assets_are_found_by_what_they_are,
    comments_are_found_by_what_they_are_about,
    what_a_kind_does_not_have_is_refused_with_what_it_has,
    a_history_is_whole_and_an_entry_is_proven,
}

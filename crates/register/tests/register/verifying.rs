//! Tampering with every column and every row of every table is found and named.

use annex_register::{Fault, Faulty, Verification};
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};

use crate::everything::everything;
use crate::support::{
    Place, UNRECORDED, acme, key, on_both, organisation, reading, record, second, system, writing,
};

async fn verify(place: &Place, kept: Option<&[u8]>) -> Verification {
    let register = place.open(&reading()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    let verification = scope.verify(&key("acme").verifying_key(), kept).await.unwrap();
    register.close().await.unwrap();
    verification
}

/// What verifying finds after a statement that both databases know.
async fn fault(place: &Place, sql: &str) -> Fault {
    fault_of(place, sql, sql).await
}

async fn fault_of(place: &Place, sqlite: &str, postgresql: &str) -> Fault {
    let copy = place.copy();
    copy.tamper(sqlite, postgresql).await;
    verify(&copy, None).await.fault.unwrap_or_else(|| panic!("not found: {sqlite}"))
}

/// Every table with its columns and their types.
async fn columns(place: &Place) -> Vec<(String, String, String)> {
    let Place::Folder(folder) = place else { panic!("the list is the same on both") };
    let folder = folder.path();
    let url = format!("sqlite:{}", folder.join("register.sqlite").display());
    let connection = Database::connect(url).await.unwrap();
    let sql = "SELECT t.name AS tbl, c.name AS col, lower(c.type) AS type FROM sqlite_schema t, \
               pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, c.cid";
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await;
    let columns = rows.unwrap().into_iter().map(|row| {
        let text = |column| row.try_get::<String>("", column).unwrap();
        (text("tbl"), text("col"), text("type"))
    });
    let recorded = |table: &str| table != "schema_version" && !UNRECORDED.contains(&table);
    let columns = columns.filter(|(table, ..)| recorded(table)).collect();
    connection.close().await.unwrap();
    columns
}

fn belongs(what: Faulty, table: &str) -> bool {
    match what {
        Faulty::Row { table: named } => named == table,
        Faulty::Entry => table == "ledger_entry",
        Faulty::Node => table == "ledger_node",
        Faulty::Checkpoint => table == "ledger_checkpoint",
        Faulty::Head => table == "ledger_head",
        _ => false,
    }
}

#[tokio::test]
async fn no_column_of_any_table_can_be_changed() {
    let place = Place::folder();
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, everything(), second(0)).await.unwrap();
    register.close().await.unwrap();
    assert_eq!(verify(&place, None).await.fault, None);

    let columns = columns(&place).await;
    assert!(columns.len() > 150, "{}", columns.len());
    for (table, column, kind) in columns {
        let value = match kind.as_str() {
            "boolean" => format!("CASE WHEN \"{column}\" THEN 0 ELSE 1 END"),
            "integer" | "bigint" => format!("COALESCE(\"{column}\", 0) + 1000"),
            "blob" => format!("CAST(zeroblob(length(\"{column}\")) AS BLOB)"),
            _ => format!("COALESCE(\"{column}\", '') || 'x'"),
        };
        let sql = format!(
            "UPDATE \"{table}\" SET \"{column}\" = {value} \
             WHERE rowid = (SELECT min(rowid) FROM \"{table}\")"
        );
        let found = fault(&place, &sql).await;
        // A head of another size asks for entries that are not there.
        let head_moved = table == "ledger_head" && column == "size";
        let named = belongs(found.what, &table) || (head_moved && found.what == Faulty::Entry);
        assert!(named, "{sql} gave {found}");
    }
}

async fn no_row_of_any_table_can_be_removed(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, everything(), second(0)).await.unwrap();
    register.close().await.unwrap();
    let empty = Place::folder();
    empty.open(&writing()).await.unwrap().close().await.unwrap();
    let mut tables: Vec<String> =
        columns(&empty).await.into_iter().map(|(table, ..)| table).collect();
    tables.dedup();
    assert_eq!(tables.len(), 27);
    for table in tables {
        let first = |id: &str| {
            format!("DELETE FROM \"{table}\" WHERE {id} = (SELECT min({id}) FROM \"{table}\")")
        };
        let found = fault_of(&place, &first("rowid"), &first("ctid")).await;
        assert!(belongs(found.what, &table), "{table} gave {found}");
    }
}

async fn the_first_fault_is_named_and_added_rows_are_found(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, vec![acme("acme").into()], second(0)).await.unwrap();
    for number in 1..8 {
        let change = system(&format!("system-{number}"));
        record(&scope, vec![change.into()], second(number)).await.unwrap();
    }
    register.close().await.unwrap();

    let bodies = "UPDATE ledger_entry SET body = replace(body, 'system', 'System') WHERE idx > 4";
    let in_bytes = "UPDATE ledger_entry SET body = convert_to(replace(convert_from(body, 'UTF8'), \
                    'system', 'System'), 'UTF8') WHERE idx > 4";
    let found = fault_of(&place, bodies, in_bytes).await;
    assert_eq!((found.what, found.index), (Faulty::Entry, 5), "{found}");

    let rows = "UPDATE ai_system SET name = 'x' WHERE id IN ('system-3', 'system-6')";
    let found = fault(&place, rows).await;
    assert_eq!((found.what, found.index), (Faulty::Row { table: "ai_system" }, 3), "{found}");
    assert!(found.to_string().contains("system-3"), "{found}");

    let swapped = "UPDATE ledger_checkpoint SET note = \
                   (SELECT note FROM ledger_checkpoint WHERE size = 2) WHERE size IN (4, 6)";
    let found = fault(&place, swapped).await;
    assert_eq!((found.what, found.index), (Faulty::Checkpoint, 4), "{found}");

    let added = "INSERT INTO ai_system SELECT organisation, 'more', name, owner, entry_index \
                 FROM ai_system WHERE id = 'system-2'";
    let found = fault(&place, added).await;
    assert_eq!((found.what, found.index), (Faulty::Row { table: "ai_system" }, 2), "{found}");

    if matches!(place, Place::Folder(_)) {
        let unreadable = "UPDATE ai_system SET name = x'ff' WHERE id = 'system-2'";
        assert_eq!(fault(&place, unreadable).await.what, Faulty::Row { table: "ai_system" });
    }
    let erased = "UPDATE ledger_entry SET body = NULL, nonce = NULL WHERE idx = 3";
    let found = fault(&place, erased).await;
    assert_eq!((found.what, found.index), (Faulty::Entry, 3), "{found}");
}

async fn truncation_shows_against_a_checkpoint_that_was_kept(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    let first = record(&scope, vec![acme("acme").into()], second(0)).await.unwrap();
    register.close().await.unwrap();
    let early = place.copy();

    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    let last = record(&scope, everything(), second(1)).await.unwrap();
    register.close().await.unwrap();
    for kept in [&first.checkpoint, &last.checkpoint] {
        assert_eq!(verify(&place, Some(kept)).await.fault, None);
    }

    // The whole state of an earlier day put in place of today's.
    assert_eq!(verify(&early, None).await.fault, None);
    let found = verify(&early, Some(&last.checkpoint)).await.fault.unwrap();
    assert_eq!((found.what, found.index), (Faulty::KeptCheckpoint, 1), "{found}");

    // Another history, signed with the same key.
    let other = match place {
        Place::Folder(_) => Place::folder(),
        Place::Database(_) => Place::database(),
    };
    let register = other.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, everything(), second(0)).await.unwrap();
    record(&scope, vec![system("more").into()], second(1)).await.unwrap();
    register.close().await.unwrap();
    let found = verify(&other, Some(&last.checkpoint)).await.fault.unwrap();
    assert_eq!(found.what, Faulty::KeptCheckpoint, "{found}");

    // A note that the key did not sign is no checkpoint to hold anything against.
    let register = place.open(&reading()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    assert!(scope.verify(&key("acme").verifying_key(), Some(b"annex/acme\n")).await.is_err());
}

on_both! {
    no_row_of_any_table_can_be_removed,
    the_first_fault_is_named_and_added_rows_are_found,
    truncation_shows_against_a_checkpoint_that_was_kept,
}

//! The schema: an ordered list of migrations, and the table that says which were applied.
//!
//! A migration that was released never changes. The statements that it gives are kept under
//! `schema/`, and a test compares them: a change to an entity shows there, and asks for a
//! migration of its own.

use sea_orm::sea_query::{Index, IndexCreateStatement, IntoIden};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait as _, QueryOrder as _, QuerySelect as _, Schema, Statement, TransactionTrait as _,
};

use crate::RegisterError;
use crate::error::During as _;
use crate::table::{self, schema_version};

/// The migrations, the first from nothing to schema 1.
const MIGRATIONS: &[fn(DbBackend) -> Vec<Statement>] = &[first, accounts];

/// The schema that this version reads and writes.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a short list")]
const KNOWN: i32 = MIGRATIONS.len() as i32;

/// Refuses a schema that is not the known one; a writer first applies what is missing.
pub(crate) async fn bring_up(
    connection: &DatabaseConnection,
    writes: bool,
) -> Result<(), RegisterError> {
    const OPERATION: &str = "read the schema of the register";
    let found = version(connection).await.during(OPERATION)?;
    if found > KNOWN {
        return Err(RegisterError::NewerSchema { found, known: KNOWN });
    }
    if found == KNOWN {
        return Ok(());
    }
    if !writes {
        return Err(match found {
            0 => RegisterError::NotFound { what: "a register (the file is empty)".to_owned() },
            found => RegisterError::OlderSchema { found, known: KNOWN },
        });
    }
    let transaction = connection.begin().await.during(OPERATION)?;
    migrate(&transaction, found).await.during("bring the schema of the register up to date")?;
    transaction.commit().await.during("bring the schema of the register up to date")
}

async fn version(connection: &DatabaseConnection) -> Result<i32, DbErr> {
    // The first migration creates the table within its transaction: no table, no migration.
    let table = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'",
    );
    if connection.query_one_raw(table).await?.is_none() {
        return Ok(0);
    }
    let newest: Option<i32> = schema_version::Entity::find()
        .select_only()
        .column(schema_version::Column::Version)
        .order_by_desc(schema_version::Column::Version)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(newest.unwrap_or(0))
}

async fn migrate(transaction: &DatabaseTransaction, found: i32) -> Result<(), DbErr> {
    let backend = transaction.get_database_backend();
    for (migration, version) in MIGRATIONS.iter().zip(1..).filter(|(_, version)| *version > found) {
        for statement in migration(backend) {
            transaction.execute_raw(statement).await?;
        }
        let row = schema_version::ActiveModel { version: Set(version) };
        schema_version::Entity::insert(row).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Everything: the tables of the ledger, those of the register, and what they are searched by.
fn first(backend: DbBackend) -> Vec<Statement> {
    let schema = Schema::new(backend);
    let mut tables = vec![
        schema.create_table_from_entity(table::schema_version::Entity),
        schema.create_table_from_entity(table::ledger_entry::Entity),
        schema.create_table_from_entity(table::ledger_node::Entity),
        schema.create_table_from_entity(table::ledger_head::Entity),
        schema.create_table_from_entity(table::ledger_checkpoint::Entity),
    ];
    tables.extend(table::create_rows(backend));
    let mut statements: Vec<Statement> =
        tables.iter().map(|statement| backend.build(statement)).collect();
    statements.extend(indexes().iter().map(|statement| backend.build(statement)));
    statements
}

/// Who may sign in.
fn accounts(backend: DbBackend) -> Vec<Statement> {
    let schema = Schema::new(backend);
    let tables = [
        schema.create_table_from_entity(table::account::Entity),
        schema.create_table_from_entity(table::session::Entity),
    ];
    tables.iter().map(|statement| backend.build(statement)).collect()
}

fn indexes() -> Vec<IndexCreateStatement> {
    use table::{asset, batch, ledger_entry, observation};
    let mut indexes = table::index_rows();
    indexes.extend([
        index(
            "ledger_entry_by_key",
            ledger_entry::Entity,
            [ledger_entry::Column::Kind, ledger_entry::Column::Key, ledger_entry::Column::Idx],
            ledger_entry::Column::Organisation,
        ),
        index(
            "ledger_entry_by_time",
            ledger_entry::Entity,
            [ledger_entry::Column::RecordedAt, ledger_entry::Column::Idx],
            ledger_entry::Column::Organisation,
        ),
        index("asset_by_name", asset::Entity, [asset::Column::Name], asset::Column::Organisation),
        index(
            "asset_by_scope",
            asset::Entity,
            [asset::Column::SeenIn],
            asset::Column::Organisation,
        ),
        index(
            "batch_by_scope",
            batch::Entity,
            [
                batch::Column::Collector,
                batch::Column::ScopeKind,
                batch::Column::ScopeName,
                batch::Column::EntryIndex,
            ],
            batch::Column::Organisation,
        ),
        index(
            "observation_by_attribute",
            observation::Entity,
            [
                observation::Column::Attribute,
                observation::Column::SubjectKind,
                observation::Column::SubjectId,
                observation::Column::Source,
                observation::Column::RecordedAt,
            ],
            observation::Column::Organisation,
        ),
    ]);
    indexes
}

/// An index that the organisation leads, like every key.
fn index<T, C, const N: usize>(
    name: &str,
    table: T,
    columns: [C; N],
    organisation: C,
) -> IndexCreateStatement
where
    T: IntoIden,
    C: IntoIden,
{
    let mut index = Index::create();
    index.name(name).table(table.into_iden()).col(organisation.into_iden());
    for column in columns {
        index.col(column.into_iden());
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with the file of a migration; with `ANNEX_UPDATE` set, writes it.
    fn check(number: usize, name: &str, backend: DbBackend) {
        let file = format!("{number}.{name}.sql");
        let statements = MIGRATIONS[number - 1](backend);
        let sql: String = statements.into_iter().map(|one| one.to_string() + ";\n").collect();
        let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
        let path = format!("{folder}/schema/{file}");
        if std::env::var_os("ANNEX_UPDATE").is_some() {
            std::fs::write(&path, &sql).expect(&path);
        }
        let kept = std::fs::read_to_string(&path).expect(&path);
        assert!(kept == sql, "{file} differs: a released migration must not change, add one");
    }

    #[test]
    fn the_migrations_give_the_statements_that_are_kept() {
        for number in 1..=MIGRATIONS.len() {
            check(number, "sqlite", DbBackend::Sqlite);
            check(number, "postgresql", DbBackend::Postgres);
        }
    }

    #[test]
    fn the_organisation_leads_every_key() {
        for statement in MIGRATIONS.iter().flat_map(|migration| migration(DbBackend::Postgres)) {
            let sql = statement.to_string();
            if sql.contains("schema_version") {
                continue;
            }
            for start in ["PRIMARY KEY (", "FOREIGN KEY (", "REFERENCES \"ledger_entry\" ("] {
                for keys in sql.split(start).skip(1) {
                    assert!(keys.starts_with("\"organisation\""), "{sql}");
                }
            }
            let leads = |sql: &str| sql.contains("(\"organisation\", ");
            assert!(!sql.starts_with("CREATE INDEX") || leads(&sql), "{sql}");
            assert!(sql.contains("\"organisation\""), "{sql}");
            assert!(!sql.contains("UNIQUE"), "{sql}");
        }
    }
}

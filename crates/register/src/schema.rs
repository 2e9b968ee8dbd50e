//! The schema: an ordered list of migrations, and the table that says which were applied.
//!
//! A migration that was released never changes. The statements that it gives are kept under
//! `schema/`, and a test compares them: a change to an entity shows there, and asks for a
//! migration of its own.

use sea_orm::sea_query::{ColumnDef, Index, Table, TableCreateStatement};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, QueryOrder as _, QuerySelect as _, Schema, Statement, TransactionTrait as _,
};

use crate::RegisterError;
use crate::error::During as _;
use crate::table::{self, schema_version};
use crate::transaction::to_write;

/// The migrations, the first from nothing to schema 1.
const MIGRATIONS: &[fn(DbBackend) -> Vec<Statement>] = &[
    first,
    accounts,
    lists,
    sign_ins,
    sent_requests,
    notices,
    comments,
    refusals,
    orders,
    populations,
];

/// The column that says whose a row is.
const ORGANISATION: &str = "organisation";

/// The schema that this version reads and writes.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a short list")]
const KNOWN: i32 = MIGRATIONS.len() as i32;

/// The number of the lock that lets one process at a time migrate a database of PostgreSQL.
const MIGRATION_LOCK: i64 = 0x616e_6e65_7800;

/// Refuses a schema that is not the known one; a writer first applies what is missing, and may
/// begin from nothing when `creates` says so.
pub(crate) async fn bring_up(
    connection: &DatabaseConnection,
    writes: bool,
    creates: bool,
) -> Result<(), RegisterError> {
    const OPERATION: &str = "read the schema of the register";
    const MIGRATE: &str = "bring the schema of the register up to date";
    let found = version(connection).await.during(OPERATION)?;
    if check(found, writes, creates)? {
        return Ok(());
    }
    let writing = to_write(connection.get_database_backend());
    let transaction = connection.begin_with_options(writing).await.during(MIGRATE)?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        transaction.execute_unprepared(&lock).await.during(MIGRATE)?;
    }
    // Another process may have done it meanwhile.
    let found = version(&transaction).await.during(OPERATION)?;
    if !check(found, writes, creates)? {
        migrate(&transaction, found).await.during(MIGRATE)?;
    }
    transaction.commit().await.during(MIGRATE)
}

/// Whether the schema is the known one; an error when it cannot become that.
fn check(found: i32, writes: bool, creates: bool) -> Result<bool, RegisterError> {
    match found {
        found if found > KNOWN => Err(RegisterError::NewerSchema { found, known: KNOWN }),
        found if found == KNOWN => Ok(true),
        0 if !(writes && creates) => {
            Err(RegisterError::NotFound { what: "a register (the database is empty)".to_owned() })
        }
        found if !writes => Err(RegisterError::OlderSchema { found, known: KNOWN }),
        _ => Ok(false),
    }
}

async fn version<C: ConnectionTrait>(connection: &C) -> Result<i32, DbErr> {
    // The first migration creates the table within its transaction: no table, no migration.
    let backend = connection.get_database_backend();
    let table = match backend {
        DbBackend::Postgres => "SELECT 1 WHERE to_regclass('schema_version') IS NOT NULL",
        _ => "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'",
    };
    if connection.query_one_raw(Statement::from_string(backend, table)).await?.is_none() {
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
    // A migration that rewrites rows must see those of every organisation.
    bind_owner(transaction, false).await?;
    for (migration, version) in MIGRATIONS.iter().zip(1..).filter(|(_, version)| *version > found) {
        for statement in migration(backend) {
            transaction.execute_raw(statement).await?;
        }
        let row = schema_version::ActiveModel { version: Set(version) };
        schema_version::Entity::insert(row).exec_without_returning(transaction).await?;
    }
    bind_owner(transaction, true).await
}

/// Says whether the policies of the tables bind their owner as well (PostgreSQL).
async fn bind_owner(transaction: &DatabaseTransaction, binds: bool) -> Result<(), DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let force = if binds { "FORCE" } else { "NO FORCE" };
    let all = format!(
        "DO $$ DECLARE name text; BEGIN FOR name IN SELECT relname FROM pg_class \
         WHERE relrowsecurity AND relnamespace = current_schema()::regnamespace LOOP \
         EXECUTE format('ALTER TABLE %I {force} ROW LEVEL SECURITY', name); END LOOP; END $$"
    );
    transaction.execute_unprepared(&all).await.map(drop)
}

/// Everything: the tables of the ledger, those of the register, and what they are searched by.
/// As it was written then: the tables have got columns since.
fn first(backend: DbBackend) -> Vec<Statement> {
    let kept = match backend {
        DbBackend::Sqlite => include_str!("../schema/1.sqlite.sql"),
        _ => include_str!("../schema/1.postgresql.sql"),
    };
    let statements = kept.split(";\n").filter(|statement| !statement.is_empty());
    statements.map(|statement| Statement::from_string(backend, statement)).collect()
}

/// Who may sign in.
fn accounts(backend: DbBackend) -> Vec<Statement> {
    let schema = Schema::new(backend);
    let tables = [
        schema.create_table_from_entity(table::account::Entity),
        schema.create_table_from_entity(table::session::Entity),
    ];
    create(backend, &tables)
}

/// The statements that create tables. On PostgreSQL text sorts by its bytes, as it does on SQLite
/// and as instants must; and a transaction sees the rows of the organisation that it names and of
/// no other, even one of the tables' owner.
fn create(backend: DbBackend, tables: &[TableCreateStatement]) -> Vec<Statement> {
    let mut statements = Vec::new();
    for table in tables {
        let create = bytewise(backend.build(table));
        let name = create.sql.split('"').nth(1).unwrap_or_default().to_owned();
        statements.push(create);
        let apart =
            table.get_columns().iter().any(|column| column.get_column_name() == ORGANISATION);
        if apart && backend == DbBackend::Postgres {
            // That they bind the owner too is said of all tables at the end of migrating.
            let policies = [
                format!("ALTER TABLE \"{name}\" ENABLE ROW LEVEL SECURITY"),
                format!(
                    "CREATE POLICY \"apart\" ON \"{name}\" USING \
                     (\"{ORGANISATION}\" = current_setting('annex.organisation', true))"
                ),
            ];
            statements.extend(policies.map(|sql| Statement::from_string(backend, sql)));
        }
    }
    statements
}

/// The same statement, with text that sorts by its bytes: on SQLite it does anyway.
fn bytewise(statement: Statement) -> Statement {
    match statement.db_backend {
        DbBackend::Postgres => {
            let sql = statement.sql.replace("\" varchar", "\" varchar COLLATE \"C\"");
            Statement::from_string(DbBackend::Postgres, sql)
        }
        _ => statement,
    }
}

/// What lists are searched and sorted by: the names of what had none in its row, and indexes.
fn lists(backend: DbBackend) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (table, column) in [("evidence", "name"), ("agreement", "title")] {
        let mut added = ColumnDef::new(column);
        added.string().not_null().default("");
        let added = Table::alter().table(table).add_column(added).to_owned();
        statements.push(bytewise(backend.build(&added)));
        let from_body = match backend {
            DbBackend::Sqlite => {
                format!("json_extract(CAST(body AS TEXT), '$.record.value.{column}')")
            }
            _ => format!("convert_from(body, 'UTF8')::jsonb #>> '{{record,value,{column}}}'"),
        };
        statements.push(Statement::from_string(
            backend,
            format!(
                "UPDATE \"{table}\" SET \"{column}\" = COALESCE((SELECT {from_body} FROM \"ledger_entry\" \
                 WHERE \"ledger_entry\".\"organisation\" = \"{table}\".\"organisation\" AND \"idx\" = \"entry_index\"), '')"
            ),
        ));
    }
    statements.extend(indexes(backend, LIST_INDEXES));
    statements
}

/// Attempts to sign in, and second factors.
fn sign_ins(backend: DbBackend) -> Vec<Statement> {
    let schema = Schema::new(backend);
    let tables = [
        schema.create_table_from_entity(table::sign_in::Entity),
        schema.create_table_from_entity(table::second_factor::Entity),
        schema.create_table_from_entity(table::recovery_code::Entity),
    ];
    let mut statements = create(backend, &tables);
    for (name, columns) in [
        ("sign_in_by_time", &["organisation", "at"][..]),
        ("sign_in_by_person", &["organisation", "person", "at"]),
    ] {
        let mut index = Index::create();
        index.name(name).table("sign_in");
        for column in columns {
            index.col(*column);
        }
        statements.push(backend.build(&index));
    }
    statements
}

fn sent_requests(backend: DbBackend) -> Vec<Statement> {
    let table = Schema::new(backend).create_table_from_entity(table::sent_request::Entity);
    let mut statements = create(backend, &[table]);
    let mut index = Index::create();
    index.name("sent_request_by_time").table("sent_request").col("organisation").col("at");
    statements.push(backend.build(&index));
    statements
}

/// What is told outside.
fn notices(backend: DbBackend) -> Vec<Statement> {
    let schema = Schema::new(backend);
    let mut statements = create(backend, &[schema.create_table_from_entity(table::notice::Entity)]);
    let mut index = Index::create();
    index.name("notice_by_state").table("notice");
    for column in ["organisation", "state", "at"] {
        index.col(column);
    }
    statements.push(backend.build(&index));
    statements
}

/// Comments.
fn comments(backend: DbBackend) -> Vec<Statement> {
    let schema = Schema::new(backend);
    let table = schema.create_table_from_entity(table::comment::Entity);
    let mut statements = create(backend, &[table]);
    let mut index = Index::create();
    index.name("comment_by_about").table("comment");
    for column in ["organisation", "about_kind", "about_key", "at"] {
        index.col(column);
    }
    statements.push(backend.build(&index));
    statements
}

/// Who refused an exception. Nobody could before, so what is on record has nobody there.
fn refusals(backend: DbBackend) -> Vec<Statement> {
    let added = ColumnDef::new("refused_by").string().to_owned();
    let added = Table::alter().table("exception").add_column(added).to_owned();
    vec![bytewise(backend.build(&added))]
}

/// Lists of what has one day or threat for many rows were sorted anew for each page.
fn orders(backend: DbBackend) -> Vec<Statement> {
    let dropped = ["request_by_due", "gap_by_due"].map(|name| drop_index(backend, name));
    dropped.into_iter().chain(indexes(backend, ORDER_INDEXES)).collect()
}

/// The entries of a kind in a period were looked for among all entries of the period.
fn populations(backend: DbBackend) -> Vec<Statement> {
    let dropped = drop_index(backend, "ledger_entry_by_kind");
    std::iter::once(dropped).chain(indexes(backend, POPULATION_INDEXES)).collect()
}

fn drop_index(backend: DbBackend, name: &str) -> Statement {
    Statement::from_string(backend, format!("DROP INDEX \"{name}\""))
}

fn indexes(
    backend: DbBackend,
    all: &'static [(&str, &str, &[&str])],
) -> impl Iterator<Item = Statement> {
    all.iter().map(move |(name, table, columns)| {
        let mut index = Index::create();
        index.name(*name).table(*table).col("organisation");
        for column in *columns {
            index.col(*column);
        }
        backend.build(&index)
    })
}

const ORDER_INDEXES: &[(&str, &str, &[&str])] = &[
    ("request_by_day", "request", &["due", "entry_index"]),
    ("request_by_subject", "request", &["subject_kind", "subject_id"]),
    ("gap_by_day", "gap", &["due", "entry_index"]),
    ("risk_by_threat", "risk", &["threat", "entry_index"]),
    ("risk_by_system", "risk", &["system"]),
    ("ai_system_by_name", "ai_system", &["name", "entry_index"]),
];

const POPULATION_INDEXES: &[(&str, &str, &[&str])] =
    &[("ledger_entry_by_kind_in_order", "ledger_entry", &["kind", "recorded_at", "idx"])];

/// The indexes of what grows large, each led by the organisation.
const LIST_INDEXES: &[(&str, &str, &[&str])] = &[
    ("asset_by_kind", "asset", &["kind"]),
    ("asset_by_owner", "asset", &["owner"]),
    ("asset_by_supplier", "asset", &["supplier"]),
    ("asset_by_decision", "asset", &["in_scope"]),
    ("asset_by_classification", "asset", &["classification"]),
    ("asset_system_by_system", "asset_system", &["system", "asset"]),
    ("flow_by_from", "flow", &["from_asset"]),
    ("flow_by_to", "flow", &["to_asset"]),
    ("agreement_by_supplier", "agreement", &["supplier"]),
    ("evidence_by_name", "evidence", &["name"]),
    ("evidence_by_kind", "evidence", &["kind"]),
    ("evidence_by_subject", "evidence", &["subject_kind", "subject_id"]),
    ("evidence_by_collection", "evidence", &["collected_at"]),
    ("evidence_by_period", "evidence", &["period_to"]),
    ("evidence_by_expiry", "evidence", &["expires"]),
    ("request_by_due", "request", &["due"]),
    ("request_by_owner", "request", &["owner"]),
    ("gap_by_due", "gap", &["due"]),
    ("gap_by_owner", "gap", &["owner"]),
    ("gap_by_subject", "gap", &["subject_kind", "subject_id"]),
    ("observation_by_subject", "observation", &["subject_kind", "subject_id", "attribute"]),
    ("ledger_entry_by_kind", "ledger_entry", &["kind", "recorded_at"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with the file of a migration; with `ANNEX_UPDATE` set, writes it.
    fn compare(number: usize, name: &str, backend: DbBackend) {
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
            compare(number, "sqlite", DbBackend::Sqlite);
            compare(number, "postgresql", DbBackend::Postgres);
        }
    }

    #[test]
    fn the_organisation_leads_every_key() {
        for statement in MIGRATIONS.iter().flat_map(|migration| migration(DbBackend::Postgres)) {
            let sql = statement.to_string();
            assert_eq!(
                sql.matches("\" varchar").count(),
                sql.matches("COLLATE \"C\"").count(),
                "{sql}"
            );
            if sql.contains("schema_version") || !sql.starts_with("CREATE") {
                continue;
            }
            for start in ["PRIMARY KEY (", "FOREIGN KEY (", "REFERENCES \"ledger_entry\" ("] {
                for keys in sql.split(start).skip(1) {
                    assert!(keys.starts_with("\"organisation\""), "{sql}");
                }
            }
            let leads = |sql: &str| sql.contains("(\"organisation\", ");
            assert!(!sql.starts_with("CREATE INDEX") || leads(&sql), "{sql}");
            assert!(sql.contains("organisation"), "{sql}");
            assert!(!sql.contains("UNIQUE"), "{sql}");
        }
    }
}

//! Transactions: what one sees, who else can write, and how long an answer may take.
//!
//! | | SQLite | PostgreSQL |
//! | --- | --- | --- |
//! | reads see one state | a transaction does | `REPEATABLE READ READ ONLY`, as every connection begins |
//! | writers queue | one process, by the lock on the folder | one lock for each organisation |
//! | rows of others | not asked for | hidden by row-level security as well |
//! | a network that is silent | there is none | a wait that ends |
//!
//! On PostgreSQL every transaction names its organisation, and the policies of the tables let it
//! see and write rows of that one only. The name ends with the transaction, so a connection never
//! carries it to the next one.

use std::future::Future;
use std::time::Duration;

use sea_orm::entity::prelude::async_trait::async_trait;
use sea_orm::{
    AccessMode, ConnAcquireErr, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    IsolationLevel, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait as _,
};
use tokio::sync::MutexGuard;

use crate::error::During as _;
use crate::{Register, RegisterError, Scope};

/// Names no organisation; with it, only the list of them can be read.
const EVERY: &str = "*";

/// How long a writer may say nothing before PostgreSQL gives its lock to the next one: whoever
/// was cut off holds it until then.
const SILENT_WRITER_MS: u64 = 60_000;

/// A transaction; without a commit it leaves nothing behind.
pub(crate) struct Transaction {
    inner: DatabaseTransaction,
    /// How long a statement may take; nothing bounds it on SQLite.
    answer_wait: Option<Duration>,
    purpose: Purpose,
}

/// What a transaction is begun for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
}

impl Transaction {
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        within(self.answer_wait, self.inner.commit()).await
    }

    pub(crate) async fn rollback(self) -> Result<(), DbErr> {
        within(self.answer_wait, self.inner.rollback()).await
    }

    /// Goes on for another organisation; to write, with its lock, which a new one has no row for
    /// yet.
    pub(crate) async fn turn_to(&self, organisation: &str) -> Result<(), DbErr> {
        if self.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let name = "SELECT set_config('annex.organisation', $1, true)";
        self.execute_raw(statement(name, [organisation])).await?;
        if self.purpose == Purpose::Write {
            // Two organisations whose numbers are the same only wait for each other.
            let lock = "SELECT pg_advisory_xact_lock(hashtextextended('annex/' || $1, 0))";
            self.execute_raw(statement(lock, [organisation])).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        within(self.answer_wait, self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        within(self.answer_wait, self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        within(self.answer_wait, self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        within(self.answer_wait, self.inner.query_all_raw(statement)).await
    }
}

impl Scope<'_> {
    /// Begins a transaction that only reads, and sees one state throughout.
    pub(crate) async fn read(&self, operation: &'static str) -> Result<Transaction, RegisterError> {
        self.register.begin(self.id.as_str(), Purpose::Read).await.during(operation)
    }

    /// Begins a transaction that nobody else can write this organisation beside. The guard lets
    /// the writers of one process queue here, and not at the database, where waiting ends.
    pub(crate) async fn write(
        &self,
        operation: &'static str,
    ) -> Result<(Transaction, MutexGuard<'_, ()>), RegisterError> {
        self.register.begin_to_write(self.id.as_str(), operation).await
    }
}

impl Register {
    /// Begins a transaction that reads the list of organisations.
    pub(crate) async fn read_list(
        &self,
        operation: &'static str,
    ) -> Result<Transaction, RegisterError> {
        self.begin(EVERY, Purpose::Read).await.during(operation)
    }

    /// Begins a transaction that writes and sees the list of organisations at first.
    pub(crate) async fn write_list(
        &self,
        operation: &'static str,
    ) -> Result<(Transaction, MutexGuard<'_, ()>), RegisterError> {
        self.begin_to_write(EVERY, operation).await
    }

    async fn begin_to_write(
        &self,
        organisation: &str,
        operation: &'static str,
    ) -> Result<(Transaction, MutexGuard<'_, ()>), RegisterError> {
        if !self.is_writer() {
            return Err(RegisterError::ReadOnly { operation, source: None });
        }
        let guard = self.writing.lock().await;
        let transaction = self.begin(organisation, Purpose::Write).await;
        Ok((transaction.during(operation)?, guard))
    }

    async fn begin(&self, organisation: &str, purpose: Purpose) -> Result<Transaction, DbErr> {
        let answer_wait = self.answer_wait;
        let backend = self.connection.get_database_backend();
        let on_server = backend == DbBackend::Postgres;
        let options = match purpose {
            Purpose::Read => TransactionOptions::default(),
            Purpose::Write => to_write(backend),
        };
        let inner = within(answer_wait, self.connection.begin_with_options(options)).await?;
        let transaction = Transaction { inner, answer_wait, purpose };
        if on_server && purpose == Purpose::Write {
            let settings = "SELECT set_config('lock_timeout', $1, true), \
                            set_config('idle_in_transaction_session_timeout', $2, true)";
            // Zero would be no end to the waiting.
            let wait = format!("{}ms", self.lock_wait_ms.max(1));
            let silence = format!("{SILENT_WRITER_MS}ms");
            transaction.execute_raw(statement(settings, [wait.as_str(), &silence])).await?;
        }
        transaction.turn_to(organisation).await?;
        Ok(transaction)
    }
}

/// What makes a transaction one that writes; without it, it only reads.
pub(crate) fn to_write(backend: DbBackend) -> TransactionOptions {
    let on_server = backend == DbBackend::Postgres;
    TransactionOptions {
        // After the wait for a lock a statement must see what the one before committed.
        isolation_level: on_server.then_some(IsolationLevel::ReadCommitted),
        access_mode: on_server.then_some(AccessMode::ReadWrite),
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
    }
}

fn statement<const N: usize>(sql: &str, values: [&str; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values.map(sea_orm::Value::from))
}

/// The answer, unless it takes longer than `wait`.
async fn within<T>(
    wait: Option<Duration>,
    answer: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let Some(wait) = wait else { return answer.await };
    let late = |_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
    tokio::time::timeout(wait, answer).await.map_err(late)?
}

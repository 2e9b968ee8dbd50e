//! A register on a server of PostgreSQL: its address, which is a secret, and the connections.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, Error, Executor as _};
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector};
use zeroize::Zeroizing;

/// How many connections of one process there are at most.
const CONNECTIONS_MAX: u32 = 8;

/// How long a connection may take to be there, or to be free.
const CONNECT_WAIT_MS: u64 = 5_000;

/// A connection that was used this lately is not tried before it is used again: a page reads
/// several times, and each try is a way to the server and back. No server comes back sooner.
const IDLE_UNTRIED_MAX: Duration = Duration::from_millis(50);

/// What a transaction is unless it says otherwise.
const READS: &str =
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How to reach a database: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. It holds a password,
/// so nothing prints it, and it is overwritten in memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Zeroizing<String>);

/// What is wrong with the address of a database; it repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
pub struct DatabaseUrlError(&'static str);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(DatabaseUrlError("it does not begin with `postgres://`"));
        }
        let url = Self(Zeroizing::new(text.to_owned()));
        let options = url.options().map_err(|_| DatabaseUrlError("it cannot be read"))?;
        match options.get_database() {
            Some(name) if !name.is_empty() => Ok(url),
            _ => Err(DatabaseUrlError("it names no database")),
        }
    }
}

impl DatabaseUrl {
    /// The machine and the database, without user and password, for people.
    pub fn place(&self) -> String {
        let Ok(options) = self.options() else { return String::new() };
        let name = options.get_database().unwrap_or_default();
        match options.get_socket() {
            Some(socket) => format!("{name} at {}", socket.display()),
            None => format!("{name} at {}:{}", options.get_host(), options.get_port()),
        }
    }

    /// A connection to another machine is encrypted and its certificate checked, unless the
    /// address says otherwise (`?sslmode=…`): whoever sits between would read everything.
    fn options(&self) -> Result<PgConnectOptions, Error> {
        let options: PgConnectOptions = self.0.parse()?;
        let (_, query) = self.0.split_once('?').unwrap_or_default();
        let says = query.split('&').any(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            matches!(name, "sslmode" | "ssl-mode")
        });
        let options = options.application_name("annex").disable_statement_logging();
        if says || is_local(&options) {
            return Ok(options);
        }
        Ok(options.ssl_mode(PgSslMode::VerifyFull))
    }
}

/// Whether it is on this machine, so that no network is between.
fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    let loopback = host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    options.get_socket().is_some() || host == "localhost" || loopback
}

/// Connects. A connection that broke is replaced by the next use.
pub(crate) async fn connect(url: &DatabaseUrl) -> Result<DatabaseConnection, DbErr> {
    let pool = async {
        PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(Duration::from_millis(CONNECT_WAIT_MS))
            .test_before_acquire(false)
            .before_acquire(|connection, use_| {
                Box::pin(async move {
                    if use_.idle_for < IDLE_UNTRIED_MAX {
                        return Ok(true);
                    }
                    connection.ping().await.map(|()| true)
                })
            })
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(READS).await.map(drop) })
            })
            .connect_with(url.options()?)
            .await
    };
    match pool.await {
        Ok(pool) => Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool)),
        Err(Error::PoolTimedOut) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        Err(error) => Err(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> PgSslMode {
        let url: DatabaseUrl = url.parse().expect(url);
        url.options().expect("options").get_ssl_mode()
    }

    #[test]
    fn nothing_of_the_password_is_shown() {
        let text = "postgres://annex:hunter2@db.example:5433/register";
        let url: DatabaseUrl = text.parse().expect("an address");
        assert_eq!(format!("{url:?}"), "DatabaseUrl(…)");
        assert_eq!(url.place(), "register at db.example:5433");
        for wrong in ["mysql://annex:hunter2@db/x", "hunter2", "postgres://a:hunter2@db:port/x"] {
            let error = wrong.parse::<DatabaseUrl>().expect_err(wrong);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        assert!("postgres://annex:hunter2@db.example".parse::<DatabaseUrl>().is_err());
    }

    #[test]
    fn another_machine_must_prove_who_it_is_unless_the_address_says_otherwise() {
        let strict = |url| matches!(mode(url), PgSslMode::VerifyFull);
        assert!(strict("postgres://a:b@db.example/x"));
        assert!(strict("postgres://a:b@10.0.0.7/x?application_name=sslmode"));
        assert!(!strict("postgres://a:b@db.example/x?sslmode=disable"));
        assert!(strict("postgres://a:b@127.0.0.1/x?sslmode=verify-full"));
        assert!(!strict("postgres://a:b@127.0.0.1/x"));
        assert!(!strict("postgres://a:b@localhost/x"));
        assert!(!strict("postgres://a:b@[::1]/x"));
        assert!(!strict("postgres://a:b@%2Frun%2Fpostgresql/x"));
    }
}

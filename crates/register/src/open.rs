//! Opening a register: the folder, the lock, the connection and its settings, the schema.

use std::path::{Path, PathBuf};
use std::time::Duration;

use annex_isms::OrganisationId;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, EntityTrait as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::counted::Counted;
use crate::error::During as _;
use crate::lock::WriterLock;
use crate::table::organisation;
use crate::{RegisterError, Scope, folder, schema};

/// Where a register is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In this folder, in a file of SQLite.
    Folder(PathBuf),
    /// On a server of PostgreSQL, in a database that is there; the tables are made in it.
    #[cfg(feature = "postgres")]
    Postgres(crate::DatabaseUrl),
}

/// How to open a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOptions {
    /// Whether to create it when it is not there; only with [`Access::Write`].
    pub create: bool,
    /// For reading, or for writing.
    pub access: Access,
    /// How long a writer waits for another, in milliseconds.
    pub lock_wait_ms: u64,
    /// The most pages of 4096 bytes that the file of SQLite may have.
    pub sqlite_pages_max: Option<u32>,
    /// How long PostgreSQL may take to answer a statement, in milliseconds.
    pub answer_wait_ms: u64,
}

/// What a register is opened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Reading, beside any others.
    Read,
    /// Writing and reading: alone in a folder, beside others on PostgreSQL.
    Write {
        /// What to tell others who want to write: the command and its process.
        holder: String,
    },
}

/// A register, open.
#[derive(Debug)]
pub struct Register {
    pub(crate) connection: DatabaseConnection,
    writes: bool,
    /// Held as long as the register of a folder is open for writing.
    _lock: Option<WriterLock>,
    pub(crate) lock_wait_ms: u64,
    pub(crate) answer_wait: Option<Duration>,
    /// Lets the writers of this process queue here, and not at the database, where waiting ends.
    pub(crate) writing: tokio::sync::Mutex<()>,
    pub(crate) counted: Counted,
}

const OPERATION: &str = "open the register";

/// How many readers of one process go at once.
const CONNECTIONS_MAX: u32 = 4;

/// How long SQLite waits for another program that is at the file, such as its own shell.
const BUSY_TIMEOUT_MS: u64 = 5_000;

impl Register {
    /// Opens the register at `location`.
    ///
    /// A folder is created for its owner alone when [`OpenOptions::create`] says so. A writer
    /// brings an older schema up to date.
    pub async fn open(location: &Location, options: &OpenOptions) -> Result<Self, RegisterError> {
        let writes = matches!(options.access, Access::Write { .. });
        let (connection, lock, answer_wait) = match location {
            Location::Folder(folder) => {
                let (connection, lock) = open_folder(folder, options).await?;
                (connection, lock, None)
            }
            #[cfg(feature = "postgres")]
            Location::Postgres(url) => {
                let connection = crate::postgres::connect(url).await.during(OPERATION)?;
                (connection, None, Some(Duration::from_millis(options.answer_wait_ms)))
            }
        };
        schema::bring_up(&connection, writes, options.create).await?;
        Ok(Self {
            connection,
            writes,
            _lock: lock,
            lock_wait_ms: options.lock_wait_ms,
            answer_wait,
            writing: tokio::sync::Mutex::new(()),
            counted: Counted::default(),
        })
    }

    /// What is on record of one organisation. There is no other way to any of it.
    pub fn organisation(&self, id: &OrganisationId) -> Scope<'_> {
        Scope { register: self, id: id.clone() }
    }

    /// The organisations on record, by id.
    pub async fn organisations(&self) -> Result<Vec<OrganisationId>, RegisterError> {
        const OPERATION: &str = "list the organisations";
        let transaction = self.read_list(OPERATION).await?;
        let ids: Vec<String> = organisation::Entity::find()
            .select_only()
            .column(organisation::Column::Organisation)
            .order_by_asc(organisation::Column::Organisation)
            .into_tuple()
            .all(&transaction)
            .await
            .during(OPERATION)?;
        ids.iter()
            .map(|id| id.parse().map_err(|error| RegisterError::corrupt(format!("{error}"))))
            .collect()
    }

    /// Ends all use of the register and frees the lock.
    pub async fn close(self) -> Result<(), RegisterError> {
        self.connection.close().await.during("close the register")
    }

    pub(crate) fn is_writer(&self) -> bool {
        self.writes
    }
}

/// Opens the file of a folder, and takes the folder's lock for a writer.
async fn open_folder(
    folder: &Path,
    options: &OpenOptions,
) -> Result<(DatabaseConnection, Option<WriterLock>), RegisterError> {
    let path = folder.join("register.sqlite");
    let writes = matches!(options.access, Access::Write { .. });
    if writes && options.create {
        folder::create(folder)?;
    } else if !path.is_file() {
        return Err(RegisterError::NotFound {
            what: format!("a register in {}", folder.display()),
        });
    }
    folder::check_file_system(folder)?;
    let lock = match &options.access {
        Access::Read => None,
        Access::Write { holder } => {
            Some(WriterLock::take(folder, holder, options.lock_wait_ms).await?)
        }
    };
    if writes && options.create {
        folder::create_file(&path)?;
    }
    // On a medium that cannot be written, SQLite cannot put its files beside the database.
    // Nobody else can either, so it may be read as it lies there.
    let immutable =
        !writes && !folder::is_writable(folder) && !folder.join("register.sqlite-wal").exists();
    let pages_max = options.sqlite_pages_max;
    let settings = move |_| {
        let settings = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(false)
            .foreign_keys(true)
            .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
            .immutable(immutable)
            .read_only(immutable)
            .pragma("synchronous", "FULL");
        let settings = if writes {
            settings.pragma("journal_mode", "WAL")
        } else {
            settings.pragma("query_only", "ON")
        };
        match pages_max {
            Some(pages_max) => settings.pragma("max_page_count", pages_max.to_string()),
            None => settings,
        }
    };
    let mut connect = ConnectOptions::new("sqlite:");
    connect
        .max_connections(CONNECTIONS_MAX)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(settings);
    let connection = Database::connect(connect).await.during(OPERATION)?;
    Ok((connection, lock))
}

//! Accounts and sessions: rows without a body in the ledger, so that no secret ever gets there.

use annex_isms::{Entry, Instant, PersonId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::error::During as _;
use crate::read::StoredEntry;
use crate::table::{account, session, upsert};
use crate::{RegisterError, Scope};

/// The credentials of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub person: PersonId,
    /// The digest of the password as a PHC string.
    pub password: String,
    /// Wrong passwords in a row.
    pub failures: u32,
    /// Until when no password is looked at.
    pub locked_until: Option<Instant>,
}

/// A person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The SHA-256 of the token.
    pub token: [u8; 32],
    /// Who.
    pub person: PersonId,
    /// Since when.
    pub began_at: Instant,
    /// Until when.
    pub ends_at: Instant,
}

/// A session and what its person is, all as of one moment: every page asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The session.
    pub session: Session,
    /// The latest entry of the person.
    pub person: Option<Entry>,
    /// The latest entry of what they may do.
    pub grant: Option<Entry>,
    /// How many entries the ledger has.
    pub ledger_size: u64,
}

impl Scope<'_> {
    /// The account of a person.
    pub async fn account(&self, person: &PersonId) -> Result<Option<Account>, RegisterError> {
        const OPERATION: &str = "read an account";
        let key = (self.id.to_string(), person.to_string());
        let transaction = self.read(OPERATION).await?;
        let row = account::Entity::find_by_id(key).one(&transaction).await.during(OPERATION)?;
        row.map(Account::try_from).transpose()
    }

    /// Every account, by person.
    pub async fn accounts(&self) -> Result<Vec<Account>, RegisterError> {
        const OPERATION: &str = "list the accounts";
        let transaction = self.read(OPERATION).await?;
        let rows = account::Entity::find()
            .filter(account::Column::Organisation.eq(self.id.as_str()))
            .order_by_asc(account::Column::Person)
            .all(&transaction)
            .await
            .during(OPERATION)?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Changes an account as it is at that moment, and gives what it is then; `None` when there is
    /// none. Whoever changes it at the same time comes before or after.
    pub async fn change_account(
        &self,
        person: &PersonId,
        change: impl FnOnce(&mut Account) + Send,
    ) -> Result<Option<Account>, RegisterError> {
        const OPERATION: &str = "change an account";
        let key = (self.id.to_string(), person.to_string());
        let (transaction, _guard) = self.write(OPERATION).await?;
        let row = account::Entity::find_by_id(key).one(&transaction).await.during(OPERATION)?;
        let Some(row) = row else { return Ok(None) };
        let before = Account::try_from(row)?;
        let mut account = before.clone();
        change(&mut account);
        if account != before {
            let row = self.account_row(&account);
            upsert::<account::Entity, _>(&transaction, vec![row]).await.during(OPERATION)?;
            transaction.commit().await.during(OPERATION)?;
        }
        Ok(Some(account))
    }

    fn account_row(&self, account: &Account) -> account::Model {
        account::Model {
            organisation: self.id.to_string(),
            person: account.person.to_string(),
            password: account.password.clone(),
            failures: i32::try_from(account.failures).unwrap_or(i32::MAX),
            locked_until: account.locked_until.map(|at| at.to_string()),
        }
    }

    /// Whether there is any account.
    pub async fn has_accounts(&self) -> Result<bool, RegisterError> {
        const OPERATION: &str = "look for accounts";
        let transaction = self.read(OPERATION).await?;
        let any = account::Entity::find()
            .filter(account::Column::Organisation.eq(self.id.as_str()))
            .one(&transaction)
            .await
            .during(OPERATION)?;
        Ok(any.is_some())
    }

    /// Writes an account anew.
    pub async fn put_account(&self, account: &Account) -> Result<(), RegisterError> {
        const OPERATION: &str = "write an account";
        let row = self.account_row(account);
        let (transaction, _guard) = self.write(OPERATION).await?;
        upsert::<account::Entity, _>(&transaction, vec![row]).await.during(OPERATION)?;
        transaction.commit().await.during(OPERATION)
    }

    /// The session of a token's digest, whether or not it has ended, with what is on record of its
    /// person.
    pub async fn visit(&self, token: &[u8; 32]) -> Result<Option<Visit>, RegisterError> {
        const OPERATION: &str = "read a session";
        let key = (self.id.to_string(), token.to_vec());
        let transaction = self.read(OPERATION).await?;
        let row = session::Entity::find_by_id(key).one(&transaction).await.during(OPERATION)?;
        let Some(session) = row.map(Session::try_from).transpose()? else { return Ok(None) };
        let latest = async |kind: &str| {
            let found = self.latest_of(&transaction, kind, &[session.person.to_string()]).await?;
            found.first().map_or(Ok(None), StoredEntry::entry)
        };
        let (person, grant) = (latest("person").await?, latest("grant").await?);
        let head = self.stored_head(&transaction, false).await?;
        let ledger_size = head.map_or(0, |stored| stored.head.size);
        Ok(Some(Visit { session, person, grant, ledger_size }))
    }

    /// The sessions of a person that have not ended, the newest first.
    pub async fn sessions(
        &self,
        person: &PersonId,
        now: Instant,
    ) -> Result<Vec<Session>, RegisterError> {
        const OPERATION: &str = "list the sessions of a person";
        let transaction = self.read(OPERATION).await?;
        let rows = session::Entity::find()
            .filter(session::Column::Organisation.eq(self.id.as_str()))
            .filter(session::Column::Person.eq(person.as_str()))
            .filter(session::Column::EndsAt.gt(now.to_string()))
            .order_by_desc(session::Column::BeganAt)
            .all(&transaction)
            .await
            .during(OPERATION)?;
        rows.into_iter().map(Session::try_from).collect()
    }

    /// Begins a session; those that ended by `began_at` go.
    pub async fn begin_session(&self, begun: &Session) -> Result<(), RegisterError> {
        const OPERATION: &str = "begin a session";
        let row = session::Model {
            organisation: self.id.to_string(),
            token: begun.token.to_vec(),
            person: begun.person.to_string(),
            began_at: begun.began_at.to_string(),
            ends_at: begun.ends_at.to_string(),
        };
        let (transaction, _guard) = self.write(OPERATION).await?;
        session::Entity::delete_many()
            .filter(session::Column::Organisation.eq(self.id.as_str()))
            .filter(session::Column::EndsAt.lte(begun.began_at.to_string()))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        upsert::<session::Entity, _>(&transaction, vec![row]).await.during(OPERATION)?;
        transaction.commit().await.during(OPERATION)
    }

    /// Ends sessions.
    pub async fn end_sessions(&self, which: Ended<'_>) -> Result<(), RegisterError> {
        const OPERATION: &str = "end a session";
        let (transaction, _guard) = self.write(OPERATION).await?;
        let all = session::Entity::delete_many()
            .filter(session::Column::Organisation.eq(self.id.as_str()));
        let ended = match which {
            Ended::Session(token) => all.filter(session::Column::Token.eq(token.to_vec())),
            Ended::OfPerson(person) => all.filter(session::Column::Person.eq(person.as_str())),
            Ended::Others { person, kept } => all
                .filter(session::Column::Person.eq(person.as_str()))
                .filter(session::Column::Token.ne(kept.to_vec())),
            Ended::One { person, token } => all
                .filter(session::Column::Person.eq(person.as_str()))
                .filter(session::Column::Token.eq(token.to_vec())),
        };
        ended.exec(&transaction).await.during(OPERATION)?;
        transaction.commit().await.during(OPERATION)
    }
}

/// Which sessions end; tokens are their digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended<'a> {
    /// The one of this token.
    Session(&'a [u8; 32]),
    /// All of a person.
    OfPerson(&'a PersonId),
    /// All of a person but one.
    Others {
        /// Whose.
        person: &'a PersonId,
        /// The one that goes on.
        kept: &'a [u8; 32],
    },
    /// The one of this token, if it is this person's.
    One {
        /// Whose.
        person: &'a PersonId,
        /// The one that ends.
        token: &'a [u8; 32],
    },
}

impl TryFrom<account::Model> for Account {
    type Error = RegisterError;

    fn try_from(row: account::Model) -> Result<Self, RegisterError> {
        Ok(Self {
            person: id(&row.person)?,
            password: row.password,
            failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
            locked_until: row.locked_until.as_deref().map(instant).transpose()?,
        })
    }
}

impl TryFrom<session::Model> for Session {
    type Error = RegisterError;

    fn try_from(row: session::Model) -> Result<Self, RegisterError> {
        let token = row.token.try_into();
        Ok(Self {
            token: token.map_err(|_| RegisterError::corrupt("a token is no digest".to_owned()))?,
            person: id(&row.person)?,
            began_at: instant(&row.began_at)?,
            ends_at: instant(&row.ends_at)?,
        })
    }
}

pub(crate) fn id(text: &str) -> Result<PersonId, RegisterError> {
    text.parse().map_err(|error| RegisterError::corrupt(format!("{error}")))
}

pub(crate) fn instant(text: &str) -> Result<Instant, RegisterError> {
    text.parse().map_err(|_| RegisterError::corrupt(format!("`{text}` is no instant")))
}

//! Attempts to sign in, and second factors: rows without a body in the ledger, like the accounts.
//!
//! An attempt is kept for a time and then goes: it is personal data, and who tries passwords at
//! random must not fill the register for ever. What may be used once (the code of a time step, a
//! recovery code) is taken within one transaction, so that two who come at once cannot both use it.

use annex_isms::{Instant, PersonId};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::account::{id, instant};
use crate::error::During as _;
use crate::table::{insert, recovery_code, second_factor, sign_in, upsert};
use crate::{RegisterError, Scope};

/// An attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// What tells it apart, drawn at random.
    pub id: [u8; 32],
    /// As whom.
    pub person: PersonId,
    /// When.
    pub at: Instant,
    /// What came of it.
    pub outcome: SignInOutcome,
    /// By what.
    pub means: Means,
    /// From where.
    pub address: Option<String>,
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$what])* $variant,)* }

        impl $name {
            /// The word that is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            fn read(word: &str) -> Result<Self, RegisterError> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(RegisterError::corrupt(format!("`{word}` is not known of a sign-in"))),
                }
            }
        }
    };
}

words! {
    /// What came of an attempt to sign in.
    SignInOutcome {
        /// The person is in.
        In = "in",
        /// The password was wrong.
        Wrong = "wrong",
        /// The password was right, and the code was wrong or missing.
        Code = "code",
        /// The account was locked, and nothing was looked at.
        Locked = "locked",
        /// Too many attempts came from the same address, and nothing was looked at.
        OutOfTurn = "out-of-turn",
    }
}

words! {
    /// By what someone shows who they are.
    Means {
        /// A password.
        Password = "password",
        /// A password, and a code of the second factor.
        Code = "code",
        /// A password, and a recovery code.
        Recovery = "recovery",
        /// A provider of identities.
        Provider = "provider",
    }
}

/// A person's second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whose.
    pub person: PersonId,
    /// The secret, encrypted.
    pub secret: Vec<u8>,
    /// Whether a first code has shown that the person has it.
    pub confirmed: bool,
    /// The last time step whose code was taken.
    pub step: i64,
}

impl Scope<'_> {
    /// Keeps an attempt to sign in; those before `kept_since` go.
    pub async fn put_sign_in(
        &self,
        attempt: &SignIn,
        kept_since: Instant,
    ) -> Result<(), RegisterError> {
        const OPERATION: &str = "keep an attempt to sign in";
        let row = sign_in::Model {
            organisation: self.id.to_string(),
            id: attempt.id.to_vec(),
            person: attempt.person.to_string(),
            at: attempt.at.to_string(),
            outcome: attempt.outcome.as_str().to_owned(),
            means: attempt.means.as_str().to_owned(),
            address: attempt.address.clone(),
        };
        let (transaction, _guard) = self.write(OPERATION).await?;
        sign_in::Entity::delete_many()
            .filter(sign_in::Column::Organisation.eq(self.id.as_str()))
            .filter(sign_in::Column::At.lt(kept_since.to_string()))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        insert::<sign_in::Entity, _>(&transaction, vec![row]).await.during(OPERATION)?;
        transaction.commit().await.during(OPERATION)
    }

    /// Part of the attempts to sign in, of one person or of all, the newest first; and how many
    /// there are.
    pub async fn sign_ins(
        &self,
        person: Option<&PersonId>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<SignIn>, u64), RegisterError> {
        const OPERATION: &str = "list the attempts to sign in";
        let mut found =
            sign_in::Entity::find().filter(sign_in::Column::Organisation.eq(self.id.as_str()));
        if let Some(person) = person {
            found = found.filter(sign_in::Column::Person.eq(person.as_str()));
        }
        let transaction = self.read(OPERATION).await?;
        let total = found.clone().count(&transaction).await.during(OPERATION)?;
        let rows = found
            .order_by_desc(sign_in::Column::At)
            .order_by_asc(sign_in::Column::Id)
            .offset(offset.min(crate::list::OFFSET_MAX))
            .limit(limit)
            .all(&transaction)
            .await
            .during(OPERATION)?;
        Ok((rows.into_iter().map(SignIn::try_from).collect::<Result<_, _>>()?, total))
    }

    /// The second factor of a person.
    pub async fn second_factor(
        &self,
        person: &PersonId,
    ) -> Result<Option<SecondFactor>, RegisterError> {
        const OPERATION: &str = "read a second factor";
        let key = (self.id.to_string(), person.to_string());
        let transaction = self.read(OPERATION).await?;
        let row =
            second_factor::Entity::find_by_id(key).one(&transaction).await.during(OPERATION)?;
        row.map(SecondFactor::try_from).transpose()
    }

    /// Every second factor, by person.
    pub async fn second_factors(&self) -> Result<Vec<SecondFactor>, RegisterError> {
        const OPERATION: &str = "list the second factors";
        let transaction = self.read(OPERATION).await?;
        let rows = second_factor::Entity::find()
            .filter(second_factor::Column::Organisation.eq(self.id.as_str()))
            .order_by_asc(second_factor::Column::Person)
            .all(&transaction)
            .await
            .during(OPERATION)?;
        rows.into_iter().map(SecondFactor::try_from).collect()
    }

    /// Writes a second factor anew, with the digests of its recovery codes.
    pub async fn put_second_factor(
        &self,
        factor: &SecondFactor,
        recovery: &[[u8; 32]],
    ) -> Result<(), RegisterError> {
        const OPERATION: &str = "write a second factor";
        let row = second_factor::Model {
            organisation: self.id.to_string(),
            person: factor.person.to_string(),
            secret: factor.secret.clone(),
            confirmed: factor.confirmed,
            step: factor.step,
        };
        let codes = recovery.iter().map(|digest| recovery_code::Model {
            organisation: self.id.to_string(),
            person: factor.person.to_string(),
            digest: digest.to_vec(),
        });
        let (transaction, _guard) = self.write(OPERATION).await?;
        upsert::<second_factor::Entity, _>(&transaction, vec![row]).await.during(OPERATION)?;
        recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::Organisation.eq(self.id.as_str()))
            .filter(recovery_code::Column::Person.eq(factor.person.as_str()))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        insert::<recovery_code::Entity, _>(&transaction, codes.collect())
            .await
            .during(OPERATION)?;
        transaction.commit().await.during(OPERATION)
    }

    /// Removes the second factor of a person, with its recovery codes; whether there was one.
    pub async fn remove_second_factor(&self, person: &PersonId) -> Result<bool, RegisterError> {
        const OPERATION: &str = "remove a second factor";
        let key = (self.id.to_string(), person.to_string());
        let (transaction, _guard) = self.write(OPERATION).await?;
        recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::Organisation.eq(self.id.as_str()))
            .filter(recovery_code::Column::Person.eq(person.as_str()))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        let removed =
            second_factor::Entity::delete_by_id(key).exec(&transaction).await.during(OPERATION)?;
        transaction.commit().await.during(OPERATION)?;
        Ok(removed.rows_affected > 0)
    }

    /// Takes the code of a time step; `false` when that step or a later one was taken already.
    pub async fn take_step(&self, person: &PersonId, step: i64) -> Result<bool, RegisterError> {
        const OPERATION: &str = "take a code";
        let (transaction, _guard) = self.write(OPERATION).await?;
        let taken = second_factor::Entity::update_many()
            .col_expr(second_factor::Column::Step, step.into())
            .filter(second_factor::Column::Organisation.eq(self.id.as_str()))
            .filter(second_factor::Column::Person.eq(person.as_str()))
            .filter(second_factor::Column::Step.lt(step))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        transaction.commit().await.during(OPERATION)?;
        Ok(taken.rows_affected == 1)
    }

    /// Takes a recovery code, by its digest; `false` when there is no such code (any more).
    pub async fn take_recovery_code(
        &self,
        person: &PersonId,
        digest: &[u8; 32],
    ) -> Result<bool, RegisterError> {
        const OPERATION: &str = "take a recovery code";
        let key = (self.id.to_string(), person.to_string(), digest.to_vec());
        let (transaction, _guard) = self.write(OPERATION).await?;
        let taken =
            recovery_code::Entity::delete_by_id(key).exec(&transaction).await.during(OPERATION)?;
        transaction.commit().await.during(OPERATION)?;
        Ok(taken.rows_affected == 1)
    }

    /// How many recovery codes a person has left.
    pub async fn recovery_codes(&self, person: &PersonId) -> Result<u64, RegisterError> {
        const OPERATION: &str = "count recovery codes";
        let transaction = self.read(OPERATION).await?;
        recovery_code::Entity::find()
            .filter(recovery_code::Column::Organisation.eq(self.id.as_str()))
            .filter(recovery_code::Column::Person.eq(person.as_str()))
            .count(&transaction)
            .await
            .during(OPERATION)
    }
}

impl TryFrom<sign_in::Model> for SignIn {
    type Error = RegisterError;

    fn try_from(row: sign_in::Model) -> Result<Self, RegisterError> {
        let wrong = |_| RegisterError::corrupt("the id of a sign-in is no digest".to_owned());
        Ok(Self {
            id: row.id.try_into().map_err(wrong)?,
            person: id(&row.person)?,
            at: instant(&row.at)?,
            outcome: SignInOutcome::read(&row.outcome)?,
            means: Means::read(&row.means)?,
            address: row.address,
        })
    }
}

impl TryFrom<second_factor::Model> for SecondFactor {
    type Error = RegisterError;

    fn try_from(row: second_factor::Model) -> Result<Self, RegisterError> {
        let second_factor::Model { person, secret, confirmed, step, .. } = row;
        Ok(Self { person: id(&person)?, secret, confirmed, step })
    }
}

//! The rows against the log: each is computed again from its body and compared.

use std::ops::Range;

use annex_isms::{Instant, Record};
use sea_orm::{DbErr, RuntimeErr, SqlxError};

use super::{Faulty, OPERATION, Stop, Verifying, fault, pages};
use crate::alias::Aliases;
use crate::error::During as _;
use crate::project::{self, Place};
use crate::read::{StoredEntry, signed};
use crate::table::Rows;

impl Verifying<'_> {
    /// Computes every row again and compares.
    pub(super) async fn check_rows(&self, size: u64) -> Result<(), Stop> {
        let mut aliases = Aliases::none(&self.scope.id);
        for page in pages(size) {
            let mut expected = Rows::default();
            for (index, row) in self.entries(page.clone()).await? {
                let stored = StoredEntry::from_row(row)?;
                if let Some(entry) = stored.entry()? {
                    self.project(index, entry.at, &entry.record, &mut aliases, &mut expected)?;
                }
            }
            self.compare(signed(page.start)..signed(page.end), expected).await?;
        }
        self.compare(signed(size)..i64::MAX, Rows::default()).await?;
        self.compare(i64::MIN..0, Rows::default()).await
    }

    fn project(
        &self,
        index: u64,
        recorded_at: Instant,
        record: &Record,
        aliases: &mut Aliases,
        rows: &mut Rows,
    ) -> Result<(), Stop> {
        let organisation = &self.scope.id;
        let place = Place { organisation, entry_index: signed(index), recorded_at };
        if let Err(error) = project::lasting(place, record, aliases, rows) {
            return fault(Faulty::Entry, index, error.to_string());
        }
        if self.latest.get(&(record.kind(), record.key())) == Some(&index) {
            project::replaceable(place, record, rows);
        }
        Ok(())
    }

    async fn compare(&self, range: Range<i64>, expected: Rows) -> Result<(), Stop> {
        let organisation = self.scope.id.as_str();
        let actual = Rows::read(self.transaction, organisation, range.start, range.end).await;
        let actual = match actual {
            Err((table, error)) if is_of_value(&error) => {
                let index = u64::try_from(range.start).unwrap_or(0);
                let detail = format!("a row from here on cannot be read: {error}");
                return fault(Faulty::Row { table }, index, detail);
            }
            actual => actual.map_err(|(_, error)| error).during(OPERATION)?,
        };
        match actual.first_difference(expected) {
            None => Ok(()),
            Some(difference) => {
                let index = u64::try_from(difference.entry_index).unwrap_or(0);
                fault(Faulty::Row { table: difference.table }, index, difference.detail)
            }
        }
    }
}

/// Whether a stored value, not the database, is the reason.
fn is_of_value(error: &DbErr) -> bool {
    match error {
        DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => true,
        DbErr::Query(RuntimeErr::SqlxError(error)) => {
            matches!(&**error, SqlxError::ColumnDecode { .. } | SqlxError::Decode(_))
        }
        _ => false,
    }
}

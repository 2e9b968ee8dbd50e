//! Pages of records: filtered, searched and sorted in SQL, with their bodies from the ledger.
//!
//! ```text
//!  ListQuery ─▶ Listing (what may be asked) ─▶ rows of one table ─▶ indexes ─▶ bodies ─▶ Page
//! ```
//!
//! A body never changes, so the indexes of a list are the list: who exports reads them once and
//! the bodies piece by piece, and what is recorded meanwhile does not disturb it.
//!
//! How it can still go wrong: SQLite folds only the letters of ASCII, so a search there finds
//! `É` by `É` and not by `é`.

mod history;
mod listing;
mod period;

use annex_isms::{Date, Entry, Instant, Subject};
use sea_orm::sea_query::{
    BinOper, Cond, Expr, ExprTrait as _, Func, LikeExpr, NullOrdering, Order, Query,
    SelectStatement,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};

use crate::error::During as _;
use crate::read::{StoredEntry, signed, unsigned};
use crate::table::{asset_system, ledger_entry};
use crate::{RegisterError, Scope};

pub use history::{Population, Proven};
pub use listing::{Field, Form, Listing};
pub use period::Period;

/// The most records of a page.
pub const LIST_ROWS_MAX: u64 = 200;

/// The most that a database can pass over: it counts in signed numbers.
pub(crate) const OFFSET_MAX: u64 = i64::MAX.unsigned_abs();

/// What finds the records that have none of something.
pub const NONE: &str = "-";

/// What is asked of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// The kind of record.
    pub kind: String,
    /// Names of fields and the values asked for. A time takes `NAME_from` and `NAME_before`, a
    /// flag `yes` and `no`, and where there may be none, [`NONE`] finds those.
    pub filters: Vec<(String, String)>,
    /// A text that id or name contain; upper and lower case are the same. Empty is any.
    pub text: String,
    /// The field to sort by; `None` is that of the [`Listing`].
    pub sort: Option<String>,
    /// The last first.
    pub descending: bool,
    /// How many to pass over.
    pub offset: u64,
    /// How many to give, at most [`LIST_ROWS_MAX`].
    pub limit: u64,
}

impl ListQuery {
    /// The first page of all records of a kind.
    pub fn of(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            filters: Vec::new(),
            text: String::new(),
            sort: None,
            descending: false,
            offset: 0,
            limit: LIST_ROWS_MAX,
        }
    }

    /// The same with one more filter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.filters.push((name.to_owned(), value.into()));
        self
    }
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its records, in order.
    pub items: Vec<Listed>,
    /// How many the whole list has.
    pub total: u64,
}

/// A record in a list, as its entry in the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The index of the entry: the version of the record.
    pub index: u64,
    /// The kind.
    pub kind: String,
    /// What identifies it within its kind.
    pub key: String,
    /// When it was recorded.
    pub at: Instant,
    /// The entry; gone when it was erased.
    pub entry: Option<Entry>,
}

impl TryFrom<StoredEntry> for Listed {
    type Error = RegisterError;

    fn try_from(stored: StoredEntry) -> Result<Self, RegisterError> {
        let entry = stored.entry()?;
        Ok(Self {
            index: stored.index,
            kind: stored.kind,
            key: stored.key,
            at: stored.recorded_at,
            entry,
        })
    }
}

const OPERATION: &str = "list records";

/// Puts two texts together.
const JOIN: BinOper = BinOper::Custom("||");

/// Stands between the columns that are searched, so that nothing is found across two of them.
const BETWEEN: &str = "\u{1f}";

impl Scope<'_> {
    /// One page of the latest records of a kind.
    ///
    /// # Errors
    /// When something is asked that the kind does not have; the error names what it has.
    pub async fn list(&self, query: &ListQuery) -> Result<Page, RegisterError> {
        check_limit(query.limit)?;
        let rows = self.rows_of(query)?;
        let transaction = self.read(OPERATION).await?;
        let size = self.stored_head(&transaction, false).await?.map_or(0, |head| head.head.size);
        let total = self.total(&transaction, size, counting(rows.clone())).await?;
        let indexes = indexes(&transaction, rows, query.offset, query.limit).await?;
        Ok(Page { items: self.entries_at_in(&transaction, &indexes).await?, total })
    }

    /// How many records each of these kinds has.
    ///
    /// # Errors
    /// When nothing is of such a kind, or the register cannot be read.
    pub async fn lengths(&self, kinds: &[&str]) -> Result<Vec<u64>, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        let size = self.stored_head(&transaction, false).await?.map_or(0, |head| head.head.size);
        let mut lengths = Vec::with_capacity(kinds.len());
        for kind in kinds {
            let rows = self.rows_of(&ListQuery::of(kind))?;
            lengths.push(self.total(&transaction, size, counting(rows)).await?);
        }
        Ok(lengths)
    }

    /// The indexes of the first `rows_max` records of a list, whatever its limit is, and how many
    /// there are.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn list_indexes(
        &self,
        query: &ListQuery,
        rows_max: u64,
    ) -> Result<Vec<u64>, RegisterError> {
        let rows = self.rows_of(query)?;
        let transaction = self.read(OPERATION).await?;
        indexes(&transaction, rows, query.offset, rows_max).await
    }

    /// The latest entry of each of these records of a kind, by key; those that are not on record
    /// are left out. At most [`LIST_ROWS_MAX`].
    ///
    /// # Errors
    /// When there are more, or one cannot be read.
    pub async fn find(&self, kind: &str, keys: &[String]) -> Result<Vec<Listed>, RegisterError> {
        check_limit(keys.len() as u64)?;
        let transaction = self.read(OPERATION).await?;
        let found = self.latest_of(&transaction, kind, keys).await?;
        let mut listed = found.into_iter().map(Listed::try_from).collect::<Result<Vec<_>, _>>()?;
        listed.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(listed)
    }

    /// The entries with these indexes, at most [`LIST_ROWS_MAX`], in this order.
    ///
    /// # Errors
    /// When there are more, or one cannot be read.
    pub async fn entries_at(&self, indexes: &[u64]) -> Result<Vec<Listed>, RegisterError> {
        check_limit(indexes.len() as u64)?;
        let transaction = self.read(OPERATION).await?;
        self.entries_at_in(&transaction, indexes).await
    }

    async fn entries_at_in<C: ConnectionTrait>(
        &self,
        connection: &C,
        indexes: &[u64],
    ) -> Result<Vec<Listed>, RegisterError> {
        if indexes.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .find_entries()
            .filter(ledger_entry::Column::Idx.is_in(indexes.iter().map(|index| signed(*index))))
            .all(connection)
            .await
            .during(OPERATION)?;
        let mut found = std::collections::HashMap::with_capacity(rows.len());
        for row in rows {
            let listed = Listed::try_from(StoredEntry::from_row(row)?)?;
            found.insert(listed.index, listed);
        }
        Ok(indexes.iter().filter_map(|index| found.remove(index)).collect())
    }

    /// The rows that a query asks for, in order, as the indexes of their entries.
    fn rows_of(&self, query: &ListQuery) -> Result<SelectStatement, RegisterError> {
        let listing = Listing::of(&query.kind)
            .ok_or_else(|| asked(format!("no record is of the kind `{}`", query.kind)))?;
        let mut rows = Query::select();
        rows.column(listing.entry_column())
            .from(listing.table)
            .and_where(Expr::col("organisation").eq(self.id.as_str()));
        if listing.table == listing::LEDGER {
            let newest = ledger_entry::Entity::find()
                .select_only()
                .column_as(ledger_entry::Column::Idx.max(), "newest")
                .filter(ledger_entry::Column::Organisation.eq(self.id.as_str()))
                .filter(ledger_entry::Column::Kind.eq(listing.kind))
                .group_by(ledger_entry::Column::Key);
            rows.and_where(Expr::col("idx").in_subquery(sea_orm::QueryTrait::into_query(newest)));
        }
        for (name, value) in &query.filters {
            rows.cond_where(self.condition(&listing, name, value)?);
        }
        if !query.text.trim().is_empty() {
            let pattern = contains(query.text.trim());
            // All columns as one text: to fold and to look through each takes several times as long.
            let columns = listing.searched.iter().map(|column| Expr::col(*column));
            let joined = columns
                .reduce(|all, column| all.binary(JOIN, Expr::val(BETWEEN)).binary(JOIN, column));
            let folded = joined.map(|joined| Expr::expr(Func::lower(joined)));
            let like = LikeExpr::new(pattern.as_str()).escape('\\');
            rows.cond_where(Cond::all().add_option(folded.map(|folded| folded.like(like))));
        }
        let by = query.sort.as_deref().unwrap_or(listing.sorted_by);
        let field = listing.field(by).filter(|field| field.form.sorts());
        let field = field.ok_or_else(|| unknown(&listing, "sorted", by))?;
        let order = if query.descending { Order::Desc } else { Order::Asc };
        for column in field.columns() {
            match (field.optional, query.descending) {
                // Both databases then agree where those without a value stand.
                (true, false) => {
                    rows.order_by_with_nulls(column, order.clone(), NullOrdering::First);
                }
                (true, true) => {
                    rows.order_by_with_nulls(column, order.clone(), NullOrdering::Last);
                }
                (false, _) => {
                    rows.order_by(column, order.clone());
                }
            }
        }
        if field.name != listing::RECORDED.name {
            rows.order_by(listing.entry_column(), order);
        }
        Ok(rows)
    }

    /// One filter as a condition.
    fn condition(&self, listing: &Listing, name: &str, value: &str) -> Result<Cond, RegisterError> {
        let bound = ["_from", "_before"].into_iter().find_map(|bound| {
            let field = listing.field(name.strip_suffix(bound)?)?;
            (field.form == Form::Time).then_some((field, bound))
        });
        if let Some((field, bound)) = bound {
            if value.parse::<Date>().is_err() && value.parse::<Instant>().is_err() {
                return Err(wrong(name, value, "a date such as 2026-08-01, or an instant"));
            }
            let column = field.columns().map(Expr::col);
            return Ok(column.fold(Cond::all(), |all, column| {
                all.add(if bound == "_from" { column.gte(value) } else { column.lt(value) })
            }));
        }
        let field = listing.field(name).filter(|field| field.name != listing::RECORDED.name);
        let field = field.ok_or_else(|| unknown(listing, "filtered", name))?;
        let mut columns = field.columns().map(Expr::col);
        let first = columns.next().unwrap_or_else(|| Expr::val(false));
        let missing = field.optional && value == NONE;
        let one = match field.form {
            Form::System => {
                let mut belong = Query::select();
                belong
                    .column(asset_system::Column::Asset)
                    .from(asset_system::Entity)
                    .and_where(Expr::col(asset_system::Column::Organisation).eq(self.id.as_str()));
                if missing {
                    Expr::col("id").not_in_subquery(belong)
                } else {
                    belong.and_where(Expr::col(asset_system::Column::System).eq(value));
                    Expr::col("id").in_subquery(belong)
                }
            }
            _ if missing => first.is_null(),
            Form::Word | Form::Time => first.eq(value),
            Form::Flag => match value {
                "yes" => first.eq(true),
                "no" => first.eq(false),
                _ => return Err(wrong(name, value, "`yes` or `no`")),
            },
            Form::Number => {
                let number: i64 = value.parse().map_err(|_| wrong(name, value, "a number"))?;
                first.eq(number)
            }
            Form::Subject => {
                let subject: Subject =
                    value.parse().map_err(|error| asked(format!("`{name}`: {error}")))?;
                let id = columns.next().map(|second| second.eq(subject.id()));
                let kind = first.eq(subject.kind().as_str());
                return Ok(Cond::all().add(kind).add_option(id));
            }
        };
        Ok(Cond::all().add(one))
    }
}

fn counting(mut rows: SelectStatement) -> SelectStatement {
    rows.clear_selects().clear_order_by().expr(Expr::cust("COUNT(*)"));
    rows
}

/// A pattern for what contains a text, whatever it has of the letters that patterns are made of.
fn contains(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for character in text.chars().flat_map(char::to_lowercase) {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

async fn indexes<C: ConnectionTrait>(
    connection: &C,
    mut rows: SelectStatement,
    offset: u64,
    limit: u64,
) -> Result<Vec<u64>, RegisterError> {
    rows.limit(limit).offset(Ord::min(offset, OFFSET_MAX));
    let found = connection.query_all(&rows).await.during(OPERATION)?;
    let mut indexes = Vec::with_capacity(found.len());
    for row in found {
        indexes.push(unsigned(row.try_get_by_index(0).during(OPERATION)?)?);
    }
    Ok(indexes)
}

fn check_limit(limit: u64) -> Result<(), RegisterError> {
    if limit <= LIST_ROWS_MAX {
        return Ok(());
    }
    Err(asked(format!("a page has at most {LIST_ROWS_MAX} records, not {limit}")))
}

fn asked(what: String) -> RegisterError {
    RegisterError::Asked { what }
}

fn wrong(name: &str, value: &str, expected: &str) -> RegisterError {
    asked(format!("`{name}` is {expected}, not `{value}`"))
}

fn unknown(listing: &Listing, done: &str, name: &str) -> RegisterError {
    let sorts = done == "sorted";
    let mut known: Vec<String> = Vec::new();
    for field in listing.fields.iter().filter(|field| !sorts || field.form.sorts()) {
        known.push(field.name.to_owned());
        if !sorts && field.form == Form::Time {
            known.extend([format!("{}_from", field.name), format!("{}_before", field.name)]);
        }
    }
    if sorts {
        known.push(listing::RECORDED.name.to_owned());
    }
    let kind = listing.kind;
    asked(format!(
        "records of kind {kind} are not {done} by `{name}`; possible are {}",
        known.join(", ")
    ))
}

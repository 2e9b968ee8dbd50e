//! Many rows at once: written in few statements, compared in one pass.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic as _, IntoActiveModel,
    Iterable as _, PrimaryKeyToColumn, QueryFilter as _,
};

/// The most values that one statement binds; SQLite takes 32,766, PostgreSQL 65,535.
pub(crate) const BINDS_MAX: usize = 30_000;

/// The most rows that one statement writes; longer ones gain nothing.
const STATEMENT_ROWS_MAX: usize = 1_000;

/// A table of the register, whose rows each stand for an entry of the ledger.
pub(crate) trait Table: EntityTrait {
    /// Its name.
    const NAME: &'static str;

    /// The entry that holds the row's body.
    fn entry_index(row: &Self::Model) -> i64;

    /// The key of the row within the organisation, for people.
    fn key(row: &Self::Model) -> String;
}

/// A row that does not fit its entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) entry_index: i64,
    pub(crate) table: &'static str,
    pub(crate) detail: String,
}

/// Inserts rows; a key that is there is an error.
pub(crate) async fn insert<E, C>(connection: &C, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
    C: ConnectionTrait,
{
    write::<E, C>(connection, rows, None).await
}

/// Inserts rows; one whose key is there is replaced.
pub(crate) async fn upsert<E, C>(connection: &C, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
    C: ConnectionTrait,
{
    let keys: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let is_key = |column: &E::Column| keys.iter().any(|key| key.as_str() == column.as_str());
    let others: Vec<E::Column> = E::Column::iter().filter(|column| !is_key(column)).collect();
    let on_conflict = OnConflict::columns(keys).update_columns(others).to_owned();
    write::<E, C>(connection, rows, Some(on_conflict)).await
}

async fn write<E, C>(
    connection: &C,
    rows: Vec<E::Model>,
    on_conflict: Option<OnConflict>,
) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
    C: ConnectionTrait,
{
    let rows_max = (BINDS_MAX / E::Column::iter().count()).min(STATEMENT_ROWS_MAX);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<E::ActiveModel> =
            rows.by_ref().take(rows_max).map(IntoActiveModel::into_active_model).collect();
        let mut statement = E::insert_many(chunk);
        if let Some(on_conflict) = &on_conflict {
            statement = statement.on_conflict(on_conflict.clone());
        }
        statement.exec_without_returning(connection).await?;
    }
    Ok(())
}

/// Deletes an organisation's rows whose `column` is one of `values`.
pub(crate) async fn delete_where<E, C>(
    connection: &C,
    organisation: (E::Column, &str),
    column: E::Column,
    values: &[String],
) -> Result<(), DbErr>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    for values in values.chunks(STATEMENT_ROWS_MAX) {
        E::delete_many()
            .filter(organisation.0.eq(organisation.1))
            .filter(column.is_in(values.iter().map(String::as_str)))
            .exec(connection)
            .await?;
    }
    Ok(())
}

/// The difference with the lowest entry between the rows of a table and those expected.
pub(crate) fn first_difference<E>(
    actual: Vec<E::Model>,
    expected: Vec<E::Model>,
) -> Option<Difference>
where
    E: Table,
    E::Model: PartialEq,
{
    let by_key = |rows: Vec<E::Model>| -> BTreeMap<(i64, String), E::Model> {
        rows.into_iter().map(|row| ((E::entry_index(&row), E::key(&row)), row)).collect()
    };
    let (actual, expected) = (by_key(actual), by_key(expected));
    let altered = expected.iter().find_map(|(place, row)| match actual.get(place) {
        None => Some((place, "is missing")),
        Some(found) if found != row => Some((place, "differs from its body")),
        Some(_) => None,
    });
    let surplus = actual
        .keys()
        .find(|place| !expected.contains_key(*place))
        .map(|place| (place, "fits no body"));
    let ((entry_index, key), what) = altered.into_iter().chain(surplus).min()?;
    Some(Difference {
        entry_index: *entry_index,
        table: E::NAME,
        detail: format!("the row `{key}` {what}"),
    })
}

//! The tables of the register: one list.

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};

use super::bulk::{Difference, first_difference, upsert};

macro_rules! tables {
    ($(
        $(#[$doc:meta])*
        $table:ident = $name:literal { $($key:ident: $key_type:ty,)* ; $($column:ident: $type:ty,)* }
    )*) => {
        $(
            $(#[$doc])*
            pub(crate) mod $table {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
                #[sea_orm(table_name = $name)]
                pub struct Model {
                    #[sea_orm(primary_key, auto_increment = false)]
                    pub organisation: String,
                    $(
                        #[sea_orm(primary_key, auto_increment = false)]
                        pub $key: $key_type,
                    )*
                    $(pub $column: $type,)*
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {
                    #[sea_orm(
                        belongs_to = "crate::table::ledger_entry::Entity",
                        from = "(Column::Organisation, Column::EntryIndex)",
                        to = "(crate::table::ledger_entry::Column::Organisation, crate::table::ledger_entry::Column::Idx)"
                    )]
                    Entry,
                }

                impl ActiveModelBehavior for ActiveModel {}

                impl crate::table::Table for Entity {
                    const NAME: &'static str = $name;

                    fn entry_index(row: &Model) -> i64 {
                        row.entry_index
                    }

                    fn key(row: &Model) -> String {
                        let parts: &[String] = &[$(row.$key.to_string()),*];
                        if parts.is_empty() { row.organisation.clone() } else { parts.join(" ") }
                    }
                }
            }
        )*

        /// Rows of every table of the register.
        #[derive(Debug, Default)]
        pub(crate) struct Rows {
            $(pub(crate) $table: Vec<$table::Model>,)*
        }

        impl Rows {
            /// Writes all of them; a row whose key is there is replaced.
            pub(crate) async fn write<C: ConnectionTrait>(self, connection: &C) -> Result<(), DbErr> {
                $(upsert::<$table::Entity, C>(connection, self.$table).await?;)*
                Ok(())
            }

            /// Reads the rows of an organisation whose bodies are the entries from `first` on
            /// and before `end`.
            pub(crate) async fn read<C: ConnectionTrait>(
                connection: &C,
                organisation: &str,
                first: i64,
                end: i64,
            ) -> Result<Self, (&'static str, DbErr)> {
                Ok(Self {$(
                    $table: $table::Entity::find()
                        .filter($table::Column::Organisation.eq(organisation))
                        .filter($table::Column::EntryIndex.gte(first))
                        .filter($table::Column::EntryIndex.lt(end))
                        .all(connection)
                        .await
                        .map_err(|error| ($name, error))?,
                )*})
            }

            /// The first entry of which a row is missing, too many or otherwise than expected.
            pub(crate) fn first_difference(self, expected: Self) -> Option<Difference> {
                let mut found = Vec::new();
                $(found.extend(first_difference::<$table::Entity>(self.$table, expected.$table));)*
                found.into_iter().min_by_key(|difference| difference.entry_index)
            }
        }
    };
}

tables! {
    /// The organisation itself.
    organisation = "organisation" {
        ;
        name: String,
        entry_index: i64,
    }

    /// AI systems.
    ai_system = "ai_system" {
        id: String,
        ;
        name: String,
        owner: Option<String>,
        entry_index: i64,
    }

    /// Assets.
    asset = "asset" {
        id: String,
        ;
        kind: String,
        key: String,
        name: String,
        supplier: Option<String>,
        seen_in: String,
        present: bool,
        in_scope: Option<bool>,
        owner: Option<String>,
        owner_confirmed: Option<bool>,
        classification: Option<String>,
        entry_index: i64,
    }

    /// The keys that an asset is known by. A key never moves to another asset.
    asset_alias = "asset_alias" {
        kind: String,
        key: String,
        ;
        asset: String,
        entry_index: i64,
    }

    /// Which assets belong to which AI systems.
    asset_system = "asset_system" {
        asset: String,
        system: String,
        ;
        entry_index: i64,
    }

    /// Data flows.
    flow = "flow" {
        id: String,
        ;
        from_asset: String,
        to_asset: String,
        basis: String,
        present: bool,
        entry_index: i64,
    }

    /// Suppliers.
    supplier = "supplier" {
        id: String,
        ;
        name: String,
        owner: Option<String>,
        entry_index: i64,
    }

    /// Agreements with suppliers.
    agreement = "agreement" {
        id: String,
        ;
        supplier: String,
        title: String,
        signed: Option<String>,
        expires: Option<String>,
        reviewed: Option<String>,
        entry_index: i64,
    }

    /// Documents of the ISMS.
    document = "document" {
        id: String,
        ;
        title: String,
        owner: Option<String>,
        approved: Option<String>,
        entry_index: i64,
    }

    /// Controls as implemented.
    implementation = "implementation" {
        control: String,
        ;
        owner: Option<String>,
        since: Option<String>,
        status: String,
        entry_index: i64,
    }

    /// People.
    person = "person" {
        id: String,
        ;
        name: String,
        entry_index: i64,
    }

    /// Batches of observations.
    batch = "batch" {
        digest: String,
        ;
        collector: String,
        collector_version: String,
        scope_kind: String,
        scope_name: String,
        scope_commit: Option<String>,
        period_from: String,
        period_to: String,
        recorded_at: String,
        entry_index: i64,
    }

    /// Observations, each at its place in its batch.
    observation = "observation" {
        entry_index: i64,
        position: i64,
        ;
        subject_kind: String,
        subject_id: String,
        attribute: String,
        value: String,
        basis: String,
        source: String,
        period_from: String,
        period_to: String,
        recorded_at: String,
        evidence: Option<String>,
        locations: String,
        resolves: bool,
    }

    /// Evidence.
    evidence = "evidence" {
        digest: String,
        ;
        name: String,
        kind: String,
        subject_kind: String,
        subject_id: String,
        basis: String,
        period_from: String,
        period_to: String,
        collected_at: String,
        expires: Option<String>,
        entry_index: i64,
    }

    /// Evidence requests.
    request = "request" {
        id: String,
        ;
        requirement: String,
        subject_kind: String,
        subject_id: String,
        owner: Option<String>,
        owner_confirmed: Option<bool>,
        due: String,
        status: String,
        opened_at: String,
        entry_index: i64,
    }

    /// Gaps.
    gap = "gap" {
        id: String,
        ;
        requirement: String,
        subject_kind: String,
        subject_id: String,
        owner: Option<String>,
        owner_confirmed: Option<bool>,
        due: String,
        severity: String,
        status: String,
        opened_at: String,
        closed_by: Option<String>,
        entry_index: i64,
    }

    /// Risks.
    risk = "risk" {
        id: String,
        ;
        system: String,
        threat: String,
        owner: Option<String>,
        identified_at: String,
        reviewed_at: Option<String>,
        treatment: Option<String>,
        entry_index: i64,
    }

    /// Exceptions.
    exception = "exception" {
        id: String,
        ;
        risk: String,
        requirement: String,
        subject_kind: String,
        subject_id: String,
        expires: String,
        requested_by: String,
        approved_by: Option<String>,
        refused_by: Option<String>,
        entry_index: i64,
    }

    /// Nonconformities.
    nonconformity = "nonconformity" {
        id: String,
        ;
        control: String,
        raised_by: String,
        raised: String,
        effectiveness_review: Option<String>,
        status: String,
        entry_index: i64,
    }

    /// Comments.
    comment = "comment" {
        id: String,
        ;
        about_kind: String,
        about_key: String,
        by: String,
        at: String,
        entry_index: i64,
    }

    /// Versions of the Statement of Applicability.
    soa_version = "soa_version" {
        version: i64,
        ;
        author: String,
        approved_by: Option<String>,
        approved_at: Option<String>,
        entry_index: i64,
    }

    /// Requirements that people justified not to apply.
    inapplicability = "inapplicability" {
        requirement: String,
        subject_kind: String,
        subject_id: String,
        ;
        justified_by: String,
        withdrawn: bool,
        entry_index: i64,
    }

    /// Assessments.
    assessment = "assessment" {
        digest: String,
        ;
        at: String,
        catalogue: String,
        entry_index: i64,
    }
}

//! What is told to people and programs outside.

/// A notice, and what became of it.
pub(crate) mod notice {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation: String,
        /// What it is of, with its day, and for whom: the same is not told twice.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub kind: String,
        /// `mail` or `webhook`.
        pub way: String,
        /// The person, or the name of the webhook.
        pub recipient: String,
        pub record_kind: String,
        pub record_key: String,
        pub title: String,
        pub due: Option<String>,
        pub created_at: String,
        /// `waiting`, `sent` or `failed`.
        pub state: String,
        pub tries: i32,
        /// When it is tried, while it waits; when it was tried last, then.
        pub at: String,
        /// Until when one of several servers tries it.
        pub leased_until: Option<String>,
        /// Why the last try failed.
        pub fault: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

//! Who may sign in. Nothing of it is in the ledger: secrets and their digests have no place there.

/// The credentials of a person.
pub(crate) mod account {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person: String,
        /// The digest of the password, with algorithm, parameters and salt (PHC string).
        pub password: String,
        /// Wrong passwords in a row.
        pub failures: i32,
        pub locked_until: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A person who is signed in.
pub(crate) mod session {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation: String,
        /// The SHA-256 of the token that the browser holds.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        pub person: String,
        pub began_at: String,
        pub ends_at: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

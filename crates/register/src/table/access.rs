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

/// A request that is not to be carried out again.
pub(crate) mod sent_request {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sent_request")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub holder: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub digest: String,
        pub at: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// An attempt to sign in.
pub(crate) mod sign_in {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation: String,
        /// Drawn at random: two attempts may be of the same microsecond.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Vec<u8>,
        pub person: String,
        pub at: String,
        pub outcome: String,
        /// By what the person showed who they are.
        pub means: String,
        pub address: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What makes the codes of a person's second factor.
pub(crate) mod second_factor {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "second_factor")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person: String,
        /// The secret, encrypted under a key that is not in the data folder.
        pub secret: Vec<u8>,
        /// Whether a first code has shown that the person has it.
        pub confirmed: bool,
        /// The last time step whose code was taken.
        pub step: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A code that stands in once for the second factor.
pub(crate) mod recovery_code {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person: String,
        /// The SHA-256 of the code.
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

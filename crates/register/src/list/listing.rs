//! What may be asked of each kind of record: which fields filter and sort, and what is searched.
//!
//! A field that is not here cannot be asked for. Every column that is here is a column of the
//! kind's table; a test asks for each of them.

use annex_isms::Record;

/// What a list of one kind can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// The kind of record.
    pub kind: &'static str,
    /// The table of its rows.
    pub(crate) table: &'static str,
    /// The field that it is sorted by unless another is asked for.
    pub sorted_by: &'static str,
    /// The columns in which a text is searched.
    pub(crate) searched: &'static [&'static str],
    /// The fields that filter and sort.
    pub fields: &'static [Field],
}

/// A field that filters, and sorts unless its form says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub form: Form,
    /// Whether there may be none; then `-` finds what has none.
    pub optional: bool,
    /// The column that holds it.
    column: &'static str,
    /// The other column of a subject.
    second: Option<&'static str>,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A word or an id, equal or not.
    Word,
    /// `yes` or `no`.
    Flag,
    /// A day or an instant: `NAME_from` (included) and `NAME_before` (excluded) filter.
    Time,
    /// A whole number.
    Number,
    /// A subject such as `system:help-desk`.
    Subject,
    /// An AI system that an asset belongs to; filters only.
    System,
}

impl Form {
    /// Whether a list can be sorted by it.
    pub const fn sorts(self) -> bool {
        !matches!(self, Self::System)
    }
}

/// The field that every kind has: the order in which it was recorded.
pub(crate) const RECORDED: Field = number("recorded").of("entry_index");

const fn field(name: &'static str, form: Form) -> Field {
    Field { name, form, optional: false, column: name, second: None }
}

const fn word(name: &'static str) -> Field {
    field(name, Form::Word)
}

const fn flag(name: &'static str) -> Field {
    field(name, Form::Flag)
}

const fn time(name: &'static str) -> Field {
    field(name, Form::Time)
}

const fn number(name: &'static str) -> Field {
    field(name, Form::Number)
}

const SYSTEM: Field = field("system", Form::System).maybe().of("id");
const SUBJECT: Field =
    Field { second: Some("subject_id"), ..field("subject", Form::Subject).of("subject_kind") };

impl Field {
    const fn maybe(self) -> Self {
        Self { optional: true, ..self }
    }

    const fn of(self, column: &'static str) -> Self {
        Self { column, ..self }
    }

    /// The columns that hold it.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.column).chain(self.second)
    }
}

/// The kinds that have a table of their own.
static LISTINGS: [Listing; 17] = [
    Listing {
        kind: "system",
        table: "ai_system",
        sorted_by: "name",
        searched: &["id", "name"],
        fields: &[word("id"), word("name"), word("owner").maybe()],
    },
    Listing {
        kind: "asset",
        table: "asset",
        sorted_by: "name",
        searched: &["id", "name", "key"],
        fields: &[
            word("id"),
            word("name"),
            word("kind"),
            word("key"),
            SYSTEM,
            word("supplier").maybe(),
            word("owner").maybe(),
            flag("owner_confirmed").maybe(),
            flag("in_scope").maybe(),
            word("classification").maybe(),
            flag("present"),
            word("seen_in"),
        ],
    },
    Listing {
        kind: "flow",
        table: "flow",
        sorted_by: "from",
        searched: &["id", "from_asset", "to_asset"],
        fields: &[
            word("id"),
            word("from").of("from_asset"),
            word("to").of("to_asset"),
            word("basis"),
            flag("present"),
        ],
    },
    Listing {
        kind: "supplier",
        table: "supplier",
        sorted_by: "name",
        searched: &["id", "name"],
        fields: &[word("id"), word("name"), word("owner").maybe()],
    },
    Listing {
        kind: "agreement",
        table: "agreement",
        sorted_by: "title",
        searched: &["id", "title", "supplier"],
        fields: &[
            word("id"),
            word("title"),
            word("supplier"),
            time("signed").maybe(),
            time("expires").maybe(),
            time("reviewed").maybe(),
        ],
    },
    Listing {
        kind: "document",
        table: "document",
        sorted_by: "title",
        searched: &["id", "title"],
        fields: &[word("id"), word("title"), word("owner").maybe(), time("approved").maybe()],
    },
    Listing {
        kind: "implementation",
        table: "implementation",
        sorted_by: "control",
        searched: &["control"],
        fields: &[word("control"), word("owner").maybe(), time("since").maybe(), word("status")],
    },
    Listing {
        kind: "person",
        table: "person",
        sorted_by: "name",
        searched: &["id", "name"],
        fields: &[word("id"), word("name")],
    },
    Listing {
        kind: "batch",
        table: "batch",
        sorted_by: "recorded",
        searched: &["digest", "collector", "scope_name"],
        fields: &[word("collector"), word("scope_kind"), word("scope_name"), time("period_to")],
    },
    Listing {
        kind: "evidence",
        table: "evidence",
        sorted_by: "name",
        searched: &["digest", "name"],
        fields: &[
            word("digest"),
            word("name"),
            word("kind"),
            SUBJECT,
            word("basis"),
            time("period_to"),
            time("collected_at"),
            time("expires").maybe(),
        ],
    },
    Listing {
        kind: "request",
        table: "request",
        sorted_by: "due",
        searched: &["id", "requirement", "subject_id"],
        fields: &[
            word("id"),
            word("requirement"),
            SUBJECT,
            word("owner").maybe(),
            flag("owner_confirmed").maybe(),
            time("due"),
            word("status"),
            time("opened_at"),
        ],
    },
    Listing {
        kind: "gap",
        table: "gap",
        sorted_by: "due",
        searched: &["id", "requirement", "subject_id"],
        fields: &[
            word("id"),
            word("requirement"),
            SUBJECT,
            word("owner").maybe(),
            flag("owner_confirmed").maybe(),
            time("due"),
            word("severity"),
            word("status"),
            time("opened_at"),
            word("closed_by").maybe(),
        ],
    },
    Listing {
        kind: "risk",
        table: "risk",
        sorted_by: "threat",
        searched: &["id", "system", "threat"],
        fields: &[
            word("id"),
            word("system"),
            word("threat"),
            word("owner").maybe(),
            time("identified_at"),
            time("reviewed_at").maybe(),
            word("treatment").maybe(),
        ],
    },
    Listing {
        kind: "exception",
        table: "exception",
        sorted_by: "expires",
        searched: &["id", "requirement", "subject_id"],
        fields: &[
            word("id"),
            word("risk"),
            word("requirement"),
            SUBJECT,
            time("expires"),
            word("requested_by"),
            word("approved_by").maybe(),
            word("refused_by").maybe(),
        ],
    },
    Listing {
        kind: "nonconformity",
        table: "nonconformity",
        sorted_by: "raised",
        searched: &["id", "control"],
        fields: &[
            word("id"),
            word("control"),
            word("raised_by"),
            time("raised"),
            time("effectiveness_review").maybe(),
            word("status"),
        ],
    },
    Listing {
        kind: "comment",
        table: "comment",
        sorted_by: "at",
        searched: &["id", "about_key"],
        fields: &[word("id"), word("about_kind"), word("about_key"), word("by"), time("at")],
    },
    Listing {
        kind: "soa",
        table: "soa_version",
        sorted_by: "version",
        searched: &["author"],
        fields: &[
            number("version"),
            word("author"),
            word("approved_by").maybe(),
            time("approved_at").maybe(),
        ],
    },
];

/// The table that holds the kinds without one of their own.
pub(crate) const LEDGER: &str = "ledger_entry";

const LEDGER_FIELDS: [Field; 1] = [word("id").of("key")];

impl Listing {
    /// What a list of a kind can be asked; `None` when no record is of that kind.
    pub fn of(kind: &str) -> Option<Self> {
        let kind = *Record::KINDS.iter().find(|known| **known == kind)?;
        let own = LISTINGS.iter().find(|listing| listing.kind == kind);
        Some(own.copied().unwrap_or(Self {
            kind,
            table: LEDGER,
            sorted_by: "id",
            searched: &["key"],
            fields: &LEDGER_FIELDS,
        }))
    }

    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<Field> {
        let recorded = (name == RECORDED.name).then(|| self.recorded());
        recorded.or_else(|| self.fields.iter().find(|field| field.name == name).copied())
    }

    /// The column that holds the index of the entry.
    pub(crate) fn entry_column(&self) -> &'static str {
        if self.table == LEDGER { "idx" } else { "entry_index" }
    }

    fn recorded(&self) -> Field {
        if self.table == LEDGER { RECORDED.of("idx") } else { RECORDED }
    }
}

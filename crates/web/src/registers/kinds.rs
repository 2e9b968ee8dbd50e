//! The registers that have pages: their columns, and what their forms ask.

use annex_isms::entity::{
    EvidenceKind, GapStatus, ImplementationStatus, NonconformityStatus, RequestStatus, Treatment,
};
use annex_isms::{AssetKind, Basis, DataClass, Severity};
use annex_report::Column;

/// A register that has pages.
pub(crate) struct Kind {
    /// Its name in addresses, in the plural.
    pub(crate) path: &'static str,
    /// The kind of its records.
    pub(crate) record: &'static str,
    /// Its title.
    pub(crate) title: &'static str,
    /// What its lists can be filtered by.
    pub(crate) asks: &'static [Ask],
}

/// A field of the form that filters.
pub(crate) struct Ask {
    /// The field of the list.
    pub(crate) name: &'static str,
    /// What it is called.
    pub(crate) label: &'static str,
    /// What can be answered.
    pub(crate) choice: Choice,
}

/// What can be answered.
#[derive(Clone, Copy)]
pub(crate) enum Choice {
    /// One of these words.
    Words(fn() -> Vec<&'static str>),
    /// The id of a record of this kind; whether there may be none.
    Record(&'static str, bool),
    /// Yes or no; whether there may be none, and what that is called.
    Flag(Option<&'static str>),
    /// A day, from which or before which.
    Day,
    /// A text.
    Text,
}

const fn ask(name: &'static str, label: &'static str, choice: Choice) -> Ask {
    Ask { name, label, choice }
}

macro_rules! words {
    ($type:ty) => {
        Choice::Words(|| <$type>::ALL.iter().map(|word| word.as_str()).collect())
    };
}

const OWNER: Ask = ask("owner", "Owner", Choice::Record("person", true));
const SUPPLIER: Ask = ask("supplier", "Supplier", Choice::Record("supplier", true));
const SUBJECT: Ask = ask("subject", "About", Choice::Text);
const DUE_FROM: Ask = ask("due_from", "Due from", Choice::Day);
const DUE_BEFORE: Ask = ask("due_before", "Due before", Choice::Day);
const EXPIRES_FROM: Ask = ask("expires_from", "Expires from", Choice::Day);
const EXPIRES_BEFORE: Ask = ask("expires_before", "Expires before", Choice::Day);

/// All of them, in the order in which people look for them.
pub(crate) static KINDS: [Kind; 14] = [
    Kind {
        path: "assets",
        record: "asset",
        title: "Assets",
        asks: &[
            ask("kind", "Kind", words!(AssetKind)),
            ask("system", "AI system", Choice::Record("system", true)),
            SUPPLIER,
            OWNER,
            ask("in_scope", "In scope", Choice::Flag(Some("not decided"))),
            ask("classification", "Classification", words!(DataClass)),
            ask("present", "Seen last time", Choice::Flag(None)),
        ],
    },
    Kind { path: "systems", record: "system", title: "AI systems", asks: &[OWNER] },
    Kind {
        path: "flows",
        record: "flow",
        title: "Data flows",
        asks: &[
            ask("from", "From", Choice::Text),
            ask("to", "To", Choice::Text),
            ask("basis", "Basis", words!(Basis)),
            ask("present", "Seen last time", Choice::Flag(None)),
        ],
    },
    Kind { path: "suppliers", record: "supplier", title: "Suppliers", asks: &[OWNER] },
    Kind {
        path: "agreements",
        record: "agreement",
        title: "Agreements",
        asks: &[SUPPLIER, EXPIRES_FROM, EXPIRES_BEFORE],
    },
    Kind { path: "documents", record: "document", title: "Documents", asks: &[OWNER] },
    Kind { path: "people", record: "person", title: "People", asks: &[] },
    Kind {
        path: "evidence",
        record: "evidence",
        title: "Evidence",
        asks: &[
            ask("kind", "Kind", words!(EvidenceKind)),
            ask("basis", "Basis", words!(Basis)),
            SUBJECT,
            ask("collected_at_from", "Collected from", Choice::Day),
            EXPIRES_BEFORE,
        ],
    },
    Kind {
        path: "risks",
        record: "risk",
        title: "Risks",
        asks: &[
            ask("system", "AI system", Choice::Record("system", false)),
            OWNER,
            ask("treatment", "Treatment", words!(Treatment)),
            ask("reviewed_at_before", "Reviewed before", Choice::Day),
        ],
    },
    Kind {
        path: "gaps",
        record: "gap",
        title: "Gaps on record",
        asks: &[
            ask("severity", "Severity", words!(Severity)),
            ask("status", "Stands", words!(GapStatus)),
            OWNER,
            SUBJECT,
            DUE_FROM,
            DUE_BEFORE,
        ],
    },
    Kind {
        path: "requests",
        record: "request",
        title: "Requests on record",
        asks: &[ask("status", "Stands", words!(RequestStatus)), OWNER, SUBJECT, DUE_BEFORE],
    },
    Kind {
        path: "exceptions",
        record: "exception",
        title: "Exceptions",
        asks: &[SUBJECT, EXPIRES_FROM, EXPIRES_BEFORE],
    },
    Kind {
        path: "nonconformities",
        record: "nonconformity",
        title: "Nonconformities",
        asks: &[ask("status", "Stands", words!(NonconformityStatus))],
    },
    Kind {
        path: "implementations",
        record: "implementation",
        title: "Controls as implemented",
        asks: &[ask("status", "Stands", words!(ImplementationStatus)), OWNER],
    },
];

impl Kind {
    /// The register at an address.
    pub(crate) fn at(path: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.path == path)
    }

    /// The page of a record; `None` when records of the kind have none.
    pub(crate) fn link(kind: &str, key: &str) -> Option<String> {
        let own = KINDS.iter().find(|own| own.record == kind)?;
        Some(format!("/registers/{}/{key}", own.path))
    }

    /// The columns of its lists. The first leads to the record; one whose key is a field of the
    /// list sorts.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let (left, right, hidden) = (Column::left, Column::right, Column::hidden);
        let id = hidden("id", "Id");
        match self.record {
            "asset" => vec![
                left("name", "Name"),
                left("kind", "Kind"),
                left("systems", "AI systems"),
                left("supplier", "Supplier"),
                left("owner", "Owner"),
                left("in_scope", "Scope"),
                left("classification", "Classification"),
                left("present", "Seen"),
                hidden("reason", "Reason"),
                hidden("key", "Key"),
                hidden("seen_in", "Seen in"),
                hidden("locations", "Found at"),
                id,
            ],
            "system" => vec![
                left("name", "Name"),
                left("purpose", "Purpose"),
                left("owner", "Owner"),
                left("audiences", "Users"),
                left("classes", "Data classes"),
                id,
            ],
            "flow" => vec![
                left("id", "Flow"),
                left("from", "From"),
                left("to", "To"),
                left("carries", "Carries"),
                left("classes", "Data classes"),
                left("basis", "Basis"),
                left("present", "Seen"),
                hidden("locations", "Found at"),
            ],
            "supplier" => vec![left("name", "Name"), left("owner", "Owner"), id],
            "agreement" => vec![
                left("title", "Title"),
                left("supplier", "Supplier"),
                left("signed", "Signed"),
                left("expires", "Expires"),
                left("reviewed", "Reviewed"),
                left("training_on_our_data", "Trains on our data"),
                right("retention_days", "Keeps days"),
                hidden("permitted_classes", "Data classes permitted"),
                hidden("regions", "Regions"),
                hidden("sub_processors", "Sub-processors"),
                hidden("breach_notice_hours", "Breach notice, hours"),
                id,
            ],
            "document" => {
                vec![
                    left("title", "Title"),
                    left("owner", "Owner"),
                    left("approved", "Approved"),
                    id,
                ]
            }
            "person" => vec![left("name", "Name"), left("roles", "Roles"), left("id", "Id")],
            "evidence" => vec![
                left("name", "Name"),
                left("kind", "Kind"),
                left("subject", "About"),
                left("period_from", "From"),
                left("period_to", "To"),
                left("collected_at", "Collected"),
                left("expires", "Expires"),
                left("basis", "Basis"),
                left("controls", "Controls"),
                hidden("description", "What it shows"),
                hidden("population", "Population"),
                hidden("collected_by", "Collected by"),
                hidden("bytes", "Bytes"),
                hidden("digest", "Digest"),
            ],
            _ => self.columns_of_work(),
        }
    }

    fn columns_of_work(&self) -> Vec<Column> {
        let (left, hidden) = (Column::left, Column::hidden);
        let id = hidden("id", "Id");
        match self.record {
            "risk" => vec![
                left("threat", "Threat"),
                left("system", "AI system"),
                left("owner", "Owner"),
                left("inherent", "Inherent"),
                left("residual", "Residual"),
                left("treatment", "Treatment"),
                left("reviewed_at", "Reviewed"),
                hidden("plan", "Plan"),
                hidden("likelihood", "Likelihood"),
                hidden("confidentiality", "Consequence for confidentiality"),
                hidden("integrity", "Consequence for integrity"),
                hidden("availability", "Consequence for availability"),
                hidden("identified_at", "Identified"),
                id,
            ],
            "gap" => vec![
                left("requirement", "Requirement"),
                left("subject", "About"),
                left("severity", "Severity"),
                left("status", "Stands"),
                left("owner", "Owner"),
                left("due", "Due"),
                left("opened_at", "Opened"),
                hidden("plan", "Plan"),
                hidden("closed_by", "Closed by"),
                hidden("verification", "Verification"),
                id,
            ],
            "request" => vec![
                left("requirement", "Requirement"),
                left("subject", "About"),
                left("status", "Stands"),
                left("owner", "Owner"),
                left("due", "Due"),
                left("opened_at", "Opened"),
                id,
            ],
            "exception" => vec![
                left("requirement", "Requirement"),
                left("subject", "About"),
                left("risk", "Risk"),
                left("expires", "Expires"),
                left("requested_by", "Asked by"),
                left("approved_by", "Approved by"),
                left("refused_by", "Refused by"),
                left("reason", "Reason"),
                hidden("refusal", "Why it was refused"),
                hidden("compensating_review", "Compensating review"),
                id,
            ],
            "nonconformity" => vec![
                left("id", "Id"),
                left("control", "Control"),
                left("finding", "Finding"),
                left("raised_by", "Raised by"),
                left("raised", "Raised"),
                left("status", "Stands"),
                left("effectiveness_review", "Effectiveness"),
                hidden("correction", "Correction"),
                hidden("cause", "Cause"),
                hidden("similar_cases", "Similar cases"),
                hidden("corrective_action", "Corrective action"),
            ],
            _ => vec![
                left("control", "Control"),
                left("status", "Stands"),
                left("owner", "Owner"),
                left("since", "Since"),
                left("statement", "How"),
            ],
        }
    }
}

//! What names of fields, parameters, columns and folders say of the data that travels.
//!
//! Annex has four classes ([`DataClass`]), and two of them follow from what data is about:
//! personal data is for named groups, so it is confidential; identity documents, payment data and
//! data on health or beliefs harm people when disclosed, so they are restricted. What a label says
//! in one of the four words counts as it stands. A name that says nothing says nothing: no class
//! is ever concluded from its absence.
//!
//! A field counts where it reaches something: filled into a prompt or a request, a parameter of a
//! tool, metadata or a column of a store, a field of a data set. That a program has a field of
//! that name somewhere shows nothing.

mod source;

use annex_isms::DataClass;

use crate::findings::{Findings, On, Place, Shown};
use crate::tree::Node;

pub(crate) use source::find;

/// Names that say it, by their last words.
const RESTRICTED: [&str; 44] = [
    "ssn",
    "social_security",
    "social_security_number",
    "national_insurance_number",
    "passport",
    "passport_number",
    "passport_no",
    "national_id",
    "national_identity_number",
    "id_card_number",
    "driver_license",
    "drivers_license",
    "driving_licence",
    "tax_identification_number",
    "iban",
    "bank_account",
    "bank_account_number",
    "credit_card",
    "credit_card_number",
    "card_number",
    "cvv",
    "cvc",
    "salary",
    "diagnosis",
    "diagnoses",
    "medical_history",
    "medical_record",
    "medical_records",
    "health_record",
    "health_records",
    "health_data",
    "medication",
    "medications",
    "prescriptions",
    "allergies",
    "blood_type",
    "patient",
    "patient_id",
    "patient_name",
    "patient_notes",
    "religion",
    "ethnicity",
    "sexual_orientation",
    "criminal_record",
];
const CONFIDENTIAL: [&str; 32] = [
    "email",
    "e_mail",
    "email_address",
    "phone",
    "phone_number",
    "mobile_number",
    "telephone",
    "telephone_number",
    "home_address",
    "street_address",
    "postal_address",
    "mailing_address",
    "billing_address",
    "shipping_address",
    "delivery_address",
    "customer_address",
    "date_of_birth",
    "birth_date",
    "birthdate",
    "birthday",
    "dob",
    "first_name",
    "last_name",
    "full_name",
    "given_name",
    "family_name",
    "surname",
    "maiden_name",
    "customer_name",
    "employee_name",
    "applicant_name",
    "candidate_name",
];

/// Folders whose name says what their documents are about.
const FOLDERS: [(&str, DataClass); 17] = [
    ("hr", DataClass::Confidential),
    ("human_resources", DataClass::Confidential),
    ("personnel", DataClass::Confidential),
    ("employees", DataClass::Confidential),
    ("customers", DataClass::Confidential),
    ("contracts", DataClass::Confidential),
    ("invoices", DataClass::Confidential),
    ("resumes", DataClass::Confidential),
    ("cvs", DataClass::Confidential),
    ("support_tickets", DataClass::Confidential),
    ("medical", DataClass::Restricted),
    ("medical_records", DataClass::Restricted),
    ("health_records", DataClass::Restricted),
    ("patients", DataClass::Restricted),
    ("payroll", DataClass::Restricted),
    ("salaries", DataClass::Restricted),
    ("bank_statements", DataClass::Restricted),
];

/// The class that a name says, if it says one: `user.email`, `patientId`, `customer_phone_number`.
pub(crate) fn of_name(name: &str) -> Option<DataClass> {
    let words = words(name);
    let says = |ends: &[&str]| {
        ends.iter().any(|end| {
            words.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('_'))
        })
    };
    if says(&RESTRICTED) {
        Some(DataClass::Restricted)
    } else if says(&CONFIDENTIAL) {
        Some(DataClass::Confidential)
    } else {
        None
    }
}

/// The class of the documents of a folder, and the part of its path that says it.
pub(crate) fn of_folder(path: &str) -> Option<(String, DataClass)> {
    path.split(['/', '\\']).find_map(|part| {
        let words = words(part);
        FOLDERS.iter().find(|(name, _)| *name == words).map(|(_, class)| (part.to_owned(), *class))
    })
}

/// `user.emailAddress` is `user_email_address`.
fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && lower {
                out.push('_');
            }
            lower = character.is_ascii_lowercase() || character.is_ascii_digit();
            out.push(character.to_ascii_lowercase());
        } else {
            lower = false;
            if !out.ends_with('_') {
                out.push('_');
            }
        }
    }
    out.trim_matches('_').to_owned()
}

/// Something shown by a name at a place.
fn shown(name: &str, place: Place, on: On) -> Option<Shown> {
    let class = of_name(name)?;
    Some(Shown { class, field: name.to_owned(), place, on })
}

/// What is filled into a text: the names between its braces.
fn filled(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    for part in text.split('{').skip(1) {
        let Some((inside, _)) = part.split_once('}') else { continue };
        let inside = inside.trim_start_matches(['%', ' ', '#']).trim();
        let end = inside
            .find(|c: char| {
                !(c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '\'' | '"'))
            })
            .unwrap_or(inside.len());
        let (name, behind) = inside.split_at(end);
        // `{email: string}` describes an answer; `{"email"` begins one.
        let answer = behind.starts_with(": ") || name.starts_with(['"', '\'', '[']);
        if !answer && !name.is_empty() && name.len() <= 80 {
            all.push(name.trim_end_matches([']', '"', '\'']));
        }
    }
    all
}

/// A file of a prompt.
pub(crate) fn template(path: &str, text: &str, out: &mut Findings) {
    for (line, content) in (1..).zip(text.lines()) {
        for name in filled(content) {
            out.shown.extend(shown(name, Place::new(path, line), On::Prompt));
        }
    }
}

/// Columns beside one of vectors.
pub(crate) fn sql(path: &str, text: &str, out: &mut Findings) {
    let mut table: Option<(bool, Vec<Shown>)> = None;
    for (line, content) in (1..).zip(text.lines()) {
        let lower = content.to_ascii_lowercase();
        let statement = lower.split("--").next().unwrap_or_default();
        if statement.contains("create table") {
            table = Some((false, Vec::new()));
        }
        let Some((vectors, columns)) = &mut table else { continue };
        *vectors |= statement.contains(" vector(") || statement.contains(" halfvec(");
        for column in statement.rsplit("create table").next().unwrap_or_default().split([',', '('])
        {
            let name = column.split_whitespace().next().unwrap_or_default().trim_matches('"');
            columns.extend(shown(name, Place::new(path, line), On::Store));
        }
        if statement.contains(';')
            && let Some((true, columns)) = table.take()
        {
            out.shown.extend(columns);
        }
    }
}

/// Fields of a data set, by how its file begins.
pub(crate) fn records(path: &str, head: &str, out: &mut Findings) {
    let table = [".csv", ".tsv"].iter().any(|end| path.ends_with(end));
    let mut seen = std::collections::BTreeSet::new();
    if table {
        let first = head.lines().next().unwrap_or_default();
        seen.extend(first.split([',', '\t']).map(|name| name.trim().trim_matches('"')));
    } else {
        // Names in quotes before a colon; a value in quotes has none behind it.
        let mut parts = head.split('"');
        parts.next();
        while let (Some(name), Some(behind)) = (parts.next(), parts.clone().next()) {
            if behind.trim_start().starts_with(':') {
                seen.insert(name);
            }
            parts.next();
        }
    }
    for name in seen.into_iter().filter(|name| name.len() <= 80) {
        out.shown.extend(shown(name, Place::whole(path), On::Records));
    }
}

/// Keys of labels and tags that give a class.
fn says_class(key: &str) -> bool {
    let key = words(key);
    let ends = ["data_class", "data_classification", "classification", "sensitivity"];
    ends.iter().any(|end| {
        key.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('_'))
    })
}

/// What a resource or a workload is labelled as, for the assets from `before` on, which it shows.
pub(crate) fn labels(path: &str, node: &Node, before: usize, out: &mut Findings) {
    let assets = out.assets.get(before..).unwrap_or_default();
    let shown = &mut out.shown;
    node.visit(&mut |keys, value| {
        let key = keys.last().copied().unwrap_or_default();
        let word = value.scalar().unwrap_or_default().to_ascii_lowercase();
        let class = match word.as_str() {
            "true" | "yes" => match words(key).rsplit('_').next() {
                Some("pii") => Some(DataClass::Confidential),
                Some("phi") => Some(DataClass::Restricted),
                _ => None,
            },
            word if says_class(key) => word.parse().ok(),
            _ => None,
        };
        let Some(class) = class else { return };
        for asset in assets {
            shown.push(Shown {
                class,
                field: key.to_owned(),
                place: Place::new(path, value.line),
                on: On::Asset(asset.kind, asset.key.clone()),
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_a_class_by_their_last_words() {
        for name in ["email", "user.email", "customerEmail", "row[\"phone_number", "dateOfBirth"] {
            assert_eq!(of_name(name), Some(DataClass::Confidential), "{name}");
        }
        for name in ["ssn", "patient.diagnosis", "creditCardNumber", "IBAN", "patientId"] {
            assert_eq!(of_name(name), Some(DataClass::Restricted), "{name}");
        }
        for name in
            ["name", "email_template", "address", "ip_address", "impatient", "session", "id"]
        {
            assert_eq!(of_name(name), None, "{name}");
        }
        assert_eq!(of_folder("data/HR/2024"), Some(("HR".to_owned(), DataClass::Confidential)));
        assert_eq!(of_folder("data/chrome"), None);
    }

    #[test]
    fn only_what_is_filled_in_counts() {
        assert_eq!(
            filled("a {email} b {{ user.phone | upper }} c {row['ssn']!r} {x:>3}"),
            ["email", "user.phone", "row['ssn", "x"]
        );
        assert_eq!(filled("answer as {\"email\": \"…\"} or {email: string}"), [""; 0]);
    }

    #[test]
    fn columns_count_beside_vectors() {
        let of = |text| {
            let mut out = Findings::default();
            sql("a.sql", text, &mut out);
            out.shown.iter().map(|s| (s.field.clone(), s.place.line)).collect::<Vec<_>>()
        };
        let columns = of(
            "CREATE TABLE t (\n  id int,\n  email text, -- ssn\n  v vector(3)\n);\nCREATE TABLE u (phone text);\n",
        );
        assert_eq!(columns, [("email".to_owned(), Some(3))]);
    }
}

//! Declarations: what people state about the organisation in `annex.toml`.
//!
//! A declaration is a statement. It names things and relations; where it carries attributes,
//! they count as statements and never meet a requirement by themselves.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::entity::{Document, ImplementationStatus, Person};
use annex_isms::{
    AgreementId, AssetKind, ControlId, DataClass, Date, OrganisationId, PersonId, SupplierId,
    SystemId, Value, WebAddress,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use crate::{SecretSource, SettingsError};

/// Everything that `annex.toml` declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declarations {
    /// The organisation.
    pub organisation: Option<DeclaredOrganisation>,
    /// People.
    pub people: Vec<Person>,
    /// AI systems.
    pub systems: Vec<DeclaredSystem>,
    /// Suppliers.
    pub suppliers: Vec<DeclaredSupplier>,
    /// Agreements.
    pub agreements: Vec<DeclaredAgreement>,
    /// Documents.
    pub documents: Vec<Document>,
    /// Controls as implemented.
    pub implementations: Vec<DeclaredImplementation>,
    /// Assets that a scan cannot see, or that are decided on here.
    pub assets: Vec<DeclaredAsset>,
    /// Programs that are told what is due.
    pub webhooks: Vec<DeclaredWebhook>,
}

/// A program that is told what is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredWebhook {
    /// What it is called; what it was told goes by this name.
    pub name: String,
    /// Where it is.
    pub url: WebAddress,
    /// What its requests are signed with.
    pub secret: SecretSource,
}

/// The organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredOrganisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// The scope of the ISMS.
    #[serde(default)]
    pub scope: String,
    /// Interfaces and dependencies.
    #[serde(default)]
    pub interfaces: Vec<String>,
    /// What is stated of it.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
}

/// An AI system.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredSystem {
    /// Its id.
    pub id: SystemId,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
    /// Who answers for it.
    pub owner: Option<PersonId>,
    /// The kinds of user.
    #[serde(default)]
    pub audiences: BTreeSet<String>,
    /// The data classes that it handles.
    #[serde(default)]
    pub classes: BTreeSet<DataClass>,
    /// What is stated of it.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
}

/// A supplier.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredSupplier {
    /// Its id.
    pub id: SupplierId,
    /// Its name.
    pub name: String,
    /// Who answers for the relation.
    pub owner: Option<PersonId>,
    /// What is stated of it.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredAgreement {
    /// Its id.
    pub id: AgreementId,
    /// With whom.
    pub supplier: SupplierId,
    /// Its title.
    pub title: String,
    /// The day it was signed.
    pub signed: Option<Date>,
    /// The last day it is in force.
    pub expires: Option<Date>,
    /// The day its terms were last reviewed.
    pub reviewed: Option<Date>,
    /// Whether the supplier may train on our data.
    pub training_on_our_data: Option<bool>,
    /// Days the supplier keeps what is sent.
    pub retention_days: Option<i64>,
    /// Data classes that may be sent.
    pub permitted_classes: Option<BTreeSet<DataClass>>,
    /// Regions in which it is processed.
    pub regions: Option<BTreeSet<String>>,
    /// Sub-processors that it names.
    pub sub_processors: Option<BTreeSet<String>>,
    /// Hours within which a breach is notified.
    pub breach_notice_hours: Option<i64>,
    /// The signed text: a path beside `annex.toml`.
    pub file: Option<String>,
}

/// A control as implemented.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredImplementation {
    /// The control.
    pub control: ControlId,
    /// How it is implemented.
    pub statement: String,
    /// Who answers for it.
    pub owner: Option<PersonId>,
    /// Since when.
    pub since: Option<Date>,
    /// How far it is.
    pub status: ImplementationStatus,
}

/// An asset.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredAsset {
    /// Its kind.
    pub kind: AssetKind,
    /// Its canonical key, as a scan would give it (`openai/gpt-4o`).
    pub key: String,
    /// Its name; the key when left out.
    pub name: Option<String>,
    /// Its systems.
    #[serde(default)]
    pub systems: BTreeSet<SystemId>,
    /// Its supplier.
    pub supplier: Option<SupplierId>,
    /// Who answers for it.
    pub owner: Option<PersonId>,
    /// Its classification.
    pub classification: Option<DataClass>,
    /// Whether it is in the scope of the ISMS, once decided.
    pub in_scope: Option<bool>,
    /// Why; required when it is out of scope.
    #[serde(default)]
    pub reason: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "the names are the file's")]
struct File {
    organisation: Option<DeclaredOrganisation>,
    person: Vec<Spanned<Person>>,
    system: Vec<Spanned<DeclaredSystem>>,
    supplier: Vec<Spanned<DeclaredSupplier>>,
    agreement: Vec<Spanned<DeclaredAgreement>>,
    document: Vec<Spanned<Document>>,
    implementation: Vec<Spanned<DeclaredImplementation>>,
    asset: Vec<Spanned<DeclaredAsset>>,
    // Settings; read by the table of keys, which also refuses unknown ones.
    data: Option<IgnoredAny>,
    catalog: Option<IgnoredAny>,
    key_file: Option<IgnoredAny>,
    lock_wait_ms: Option<IgnoredAny>,
    scan: Option<IgnoredAny>,
    evidence: Option<IgnoredAny>,
    register: Option<IgnoredAny>,
    risk: Option<IgnoredAny>,
    due: Option<IgnoredAny>,
    server: Server,
}

/// What of the settings of the server is rows; the rest is read by the table of keys.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Server {
    notify: Notify,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Notify {
    webhooks: Vec<Spanned<DeclaredWebhook>>,
}

pub(crate) fn read(name: &str, text: &str) -> Result<Declarations, SettingsError> {
    let file: File =
        toml::from_str(text).map_err(|error| SettingsError::toml(name, text, &error))?;
    let check = Check { name, text };
    check.unique(&file.person, "person", |row| row.id.to_string())?;
    check.unique(&file.system, "system", |row| row.id.to_string())?;
    check.unique(&file.supplier, "supplier", |row| row.id.to_string())?;
    check.unique(&file.agreement, "agreement", |row| row.id.to_string())?;
    check.unique(&file.document, "document", |row| row.id.to_string())?;
    check.unique(&file.implementation, "implementation", |row| row.control.to_string())?;
    check.unique(&file.server.notify.webhooks, "webhook", |row| row.name.clone())?;
    check.unique(&file.asset, "asset", |row| format!("{} {}", row.kind, row.key))?;

    let people: BTreeSet<&PersonId> = file.person.iter().map(|row| &row.get_ref().id).collect();
    check.known(&file.system, &people, "person", |row| row.owner.as_ref())?;
    check.known(&file.supplier, &people, "person", |row| row.owner.as_ref())?;
    check.known(&file.document, &people, "person", |row| row.owner.as_ref())?;
    check.known(&file.implementation, &people, "person", |row| row.owner.as_ref())?;
    check.known(&file.asset, &people, "person", |row| row.owner.as_ref())?;
    let suppliers: BTreeSet<&SupplierId> =
        file.supplier.iter().map(|row| &row.get_ref().id).collect();
    check.known(&file.agreement, &suppliers, "supplier", |row| Some(&row.supplier))?;
    for row in &file.asset {
        let asset = row.get_ref();
        if asset.in_scope == Some(false) && asset.reason.trim().is_empty() {
            return Err(check.fault(row, "an asset that is out of scope needs a `reason`"));
        }
    }
    Ok(Declarations {
        organisation: file.organisation,
        people: rows(file.person),
        systems: rows(file.system),
        suppliers: rows(file.supplier),
        agreements: rows(file.agreement),
        documents: rows(file.document),
        implementations: rows(file.implementation),
        assets: rows(file.asset),
        webhooks: rows(file.server.notify.webhooks),
    })
}

fn rows<T>(spanned: Vec<Spanned<T>>) -> Vec<T> {
    spanned.into_iter().map(Spanned::into_inner).collect()
}

struct Check<'a> {
    name: &'a str,
    text: &'a str,
}

impl Check<'_> {
    fn fault<T>(&self, row: &Spanned<T>, message: impl Into<String>) -> SettingsError {
        SettingsError::at(self.name, self.text, row.span(), message)
    }

    fn unique<T>(
        &self,
        rows: &[Spanned<T>],
        what: &str,
        id: impl Fn(&T) -> String,
    ) -> Result<(), SettingsError> {
        let mut seen = BTreeSet::new();
        for row in rows {
            let id = id(row.get_ref());
            if !seen.insert(id.clone()) {
                return Err(self.fault(row, format!("the {what} `{id}` is declared twice")));
            }
        }
        Ok(())
    }

    fn known<T, K: Ord + std::fmt::Display>(
        &self,
        rows: &[Spanned<T>],
        known: &BTreeSet<&K>,
        what: &str,
        reference: impl Fn(&T) -> Option<&K>,
    ) -> Result<(), SettingsError> {
        for row in rows {
            if let Some(id) = reference(row.get_ref()).filter(|id| !known.contains(id)) {
                return Err(
                    self.fault(row, format!("no {what} `{id}` is declared; add a [[{what}]]"))
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read() {
        let text = r#"
            [organisation]
            id = "acme"
            name = "Acme"
            attributes = { ai_policy_approved = true }

            [[person]]
            id = "dana"
            name = "Dana"
            roles = ["security"]

            [[system]]
            id = "help-desk"
            name = "Help desk"
            owner = "dana"
            classes = ["internal"]

            [[supplier]]
            id = "openai"
            name = "OpenAI"

            [[agreement]]
            id = "openai-dpa"
            supplier = "openai"
            title = "Data processing"
            signed = "2026-01-31"
        "#;
        let declared = read("annex.toml", text).expect("declared");
        assert_eq!(declared.systems[0].owner, Some("dana".parse().expect("id")));
        let hook =
            "[[server.notify.webhooks]]\nname = \"chat\"\nurl = \"https://chat.example/x\"\n";
        let declared_hook = format!("{hook}secret = \"env:CHAT\"\n");
        let (_, hooks) = crate::parse("annex.toml", &declared_hook, &|_| None).expect("a webhook");
        assert_eq!(hooks.webhooks[0].name, "chat");
        for wrong in [
            format!("{declared_hook}{declared_hook}"),
            format!("{hook}secret = \"hunter2\"\n"),
            format!("{declared_hook}more = 1\n"),
            declared_hook.replace("https", "http"),
        ] {
            let error = crate::parse("annex.toml", &wrong, &|_| None).expect_err(&wrong);
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        assert_eq!(declared.agreements[0].signed, Some("2026-01-31".parse().expect("date")));
    }

    #[test]
    fn faults_name_the_line() {
        let fault = |text: &str| read("annex.toml", text).expect_err(text).to_string();
        assert!(
            fault("\n[[system]]\nid = \"a\"\nname = \"A\"\nowner = \"dana\"")
                .starts_with("annex.toml:2: no person `dana`")
        );
        assert!(
            fault("[[person]]\nid = \"a\"\nname = \"A\"\n[[person]]\nid = \"a\"\nname = \"B\"")
                .starts_with("annex.toml:4: the person `a` is declared twice")
        );
        assert!(fault("[[agreement]]\nid = \"a\"\nsupplier = \"s\"\ntitle = \"t\"\nsigned = \"2026-02-30\"").starts_with("annex.toml:5: `2026-02-30` is not a date"));
        assert!(fault("[[systm]]\nid = \"a\"").starts_with("annex.toml:1: unknown field `systm`"));
        assert!(
            fault("[[asset]]\nkind = \"model\"\nkey = \"x/y\"\nin_scope = false")
                .contains("needs a `reason`")
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_reads_or_says_why(text in "[\\[\\]a-z=\"\n0-9 .]{0,200}") {
            let _ = read("annex.toml", &text);
        }
    }
}

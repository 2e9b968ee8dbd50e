//! Compiling clauses, deriving what they read, and evaluating them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr as _;
use std::sync::LazyLock;

use annex_isms::{Attribute, SubjectKind, Value};
use cedar_policy::{
    Authorizer, Context, Effect, Entities, Entity, EntityUid, Policy, PolicyId, PolicySet, Request,
    RestrictedExpression, ValidationMode,
};

use crate::Schemas;

/// The unconditional permit of every policy set.
const PERMIT: &str = "permit(principal, action, resource);";

static REQUEST: LazyLock<Option<Request>> = LazyLock::new(|| {
    let uid = |text: &str| EntityUid::from_str(text).ok();
    Request::new(
        uid(r#"Assessor::"annex""#)?,
        uid(r#"Action::"judge""#)?,
        uid(SUBJECT)?,
        Context::empty(),
        None,
    )
    .ok()
});
const SUBJECT: &str = r#"Subject::"this""#;

/// Why clauses do not compile. `offset` counts bytes from the start of the clauses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// What is wrong.
    pub message: String,
    /// Where, when Cedar knows.
    pub offset: Option<usize>,
}

/// Why an evaluation has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy could not be evaluated: {0}")]
pub struct EvaluationError(String);

/// One `forbid` clause.
#[derive(Debug, Clone)]
pub struct Clause {
    reason: String,
    needs: BTreeSet<Attribute>,
    alone: PolicySet,
}

impl Clause {
    /// What is wrong when this clause is satisfied, in words.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The attributes that it reads.
    pub const fn needs(&self) -> &BTreeSet<Attribute> {
        &self.needs
    }
}

/// The clauses of a requirement, compiled and validated.
#[derive(Debug, Clone)]
pub struct Rules {
    clauses: Vec<Clause>,
    all: PolicySet,
    needs: BTreeSet<Attribute>,
}

impl Rules {
    /// Compiles `forbid` clauses about one kind of subject.
    ///
    /// # Errors
    /// When the text is not Cedar, reads an undeclared attribute or compares different types,
    /// holds a `permit`, or a clause has no `@reason` or reads no attribute.
    pub fn compile(text: &str, kind: SubjectKind, schemas: &Schemas) -> Result<Self, PolicyError> {
        let plain = |message: String| PolicyError { message, offset: None };
        let parsed = PolicySet::from_str(text).map_err(|error| located(&error))?;
        let validator = schemas.of(kind).ok_or_else(|| plain(format!("no schema for {kind}")))?;
        let checked = validator.validate(&parsed, ValidationMode::Strict);
        if let Some(error) = checked.validation_errors().next() {
            return Err(located(error));
        }
        if let Some(warning) = checked.validation_warnings().next() {
            return Err(located(warning));
        }
        let mut policies: Vec<&Policy> = parsed.policies().collect();
        policies.sort_by_key(|policy| position(policy.id()));
        let mut all = permit()?;
        let mut clauses = Vec::with_capacity(policies.len());
        for policy in policies {
            if policy.effect() != Effect::Forbid {
                return Err(plain(
                    "only forbid clauses are allowed; the permit is added".to_owned(),
                ));
            }
            let reason = policy.annotation("reason").unwrap_or_default().trim().to_owned();
            if reason.is_empty() {
                return Err(plain("a forbid clause has no @reason(\"…\")".to_owned()));
            }
            let needs = reads(policy)?;
            if needs.is_empty() {
                return Err(plain(format!("the clause \"{reason}\" reads no attribute")));
            }
            let mut alone = permit()?;
            for set in [&mut all, &mut alone] {
                set.add(policy.clone()).map_err(|error| plain(error.to_string()))?;
            }
            clauses.push(Clause { reason, needs, alone });
        }
        if clauses.is_empty() {
            return Err(plain("there is no forbid clause".to_owned()));
        }
        let needs = clauses.iter().flat_map(|clause| clause.needs.iter().cloned()).collect();
        Ok(Self { clauses, all, needs })
    }

    /// The attributes that the clauses read together.
    pub const fn needs(&self) -> &BTreeSet<Attribute> {
        &self.needs
    }

    /// The clauses, in the order in which they stand.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The clauses that `facts` satisfy, in order: what is wrong. Facts must hold every
    /// attribute that the clauses read; one authorisation call.
    ///
    /// # Errors
    /// When any clause cannot be evaluated.
    pub fn violated(&self, facts: &Facts) -> Result<Vec<&Clause>, EvaluationError> {
        let reasons = evaluate(&self.all, facts)?;
        Ok(reasons.into_iter().filter_map(|position| self.clauses.get(position)).collect())
    }

    /// Like [`violated`](Self::violated), but looks only at the clauses whose attributes are
    /// all in `known`; one authorisation call each.
    ///
    /// # Errors
    /// When any of these clauses cannot be evaluated.
    pub fn violated_among(
        &self,
        facts: &Facts,
        known: &BTreeSet<&Attribute>,
    ) -> Result<Vec<&Clause>, EvaluationError> {
        let mut violated = Vec::new();
        for clause in &self.clauses {
            let evaluable = clause.needs.iter().all(|name| known.contains(name));
            if evaluable && !evaluate(&clause.alone, facts)?.is_empty() {
                violated.push(clause);
            }
        }
        Ok(violated)
    }
}

/// The values of one subject, ready for evaluation.
#[derive(Debug, Clone)]
pub struct Facts(Entities);

impl Facts {
    /// Gathers values.
    ///
    /// # Errors
    /// Never for values of [`Value`]; Cedar's constructor is fallible.
    pub fn new<'a>(
        values: impl IntoIterator<Item = (&'a Attribute, &'a Value)>,
    ) -> Result<Self, EvaluationError> {
        let attributes: HashMap<String, RestrictedExpression> =
            values.into_iter().map(|(name, value)| (name.to_string(), expression(value))).collect();
        let failed = |error: &dyn std::fmt::Display| EvaluationError(error.to_string());
        let uid = EntityUid::from_str(SUBJECT).map_err(|error| failed(&error))?;
        let entity =
            Entity::new(uid, attributes, HashSet::new()).map_err(|error| failed(&error))?;
        Entities::from_entities([entity], None).map(Self).map_err(|error| failed(&error))
    }
}

fn expression(value: &Value) -> RestrictedExpression {
    match value {
        Value::Bool(value) => RestrictedExpression::new_bool(*value),
        Value::Long(value) => RestrictedExpression::new_long(*value),
        Value::Text(value) => RestrictedExpression::new_string(value.clone()),
        Value::Set(values) => RestrictedExpression::new_set(
            values.iter().cloned().map(RestrictedExpression::new_string),
        ),
    }
}

/// The positions of the satisfied clauses.
fn evaluate(policies: &PolicySet, facts: &Facts) -> Result<Vec<usize>, EvaluationError> {
    let request = REQUEST.as_ref().ok_or_else(|| EvaluationError("no request".to_owned()))?;
    let response = Authorizer::new().is_authorized(request, policies, &facts.0);
    if let Some(error) = response.diagnostics().errors().next() {
        return Err(EvaluationError(error.to_string()));
    }
    let mut positions: Vec<usize> = response.diagnostics().reason().filter_map(position).collect();
    positions.sort_unstable();
    Ok(positions)
}

/// Cedar numbers the policies of a text `policy0`, `policy1`, …
fn position(id: &PolicyId) -> Option<usize> {
    AsRef::<str>::as_ref(id).strip_prefix("policy")?.parse().ok()
}

fn permit() -> Result<PolicySet, PolicyError> {
    let failed = |message: String| PolicyError { message, offset: None };
    let policy =
        Policy::parse(Some(PolicyId::new("permit")), PERMIT).map_err(|e| failed(e.to_string()))?;
    PolicySet::from_policies([policy]).map_err(|e| failed(e.to_string()))
}

/// The attributes of `resource` that occur in the policy's syntax tree.
fn reads(policy: &Policy) -> Result<BTreeSet<Attribute>, PolicyError> {
    let failed = |message: String| PolicyError { message, offset: None };
    let tree = policy.to_json().map_err(|error| failed(error.to_string()))?;
    let mut names = BTreeSet::new();
    let mut open = vec![&tree];
    while let Some(node) = open.pop() {
        match node {
            serde_json::Value::Object(fields) => {
                let access = fields.get(".").or_else(|| fields.get("has"));
                if let Some(name) = access
                    .filter(|access| {
                        access.pointer("/left/Var").is_some_and(|var| var == "resource")
                    })
                    .and_then(|access| access.get("attr")?.as_str())
                {
                    names.insert(name.parse().map_err(|e| failed(format!("{e}")))?);
                }
                open.extend(fields.values());
            }
            serde_json::Value::Array(values) => open.extend(values),
            _ => {}
        }
    }
    Ok(names)
}

/// Cedar's message with the offset of its first label.
fn located<E: miette::Diagnostic>(error: &E) -> PolicyError {
    let label = error.labels().and_then(|mut labels| labels.next());
    let mut message = error.to_string();
    if let Some(help) = error.help() {
        message = format!("{message} ({help})");
    }
    PolicyError { message, offset: label.map(|label| label.offset()) }
}

#[cfg(test)]
mod tests {
    use annex_isms::ValueType;

    use super::*;
    use crate::AttributeTable;

    fn schemas() -> Schemas {
        let mut table = AttributeTable::default();
        for (name, value_type) in [
            ("days", ValueType::Long),
            ("signed", ValueType::Bool),
            ("sent", ValueType::Set),
            ("permitted", ValueType::Set),
        ] {
            table.declare(SubjectKind::Supplier, name.parse().expect(name), value_type);
        }
        Schemas::new(&table).expect("schemas")
    }

    const TEXT: &str = r#"
        @reason("It waited more than 14 days.")
        forbid(principal, action, resource) when { resource.days > 14 };
        @reason("It is not signed.")
        forbid(principal, action, resource) unless { resource.signed };
        @reason("More is sent than permitted.")
        forbid(principal, action, resource) unless { resource.permitted.containsAll(resource.sent) };
    "#;

    fn facts(values: &[(&str, Value)]) -> Facts {
        let named: Vec<(Attribute, Value)> =
            values.iter().map(|(name, value)| (name.parse().expect(name), value.clone())).collect();
        Facts::new(named.iter().map(|(name, value)| (name, value))).expect("facts")
    }

    fn set(words: &[&str]) -> Value {
        Value::Set(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn satisfied_forbids_are_the_reasons_in_order() {
        let rules = Rules::compile(TEXT, SubjectKind::Supplier, &schemas()).expect("compiles");
        let bad = facts(&[
            ("days", 15.into()),
            ("signed", true.into()),
            ("permitted", set(&["public"])),
            ("sent", set(&["public", "restricted"])),
        ]);
        let reasons: Vec<&str> =
            rules.violated(&bad).expect("evaluates").iter().map(|c| c.reason()).collect();
        assert_eq!(reasons, ["It waited more than 14 days.", "More is sent than permitted."]);
        let names: Vec<&str> = rules.needs().iter().map(Attribute::as_str).collect();
        assert_eq!(names, ["days", "permitted", "sent", "signed"]);
    }

    #[test]
    fn a_missing_attribute_is_an_error_and_never_a_pass() {
        let rules = Rules::compile(TEXT, SubjectKind::Supplier, &schemas()).expect("compiles");
        let partial = facts(&[("days", 20.into())]);
        assert!(rules.violated(&partial).is_err());
        let days: Attribute = "days".parse().expect("name");
        let known = BTreeSet::from([&days]);
        assert_eq!(rules.violated_among(&partial, &known).expect("evaluates").len(), 1);
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let fault = |text: &str| {
            Rules::compile(text, SubjectKind::Supplier, &schemas()).expect_err("must not compile")
        };
        let error = fault(
            "@reason(\"x\")\nforbid(principal, action, resource) when { resource.dayz > 1 };",
        );
        assert!(error.message.contains("dayz"), "{error}");
        assert!(error.offset.is_some_and(|offset| offset > 12), "{error:?}");
        assert!(
            fault("forbid(principal, action, resource) when { resource.signed };")
                .message
                .contains("@reason")
        );
        assert!(fault("permit(principal, action, resource);").message.contains("forbid"));
        assert!(
            fault("@reason(\"x\")\nforbid(principal, action, resource);")
                .message
                .contains("reads no attribute")
        );
        assert!(fault("").message.contains("no forbid"));
        assert!(!fault("forbid(").message.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_compiles_or_says_why(text in ".{0,200}") {
            let _ = Rules::compile(&text, SubjectKind::Supplier, &schemas());
        }
    }
}

//! The table of attributes and the Cedar schemas that are generated from it.

use std::collections::BTreeMap;

use annex_isms::{Attribute, SubjectKind, Value, ValueType};
use cedar_policy::{Schema, Validator};
use serde_json::{Map, json};

/// Which attributes each kind of subject has, and their types.
#[derive(Debug, Clone, Default)]
pub struct AttributeTable(BTreeMap<SubjectKind, BTreeMap<Attribute, ValueType>>);

impl AttributeTable {
    /// Declares an attribute; a later declaration replaces an earlier one.
    pub fn declare(&mut self, kind: SubjectKind, name: Attribute, value_type: ValueType) {
        self.0.entry(kind).or_default().insert(name, value_type);
    }

    /// The type of an attribute, if it is declared.
    pub fn get(&self, kind: SubjectKind, name: &Attribute) -> Option<ValueType> {
        self.0.get(&kind)?.get(name).copied()
    }

    /// The declared attributes of a kind of subject, in order.
    pub fn of(&self, kind: SubjectKind) -> impl Iterator<Item = (&Attribute, ValueType)> {
        self.0.get(&kind).into_iter().flatten().map(|(name, value_type)| (name, *value_type))
    }

    /// What is wrong with a value for an attribute, if anything.
    pub fn fault(&self, kind: SubjectKind, name: &Attribute, value: &Value) -> Option<String> {
        match self.get(kind, name) {
            None => Some(format!("a subject of kind {kind} has no attribute `{name}`")),
            Some(expected) if expected != value.value_type() => {
                Some(format!("`{name}` is of type {expected}, not {}", value.value_type()))
            }
            Some(_) => None,
        }
    }

    /// The schema against which policies about this kind of subject are validated.
    fn schema(&self, kind: SubjectKind) -> Result<Schema, String> {
        let attributes: Map<String, serde_json::Value> = self
            .of(kind)
            .map(|(name, value_type)| {
                let cedar = match value_type {
                    ValueType::Bool => json!({ "type": "Boolean" }),
                    ValueType::Long => json!({ "type": "Long" }),
                    ValueType::Text => json!({ "type": "String" }),
                    ValueType::Set => json!({ "type": "Set", "element": { "type": "String" } }),
                };
                (name.to_string(), cedar)
            })
            .collect();
        Schema::from_json_value(json!({ "": {
            "entityTypes": {
                "Assessor": {},
                "Subject": { "shape": { "type": "Record", "attributes": attributes } },
            },
            "actions": { "judge": { "appliesTo": {
                "principalTypes": ["Assessor"], "resourceTypes": ["Subject"],
            }}},
        }}))
        .map_err(|error| error.to_string())
    }
}

/// A table with its schemas made: policies are compiled against it.
#[derive(Debug)]
pub struct Schemas(BTreeMap<SubjectKind, Validator>);

impl Schemas {
    /// Makes the schema of every kind of subject.
    ///
    /// # Errors
    /// When Cedar refuses the name of an attribute; says which kind of subject and why.
    pub fn new(table: &AttributeTable) -> Result<Self, String> {
        let made = SubjectKind::ALL.iter().map(|kind| {
            let schema = table.schema(*kind).map_err(|error| format!("{kind}: {error}"))?;
            Ok((*kind, Validator::new(schema)))
        });
        made.collect::<Result<_, String>>().map(Self)
    }

    pub(crate) fn of(&self, kind: SubjectKind) -> Option<&Validator> {
        self.0.get(&kind)
    }
}

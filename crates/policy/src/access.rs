//! Who may do what: roles, actions and permits, in Cedar.
//!
//! Cedar denies by default, and a policy that errors grants nothing; a `forbid` that errored
//! would forbid nothing, so any error is a denial here.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};

use crate::PolicyError;

/// Permits, compiled and validated against their schema.
#[derive(Debug, Clone)]
pub struct Access {
    policies: PolicySet,
    schema: Schema,
    caller: EntityUid,
    thing: EntityUid,
    role: EntityTypeName,
    action: EntityTypeName,
}

impl Access {
    /// Compiles a schema and its policies.
    ///
    /// The schema has `Role`, `Caller in [Role]` and `Thing` with a Boolean `owned`.
    ///
    /// # Errors
    /// When either is not Cedar, or the policies do not fit the schema.
    pub fn compile(schema: &str, policies: &str) -> Result<Self, PolicyError> {
        let fault = |message: String| PolicyError { message, offset: None };
        let (schema, _) =
            Schema::from_cedarschema_str(schema).map_err(|error| fault(error.to_string()))?;
        let policies = PolicySet::from_str(policies).map_err(|error| fault(error.to_string()))?;
        let checked = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if let Some(error) = checked.validation_errors().next() {
            return Err(fault(error.to_string()));
        }
        if let Some(warning) = checked.validation_warnings().next() {
            return Err(fault(warning.to_string()));
        }
        let uid = |text: &str| EntityUid::from_str(text).map_err(|e| fault(e.to_string()));
        let name = |text: &str| EntityTypeName::from_str(text).map_err(|e| fault(e.to_string()));
        Ok(Self {
            policies,
            schema,
            caller: uid(r#"Caller::"this""#)?,
            thing: uid(r#"Thing::"this""#)?,
            role: name("Role")?,
            action: name("Action")?,
        })
    }

    /// The actions that can be asked for, by name; groups are none.
    pub fn actions(&self) -> BTreeSet<String> {
        let groups: HashSet<&EntityUid> = self.schema.action_groups().collect();
        let actions = self.schema.actions().filter(|action| !groups.contains(action));
        actions.map(|action| action.id().unescaped().to_owned()).collect()
    }

    /// Whether who has these roles may do this to a thing, which may be their own.
    pub fn permits<'r>(
        &self,
        roles: impl Iterator<Item = &'r str>,
        action: &str,
        owned: bool,
    ) -> bool {
        self.decide(roles, action, owned).unwrap_or(false)
    }

    fn decide<'r>(
        &self,
        roles: impl Iterator<Item = &'r str>,
        action: &str,
        owned: bool,
    ) -> Option<bool> {
        let roles: HashSet<EntityUid> = roles
            .map(|role| EntityUid::from_type_name_and_id(self.role.clone(), EntityId::new(role)))
            .collect();
        let mut entities: Vec<Entity> =
            roles.iter().map(|role| Entity::new_no_attrs(role.clone(), HashSet::new())).collect();
        entities.push(Entity::new_no_attrs(self.caller.clone(), roles));
        let attributes =
            HashMap::from([("owned".to_owned(), RestrictedExpression::new_bool(owned))]);
        entities.push(Entity::new(self.thing.clone(), attributes, HashSet::new()).ok()?);
        let entities = Entities::from_entities(entities, Some(&self.schema)).ok()?;
        let action = EntityUid::from_type_name_and_id(self.action.clone(), EntityId::new(action));
        let (caller, thing) = (self.caller.clone(), self.thing.clone());
        let schema = Some(&self.schema);
        let request = Request::new(caller, action, thing, Context::empty(), schema).ok()?;
        let answer = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        let errors = answer.diagnostics().errors().next().is_some();
        Some(answer.decision() == Decision::Allow && !errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r"
        entity Role; entity Caller in [Role]; entity Thing { owned: Bool };
        action work;
        action close in [work] appliesTo { principal: Caller, resource: Thing };
        action look appliesTo { principal: Caller, resource: Thing };
    ";

    #[test]
    fn what_no_policy_permits_is_denied() {
        let policies = r#"
            permit(principal in Role::"worker", action in Action::"work", resource) when { resource.owned };
            forbid(principal in Role::"guest", action, resource);
        "#;
        let access = Access::compile(SCHEMA, policies).expect("they fit");
        assert_eq!(access.actions(), BTreeSet::from(["close".to_owned(), "look".to_owned()]));
        let permits = |roles: &[&str], action: &str, owned| {
            access.permits(roles.iter().copied(), action, owned)
        };
        assert!(permits(&["worker"], "close", true));
        assert!(!permits(&["worker"], "close", false));
        assert!(!permits(&["worker", "guest"], "close", true));
        assert!(!permits(&["worker"], "look", true));
        assert!(!permits(&[], "close", true));
        assert!(!permits(&["worker"], "nothing-of-the-kind", true));
    }

    #[test]
    fn what_does_not_fit_the_schema_is_refused() {
        for policies in [
            "permit(principal, action == Action::\"fly\", resource);",
            "permit(principal, action, resource) when { resource.colour };",
            "permit(principal, action",
        ] {
            assert!(Access::compile(SCHEMA, policies).is_err(), "{policies}");
        }
    }
}

//! Callees that begin with a variable begin with its type instead, where the file declares it.
//!
//! `client.GetChatClient(…)` says nothing of where `client` comes from; with `OpenAIClient client`
//! among the parameters it reads `OpenAIClient.GetChatClient`, which an import explains. A
//! variable that a call in the same file gives its value keeps its name: [`Facts::made_by`] knows
//! more of it.

use super::facts::{Call, Facts, Shape, Value};

/// How deep a value is looked into.
const DEPTH_MAX: usize = 12;

/// Puts the types in.
pub(super) fn resolve(facts: &mut Facts) {
    let mut calls = std::mem::take(&mut facts.calls);
    for call in &mut calls {
        one(facts, call, 0);
    }
    facts.calls = calls;
    let mut values: Vec<Value> =
        facts.bindings.iter().map(|binding| binding.value.clone()).collect();
    for value in &mut values {
        inside(facts, value, 0);
    }
    for (binding, value) in facts.bindings.iter_mut().zip(values) {
        binding.value = value;
    }
}

fn inside(facts: &Facts, value: &mut Value, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    match &mut value.shape {
        Shape::Call(call) => one(facts, call, depth + 1),
        Shape::List(values) | Shape::Choice(values) => {
            for value in values {
                inside(facts, value, depth + 1);
            }
        }
        Shape::Record(_, entries) => {
            for (_, value) in entries {
                inside(facts, value, depth + 1);
            }
        }
        _ => {}
    }
}

fn one(facts: &Facts, call: &mut Call, depth: usize) {
    let (first, rest) = match call.callee.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (call.callee.as_str(), None),
    };
    let variable = first.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if variable
        && facts.made_by(first, call.scope).is_none()
        && let Some(of) = facts.type_of(first, call.scope)
    {
        let of = of.strip_suffix(".Builder").unwrap_or(of);
        call.callee = match rest {
            Some(rest) => format!("{of}.{rest}"),
            None => of.to_owned(),
        };
    }
    for argument in &mut call.args {
        inside(facts, &mut argument.value, depth + 1);
    }
}

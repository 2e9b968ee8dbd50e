//! Every clause of the catalogue can be a reason, and can be none.

use std::collections::BTreeSet;

use annex_catalog::Catalogue;
use annex_isms::{Value, ValueType};
use annex_policy::Facts;

#[test]
fn every_clause_of_the_catalogue_can_be_satisfied_and_be_avoided() {
    // A clause that never fires, or always does, would be a silent pass or a constant gap.
    let catalogue = Catalogue::embedded().expect("the catalogue loads");
    for requirement in catalogue.requirements.values() {
        // The texts and numbers that the policy compares with, and their neighbours.
        let words: Vec<&str> = requirement.policy.split('"').skip(1).step_by(2).collect();
        let numbers = requirement
            .policy
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|n| n.parse::<i64>().ok());
        let mut longs: Vec<i64> = numbers.flat_map(|n| [n - 1, n, n + 1]).chain([0, 1]).collect();
        longs.sort_unstable();
        longs.dedup();
        let values = |value_type: ValueType| -> Vec<Value> {
            match value_type {
                ValueType::Bool => vec![true.into(), false.into()],
                ValueType::Long => longs.iter().copied().map(Value::Long).collect(),
                ValueType::Text => {
                    words.iter().copied().chain(["", "other"]).map(Value::from).collect()
                }
                ValueType::Set => {
                    let all: BTreeSet<String> =
                        words.iter().map(|word| (*word).to_owned()).collect();
                    let other = BTreeSet::from(["other".to_owned()]);
                    vec![Value::Set(all), Value::Set(BTreeSet::new()), Value::Set(other)]
                }
            }
        };
        for clause in requirement.rules.clauses() {
            let names: Vec<_> = clause.needs().iter().collect();
            let choices: Vec<Vec<Value>> = names
                .iter()
                .map(|name| {
                    values(catalogue.attributes[&(requirement.subject, (*name).clone())].value_type)
                })
                .collect();
            let mut fired = false;
            let mut quiet = false;
            let combinations: usize = choices.iter().map(Vec::len).product();
            for mut combination in 0..combinations {
                let chosen: Vec<_> = names
                    .iter()
                    .zip(&choices)
                    .map(|(name, values)| {
                        let value = &values[combination % values.len()];
                        combination /= values.len();
                        (*name, value)
                    })
                    .collect();
                let facts = Facts::new(chosen.iter().copied()).expect("facts");
                let known = names.iter().copied().collect();
                let violated = requirement.rules.violated_among(&facts, &known).expect("evaluates");
                if violated.iter().any(|other| other.reason() == clause.reason()) {
                    fired = true;
                } else {
                    quiet = true;
                }
                if fired && quiet {
                    break;
                }
            }
            assert!(fired, "{}: \"{}\" can never be a reason", requirement.id, clause.reason());
            assert!(quiet, "{}: \"{}\" is always a reason", requirement.id, clause.reason());
        }
    }
}

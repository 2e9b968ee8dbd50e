//! The orders and ranges of the libraries that define them; `bench/versions` makes the table.

use super::*;
use crate::osv::range::{Decision, Described};

const TABLE: &str = include_str!("../../tests/data/versions.tsv");

/// Texts that the library of Python or npm refuses and that are read here on purpose: advisories
/// and lock files hold versions with fewer than three numbers, and a leading `=`.
fn read_on_purpose(ecosystem: Ecosystem, text: &str) -> bool {
    let core = text.trim_start_matches(['=', 'v']).split(['-', '+']).next().unwrap_or_default();
    ecosystem == Ecosystem::Npm && core.split('.').count() < 3
}

fn contains(ecosystem: Ecosystem, text: &str, events: &str) -> bool {
    let events: Vec<String> = events
        .split(';')
        .map(|event| event.split_once('=').expect("an event"))
        .map(|(kind, version)| format!(r#"{{"{kind}":"{version}"}}"#))
        .collect();
    let record = format!(
        r#"{{"id":"X","affected":[{{"package":{{"ecosystem":"{}","name":"a"}},"ranges":[{{"type":"ECOSYSTEM","events":[{}]}}]}}]}}"#,
        ecosystem.osv(),
        events.join(",")
    );
    let advisory = crate::osv::parse(record.as_bytes()).expect("a record");
    let version = Version::parse(Scheme::of(ecosystem), text).expect("a version");
    match Described::new(&advisory.affected[0]).decide(text, &version) {
        Decision::Affected => true,
        Decision::NotAffected => false,
        Decision::Undecided(why) => panic!("{text} {why}"),
    }
}

#[test]
fn every_fact_of_the_table_holds() {
    let (mut orders, mut ranges, mut invalid, mut wrong) = (0, 0, 0, Vec::new());
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let ecosystem: Ecosystem = fields[1].parse().expect("an ecosystem");
        let parse = |text| Version::parse(Scheme::of(ecosystem), text);
        let holds = match fields.as_slice() {
            ["order", _, left, right, order] => {
                orders += 1;
                let compared = parse(left).expect(line).compare(&parse(right).expect(line));
                compared.map(|found| (found as i8).to_string()) == Some((*order).to_owned())
            }
            ["range", _, text, events, inside] => {
                ranges += 1;
                contains(ecosystem, text, events).to_string() == *inside
            }
            ["invalid", _, text] => {
                invalid += 1;
                parse(text).is_err() || read_on_purpose(ecosystem, text)
            }
            _ => panic!("no fact: {line}"),
        };
        if !holds {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{} facts do not hold: {wrong:#?}", wrong.len());
    assert!(orders >= 2_000 && ranges >= 700 && invalid >= 150, "{orders} {ranges} {invalid}");
}

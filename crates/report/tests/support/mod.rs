//! An assessment as a small company would get it: a help desk with retrieval, an agent and tools.

#![allow(dead_code, unreachable_pub, reason = "each user of this module needs a part of it")]

mod catalogue;
mod house;
mod judged;
pub mod packs;
mod shown;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::str::FromStr;

use annex_isms::assessment::{
    Changes, Criteria, LookedAt, RequirementResult, ResultKey, SCHEMA, ScopeView,
};
use annex_isms::observation::{Coverage, Scope, Skipped};
use annex_isms::{Assessment, Outcome};

pub use catalogue::{PRINCIPAL, catalogue};

const STATEMENT: &str = "Development and operation of the online shop and its customer service in Hamburg and Gdańsk, with the software, the people and the suppliers that serve them; without the warehouse.";

/// Reads any word of the vocabulary.
pub fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

pub fn set<T: FromStr<Err: Debug> + Ord>(texts: &[&str]) -> BTreeSet<T> {
    texts.iter().map(|text| of(text)).collect()
}

/// An organisation in which nothing was looked at and nothing found.
pub fn empty() -> Assessment {
    Assessment {
        schema: SCHEMA.to_owned(),
        at: of("2026-08-01T12:00:00Z"),
        organisation: "Empty Ltd".to_owned(),
        catalogue: catalogue().digest,
        criteria: Criteria::default(),
        scope: ScopeView { statement: String::new(), interfaces: vec![], looked_at: vec![] },
        systems: vec![],
        assets: vec![],
        flows: vec![],
        architecture: vec![],
        controls: vec![],
        results: vec![],
        requests: vec![],
        gaps: vec![],
        risks: vec![],
        soa: vec![],
        stage2: vec![],
        answers: vec![],
        skipped: vec![],
    }
}

/// A place was read and nothing of AI was in it.
pub fn nothing_found() -> Assessment {
    let mut assessment = empty();
    assessment.scope.looked_at.push(looked_at("plain-shop", 312));
    assessment.controls = judged::controls(&[]);
    assessment
}

fn looked_at(name: &str, files: u64) -> LookedAt {
    LookedAt {
        collector: "discover 0.1.0".to_owned(),
        scope: Scope {
            kind: "repository".to_owned(),
            name: name.to_owned(),
            commit: Some("3f2a1bc09d1e4b7a8c6d5e4f3a2b1c0d9e8f7a6b".to_owned()),
            modified: true,
        },
        at: of("2026-08-01T11:58:00Z"),
        coverage: Coverage {
            files_seen: files,
            files_read: files - 24,
            files_ignored: 21,
            bytes_read: 1_234_567,
        },
        skipped: 3,
    }
}

/// The help desk.
pub fn assessment() -> Assessment {
    let mut assessment = empty();
    "Nordlicht Versand GmbH".clone_into(&mut assessment.organisation);
    STATEMENT.clone_into(&mut assessment.scope.statement);
    assessment.scope.interfaces = vec!["Parcel carriers".to_owned(), "Payment provider".to_owned()];
    assessment.scope.looked_at = vec![
        looked_at("help-desk", 412),
        LookedAt {
            collector: "declaration 0.1.0".to_owned(),
            scope: Scope {
                kind: "declaration".to_owned(),
                name: "annex.toml".to_owned(),
                commit: None,
                modified: false,
            },
            at: of("2026-08-01T11:58:00Z"),
            coverage: Coverage::default(),
            skipped: 0,
        },
    ];
    assessment.systems = house::systems();
    assessment.assets = house::assets();
    assessment.flows = house::flows();
    assessment.results = judged::results(&assessment);
    assessment.controls = judged::controls(&assessment.results);
    assessment.architecture = judged::architecture(&assessment);
    assessment.gaps = judged::gaps(&assessment);
    assessment.requests = judged::requests(&assessment);
    assessment.risks = judged::risks();
    assessment.soa = shown::soa(&assessment);
    assessment.stage2 = shown::stage2();
    assessment.answers = shown::answers();
    assessment.skipped = vec![
        Skipped {
            path: "models/reranker.onnx".to_owned(),
            reason: "a binary of 312 MB; declare its origin in annex.toml".to_owned(),
            deliberate: false,
        },
        Skipped {
            path: "data/export-2025.json".to_owned(),
            reason: "104 MB is more than the 16 MB that are read of one file".to_owned(),
            deliberate: false,
        },
        Skipped {
            path: "vendor/loop".to_owned(),
            reason: "a link that leads back to its own folder".to_owned(),
            deliberate: false,
        },
    ];
    assessment
}

/// What changed since July.
pub fn changes(assessment: &Assessment) -> Changes {
    let key = |number: usize| ResultKey {
        requirement: assessment.results[number].requirement.clone(),
        subject: assessment.results[number].subject.clone(),
    };
    Changes {
        since: of("2026-07-01"),
        new_gaps: vec![key(0), key(3), key(5), key(8)],
        fixed: vec![key(1)],
        gone_stale: vec![key(2), key(4)],
        answered: vec![key(6), key(7), key(9)],
        new_assets: vec![assessment.assets[0].id.clone()],
        gone_assets: vec![],
    }
}

/// The help desk, with as many results as asked for, nearly all of them unknown.
pub fn large(results: usize) -> Assessment {
    let mut assessment = assessment();
    let template =
        assessment.results.iter().find(|r| r.outcome == Outcome::Unknown).expect("unknown").clone();
    while assessment.results.len() < results {
        let number = assessment.results.len();
        let subject = of(&format!("asset:generated-component-number-{number}"));
        assessment.results.push(RequirementResult { subject, ..template.clone() });
    }
    assessment
}

//! Ten thousand assets against the whole catalogue: one decision, and the whole assessment.
//!
//! `cargo bench -p annex-assess`. The figure to read is decisions per second on one core: the
//! bench named `decision` makes one authorisation call an iteration.

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest")]
mod support;

use std::hint::black_box;

use annex_assess::assess;
use annex_catalog::Catalogue;
use annex_isms::assessment::Criteria;
use annex_isms::{AssetKind, Basis, Snapshot, Subject, SubjectKind, Value, ValueType};
use annex_policy::Facts;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const ASSETS: usize = 10_000;

/// Every asset has every attribute that any requirement reads of its kind of subject.
fn full(catalogue: &Catalogue) -> Snapshot {
    let mut snapshot = support::snapshot();
    snapshot.assets.clear();
    for number in 0..ASSETS {
        let kind = AssetKind::ALL[number % AssetKind::ALL.len()];
        snapshot.assets.push(support::asset(kind, &format!("thing/{number}")));
    }
    snapshot.assets.sort_by(|a, b| a.id.cmp(&b.id));
    for asset in &snapshot.assets {
        let subject = Subject::Asset(asset.id.clone());
        for (name, value_type) in catalogue.table.of(SubjectKind::Asset) {
            let value = example(value_type);
            let now = support::NOW;
            snapshot.observations.push(support::seen(
                &subject,
                name.as_str(),
                value,
                Basis::Runtime,
                "bench",
                now,
            ));
        }
    }
    snapshot
}

fn example(value_type: ValueType) -> Value {
    match value_type {
        ValueType::Bool => Value::Bool(true),
        ValueType::Long => Value::Long(3),
        ValueType::Text => Value::Text("x".to_owned()),
        ValueType::Set => Value::Set(["internal".to_owned()].into()),
    }
}

fn decision(criterion: &mut Criterion) {
    let catalogue = support::catalogue();
    let requirement = &catalogue.requirements[&"X.test/both".parse().expect("id")];
    let values: Vec<_> = requirement
        .needs
        .keys()
        .map(|name| {
            (name, example(catalogue.table.get(requirement.subject, name).expect("declared")))
        })
        .collect();
    let facts = Facts::new(values.iter().map(|(name, value)| (*name, value))).expect("facts");
    let mut group = criterion.benchmark_group("decision");
    group.throughput(Throughput::Elements(1));
    group.bench_function("one authorisation call", |bencher| {
        bencher.iter(|| black_box(requirement.rules.violated(black_box(&facts))).expect("decides"));
    });
    group.finish();
}

fn end_to_end(criterion: &mut Criterion) {
    let catalogue = support::catalogue();
    let snapshot = full(&catalogue);
    let results = assess(&catalogue, &snapshot, Criteria::default()).results.len();
    let mut group = criterion.benchmark_group("assess");
    group.sample_size(10);
    group.throughput(Throughput::Elements(u64::try_from(results).expect("few")));
    group.bench_function(format!("{ASSETS} assets, {results} results"), |bencher| {
        bencher.iter_batched(
            || (),
            |()| black_box(assess(&catalogue, &snapshot, Criteria::default())),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, decision, end_to_end);
criterion_main!(benches);

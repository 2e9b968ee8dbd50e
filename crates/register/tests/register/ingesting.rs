//! From a collector's batch to records: identity, absence, idempotence, observations.

use annex_isms::entity::{Asset, Owner, Registration};
use annex_isms::observation::{SeenFlow, Skipped};
use annex_isms::{DataClass, Subject, Value};
use annex_register::{Register, Scope};

use crate::support::{
    Place, acme, at, batch, key, model, observed, on_both, organisation, record, second, seen,
    take_in, writing,
};

async fn register(place: &Place) -> Register {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, vec![acme("acme").into()], second(0)).await.unwrap();
    register
}

async fn assets(scope: &Scope<'_>) -> Vec<Asset> {
    scope.snapshot(at("2027-01-01")).await.unwrap().assets
}

async fn check(scope: &Scope<'_>) {
    let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
    assert_eq!(verified.fault, None);
}

async fn an_alias_keeps_identity_over_a_rename(place: Place) {
    let register = register(&place).await;
    let scope = register.organisation(&organisation("acme")).clone();
    let first =
        take_in(&scope, batch("r", second(1), vec![seen("old", &["digest-1"])]), second(1)).await;
    assert_eq!(first.new_assets.len(), 1);
    let id = first.new_assets[0].clone();

    // A person decides; later runs keep that.
    let mut decided = assets(&scope).await.remove(0);
    decided.registration = Some(Registration { in_scope: true, reason: String::new() });
    decided.owner = Some(Owner { person: "ada".parse().unwrap(), confirmed: true });
    decided.classification = Some(DataClass::Restricted);
    record(&scope, vec![decided.clone().into()], second(2)).await.unwrap();

    let mut renamed = batch("r", second(3), vec![seen("new", &["digest-1"])]);
    renamed.observations = vec![observed("new", "pinned", true)];
    let second_run = take_in(&scope, renamed, second(3)).await;
    assert_eq!(second_run.new_assets, []);
    assert_eq!(second_run.changed_assets, std::slice::from_ref(&id));
    assert_eq!(second_run.gone_assets, []);
    let now = assets(&scope).await;
    let [asset] = now.as_slice() else { panic!("{now:?}") };
    assert_eq!((&asset.id, asset.key.as_str(), asset.name.as_str()), (&id, "old", "new"));
    assert_eq!((&asset.owner, asset.classification), (&decided.owner, decided.classification));

    // By now the new key alone is enough.
    take_in(&scope, batch("r", second(4), vec![seen("new", &[])]), second(4)).await;
    assert_eq!(assets(&scope).await.len(), 1);
    let snapshot = scope.snapshot(second(4)).await.unwrap();
    assert_eq!(snapshot.observations[0].subject, Subject::Asset(id));
    check(&scope).await;
}

async fn two_keys_of_one_thing_in_one_batch_are_one_asset(place: Place) {
    let register = register(&place).await;
    let scope = register.organisation(&organisation("acme")).clone();
    let mut copies = batch("r", second(1), vec![seen("a", &["digest"]), seen("b", &["digest"])]);
    copies.observations = vec![observed("b", "pinned", true)];
    take_in(&scope, copies, second(1)).await;
    let now = assets(&scope).await;
    let [asset] = now.as_slice() else { panic!("{now:?}") };
    assert_eq!(asset.locations.len(), 2);
    let snapshot = scope.snapshot(second(1)).await.unwrap();
    assert_eq!(snapshot.observations[0].subject, Subject::Asset(asset.id.clone()));
    check(&scope).await;
}

async fn absence_counts_only_inside_the_covered_scope(place: Place) {
    let register = register(&place).await;
    let scope = register.organisation(&organisation("acme")).clone();
    let here =
        vec![seen("stays", &[]), seen("goes", &[]), seen("shared", &[]), seen("hidden", &[])];
    take_in(&scope, batch("other", second(1), vec![seen("shared", &[])]), second(1)).await;
    take_in(&scope, batch("r", second(2), here), second(2)).await;
    // A run elsewhere that sees none of them says nothing of them.
    let elsewhere = take_in(&scope, batch("third", second(3), Vec::new()), second(3)).await;
    assert_eq!(elsewhere.records.len(), 1);

    let mut later = batch("r", second(4), vec![seen("stays", &[])]);
    later.skipped = vec![Skipped {
        path: "hidden.py".to_owned(),
        reason: "too large".to_owned(),
        deliberate: false,
    }];
    let later = take_in(&scope, later, second(4)).await;
    let gone: Vec<&str> = later.gone_assets.iter().map(annex_isms::AssetId::as_str).collect();
    assert!(matches!(gone.as_slice(), [id] if id.starts_with("goes-")), "{gone:?}");
    for asset in assets(&scope).await {
        assert_eq!(asset.present, asset.name != "goes", "{}", asset.name);
        let seen_in = if asset.name == "shared" { "repository/other" } else { "repository/r" };
        assert_eq!(asset.seen_in, seen_in);
    }
    // Read again, the hidden one is gone as well; seen again, the other one is back.
    let last = batch("r", second(5), vec![seen("stays", &[]), seen("goes", &[])]);
    let last = take_in(&scope, last, second(5)).await;
    assert_eq!((last.gone_assets.len(), last.changed_assets.len()), (1, 1));
    check(&scope).await;
}

async fn the_same_batch_again_changes_nothing(place: Place) {
    let register = register(&place).await;
    let scope = register.organisation(&organisation("acme")).clone();
    let mut run = batch("r", second(1), vec![seen("gpt", &["digest"])]);
    run.observations = vec![observed("gpt", "pinned", false)];
    let first = take_in(&scope, run.clone(), second(1)).await;
    let size = scope.head().await.unwrap().unwrap().head.size;
    let again = take_in(&scope, run.clone(), second(2)).await;
    assert_eq!((again.batch, again.records.len()), (first.batch, 0));
    // Even when the records of the first time are recorded again.
    let receipt = record(&scope, first.records, second(3)).await.unwrap();
    assert_eq!((receipt.recorded, receipt.size), (0, size));

    // The same sight at another time is a batch of its own, and changes no asset.
    run.period.to = second(9);
    let later = take_in(&scope, run, second(9)).await;
    assert_eq!((later.records.len(), later.changed_assets.len()), (1, 0));
}

async fn suppliers_systems_and_flows_come_with_the_assets(place: Place) {
    let register = register(&place).await;
    let scope = register.organisation(&organisation("acme")).clone();
    let mut bought = seen("gpt", &[]);
    bought.supplier = Some("openai".parse().unwrap());
    bought.systems.insert("nobody-describes".parse().unwrap());
    let mut run = batch("r", second(1), vec![bought, seen("app", &[])]);
    run.flows = vec![SeenFlow {
        from: model("app"),
        to: model("gpt"),
        carries: "prompts".to_owned(),
        classes: [DataClass::Internal].into(),
        locations: ["app.py:3".parse().unwrap()].into(),
    }];
    take_in(&scope, run.clone(), second(1)).await;
    let snapshot = scope.snapshot(second(1)).await.unwrap();
    assert_eq!(snapshot.suppliers[0].name, "openai");
    let names: Vec<&str> = snapshot.systems.iter().map(|system| system.name.as_str()).collect();
    assert_eq!(names, ["Help desk", "nobody-describes"]);
    let [flow] = snapshot.flows.as_slice() else { panic!() };
    assert!(flow.present);
    assert_eq!(flow.basis, annex_isms::Basis::Source);

    // A declared name stays; what a flow carries stays known; then the flow is gone.
    let mut declared = snapshot.systems[0].clone();
    declared.name = "Declared".to_owned();
    record(&scope, vec![declared.into()], second(2)).await.unwrap();
    run.flows[0].classes.clear();
    run.period.to = second(3);
    take_in(&scope, run.clone(), second(3)).await;
    let snapshot = scope.snapshot(second(3)).await.unwrap();
    assert_eq!(snapshot.systems[0].name, "Declared");
    assert_eq!(snapshot.flows[0].classes, [DataClass::Internal].into());
    run.flows.clear();
    run.assets[0].systems.remove(&"nobody-describes".parse().unwrap());
    run.period.to = second(4);
    take_in(&scope, run, second(4)).await;
    let snapshot = scope.snapshot(second(4)).await.unwrap();
    assert!(!snapshot.flows[0].present);
    assert!(snapshot.assets.iter().all(|asset| asset.present && asset.systems.len() == 1));
    assert!(scope.snapshot(second(3)).await.unwrap().flows[0].present);
    check(&scope).await;
}

async fn a_snapshot_holds_the_newest_observation_of_each_source_and_the_last_change(place: Place) {
    let register = register(&place).await;
    let scope = register.organisation(&organisation("acme")).clone();
    for (time, repository, digest) in
        [(1, "r", "one"), (2, "q", "other"), (3, "r", "one"), (5, "r", "two")]
    {
        let mut run = batch(repository, second(time), vec![seen("gpt", &[])]);
        run.observations = vec![observed("gpt", "digest", digest)];
        run.observations[0].period.from = second(time);
        run.observations[0].period.to = second(time);
        take_in(&scope, run, second(time)).await;
    }
    let values = |snapshot: &annex_isms::Snapshot| -> Vec<(String, Value)> {
        snapshot.observations.iter().map(|o| (o.source.clone(), o.value.clone())).collect()
    };
    let source = |name: &str| format!("discover repository/{name}");
    let now = scope.snapshot(second(5)).await.unwrap();
    assert_eq!(values(&now), [(source("q"), "other".into()), (source("r"), "two".into())]);
    let subject = now.observations[0].subject.clone();
    assert_eq!(now.changed, [(subject, second(5))]);
    assert_eq!(now.batches.len(), 2);
    assert_eq!(now.batches[1].period.to, second(5));

    let before = scope.snapshot(second(4)).await.unwrap();
    assert_eq!(values(&before), [(source("q"), "other".into()), (source("r"), "one".into())]);
    assert_eq!(before.changed, []);
    assert_eq!(before.observations[1].recorded_at, second(3));
}

on_both! {
    an_alias_keeps_identity_over_a_rename,
    two_keys_of_one_thing_in_one_batch_are_one_asset,
    absence_counts_only_inside_the_covered_scope,
    the_same_batch_again_changes_nothing,
    suppliers_systems_and_flows_come_with_the_assets,
    a_snapshot_holds_the_newest_observation_of_each_source_and_the_last_change,
}

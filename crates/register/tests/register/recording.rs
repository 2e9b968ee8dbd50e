//! Recording and reading back.

use annex_isms::Record;
use annex_register::{Condition, RegisterError};

use crate::everything::everything;
use crate::support::{
    Place, acme, actor, asset, batch, key, observed, on_both, open, organisation, reading, record,
    record_on, second, seen, system, take_in, writing,
};

async fn what_was_recorded_is_in_the_snapshot_and_not_before(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let id = organisation("acme");
    let scope = register.organisation(&id);
    let changes = vec![acme("acme").into(), system("help-desk").into()];
    let receipt = record(&scope, changes, second(0)).await.unwrap();
    assert_eq!((receipt.recorded, receipt.skipped, receipt.size), (2, 0, 2));
    record(&scope, vec![asset("acme", "gpt").into()], second(10)).await.unwrap();

    let reader = place.open(&reading()).await.unwrap();
    let scope = reader.organisation(&id);
    let now = scope.snapshot(second(10)).await.unwrap();
    assert_eq!(now.organisation, acme("acme"));
    assert_eq!(now.systems, [system("help-desk")]);
    assert_eq!(now.assets, [asset("acme", "gpt")]);
    let part = scope.part(second(20), &["asset"]).await.unwrap();
    assert_eq!((&part.organisation, &part.assets), (&now.organisation, &now.assets));
    assert_eq!((part.at, part.systems.len()), (second(20), 0));
    let before = scope.snapshot(second(9)).await.unwrap();
    assert_eq!((before.systems.len(), before.assets.len()), (1, 0));
    let absent = scope.snapshot(second(-1)).await.unwrap_err();
    assert!(matches!(absent, RegisterError::NotFound { .. }), "{absent}");
    assert_eq!(reader.organisations().await.unwrap(), std::slice::from_ref(&id));
    let entry = scope.get("asset", asset("acme", "gpt").id.as_str()).await.unwrap().unwrap();
    assert_eq!(entry.record, Record::Asset(asset("acme", "gpt")));
    assert_eq!((entry.actor, entry.at), (actor(), second(10)));
    assert_eq!(scope.get("asset", "none").await.unwrap(), None);
}

async fn what_is_on_record_already_is_skipped(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let id = organisation("acme");
    let scope = register.organisation(&id);
    let first = record(&scope, everything(), second(0)).await.unwrap();
    assert_eq!(first.recorded, everything().len() as u64);
    let again = record(&scope, everything(), second(5)).await.unwrap();
    assert_eq!((again.recorded, again.skipped), (0, first.recorded));
    assert_eq!(
        (again.root, again.size, &again.checkpoint),
        (first.root, first.size, &first.checkpoint)
    );

    // There and back within one call: both are entries, the last one holds.
    let mut renamed = system("help-desk");
    renamed.name = "Renamed".to_owned();
    let changes = vec![renamed.clone().into(), renamed.into(), system("help-desk").into()];
    let receipt = record(&scope, changes, second(6)).await.unwrap();
    assert_eq!((receipt.recorded, receipt.skipped), (2, 1));
    let snapshot = scope.snapshot(second(6)).await.unwrap();
    assert_eq!(snapshot.systems, [system("help-desk")]);
    assert_eq!(scope.latest("system").await.unwrap().len(), 1);
    assert_eq!(scope.assessments().await.unwrap().len(), 1);
    let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
    assert_eq!((verified.fault, verified.entries, verified.checkpoints), (None, receipt.size, 2));
}

async fn order_and_time_agree_even_when_the_clock_goes_back(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let id = organisation("acme");
    let scope = register.organisation(&id);
    record(&scope, vec![acme("acme").into()], second(100)).await.unwrap();
    record(&scope, vec![system("a").into()], second(50)).await.unwrap();
    let entries = scope.entries(0..10).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.recorded_at).collect::<Vec<_>>(), [second(100); 2]);
    assert_eq!(entries[1].entry().unwrap().unwrap().at, second(100));
    assert!(scope.snapshot(second(99)).await.is_err());
}

async fn two_organisations_never_see_each_others_rows(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let (one, two) = (organisation("acme"), organisation("other"));
    let (ours, theirs) = (register.organisation(&one), register.organisation(&two));
    record(&ours, everything(), second(0)).await.unwrap();
    record(&theirs, vec![acme("other").into()], second(0)).await.unwrap();
    let snapshot = theirs.snapshot(second(9)).await.unwrap();
    let mut expected = ours.snapshot(second(9)).await.unwrap();
    assert_eq!(expected.assets.len(), 2);
    for list in [snapshot.assets.len(), snapshot.observations.len(), snapshot.batches.len()] {
        assert_eq!(list, 0);
    }
    assert_eq!(snapshot.organisation, acme("other"));
    assert!(theirs.find_assets("gpt").await.unwrap().is_empty());
    assert_eq!(theirs.entries(0..100).await.unwrap().len(), 1);
    assert!(theirs.assessments().await.unwrap().is_empty());
    assert!(theirs.latest("asset").await.unwrap().is_empty());

    // The same key and the same digest are another asset and another batch over there.
    let batch = batch("help-desk", second(0), vec![seen("gpt", &["sha256-of-gpt"])]);
    let ingest = take_in(&theirs, batch, second(20)).await;
    assert_eq!(ingest.new_assets.len(), 1);
    assert_ne!(ingest.new_assets[0], expected.assets[0].id);
    expected.at = second(20);
    assert_eq!(ours.snapshot(second(20)).await.unwrap(), expected);
    assert_eq!(register.organisations().await.unwrap(), [one.clone(), two.clone()]);
    for (id, scope) in [(one, ours), (two, theirs)] {
        let key = key(id.as_str()).verifying_key();
        assert_eq!(scope.verify(&key, None).await.unwrap().fault, None);
    }
}

async fn what_contradicts_itself_or_the_register_is_refused_whole(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let id = organisation("acme");
    let scope = register.organisation(&id);
    record(&scope, everything(), second(0)).await.unwrap();
    let size = scope.head().await.unwrap().unwrap().head.size;

    let mut usurper = asset("acme", "usurper");
    usurper.key = "gpt".to_owned();
    let mut forged = batch("help-desk", second(1), Vec::new());
    forged.coverage.files_read = 7;
    let forged = annex_isms::record::Batch { digest: annex_isms::Digest::of(b""), batch: forged };
    for wrong in [Record::from(usurper), acme("other").into(), forged.into()] {
        let changes = vec![system("new").into(), wrong];
        let error = record(&scope, changes, second(1)).await.unwrap_err();
        assert!(matches!(error, RegisterError::Conflict { .. }), "{error}");
    }
    let other = register.organisation(&organisation("other")).id().clone();
    let wrong_key = key(other.as_str());
    let error = scope
        .record(
            vec![system("new").into()],
            &actor(),
            second(1),
            &wrong_key,
            &mut || [0; 32],
            &Condition::default(),
        )
        .await
        .unwrap_err();
    assert!(matches!(error, RegisterError::Conflict { .. }), "{error}");
    assert_eq!(scope.head().await.unwrap().unwrap().head.size, size);
    assert_eq!(scope.get("system", "new").await.unwrap(), None);
}

async fn a_change_decided_on_what_somebody_replaced_is_refused(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    let named = |name: &str| {
        let mut system = system("help-desk");
        system.name = name.to_owned();
        Record::from(system)
    };
    record(&scope, vec![acme("acme").into(), named("old")], second(0)).await.unwrap();
    let mine = scope.current(second(1)).await.unwrap();
    let theirs = scope.current(second(1)).await.unwrap();
    assert_eq!((mine.size, mine.snapshot.systems.len()), (2, 1));
    record_on(&scope, vec![named("theirs")], second(2), Some(theirs.size)).await.unwrap();

    let changes = vec![system("other").into(), named("mine")];
    let error = record_on(&scope, changes, second(3), Some(mine.size)).await.unwrap_err();
    let RegisterError::Stale { kind, key: of } = &error else { panic!("{error:?}") };
    assert_eq!((*kind, of.as_str()), ("system", "help-desk"));
    assert!(error.to_string().contains("changed by somebody else"), "{error}");
    assert_eq!(scope.get("system", "other").await.unwrap(), None, "all or none");

    // What is equal to their change is skipped, and what nobody else touched is recorded.
    let changes = vec![named("theirs"), system("other").into()];
    let receipt = record_on(&scope, changes, second(4), Some(mine.size)).await.unwrap();
    assert_eq!((receipt.recorded, receipt.skipped), (1, 1));
    // Two who add the same thing at once: the second one did not know of the first.
    let mut again = system("other");
    again.name = "Another".to_owned();
    let error = record_on(&scope, vec![again.clone().into()], second(5), Some(2)).await;
    assert!(matches!(error, Err(RegisterError::Stale { .. })), "{error:?}");
    let read = scope.current(second(6)).await.unwrap().size;
    record_on(&scope, vec![again.into()], second(6), Some(read)).await.unwrap();
    let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
    assert_eq!((verified.fault, verified.entries), (None, read + 1));
}

async fn what_a_clock_ahead_recorded_is_current_though_not_yet_in_the_past(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, vec![acme("acme").into(), system("early").into()], second(0)).await.unwrap();
    record(&scope, vec![system("ahead").into()], second(60)).await.unwrap();
    assert_eq!(scope.snapshot(second(10)).await.unwrap().systems.len(), 1);
    let current = scope.current(second(10)).await.unwrap();
    assert_eq!((current.size, current.snapshot.systems.len()), (3, 2));
    assert_eq!(current.snapshot.at, second(60));
    assert_eq!(scope.current(second(90)).await.unwrap().snapshot.at, second(90));
}

async fn writers_of_one_process_queue_and_a_future_may_change_threads(place: Place) {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, vec![acme("acme").into()], second(0)).await.unwrap();
    let one =
        async |name: &str| record(&scope, vec![system(name).into()], second(1)).await.unwrap();
    let (a, b, c) = tokio::join!(one("a"), one("b"), one("c"));
    assert_eq!([a.size, b.size, c.size].iter().max(), Some(&4));
    is_send(record(&scope, everything(), second(2))).await.unwrap();
    is_send(scope.ingest(batch("r", second(3), Vec::new()))).await.unwrap();
    is_send(scope.snapshot(second(3))).await.unwrap();
    let verified = is_send(scope.verify(&key("acme").verifying_key(), None)).await.unwrap();
    assert_eq!(verified.fault, None);
}

async fn an_entry_is_proven_to_be_in_the_log(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    let receipt = record(&scope, everything(), second(0)).await.unwrap();
    let head = scope.head().await.unwrap().unwrap();
    assert_eq!((head.head.size, head.head.root), (receipt.size, receipt.root));
    assert_eq!(head.checkpoint, receipt.checkpoint);
    for entry in scope.entries(0..receipt.size).await.unwrap() {
        let proof = scope.inclusion_proof(entry.index).await.unwrap();
        let (nonce, body) = (entry.nonce.unwrap(), entry.body.unwrap());
        let commitment = annex_ledger::leaf_commitment(&nonce, &body);
        assert_eq!(commitment, entry.commitment);
        proof.verify(&commitment, &head.head).unwrap();
    }
    assert!(scope.inclusion_proof(receipt.size).await.is_err());
}

async fn assets_are_found_by_the_beginning_of_id_or_name(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    let mut odd = asset("acme", "odd");
    odd.name = "100%_Model".to_owned();
    let changes = vec![acme("acme").into(), odd.clone().into(), asset("acme", "gpt").into()];
    record(&scope, changes, second(0)).await.unwrap();
    let names = async |text: &str| -> Vec<String> {
        scope.find_assets(text).await.unwrap().into_iter().map(|asset| asset.name).collect()
    };
    assert_eq!(names("100%_m").await, ["100%_Model"]);
    assert_eq!(names("GP").await, ["gpt"]);
    assert_eq!(names(odd.id.as_str()).await, ["100%_Model"]);
    assert!(names("%").await.is_empty());
    assert!(names("10__").await.is_empty());
    assert_eq!(names("").await.len(), 2);
}

#[tokio::test]
async fn a_full_database_leaves_the_earlier_state_whole() {
    let folder = tempfile::tempdir().unwrap();
    let register = open(folder.path(), &writing()).await.unwrap();
    let id = organisation("acme");
    let before = record(&register.organisation(&id), everything(), second(0)).await.unwrap();
    register.close().await.unwrap();

    let mut small = writing();
    small.sqlite_pages_max = Some(150);
    let register = open(folder.path(), &small).await.unwrap();
    let scope = register.organisation(&id);
    let many = (0..2_000).map(|number| asset("acme", &format!("model-{number}")).into()).collect();
    let error = record(&scope, many, second(1)).await.unwrap_err();
    assert!(matches!(error, RegisterError::Full { .. }), "{error:?}");

    let key = key("acme").verifying_key();
    let verified = scope.verify(&key, Some(&before.checkpoint)).await.unwrap();
    assert_eq!((verified.fault, verified.entries), (None, before.size));
    assert_eq!(scope.snapshot(second(9)).await.unwrap().assets.len(), 2);
    record(&scope, vec![system("fits").into()], second(2)).await.unwrap();
    register.close().await.unwrap();
    let register = open(folder.path(), &writing()).await.unwrap();
    let verified = register.organisation(&id).verify(&key, None).await.unwrap();
    assert_eq!((verified.fault, verified.entries), (None, before.size + 1));
}

async fn ten_thousand_assets_with_ten_observations_each(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let id = organisation("acme");
    let scope = register.organisation(&id);
    record(&scope, vec![acme("acme").into()], second(0)).await.unwrap();
    let keys: Vec<String> = (0..10_000).map(|number| format!("model-{number}")).collect();
    let mut batch = batch("help-desk", second(0), keys.iter().map(|key| seen(key, &[])).collect());
    for number in 0..10 {
        let attribute = format!("attribute_{number}");
        batch.observations.extend(keys.iter().map(|key| observed(key, &attribute, number)));
    }
    let ingest = take_in(&scope, batch, second(1)).await;
    assert_eq!(ingest.new_assets.len(), 10_000);
    let snapshot = scope.snapshot(second(1)).await.unwrap();
    assert_eq!((snapshot.assets.len(), snapshot.observations.len()), (10_000, 100_000));
    let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
    // The organisation, the system, the assets and the batch.
    assert_eq!((verified.fault, verified.entries), (None, 10_003));
}

on_both! {
    what_was_recorded_is_in_the_snapshot_and_not_before,
    what_is_on_record_already_is_skipped,
    order_and_time_agree_even_when_the_clock_goes_back,
    two_organisations_never_see_each_others_rows,
    what_contradicts_itself_or_the_register_is_refused_whole,
    a_change_decided_on_what_somebody_replaced_is_refused,
    what_a_clock_ahead_recorded_is_current_though_not_yet_in_the_past,
    writers_of_one_process_queue_and_a_future_may_change_threads,
    an_entry_is_proven_to_be_in_the_log,
    assets_are_found_by_the_beginning_of_id_or_name,
    ten_thousand_assets_with_ten_observations_each,
}

//! Recording and reading back.

use annex_isms::Record;

use crate::support::{acme, asset, open, organisation, reading, record, second, system, writing};

#[tokio::test]
async fn what_was_recorded_is_in_the_snapshot_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let register = open(folder.path(), &writing()).await.unwrap();
    let id = organisation("acme");
    let scope = register.organisation(&id);
    let changes = vec![acme("acme").into(), system("help-desk").into()];
    let receipt = record(&scope, changes, second(0)).await.unwrap();
    assert_eq!((receipt.recorded, receipt.skipped, receipt.size), (2, 0, 2));
    record(&scope, vec![asset("acme", "gpt").into()], second(10)).await.unwrap();

    let reader = open(folder.path(), &reading()).await.unwrap();
    let scope = reader.organisation(&id);
    let now = scope.snapshot(second(10)).await.unwrap();
    assert_eq!(now.organisation, acme("acme"));
    assert_eq!(now.systems, [system("help-desk")]);
    assert_eq!(now.assets, [asset("acme", "gpt")]);
    let before = scope.snapshot(second(9)).await.unwrap();
    assert_eq!((before.systems.len(), before.assets.len()), (1, 0));
    assert!(scope.snapshot(second(-1)).await.is_err());
    assert_eq!(reader.organisations().await.unwrap(), [id.clone()]);
    let entry = scope.get("asset", asset("acme", "gpt").id.as_str()).await.unwrap().unwrap();
    assert_eq!(entry.record, Record::Asset(asset("acme", "gpt")));
}

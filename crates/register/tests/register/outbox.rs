//! The outbox: once for each id, by one server at a time, until it was told.

use annex_register::{Notice, NoticeState, Way};

use crate::support::{Place, acme, on_both, organisation, record, second, writing};

fn notice(id: &str, at: i64) -> Notice {
    Notice {
        id: id.to_owned(),
        kind: "gap-due".to_owned(),
        way: Way::Mail,
        recipient: "ada".to_owned(),
        record_kind: "gap".to_owned(),
        record_key: "g-1".to_owned(),
        title: "A gap\r\nwith a break".to_owned(),
        due: Some("2026-09-01".parse().unwrap()),
        created_at: second(at),
        state: NoticeState::Waiting,
        tries: 0,
        at: second(at),
        fault: None,
        leased_until: None,
    }
}

fn ids(notices: &[Notice]) -> Vec<&str> {
    notices.iter().map(|notice| notice.id.as_str()).collect()
}

async fn a_notice_is_told_once_and_by_one_server_at_a_time(place: Place) {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme"));
    let other = register.organisation(&organisation("other"));
    record(&scope, vec![acme("acme").into()], second(0)).await.unwrap();
    let (a, b, c) = (notice("a", 0), notice("b", 0), notice("c", 50));
    scope.put_notices(&[a.clone(), b, c], second(-9)).await.unwrap();
    // The same again, as another server or a restart puts it, changes nothing.
    scope.put_notices(&[Notice { tries: 7, ..a.clone() }], second(-9)).await.unwrap();
    let asked = ["a", "x", "c"].map(str::to_owned);
    let mut known = scope.known_notices(&asked).await.unwrap();
    known.sort();
    assert_eq!(known, ["a", "c"]);
    assert!(other.known_notices(&asked).await.unwrap().is_empty(), "they are of one organisation");

    // Several at once: none gets what another has, and what is not due yet is nobody's.
    let claim = || scope.claim_notices(second(1), second(100), 1);
    let (one, two, three) = tokio::join!(claim(), claim(), claim());
    let mut claimed = [one.unwrap(), two.unwrap(), three.unwrap()].concat();
    claimed.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(ids(&claimed), ["a", "b"]);
    assert_eq!(claimed[0].title, a.title, "as it was put");
    assert!(other.claim_notices(second(1), second(100), 9).await.unwrap().is_empty());

    // One is told; the server that had the other is gone, and its lease ends.
    let told = Notice { state: NoticeState::Sent, tries: 1, at: second(2), ..claimed[0].clone() };
    scope.settle_notice(&told).await.unwrap();
    assert!(scope.claim_notices(second(40), second(140), 9).await.unwrap().is_empty());
    let again = scope.claim_notices(second(100), second(200), 9).await.unwrap();
    assert_eq!(ids(&again), ["b", "c"]);
    // What the first one says now is not taken: it is another's.
    let late = Notice { state: NoticeState::Sent, tries: 1, ..claimed[1].clone() };
    scope.settle_notice(&late).await.unwrap();
    assert_eq!(scope.notices(Some(NoticeState::Sent), 0, 9).await.unwrap().1, 1);

    // A fault: later; and then for good, until a person looks.
    let fault = Some("it answered 500".to_owned());
    let later = Notice { tries: 1, at: second(300), fault: fault.clone(), ..again[0].clone() };
    scope.settle_notice(&later).await.unwrap();
    let before = scope.claim_notices(second(299), second(400), 9).await.unwrap();
    assert_eq!(ids(&before), ["c"], "whose lease is over, and not the one that is to wait");
    let tried = scope.claim_notices(second(300), second(400), 9).await.unwrap();
    assert_eq!((ids(&tried), tried[0].tries, &tried[0].fault), (vec!["b"], 1, &fault));
    let failed =
        Notice { state: NoticeState::Failed, tries: 2, at: second(301), ..tried[0].clone() };
    scope.settle_notice(&failed).await.unwrap();
    let counts = scope.count_notices().await.unwrap();
    assert_eq!(counts.values().copied().collect::<Vec<_>>(), [1, 1, 1]);
    for (id, there) in [("a", false), ("c", false), ("x", false), ("b", true), ("b", false)] {
        assert_eq!(scope.retry_notice(id, second(302)).await.unwrap(), there, "{id}");
    }
    assert!(!other.retry_notice("b", second(302)).await.unwrap());
    let anew = scope.claim_notices(second(302), second(400), 9).await.unwrap();
    assert_eq!((ids(&anew), anew[0].tries), (vec!["b"], 0));
    // What was settled long ago goes, what waits never.
    scope.put_notices(&[], second(1000)).await.unwrap();
    let (left, total) = scope.notices(None, 0, 9).await.unwrap();
    assert_eq!(total, 2);
    assert!(ids(&left).iter().all(|id| ["b", "c"].contains(id)));
}

on_both! { a_notice_is_told_once_and_by_one_server_at_a_time, }

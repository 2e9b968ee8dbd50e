//! Copying from one database into the other, and back.

use std::collections::BTreeMap;

use annex_isms::OrganisationId;
use annex_ledger::VerifyingKey;
use annex_register::{
    Account, Means, Register, RegisterError, SecondFactor, SignIn, SignInOutcome,
};

use crate::everything::everything;
use crate::support::{Place, acme, key, on_both, organisation, record, second, system, writing};

fn keys() -> BTreeMap<OrganisationId, VerifyingKey> {
    ["acme", "other"].map(|id| (organisation(id), key(id).verifying_key())).into()
}

/// A register of two organisations, one with everything and an account.
async fn filled(place: &Place) -> Register {
    let register = place.open(&writing()).await.unwrap();
    let scope = register.organisation(&organisation("acme")).clone();
    record(&scope, everything(), second(0)).await.unwrap();
    record(&scope, vec![system("more").into()], second(1)).await.unwrap();
    let person: annex_isms::PersonId = "ada".parse().unwrap();
    let (secret, confirmed) = (vec![1, 2, 3], true);
    let factor = SecondFactor { person: person.clone(), secret, confirmed, step: 7 };
    scope.put_second_factor(&factor, &[[4; 32], [5; 32]]).await.unwrap();
    scope.put_sign_in(&attempt(&person), second(0)).await.unwrap();
    let password = "$argon2id$".to_owned();
    scope
        .put_account(&Account { person, password, failures: 2, locked_until: Some(second(9)) })
        .await
        .unwrap();
    let other = register.organisation(&organisation("other")).clone();
    record(&other, vec![acme("other").into()], second(2)).await.unwrap();
    register
}

fn attempt(person: &annex_isms::PersonId) -> SignIn {
    SignIn {
        id: [6; 32],
        person: person.clone(),
        at: second(3),
        outcome: SignInOutcome::Wrong,
        means: Means::Password,
        address: Some("192.0.2.1".to_owned()),
    }
}

fn another(place: &Place) -> Place {
    match place {
        Place::Folder(_) => Place::database(),
        Place::Database(_) => Place::folder(),
    }
}

async fn a_copy_is_the_same_register_on_the_other_database(place: Place) {
    let (there, back) = (another(&place), another(&another(&place)));
    let source = filled(&place).await;
    let target = there.open(&writing()).await.unwrap();
    let copied = source.copy_to(&target, &keys()).await.unwrap();
    let again = back.open(&writing()).await.unwrap();
    assert_eq!(target.copy_to(&again, &keys()).await.unwrap(), copied, "and back");
    let sizes: Vec<(String, u64, u64)> = copied
        .iter()
        .map(|copied| (copied.organisation.to_string(), copied.entries, copied.accounts))
        .collect();
    let size = everything().len() as u64 + 1;
    assert_eq!(sizes, [("acme".to_owned(), size, 1), ("other".to_owned(), 1, 0)]);

    for copy in [&target, &again] {
        let (id, ada) = (organisation("acme"), "ada".parse().unwrap());
        let scope = copy.organisation(&id);
        assert_eq!(scope.sign_ins(None, 0, 9).await.unwrap(), (vec![attempt(&ada)], 1));
        assert_eq!(scope.second_factor(&ada).await.unwrap().map(|factor| factor.step), Some(7));
        assert!(!scope.take_step(&ada, 7).await.unwrap(), "a step is taken once");
        assert!(scope.take_step(&ada, 8).await.unwrap());
        assert!(scope.take_recovery_code(&ada, &[4; 32]).await.unwrap());
        assert!(!scope.take_recovery_code(&ada, &[4; 32]).await.unwrap(), "and a code");
        assert_eq!(scope.recovery_codes(&ada).await.unwrap(), 1);
        assert_eq!(copy.organisations().await.unwrap(), source.organisations().await.unwrap());
        for id in source.ledgers().await.unwrap() {
            let (ours, theirs) = (source.organisation(&id), copy.organisation(&id));
            let head = ours.head().await.unwrap();
            assert_eq!(theirs.head().await.unwrap(), head, "size, root and signature");
            assert_eq!(
                theirs.entries(0..100).await.unwrap(),
                ours.entries(0..100).await.unwrap(),
                "bodies and nonces, byte for byte"
            );
            assert_eq!(
                theirs.current(second(9)).await.unwrap(),
                ours.current(second(9)).await.unwrap()
            );
            let note = head.unwrap().checkpoint;
            let verified = theirs.verify(&keys()[&id], Some(&note)).await.unwrap();
            assert_eq!(verified, ours.verify(&keys()[&id], Some(&note)).await.unwrap());
            assert_eq!(verified.fault, None);
        }
        let ada = "ada".parse().unwrap();
        let scope = copy.organisation(&organisation("acme")).clone();
        let account = scope.account(&ada).await.unwrap().unwrap();
        assert_eq!((account.failures, account.locked_until), (2, Some(second(9))));
        // It goes on from there.
        record(&scope, vec![system("after").into()], second(3)).await.unwrap();
        let verified = scope.verify(&key("acme").verifying_key(), None).await.unwrap();
        assert_eq!((verified.fault, verified.entries), (None, size + 1));
    }
}

async fn a_copy_that_cannot_be_whole_leaves_nothing(place: Place) {
    let source = filled(&place).await;
    let there = another(&place);
    let target = there.open(&writing()).await.unwrap();
    let mut half = keys();
    half.remove(&organisation("other"));
    let error = source.copy_to(&target, &half).await.unwrap_err();
    assert!(matches!(error, RegisterError::NotFound { .. }), "{error:?}");
    half.insert(organisation("other"), key("acme").verifying_key());
    assert!(source.copy_to(&target, &half).await.is_err(), "another key verifies nothing");
    assert_eq!(target.ledgers().await.unwrap(), []);

    // What does not verify is not carried on.
    source.close().await.unwrap();
    let damage = "UPDATE ai_system SET name = 'x' WHERE id = 'help-desk'";
    let damaged = place.copy();
    damaged.tamper(damage, damage).await;
    let source = damaged.open(&writing()).await.unwrap();
    let error = source.copy_to(&target, &keys()).await.unwrap_err();
    assert!(error.to_string().contains("the source of acme does not verify"), "{error}");
    assert_eq!(target.ledgers().await.unwrap(), []);

    // Nor is anything put beside what is there.
    let source = place.open(&writing()).await.unwrap();
    let scope = target.organisation(&organisation("third")).clone();
    record(&scope, vec![acme("third").into()], second(0)).await.unwrap();
    let error = source.copy_to(&target, &keys()).await.unwrap_err();
    assert!(matches!(error, RegisterError::Conflict { .. }), "{error:?}");
    assert_eq!(target.ledgers().await.unwrap(), [organisation("third")]);
}

on_both! {
    a_copy_is_the_same_register_on_the_other_database,
    a_copy_that_cannot_be_whole_leaves_nothing,
}

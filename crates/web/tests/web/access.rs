//! Who reaches what: every route with every role, and what a role may not do by another way.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use annex_isms::PersonId;
use annex_isms::entity::Role;
use annex_operations::{Caller, Command, OperationError};
use annex_web::{Access, Door};
use axum::http::StatusCode;

use crate::desk::{Desk, HOUR};

/// The path of a route, with ids that nothing has: who may not is refused before it is looked up.
fn path(template: &str) -> String {
    let parts = template.split('/').map(|part| if part.starts_with('{') { "none" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Who gets this role.
fn holder(role: Role) -> &'static str {
    if role == Role::Service { "a-program" } else { "ines-arvid" }
}

#[tokio::test]
async fn every_route_lets_in_the_roles_of_the_table() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let routes = annex_web::routes();
    let mut admitted = vec![Vec::new(); routes.len()];
    for (route, admitted) in routes.iter().zip(&mut admitted) {
        let (status, _) = desk.visit(route.method, &path(route.path), "").await;
        if !matches!(status, StatusCode::SEE_OTHER | StatusCode::UNAUTHORIZED) {
            admitted.push("everyone");
        }
        assert_eq!(!admitted.is_empty(), route.access == Access::Everyone, "{}", route.path);
    }
    let all: Vec<String> = annex_operations::actions().expect("actions").into_iter().collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    for role in Role::ALL {
        let key = desk.key(holder(*role), *role, &all).await;
        for (route, admitted) in routes.iter().zip(&mut admitted) {
            let path = path(route.path);
            let (status, page) = match route.door {
                // A program has no password to sign in with.
                Door::Page if *role == Role::Service => continue,
                Door::Page => desk.visit(route.method, &path, &cookie).await,
                Door::Api => desk.call(route.method, &path, &key).await,
            };
            assert!(!status.is_server_error(), "{} {} as {role}: {page}", route.method, route.path);
            if !page.contains("Your roles do not permit this") && *admitted != ["everyone"] {
                admitted.push(role.as_str());
            }
        }
    }
    let mut table = String::new();
    for (route, admitted) in routes.iter().zip(admitted) {
        let _ = writeln!(table, "{:4} {:30} {}", route.method, route.path, admitted.join(" "));
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn every_action_is_permitted_to_the_roles_of_the_table() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let token = cookie.split_once('.').expect("a pair").1;
    let all: Vec<String> = annex_operations::actions().expect("actions").into_iter().collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let mut callers = Vec::new();
    for role in Role::ALL {
        if *role == Role::Service {
            let key = desk.key(holder(*role), *role, &all).await;
            let caller = desk.site.operations().key_holder(&key, None).await.expect("read");
            callers.push((role, caller.expect("a program")));
            continue;
        }
        desk.grant(holder(*role), *role).await;
        let person = desk.site.operations().signed_in(token).await.expect("read");
        callers.push((role, person.expect("signed in").caller(None)));
    }
    let mut table = String::new();
    for action in annex_operations::actions().expect("actions") {
        let mut admitted = Vec::new();
        for (role, caller) in &callers {
            match (caller.may(&action, true), caller.may(&action, false)) {
                (true, true) => admitted.push(role.to_string()),
                (true, false) => admitted.push(format!("{role}(own)")),
                (false, true) => admitted.push(format!("{role}(others)")),
                (false, false) => {}
            }
        }
        let _ = writeln!(table, "{action:22} {}", admitted.join(" "));
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn nobody_speaks_for_someone_else_or_widens_their_own_access() {
    let desk = Desk::new().await;
    let operations = desk.site.operations();
    let person = |id: &str| -> PersonId { id.parse().expect("an id") };
    desk.grant("ines-arvid", Role::Administrator).await;
    let cookie = desk.signed_in("ines-arvid").await;
    let token = cookie.split_once('.').expect("a pair").1;
    let ines = operations.signed_in(token).await.expect("read").expect("signed in");
    let ines = ines.caller(Some("192.0.2.7".to_owned()));
    let forbidden = |command: Command| {
        let ines = ines.clone();
        async move {
            let outcome = operations.execute(command.clone(), &ines).await;
            assert!(
                matches!(outcome, Err(OperationError::Forbidden(_))),
                "{command:?}: {outcome:?}"
            );
        }
    };
    let roles = BTreeSet::from([Role::Approver]);
    forbidden(Command::GrantAccess { holder: person("ines-arvid"), roles: roles.clone() }).await;
    let approve =
        |by: &str| Command::ApproveSoa { by: person(by), compensating_review: String::new() };
    forbidden(approve("ines-arvid")).await;
    forbidden(approve("tomas-beck")).await;
    let tokens = Command::CreateToken {
        holder: person("tomas-beck"),
        description: "to act as someone else".to_owned(),
        actions: BTreeSet::from(["read".to_owned()]),
        expires: annex_isms::Instant::from_microseconds(operations.now().microseconds() + HOUR),
    };
    forbidden(tokens).await;
    let other = Command::GrantAccess { holder: person("tomas-beck"), roles };
    operations.execute(other, &ines).await.expect("an administrator grants to others");
    operations
        .execute(approve("tomas-beck"), &Caller::of_folder("test"))
        .await
        .expect_err("no draft");
}

#[tokio::test]
async fn who_made_a_key_for_a_program_never_acts_as_a_person() {
    let desk = Desk::new().await;
    let operations = desk.site.operations();
    desk.grant("ines-arvid", Role::Administrator).await;
    let cookie = desk.signed_in("ines-arvid").await;
    let token = cookie.split_once('.').expect("a pair").1;
    let ines = operations.signed_in(token).await.expect("read").expect("signed in").caller(None);
    let person = |id: &str| -> PersonId { id.parse().expect("an id") };
    let service = BTreeSet::from([Role::Service]);
    let known = Command::GrantAccess { holder: person("tomas-beck"), roles: service.clone() };
    let refused = operations.execute(known, &ines).await.expect_err("a person is no program");
    assert!(refused.to_string().contains("is a person"), "{refused}");
    let program = Command::GrantAccess { holder: person("eve"), roles: service };
    operations.execute(program, &ines).await.expect("granted");
    let expires = annex_isms::Instant::from_microseconds(operations.now().microseconds() + HOUR);
    let actions = annex_operations::actions().expect("actions");
    let command = Command::CreateToken {
        holder: person("eve"),
        description: "a program".to_owned(),
        actions,
        expires,
    };
    let annex_operations::Reply::Token { key, .. } =
        operations.execute(command, &ines).await.expect("made")
    else {
        panic!("no key");
    };
    assert!(operations.key_holder(&key, None).await.expect("read").is_some());
    let add = Command::AddPerson {
        id: person("eve"),
        name: "Eve".to_owned(),
        roles: BTreeSet::new(),
        email: None,
    };
    operations.execute(add, &ines).await.expect("added");
    let approver = BTreeSet::from([Role::Approver]);
    let grant = Command::GrantAccess { holder: person("eve"), roles: approver };
    operations.execute(grant, &ines).await.expect("granted");
    assert!(operations.key_holder(&key, None).await.expect("read").is_none());
}

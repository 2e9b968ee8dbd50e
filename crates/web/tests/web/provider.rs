//! Signing in by a provider of identities: a real one, and some that lie.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use annex_isms::entity::Role;
use annex_operations::{Caller, Command};
use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::at_provider::{ask, at_provider, by, desk, leave, program, set_clock, sign_in};
use crate::desk::{Desk, HOUR, encoded, read};

async fn link(desk: &Desk, person: &str, issuer: &str, subject: &str) {
    let command = Command::LinkIdentity {
        person: person.parse().expect("an id"),
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
    };
    desk.site.operations().execute(command, &Caller::of_folder("test")).await.expect("linked");
}

async fn address_of(desk: &Desk, person: &str, email: &str) {
    let id = person.parse().expect("an id");
    let known = desk.site.operations().person(&id).await.expect("read").expect("on record");
    let email = Some(email.parse().expect("an address"));
    let command = Command::AddPerson { id, name: known.name, roles: known.roles, email };
    desk.site.operations().execute(command, &Caller::of_folder("test")).await.expect("recorded");
}

async fn sign_ins(desk: &Desk) -> u64 {
    desk.site.operations().sign_ins(None, 0, 50).await.expect("read").1
}

#[tokio::test]
async fn who_is_linked_is_signed_in_and_nobody_else() {
    let provider = program();
    let desk = desk(by(provider.issuer(), "annex", "sub", false)).await;
    let (_, page) = desk.get("/sign-in", "").await;
    assert!(page.contains("Sign in with &lt;Velmora&gt;") && page.contains("/sign-in/provider"));
    // Nobody is linked: what the provider says opens nothing.
    let answer = sign_in(&desk, "248289761001").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer.page.contains("<code>248289761001</code>")
            && answer.cookie("annex_session").is_none()
    );
    assert_eq!(sign_ins(&desk).await, 0);
    // An administrator links, on the page of the person.
    desk.grant("tomas-beck", Role::Administrator).await;
    let admin = desk.signed_in("tomas-beck").await;
    let token = desk.token("/access/ines-arvid", &admin).await;
    let form = |subject: &str| {
        let issuer = encoded(provider.issuer());
        format!("form={token}&holder=ines-arvid&issuer={issuer}&subject={subject}")
    };
    let (status, page) = desk.post("/access/identity", &admin, &form("248289761001")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let again = form("248289761001").replace("ines-arvid", "tomas-beck");
    let (status, page) = desk.post("/access/identity", &admin, &again).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("belongs to `ines-arvid`"));
    let hostile = encoded("<script>alert(1)</script>");
    desk.post("/access/identity", &admin, &form(&hostile)).await;
    let (_, page) = desk.get("/access/ines-arvid", &admin).await;
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>"), "{page}");
    for wrong in ["", "%0D%0A", &"x".repeat(256)] {
        let (status, _) = desk.post("/access/identity", &admin, &form(wrong)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let answer = sign_in(&desk, "248289761001").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.page);
    assert!(answer.page.contains("http-equiv=\"refresh\" content=\"0;url=/\""), "{}", answer.page);
    let session = answer.cookie("annex_session").expect("a session").to_owned();
    for part in ["HttpOnly", "Secure", "SameSite=Strict"] {
        assert!(answer.cookies[0].contains(part), "{:?}", answer.cookies);
    }
    assert_eq!(answer.cookie("annex_way"), Some("annex_way="), "the way is forgotten");
    let (status, page) = desk.get("/account", &session).await;
    assert!(
        status == StatusCode::OK && page.contains("Ines") && page.contains(">provider<"),
        "{page}"
    );
    // Ending the link ends what it let in.
    let id = desk.site.operations().identities(None).await.expect("read");
    let id = id.iter().find(|one| one.subject == "248289761001").expect("linked").id.clone();
    let end = format!("form={token}&holder=ines-arvid&identity={id}");
    assert_eq!(desk.post("/access/identity/end", &admin, &end).await.0, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("/account", &session).await.0, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&desk, "248289761001").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_answer_is_for_the_browser_that_asked_and_is_taken_once() {
    let provider = program();
    let desk = desk(by(provider.issuer(), "public", "preferred_username", false)).await;
    link(&desk, "ines-arvid", provider.issuer(), "ines-by-name").await;
    let (address, way) = leave(&desk, "/sign-in/provider").await;
    for part in ["code_challenge_method=S256", "code_challenge=", "nonce=", "response_type=code"] {
        assert!(address.contains(part), "{address}");
    }
    let back = at_provider(&address, "ines").await;
    let (_, other) = leave(&desk, "/sign-in/provider").await;
    let changed = way.replacen(".1", ".2", 1);
    for cookie in ["", other.as_str(), &changed, "annex_way=x", "annex_way=velmora.1.2"] {
        let answer = ask(&desk, &back, cookie).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{cookie}");
        assert!(
            answer.cookie("annex_session").is_none()
                && answer.page.contains("not begun in this browser")
        );
    }
    let no_state = back.split("&state=").next().expect("a path").to_owned();
    assert_eq!(ask(&desk, &no_state, &way).await.status, StatusCode::UNAUTHORIZED);
    let mixed = format!(
        "{}&iss=https%3A%2F%2Felsewhere.example",
        back.split("&iss=").next().expect("a path")
    );
    assert_eq!(ask(&desk, &mixed, &way).await.status, StatusCode::UNAUTHORIZED);
    // By a claim of the provider's own, as a public client.
    let answer = ask(&desk, &back, &way).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.page);
    // The same once more.
    let answer = ask(&desk, &back, &way).await;
    assert!(
        answer.status == StatusCode::UNAUTHORIZED && answer.page.contains("used twice"),
        "{}",
        answer.page
    );
    assert!(answer.cookie("annex_session").is_none());
    // What takes too long, and what the provider refuses.
    let (address, way) = leave(&desk, "/sign-in/provider").await;
    let back = at_provider(&address, "ines").await;
    let state =
        address.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
    let denied = format!("/sign-in/callback?error=access_denied%0D%0A&state={state}");
    let answer = ask(&desk, &denied, &way).await;
    assert!(
        answer.status == StatusCode::UNAUTHORIZED && answer.page.contains("did not sign you in")
    );
    desk.clock.0.fetch_add(HOUR / 5, Ordering::SeqCst);
    let answer = ask(&desk, &back, &way).await;
    assert!(answer.status == StatusCode::UNAUTHORIZED && answer.page.contains("too long"));
    assert_eq!(sign_ins(&desk).await, 1);
}

#[tokio::test]
async fn a_token_of_which_one_thing_does_not_hold_signs_nobody_in() {
    let provider = program();
    for (lie, status, word) in [
        ("none", StatusCode::OK, "in"),
        ("audience", StatusCode::UNAUTHORIZED, "token"),
        ("audiences", StatusCode::UNAUTHORIZED, "token"),
        ("issuer", StatusCode::UNAUTHORIZED, "token"),
        ("nonce", StatusCode::UNAUTHORIZED, "token"),
        ("old", StatusCode::UNAUTHORIZED, "token"),
        ("nobody", StatusCode::UNAUTHORIZED, "token"),
        ("key", StatusCode::UNAUTHORIZED, "token"),
        ("unsigned", StatusCode::UNAUTHORIZED, "token"),
        ("tokenless", StatusCode::UNAUTHORIZED, "token"),
        ("endless", StatusCode::BAD_GATEWAY, "away"),
    ] {
        let issuer = provider.liar(lie);
        let desk = desk(by(&issuer, "annex", "sub", false)).await;
        link(&desk, "ines-arvid", &issuer, "sub-of-lies").await;
        let (address, way) = leave(&desk, "/sign-in/provider").await;
        let part = |name: &str| {
            let (_, rest) = address.split_once(name).expect("a part");
            rest.split('&').next().expect("a value").to_owned()
        };
        let back = format!("/sign-in/callback?code={}&state={}", part("nonce="), part("state="));
        let answer = ask(&desk, &back, &way).await;
        assert_eq!(answer.status, status, "{lie}: {}", answer.page);
        let signed_in = u64::from(word == "in");
        assert_eq!(answer.cookie("annex_session").is_some(), signed_in == 1, "{lie}");
        assert_eq!(sign_ins(&desk).await, signed_in, "{lie}");
        let mut figures = Request::get("/metrics").body(Body::empty()).expect("a request");
        let local: std::net::SocketAddr = "127.0.0.1:9".parse().expect("an address");
        figures.extensions_mut().insert(axum::extract::ConnectInfo(local));
        let (_, figures) = read(desk.send(figures).await).await;
        let line = format!("annex_provider_sign_ins_total{{outcome=\"{word}\"}} 1");
        assert!(figures.contains(&line), "{lie}: {figures}");
    }
    // A provider that is away, or is not the one that it should be, is nobody's to ask.
    let gone = "http://127.0.0.1:1".to_owned();
    for issuer in [provider.liar("down"), provider.liar("elsewhere"), gone] {
        let desk = desk(by(&issuer, "annex", "sub", false)).await;
        let answer = ask(&desk, "/sign-in/provider", "").await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{issuer}");
        assert!(answer.page.contains("sign in with your password"), "{}", answer.page);
        assert!(!answer.page.contains(&issuer), "{}", answer.page);
        desk.signed_in("ines-arvid").await;
    }
}

#[tokio::test]
async fn a_verified_address_links_a_person_who_has_access_where_that_is_asked_for() {
    let provider = program();
    for (asked_for, name, email, role, status) in [
        (false, "ines", "ines@example.org", true, StatusCode::FORBIDDEN),
        (true, "ines", "INES@example.org", true, StatusCode::OK),
        (true, "ines", "ines@example.org", false, StatusCode::FORBIDDEN),
        (true, "ines", "other@example.org", true, StatusCode::FORBIDDEN),
        (true, "unverified-ines", "unverified-ines@example.org", true, StatusCode::FORBIDDEN),
    ] {
        let desk = desk(by(provider.issuer(), "annex", "sub", asked_for)).await;
        address_of(&desk, "ines-arvid", email).await;
        if !role {
            desk.grants("ines-arvid", []).await;
        }
        let answer = sign_in(&desk, name).await;
        assert_eq!(answer.status, status, "{asked_for} {name} {email} {role}: {}", answer.page);
        if status != StatusCode::OK {
            continue;
        }
        assert_eq!(sign_in(&desk, name).await.status, StatusCode::OK, "linked once");
        let operations = desk.site.operations();
        let linked = operations.identities(None).await.expect("read");
        assert_eq!(linked.len(), 1);
        // Another name with the same address is not hers too, and what ended is not undone.
        let by = Caller::of_folder("test");
        let end = Command::EndIdentity { identity: linked[0].id.clone() };
        operations.execute(end, &by).await.expect("ended");
        assert_eq!(sign_in(&desk, name).await.status, StatusCode::FORBIDDEN);
    }
    // An address of two people is nobody's.
    let desk = desk(by(provider.issuer(), "annex", "sub", true)).await;
    for person in ["ines-arvid", "tomas-beck"] {
        address_of(&desk, person, "ines@example.org").await;
    }
    assert_eq!(sign_in(&desk, "ines").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_way_back_leads_to_the_organisation_that_began() {
    let provider = program();
    let mut here = desk(by(provider.issuer(), "annex", "sub", false)).await;
    let there = Desk::of_another_with_provider(by(provider.issuer(), "annex", "sub", false)).await;
    set_clock(&there);
    link(&here, "ines-arvid", provider.issuer(), "ines").await;
    link(&there, "tomas-beck", provider.issuer(), "ines").await;
    here.router = annex_web::installation(&[Arc::clone(&here.site), Arc::clone(&there.site)]);
    let (_, page) = here.get("/sign-in?organisation=other", "").await;
    assert!(page.contains("/sign-in/provider?organisation=other"), "{page}");
    let (_, page) = here.get("/sign-in?organisation=nobodys", "").await;
    assert!(!page.contains("/sign-in/provider"), "{page}");
    for nowhere in ["/sign-in/provider", "/sign-in/provider?organisation=nobodys"] {
        assert_eq!(ask(&here, nowhere, "").await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
    let (address, way) = leave(&here, "/sign-in/provider?organisation=other").await;
    let back = at_provider(&address, "ines").await;
    let forged = way.replace("annex_way=other.", "annex_way=velmora.");
    assert_eq!(ask(&here, &back, &forged).await.status, StatusCode::UNAUTHORIZED);
    let answer = ask(&here, &back, &way).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.page);
    let session = answer.cookie("annex_session").expect("a session");
    assert!(session.starts_with("annex_session=other."), "{session}");
    assert!(here.get("/account", session).await.1.contains("tomas-beck"));
}

#[tokio::test]
async fn only_an_administrator_links_and_says_where_mail_goes() {
    let provider = program();
    let desk = desk(by(provider.issuer(), "annex", "sub", false)).await;
    for role in Role::ALL.iter().filter(|role| !matches!(role, Role::Administrator | Role::Service))
    {
        desk.grant("ines-arvid", *role).await;
        let cookie = desk.signed_in("ines-arvid").await;
        let token = desk.token("/account", &cookie).await;
        for (path, more) in [
            ("/access/identity", format!("&issuer={}&subject=me", encoded(provider.issuer()))),
            ("/access/identity/end", "&identity=i-1".to_owned()),
            ("/access/address", "&email=me@example.org".to_owned()),
        ] {
            let form = format!("form={token}&holder=tomas-beck{more}");
            assert_eq!(
                desk.post(path, &cookie, &form).await.0,
                StatusCode::FORBIDDEN,
                "{role} {path}"
            );
        }
        let (status, page) = desk.get("/access/tomas-beck", &cookie).await;
        assert!(status != StatusCode::OK || !page.contains("/access/identity"), "{role}");
    }
    desk.grant("ines-arvid", Role::Administrator).await;
    let cookie = desk.signed_in("ines-arvid").await;
    let token = desk.token("/access/tomas-beck", &cookie).await;
    let form = |email: &str| format!("form={token}&holder=tomas-beck&email={}", encoded(email));
    for wrong in ["tomas", "a@example.org\r\nBcc: b@example.org", "<b>@example.org"] {
        let (status, page) = desk.post("/access/address", &cookie, &form(wrong)).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && !page.contains("<b>@"), "{page}");
    }
    let right = form("tomas@example.org");
    assert_eq!(desk.post("/access/address", &cookie, &right).await.0, StatusCode::SEE_OTHER);
    assert!(desk.get("/access/tomas-beck", &cookie).await.1.contains("tomas@example.org"));
    let nobody = right.replace("tomas-beck", "nobody-here");
    assert_eq!(desk.post("/access/address", &cookie, &nobody).await.0, StatusCode::NOT_FOUND);
    let unknown = format!("form={token}&holder=tomas-beck&identity=i-none");
    let (status, _) = desk.post("/access/identity/end", &cookie, &unknown).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let roles: BTreeSet<Role> = BTreeSet::from([Role::ControlOwner]);
    let tomas = "tomas-beck".parse().expect("an id");
    assert_eq!(desk.site.operations().roles(&tomas).await.expect("read"), roles, "as before");
}

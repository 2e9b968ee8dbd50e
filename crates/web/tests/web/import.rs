//! Registers from files: what is shown is what is recorded, all of it or nothing.

use std::collections::BTreeSet;

use annex_isms::AssetKind;
use annex_isms::entity::{Asset, Risk, Role, Supplier};
use annex_operations::{Caller, Command, NewAsset};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, encoded, read};

const HOSTILE: &str = "<script>alert(1)</script>";

/// Sends a file to a register as a browser does.
async fn send(desk: &Desk, register: &str, cookie: &str, file: &[u8]) -> (StatusCode, String) {
    let token = desk.token(&format!("/import/{register}"), cookie).await;
    with_token(desk, register, cookie, &token, file).await
}

async fn with_token(
    desk: &Desk,
    register: &str,
    cookie: &str,
    token: &str,
    file: &[u8],
) -> (StatusCode, String) {
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{token}\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = Request::post(format!("/import/{register}"))
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    read(desk.send(request.body(Body::from(body)).expect("a request")).await).await
}

/// What the form of a preview sends back.
fn confirmation(page: &str, file: &str) -> String {
    let field = |name: &str| {
        let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).expect(name);
        after.split('"').next().expect("a value").to_owned()
    };
    format!("form={}&plan={}&csv={}", field("form"), encoded(&field("plan")), encoded(file))
}

async fn confirm(desk: &Desk, register: &str, cookie: &str, form: &str) -> (StatusCode, String) {
    desk.post(&format!("/import/{register}/confirm"), cookie, form).await
}

async fn file_of(desk: &Desk, register: &str, cookie: &str) -> String {
    desk.get(&format!("/registers/{register}/export.csv"), cookie).await.1
}

async fn put_supplier(desk: &Desk, id: &str, name: &str) {
    let supplier = Supplier {
        id: id.parse().expect("an id"),
        name: name.to_owned(),
        owner: None,
        certifications: Vec::new(),
    };
    let by = Caller::of_folder("test");
    let command = Command::PutSupplier { supplier };
    desk.site.operations().execute(command, &by).await.expect("recorded");
}

/// Adds an asset that nothing was decided on, and gives its id.
async fn undecided(desk: &Desk) -> String {
    let asset = NewAsset {
        kind: AssetKind::Model,
        key: "acme/undecided".to_owned(),
        name: "Undecided".to_owned(),
        systems: BTreeSet::new(),
        supplier: None,
        registration: None,
        owner: None,
        classification: None,
    };
    let by = Caller::of_folder("test");
    let command = Command::AddAsset { asset: Box::new(asset) };
    desk.site.operations().execute(command, &by).await.expect("recorded");
    let assets: Vec<Asset> = desk.site.operations().all_of().await.expect("assets");
    let own = assets.iter().find(|own| own.key == "acme/undecided").expect("added");
    own.id.to_string()
}

async fn supplier(desk: &Desk, id: &str) -> Option<Supplier> {
    desk.site.operations().look_up(id).await.expect("read")
}

#[tokio::test]
async fn what_was_exported_comes_back_without_a_change() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    for (number, name) in
        ["=1+1", "'=x", "''@y", "-", "a \"b\", c", HOSTILE, "x;y", "two\nlines"].iter().enumerate()
    {
        put_supplier(&desk, &format!("hostile-{number}"), name).await;
    }
    // One of each is decided on, so that its fields are filled in.
    let asset = undecided(&desk).await;
    let token = desk.token("/registers/assets", &cookie).await;
    let form = format!(
        "form={token}&asset={asset}&in_scope=no&reason=%3Dnot+ours&owner=ines-arvid&classification=internal"
    );
    assert_eq!(desk.post("/edit/assets", &cookie, &form).await.0, StatusCode::SEE_OTHER);
    let risk = desk.first("/risks", &cookie).await;
    let form = format!(
        "{}&likelihood=2&confidentiality=3&integrity=4&availability=1&treatment=mitigate&plan=%2Bfilters",
        desk.fields(&risk, &cookie).await
    );
    let (status, page) = desk.post(&format!("{risk}/review"), &cookie, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    for register in ["assets", "suppliers", "risks"] {
        let file = file_of(&desk, register, &cookie).await;
        let rows = file.matches("\r\n").count() - 1;
        let (status, page) = send(&desk, register, &cookie, file.as_bytes()).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(page.contains("Nothing would change."), "{register}: {page}");
        assert_eq!(page.matches("</span> unchanged</span>").count(), rows, "{register}");
        assert!(!page.contains("<script>"), "{page}");
    }
}

#[tokio::test]
async fn suppliers_are_added_and_changed_as_they_were_shown() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    put_supplier(&desk, "known", "Known").await;
    let size = desk.site.operations().ledger_size().await.expect("a size");
    let file = format!("id,name,owner\nknown,\"{HOSTILE}\",tomas-beck\nnew-one,'=New,\n");
    let (status, page) = send(&desk, "suppliers", &cookie, file.as_bytes()).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("<dt>Rows that add</dt><dd>1</dd>"), "{page}");
    assert!(page.contains("<dt>Rows that change</dt><dd>1</dd>"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>"), "{page}");
    assert!(page.contains("name: Known → ") && page.contains("name: =New"), "{page}");
    assert_eq!(desk.site.operations().ledger_size().await.expect("a size"), size, "only shown");
    let form = confirmation(&page, &file);
    // Neither another file under the same plan, nor a form of another session.
    let other = file.replace("tomas-beck", "ines-arvid");
    let (status, _) = confirm(&desk, "suppliers", &cookie, &confirmation(&page, &other)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let tomas = desk.joins("tomas-beck", Role::IsmsManager).await;
    assert_eq!(confirm(&desk, "suppliers", &tomas, &form).await.0, StatusCode::FORBIDDEN);
    let (status, page) = confirm(&desk, "suppliers", &cookie, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let known = supplier(&desk, "known").await.expect("on record");
    assert_eq!(known.owner.map(|owner| owner.to_string()).as_deref(), Some("tomas-beck"));
    assert_eq!(supplier(&desk, "new-one").await.expect("on record").name, "=New");
    // The same once more finds the register moved.
    assert_eq!(confirm(&desk, "suppliers", &cookie, &form).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn nothing_of_a_file_is_recorded_when_one_of_its_things_was_changed_meanwhile() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    put_supplier(&desk, "one", "One").await;
    put_supplier(&desk, "two", "Two").await;
    let file = "id,name\none,First\ntwo,Second\nthree,Third\n";
    let (_, page) = send(&desk, "suppliers", &cookie, file.as_bytes()).await;
    let form = confirmation(&page, file);
    put_supplier(&desk, "two", "Zwei").await;
    assert_eq!(confirm(&desk, "suppliers", &cookie, &form).await.0, StatusCode::CONFLICT);
    assert_eq!(supplier(&desk, "one").await.expect("on record").name, "One");
    assert!(supplier(&desk, "three").await.is_none());
    // A command that was made from an older state is refused as a whole too.
    let key = desk.key("ines-arvid", Role::IsmsManager, &["read", "put-supplier"]).await;
    let ask = |path: &str, kind: &str, body: String| {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, kind);
        let request = request.body(Body::from(body)).expect("a request");
        let desk = &desk;
        async move { read(desk.send(request).await).await }
    };
    let (status, text) = ask("/api/v1/imports/suppliers", "text/csv", file.to_owned()).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let plan: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(plan["rows"][2]["effect"], "add");
    assert_eq!(plan["rows"][1]["changes"][0]["before"], "Zwei");
    let command = plan["command"].to_string();
    put_supplier(&desk, "three", "Already").await;
    let (status, _) = ask("/api/v1/commands", "application/json", command.clone()).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(supplier(&desk, "one").await.expect("on record").name, "One");
    let (_, text) = ask("/api/v1/imports/suppliers", "text/csv", file.to_owned()).await;
    let plan: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let (status, reply) =
        ask("/api/v1/commands", "application/json", plan["command"].to_string()).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    assert_eq!(supplier(&desk, "three").await.expect("on record").name, "Third");
    let (status, text) = ask("/api/v1/imports/suppliers", "text/csv", "id\n\u{0}".into()).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(text.contains("\"wrong\"") && text.contains("\"command\":null"), "{text}");
    for wrong in ["", "name\nx\n", "id,none\nx,y\n", "id,id\nx,y\n"] {
        let (status, _) = ask("/api/v1/imports/suppliers", "text/csv", wrong.to_owned()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let (status, _) = ask("/api/v1/imports/assets", "text/csv", file.to_owned()).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "the key is not for it");
}

#[tokio::test]
async fn every_fault_is_shown_with_its_row_and_column_and_nothing_is_recorded() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    put_supplier(&desk, "known", "Known").await;
    let wrong = |register: &'static str, file: String, says: &'static [&'static str]| {
        let (desk, cookie) = (&desk, &cookie);
        async move {
            let (status, page) = send(desk, register, cookie, file.as_bytes()).await;
            assert_eq!(status, StatusCode::OK, "{file}: {page}");
            assert!(page.contains("Nothing was recorded") && !page.contains("name=\"plan\""));
            for says in says {
                assert!(page.contains(says), "{file}: no {says}: {page}");
            }
        }
    };
    wrong(
        "suppliers",
        "id,name,owner\nNot An Id,x,\nknown,y,nobody-known\nknown,z,\nfresh,,\na,b,,d\n".to_owned(),
        &[
            "<strong>id</strong>: `Not An Id` is not a supplier id",
            "<strong>owner</strong>: no person `nobody-known` is on record",
            "an earlier row is about the same",
            "<strong>name</strong>: a new supplier needs it",
            "it has 4 cells, and the first line names 3 columns",
        ],
    )
    .await;
    let asset = undecided(&desk).await;
    wrong(
        "assets",
        format!("id,owner,in_scope,reason,classification,present,kind,key\n{asset},ines-arvid,maybe,,secret,no,,\nnone,,,,,,,\n,,,,,,,\n,,,why,,,robot,k\n,,out of scope,,,,model,a/b\n"),
        &[
            "<strong>in scope</strong>: `maybe` is neither",
            "<strong>classification</strong>: ",
            "<strong>present</strong>: a file cannot change it from `yes` to `no`",
            "<strong>id</strong>: no asset has this id",
            "<strong>kind</strong>: `robot`",
            "<strong>reason</strong>: a reason is of a decision",
            "<strong>reason</strong>: what is out of scope needs a reason",
        ],
    )
    .await;
    let risks: Vec<Risk> = desk.site.operations().all_of().await.expect("risks");
    let risk = &risks.iter().find(|own| own.review.is_none()).expect("one").id;
    wrong(
        "risks",
        format!("id,likelihood,treatment,plan,threat\n{risk},7,run,x,other\nnone,1,mitigate,x,\n"),
        &[
            "<strong>likelihood</strong>: ",
            "<strong>treatment</strong>: `run`",
            "<strong>integrity</strong>: a first review judges it",
            "<strong>threat</strong>: a file cannot change it",
            "<strong>id</strong>: no risk has this id",
        ],
    )
    .await;
    for (file, says) in [
        (&b"id,nothing\nx,y\n"[..], "no column `nothing`"),
        (b"name\nx\n", "no column `id`"),
        (b"id\n\xff\n", "line 2 is no text"),
        (b"", "Choose a file"),
    ] {
        let (status, page) = send(&desk, "suppliers", &cookie, file).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(says), "{page}");
    }
    let large = "x".repeat(2 << 20);
    let (status, page) = send(&desk, "suppliers", &cookie, large.as_bytes()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    let (status, _) = with_token(&desk, "suppliers", &cookie, "x", b"id\nx\n").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(desk.get("/import/gaps", &cookie).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn assets_are_decided_on_and_added_and_risks_reviewed() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let known = undecided(&desk).await;
    let file = format!(
        "id,kind,key,name,systems,owner,in_scope,reason,classification\n{known},,,,,tomas-beck,out of scope,Not ours,internal\n,model,acme/own-model,Own model,helpdesk,ines-arvid,in scope,,internal\n"
    );
    let (_, page) = send(&desk, "assets", &cookie, file.as_bytes()).await;
    let (status, page) = confirm(&desk, "assets", &cookie, &confirmation(&page, &file)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let assets: Vec<Asset> = desk.site.operations().all_of().await.expect("assets");
    let decided = assets.iter().find(|own| own.id.as_str() == known).expect("on record");
    assert!(
        decided.registration.as_ref().is_some_and(|own| !own.in_scope && own.reason == "Not ours")
    );
    let added = assets.iter().find(|own| own.key == "acme/own-model").expect("added");
    assert!(
        added
            .owner
            .as_ref()
            .is_some_and(|owner| owner.confirmed && owner.person.as_str() == "ines-arvid")
    );
    assert!(added.systems.iter().any(|system| system.as_str() == "helpdesk"));
    // Once more it is there already.
    let again = "id,kind,key\n,model,acme/own-model\n";
    let (_, page) = send(&desk, "assets", &cookie, again.as_bytes()).await;
    assert!(page.contains("is on record as asset"), "{page}");
    // To take it out of scope asks for the reason of that.
    let turn = format!("id,in_scope\n{},out of scope\n", added.id);
    let (_, page) = send(&desk, "assets", &cookie, turn.as_bytes()).await;
    assert!(page.contains("what is out of scope needs a reason"), "{page}");

    let risks: Vec<Risk> = desk.site.operations().all_of().await.expect("risks");
    let risk = &risks.iter().find(|own| own.review.is_none()).expect("one").id;
    let file = format!(
        "id;likelihood;confidentiality;integrity;availability;treatment;plan\n{risk};2;3;4;5;accept;Seldom, and seen at once\n"
    );
    let (_, page) = send(&desk, "risks", &cookie, file.as_bytes()).await;
    assert!(page.contains("owner: "), "who reviews becomes the owner: {page}");
    let (status, page) = confirm(&desk, "risks", &cookie, &confirmation(&page, &file)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let reviewed: Risk =
        desk.site.operations().look_up(risk.as_str()).await.expect("read").expect("a risk");
    let review = reviewed.review.expect("reviewed");
    assert_eq!(
        (review.by.as_str(), review.plan.as_str()),
        ("ines-arvid", "Seldom, and seen at once")
    );
    assert_eq!(review.consequence.availability.get(), 5);
    assert_eq!(reviewed.owner.map(|owner| owner.to_string()).as_deref(), Some("ines-arvid"));
}

#[tokio::test]
async fn who_may_not_do_it_by_hand_may_not_do_it_by_file() {
    let desk = Desk::new().await;
    let tomas = desk.signed_in("tomas-beck").await;
    for (register, status) in [
        ("assets", StatusCode::FORBIDDEN),
        ("suppliers", StatusCode::FORBIDDEN),
        ("risks", StatusCode::OK),
    ] {
        assert_eq!(desk.get(&format!("/import/{register}"), &tomas).await.0, status, "{register}");
    }
    let (_, page) = desk.get("/registers/suppliers", &tomas).await;
    assert!(!page.contains("/import/suppliers"));
    // A control owner reviews what is theirs or nobody's.
    let risks: Vec<Risk> = desk.site.operations().all_of().await.expect("risks");
    let row = |risk: &Risk| format!("{},1,1,1,1,accept,small\n", risk.id);
    let mine = |risk: &&Risk| risk.owner.as_ref().is_none_or(|own| own.as_str() == "tomas-beck");
    let columns = "id,likelihood,confidentiality,integrity,availability,treatment,plan\n";
    if let Some(other) = risks.iter().find(|risk| !mine(risk)) {
        let file = format!("{columns}{}", row(other));
        let (_, page) = send(&desk, "risks", &tomas, file.as_bytes()).await;
        assert!(page.contains("someone else"), "{page}");
    }
    let own = risks.iter().find(mine).expect("a risk without an owner");
    let file = format!("{columns}{}", row(own));
    let (_, page) = send(&desk, "risks", &tomas, file.as_bytes()).await;
    let (status, page) = confirm(&desk, "risks", &tomas, &confirmation(&page, &file)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
}

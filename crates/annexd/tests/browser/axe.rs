//! Whether people with disabilities can use every page, as far as a program can tell: axe-core.
//!
//! It comes from npm into the target folder and is put into the page through WebDriver; nothing
//! of it is served.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command as Program;

use annex_isms::entity::Role;
use annex_operations::Command;
use serde_json::{Value, json};

use crate::browser::{Browser, VIEWS, View};
use crate::pages::{found, styled};
use crate::server::{INES, PASSWORD, Storage, Workplace};

const PACKAGE: &str = "axe-core";
const VERSION: &str = "4.14.1";

/// The rules of WCAG 2.2 up to AA, and what axe-core thinks good besides.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] })
        .then(found => done(found.violations), error => done([{ id: String(error), impact: 'critical', nodes: [] }]));
";

/// The text of axe-core.
pub(crate) fn axe() -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{PACKAGE}-{VERSION}"));
    let file = folder.join("node_modules").join(PACKAGE).join("axe.min.js");
    if !file.is_file() {
        std::fs::create_dir_all(&folder).expect("a folder");
        let status = Program::new("npm")
            .args([
                "install",
                "--silent",
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--prefix",
            ])
            .arg(&folder)
            .arg(format!("{PACKAGE}@{VERSION}"))
            .status()
            .expect("npm starts; install the Debian packages nodejs and npm");
        assert!(status.success(), "npm cannot install {PACKAGE}");
    }
    std::fs::read_to_string(&file).expect("axe-core")
}

/// What stands in the way of someone, in lines.
pub(crate) async fn barriers(browser: &Browser, axe: &str) -> Vec<String> {
    browser.client.execute(axe, Vec::new()).await.expect("axe-core runs");
    let found = browser.client.execute_async(RUN, Vec::new()).await.expect("axe-core answers");
    let serious =
        |row: &&Value| row["impact"] == json!("serious") || row["impact"] == json!("critical");
    let rows = found.as_array().expect("a list").iter().filter(serious);
    let rows = rows.map(|row| {
        let places = row["nodes"].as_array().into_iter().flatten().take(3);
        let places: Vec<String> =
            places.map(|node| format!("{}: {}", node["html"], node["failureSummary"])).collect();
        format!("{} {}", row["id"], places.join("\n    "))
    });
    rows.collect()
}

#[tokio::test]
async fn no_page_has_a_serious_barrier() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let server = workplace.serve();
    let browser = Browser::new().await;
    let axe = axe();
    // It must be able to fail.
    browser.goto("data:text/html,<img src=x><p style='color:%23999;background:white'>pale").await;
    let shown = barriers(&browser, &axe).await.join("\n");
    assert!(shown.contains("image-alt") && shown.contains("color-contrast"), "{shown}");

    browser.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    let pages = found(&browser, &server).await;
    let mut faults = Vec::new();
    for view in VIEWS {
        browser.look(view).await;
        for path in pages.values() {
            browser.goto(&server.at(path)).await;
            styled(&browser).await;
            faults.extend(faults_of(&browser, &axe, view).await);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.close().await;
}

/// What is wrong with the page that is shown, in a view.
async fn faults_of(browser: &Browser, axe: &str, view: View) -> Vec<String> {
    let mut faults = barriers(browser, axe).await;
    // What is wide scrolls in its frame; the page itself never does.
    let wide = "return document.documentElement.scrollWidth";
    let wide = browser.client.execute(wide, Vec::new()).await.expect("a number");
    if wide.as_u64() > Some(view.width.into()) {
        faults.push(format!("{wide} pixels wide"));
    }
    let path = browser.path().await;
    faults.into_iter().map(|fault| format!("{path} ({}): {fault}", view.name)).collect()
}

#[tokio::test]
async fn what_forms_lead_to_and_what_auditors_see_has_no_serious_barrier() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let (auditor, roles) = ("lars-winther", BTreeSet::from([Role::Auditor]));
    let holder = auditor.parse().expect("an id");
    workplace.record(vec![Command::GrantAccess { holder, roles }]).await;
    workplace.account(auditor);
    let server = workplace.serve();
    let browser = Browser::new().await;
    let axe = axe();
    let mut faults = Vec::new();

    // What a file would change, with a row that is wrong.
    browser.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    browser.goto(&server.at("/import/suppliers")).await;
    let file = workplace.path("suppliers.csv");
    let rows = "id,name,owner\nnorth-cloud,North Cloud,ines-arvid\nsouth,South,nobody\n";
    std::fs::write(&file, rows).expect("written");
    let field = browser.field("CSV file").await;
    field.send_keys(file.to_str().expect("UTF-8")).await.expect("chosen");
    browser.press("Show what it would change").await;
    assert!(browser.text().await.contains("nobody"), "{}", browser.text().await);
    for view in VIEWS {
        browser.look(view).await;
        faults.extend(faults_of(&browser, &axe, view).await);
    }
    browser.client.delete_all_cookies().await.expect("signed out");

    browser.sign_in(&server.at("/sign-in"), auditor, PASSWORD).await;
    browser.goto(&server.at("/audit/population?of=prompt")).await;
    assert!(browser.has("//button[.='Draw and record']").await);
    for view in VIEWS {
        browser.look(view).await;
        faults.extend(faults_of(&browser, &axe, view).await);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.close().await;
}

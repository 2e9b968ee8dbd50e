//! Whether people with disabilities can use every page, as far as a program can tell: axe-core.
//!
//! It comes from npm into the target folder and is put into the page through WebDriver; nothing
//! of it is served.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::browser::{Browser, VIEWS};
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
        let status = Command::new("npm")
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
            for barrier in barriers(&browser, &axe).await {
                faults.push(format!("{path} ({}): {barrier}", view.name));
            }
            // What is wide scrolls in its frame; the page itself never does.
            let wide = "return document.documentElement.scrollWidth";
            let wide = browser.client.execute(wide, Vec::new()).await.expect("a number");
            if wide.as_u64() > Some(view.width.into()) {
                faults.push(format!("{path} ({}): {wide} pixels wide", view.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.close().await;
}

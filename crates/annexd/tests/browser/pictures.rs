//! A picture of every page, light, dark and on a phone, kept in `docs/screenshots`.
//!
//! `cargo xtask screenshots` writes them. Here is only checked that none is missing and none is
//! left over: pixels differ from machine to machine.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::browser::{Browser, VIEWS};
use crate::pages::{found, name, of_each_name, styled, templates};
use crate::server::{INES, PASSWORD, Storage, Workplace};

fn folder() -> PathBuf {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    root.join("../../docs/screenshots")
}

#[test]
fn every_page_has_its_pictures() {
    let files = std::fs::read_dir(folder()).expect("docs/screenshots");
    let files = files.map(|file| file.expect("an entry").file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().expect("UTF-8")).collect();
    let mut wanted = BTreeSet::new();
    for template in templates() {
        // A route with a name has one picture for each; which there are, the server knows.
        let start =
            of_each_name(&template).unwrap_or_else(|| format!("{}.", name(&template, &template)));
        let own: BTreeSet<&String> = files.iter().filter(|file| file.starts_with(&start)).collect();
        let pages: BTreeSet<&str> = own.iter().filter_map(|file| file.split('.').next()).collect();
        assert!(!pages.is_empty(), "{template} has no picture; run `cargo xtask screenshots`");
        for page in pages {
            for view in VIEWS {
                let file = format!("{page}.{}.png", view.name);
                assert!(files.contains(&file), "{file} is missing; run `cargo xtask screenshots`");
                wanted.insert(file);
            }
        }
    }
    let left: Vec<&String> = files.difference(&wanted).collect();
    assert!(left.is_empty(), "no page has {left:?}; run `cargo xtask screenshots`");
}

#[tokio::test]
#[ignore = "writes docs/screenshots; `cargo xtask screenshots` runs it"]
async fn take() {
    let folder = folder();
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).expect("a folder");
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let server = workplace.serve();
    let browser = Browser::new().await;
    browser.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    for (name, path) in found(&browser, &server).await {
        for view in VIEWS {
            browser.look(view).await;
            browser.goto(&server.at(&path)).await;
            styled(&browser).await;
            let picture = browser.client.screenshot().await.expect("a picture");
            let file = folder.join(format!("{name}.{}.png", view.name));
            std::fs::write(file, picture).expect("written");
        }
    }
    browser.close().await;
}

//! Which pages there are: found as a person finds them, by following links.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::json;

use crate::browser::Browser;
use crate::server::Server;

/// What answers `GET` and is no page.
const NOT_PAGES: &[&str] = &[
    "/style.css",
    "/live.js",
    "/live",
    // To the provider and back: tried with one.
    "/sign-in/provider",
    "/sign-in/callback",
    "/healthz",
    "/readyz",
    "/metrics",
    "/registers/{register}/export.csv",
    "/registers/{register}/export.xlsx",
    "/registers/evidence/{id}/bytes",
    "/audit/samples/{id}/sample.csv",
    "/audit/samples/{id}/entries.txt",
];

/// Ends of routes that have a page for each name.
const NAMED: [&str; 1] = ["{register}"];

/// The most pages that are visited on the way.
const VISITS_MAX: usize = 400;

/// The routes of all pages, as the server has them.
pub(crate) fn templates() -> BTreeSet<String> {
    answered().into_iter().filter(|path| !NOT_PAGES.contains(&path.as_str())).collect()
}

/// The routes of all that a browser can get.
fn answered() -> BTreeSet<String> {
    annex_web::routes()
        .into_iter()
        .filter(|route| route.method == "GET" && route.door == annex_web::Door::Page)
        .map(|route| route.path.to_owned())
        .collect()
}

/// What the pictures of a route with a page for each name begin with.
pub(crate) fn of_each_name(template: &str) -> Option<String> {
    let above = NAMED.iter().find_map(|end| template.strip_suffix(end))?;
    Some(format!("{}-", name(above, above)))
}

/// Whether a path is one of a template's.
fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(own)) if part == own || part.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// The template of a path; one without parameters goes first.
pub(crate) fn template_of<'a>(templates: &'a BTreeSet<String>, path: &str) -> Option<&'a String> {
    templates.get(path).or_else(|| templates.iter().find(|template| fits(template, path)))
}

/// What the pictures of a page are called: a name at its end is kept, an id is not.
pub(crate) fn name(template: &str, path: &str) -> String {
    let named = NAMED.iter().any(|end| template.ends_with(end));
    let mut parts: Vec<&str> =
        template.split('/').map(|part| part.trim_matches(['{', '}'])).collect();
    if let (true, Some(last), Some(own)) = (named, parts.last_mut(), path.split('/').next_back()) {
        *last = own;
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() { "overview".to_owned() } else { parts.join("-") }
}

/// One page of each route by its name, and of a route with a name all.
///
/// Whoever is signed in sees them; pages that nobody leads to are a fault.
pub(crate) async fn found(browser: &Browser, server: &Server) -> BTreeMap<String, String> {
    let (templates, answered) = (templates(), answered());
    let mut pages = BTreeMap::from([("sign-in".to_owned(), "/sign-in".to_owned())]);
    let mut seen = BTreeSet::from(["/".to_owned()]);
    let mut waiting = VecDeque::from(["/".to_owned()]);
    let mut visits = 0;
    while let Some(link) = waiting.pop_front() {
        let path = link.split('?').next().unwrap_or_default();
        let Some(template) = template_of(&answered, path) else { continue };
        if !templates.contains(template) {
            continue;
        }
        let name = name(template, path);
        if pages.contains_key(&name) || visits == VISITS_MAX {
            continue;
        }
        visits += 1;
        pages.insert(name, link.clone());
        browser.goto(&server.at(&link)).await;
        let script = "return [...document.links].map(link => link.getAttribute('href'))";
        let links = browser.client.execute(script, Vec::new()).await.expect("links");
        for link in links.as_array().into_iter().flatten().filter_map(|link| link.as_str()) {
            let link = link.split('#').next().unwrap_or_default();
            let path = link.split('?').next().unwrap_or_default();
            if path.starts_with('/') && seen.insert(path.to_owned()) {
                waiting.push_back(link.to_owned());
            }
        }
    }
    let found: BTreeSet<&String> = pages
        .values()
        .filter_map(|link| template_of(&templates, link.split('?').next()?))
        .collect();
    let lost: Vec<&String> = templates.iter().filter(|own| !found.contains(own)).collect();
    assert!(lost.is_empty(), "no link of a page leads to {lost:?}");
    pages
}

/// Waits until the style of the page has come, so that what is looked at is what a person sees.
pub(crate) async fn styled(browser: &Browser) {
    let script = "return document.readyState === 'complete' && document.styleSheets.length > 0";
    let there = browser.client.execute(script, Vec::new()).await.expect("an answer");
    assert_eq!(there, json!(true), "{} has its style", browser.path().await);
}

#[test]
fn a_path_belongs_to_the_closest_template() {
    let templates = ["/", "/gaps", "/gaps/{id}", "/gaps/new", "/registers/{register}"];
    let templates: BTreeSet<String> = templates.map(str::to_owned).into();
    let of = |path: &str| template_of(&templates, path).map(|own| (own.as_str(), name(own, path)));
    assert_eq!(of("/"), Some(("/", "overview".to_owned())));
    assert_eq!(of("/gaps/new"), Some(("/gaps/new", "gaps-new".to_owned())));
    assert_eq!(of("/gaps/g-1"), Some(("/gaps/{id}", "gaps-id".to_owned())));
    assert_eq!(
        of("/registers/risks"),
        Some(("/registers/{register}", "registers-risks".to_owned()))
    );
    assert_eq!(of("/gaps/g-1/close"), None);
}

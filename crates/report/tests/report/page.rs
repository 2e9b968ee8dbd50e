//! The page: self-contained, bounded, deterministic, and foreign text stays text.

use annex_report::Report;

use crate::support;

fn page(assessment: &annex_isms::Assessment) -> String {
    let catalogue = support::catalogue();
    Report::new(assessment, &catalogue).html()
}

#[test]
fn the_page_is_self_contained_and_the_same_each_time() {
    let assessment = support::assessment();
    let html = page(&assessment);
    assert_eq!(html, page(&assessment));
    for forbidden in [
        "<script",
        "javascript:",
        "http://",
        "https://",
        " style=",
        " onload",
        "@import",
        "url(h",
        "unsafe-inline",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(!html.to_lowercase().contains("complian"));
    assert!(html.contains("default-src &#39;none&#39;") || html.contains("default-src 'none'"));
}

#[test]
fn the_policy_names_the_digest_of_the_style() {
    use sha2::Digest as _;
    let html = page(&support::assessment());
    let style = html
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"))
        .expect("a style")
        .0;
    let digest = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        sha2::Sha256::digest(style),
    );
    assert!(html.contains(&format!("sha256-{digest}")), "{digest}");
}

#[test]
fn every_link_leads_somewhere() {
    let catalogue = support::catalogue();
    let assessment = support::assessment();
    let changes = support::changes(&assessment);
    let html = Report::new(&assessment, &catalogue).with_changes(Some(&changes)).html();
    let mut links = 0;
    for link in html.split("href=\"#").skip(1) {
        let id = link.split('"').next().expect("an end");
        assert_eq!(html.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
        links += 1;
    }
    assert!(links > 20);
}

#[test]
fn foreign_text_stays_text() {
    let hostile = "</style></td><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}gnp";
    let mut assessment = support::assessment();
    hostile.clone_into(&mut assessment.organisation);
    hostile.clone_into(&mut assessment.scope.statement);
    assessment.systems[0].name = hostile.to_owned();
    assessment.systems[0].diagram = hostile.to_owned();
    assessment.assets[0].name = hostile.to_owned();
    assessment.flows[0].carries = hostile.to_owned();
    assessment.gaps[0].reasons = vec![hostile.to_owned()];
    assessment.skipped[0].path = hostile.to_owned();
    assessment.answers[0].command = hostile.to_owned();
    for result in &mut assessment.results {
        result.reasons = vec![hostile.to_owned()];
        result.error = Some(hostile.to_owned());
    }
    let html = page(&assessment);
    assert!(!html.contains("<script") && !html.contains("<img"), "unescaped");
    assert_eq!(html.matches("</style>").count(), 1);
}

#[test]
fn a_page_of_150_000_results_stays_bounded() {
    let small = page(&support::large(2_000)).len();
    let large = page(&support::large(150_000));
    assert!(large.len() < small + 2_000, "{} after {small}", large.len());
    assert!(large.contains("more (see <code>csv/results.csv</code> in the pack)"));
}

#[test]
fn nothing_found_is_said_as_such() {
    let html = page(&support::nothing_found());
    assert!(html.contains("none found in 288 files read; 3 things not read"), "{html}");
    assert!(html.contains("No gap is known."));
    let html = page(&support::empty());
    assert!(html.contains("nothing was looked at yet"), "{html}");
}

//! Two screens, whatever was found.

use annex_report::{Report, SUMMARY_LINES_MAX, Style};

use crate::support;

const WIDE: Style = Style { width: 100, colour: false };
const NARROW: Style = Style { width: 80, colour: false };

#[test]
fn the_help_desk_on_100_columns() {
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let changes = support::changes(&assessment);
    let report = Report::new(&assessment, &catalogue).with_changes(Some(&changes));
    insta::assert_snapshot!(report.summary(WIDE));
}

#[test]
fn the_help_desk_on_80_columns() {
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    insta::assert_snapshot!(Report::new(&assessment, &catalogue).summary(NARROW));
}

#[test]
fn nothing_found_is_not_all_well() {
    let (assessment, catalogue) = (support::nothing_found(), support::catalogue());
    insta::assert_snapshot!(Report::new(&assessment, &catalogue).summary(WIDE));
}

#[test]
fn nothing_looked_at_is_not_all_well() {
    let (assessment, catalogue) = (support::empty(), support::catalogue());
    insta::assert_snapshot!(Report::new(&assessment, &catalogue).summary(WIDE));
}

#[test]
fn no_summary_is_longer_than_two_screens() {
    let catalogue = support::catalogue();
    let mut assessment = support::large(20_000);
    for _ in 0..3 {
        assessment.systems.extend(assessment.systems.clone());
        assessment.stage2.extend(assessment.stage2.clone());
        assessment.scope.looked_at.extend(assessment.scope.looked_at.clone());
    }
    for gap in &mut assessment.gaps {
        gap.reasons = vec!["A reason that goes on and on. ".repeat(40)];
        gap.remedy = "A remedy that goes on and on. ".repeat(40);
    }
    for hint in &mut assessment.answers {
        hint.command = format!("annex answer {}", "a-long-argument=true ".repeat(9));
    }
    let changes = support::changes(&assessment);
    let report = Report::new(&assessment, &catalogue).with_changes(Some(&changes));
    for style in [WIDE, NARROW, Style { width: 60, colour: false }] {
        let summary = report.summary(style);
        let on_screen = |line: &str| line.chars().count().div_ceil(style.width).max(1);
        let lines: usize = summary.lines().map(on_screen).sum();
        assert!(lines <= SUMMARY_LINES_MAX, "{lines} lines at {}:\n{summary}", style.width);
        for line in summary.lines().filter(|line| !line.trim_start().starts_with("annex answer")) {
            assert!(line.chars().count() <= style.width, "{line}");
        }
    }
}

#[test]
fn colour_only_repeats_what_words_say() {
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let report = Report::new(&assessment, &catalogue);
    let mut bare = String::new();
    for part in report.summary(Style { colour: true, ..WIDE }).split('\u{1b}') {
        let escape =
            if bare.is_empty() && !part.starts_with('[') { None } else { part.split_once('m') };
        bare.push_str(escape.map_or(part, |(_, text)| text));
    }
    let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trimmed(&bare), trimmed(&report.summary(WIDE)));
}

#[test]
fn the_word_that_annex_never_says() {
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let summary = Report::new(&assessment, &catalogue).summary(WIDE).to_lowercase();
    assert!(!summary.contains("complian"), "{summary}");
}

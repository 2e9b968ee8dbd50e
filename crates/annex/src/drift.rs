//! How a drift is shown: a table, a comment for a pull request, a note.

use std::fmt::Write as _;

use annex_isms::drift::{AssetChange, AssetDrift, Drift};
use annex_report::{Cell, Table, Tone};

use crate::context::Context;
use crate::registers::plain_table;

/// The most rows of a comment; a platform refuses longer ones.
const COMMENT_ROWS_MAX: usize = 100;

pub(crate) fn table(drift: &Drift) -> Table {
    let columns = [
        ("what", "What"),
        ("kind", "Kind"),
        ("name", "Name"),
        ("changes", "Changes"),
        ("locations", "Seen at"),
    ];
    let mut table = plain_table("changes", "nothing changed", &columns);
    table.rows.extend(drift.changes.iter().map(|change| {
        let (word, tone) = word(&change.what);
        vec![
            Cell::text(word).toned(tone),
            Cell::text(change.asset.kind.as_str()),
            Cell::text(&change.name),
            Cell::list(details(change)),
            Cell::list(&change.locations).shown_as(annex_report::places(&change.locations)),
        ]
    }));
    table
}

fn word(what: &AssetDrift) -> (&'static str, Tone) {
    match what {
        AssetDrift::New => ("new", Tone::Strong),
        AssetDrift::Gone => ("gone", Tone::Open),
        AssetDrift::Renamed { .. } => ("renamed", Tone::Plain),
        AssetDrift::Changed { .. } => ("changed", Tone::Strong),
    }
}

/// `version: 1.0 → 1.1`.
fn details(change: &AssetChange) -> Vec<String> {
    match &change.what {
        AssetDrift::New | AssetDrift::Gone => Vec::new(),
        AssetDrift::Renamed { from } => vec![format!("was {from}")],
        AssetDrift::Changed { attributes } => attributes
            .iter()
            // The digest of a text is that of its content.
            .filter(|changed| {
                changed.attribute.as_str() != "digest"
                    || !attributes.iter().any(|a| a.attribute.as_str() == "content_digest")
            })
            .map(|changed| {
                let value = |value: &Option<String>| {
                    value.clone().map_or_else(|| "not observed".to_owned(), short)
                };
                format!("{}: {} → {}", changed.attribute, value(&changed.from), value(&changed.to))
            })
            .collect(),
    }
}

/// A digest is told by its beginning.
fn short(value: String) -> String {
    match value.strip_prefix("sha256:") {
        Some(hex) if hex.len() == 64 => format!("sha256:{}…", &hex[..12]),
        _ => value,
    }
}

/// The drift as a comment for a pull request.
pub(crate) fn comment(drift: &Drift) -> String {
    let mut text = format!("### AI parts of `{}`\n\n", inline(&drift.scope.name));
    let (count, since) = (drift.changes.len(), drift.since.date());
    if drift.is_empty() {
        let _ = writeln!(text, "Nothing changed since the scan of {since}.");
    } else {
        let _ = writeln!(text, "{count} changed since the scan of {since}.\n");
        text.push_str("| what | part | change | where |\n| --- | --- | --- | --- |\n");
        for change in drift.changes.iter().take(COMMENT_ROWS_MAX) {
            let _ = writeln!(
                text,
                "| {} | {} `{}` | {} | `{}` |",
                word(&change.what).0,
                change.asset.kind,
                inline(&change.name),
                details(change).iter().map(|line| inline(line)).collect::<Vec<_>>().join("<br>"),
                inline(&annex_report::places(&change.locations))
            );
        }
        if count > COMMENT_ROWS_MAX {
            let _ = writeln!(text, "\nand {} more.", count - COMMENT_ROWS_MAX);
        }
    }
    if !drift.controls.is_empty() {
        text.push_str("\n<details><summary>Controls that this touches</summary>\n\n");
        for touched in &drift.controls {
            let names: Vec<_> = touched.requirements.iter().map(|id| format!("`{id}`")).collect();
            let _ =
                writeln!(text, "- **{} {}**: {}", touched.control, touched.title, names.join(", "));
        }
        text.push_str("\n</details>\n");
    }
    if !drift.outdated.is_empty() {
        let _ = writeln!(
            text,
            "\nEvidence from before this change no longer speaks of the system for {} requirements: run the security tests again.",
            drift.outdated.len()
        );
    }
    if !drift.complete {
        text.push_str(
            "\n**Incomplete:** something could not be read, so what is gone may only be unread.\n",
        );
    }
    text
}

/// Names come from files that anyone may have written: no markup, no break out of a cell.
fn inline(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .map(|c| match c {
            '`' => "'".to_owned(),
            '|' => "\\|".to_owned(),
            '<' => "&lt;".to_owned(),
            '@' => "@\u{200b}".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

/// A line for people beside the table.
pub(crate) fn note(context: &Context, drift: &Drift) {
    let controls: Vec<_> =
        drift.controls.iter().map(|touched| touched.control.to_string()).collect();
    if !controls.is_empty() {
        context.note(&format!("controls that this touches: {}", controls.join(", ")));
    }
    if !drift.outdated.is_empty() {
        context.note(&format!(
            "evidence from before this change does not count any more for {} requirements",
            drift.outdated.len()
        ));
    }
}

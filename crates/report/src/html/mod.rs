//! One HTML file with everything: no script, no font, no image from elsewhere.
//!
//! ```text
//!  overview (what the terminal shows, with room) ─▶ systems ─▶ controls ─▶ registers
//! ```
//!
//! The page names in its own policy the only style that a browser may apply, by digest; so even
//! foreign text that escaped escaping could neither run nor load anything. Bars and diagrams
//! are drawn with attributes of SVG, because a `style` attribute would need that policy opened.
//!
//! A page stays readable with 150,000 results: each list has a limit, and says how many more
//! there are and in which file of the pack they stand.

mod controls;
mod diagram;
mod outlook;
mod overview;
mod parts;
mod systems;
mod text;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

pub use diagram::flow_diagram;
pub(crate) use text::breakable;

use crate::registers::Register;
use crate::view::{Report, count, minute};
use parts::{bar, capped, fact, section, tally};

const STYLE: &str = include_str!("style.css");

/// The most rows of a register in the page.
const ROWS_MAX: usize = 300;

impl Report<'_> {
    /// The whole report as one HTML file.
    pub fn html(&self) -> String {
        let title = format!("{}: AI systems in the ISMS", self.assessment.organisation);
        document(&title, &self.body()).into_string()
    }

    fn body(&self) -> Markup {
        html! {
            (self.masthead())
            div.frame {
                (self.contents())
                main id="main" {
                    (self.overview())
                    (self.outlook())
                    (self.system_pages())
                    (self.control_pages())
                    (self.register_pages())
                }
            }
            footer { p {
                "Judged by the catalogue " code { (breakable(&self.assessment.catalogue.to_string())) }
                ". Only what was recorded by " (minute(self.assessment.at)) " was used. Unknown is never counted as met."
            } }
        }
    }

    fn masthead(&self) -> Markup {
        let (assessment, counts) = (self.assessment, self.counts());
        html! {
            header.masthead {
                p.kicker { "AI systems in the ISMS · ISO/IEC 27001:2022 Annex A" }
                h1 { (assessment.organisation) }
                dl.facts {
                    (fact("As of", &minute(assessment.at)))
                    @for run in assessment.scope.looked_at.iter().take(1) {
                        (fact(&run.scope.kind, &run.scope.name))
                        @if let Some(commit) = &run.scope.commit {
                            (fact("Commit", &format!("{}{}", commit.chars().take(12).collect::<String>(),
                                if run.scope.modified { ", modified" } else { "" })))
                        }
                    }
                    (fact("Systems", &assessment.systems.len().to_string()))
                    (fact("Assets", &assessment.assets.len().to_string()))
                    (fact("Results", &counts.total().to_string()))
                }
                div.share { (bar(counts)) (tally(counts)) }
            }
        }
    }

    fn contents(&self) -> Markup {
        let links = [
            ("scope", "1 Scope"),
            ("systems", "2 AI systems"),
            ("matrix", "3 Controls"),
            ("worst", "4 Worst gaps"),
            ("answers", "5 Answers"),
            ("threats", "6 Threats"),
            ("stage2", "7 Stage 2"),
            ("changes", "8 Changes"),
        ];
        let rest = [
            ("system-pages", "Systems and flows"),
            ("control-pages", "Controls in full"),
            ("gaps", "Gaps"),
            ("requests", "Evidence requests"),
            ("risks", "Risks"),
            ("soa", "Statement of Applicability"),
            ("assets", "Assets"),
            ("skipped", "Not read"),
        ];
        html! {
            nav aria-label="Contents" {
                p { "Overview" }
                ol { @for (id, title) in links.iter().filter(|l| l.0 != "changes" || self.changes.is_some()) {
                    li { a href=(format!("#{id}")) { (title) } }
                } }
                p { "In full" }
                ol { @for (id, title) in rest { li { a href=(format!("#{id}")) { (title) } } } }
            }
        }
    }

    fn register_pages(&self) -> Markup {
        let register = |id: &str, title: &str, register: Register| {
            let table = self.table(register);
            let beside = count(table.rows.len() as u64, "row", "rows");
            let file = format!("csv/{}.csv", register.name());
            html! { section { (section(id, title, &beside)) (capped(table, ROWS_MAX, &file)) } }
        };
        html! {
            (self.gap_pages())
            (register("requests", "Evidence requests", Register::Requests))
            (self.risk_pages())
            (register("soa", "Statement of Applicability, draft", Register::Soa))
            (register("assets", "Assets", Register::Assets))
            (register("skipped", "Not read", Register::Skipped))
        }
    }
}

/// A document around a body, with the only style that it may apply.
fn document(title: &str, body: &Markup) -> Markup {
    let digest = BASE64.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (body)
            }
        }
    }
}

impl crate::table::Table {
    /// A whole document that holds this table alone.
    pub fn to_html_page(&self, title: &str) -> String {
        let body = html! {
            header.masthead { h1 { (title) } }
            div.frame.alone { main id="main" { (self.to_html()) } }
        };
        document(title, &body).into_string()
    }
}

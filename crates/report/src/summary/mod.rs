//! The summary of an assessment for a terminal: eight sections on two screens.
//!
//! Two screens are twice 45 lines of 100 columns. Every section has its own limit, and the limits
//! add up to less than that, so a summary of 150,000 results is no longer than one of fifty: what
//! does not fit is counted. At 80 columns texts are cut earlier; a command line never is,
//! because someone will copy it.

mod gaps;
mod page;
mod scope;

use page::Page;

use crate::style::{Style, Tone};
use crate::view::{Report, minute};

/// The most lines of a summary: two screens.
pub const SUMMARY_LINES_MAX: usize = 90;
/// A narrower terminal is treated as if it were this wide.
const WIDTH_MIN: usize = 60;
/// Lines longer than this are tiring to read.
const WIDTH_MAX: usize = 120;

impl Report<'_> {
    /// The summary for a terminal, with a last line break.
    pub fn summary(&self, style: Style) -> String {
        let width = style.width.clamp(WIDTH_MIN, WIDTH_MAX);
        let mut page = Page::new(Style { width, ..style });
        let title = format!("{} · AI systems in the ISMS", self.assessment.organisation);
        page.line(&[
            (Tone::Strong, &title),
            (Tone::Muted, &format!(" · as of {}", minute(self.assessment.at))),
        ]);
        page.blank();
        self.summary_scope(&mut page);
        self.summary_systems(&mut page);
        self.summary_controls(&mut page);
        self.summary_gaps(&mut page);
        self.summary_answers(&mut page);
        self.summary_threats(&mut page);
        self.summary_stage2(&mut page);
        self.summary_changes(&mut page);
        page.finish()
    }
}

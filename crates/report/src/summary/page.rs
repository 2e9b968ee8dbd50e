//! Lines of a summary, none wider than the terminal.

use std::borrow::Cow;

use crate::style::{Style, Tone, cut, fit, plain, width, wrap};

/// Lines that were said so far.
pub(super) struct Page {
    pub(super) style: Style,
    lines: Vec<String>,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { style, lines: Vec::new() }
    }

    pub(super) fn width(&self) -> usize {
        self.style.width
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.lines.push(String::new());
    }

    /// The head of a section, and what stands beside it.
    pub(super) fn head(&mut self, number: u8, title: &str, beside: &str) {
        let gap = if beside.is_empty() { "" } else { " · " };
        self.line(&[
            (Tone::Strong, &format!("{number} {title}")),
            (Tone::Plain, &format!("{gap}{beside}")),
        ]);
    }

    /// One line of parts; what is beyond the width is cut.
    pub(super) fn line(&mut self, parts: &[(Tone, &str)]) {
        let mut left = self.style.width;
        let mut line = String::new();
        for (tone, text) in parts {
            let text = cut(&plain(text), left);
            left -= width(&text);
            line.push_str(&self.style.paint(*tone, &text));
        }
        self.lines.push(line.trim_end().to_owned());
    }

    /// A text after a label, in at most `lines_max` lines; says how many it took.
    pub(super) fn text(&mut self, label: &str, text: &str, lines_max: usize) -> usize {
        let indent = width(label);
        let wrapped = wrap(&plain(text), self.style.width.saturating_sub(indent), lines_max);
        let mut label = Cow::Borrowed(label);
        for line in &wrapped {
            let painted = self.style.paint(Tone::Muted, &label);
            self.lines.push(format!("{painted}{line}").trim_end().to_owned());
            label = Cow::Owned(" ".repeat(indent));
        }
        wrapped.len()
    }

    /// A line that is never cut, because it will be copied; says how many lines it takes on the
    /// terminal.
    pub(super) fn whole(&mut self, text: &str) -> usize {
        let text = plain(text);
        let taken = width(&text).div_ceil(self.style.width).max(1);
        self.lines.push(text.into_owned());
        taken
    }

    /// Cells of fixed widths on one line.
    pub(super) fn cells(&mut self, cells: &[(Tone, &str, usize)]) {
        let fitted: Vec<(Tone, String)> = cells
            .iter()
            .map(|(tone, text, columns)| (*tone, fit(&plain(text), *columns)))
            .collect();
        let parts: Vec<(Tone, &str)> = fitted.iter().map(|(t, s)| (*t, s.as_str())).collect();
        self.line(&parts);
    }

    pub(super) fn finish(mut self) -> String {
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines.push(String::new());
        self.lines.join("\n")
    }
}

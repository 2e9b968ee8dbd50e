//! What one scan carries along: its limits, what it has found, and where it is.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::Rc;

use crate::limits::Limits;
use crate::report::{Finding, Verdict};
use crate::rules::{self, Rule};

/// Why a reader could not go on: the rule that says so, the place, and the words.
#[derive(Debug)]
pub(crate) struct Halt {
    pub(crate) rule: &'static Rule,
    pub(crate) offset: u64,
    pub(crate) reason: String,
}

pub(crate) type Step<T> = Result<T, Halt>;

impl Halt {
    pub(crate) fn ends(offset: u64, wanted: impl std::fmt::Display) -> Self {
        let reason = format!("the data ends where {wanted} should be");
        Self { rule: &rules::TRUNCATED, offset, reason }
    }

    pub(crate) fn malformed(offset: u64, reason: impl Into<String>) -> Self {
        Self { rule: &rules::MALFORMED, offset, reason: reason.into() }
    }

    pub(crate) fn limit(offset: u64, reason: impl Into<String>) -> Self {
        Self { rule: &rules::LIMIT, offset, reason: reason.into() }
    }

    pub(crate) fn io(offset: u64, error: &io::Error) -> Self {
        if let Some(stop) = error.get_ref().and_then(|inner| inner.downcast_ref::<Stopped>()) {
            return Self { rule: stop.rule, offset, reason: stop.reason.clone() };
        }
        let rule = match error.kind() {
            io::ErrorKind::UnexpectedEof => &rules::TRUNCATED,
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                &rules::MALFORMED
            }
            io::ErrorKind::OutOfMemory => &rules::LIMIT,
            _ => &rules::READ_FAILED,
        };
        Self { rule, offset, reason: format!("cannot read on: {error}") }
    }
}

/// A decompressor was stopped by a limit; travels inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Stopped {
    pub(crate) rule: &'static Rule,
    pub(crate) reason: String,
}

/// How much was inflated so far, shared with the decompressors that are at work.
pub(crate) type Meter = Rc<Cell<u64>>;

/// The state of the scan of one file.
pub(crate) struct Scan<'l> {
    pub(crate) limits: &'l Limits,
    pub(crate) formats: BTreeSet<&'static str>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) metadata: BTreeMap<&'static str, String>,
    pub(crate) inflated: Meter,
    pub(crate) opcodes: u64,
    pub(crate) members: usize,
    /// Files in the same folder that hold data of this one, by their relative paths.
    pub(crate) beside: BTreeSet<String>,
    /// The names of the members around what is read now.
    path: Vec<String>,
    cut: bool,
}

impl<'l> Scan<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            formats: BTreeSet::new(),
            findings: Vec::new(),
            metadata: BTreeMap::new(),
            inflated: Meter::default(),
            opcodes: 0,
            members: 0,
            beside: BTreeSet::new(),
            path: Vec::new(),
            cut: false,
        }
    }

    /// Notes a finding. The same reason at the same member stands once for each text.
    pub(crate) fn find(
        &mut self,
        rule: &'static Rule,
        offset: impl Into<Option<u64>>,
        reason: impl Into<String>,
    ) {
        let member = (!self.path.is_empty()).then(|| self.path.join(" > "));
        let reason = shortened(reason.into());
        let same = |f: &Finding| f.code == rule.code && f.reason == reason && f.member == member;
        if self.findings.iter().any(same) {
            return;
        }
        let full = self.findings.len() >= self.limits.findings_max;
        if full {
            let worst = self.verdict();
            if rule.verdict <= worst {
                self.cut = true;
                return;
            }
            self.findings.pop();
        }
        let offset = offset.into();
        self.findings.push(Finding {
            verdict: rule.verdict,
            code: rule.code,
            reason,
            offset,
            member,
        });
    }

    /// Notes why a reader stopped.
    pub(crate) fn halted(&mut self, halt: Halt) {
        self.find(halt.rule, halt.offset, halt.reason);
    }

    /// The worst so far.
    pub(crate) fn verdict(&self) -> Verdict {
        self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Clean)
    }

    /// Whether more was found than is listed.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    pub(crate) fn depth(&self) -> usize {
        self.path.len()
    }

    /// Does something inside a member.
    pub(crate) fn inside<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(shortened(printable(name)));
        let out = work(self);
        self.path.pop();
        out
    }

    /// A trial: what is found counts only if the answer is true. Trials are many, so nothing is
    /// copied that a trial cannot change: it adds, and takes away the last at most.
    pub(crate) fn attempt(&mut self, work: impl FnOnce(&mut Self) -> bool) -> bool {
        let (findings, last) = (self.findings.len(), self.findings.last().cloned());
        let formats: Vec<_> = self.formats.iter().copied().collect();
        let told: Vec<_> = self.metadata.keys().copied().collect();
        let cut = self.cut;
        let kept = work(self);
        if !kept {
            self.findings.truncate(findings);
            if let Some(last) = last {
                self.findings.truncate(findings - 1);
                self.findings.push(last);
            }
            self.formats.retain(|format| formats.contains(format));
            self.metadata.retain(|key, _| told.contains(key));
            self.cut = cut;
        }
        kept
    }

    pub(crate) fn say(&mut self, key: &'static str, value: impl Into<String>) {
        self.metadata.entry(key).or_insert_with(|| shortened(printable(&value.into())));
    }
}

const REASON_BYTES_MAX: usize = 300;

/// Foreign text with its control characters escaped.
pub(crate) fn printable(text: &str) -> String {
    let plain = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .take(REASON_BYTES_MAX)
        .flat_map(|c| {
            let escaped: String =
                if plain(c) { c.to_string() } else { c.escape_unicode().to_string() };
            escaped.chars().collect::<Vec<_>>()
        })
        .collect()
}

fn shortened(mut text: String) -> String {
    if text.len() > REASON_BYTES_MAX {
        let mut end = REASON_BYTES_MAX;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

//! pip's requirement files: pins, ranges, addresses, digests, and the files that they include.

use std::collections::{BTreeMap, VecDeque};

use annex_isms::{Dependency, Ecosystem};

use super::{Collector, Fault, LockError, Locked, Pin, text};
use crate::Limits;

/// A line with its continuations joined, without its comment.
struct Logical {
    line: u32,
    text: String,
}

fn logical(text: &str) -> Vec<Logical> {
    let mut out: Vec<Logical> = Vec::new();
    let mut open: Option<Logical> = None;
    for (line, part) in (1..).zip(text.lines()) {
        let part = part.trim_end();
        let (part, more) = match part.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (part, false),
        };
        let mut row = open.take().unwrap_or(Logical { line, text: String::new() });
        row.text.push_str(uncommented(part));
        row.text.push(' ');
        if more { open = Some(row) } else { out.push(row) }
    }
    out.extend(open);
    out
}

/// A comment begins a line or follows a space; `#egg=` in an address is none.
fn uncommented(text: &str) -> &str {
    if text.trim_start().starts_with('#') {
        return "";
    }
    match text.find(" #").or_else(|| text.find("\t#")) {
        Some(at) => &text[..at],
        None => text,
    }
}

/// A file that another includes; of a constraint file only versions count.
struct Include {
    line: u32,
    path: String,
    constraint: bool,
}

/// Reads one file by itself; what it includes is noted.
#[expect(clippy::unnecessary_wraps, reason = "one signature for every reader")]
pub(super) fn alone(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    for include in rows(out, text) {
        let words = format!("includes {}, which was not read", include.path);
        out.note(Some(include.line), &words);
    }
    Ok(())
}

fn rows(out: &mut Collector<'_>, text: &str) -> Vec<Include> {
    let mut includes = Vec::new();
    for row in logical(text) {
        match option(row.text.trim(), &["-r", "--requirement", "-c", "--constraint"]) {
            Some((name, path)) => includes.push(Include {
                line: row.line,
                path: path.to_owned(),
                constraint: name.contains('c'),
            }),
            None => line(out, row.line, &row.text),
        }
    }
    includes
}

/// An option at the beginning of a line and its value.
fn option<'t>(text: &'t str, names: &[&'static str]) -> Option<(&'static str, &'t str)> {
    names.iter().find_map(|name| {
        let rest = text.strip_prefix(name)?;
        let apart = rest.starts_with([' ', '\t', '=']) || !name.starts_with("--");
        (apart && !rest.is_empty()).then(|| (*name, rest.trim_start_matches(['=', ' ', '\t'])))
    })
}

/// Reads one requirement; a line that is none is noted.
pub(super) fn line(out: &mut Collector<'_>, number: u32, text: &str) {
    let text = text.split(" --").next().unwrap_or(text).trim();
    if text.is_empty() {
        return;
    }
    if let Some((_, address)) = option(text, &["-e", "--editable"]) {
        return address_alone(out, number, address);
    }
    // Where packages are looked for, and how they are built.
    if text.starts_with('-') {
        return;
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    if rest.starts_with("://") || rest.starts_with(['/', '+', ':']) || name.starts_with('.') {
        return address_alone(out, number, text);
    }
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        out.note(Some(number), "not a requirement");
        return;
    }
    let rest = match rest.strip_prefix('[').map(|extras| extras.split_once(']')) {
        None => rest,
        Some(Some((_, rest))) => rest.trim_start(),
        Some(None) => return out.note(Some(number), "not a requirement: `[` without `]`"),
    };
    if let Some(address) = rest.strip_prefix('@') {
        return out.add(number, name, &Pin::Elsewhere(address.trim()), None, false);
    }
    let wanted = rest.split(';').next().unwrap_or_default().trim();
    let wanted = wanted.strip_prefix('(').and_then(|w| w.strip_suffix(')')).unwrap_or(wanted);
    if !wanted.is_empty() && !wanted.starts_with(['=', '<', '>', '~', '!']) {
        return out.note(Some(number), "not a requirement: expected a version after the name");
    }
    out.add(number, name, &pin(wanted), None, false);
}

fn pin(wanted: &str) -> Pin<'_> {
    let exact = wanted.strip_prefix("===").or_else(|| wanted.strip_prefix("=="));
    match exact.map(str::trim) {
        Some(version) if !version.contains(['*', ',', ' ', '<', '>', '!']) => Pin::Exact(version),
        _ => Pin::Range(wanted),
    }
}

/// An address or a path: it has a name only when it says so.
fn address_alone(out: &mut Collector<'_>, number: u32, address: &str) {
    let egg = address.split_once("#egg=").or_else(|| address.split_once("&egg="));
    let name = egg.and_then(|(_, name)| name.split(['&', '[', ' ']).next());
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        out.add(number, name, &Pin::Elsewhere(address), None, false);
    } else {
        let address = text::without_secrets(address);
        out.note(Some(number), &format!("`{address}` does not name its package"));
    }
}

/// Reads a file and all that it includes; an included file that cannot be read is noted.
pub(super) fn with_includes(
    first: &str,
    open: &dyn Fn(&str) -> Result<String, LockError>,
    limits: &Limits,
) -> Result<Locked, LockError> {
    let mut queue = VecDeque::from([(first.to_owned(), false)]);
    let mut seen = vec![(first.to_owned(), false)];
    let (mut all, mut constraints) = (Locked::default(), BTreeMap::new());
    while let Some((path, constraint)) = queue.pop_front() {
        let text = match open(&path) {
            Ok(text) => text,
            Err(error) if path == first => return Err(error),
            Err(error) => {
                all.notes.push(format!("{error}, included by {first} or what it includes"));
                continue;
            }
        };
        let mut out = Collector::new(&path, Ecosystem::Pypi, limits);
        for include in rows(&mut out, text.trim_start_matches('\u{feff}')) {
            // What a constraint file includes only constrains, too.
            let next = (joined(&path, &include.path), constraint || include.constraint);
            let words = match next {
                (None, _) => format!("includes {}, which lies outside: not read", include.path),
                (Some(_), _) if seen.len() >= limits.includes_max => {
                    format!("more than {} files (includes_max): not read", limits.includes_max)
                }
                (Some(next), constraint) => {
                    let next = (next, constraint);
                    if !seen.contains(&next) {
                        seen.push(next.clone());
                        queue.push_back(next);
                    }
                    continue;
                }
            };
            out.note(Some(include.line), &words);
        }
        let fault = |fault: Fault| LockError::Fault {
            path: path.clone(),
            line: fault.line,
            fault: fault.words,
        };
        let locked = out.finish().map_err(fault)?;
        all.notes.extend(locked.notes);
        if constraint {
            for row in locked.dependencies {
                constraints.entry(row.name.clone()).or_insert_with(Vec::new).push(row);
            }
        } else {
            all.dependencies.extend(locked.dependencies);
        }
    }
    for row in all.dependencies.iter_mut().filter(|row| row.version.is_none()) {
        constrain(row, &constraints);
    }
    Ok(all)
}

/// A version that one constraint file fixes is the version of what is asked for without one.
fn constrain(row: &mut Dependency, constraints: &BTreeMap<String, Vec<Dependency>>) {
    let Some([constraint]) = constraints.get(&row.name).map(Vec::as_slice) else { return };
    // What comes from an address is not of that version, whatever a constraint says.
    let address = row.constraint.as_deref().is_some_and(|asked| asked.contains([':', '/']));
    if !address && constraint.version.is_some() {
        row.version.clone_from(&constraint.version);
        row.constraint = None;
        row.locations.extend(constraint.locations.iter().cloned());
    }
}

/// A path seen from the folder of another file; `None` when it leads out or is an address.
fn joined(from: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains("://") || path.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

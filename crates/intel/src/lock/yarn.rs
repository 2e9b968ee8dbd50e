//! `yarn.lock`, classic and berry. Both are blocks of two levels, told apart by their fields:
//! classic writes `version "1.0.0"`, berry `version: 1.0.0` and a `resolution`.

use super::npm::elsewhere;
use super::{Collector, Fault, Pin};

struct Block<'t> {
    line: u32,
    head: &'t str,
    version: &'t str,
    resolved: &'t str,
    resolution: &'t str,
}

pub(super) fn read(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let mut open: Option<Block<'_>> = None;
    for (line, full) in (1..).zip(text.lines()) {
        if full.trim().is_empty() || full.starts_with('#') {
            continue;
        }
        if !full.starts_with([' ', '\t']) {
            let head = full.trim_end().strip_suffix(':');
            let head = head.ok_or_else(|| Fault::new(Some(line), "expected a name and `:`"))?;
            let block = Block { line, head, version: "", resolved: "", resolution: "" };
            close(out, open.replace(block))?;
            continue;
        }
        let Some(block) = &mut open else {
            return Err(Fault::new(Some(line), "a field before the first package"));
        };
        // Deeper lines are what the package itself asks for.
        if full.starts_with("  ") && !full.starts_with("   ") {
            let (name, value) = full.trim().split_once([' ', ':']).unwrap_or((full.trim(), ""));
            let value = value.trim_start_matches([':', ' ']).trim().trim_matches('"');
            match name {
                "version" => block.version = value,
                "resolved" => block.resolved = value,
                "resolution" => block.resolution = value,
                _ => {}
            }
        }
    }
    close(out, open)
}

fn close(out: &mut Collector<'_>, block: Option<Block<'_>>) -> Result<(), Fault> {
    let Some(block) = block else { return Ok(()) };
    let head = block.head.trim_matches('"');
    if head == "__metadata" {
        return Ok(());
    }
    // `"a@^1", "a@~1"`: the first says enough.
    let first = head.split(',').next().unwrap_or(head).trim().trim_matches('"');
    let named = if block.resolution.is_empty() { first } else { block.resolution };
    let fault = || Fault::new(Some(block.line), format!("`{named}` has no range"));
    let (name, range) = split(named).ok_or_else(fault)?;
    if range.starts_with("workspace:") || block.version == "0.0.0-use.local" {
        return Ok(());
    }
    // `npm:real@^1` in classic is an alias, `npm:1.0.0` in berry is the registry.
    let (name, range) = match range.strip_prefix("npm:") {
        Some(rest) => split(rest).unwrap_or((name, rest)),
        None => (name, range),
    };
    let hosted = block.resolved.starts_with("git") || block.resolved.contains(".git#");
    let short = !range.starts_with("patch:") && range.contains('/');
    let pin = if elsewhere(range) || short {
        Pin::Elsewhere(range)
    } else if hosted {
        Pin::Elsewhere(block.resolved)
    } else if block.version.is_empty() {
        Pin::Range(range)
    } else {
        Pin::Exact(block.version)
    };
    out.add(block.line, name, &pin, None, false);
    Ok(())
}

/// `name@range` or `@scope/name@range`.
fn split(text: &str) -> Option<(&str, &str)> {
    let at = text.get(1..)?.find('@')? + 1;
    Some((&text[..at], &text[at + 1..]))
}

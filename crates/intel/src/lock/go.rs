//! `go.mod` and `go.sum`. A version in `go.mod` is the least one that is asked for, and what is
//! built is the highest of those, which `go.mod` names for every module since Go 1.17.

use std::collections::BTreeMap;

use super::{Collector, Fault, Pin};

/// Directives that name no dependency.
const OTHER: [&str; 8] =
    ["module", "go", "toolchain", "retract", "tool", "godebug", "ignore", "exclude"];

struct Require<'t> {
    line: u32,
    name: &'t str,
    version: &'t str,
    direct: bool,
}

pub(super) fn go_mod(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    let mut block = "";
    let (mut required, mut replaced, mut module) = (Vec::new(), BTreeMap::new(), false);
    for (line, full) in (1..).zip(text.lines()) {
        let (code, comment) = full.split_once("//").unwrap_or((full, ""));
        let mut words: Vec<&str> = code.split_whitespace().map(unquoted).collect();
        match words.as_slice() {
            [] => continue,
            [verb, "("] => {
                block = verb;
                continue;
            }
            [")"] => {
                block = "";
                continue;
            }
            _ => {}
        }
        let verb = if block.is_empty() { words.remove(0) } else { block };
        match (verb, words.as_slice()) {
            ("require", [name, version]) => {
                let direct = comment.trim() != "indirect";
                required.push(Require { line, name, version, direct });
            }
            ("replace", [name, "=>", rest @ ..]) => {
                replaced.insert((*name, None), (line, rest.to_vec()));
            }
            ("replace", [name, version, "=>", rest @ ..]) => {
                replaced.insert((*name, Some(*version)), (line, rest.to_vec()));
            }
            (verb, _) if OTHER.contains(&verb) => module |= verb == "module",
            _ => return Err(Fault::new(Some(line), "not a line of go.mod")),
        }
    }
    if !module {
        return Err(Fault::new(None, "has no `module` line"));
    }
    for row in required {
        let instead = replaced
            .get(&(row.name, Some(row.version)))
            .or_else(|| replaced.get(&(row.name, None)));
        match instead.map(|(line, rest)| (*line, rest.as_slice())) {
            None => out.add(row.line, row.name, &Pin::Exact(row.version), Some(row.direct), false),
            Some((line, [name, version])) => {
                out.add(line, name, &Pin::Exact(version), Some(row.direct), false);
            }
            Some((line, rest)) => {
                let place = format!("replaced by {}", rest.join(" "));
                out.add(line, row.name, &Pin::Elsewhere(&place), Some(row.direct), false);
            }
        }
    }
    Ok(())
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '`'])
}

pub(super) fn go_sum(out: &mut Collector<'_>, text: &str) -> Result<(), Fault> {
    for (line, words) in (1..).zip(text.lines()) {
        match words.split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => {}
            [_, version, hash] if hash.starts_with("h1:") && version.ends_with("/go.mod") => {}
            [name, version, hash] if hash.starts_with("h1:") => {
                out.add(line, name, &Pin::Exact(version), None, false);
            }
            _ => return Err(Fault::new(Some(line), "not a line of go.sum")),
        }
    }
    Ok(())
}

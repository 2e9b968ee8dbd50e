//! `requirements.txt`: one requirement a line, PEP 508, with pip's own options.

use super::{Manifest, is_exact};

pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let mut pending = String::new();
    let mut begun = 1;
    for (number, line) in (1..).zip(text.lines()) {
        if pending.is_empty() {
            begun = number;
        }
        // Pip joins lines before it takes comments away, but a comment line is not joined.
        let line = if line.trim_start().starts_with('#') { "" } else { line };
        if let Some(part) = line.strip_suffix('\\') {
            pending.push_str(part);
            pending.push(' ');
            continue;
        }
        pending.push_str(line);
        one(&pending, begun, &mut manifest);
        pending.clear();
    }
    one(&pending, begun, &mut manifest);
    manifest
}

fn one(line: &str, number: u32, manifest: &mut Manifest) {
    let line = line.split(" #").next().unwrap_or_default().trim();
    if line.is_empty() || line.starts_with('#') {
        return;
    }
    if let Some(rest) = line.strip_prefix('-') {
        let included = ["r ", "-requirement ", "-requirement=", "r"]
            .iter()
            .find_map(|option| rest.strip_prefix(option));
        if let Some(path) = included {
            manifest.includes.push(path.trim().to_owned());
        }
        return;
    }
    if let Some((name, version)) = requirement(line) {
        manifest.add(&name, number, version, line.contains("--hash="));
    } else if let Some((_, name)) = line.split_once("#egg=") {
        manifest.add(name, number, None, false);
    } else if let Some(name) = repository(line) {
        manifest.add(name, number, pinned_commit(line), false);
    }
}

/// The last part of `git+https://host/owner/name.git@ref`.
fn repository(line: &str) -> Option<&str> {
    let url = line.strip_prefix("git+")?;
    let (_, rest) = url.split_once("://")?;
    let path = rest.split(['@', '#', ' ']).next()?;
    path.rsplit('/').next().map(|name| name.trim_end_matches(".git"))
}

fn pinned_commit(line: &str) -> Option<String> {
    let (_, reference) = line.rsplit_once('@')?;
    let commit = reference.split(['#', ' ']).next()?;
    (commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit())).then(|| commit.to_owned())
}

/// Name and exact version of a PEP 508 requirement; `None` for what is no requirement.
pub(super) fn requirement(text: &str) -> Option<(String, Option<String>)> {
    let text = text.split(';').next()?.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let name = &text[..end];
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let mut rest = text[end..].trim_start();
    if let Some(extras) = rest.strip_prefix('[') {
        rest = extras.split_once(']')?.1.trim_start();
    }
    if let Some(url) = rest.strip_prefix('@') {
        return Some((name.to_owned(), pinned_commit(url)));
    }
    let rest = rest.trim_start_matches('(');
    if !rest.is_empty() && !rest.starts_with(['=', '<', '>', '~', '!', '-']) {
        return None;
    }
    let version = rest
        .strip_prefix("===")
        .or_else(|| rest.strip_prefix("=="))
        .map(|rest| {
            rest.split([' ', ',', ')', '-']).find(|part| !part.is_empty()).unwrap_or_default()
        })
        .filter(|version| is_exact(version) && !rest.contains(','))
        .map(str::to_owned);
    Some((name.to_owned(), version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_have_names_exact_versions_hashes_and_includes() {
        let text = "# c\n-r base.txt\nopenai==1.2.3 \\\n    --hash=sha256:00\nLangchain[all]>=0.1,<1 ; python_version > '3'\ngit+https://x.y/acme/peft.git\n--index-url https://x\ntorch\nchromadb == 0.5.*\nnot a requirement\n";
        let manifest = read(text);
        assert_eq!(manifest.includes, ["base.txt"]);
        let shown: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.line, d.version.as_deref(), d.hashed))
            .collect();
        assert_eq!(
            shown,
            [
                ("openai", 3, Some("1.2.3"), true),
                ("Langchain", 5, None, false),
                ("peft", 6, None, false),
                ("torch", 8, None, false),
                ("chromadb", 9, None, false),
            ]
        );
    }
}

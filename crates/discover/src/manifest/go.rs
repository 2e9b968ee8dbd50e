//! `go.mod` and `go.sum`. A version in `go.mod` is exact: Go has no ranges.

use super::Manifest;
use crate::tree::Fault;

/// Lines that name no dependency.
const VERBS: [&str; 9] =
    ["go", "toolchain", "replace", "exclude", "retract", "require", "tool", "godebug", "ignore"];

pub(super) fn go_mod(text: &str) -> Result<Manifest, Fault> {
    let mut manifest = Manifest::default();
    let mut block = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let (line, comment) = line.split_once("//").unwrap_or((line, ""));
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            ["module", name, ..] => {
                manifest.project = name.trim_matches('"').rsplit('/').next().map(str::to_owned);
            }
            [verb, "("] => (*verb).clone_into(&mut block),
            [")"] => block.clear(),
            ["require", name, version] => require(&mut manifest, name, version, number, comment),
            [name, version] if block == "require" => {
                require(&mut manifest, name, version, number, comment);
            }
            [] => {}
            [verb, ..] if VERBS.contains(verb) || !block.is_empty() => {}
            _ => return Err(Fault::at(number, "not a line of go.mod")),
        }
    }
    if manifest.project.is_none() {
        return Err(Fault::at(1, "no `module` line"));
    }
    Ok(manifest)
}

fn require(manifest: &mut Manifest, name: &str, version: &str, line: u32, comment: &str) {
    // What only comes with other modules is not the project's own choice.
    if comment.trim() != "indirect" {
        let name = crate::known::normalised("go", name.trim_matches('"'));
        manifest.add(&name, line, Some(version.to_owned()), false);
    }
}

pub(super) fn go_sum(text: &str) -> Result<Manifest, Fault> {
    let mut manifest = Manifest::default();
    for (number, line) in (1..).zip(text.lines()) {
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => {}
            [name, version, hash] if hash.starts_with("h1:") => {
                if !version.ends_with("/go.mod") {
                    let name = crate::known::normalised("go", name);
                    manifest.add(&name, number, Some((*version).to_owned()), true);
                }
            }
            _ => return Err(Fault::at(number, "not a line of go.sum")),
        }
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use super::super::{ManifestKind, read};
    use crate::limits::Limits;

    #[test]
    fn direct_modules_count_and_garbage_is_named() {
        let text = "module x.y/app\n\ngo 1.22\n\nrequire github.com/a/b v1.0.0\nrequire (\n\tgithub.com/sashabaranov/go-openai v1.2.3\n\tc.d/e v0.1.0 // indirect\n)\n";
        let manifest = read(ManifestKind::GoMod, text, &Limits::default()).expect("read");
        let names: Vec<_> = manifest.dependencies.iter().map(|d| d.name.as_str()).collect();
        assert_eq!(names, ["github.com/a/b", "github.com/sashabaranov/go-openai"]);
        let fault = read(ManifestKind::GoMod, "module x\n<html>\n", &Limits::default());
        assert_eq!(fault.map_err(|f| f.line).err(), Some(Some(2)));
    }
}

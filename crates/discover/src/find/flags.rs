//! Command lines in scripts, documents and containers: `--base_model org/name`.

use super::keys::says_dataset;
use super::names::{HUB, Named};
use super::{Source, environment, names, options, shell};
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::read;

/// Options that name a model.
const OPTIONS: [&str; 16] = [
    "model",
    "model-id",
    "model_id",
    "model-name",
    "model_name",
    "model_name_or_path",
    "base_model",
    "base-model",
    "lora_weights",
    "lora-weights",
    "embedding-model",
    "embedding_model",
    "pretrained_model_name_or_path",
    "served-model",
    "repo_id",
    "adapter",
];

/// The models that a command line names. `plain` also takes names that a provider's pattern
/// explains; without it only `org/name` counts.
pub(crate) fn find(index: &Index<'_>, text: &str, plain: bool, place: &Place, out: &mut Findings) {
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        rest = &rest[at + 2..];
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(rest.len());
        let (option, after) = rest.split_at(end);
        let dataset = says_dataset(&option.replace('-', "_"));
        if !OPTIONS.contains(&option) && !dataset {
            continue;
        }
        let value = after
            .trim_start_matches(['=', ' ', '"', '\'', ',', '\n', '\\', '\t'])
            .split(|c: char| {
                c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ')' | ']' | '`' | ';')
            })
            .next()
            .unwrap_or_default();
        if dataset {
            out.assets.extend(options::dataset(value, place));
            continue;
        }
        let explained =
            names::is_hub_name(value) || (plain && index.provider_of_model(value).is_some());
        if !value.starts_with('-')
            && explained
            && let Some(named) = names::named(index, value, None)
        {
            out.assets.push(names::finding(
                index,
                &named,
                option.starts_with("embedding"),
                place.clone(),
            ));
        }
    }
}

/// What the code blocks of documents call a shell; many have no word.
const SHELLS: [&str; 8] = ["", "sh", "bash", "shell", "zsh", "console", "terminal", "shell script"];

/// The commands of a document, and the options of those that start a script of this repository: lines of code blocks that
/// name one of its files.
pub(crate) fn prose(
    index: &Index<'_>,
    path: &str,
    text: &str,
    scripts: &[String],
    out: &mut Findings,
) {
    card(index, path, text, out);
    let mut told = Findings::default();
    let (mut inside, mut command, mut own) = (false, 0, false);
    let mut block: Option<(u32, String)> = None;
    for (line, content) in (1..).zip(text.lines()) {
        if let Some(fence) = content.trim_start().strip_prefix("```") {
            inside = !inside;
            own = false;
            if let Some((from, text)) = block.take() {
                shell::find(index, path, &text, from, &mut told);
            }
            let word = fence.trim().to_ascii_lowercase();
            if inside && SHELLS.contains(&word.as_str()) {
                block = Some((line + 1, String::new()));
            }
            continue;
        }
        if !inside {
            for span in content.split('`').skip(1).step_by(2).filter(|span| span.contains('=')) {
                let mut settings = read::env::read(span);
                for setting in &mut settings {
                    setting.line = line;
                }
                environment::find(index, path, &settings, &mut told);
            }
            continue;
        }
        if let Some((_, text)) = &mut block {
            text.push_str(content.trim_start().trim_start_matches(['$', '%', ' ']));
            text.push('\n');
        }
        own = own && command + 1 == line;
        own |= content.split_whitespace().any(|word| {
            let word = word.trim_start_matches("./");
            scripts.iter().any(|script| script == word)
        });
        if own {
            find(index, content, false, &Place::new(path, line), out);
            if content.trim_end().ends_with('\\') {
                command = line;
            }
        }
    }
    // What a reader is told to do shows no AI by itself, and sets up nothing that runs.
    out.beside.append(&mut told.assets);
    out.beside.append(&mut told.beside);
    out.application.append(&mut told.application);
}

/// What the front matter of a card on the hub declares: `models:` and `datasets:`, with a list each.
fn card(index: &Index<'_>, path: &str, text: &str, out: &mut Findings) {
    let mut lines = (1..).zip(text.lines());
    if lines.next().is_none_or(|(_, first)| first.trim_end() != "---") {
        return;
    }
    let mut list = "";
    for (line, content) in lines.take_while(|(_, line)| line.trim_end() != "---") {
        let Some(item) = content.trim_start().strip_prefix("- ") else {
            list = content.trim_end().strip_suffix(':').unwrap_or_default();
            continue;
        };
        let (name, place) = (item.trim().trim_matches(['"', '\'']), Place::new(path, line));
        match list {
            "models" | "base_model" if names::is_hub_name(name) => {
                let named = Named { owner: HUB.to_owned(), name: name.to_owned() };
                out.assets.push(names::finding(index, &named, false, place));
            }
            "datasets" => out.assets.extend(options::dataset(name, &place)),
            _ => {}
        }
    }
}

/// The options that a program's own texts tell its users to give: `--base_model='org/name'` in a
/// file that has a `base_model` itself.
pub(crate) fn usage(source: &Source<'_>, out: &mut Findings) {
    for text in source.facts.texts.iter().filter(|text| text.content.contains("--")) {
        let own = OPTIONS.iter().any(|option| {
            let name = option.replace('-', "_");
            text.content.contains(&format!("--{option}"))
                && source.facts.bindings.iter().any(|binding| binding.name == name)
        });
        if own && !source.packages.is_empty() {
            find(source.index, &text.content, false, &source.place(text.line), out);
        }
    }
}

/// A script of a shell.
pub(crate) fn script(index: &Index<'_>, path: &str, text: &str, out: &mut Findings) {
    shell::find(index, path, text, 1, out);
    for (line, content) in (1..).zip(text.lines()) {
        if !content.trim_start().starts_with('#') {
            find(index, content, true, &Place::new(path, line), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Known;

    #[test]
    fn only_commands_of_own_scripts_count_in_documents() {
        let known = Known::default();
        let index = Index::new(&known);
        let text = "--base_model 'no/prose'\n```bash\npython train.py \\\n    --base_model 'org/name-7b' \\\n    --x 1\nother --model foo/bar\n```\n";
        let mut out = Findings::default();
        prose(&index, "README.md", text, &["train.py".to_owned()], &mut out);
        let shown: Vec<_> = out.assets.iter().map(|a| (a.name.as_str(), a.place.line)).collect();
        assert_eq!(shown, [("org/name-7b", Some(4))]);
    }
}

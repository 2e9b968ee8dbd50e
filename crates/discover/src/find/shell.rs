//! Commands of shell scripts and of the code blocks of documents: servers that are started, models
//! that are fetched, packages that are installed, services that are set up, variables that are set.

use super::{environment, names, packages, servers};
use crate::find::servers::Word;
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::read::env::Setting;

/// Finds what the commands of a text say; `line` is that of its first.
pub(crate) fn find(index: &Index<'_>, path: &str, text: &str, line: u32, out: &mut Findings) {
    environment::find(index, path, &assigned(text, line), out);
    for words in servers::commands(&[Word { text: text.to_owned(), line }]) {
        let Some(first) = words.first() else { continue };
        let place = Place::new(path, first.line);
        if let Some(product) = servers::of_command(&words) {
            out.assets.push(servers::finding(index, product, place));
            servers::models(index, product, &words, &[], path, out);
            continue;
        }
        match first.text.as_str() {
            "docker" | "podman" | "nerdctl" => container(index, path, &words, out),
            "az" => azure(index, path, &words, out),
            "pip" | "pip3" | "install" | "add" | "npm" | "pnpm" | "yarn" | "cargo" | "go" => {
                installed(index, path, &words, out);
            }
            _ => {}
        }
        environment::find(index, path, &set(&words), out);
    }
}

/// What stands before a command or alone: `MODEL=gpt-4o URL="…" docker compose up`.
fn assigned(text: &str, line: u32) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (line, text) in (line..).zip(text.lines()) {
        let mut rest = text.trim().trim_start_matches("export ").trim_start();
        while let Some((name, after)) = rest.split_once('=').filter(|(name, _)| is_variable(name)) {
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, left) = match quote {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
            };
            if !is_computed(value) {
                let (name, value) = (name.to_owned(), value.to_owned());
                settings.push(Setting { line, name, value });
            }
            rest = left.trim_start();
        }
    }
    settings
}

/// What a shell computes, or a reader has to fill in, is not written there.
fn is_computed(value: &str) -> bool {
    value.starts_with(['$', '`', '(', '<']) || value.contains("://...")
}

/// What a command sets: `codegpt config set openai.model gpt-4o`, `docker run -e MODEL=gpt-4o …`.
fn set(words: &[Word]) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (at, word) in words.iter().enumerate().skip(1) {
        let told = match word.text.split_once('=') {
            Some((name, value)) if is_variable(name) => Some((name.to_owned(), value)),
            None if word.text == "set" => match words.get(at + 1..=at + 2) {
                Some([name, value]) => Some((variable(&name.text), value.text.as_str())),
                _ => None,
            },
            _ => None,
        };
        if let Some((name, value)) = told.filter(|(_, value)| !is_computed(value)) {
            let value = value.trim_matches(['"', '\'']).to_owned();
            settings.push(Setting { line: word.line, name, value });
        }
    }
    settings
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `openai.base_url` as the variable that it would be.
fn variable(name: &str) -> String {
    name.replace(['.', '-'], "_").to_ascii_uppercase()
}

/// `docker run -p 8080:80 ghcr.io/…/text-generation-inference --model-id org/name`.
fn container(index: &Index<'_>, path: &str, words: &[Word], out: &mut Findings) {
    let of = |word: &Word| servers::of_image(&super::containers::image(&word.text).0);
    // Options in documents hold placeholders of any form, so the image is looked for by its name.
    let Some(at) = words.iter().position(|word| of(word).is_some()) else { return };
    let Some(image) = words.get(at) else { return };
    if let Some(product) = of(image) {
        out.assets.push(servers::finding(index, product, Place::new(path, image.line)));
        servers::models(index, product, words.get(at + 1..).unwrap_or_default(), &[], path, out);
    }
}

/// `az cognitiveservices account create --kind OpenAI`, `… deployment create --model-name gpt-4o`.
fn azure(index: &Index<'_>, path: &str, words: &[Word], out: &mut Findings) {
    let says = |text: &str| words.iter().any(|word| word.text == text);
    if !says("cognitiveservices") || !says("create") {
        return;
    }
    let kind = servers::value(words, &["--kind"]);
    if let Some(kind) = kind.filter(|kind| kind.text.eq_ignore_ascii_case("openai")) {
        out.assets.push(names::interface(index, "azure-openai", Place::new(path, kind.line)));
    }
    if let Some(model) = servers::value(words, &["--model-name"])
        && let Some(named) = names::named(index, &model.text, Some("azure-openai"))
    {
        out.assets.push(names::finding(index, &named, false, Place::new(path, model.line)));
    }
}

/// Options of installers that take a value.
const VALUED: [&str; 10] =
    ["-c", "--channel", "-r", "-f", "-i", "-n", "--index-url", "--extra-index-url", "-t", "-e"];

/// `pip install peft`, `npm install @ai-sdk/openai`.
fn installed(index: &Index<'_>, path: &str, words: &[Word], out: &mut Findings) {
    let mut rest = words.iter();
    let program = rest.next().map_or("", |word| word.text.as_str());
    let ecosystem = match program {
        "pip" | "pip3" | "install" | "add" => "pypi",
        "npm" | "pnpm" | "yarn" => "npm",
        "cargo" => "crates",
        _ => "go",
    };
    if !matches!(program, "install" | "add") {
        let verb = rest.next().map_or("", |word| word.text.as_str());
        if !matches!(verb, "install" | "i" | "add" | "get") {
            return;
        }
    }
    while let Some(word) = rest.next() {
        if VALUED.contains(&word.text.as_str()) {
            rest.next();
            continue;
        }
        let name = package_name(&word.text);
        // The words of an installer are shared by tools of both worlds.
        let known = index
            .family(ecosystem, name)
            .or_else(|| (program == "add").then(|| index.family("npm", name)).flatten());
        if let Some(package) = known {
            out.beside.push(packages::finding(package, name, Place::new(path, word.line)));
        }
    }
}

/// The name in `name[extra]==1.0`, `@scope/name@^1`, `git+https://example.org/owner/name.git`.
fn package_name(word: &str) -> &str {
    if let Some((_, address)) = word.split_once("://") {
        let end = address.rsplit('/').next().unwrap_or_default();
        let end = end.split(['@', '#']).next().unwrap_or_default();
        return end.strip_suffix(".git").unwrap_or(end);
    }
    let from = usize::from(word.starts_with('@'));
    let end = word[from..].find(['=', '<', '>', '~', '[', '@', ';', '!']);
    end.map_or(word, |end| &word[..from + end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::{Known, KnownPackage, KnownProvider};

    #[test]
    fn commands_say_what_they_start_fetch_install_and_set() {
        let package = |ecosystem: &str, name: &str| KnownPackage {
            ecosystem: ecosystem.to_owned(),
            name: name.to_owned(),
            role: "training".to_owned(),
            provider: None,
        };
        let provider = |id: &str| KnownProvider {
            id: id.to_owned(),
            name: id.to_owned(),
            hosts: Vec::new(),
            keys: Vec::new(),
            models: Vec::new(),
            local: true,
        };
        let known = Known {
            packages: vec![package("pypi", "peft"), package("npm", "@ai-sdk/openai")],
            providers: vec![provider("ollama"), provider("tgi"), provider("azure-openai")],
        };
        let text = "ollama pull llama3:8b\n\
            docker run --gpus all -p 8080:80 ghcr.io/huggingface/text-generation-inference:1 \\\n \
            --model-id org/name\n\
            conda install -c huggingface peft==0.4 && pip install git+https://example.org/h/peft.git\n\
            npm i @ai-sdk/openai@latest left-pad\n\
            az cognitiveservices account create --kind OpenAI --name x\n\
            az cognitiveservices account deployment create --model-name gpt-4o\n";
        let (mut out, index) = (Findings::default(), Index::new(&known));
        find(&index, "README.md", text, 10, &mut out);
        let shown: Vec<_> = out
            .assets
            .iter()
            .chain(&out.beside)
            .map(|found| (found.name.as_str(), found.place.line))
            .collect();
        assert_eq!(
            shown,
            [
                ("ollama", Some(10)),
                ("llama3:8b", Some(10)),
                ("tgi", Some(11)),
                ("org/name", Some(12)),
                ("azure-openai", Some(15)),
                ("gpt-4o", Some(16)),
                ("peft", Some(13)),
                ("peft", Some(13)),
                ("@ai-sdk/openai", Some(14)),
            ]
        );
    }
}

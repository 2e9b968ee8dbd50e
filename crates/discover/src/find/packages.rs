//! Packages: from a module's path to the package that brings it, and what an import alone shows.

use annex_isms::AssetKind;

use super::Source;
use crate::findings::{Finding, Findings, Key, Place, Trait};
use crate::known::{Index, KnownPackage, normalised};
use crate::source::Language;

/// Modules that are not called as their package.
const MODULES: [(&str, &str); 34] = [
    ("tavily", "tavily-python"),
    ("exa_py", "exa-py"),
    ("firecrawl", "firecrawl-py"),
    ("mem0", "mem0ai"),
    ("whisper", "openai-whisper"),
    ("open_clip", "open-clip-torch"),
    ("nemo", "nemo-toolkit"),
    ("haystack", "haystack-ai"),
    ("lightrag", "lightrag-hku"),
    ("deepgram", "deepgram-sdk"),
    ("metaphor_python", "metaphor-python"),
    ("rouge_score", "rouge-score"),
    ("sklearn", "scikit-learn"),
    ("faiss", "faiss-cpu"),
    ("weaviate", "weaviate-client"),
    ("vertexai", "google-cloud-aiplatform"),
    ("google.cloud.aiplatform", "google-cloud-aiplatform"),
    ("agents", "openai-agents"),
    ("llama_cpp", "llama-cpp-python"),
    ("phoenix", "arize-phoenix"),
    ("guardrails", "guardrails-ai"),
    ("cv2", "opencv-python"),
    ("autogen", "pyautogen"),
    ("hub", "deeplake"),
    ("lancedb", "lancedb"),
    ("docling", "docling"),
    ("google.adk", "google-adk"),
    ("strands", "strands-agents"),
    ("claude_agent_sdk", "claude-agent-sdk"),
    ("FlagEmbedding", "flagembedding"),
    ("rank_bm25", "rank-bm25"),
    ("opensearchpy", "opensearch-py"),
    ("semantic_kernel", "semantic-kernel"),
    ("azure.ai.inference", "azure-ai-inference"),
];

/// Modules whose name is not that of their package.
pub(crate) fn modules() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|(module, _)| *module)
}

/// The role of packages that put any application on the web: they belong to an AI system where there
/// is one, and say nothing of it.
pub(crate) const WEB: &str = "web";

/// The known package that a module belongs to, when it shows that AI is there.
pub(crate) fn of_module<'k>(
    index: &Index<'k>,
    language: Language,
    module: &str,
) -> Option<&'k KnownPackage> {
    by_module(index, language, module).filter(|package| package.role != WEB)
}

fn by_module<'k>(index: &Index<'k>, language: Language, module: &str) -> Option<&'k KnownPackage> {
    match language {
        Language::Python => python(index, module),
        Language::Java | Language::CSharp => super::typed::of_namespace(index, language, module),
        Language::Rust => {
            let module = module.split("::").next()?;
            // This library is called otherwise than its package.
            index.family("crates", if module == "rig" { "rig-core" } else { module })
        }
        Language::Go => {
            let mut path = module;
            loop {
                if let Some(package) = index.package("go", path) {
                    return Some(package);
                }
                path = path.rsplit_once('/')?.0;
            }
        }
        _ => {
            let mut parts = module.split('/');
            let first = parts.next()?;
            match (first.starts_with('@'), parts.next()) {
                (true, Some(name)) => index.family("npm", &format!("{first}/{name}")),
                _ => index.family("npm", first),
            }
        }
    }
}

fn python<'k>(index: &Index<'k>, module: &str) -> Option<&'k KnownPackage> {
    if module.starts_with('.') {
        return None;
    }
    let aliased = MODULES.iter().find(|(name, _)| {
        module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    if let Some((_, package)) = aliased {
        return index.package("pypi", package);
    }
    let mut path = module;
    loop {
        // A namespace that many packages share: the manifests tell which they are.
        if path == "llama_index" {
            return index.package("pypi", "llama-index");
        }
        if let Some(package) = index.package("pypi", path) {
            return Some(package);
        }
        match path.rsplit_once('.') {
            Some((above, _)) => path = above,
            None => return index.family("pypi", path),
        }
    }
}

/// A package as an asset.
pub(crate) fn finding(package: &KnownPackage, name: &str, place: Place) -> Finding {
    let family = package.name.contains('*');
    let name = if family { name } else { package.name.as_str() };
    let key = format!("{}/{}", package.ecosystem, normalised(&package.ecosystem, name));
    Finding::new(AssetKind::Framework, Key::World(key), name, place)
}

/// The name of the package that a module of a family is in.
fn of_family(language: Language, module: &str) -> String {
    match language {
        Language::Python => normalised("pypi", module.split('.').next().unwrap_or(module)),
        Language::Rust => module.split("::").next().unwrap_or(module).replace('_', "-"),
        _ => {
            let parts = if module.starts_with('@') { 2 } else { 1 };
            module.split('/').take(parts).collect::<Vec<_>>().join("/")
        }
    }
}

/// Roles of packages whose presence says something of the system.
pub(crate) fn traits(package: &KnownPackage, place: &Place, out: &mut Findings) {
    let attribute = match package.role.as_str() {
        "guardrail" => "guardrail_present",
        "telemetry" => "telemetry_present",
        _ if is_security_test(&package.name) => "security_tests_present",
        _ => return,
    };
    out.traits.push(Trait { attribute, value: Some(true), place: place.clone() });
}

pub(crate) fn is_security_test(name: &str) -> bool {
    matches!(
        name,
        "garak"
            | "deepteam"
            | "pyrit"
            | "promptfoo"
            | "giskard"
            | "giskard-llm"
            | "agentdojo"
            | "llamator"
    )
}

/// Every import of a known package; one that no manifest names is still there.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    for imported in &source.packages {
        // What a project imports for all its files has its place there.
        if imported.line == 0 {
            continue;
        }
        let place = source.place(imported.line);
        traits(imported.package, &place, out);
        let name = of_family(source.language, imported.module);
        out.assets.push(finding(imported.package, &name, place));
    }
    // `report_to="wandb"` brings a package in without an import.
    for call in &source.facts.calls {
        let Some(name) =
            call.named("report_to").and_then(|value| source.facts.literal(value, call.scope))
        else {
            continue;
        };
        if let Some(package) = source.index.package("pypi", &name.text) {
            out.assets.push(finding(package, &name.text, source.place(name.line)));
        }
    }
}

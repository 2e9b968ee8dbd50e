//! Services of clouds that run models, known by the client that is made, the module or a constant.

use super::Source;
use super::names;
use crate::findings::Findings;
use crate::source::Language;
use crate::source::facts::Call;
use crate::walk::has_end;

/// Services of a cloud that run models, by the name its clients are made with.
const CLOUD_SERVICES: [(&str, &str); 6] = [
    ("bedrock", "aws-bedrock"),
    ("bedrock-runtime", "aws-bedrock"),
    ("bedrock-agent", "aws-bedrock"),
    ("bedrock-agent-runtime", "aws-bedrock"),
    ("sagemaker-runtime", "aws-sagemaker"),
    ("sagemaker-runtime-http2", "aws-sagemaker"),
];

/// `boto3.client("bedrock-runtime")`, `session.create_client("sagemaker-runtime")`.
pub(super) fn cloud(source: &Source<'_>, call: &Call, out: &mut Findings) {
    if !matches!(call.last(), "client" | "create_client") {
        return;
    }
    let name = call.any_named(&["service_name"]).or_else(|| call.positional(0));
    let Some(name) = name.and_then(|value| source.facts.literal(value, call.scope)) else {
        return;
    };
    if let Some((_, provider)) = CLOUD_SERVICES.iter().find(|(service, _)| *service == name.text) {
        out.assets.push(names::interface(source.index, provider, source.place(name.line)));
    }
}

/// Modules of an SDK that reach its models through another provider.
const MODULES: [(&str, &str); 8] = [
    ("openai-go/azure", "azure-openai"),
    ("azopenai", "azure-openai"),
    ("anthropic-sdk-go/bedrock", "aws-bedrock"),
    ("anthropic-sdk-go/vertex", "google-vertex"),
    ("service/bedrockruntime", "aws-bedrock"),
    ("service/sagemakerruntime", "aws-sagemaker"),
    ("generativeaiinference", "oci-genai"),
    ("watsonx-go/pkg/models", "ibm-watsonx"),
];

/// Constants that choose a provider.
const BACKENDS: [(&str, &str); 2] =
    [("genai.BackendVertexAI", "google-vertex"), ("genai.BackendGeminiAPI", "google")];

/// What an import or a constant alone shows.
pub(super) fn by_module(source: &Source<'_>, out: &mut Findings) {
    for import in &source.facts.imports {
        let path =
            import.module.trim_end_matches(|c: char| c == 'v' || c == '/' || c.is_ascii_digit());
        let row = MODULES.iter().find(|(module, _)| has_end(path, &[module]));
        if let Some((_, provider)) = row.filter(|_| source.language == Language::Go) {
            out.assets.push(names::interface(source.index, provider, source.place(import.line)));
        }
    }
    for imported in source.packages.iter().filter(|imported| imported.line != 0) {
        let package = imported.package;
        let service = matches!(package.role.as_str(), "service" | "guardrail");
        if let Some(provider) = package.provider.as_deref().filter(|_| service) {
            out.assets.push(names::interface(source.index, provider, source.place(imported.line)));
        }
    }
    for (name, line) in &source.facts.constants {
        if let Some((_, provider)) = BACKENDS.iter().find(|(constant, _)| constant == name) {
            out.assets.push(names::interface(source.index, provider, source.place(*line)));
        }
    }
}

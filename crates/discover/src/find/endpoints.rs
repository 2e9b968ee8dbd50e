//! Interfaces of models: the clients that are made, the addresses they are given, the keys.

use annex_isms::{AssetKind, Value as Attribute};

use super::Source;
use super::{models, names, packages, secrets, services};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::Index;
use crate::source::Language;
use crate::source::facts::{Call, Shape, last};
use crate::walk::has_end;

/// Arguments that give a client another address.
const BASES: [&str; 14] = [
    "base_url",
    "baseURL",
    "baseUrl",
    "api_base",
    "openai_api_base",
    "endpoint",
    "azure_endpoint",
    "apiBase",
    "basePath",
    "BaseURL",
    "endpoint_url",
    "ollama_base_url",
    "host",
    "server_url",
];

/// Arguments that give a client its key.
pub(crate) const KEYS: [&str; 14] = [
    "api_key",
    "apiKey",
    "openai_api_key",
    "openAIApiKey",
    "anthropic_api_key",
    "anthropicApiKey",
    "google_api_key",
    "token",
    "hf_token",
    "auth_token",
    "APIKey",
    "ApiKey",
    "groq_api_key",
    "cohere_api_key",
];

/// Classes that make a client.
const CLIENTS: [&str; 38] = [
    "OpenAI",
    "AsyncOpenAI",
    "OpenAIApi",
    "AzureOpenAI",
    "AsyncAzureOpenAI",
    "Anthropic",
    "AsyncAnthropic",
    "AnthropicBedrock",
    "AnthropicVertex",
    "Groq",
    "AsyncGroq",
    "Mistral",
    "MistralClient",
    "MistralAI",
    "Cohere",
    "CohereClient",
    "CohereClientV2",
    "ClientV2",
    "Together",
    "AsyncTogether",
    "Fireworks",
    "Replicate",
    "GoogleGenerativeAI",
    "GoogleGenAI",
    "GenerativeModel",
    "InferenceClient",
    "AsyncInferenceClient",
    "HfInference",
    "Ollama",
    "Cerebras",
    "Gemini",
    "Client",
    "NewClient",
    "Perplexity",
    "DeepSeek",
    "OpenAIClient",
    "BedrockRuntimeClient",
    "OpenAILike",
];

/// A host and its port, and whether it is reached under TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) port: Option<String>,
    pub(crate) tls: bool,
}

/// The host of a `http` or `https` address.
pub(crate) fn host(url: &str) -> Option<Host> {
    let (scheme, rest) = url.split_once("://")?;
    let tls = match scheme {
        "https" | "wss" => true,
        "http" | "ws" => false,
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty() => {
            (name, Some(port.to_owned()))
        }
        _ => (authority, None),
    };
    let plain = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    plain.then(|| Host { name: name.to_ascii_lowercase(), port, tls })
}

/// The address that a construction is given, if it is written there.
pub(crate) fn base_url(source: &Source<'_>, call: &Call) -> Option<String> {
    let value = call.any_named(&BASES)?;
    source
        .facts
        .literals(value, call.scope)
        .into_iter()
        .find(|literal| !literal.holes && literal.text.contains("://"))
        .map(|literal| literal.text)
}

/// The key of an interface whose address is only known at run time.
const COMPATIBLE: &str = "openai-compatible";

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    for call in &source.facts.calls {
        services::cloud(source, call, out);
        client(source, call, out);
        setting(source, call, out);
    }
    addresses(source, out);
    services::by_module(source, out);
    for import in &source.facts.imports {
        let like = |(_, name): &&(String, String)| name.contains("OpenAILike");
        let ai = packages::of_module(source.index, source.language, &import.module).is_some();
        if ai && import.names.iter().any(|name| like(&name)) {
            out.assets.push(compatible(source.place(import.line)));
        }
    }
}

/// An interface like that of `OpenAI`, at an address that is set at run time.
fn compatible(place: Place) -> Finding {
    Finding::new(
        AssetKind::ModelApi,
        Key::World(COMPATIBLE.to_owned()),
        "OpenAI-compatible endpoint",
        place,
    )
}

/// `Anthropic::builder()`, `OllamaConfig::default()`: the type says the provider.
fn typed(source: &Source<'_>, call: &Call) -> Option<String> {
    if source.language != Language::Rust
        || !matches!(call.last(), "builder" | "new" | "default" | "from_env" | "from_api_key")
    {
        return None;
    }
    let (owner, _) = call.callee.rsplit_once('.')?;
    let package = source.package_of(owner)?;
    let name = last(owner);
    let name = name.strip_suffix("Config").unwrap_or(name);
    let word = match name {
        "Azure" => "azure-openai".to_owned(),
        "Client" => return package.provider.clone(),
        other => other.to_ascii_lowercase(),
    };
    names::provider_word(source.index, &word)
}

fn client(source: &Source<'_>, call: &Call, out: &mut Findings) {
    if let Some(provider) = typed(source, call) {
        out.assets.push(names::interface(source.index, &provider, source.place(call.line)));
        return;
    }
    let name = source.real_name(&call.callee);
    let package = source.package_of(&call.callee);
    let ai = package.is_some_and(|p| {
        matches!(p.role.as_str(), "sdk" | "framework" | "agent" | "embedding" | "serving")
    });
    let class = models::class_provider(&name);
    let made = class.is_some()
        || (ai && CLIENTS.contains(&name.as_str()))
        || (ai && name.starts_with("create") && package.is_some_and(|p| p.provider.is_some()))
        || (ai && names::provider_of_class(source.index, &name).is_some());
    let request = models::is_request(&call.callee);
    let direct = ai && package.is_some_and(|p| p.provider.is_some()) && names_model(source, call);
    let keyed = source.language.is_typed()
        && package.is_some_and(|p| p.provider.is_some())
        && call.any_named(&KEYS).is_some();
    if !(made || request || direct || keyed) {
        return;
    }
    let place = source.place(call.line);
    let url = base_url(source, call);
    if let Some(host) = url.as_deref().and_then(host) {
        out.assets.push(gateway_or(source.index, &host, place.clone()));
    } else if call.any_named(&BASES).is_none() || class == Some("azure-openai") {
        let provider =
            models::provider(source, call).filter(|id| id != names::HUB || is_hub_api(&name));
        if let Some(id) = provider.filter(|id| source.index.provider(id).is_some()) {
            let mut finding = names::interface(source.index, &id, place.clone());
            if let Some(held) = key_in_source(source, call) {
                finding = finding.with("key_in_source", held);
            }
            out.assets.push(finding);
        }
    } else if made && is_openai_like(&name) {
        out.assets.push(compatible(place));
    }
}

/// Classes that speak the protocol of `OpenAI` to whatever address they are given.
fn is_openai_like(name: &str) -> bool {
    matches!(name, "OpenAI" | "AsyncOpenAI" | "ChatOpenAI" | "OpenAIEmbeddings" | "OpenAILike")
        || name.contains("OpenAILike")
        || name == "createOpenAICompatible"
}

/// The default of a variable that says that it is the address of models.
fn setting(source: &Source<'_>, call: &Call, out: &mut Findings) {
    if !matches!(call.last(), "getenv" | "get" | "Getenv" | "getEnv" | "get_env") {
        return;
    }
    let text =
        |index| call.positional(index).and_then(|value| source.facts.literal(value, call.scope));
    let (Some(name), Some(default)) = (text(0), text(1)) else {
        return;
    };
    let says =
        ["OLLAMA", "OPENAI", "LLM", "EMBED", "MODEL"].iter().any(|word| name.text.contains(word));
    if let Some(host) = host(&default.text).filter(|_| says && !default.holes) {
        out.assets.push(gateway_or(source.index, &host, source.place(default.line)));
    }
}

/// `openai("gpt-4o")`: the provider's own function is called with a model.
fn names_model(source: &Source<'_>, call: &Call) -> bool {
    call.positional(0)
        .and_then(|value| source.facts.literal(value, call.scope))
        .is_some_and(|literal| source.index.provider_of_model(&literal.text).is_some())
}

fn is_hub_api(name: &str) -> bool {
    matches!(
        name,
        "InferenceClient"
            | "AsyncInferenceClient"
            | "HfInference"
            | "HuggingFaceHub"
            | "HuggingFaceEndpoint"
            | "HuggingFaceInferenceAPIEmbeddings"
    )
}

/// `true`: a key stands in the call; `false`: the key is read from the environment there.
fn key_in_source(source: &Source<'_>, call: &Call) -> Option<bool> {
    let value = call.any_named(&KEYS)?;
    let literals = source.facts.literals(value, call.scope);
    if literals.iter().any(|literal| secrets::holds_key(&literal.text)) {
        return Some(true);
    }
    matches!(value.shape, Shape::Env).then_some(false)
}

/// The interface behind a host: a provider that is known, or the address itself.
pub(crate) fn of_host(index: &Index<'_>, host: &Host, place: Place) -> Finding {
    let known = index.provider_of_host(&host.name).map(|provider| provider.id.as_str());
    let finding = if let Some(provider) = known.or_else(|| local(host)) {
        names::interface(index, provider, place)
    } else {
        let address = match &host.port {
            Some(port) => format!("{}:{port}", host.name),
            None => host.name.clone(),
        };
        Finding::new(AssetKind::ModelApi, Key::World(format!("endpoint/{address}")), address, place)
    };
    let scheme = if host.tls { "https" } else { "http" };
    let port = host.port.as_ref().map(|port| format!(":{port}")).unwrap_or_default();
    let finding =
        finding.with("endpoint", Attribute::Text(format!("{scheme}://{}{port}", host.name)));
    // What stays on the machine needs no TLS, so nothing is said of it.
    if is_loopback(&host.name) && !host.tls { finding } else { finding.with("tls", host.tls) }
}

/// Servers for one's own machines, by the port that they listen on unless told otherwise.
fn local(host: &Host) -> Option<&'static str> {
    match host.port.as_deref()? {
        "11434" => Some("ollama"),
        "1234" if is_loopback(&host.name) => Some("lmstudio"),
        _ => None,
    }
}

/// Whether an address is that of Ollama's own interface on this machine, whatever its port.
fn is_ollama(host: &Host, url: &str) -> bool {
    let ends = ["/api/chat", "/api/generate", "/api/embed", "/api/embeddings", "/api/pull"];
    local(host) == Some("ollama") || (is_loopback(&host.name) && has_end(url, &ends))
}

pub(crate) fn is_loopback(name: &str) -> bool {
    matches!(name, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0" | "host.docker.internal")
}

/// Addresses of known providers wherever a text holds one, and keys that were left in a text.
fn addresses(source: &Source<'_>, out: &mut Findings) {
    for text in &source.facts.texts {
        let place = source.place(text.line);
        if text.content.len() <= 300
            && text.content.contains("://")
            && !text.content.contains(char::is_whitespace)
        {
            let known = host(&text.content).filter(|host| {
                source.index.provider_of_host(&host.name).is_some()
                    || gateway(&host.name).is_some()
                    || is_ollama(host, &text.content)
            });
            if let Some(host) = known {
                out.assets.push(gateway_or(source.index, &host, place.clone()));
            } else if text.content.contains(":11434") {
                out.assets.push(names::interface(source.index, "ollama", place.clone()));
            }
        }
        if secrets::holds_key(&text.content) {
            out.application.push(("key_in_source", Attribute::Bool(true), place));
        }
    }
    // Who reads a provider's key calls the provider; a hub's is for downloads too.
    let texts = source.facts.texts.iter().map(|text| (text.content.as_str(), text.line));
    let variables = source.facts.variables.iter().map(|(name, line)| (name.as_str(), *line));
    for (name, line) in texts.chain(variables) {
        let provider = source.index.provider_of_key(name).filter(|found| found.id != names::HUB);
        if let Some(provider) = provider {
            out.assets.push(names::interface(source.index, &provider.id, source.place(line)));
        }
    }
}

/// Hosts of gateways that others run.
const GATEWAYS: [(&str, &str); 6] = [
    ("oai.helicone.ai", "helicone"),
    ("gateway.helicone.ai", "helicone"),
    ("api.portkey.ai", "portkey"),
    ("gateway.ai.cloudflare.com", "cloudflare-ai-gateway"),
    ("ai-gateway.vercel.sh", "vercel-ai-gateway"),
    ("anthropic.helicone.ai", "helicone"),
];

/// A gateway when the host is one, else the interface.
pub(crate) fn gateway_or(index: &Index<'_>, host: &Host, place: Place) -> Finding {
    match gateway(&host.name) {
        Some(product) => {
            Finding::new(AssetKind::Gateway, Key::World(product.to_owned()), product, place)
        }
        None => of_host(index, host, place),
    }
}

/// The gateway that serves under a host.
pub(crate) fn gateway(host: &str) -> Option<&'static str> {
    // Who names a host after the program runs it there.
    let named = host.split('.').next().filter(|name| matches!(*name, "litellm" | "litellm-proxy"));
    let listed = GATEWAYS.iter().find(|(name, _)| *name == host).map(|(_, product)| *product);
    listed.or_else(|| named.map(|_| "litellm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_from_addresses_only() {
        let host = |url| host(url).map(|h| (h.name, h.port, h.tls));
        assert_eq!(host("https://api.openai.com/v1"), Some(("api.openai.com".into(), None, true)));
        assert_eq!(
            host("http://u:p@ollama:11434/x?y"),
            Some(("ollama".into(), Some("11434".into()), false))
        );
        assert_eq!(host("https://{name}.openai.azure.com"), None);
        assert_eq!(host("file:///x"), None);
    }
}

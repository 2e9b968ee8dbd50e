//! A small help desk, as a collector would see it.

use annex_bom::{Analysis, Format, Justification, Matched, State, Vulnerability, write};
use annex_isms::{ObservationBatch, Severity};
use serde_json::{Value, json};

const PERIOD: (&str, &str) = ("2026-10-01T08:00:00.000000Z", "2026-10-01T08:00:01.500000Z");

fn asset(kind: &str, key: &str, name: &str, supplier: Option<&str>, places: &[&str]) -> Value {
    let mut asset = json!({
        "kind": kind, "key": key, "name": name, "systems": ["desk"], "locations": places,
    });
    if let Some(supplier) = supplier {
        asset["supplier"] = supplier.into();
    }
    asset
}

fn seen(subject: &Value, attribute: &str, value: &Value) -> Value {
    json!({
        "subject": subject, "attribute": attribute, "value": value, "basis": "source",
        "period": { "from": PERIOD.0, "to": PERIOD.1 },
    })
}

fn of(kind: &str, key: &str, attribute: &str, value: impl Into<Value>) -> Value {
    seen(&json!({ "asset": { "kind": kind, "key": key } }), attribute, &value.into())
}

fn flow(from: (&str, &str), to: (&str, &str), carries: &str, classes: &[&str]) -> Value {
    json!({
        "from": { "kind": from.0, "key": from.1 }, "to": { "kind": to.0, "key": to.1 },
        "carries": carries, "classes": classes, "locations": [],
    })
}

/// The batch, as JSON.
pub(crate) fn json_batch() -> Value {
    let digest = format!("sha256:{}", "ab".repeat(32));
    let mut prompt =
        asset("prompt", "desk/answer", "prompts/answer.md", None, &["prompts/answer.md"]);
    prompt["aliases"] = json!([digest]);
    let application = ("application", "acme/desk");
    json!({
        "schema": 1,
        "collector": { "name": "discover", "version": "0.1.0" },
        "scope": { "kind": "repository", "name": "acme/desk", "commit": "0123abcd", "modified": true },
        "period": { "from": PERIOD.0, "to": PERIOD.1 },
        "coverage": { "files_seen": 9, "files_read": 7, "files_ignored": 1, "bytes_read": 100 },
        "skipped": [
            { "path": "broken.yaml", "reason": "line 2: not YAML" },
            { "path": "node_modules", "reason": "installed packages", "deliberate": true },
        ],
        "systems": [{ "id": "desk", "name": "Help desk" }],
        "assets": [
            asset("application", "acme/desk", "desk", None, &["Dockerfile:1"]),
            asset("framework", "pypi/langchain_openai", "langchain-openai", None, &["requirements.txt:4"]),
            asset("framework", "npm/@langchain/core", "@langchain/core", None, &["package.json:3"]),
            asset("model", "openai/gpt-4o", "gpt-4o", Some("openai"), &["app.py:13"]),
            asset("model", "huggingface/acme/help-7b", "acme/help-7b", None, &["app.py:19"]),
            asset("embedding_model", "huggingface/BAAI/bge", "BAAI/bge", None, &["app.py:20"]),
            asset("model_api", "openai", "OpenAI", Some("openai"), &["app.py:17"]),
            asset("gateway", "litellm", "LiteLLM", None, &["compose.yaml:3"]),
            asset("mcp_server", "endpoint/tools.example.org", "tools", None, &[".mcp.json:3"]),
            asset("mcp_server", "npm/@acme/files", "files", None, &[".mcp.json:9"]),
            asset("vector_store", "qdrant", "qdrant", None, &["compose.yaml:16"]),
            asset("corpus", "desk/knowledge", "knowledge", None, &["index.py:26"]),
            asset("dataset", "desk/finetune.jsonl", "data/finetune.jsonl", None, &["data/finetune.jsonl"]),
            prompt,
            asset("prompt", "desk/INLINE", "INLINE", None, &["app.py:14"]),
            asset("agent", "desk/helper", "helper", None, &["app.py:40"]),
            asset("tool", "desk/run", "run", None, &["app.py:25"]),
            asset("log_store", "desk/conversations", "conversations", None, &["log.py:2"]),
        ],
        "flows": [
            flow(application, ("model_api", "openai"), "prompts", &["internal", "confidential"]),
            flow(application, ("gateway", "litellm"), "prompts", &[]),
            flow(("dataset", "desk/finetune.jsonl"), ("model", "huggingface/acme/help-7b"), "training data", &["confidential"]),
            flow(("corpus", "desk/knowledge"), ("vector_store", "qdrant"), "documents", &[]),
            flow(("agent", "desk/helper"), ("tool", "desk/run"), "tool calls", &[]),
            flow(application, ("log_store", "nowhere"), "conversations", &[]),
        ],
        "observations": [
            seen(&json!({ "system": "desk" }), "guardrail_present", &false.into()),
            of("framework", "pypi/langchain_openai", "version", "0.3.1"),
            of("framework", "npm/@langchain/core", "version_pinned", false),
            of("model", "huggingface/acme/help-7b", "remote_code_trusted", true),
            of("model", "huggingface/acme/help-7b", "version", "9f8e7d"),
            of("model", "huggingface/acme/help-7b", "base_model", "huggingface/Qwen/Qwen2.5-7B"),
            of("gateway", "litellm", "endpoint", "http://litellm:4000"),
            of("gateway", "litellm", "authentication_configured", false),
            of("mcp_server", "endpoint/tools.example.org", "endpoint", "https://tools.example.org/mcp"),
            of("vector_store", "qdrant", "endpoint", "http://${HOST}:6333"),
            of("prompt", "desk/answer", "content_digest", digest),
            of("prompt", "desk/INLINE", "content_digest", format!("sha256:{}", "cd".repeat(32))),
            of("tool", "desk/run", "executes_code", true),
        ],
    })
}

/// The batch.
pub(crate) fn batch() -> ObservationBatch {
    serde_json::from_value(json_batch()).expect("a batch")
}

/// A batch with texts that no sane repository holds: they must not break what others read.
pub(crate) fn hostile() -> ObservationBatch {
    let mut batch = json_batch();
    let nasty = "a b\u{0}\u{202e}<>\"'{}|\\^`[]%zz#?@é:/\u{1f600}\n";
    for kind in annex_isms::AssetKind::ALL {
        let name = format!("huggingface/{nasty}");
        let place = format!(":{nasty}");
        let assets = batch["assets"].as_array_mut().expect("assets");
        assets.push(asset(kind.as_str(), &name, nasty, None, &[&place]));
        assets.push(asset(kind.as_str(), &format!("pypi/{nasty}"), "", Some("someone"), &[]));
        let observations = batch["observations"].as_array_mut().expect("observations");
        for attribute in ["version", "endpoint", "content_digest", "base_model"] {
            observations.push(of(kind.as_str(), &name, attribute, nasty));
        }
        let long = "9".repeat(5000);
        observations.push(of(kind.as_str(), &format!("pypi/{nasty}"), "version", long));
    }
    batch["scope"]["name"] = nasty.into();
    batch["flows"] = json!([flow(
        ("agent", &format!("huggingface/{nasty}")),
        ("model_api", &format!("huggingface/{nasty}")),
        nasty,
        &[]
    )]);
    serde_json::from_value(batch).expect("a batch")
}

/// What was found among advisories.
pub(crate) fn matched() -> Matched {
    Matched {
        database: Some("2 advisories, 3 days old".to_owned()),
        vulnerabilities: vulnerabilities(),
    }
}

/// One vulnerability of each state, and one that no part has.
fn vulnerabilities() -> Vec<Vulnerability> {
    let one = |id: &str, affects: &str, state: Option<State>| Vulnerability {
        id: id.to_owned(),
        aliases: [format!("GHSA-{id}")].into(),
        source: "OSV".to_owned(),
        url: Some(format!("https://osv.dev/vulnerability/{id}")),
        score_tenths: Some(98),
        severity: Some(Severity::Critical),
        vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned()),
        description: Some("An example".to_owned()),
        affects: [affects.to_owned()].into(),
        fixed_versions: ["0.3.2".to_owned()].into(),
        analysis: state.map(|state| Analysis {
            state,
            justification: (state == State::NotAffected)
                .then_some(Justification::VulnerableCodeNotInExecutePath),
            detail: String::new(),
        }),
    };
    let package = "pkg:pypi/langchain-openai@0.3.1";
    let mut bare = one("CVE-2026-0006", "pkg:pypi/langchain-openai", None);
    (bare.score_tenths, bare.severity, bare.vector, bare.url) = (None, None, None, None);
    vec![
        Vulnerability {
            vector: Some(
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N".to_owned(),
            ),
            ..one("CVE-2026-0001", package, Some(State::Exploitable))
        },
        one("CVE-2026-0002", package, Some(State::NotAffected)),
        one("CVE-2026-0003", package, Some(State::Resolved)),
        one("CVE-2026-0004", package, Some(State::InTriage)),
        one("CVE-2026-0005", package, Some(State::FalsePositive)),
        bare,
        one("CVE-2026-0007", "pkg:pypi/absent", None),
        one("CVE-2026-0008", "pkg:pypi/langchain-openai@0.3.0", None),
    ]
}

/// The bill of a batch.
pub(crate) fn bill(batch: &ObservationBatch, format: Format) -> Vec<u8> {
    write(batch, &matched(), format).expect("a bill")
}

//! The systems, assets and flows of the help desk.

use std::collections::BTreeMap;

use annex_isms::assessment::{AssetView, FlowView, KnownValue, SystemView};
use annex_isms::entity::{Owner, Registration};
use annex_isms::{AssetId, AssetKind, Basis, FlowId, Value};

use super::{of, set};

/// Kind, id, name, place, supplier, systems.
type Row = (
    AssetKind,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static [&'static str],
);

const BOTH: &[&str] = &["help-desk", "returns-pilot"];
const DESK: &[&str] = &["help-desk"];

const ASSETS: &[Row] = &[
    (AssetKind::Application, "help-desk-app", "Help desk", "src/helpdesk/app.py:1", None, DESK),
    (
        AssetKind::ModelApi,
        "openai-api",
        "OpenAI API",
        "src/helpdesk/llm/client.py:41",
        Some("openai"),
        BOTH,
    ),
    (
        AssetKind::Model,
        "gpt-4o-mini",
        "gpt-4o-mini",
        "src/helpdesk/settings.py:17",
        Some("openai"),
        BOTH,
    ),
    (
        AssetKind::EmbeddingModel,
        "text-embedding-3-small",
        "text-embedding-3-small",
        "src/helpdesk/index/embed.py:9",
        Some("openai"),
        DESK,
    ),
    (
        AssetKind::VectorStore,
        "qdrant",
        "Qdrant collection kb_articles",
        "deploy/compose.yaml:12",
        Some("qdrant-cloud"),
        DESK,
    ),
    (
        AssetKind::Corpus,
        "kb-articles",
        "Knowledge base articles and 2019–2025 tickets",
        "src/helpdesk/index/load.py:30",
        None,
        DESK,
    ),
    (AssetKind::Prompt, "system-prompt", "prompts/system.md", "prompts/system.md", None, DESK),
    (AssetKind::Agent, "ticket-agent", "Ticket agent", "src/helpdesk/agent/loop.py:22", None, DESK),
    (
        AssetKind::Tool,
        "refund-tool",
        "issue_refund",
        "src/helpdesk/agent/tools/refund.py:88",
        None,
        DESK,
    ),
    (AssetKind::McpServer, "tickets-mcp", "tickets (MCP)", ".mcp.json:4", None, DESK),
    (
        AssetKind::Dataset,
        "finetune-2025",
        "finetune/answers-2025.jsonl",
        "finetune/answers-2025.jsonl",
        None,
        DESK,
    ),
    (AssetKind::Framework, "langchain", "langchain 0.3.1", "pyproject.toml:14", None, DESK),
    (AssetKind::LogStore, "langfuse", "Langfuse traces", "deploy/compose.yaml:31", None, DESK),
    (
        AssetKind::Application,
        "returns-app",
        "Returns pilot",
        "pilot/returns/main.ts:3",
        None,
        &["returns-pilot"],
    ),
];

const FLOWS: &[(&str, &str, &str, &[&str])] = &[
    ("help-desk-app", "ticket-agent", "customer messages", &["confidential"]),
    ("system-prompt", "ticket-agent", "instructions", &["internal"]),
    ("ticket-agent", "openai-api", "prompts", &["confidential", "internal"]),
    ("openai-api", "gpt-4o-mini", "prompts", &["confidential"]),
    ("kb-articles", "text-embedding-3-small", "documents", &["internal", "confidential"]),
    ("text-embedding-3-small", "qdrant", "embeddings", &[]),
    ("qdrant", "ticket-agent", "passages", &["internal"]),
    ("ticket-agent", "refund-tool", "arguments", &[]),
    ("ticket-agent", "tickets-mcp", "ticket numbers", &["confidential"]),
    ("tickets-mcp", "ticket-agent", "ticket histories", &["restricted"]),
    ("finetune-2025", "gpt-4o-mini", "training examples", &["confidential"]),
    ("ticket-agent", "langfuse", "traces", &[]),
    ("returns-app", "openai-api", "photos", &["confidential"]),
];

pub(super) fn systems() -> Vec<SystemView> {
    let system = |id: &str, name: &str, purpose: &str, owner: Option<&str>, classes: &[&str]| {
        SystemView {
        id: of(id),
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        owner: owner.map(of),
        models: vec!["gpt-4o-mini".to_owned(), "text-embedding-3-small".to_owned()],
        suppliers: set(&["openai", "qdrant-cloud"]),
        classes: set(classes),
        assets: assets().iter().filter(|a| a.systems.contains(&of(id))).map(|a| a.id.clone()).collect(),
        diagram: "flowchart LR\n  help-desk-app[\"Help desk\"] -->|customer messages| ticket-agent{{\"Ticket agent\"}}\n".to_owned(),
    }
    };
    vec![
        system(
            "help-desk",
            "Help desk",
            "Answers customers' questions on orders from the knowledge base and issues refunds up to 50 EUR",
            Some("jonas"),
            &["internal", "confidential", "restricted"],
        ),
        system("returns-pilot", "Returns pilot", "", None, &[]),
    ]
}

pub(super) fn assets() -> Vec<AssetView> {
    let view = |(number, (kind, id, name, place, supplier, systems)): (usize, &Row)| AssetView {
        id: of(id),
        kind: *kind,
        name: (*name).to_owned(),
        locations: set(&[place, "README.md:12"]),
        systems: set(systems),
        supplier: supplier.map(of),
        present: number != 10,
        registration: match number {
            0..5 => Some(Registration { in_scope: true, reason: String::new() }),
            11 => Some(Registration {
                in_scope: false,
                reason: "a library, covered by A.8.28".to_owned(),
            }),
            _ => None,
        },
        owner: (number % 3 != 2).then(|| Owner { person: of("jonas"), confirmed: number % 2 == 0 }),
        classification: (number < 5).then_some(annex_isms::DataClass::Confidential),
        attributes: BTreeMap::from([(
            of("pinned"),
            KnownValue {
                value: Value::from(number % 2 == 0),
                basis: Basis::Source,
                source: "discover repository/help-desk".to_owned(),
                seen_at: of("2026-08-01T11:58:00Z"),
                locations: set(&[place]),
                evidence: None,
            },
        )]),
    };
    ASSETS.iter().enumerate().map(view).collect()
}

pub(super) fn flows() -> Vec<FlowView> {
    let view = |&(from, to, carries, classes): &(&str, &str, &str, &[&str])| {
        let (from, to): (AssetId, AssetId) = (of(from), of(to));
        FlowView {
            id: FlowId::derive(&from, &to),
            from,
            to,
            carries: carries.to_owned(),
            classes: set(classes),
            basis: Basis::Source,
            locations: set(&["src/helpdesk/agent/loop.py:57"]),
        }
    };
    FLOWS.iter().map(view).collect()
}

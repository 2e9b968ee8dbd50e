//! Flows: their shapes, and the classes of data that something names on them.

use annex_isms::observation::Seen;

use super::constructs::of;

/// The flows, as `from -> to: what it carries [classes]`.
fn flows(files: &[(&str, &str)]) -> Vec<String> {
    let (_folder, batch) = of(files);
    let shown = batch.flows.iter().map(|flow| {
        let classes: Vec<&str> = flow.classes.iter().map(|class| class.as_str()).collect();
        format!("{} -> {}: {} [{}]", flow.from, flow.to, flow.carries, classes.join(" "))
    });
    shown.collect()
}

/// What names classes, as `to: fields at places`.
fn fields(files: &[(&str, &str)]) -> Vec<String> {
    let (_folder, batch) = of(files);
    let all = batch.observations.iter().filter_map(|seen| match &seen.subject {
        Seen::Flow { to, .. } => {
            let places: Vec<String> = seen.locations.iter().map(ToString::to_string).collect();
            Some(format!("{to}: {} at {}", seen.value, places.join(" ")))
        }
        _ => None,
    });
    all.collect()
}

const COMPOSE: &str = "services:\n  llm:\n    image: ghcr.io/berriai/litellm:v1.2.3\n    ports: [\"4000:4000\"]\n  local:\n    image: ollama/ollama\n    ports: [\"127.0.0.1:11434:11434\"]\n";

#[test]
fn a_base_url_that_leads_to_a_gateway_is_the_gateway() {
    let python = "from openai import OpenAI\nclient = OpenAI(base_url=\"http://llm:4000/v1\")\nclient.chat.completions.create(model=\"gpt-4o\", messages=[])\n";
    let files = [("compose.yaml", COMPOSE), ("app.py", python)];
    let all = flows(&files);
    assert!(
        all.contains(&"application:acme/desk -> gateway:litellm: prompts []".to_owned()),
        "{all:?}"
    );
    assert!(
        all.contains(&"gateway:litellm -> model:openai/gpt-4o: prompts []".to_owned()),
        "{all:?}"
    );
    assert!(!all.iter().any(|flow| flow.contains("endpoint/")), "{all:?}");
    assert!(
        !all.iter().any(|flow| flow.starts_with("application") && flow.contains("gpt-4o")),
        "{all:?}"
    );
}

#[test]
fn an_address_of_an_own_service_is_the_service_by_name_and_by_port() {
    let python = "from openai import OpenAI\na = OpenAI(base_url=\"http://local:11434/v1\")\nb = OpenAI(base_url=\"http://localhost:11434/v1\")\nc = OpenAI(base_url=\"http://localhost:9999/v1\")\n";
    let files = [("compose.yaml", COMPOSE), ("app.py", python)];
    let found = super::constructs::found(&files, "model_api");
    assert_eq!(
        found,
        ["endpoint/localhost:9999 at app.py:4", "ollama at app.py:2 app.py:3 compose.yaml:6"]
    );
}

#[test]
fn settings_of_a_gateway_name_what_it_passes_on() {
    let settings =
        "model_list:\n  - model_name: fast\n    litellm_params:\n      model: openai/gpt-4o-mini\n";
    let all = flows(&[("config.yaml", settings)]);
    assert_eq!(
        all,
        [
            "application:acme/desk -> gateway:litellm: prompts []",
            "gateway:litellm -> model:openai/gpt-4o-mini: prompts []"
        ]
    );
}

#[test]
fn retrieval_agents_and_training_have_their_flows() {
    let python = "from langchain_community.document_loaders import DirectoryLoader\nfrom langchain_community.vectorstores import Qdrant\nfrom langchain_openai import OpenAIEmbeddings, ChatOpenAI\nfrom langchain.agents import AgentExecutor\nfrom langchain.tools.retriever import create_retriever_tool\nfrom langchain.tools import tool\ndocs = DirectoryLoader(\"docs/hr\").load()\nstore = Qdrant.from_documents(docs, OpenAIEmbeddings(model=\"text-embedding-3-small\"), collection_name=\"desk\")\nretriever = create_retriever_tool(store.as_retriever(), \"retrieve_docs\", \"Finds documents.\")\n@tool\ndef lookup(ssn: str, page: int) -> str:\n    return ssn\nagent = AgentExecutor(agent=None, tools=[lookup])\n";
    let all = flows(&[("requirements.txt", "langchain==0.3\n"), ("app.py", python)]);
    for flow in [
        "corpus:desk/docs/hr -> vector_store:qdrant/desk: documents [confidential]",
        "embedding_model:openai/text-embedding-3-small -> vector_store:qdrant/desk: embeddings []",
        "tool:desk/retrieve_docs -> vector_store:qdrant/desk: queries []",
        "agent:desk/agent -> tool:desk/lookup: tool calls [restricted]",
        "application:acme/desk -> vector_store:qdrant/desk: queries []",
    ] {
        assert!(all.contains(&flow.to_owned()), "{flow} in {all:#?}");
    }
    let training = "from datasets import load_dataset\nfrom transformers import AutoModelForCausalLM\ndata = load_dataset(\"acme/tickets\")\nmodel = AutoModelForCausalLM.from_pretrained(\"acme/base-7b\")\n";
    assert!(
        flows(&[("train.py", training)]).contains(
            &"dataset:huggingface/acme/tickets -> model:huggingface/acme/base-7b: training data []"
                .to_owned()
        )
    );
}

const CHAT: &str = "import logging\nfrom openai import OpenAI\nclient = OpenAI()\ndef answer(user, ticket):\n    logging.info(f\"mail to {user.iban}\")\n    return client.chat.completions.create(model=\"gpt-4o\", messages=[\n        {\"role\": \"user\", \"content\": f\"Answer {user.email} on {ticket}\"}])\n";

#[test]
fn a_field_that_is_filled_into_a_request_travels_to_the_model() {
    let files = [("app.py", CHAT)];
    assert_eq!(
        flows(&files),
        [
            "application:acme/desk -> model_api:openai: prompts [confidential]",
            "application:acme/desk -> model:openai/gpt-4o: prompts [confidential]"
        ]
    );
    assert_eq!(
        fields(&files),
        ["model_api:openai: user.email at app.py:7", "model:openai/gpt-4o: user.email at app.py:7"]
    );
    // A field that reaches nothing shows nothing, and neither does one of a test.
    let plain = CHAT.replace("{user.email}", "them");
    assert!(flows(&[("app.py", &plain)]).iter().all(|flow| flow.ends_with("[]")));
    assert_eq!(fields(&[("app.py", &plain), ("tests/test_app.py", CHAT)]), [""; 0]);
}

#[test]
fn prompts_in_files_count_where_one_model_is_meant() {
    let prompt = (
        "prompts/summary.txt",
        "You are a clerk of a clinic.\nSummarise {{ patient.diagnosis }} for them.\n",
    );
    let one = [
        prompt,
        ("app.py", "from openai import OpenAI\nOpenAI().responses.create(model=\"gpt-4o\")\n"),
    ];
    assert_eq!(
        fields(&one),
        [
            "model_api:openai: patient.diagnosis at prompts/summary.txt:2",
            "model:openai/gpt-4o: patient.diagnosis at prompts/summary.txt:2"
        ]
    );
    let two = [
        prompt,
        (
            "app.py",
            "from openai import OpenAI\nOpenAI().responses.create(model=\"gpt-4o\")\nOpenAI().responses.create(model=\"gpt-4.1\")\n",
        ),
    ];
    assert_eq!(fields(&two), ["model_api:openai: patient.diagnosis at prompts/summary.txt:2"]);
}

#[test]
fn stores_data_sets_and_schemas_name_their_fields() {
    let python = "from qdrant_client import QdrantClient\nfrom qdrant_client.models import PointStruct\nclient = QdrantClient(\"x\")\nclient.upsert(collection_name=\"kb\", points=[PointStruct(id=1, vector=[], payload={\"phone_number\": 1, \"text\": 2})])\n";
    assert_eq!(fields(&[("app.py", python)]), ["vector_store:qdrant/kb: phone_number at app.py:4"]);
    let sql = "CREATE TABLE people (\n  id int,\n  email text,\n  embedding vector(1536)\n);\n";
    assert_eq!(fields(&[("schema.sql", sql)]), ["vector_store:pgvector: email at schema.sql:3"]);
    let script = "import { tool, generateText } from 'ai'\nimport { openai } from '@ai-sdk/openai'\nimport { z } from 'zod'\nconst find = tool({ description: 'Finds', inputSchema: z.object({ dateOfBirth: z.string() }), execute: async ({ dateOfBirth }) => 1 })\nconst agent = generateText({ model: openai('gpt-4o'), tools: { find }, prompt: 'x' })\n";
    let (_folder, batch) =
        of(&[("package.json", "{\"dependencies\": {\"ai\": \"5.0.0\"}}"), ("a.ts", script)]);
    let flow = batch.flows.iter().find(|flow| flow.to.kind.as_str() == "tool").expect("a flow");
    assert_eq!(flow.classes.len(), 1, "{flow:?}");
}

#[test]
fn labels_say_the_class_of_what_they_are_on() {
    let terraform = "resource \"pinecone_index\" \"a\" {\n  name = \"a\"\n  tags = { data_classification = \"Restricted\" }\n}\nresource \"azurerm_search_service\" \"b\" {\n  name = \"b\"\n}\n";
    let compose = "services:\n  db:\n    image: qdrant/qdrant\n    labels:\n      com.acme.data-class: internal\n      com.acme.pii: \"true\"\n  web:\n    image: chromadb/chroma\n    labels: {classification: secret}\n";
    let files = [("main.tf", terraform), ("compose.yaml", compose)];
    assert_eq!(
        flows(&files),
        [
            "application:acme/desk -> vector_store:azure-ai-search: queries []",
            "application:acme/desk -> vector_store:chroma: queries []",
            "application:acme/desk -> vector_store:pinecone: queries [restricted]",
            "application:acme/desk -> vector_store:qdrant: queries [internal confidential]"
        ]
    );
}

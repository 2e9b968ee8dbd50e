//! One construct of a language at a time: what it shows, and what it must not.

use std::fs;
use std::path::Path;

use annex_discover::Limits;
use annex_isms::observation::ObservationBatch;

use super::scanned;

/// Scans files given as name and content.
pub(crate) fn of(files: &[(&str, &str)]) -> (tempfile::TempDir, ObservationBatch) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    let batch = scanned(folder.path(), &Limits::default());
    (folder, batch)
}

/// Its assets of a kind, as `key at places`.
pub(crate) fn found(files: &[(&str, &str)], kind: &str) -> Vec<String> {
    let (_folder, batch) = of(files);
    let own = batch.assets.iter().filter(|asset| asset.key.kind.as_str() == kind);
    own.map(|asset| {
        let places: Vec<String> = asset.locations.iter().map(ToString::to_string).collect();
        format!("{} at {}", asset.key.key, places.join(" "))
    })
    .collect()
}

const CARGO: (&str, &str) = (
    "Cargo.toml",
    "[package]\nname = \"desk\"\n[dependencies]\nasync-openai = \"0.30\"\nrig-core = \"0.20\"\n",
);

#[test]
fn models_of_enumerations_and_typed_constants() {
    let python = "from enum import Enum\nfrom openai import OpenAI\n\nclass ChatModel(str, Enum):\n    SMALL = \"gpt-4o-mini\"\n    LABEL = \"Our small one\"\n\nclass Colour(str, Enum):\n    O1 = \"o1\"\n";
    assert_eq!(found(&[("app.py", python)], "model"), ["openai/gpt-4o-mini at app.py:5"]);
    let go = "package models\n\ntype ModelID string\n\nconst (\n\tFast ModelID = \"gpt-4o-mini\"\n\tName string = \"gpt-4o\"\n)\n";
    assert_eq!(
        found(&[("models/openai.go", go)], "model"),
        ["openai/gpt-4o-mini at models/openai.go:6"]
    );
    let table = "package models\n\nvar All = map[ModelID]Model{\n\tFast: {Name: \"Fast\", APIModel: \"qwen-qwq-32b\"},\n}\n";
    assert_eq!(
        found(&[("models/groq.go", table)], "model"),
        ["groq/qwen-qwq-32b at models/groq.go:4"]
    );
    let rust = "use async_openai::Client;\n\npub enum ChatModel {\n    #[serde(rename = \"gpt-4o-mini\")]\n    Small,\n}\n";
    assert_eq!(
        found(&[CARGO, ("src/main.rs", rust)], "model"),
        ["openai/gpt-4o-mini at src/main.rs:4"]
    );
}

#[test]
fn tools_by_attributes_descriptions_and_lists() {
    let rust = "use rig::tool::Tool;\n\n#[rig::tool(description = \"Reads a file\")]\nasync fn read_file(path: String) -> String {\n    std::fs::read_to_string(path).unwrap_or_default()\n}\n";
    assert_eq!(found(&[CARGO, ("src/main.rs", rust)], "tool").len(), 1);
    let go = "package tools\n\nconst LsName = \"ls\"\n\nfunc (l *ls) Info() ToolInfo {\n\treturn ToolInfo{Name: LsName, Description: \"Lists\"}\n}\n";
    let tools = found(&[("tools/ls.go", go)], "tool");
    assert_eq!(tools.len(), 1, "{tools:?}");
    assert!(tools[0].ends_with("/ls at tools/ls.go:3 tools/ls.go:6"), "{tools:?}");
    let python = "from langchain_core.tools import tool\nfrom langchain.chat_models import init_chat_model\n\n@tool(description=\"Adds\")\ndef add(a, b):\n    return a + b\n\nclass Finish:\n    pass\n\nmodel = init_chat_model(\"openai:gpt-4o\").bind_tools([Finish, add])\n";
    let tools = found(&[("app.py", python)], "tool");
    assert_eq!(tools.len(), 2, "{tools:?}");
    assert!(tools.iter().any(|tool| tool.contains("/Finish at app.py:11")), "{tools:?}");
    assert!(tools.iter().any(|tool| tool.contains("/add at app.py:5")), "{tools:?}");
}

#[test]
fn services_of_a_cloud_and_addresses_set_at_run_time() {
    let python = "import boto3\nfrom langchain_openai import ChatOpenAI\n\nmodels = boto3.client(\"sagemaker-runtime\")\nfiles = boto3.client(\"s3\")\nchat = ChatOpenAI(base_url=settings.address)\n";
    assert_eq!(
        found(&[("app.py", python)], "model_api"),
        ["aws-sagemaker at app.py:4", "openai-compatible at app.py:6"]
    );
}

#[test]
fn what_only_belongs_beside_ai_shows_none_by_itself() {
    let shell =
        "import subprocess\n\ndef run(command):\n    return subprocess.run(command, shell=True)\n";
    let alone = [
        ("shell_executor.py", shell),
        ("AGENTS.md", "Run the tests before you commit, and keep the style of the files.\n"),
        ("requirements.txt", "fastapi==0.115.0\n"),
    ];
    let (_folder, batch) = of(&alone);
    assert_eq!((batch.assets.len(), batch.systems.len()), (0, 0), "{:?}", batch.assets);

    let mut beside = alone.to_vec();
    beside.push(("app.py", "from openai import OpenAI\n\nclient = OpenAI()\n"));
    assert_eq!(found(&beside, "tool").len(), 1);
    assert_eq!(found(&beside, "prompt").len(), 1);
    assert!(found(&beside, "framework").contains(&"pypi/fastapi at requirements.txt:1".to_owned()));
}

#[test]
fn what_git_tracks_and_is_not_checked_out_is_listed() {
    let training =
        ("train.py", "from datasets import load_dataset\n\nload_dataset(\"acme/pumps\")\n");
    let (folder, _) = of(&[training]);
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    fs::write(folder.path().join(".git/HEAD"), "a".repeat(40)).expect("a file");
    let index = index(&["config/app.yaml", "data/pump_data.json", "docs/logo.png", "train.py"]);
    fs::write(folder.path().join(".git/index"), index).expect("a file");
    let batch = scanned(folder.path(), &Limits::default());
    let absent: Vec<_> = batch.skipped.iter().map(|s| (s.path.as_str(), s.deliberate)).collect();
    assert_eq!(absent, [("config/app.yaml", false), ("data/pump_data.json", true)]);
    let data = batch.assets.iter().filter(|asset| asset.key.kind.as_str() == "dataset");
    let names: Vec<_> = data.map(|asset| asset.name.as_str()).collect();
    assert_eq!(names, ["data/pump_data.json", "acme/pumps"]);
}

#[test]
fn what_git_tracks_is_read_whatever_is_ignored() {
    let files = [
        (".gitignore", "*.yaml\n"),
        ("main.py", "import openai\n"),
        ("app.yaml", "llm:\n  model: gpt-4o\n"),
        ("own.yaml", "llm:\n  model: gpt-4o-mini\n"),
    ];
    // Without git, as in an archive, nothing is ignored.
    let both = ["openai/gpt-4o at app.yaml:2", "openai/gpt-4o-mini at own.yaml:2"];
    assert_eq!(found(&files, "model"), both);
    let (folder, _) = of(&files);
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    fs::write(folder.path().join(".git/HEAD"), "a".repeat(40)).expect("a file");
    let tracked = index(&[".gitignore", "app.yaml", "main.py"]);
    fs::write(folder.path().join(".git/index"), tracked).expect("a file");
    let batch = scanned(folder.path(), &Limits::default());
    let models = batch.assets.iter().filter(|asset| asset.key.kind.as_str() == "model");
    let names: Vec<_> = models.map(|asset| asset.name.as_str()).collect();
    assert_eq!(names, ["gpt-4o"]);
    // A list that cannot be read hides nothing.
    fs::write(folder.path().join(".git/index"), b"DIRC\0\0\0\x04").expect("a file");
    let batch = scanned(folder.path(), &Limits::default());
    assert_eq!(batch.assets.iter().filter(|a| a.key.kind.as_str() == "model").count(), 2);
}

#[test]
fn a_part_of_a_working_tree_has_what_git_tracks_in_it() {
    let (folder, _) = of(&[
        ("part/.gitignore", "*.yaml\n"),
        ("part/app.yaml", "llm:\n  model: gpt-4o\n"),
        ("part/own.yaml", "llm:\n  model: gpt-4o-mini\n"),
    ]);
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    fs::write(folder.path().join(".git/HEAD"), "a".repeat(40)).expect("a file");
    fs::write(folder.path().join(".git/index"), index(&["part/app.yaml"])).expect("a file");
    let batch = scanned(&folder.path().join("part"), &Limits::default());
    let models = batch.assets.iter().filter(|asset| asset.key.kind.as_str() == "model");
    let names: Vec<_> = models.map(|asset| asset.name.as_str()).collect();
    assert_eq!(names, ["gpt-4o"]);
}

#[cfg(unix)]
#[test]
fn what_is_tracked_behind_a_link_or_beyond_the_limit_is_listed() {
    let (outside, _) = of(&[("app.yaml", "llm:\n  model: gpt-4o\n")]);
    let (folder, _) = of(&[(".gitignore", "*.yaml\nlinked\n"), ("own.yaml", "a: 1\n")]);
    let root = folder.path();
    std::os::unix::fs::symlink(outside.path(), root.join("linked")).expect("a link");
    fs::create_dir(root.join(".git")).expect("a folder");
    fs::write(root.join(".git/HEAD"), "a".repeat(40)).expect("a file");
    fs::write(root.join(".git/index"), index(&["linked/app.yaml", "own.yaml"])).expect("a file");
    let batch = scanned(root, &Limits::default());
    assert!(batch.assets.is_empty(), "{:?}", batch.assets);
    let paths: Vec<_> = batch.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    assert_eq!(paths, ["linked/app.yaml"]);
    let few = scanned(root, &Limits { files_max: 1, ..Limits::default() });
    assert!(few.skipped.iter().any(|s| s.path == "own.yaml" && s.reason.contains("files_max")));
}

#[test]
fn settings_of_a_client_and_bindings_of_a_worker() {
    let yaml = "rerank:\n  apiKey: x\n  baseURL: https://api.siliconflow.cn/v1\n  model: acme/ranker-v2\nother:\n  model: not/one\n";
    assert_eq!(
        found(&[("config.yaml", yaml)], "model"),
        ["siliconflow/acme/ranker-v2 at config.yaml:4"]
    );
    let worker =
        "[ai]\nbinding = \"AI\"\n[[vectorize]]\nbinding = \"V\"\nindex_name = \"letters\"\n";
    let files = [("wrangler.toml", worker)];
    assert_eq!(found(&files, "model_api"), ["cloudflare-workers-ai at wrangler.toml:1"]);
    assert_eq!(found(&files, "vector_store"), ["cloudflare-vectorize/letters at wrangler.toml:3"]);
}

#[test]
fn settings_that_an_extension_contributes_and_packages_of_an_image() {
    let package = r#"{"name": "desk", "dependencies": {"ollama": "1"}, "contributes": {"configuration": {"properties": {
"desk.model": {"type": "string", "enum": ["codellama:7b-code-q6_K", "custom"], "default": "gpt-4o-mini"},
"desk.colour": {"type": "string", "enum": ["llama3:8b"]}}}}}"#;
    assert_eq!(
        found(&[("package.json", package)], "model"),
        ["ollama/codellama:7b-code-q6_K at package.json:2", "openai/gpt-4o-mini at package.json:2"]
    );
    let cog = "build:\n  python_packages:\n    - diffusers==0.25\n    - pandas\n";
    assert_eq!(found(&[("cog.yaml", cog)], "framework"), ["pypi/diffusers at cog.yaml:3"]);
}

#[test]
fn documents_of_users_are_a_corpus_where_they_are_indexed() {
    let upload = "import multer from \"multer\";\nimport OpenAI from \"openai\";\n\nconst upload = multer({ dest: \"in\" });\nawait openai.embeddings.create({ model: \"text-embedding-3-small\", input });\n";
    assert_eq!(found(&[("a.ts", upload)], "corpus"), ["desk/uploads at a.ts:4"]);
    let image = "import multer from \"multer\";\nimport OpenAI from \"openai\";\n\nconst upload = multer({ dest: \"in\" });\n";
    assert_eq!(found(&[("a.ts", image)], "corpus"), [""; 0]);
}

#[test]
fn commands_of_a_document_are_read_and_its_prose_is_not() {
    let readme = "Run `ollama pull qwen3` or not.\n\n```bash\n$ ollama pull llama3.2:1b\nexport OPENAI_API_KEY=...\n```\n\n```python\nollama pull mistral\n```\n";
    let files = [("README.md", readme), ("main.py", "import ollama\n")];
    assert_eq!(found(&files, "model"), ["ollama/llama3.2:1b at README.md:4"]);
    assert!(found(&files, "model_api").contains(&"openai at README.md:5".to_owned()));
    // By themselves neither shows that AI is there.
    assert_eq!(found(&[("README.md", readme)], "model"), [""; 0]);
    let pens = "export const tools = { pen: PenTool, eraser: EraserTool };\n";
    assert_eq!(found(&[("src/tools/draw.ts", pens)], "tool"), [""; 0]);
}

/// An index of git, version 2, of files without sizes.
fn index(paths: &[&str]) -> Vec<u8> {
    let mut bytes = b"DIRC\0\0\0\x02".to_vec();
    bytes.extend(u32::try_from(paths.len()).expect("few").to_be_bytes());
    for path in paths {
        let start = bytes.len();
        let mut entry = [0; 62];
        entry[24..28].copy_from_slice(&0o100_644_u32.to_be_bytes());
        let length = u16::try_from(path.len()).expect("short");
        entry[60..62].copy_from_slice(&length.to_be_bytes());
        bytes.extend(entry);
        bytes.extend(Path::new(path).as_os_str().as_encoded_bytes());
        let end = start + (bytes.len() - start + 8) / 8 * 8;
        bytes.resize(end, 0);
    }
    bytes
}

#[test]
fn prompts_that_are_built_returned_or_handed_on() {
    let rust = "use rig::client::Client;\n\nasync fn title(llm: &Model, text: &str) {\n    llm.prompt(format!(\"Give this text a short and friendly title: {text}\").into()).await;\n}\n";
    assert_eq!(found(&[CARGO, ("src/main.rs", rust)], "prompt").len(), 1);
    let long = (0..30).map(|n| format!("\"Rule {n}: be friendly and brief.\"")).collect::<Vec<_>>();
    let go = format!("package prompt\n\nconst deskPrompt = {}\n", long.join(" +\n\t"));
    assert_eq!(found(&[("prompt/desk.go", &go)], "prompt").len(), 1);
    let python = "from agents import Agent\n\ndef seat_instructions(context):\n    return f\"Help the customer {context.name} to change the seat, ask for the confirmation number, then hand back to the first desk.\"\n";
    assert_eq!(found(&[("app.py", python)], "prompt").len(), 1);
    // Examples of an interface are not given to a model.
    let examples = "from openai import OpenAI\n\nEXAMPLE = {\"text\": \"You are a very helpful assistant for pumps and valves.\"}\n";
    assert_eq!(found(&[("models.py", examples)], "prompt").len(), 0);
}

#[test]
fn a_card_declares_models_and_a_function_lists_them() {
    let card = "---\ntitle: Desk\nmodels:\n- acme/ranker-base\ndatasets:\n- acme/letters\ntags:\n- a/b\n---\n# Desk\n- c/d\n";
    let files = [("README.md", card), ("app.py", "import transformers\n")];
    assert_eq!(found(&files, "model"), ["huggingface/acme/ranker-base at README.md:4"]);
    assert_eq!(found(&files, "dataset"), ["huggingface/acme/letters at README.md:6"]);
    let rust = "use async_openai::Client;\n\nfn list_models() -> Vec<String> {\n    vec![\"claude-2.1\".to_string(), \"other\".to_string()]\n}\n";
    assert_eq!(
        found(&[CARGO, ("src/main.rs", rust)], "model"),
        ["anthropic/claude-2.1 at src/main.rs:4"]
    );
    // An organisation of the hub with a provider's name.
    let hub = "from transformers import pipeline\n\nMODEL_NAME = \"google/flan-t5-large\"\n";
    assert_eq!(found(&[("app.py", hub)], "model_api"), [""; 0]);
}

#[test]
fn what_fills_an_index_is_a_corpus_and_where_conversations_are_kept_is_told() {
    let fills = "from langchain_chroma import Chroma\n\nstore = Chroma(collection_name=\"letters\")\nstore.add_documents(docs)\n";
    assert_eq!(found(&[("fill.py", fills)], "corpus"), ["desk/documents at fill.py:4"]);
    let named = format!(
        "{fills}from langchain_community.document_loaders import DirectoryLoader\nDirectoryLoader(\"letters\")\n"
    );
    assert_eq!(found(&[("fill.py", &named)], "corpus"), ["desk/letters at fill.py:6"]);
    let kept = "from langchain_community.chat_message_histories import RedisChatMessageHistory\n\nRedisChatMessageHistory(session)\nopen(\"data/chat_history.json\", \"w\")\nopen(\"data/history.json\", \"w\")\n";
    assert_eq!(
        found(&[("keep.py", kept)], "log_store"),
        ["desk/chat_history.json at keep.py:4", "redis at keep.py:3"]
    );
}

#[test]
fn what_users_choose_between_is_told_where_enough_stands_together() {
    let rust = "use tokenizers::Tokenizer;\n\nfn url(of: Backend) -> u8 {\n    match of {\n        Backend::LlamaCpp { .. } => 1,\n        Backend::Ollama { .. } => 2,\n        Backend::OpenAi => 3,\n    }\n}\n\nfn login(of: Login) -> bool {\n    matches!(of, Login::Google | Login::Azure | Login::Mistral | Login::Paper)\n}\n";
    let cargo =
        ("Cargo.toml", "[package]\nname = \"desk\"\n[dependencies]\ntokenizers = \"0.20\"\n");
    assert_eq!(
        found(&[cargo, ("src/main.rs", rust)], "model_api"),
        ["llama-cpp at src/main.rs:5", "ollama at src/main.rs:6", "openai at src/main.rs:7"]
    );
    let python = "import openai\n\ndef store(name):\n    match name:\n        case \"chroma\":\n            pass\n        case \"qdrant\":\n            pass\n        case \"redis\":\n            pass\n";
    assert_eq!(
        found(&[("store.py", python)], "vector_store"),
        ["chroma at store.py:5", "qdrant at store.py:7", "redis at store.py:9"]
    );
    let names = "import openai\n\nclass Store(str, Enum):\n    CHROMA = \"chroma\"\n    QDRANT = \"qdrant\"\n    REDIS = \"redis\"\n";
    assert_eq!(found(&[("store.py", names)], "vector_store"), [""; 0]);
    let two = python.replace("chroma", "paper");
    assert_eq!(found(&[("store.py", &two)], "vector_store"), [""; 0]);
}

#[test]
fn templates_behind_a_tag_tables_of_prompts_and_tasks_of_pipelines() {
    let script = "import dedent from \"dedent\";\nimport OpenAI from \"openai\";\n\nexport const plannerPrompt = dedent`\n  You plan what the desk answers to each of its customers.\n`;\nconst embed = usePipeline(\"feature-extraction\", \"acme/small-embed\");\n";
    assert_eq!(found(&[("lib/plan.ts", script)], "prompt").len(), 1);
    assert_eq!(
        found(&[("lib/plan.ts", script)], "embedding_model"),
        ["huggingface/acme/small-embed at lib/plan.ts:7"]
    );
    let python = "import openai\n\nPROMPTS = {\n    \"v1\": \"Judge whether the answer follows from the evidence.\",\n    \"v2\": \"Say which sentence of the answer is not supported.\",\n}\n";
    assert_eq!(found(&[("judge.py", python)], "prompt").len(), 2);
}

#[test]
fn folders_and_tables_say_what_is_in_them() {
    let files = [
        ("main.py", "import openai\n"),
        ("app/knowledge_base/terms.md", "# Terms\n"),
        ("knowledge.md", "# None\n"),
        ("schema.prisma", "model Message {\n  role String\n  content String\n}\n"),
        ("db.sql", "create table users (role text, content text);\n"),
    ];
    assert_eq!(found(&files, "corpus"), ["desk/knowledge_base at app/knowledge_base/terms.md"]);
    assert_eq!(found(&files, "log_store"), ["desk/message at schema.prisma:1"]);
    let script = "import { pgTable, text } from \"drizzle-orm\";\n\nexport const said = pgTable(\"ChatMessage\", {\n  role: text(\"role\"),\n  parts: text(\"parts\"),\n});\n";
    let python = "from sqlalchemy import Column, Text\n\nclass ChatTurn(Base):\n    role = Column(Text)\n    content = Column(Text)\n\nSCHEMA = \"\"\"\nCREATE TABLE IF NOT EXISTS messages (\n  sender text,\n  text text\n)\n\"\"\"\n";
    let files = [("main.py", "import openai\n"), ("lib/said.ts", script), ("said.py", python)];
    assert_eq!(
        found(&files, "log_store"),
        [
            "desk/chatmessage at lib/said.ts:3",
            "desk/chatturn at said.py:4",
            "desk/messages at said.py:8"
        ]
    );
}

#[test]
fn variables_and_settings_of_commands_are_settings() {
    let readme = "```\nGENERATION_MODEL=acme-7b docker compose up\ndesk config set openai.model gpt-4o-mini\ndocker run -e EMBEDDING_MODEL=acme-embed desk\n```\n";
    let files = [("README.md", readme), ("main.py", "import openai\n")];
    let models = found(&files, "model");
    assert_eq!(models.len(), 2, "{models:?}");
    assert!(models.iter().any(|model| model.ends_with("acme-7b at README.md:2")), "{models:?}");
    assert!(models.contains(&"openai/gpt-4o-mini at README.md:3".to_owned()), "{models:?}");
    assert_eq!(found(&files, "embedding_model").len(), 1);
    let properties = "mistral.ai.chat.model.id=mistral-small-latest\n";
    assert_eq!(
        found(&[("app.properties", properties)], "model"),
        ["mistral/mistral-small-latest at app.properties:1"]
    );
    let yaml = "model: acme/coder\nbackend: ollama\n";
    assert_eq!(found(&[("app.yaml", yaml)], "model"), ["ollama/acme/coder at app.yaml:1"]);
}

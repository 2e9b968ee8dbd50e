//! Files of infrastructure: what is ordered, installed and run, and what is only permitted.

use annex_isms::observation::Seen;

use super::constructs::{found, of};

/// What is observed of assets, as `kind:key = value`.
pub(crate) fn observed(files: &[(&str, &str)], attribute: &str) -> Vec<String> {
    let (_folder, batch) = of(files);
    let own = batch.observations.iter().filter(|seen| seen.attribute.as_str() == attribute);
    own.map(|seen| match &seen.subject {
        Seen::Asset(key) => format!("{key} = {}", seen.value),
        other => format!("{other:?} = {}", seen.value),
    })
    .collect()
}

/// What was not read, as `path: reason`.
pub(crate) fn skipped(files: &[(&str, &str)]) -> Vec<String> {
    let (_folder, batch) = of(files);
    batch.skipped.iter().map(|skipped| format!("{}: {}", skipped.path, skipped.reason)).collect()
}

const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  template:
    metadata:
      labels: {app: llm}
    spec:
      containers:
        - name: vllm
          image: ghcr.io/mirror/vllm/vllm-openai:v0.6.0
          command: ["vllm", "serve"]
          args:
            - $(MODEL)
            - --trust-remote-code
            - --api-key
            - $(KEY)
          env:
            - name: MODEL
              value: acme/help-7b
            - name: KEY
              valueFrom: {secretKeyRef: {name: llm, key: key}}
        - name: embed
          image: ghcr.io/huggingface/text-embeddings-inference:1.5
          args: ["--model-id", "BAAI/bge-small-en", "--port", "80"]
---
apiVersion: v1
kind: Service
metadata: {name: llm}
spec: {type: LoadBalancer, selector: {app: llm}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  template:
    metadata: {labels: {app: store}}
    spec:
      containers:
        - image: qdrant/qdrant:v1.9.0
"#;

#[test]
fn workloads_of_kubernetes_are_servers_with_the_models_that_they_load() {
    let files = [("k8s/llm.yaml", DEPLOYMENT)];
    assert_eq!(found(&files, "model"), ["huggingface/acme/help-7b at k8s/llm.yaml:14"]);
    assert_eq!(
        found(&files, "embedding_model"),
        ["huggingface/BAAI/bge-small-en at k8s/llm.yaml:25"]
    );
    assert_eq!(found(&files, "model_api"), ["tei at k8s/llm.yaml:24", "vllm at k8s/llm.yaml:11"]);
    assert_eq!(found(&files, "vector_store"), ["qdrant at k8s/llm.yaml:40"]);
    // Nothing is said of a store that no service of the file publishes.
    assert_eq!(
        observed(&files, "port_published"),
        ["model_api:tei = true", "model_api:vllm = true"]
    );
    assert_eq!(
        observed(&files, "authentication_configured"),
        ["model_api:tei = false", "model_api:vllm = true", "vector_store:qdrant = false"]
    );
    assert_eq!(observed(&files, "remote_code_trusted"), ["model:huggingface/acme/help-7b = true"]);
}

#[test]
fn operators_of_models_have_kinds_of_their_own() {
    let served = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: help}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: huggingface}\n      storageUri: hf://acme/help-7b\n---\napiVersion: kubeai.org/v1\nkind: Model\nmetadata: {name: e}\nspec:\n  features: [TextEmbedding]\n  url: ollama://nomic-embed-text\n---\napiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: r}\nspec:\n  serveConfigV2: |\n    applications:\n      - args:\n          model_id: acme/other-7b\n";
    let files = [("a.yaml", served)];
    assert_eq!(
        found(&files, "model"),
        ["huggingface/acme/help-7b at a.yaml:8", "huggingface/acme/other-7b at a.yaml:24"]
    );
    assert_eq!(found(&files, "embedding_model"), ["ollama/nomic-embed-text at a.yaml:15"]);
    assert_eq!(
        found(&files, "model_api"),
        ["kserve at a.yaml:2", "ollama at a.yaml:15", "ray-serve at a.yaml:18"]
    );
}

#[test]
fn settings_within_a_config_map_are_read_and_what_cannot_be_is_listed() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  CHAT_MODEL: gpt-4o\n  config.yaml: |\n    llm:\n      model: gpt-4o-mini\n  broken.json: |\n    {\"a\":\n";
    let files = [("c.yaml", map)];
    assert_eq!(
        found(&files, "model"),
        ["openai/gpt-4o at c.yaml:5", "openai/gpt-4o-mini at c.yaml:8"]
    );
    assert_eq!(skipped(&files), ["c.yaml: line 11: in `broken.json`: the document ends early"]);
}

#[test]
fn charts_bring_products_and_values_fill_templates() {
    let files = [
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: desk\ndependencies:\n  - name: qdrant\n    version: 0.10.1\n    repository: https://qdrant.github.io/qdrant-helm\n  - name: redis\n    version: 1.x\n  - name: ollama\n    version: ^1.0\n",
        ),
        (
            "chart/values.yaml",
            "image:\n  repository: vllm/vllm-openai\n  tag: v0.6.0\nmodel: acme/help-7b\nollama:\n  ollama:\n    models:\n      pull: [\"llama3.2:1b\"]\nenv:\n  OPENAI_API_KEY: \"\"\n",
        ),
        (
            "chart/templates/deployment.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"desk.name\" . }}\n  {{- with .Values.labels }}\n  labels:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\nspec:\n  template:\n    spec:\n      containers:\n      - image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"\n        args: [\"--model\", {{ .Values.model | quote }}]\n",
        ),
        (
            "chart/templates/broken.yaml",
            "a: {{ .Values.a }}\n---\nimage: weaviate/weaviate:1.2\n- broken\n",
        ),
    ];
    assert_eq!(
        found(&files, "vector_store"),
        ["qdrant at chart/Chart.yaml:4", "weaviate at chart/templates/broken.yaml:3"]
    );
    assert_eq!(
        observed(&files, "version_pinned"),
        [
            "model_api:ollama = false",
            "model:huggingface/acme/help-7b = false",
            "model:ollama/llama3.2:1b = false",
            "vector_store:qdrant = true",
        ]
    );
    assert_eq!(
        found(&files, "model"),
        [
            "huggingface/acme/help-7b at chart/templates/deployment.yaml:14",
            "ollama/llama3.2:1b at chart/values.yaml:8"
        ]
    );
    assert_eq!(
        found(&files, "model_api"),
        [
            "ollama at chart/Chart.yaml:9",
            "openai at chart/values.yaml:10",
            "vllm at chart/templates/deployment.yaml:13 chart/values.yaml:2"
        ]
    );
    let skipped = skipped(&files);
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert!(
        skipped[0].starts_with("chart/templates/broken.yaml: a template that is no YAML without what is filled in: line 4: "),
        "{skipped:?}"
    );
}

#[test]
fn a_template_without_values_says_nothing_of_its_holes() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: {{ image }}\n      args: [\"--model\", \"{{ model }}\"]\n    - image: ollama/ollama\n      env:\n        - {name: OLLAMA_MODEL, value: \"{{ model }}\"}\n";
    let files = [("pod.yaml", text)];
    assert_eq!(found(&files, "model"), [""; 0]);
    assert_eq!(found(&files, "model_api"), ["ollama at pod.yaml:7"]);
    assert_eq!(skipped(&files), [""; 0]);
}

#[test]
fn pipelines_use_interfaces_models_and_agents() {
    let workflow = "on: push\njobs:\n  eval:\n    env:\n      OPENAI_API_KEY: ${{ secrets.OPENAI_API_KEY }}\n      HF_TOKEN: ${{ secrets.HF_TOKEN }}\n    services:\n      db:\n        image: pgvector/pgvector:pg16\n    steps:\n      - run: |\n          pip install -e .\n          python eval.py --model acme/judge-7b\n          ollama pull llama3.2:1b\n      - uses: anthropics/claude-code-action@v1\n        with:\n          anthropic_api_key: ${{ secrets.KEY }}\n          model: claude-sonnet-4-20250514\n";
    let gitlab =
        "variables:\n  MISTRAL_API_KEY: x\ntest:\n  script:\n    - vllm serve acme/help-7b\n";
    let files = [(".github/workflows/eval.yml", workflow), (".gitlab-ci.yml", gitlab)];
    assert_eq!(
        found(&files, "model"),
        [
            "anthropic/claude-sonnet-4-20250514 at .github/workflows/eval.yml:18",
            "huggingface/acme/help-7b at .gitlab-ci.yml:5",
            "huggingface/acme/judge-7b at .github/workflows/eval.yml:13",
            "ollama/llama3.2:1b at .github/workflows/eval.yml:14"
        ]
    );
    assert_eq!(
        found(&files, "model_api"),
        [
            "anthropic at .github/workflows/eval.yml:17",
            "mistral at .gitlab-ci.yml:2",
            "ollama at .github/workflows/eval.yml:14",
            "openai at .github/workflows/eval.yml:5",
            "vllm at .gitlab-ci.yml:5"
        ]
    );
    assert_eq!(found(&files, "vector_store"), ["pgvector at .github/workflows/eval.yml:9"]);
    assert_eq!(
        found(&files, "agent"),
        ["github-action/anthropics/claude-code-action at .github/workflows/eval.yml:15"]
    );
}

#[test]
fn containers_of_compose_and_docker_load_models() {
    let compose = "services:\n  tgi:\n    image: ghcr.io/huggingface/text-generation-inference:2.0\n    ports: [\"8080:80\"]\n    environment:\n      MODEL_ID: acme/help-7b\n  local:\n    image: ${LLAMA:-ghcr.io/ggml-org/llama.cpp:server}\n    command: -m /models/help.Q4_K_M.gguf --api-key $KEY\n  nim:\n    image: nvcr.io/nim/meta/llama-3.1-8b-instruct:1.2.0\n  files:\n    image: mcp/filesystem:1.0.2\nmodels:\n  small:\n    model: ai/smollm2:360M-Q4_K_M\n";
    let docker = "FROM golang:1 AS build\nENV MODEL_ID=acme/not-this\nFROM vllm/vllm-openai:v0.6.0\nENV NAME=acme/base-7b\nCMD [\"--model\", \"$NAME\"]\n";
    let files = [("compose.yaml", compose), ("Dockerfile", docker)];
    assert_eq!(
        found(&files, "model"),
        [
            "desk/help.Q4_K_M at compose.yaml:9",
            "docker/ai/smollm2 at compose.yaml:16",
            "huggingface/acme/base-7b at Dockerfile:5",
            "huggingface/acme/help-7b at compose.yaml:6",
            "nvidia/meta/llama-3.1-8b-instruct at compose.yaml:11"
        ]
    );
    assert_eq!(found(&files, "mcp_server"), ["docker/mcp/filesystem at compose.yaml:13"]);
    assert_eq!(
        observed(&files, "port_published"),
        ["model_api:llama-cpp = false", "model_api:tgi = true"]
    );
    assert_eq!(
        observed(&files, "authentication_configured"),
        ["model_api:llama-cpp = true", "model_api:tgi = false", "model_api:vllm = false"]
    );
}

#[test]
fn an_index_is_a_store_of_vectors_where_its_mapping_has_some() {
    let mapping = "{\"mappings\": {\"properties\": {\"text\": {\"type\": \"text\"},\n\"vector\": {\"type\": \"dense_vector\", \"dims\": 384}}}}";
    let files = [
        ("index.json", mapping),
        ("compose.yaml", "services:\n  s:\n    image: elasticsearch:8.1\n"),
    ];
    assert_eq!(found(&files, "vector_store"), ["elasticsearch at index.json:2"]);
    assert_eq!(found(&files[1..], "vector_store"), [""; 0]);
}

#[test]
fn how_something_runs_makes_no_system_beside_what_it_is() {
    let source = "from openai import OpenAI\nOpenAI().chat.completions.create(model=\"gpt-4o\")\n";
    let files = [
        ("app/requirements.txt", "openai==1.0\n"),
        ("app/main.py", source),
        ("infra/main.tf", "resource \"pinecone_index\" \"i\" {\n  name = \"i\"\n}\n"),
    ];
    assert_eq!(found(&files, "application").len(), 1);
    let (_folder, batch) = of(&files);
    assert!(batch.assets.iter().all(|asset| asset.systems.len() == 1), "{:?}", batch.assets);
    // Alone it is all that there is.
    assert_eq!(found(&files[2..], "application").len(), 1);
}

/// A GGUF with one value and no tensors.
pub(crate) fn gguf(architecture: &str) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut out = b"GGUF\x03\0\0\0".to_vec();
    out.extend(0_u64.to_le_bytes());
    out.extend(1_u64.to_le_bytes());
    out.extend(text("general.architecture"));
    out.extend(8_u32.to_le_bytes());
    out.extend(text(architecture));
    out.resize(out.len().next_multiple_of(32), 0);
    out
}

#[test]
fn files_of_weights_are_models_with_what_their_headers_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("a file");
    };
    write("weights/help.Q4_K_M.gguf", &gguf("llama"));
    write("weights/cut.gguf", &gguf("llama")[..40]);
    let header = br#"{"a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]}}"#;
    let mut adapter = (header.len() as u64).to_le_bytes().to_vec();
    adapter.extend(header);
    adapter.extend([0; 8]);
    write("adapters/desk/adapter_model.safetensors", &adapter);
    write("tests/fixtures/broken.gguf", b"GGUF");
    let batch = super::scanned(folder.path(), &annex_discover::Limits::default());
    let models: Vec<_> = batch.assets.iter().filter(|a| a.key.kind.as_str() == "model").collect();
    let names: Vec<_> = models.iter().map(|asset| asset.key.key.as_str()).collect();
    assert_eq!(names, ["desk/cut", "desk/desk", "desk/help.Q4_K_M"]);
    let of = |key: &str, attribute: &str| {
        batch.observations.iter().find_map(|seen| match &seen.subject {
            Seen::Asset(asset) if asset.key == key && seen.attribute.as_str() == attribute => {
                Some(seen.value.to_string())
            }
            _ => None,
        })
    };
    assert_eq!(of("desk/help.Q4_K_M", "architecture").as_deref(), Some("llama"));
    assert_eq!(of("desk/help.Q4_K_M", "chat_template_present").as_deref(), Some("false"));
    assert_eq!(of("desk/cut", "chat_template_present"), None);
    assert_eq!(of("desk/desk", "parameters").as_deref(), Some("4"));
    assert_eq!(of("desk/desk", "element_type").as_deref(), Some("BF16"));
    let skipped: Vec<_> =
        batch.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.deliberate)).collect();
    assert_eq!(skipped, [("tests/fixtures/broken.gguf", true), ("weights/cut.gguf", false)]);
}

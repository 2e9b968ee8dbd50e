//! What is started, by which name, with which model.

use super::*;
use crate::known::Known;

fn words(text: &[&str]) -> Vec<Word> {
    text.iter().map(|text| Word { text: (*text).to_owned(), line: 1 }).collect()
}

/// What a command starts, and the models that it names.
fn started(text: &[&str]) -> Vec<String> {
    let known = Known::default();
    let index = Index::new(&known);
    let mut all = Vec::new();
    for words in commands(&words(text)) {
        let Some(product) = of_command(&words) else { continue };
        let mut out = Findings::default();
        models(&index, product, &words, &[], "x", &mut out);
        let models: Vec<_> = out.assets.iter().map(shown).collect();
        all.push(format!("{} {}", product.id, models.join(" ")).trim().to_owned());
    }
    all
}

fn shown(finding: &Finding) -> String {
    match &finding.key {
        Key::World(key) => key.clone(),
        Key::System { name, .. } => format!("./{name}"),
    }
}

#[test]
fn programs_are_known_where_they_are_started_and_only_there() {
    assert_eq!(
        started(&["python3.11", "-m", "vllm.entrypoints.openai.api_server", "--model=org/m-7b"]),
        ["vllm huggingface/org/m-7b"]
    );
    assert_eq!(
        started(&["/opt/bin/vllm", "serve", "org/m-7b", "--port", "80"]),
        ["vllm huggingface/org/m-7b"]
    );
    assert_eq!(
        started(&["sh", "-c", "ollama serve & sleep 5; ollama pull llama3.2:1b && wait"]),
        ["ollama", "ollama ollama/llama3.2:1b"]
    );
    assert_eq!(
        started(&[
            "/bin/bash",
            "-c",
            "set -e\nMODEL=x exec llama-server \\\n  -hf org/m-GGUF:Q4_K_M \\\n  --port 1\n"
        ]),
        ["llama-cpp huggingface/org/m-GGUF"]
    );
    assert_eq!(started(&["llama-server", "-m", "/models/m.gguf"]), ["llama-cpp ./m"]);
    assert_eq!(started(&["uv", "run", "litellm", "--model", "gpt-x"]), ["litellm"]);
    assert_eq!(started(&["serve", "run", "app:main"]), ["ray-serve"]);
    assert_eq!(started(&["ray::ServeController.listen()"]), ["ray-serve"]);
    assert_eq!(started(&["java", "-cp", "x", "org.pytorch.serve.ModelServer"]), ["torchserve"]);
    assert_eq!(started(&["uvicorn", "--port", "1", "open_webui.main:app"]), ["open-webui"]);
    assert_eq!(
        started(&["python", "/opt/text-generation-webui/server.py", "--model", "/m/x.gguf"]),
        ["text-generation-webui ./x"]
    );
    assert_eq!(started(&["mlflow", "models", "serve", "-m", "/srv/m"]), ["mlflow-serving ./m"]);
    for other in [
        &["pip", "install", "vllm"][..],
        &["serve", "-s", "build"],
        &["echo", "ollama"],
        &["python", "server.py"],
        &["java", "-jar", "ollama.jar", "--store", "qdrant"],
        &["mlflow", "runs"],
        &["vllm-tools", "--model", "a/b"],
    ] {
        assert_eq!(started(other), [""; 0], "{other:?}");
    }
}

#[test]
fn a_model_is_the_value_of_an_option_and_never_a_hole() {
    assert_eq!(started(&["vllm", "serve", "--port", "80"]), ["vllm"]);
    assert_eq!(started(&["vllm", "serve", "$MODEL"]), ["vllm"]);
    assert_eq!(
        started(&["vllm", "serve", "s3://bucket/weights/m-7b/"]),
        ["vllm s3://bucket/weights/m-7b"]
    );
    assert_eq!(
        started(&["vllm", "serve", "https://user:word@host/m-7b.gguf?signature=word"]),
        ["vllm https://host/m-7b.gguf"]
    );
    assert_eq!(started(&["text-generation-launcher", "--model-id", "/data/m"]), ["tgi ./m"]);
    assert_eq!(started(&["tritonserver", "--model-repository=/models"]), ["triton ./models"]);
}

#[test]
fn images_are_compared_by_whole_parts() {
    let id = |name| of_image(name).map(|product| product.id);
    assert_eq!(id("ghcr.io/huggingface/text-embeddings-inference"), Some("tei"));
    assert_eq!(id("qdrant/qdrant"), Some("qdrant"));
    assert_eq!(id("acmeqdrant/qdrant"), None);
    assert_eq!(id("qdrant/qdrant-web-ui"), None);
}

#[test]
fn variables_of_the_same_container_are_filled_in() {
    let settings = [Setting { line: 1, name: "MODEL".to_owned(), value: "org/m".to_owned() }];
    for text in ["$MODEL", "${MODEL}", "$(MODEL)", "${MODEL:-other/m}", "org/m"] {
        assert_eq!(expanded(text, &settings), "org/m", "{text}");
    }
    assert_eq!(expanded("${OTHER:-other/m}", &settings), "other/m");
    assert_eq!(expanded("$OTHER", &settings), "$OTHER");
}

#[test]
fn what_asks_for_a_key_is_told_only_when_it_is_known() {
    let told = |id: &str, text: &[&str], variable: &str, elsewhere| {
        let product = PRODUCTS.iter().find(|product| product.id == id).expect("a product");
        let settings = [Setting { line: 1, name: variable.to_owned(), value: "false".to_owned() }];
        authentication(product, &words(text), &settings, elsewhere)
    };
    assert_eq!(told("vllm", &["--api-key", "$(KEY)"], "", false), Some(true));
    assert_eq!(told("vllm", &[], "VLLM_API_KEY", false), Some(true));
    assert_eq!(told("vllm", &[], "", false), Some(false));
    assert_eq!(told("vllm", &[], "", true), None);
    assert_eq!(told("weaviate", &[], "AUTHENTICATION_APIKEY_ENABLED", false), Some(false));
    assert_eq!(told("ollama", &[], "", true), Some(false));
    assert_eq!(told("triton", &[], "", false), None);
}

#[test]
fn no_name_stands_for_two_products() {
    let mut seen = std::collections::BTreeSet::new();
    for product in PRODUCTS {
        for name in product.images.iter().chain(product.programs) {
            assert!(seen.insert(*name), "{name}");
        }
    }
}

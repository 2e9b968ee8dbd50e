//! What the keys of settings say of their values: a model, its task, a data set, a store, an address.

use crate::walk::has_end;

/// `${NAME:default}`, `${NAME:-default}` and `${NAME=default}` stand for their default.
pub(crate) fn default_of(text: &str) -> &str {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match inner.and_then(|inner| inner.split_once([':', '='])) {
        Some((_, default)) => default.trim_start_matches('-'),
        None => text,
    }
}

/// `Model-Name`, `modelName` and `ModelName` are `model_name`.
pub(crate) fn snake(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut lower = false;
    let mut rest = key.chars().peekable();
    while let Some(character) = rest.next() {
        // `openAIModel`: the last capital of a row begins the next word.
        let begins = rest.peek().is_some_and(char::is_ascii_lowercase)
            && out.ends_with(|c: char| c.is_ascii_lowercase());
        if character.is_ascii_uppercase() && (lower || begins) {
            out.push('_');
        }
        lower = character.is_ascii_lowercase();
        out.push(if character == '-' { '_' } else { character.to_ascii_lowercase() });
    }
    out
}

pub(crate) fn says_model(key: &str) -> bool {
    // Where a new model is put says nothing of those in use.
    if ["hub_model", "push_to", "output", "save", "new_model", "merged", "export"]
        .iter()
        .any(|start| key.starts_with(start))
    {
        return false;
    }
    matches!(
        key,
        "model"
            | "model_name_or_path"
            | "pretrained_model_name_or_path"
            | "base_model_name_or_path"
            | "model_path"
            | "model_checkpoint"
            | "checkpoint"
            | "model_name"
            | "modelname"
            | "model_id"
            | "modelid"
            | "deployment"
            | "deployment_name"
            | "deployment_id"
            | "engine"
            | "repo_id"
            | "llm"
    ) || key.ends_with("_model")
        || key.ends_with("_model_name")
        || key.ends_with("_model_id")
        || key.ends_with("model_repo_id")
        || key.ends_with("_hf_repo_id")
        || key.ends_with("_deployment_name")
}

/// Keys that name a data set.
pub(crate) fn says_dataset(key: &str) -> bool {
    matches!(key, "dataset" | "datasets" | "dataset_name" | "dataset_id" | "dataset_path")
        || key.ends_with("_dataset")
        || key.ends_with("_dataset_name")
        || key.ends_with("_dataset_path")
        || key.starts_with("dataset_mix")
}

/// Keys that say what their model does.
pub(crate) fn says_task(key: &str) -> bool {
    let tasks = [
        "ocr",
        "asr",
        "stt",
        "tts",
        "whisper",
        "rerank",
        "reranker",
        "vision",
        "multimodal",
        "image",
        "embed",
        "embedding",
        "embeddings",
        "llm",
        "chat",
        "generation",
        "completion",
    ];
    key.strip_suffix("_model").or_else(|| key.strip_suffix("_model_name")).is_some_and(|task| {
        tasks.iter().any(|word| task == *word || has_end(task, &[&format!("_{word}")]))
    })
}

/// Whether a key leaves no doubt that a value is a model of a hub.
pub(crate) fn says_hub(key: &str) -> bool {
    key.ends_with("model_name")
        || key.ends_with("name_or_path")
        || key.ends_with("model_path")
        || key.ends_with("model_checkpoint")
        || key.ends_with("model_id")
        || key.ends_with("repo_id")
        || key.ends_with("_model")
        || key.contains("hf_")
        || key.contains("hugging")
}

pub(crate) fn says_store(keys: &[&str], key: &str) -> bool {
    let words = |key: &str| {
        let key = key.to_ascii_lowercase().replace(['-', '_'], "");
        key.contains("vectorstore") || key.contains("vectordb") || key.contains("vectordatabase")
    };
    words(key)
        || (matches!(key, "database" | "provider" | "type" | "kind" | "mode" | "name")
            && keys.iter().rev().nth(1).is_some_and(|key| words(key)))
}

/// Keys that give an address of an interface.
pub(crate) fn says_address(key: &str) -> bool {
    [
        "api_base",
        "base_url",
        "baseurl",
        "endpoint",
        "api_url",
        "ollama_url",
        "llm_url",
        "ollama_host",
    ]
    .iter()
    .any(|end| key.ends_with(end))
}

/// Whether a file holds the words of a page in a language: what it calls a prompt is a label.
pub(crate) fn is_translation(path: &str) -> bool {
    path.to_ascii_lowercase().split('/').any(|part| {
        matches!(part, "locales" | "locale" | "i18n" | "translations" | "_locales" | "lang")
            || part.starts_with("translation.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_page_are_told_by_where_they_lie() {
        assert!(is_translation("web/src/locales/da/translation.json"));
        assert!(is_translation("i18n/en.yaml") && !is_translation("config/prompts.yaml"));
    }

    #[test]
    fn keys_have_one_spelling_and_variables_their_default() {
        for key in ["Model-Name", "modelName", "ModelName", "model_name"] {
            assert_eq!(snake(key), "model_name");
        }
        assert_eq!(snake("openAIModel"), "open_ai_model");
        assert_eq!(snake("modelID"), "model_id");
        for text in ["${A:gpt-4o}", "${A:-gpt-4o}", "${A=gpt-4o}", "gpt-4o"] {
            assert_eq!(default_of(text), "gpt-4o");
        }
        assert_eq!(default_of("${A}"), "${A}");
        assert_eq!(default_of("${A:-x=y}"), "x=y");
    }
}

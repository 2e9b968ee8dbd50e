//! What the parameters of public libraries are called, for arguments that are given by position.
//!
//! Facts of their interfaces. A row is asked by the end of a callee; several overloads are told
//! apart by what is given: an address is an `endpoint`, whatever its place.

use super::facts::{Call, Shape};

/// The end of a callee, and the names of its parameters in their order.
const SIGNATURES: [(&[&str], &[&str]); 21] = [
    (
        &[
            "AddOpenAIChatCompletion",
            "AddOpenAITextEmbeddingGeneration",
            "AddOpenAIEmbeddingGenerator",
            "AddOpenAITextToImage",
            "AddOpenAIChatClient",
            "AddGoogleAIGeminiChatCompletion",
            "AddGoogleAIEmbeddingGeneration",
            "AddGoogleAIEmbeddingGenerator",
            "AddMistralChatCompletion",
            "AddMistralTextEmbeddingGeneration",
            "AddBedrockChatCompletionService",
            "AddBedrockTextEmbeddingGenerationService",
            "AddAzureAIInferenceChatCompletion",
            "AddAzureAIInferenceChatClient",
            "OpenAIChatCompletionService",
            "OpenAITextEmbeddingGenerationService",
            "GoogleAIGeminiChatCompletionService",
            "MistralAIChatCompletionService",
        ],
        &["modelId", "apiKey"],
    ),
    (
        &[
            "AddAzureOpenAIChatCompletion",
            "AddAzureOpenAIChatClient",
            "AddAzureOpenAITextEmbeddingGeneration",
            "AddAzureOpenAIEmbeddingGenerator",
            "AddAzureOpenAITextToImage",
            "AzureOpenAIChatCompletionService",
            "AzureOpenAITextEmbeddingGenerationService",
        ],
        &["deploymentName", "endpoint", "apiKey"],
    ),
    (
        &[
            "AddOllamaChatCompletion",
            "AddOllamaChatClient",
            "AddOllamaTextGeneration",
            "AddOllamaTextEmbeddingGeneration",
            "AddOllamaEmbeddingGenerator",
        ],
        &["modelId", "endpoint"],
    ),
    (&["AddVertexAIGeminiChatCompletion"], &["modelId", "bearerKey", "location", "projectId"]),
    (
        &["AddHuggingFaceChatCompletion", "AddHuggingFaceTextEmbeddingGeneration"],
        &["model", "endpoint", "apiKey"],
    ),
    (
        &[
            "new.ChatClient",
            "new.EmbeddingClient",
            "new.ImageClient",
            "new.AudioClient",
            "new.ModerationClient",
            "new.ResponsesClient",
            "new.OpenAIResponseClient",
        ],
        &["model", "apiKey"],
    ),
    (
        &[
            "GetChatClient",
            "GetEmbeddingClient",
            "GetImageClient",
            "GetAudioClient",
            "GetModerationClient",
            "GetOpenAIResponseClient",
            "GetResponsesClient",
            "AsChatClient",
            "AsEmbeddingGenerator",
            "AsIChatClient",
            "AsIEmbeddingGenerator",
        ],
        &["model"],
    ),
    (&["new.OpenAIClient", "new.AnthropicClient"], &["apiKey"]),
    (&["new.AzureOpenAIClient", "new.ChatCompletionsClient"], &["endpoint", "apiKey"]),
    (&["new.OllamaApiClient"], &["endpoint", "model"]),
    (&["new.OllamaChatClient", "new.OllamaEmbeddingGenerator"], &["endpoint", "modelId"]),
    (&["new.OllamaModel"], &["modelName"]),
    (&["AddDeployment"], &["name", "modelName", "modelVersion"]),
    (&["new.AzureOpenAIDeployment"], &["name", "modelName", "modelVersion"]),
    (&["AddGitHubModel"], &["name", "model"]),
    (&["AnalyzeDocumentAsync", "AnalyzeDocumentFromUriAsync"], &["waitUntil", "modelId"]),
    (&["beginAnalyzeDocument", "beginAnalyzeDocumentFromUrl"], &["modelId"]),
    (&["new.GenerativeModel"], &["modelName"]),
    (
        &["models.generateContent", "models.generateContentStream", "models.embedContent"],
        &["model"],
    ),
    (&["getChatCompletions", "getChatCompletionsStream", "getEmbeddings"], &["deploymentName"]),
    (&["withApiKey", "WithOpenAIDefaults"], &["apiKey"]),
];

/// Names the arguments of a call that are given by position.
pub(super) fn name(call: &mut Call) {
    let Some(names) = names_of(&call.callee) else {
        return;
    };
    let positional = call.args.iter_mut().filter(|arg| arg.name.is_none());
    for (argument, name) in positional.zip(names) {
        let address =
            matches!(&argument.value.shape, Shape::Text { text, .. } if text.contains("://"));
        argument.name = Some(if address { "endpoint" } else { name }.to_owned());
    }
}

fn names_of(callee: &str) -> Option<&'static [&'static str]> {
    let fits = |end: &str| match end.strip_prefix("new.") {
        Some(class) => callee == class || callee.ends_with(&format!(".{class}")),
        None => callee.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
    };
    SIGNATURES.iter().find(|(ends, _)| ends.iter().any(|end| fits(end))).map(|(_, names)| *names)
}

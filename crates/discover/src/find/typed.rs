//! What the libraries of Java and C# call things: which package a namespace belongs to, which
//! provider a class calls, which model a constant or a class stands for.
//!
//! C# imports namespaces, so a class is looked up by its name among those that the file uses; a
//! few names are so much their library's own that no import is asked for, because a project can
//! import for all its files at once.

use super::namespaces::{ASSEMBLIES, NAMESPACES};
use crate::known::{Index, KnownPackage};
use crate::source::Language;
use crate::source::facts::Facts;

/// Classes of C#, the namespace that has them, and whether no other library has that name.
const CLASSES: [(&str, &str, bool); 58] = [
    ("OpenAIClient", "OpenAI", false),
    ("ChatClient", "OpenAI.Chat", false),
    ("EmbeddingClient", "OpenAI.Embeddings", false),
    ("ImageClient", "OpenAI.Images", false),
    ("AudioClient", "OpenAI.Audio", false),
    ("ModerationClient", "OpenAI.Moderations", false),
    ("OpenAIResponseClient", "OpenAI.Responses", true),
    ("SystemChatMessage", "OpenAI.Chat", true),
    ("AzureOpenAIClient", "Azure.AI.OpenAI", true),
    ("ChatCompletionsClient", "Azure.AI.Inference", true),
    ("EmbeddingsClient", "Azure.AI.Inference", false),
    ("PersistentAgentsClient", "Azure.AI.Agents.Persistent", true),
    ("AIProjectClient", "Azure.AI.Projects", true),
    ("OllamaApiClient", "OllamaSharp", true),
    ("OllamaChatClient", "Microsoft.Extensions.AI.Ollama", true),
    ("OllamaEmbeddingGenerator", "Microsoft.Extensions.AI.Ollama", true),
    ("AnthropicClient", "Anthropic", false),
    ("MessageParameters", "Anthropic.SDK", false),
    ("AmazonBedrockRuntimeClient", "Amazon.BedrockRuntime", true),
    ("InvokeModelRequest", "Amazon.BedrockRuntime", true),
    ("ConverseRequest", "Amazon.BedrockRuntime", true),
    ("Kernel", "Microsoft.SemanticKernel", false),
    ("IKernelBuilder", "Microsoft.SemanticKernel", true),
    ("KernelFunctionFactory", "Microsoft.SemanticKernel", true),
    ("KernelPluginFactory", "Microsoft.SemanticKernel", true),
    ("ChatCompletionAgent", "Microsoft.SemanticKernel.Agents", true),
    ("OpenAIAssistantAgent", "Microsoft.SemanticKernel.Agents", true),
    ("AzureAIAgent", "Microsoft.SemanticKernel.Agents", true),
    ("AgentGroupChat", "Microsoft.SemanticKernel.Agents", true),
    ("ChatClientAgent", "Microsoft.Agents.AI", true),
    ("ChatHistory", "Microsoft.SemanticKernel", false),
    ("PromptTemplateConfig", "Microsoft.SemanticKernel", true),
    ("AIFunctionFactory", "Microsoft.Extensions.AI", true),
    ("ChatMessage", "Microsoft.Extensions.AI", false),
    ("IChatClient", "Microsoft.Extensions.AI", true),
    ("KernelMemoryBuilder", "Microsoft.KernelMemory", true),
    ("OpenAIConfig", "Microsoft.KernelMemory", false),
    ("AzureOpenAIConfig", "Microsoft.KernelMemory", false),
    ("QdrantClient", "Qdrant.Client", true),
    ("SearchClient", "Azure.Search.Documents", false),
    ("SearchIndexClient", "Azure.Search.Documents", false),
    ("McpClientFactory", "ModelContextProtocol", true),
    ("StdioClientTransport", "ModelContextProtocol", true),
    ("McpServerTool", "ModelContextProtocol", true),
    ("ChatOptions", "Microsoft.Extensions.AI", false),
    ("OpenAIPromptExecutionSettings", "Microsoft.SemanticKernel", true),
    ("AzureOpenAIPromptExecutionSettings", "Microsoft.SemanticKernel", true),
    ("PromptExecutionSettings", "Microsoft.SemanticKernel", false),
    ("GeminiPromptExecutionSettings", "Microsoft.SemanticKernel", true),
    ("OllamaPromptExecutionSettings", "Microsoft.SemanticKernel", true),
    ("MistralAIPromptExecutionSettings", "Microsoft.SemanticKernel", true),
    ("ChatRequestSystemMessage", "Azure.AI.OpenAI", true),
    ("ChatCompletionsOptions", "Azure.AI.OpenAI", true),
    ("DocumentAnalysisClient", "Azure.AI.FormRecognizer", true),
    ("DocumentIntelligenceClient", "Azure.AI.DocumentIntelligence", true),
    ("ContentSafetyClient", "Azure.AI.ContentSafety", true),
    ("ImageAnalysisClient", "Azure.AI.Vision.ImageAnalysis", true),
    ("TextAnalyticsClient", "Azure.AI.TextAnalytics", true),
];

/// The package that a namespace belongs to.
pub(crate) fn of_namespace<'k>(
    index: &Index<'k>,
    language: Language,
    namespace: &str,
) -> Option<&'k KnownPackage> {
    if language == Language::Java {
        return NAMESPACES
            .iter()
            .filter(|(own, _)| below(namespace, own))
            .max_by_key(|(own, _)| own.len())
            .and_then(|(_, package)| index.package("maven", package));
    }
    let mut path = namespace;
    loop {
        let called = ASSEMBLIES.iter().find(|(own, _)| *own == path).map(|(_, package)| *package);
        if let Some(package) = index.package("nuget", called.unwrap_or(path)) {
            return Some(package);
        }
        path = path.rsplit_once('.')?.0;
    }
}

fn below(path: &str, namespace: &str) -> bool {
    path.strip_prefix(namespace).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The package that the class at the beginning of a callee comes from, where no import names it.
pub(crate) fn of_class<'k>(
    index: &Index<'k>,
    language: Language,
    facts: &Facts,
    callee: &str,
) -> Option<&'k KnownPackage> {
    if language == Language::Java {
        if !callee.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let mut whole = facts.imports.iter().filter(|import| import.names.is_empty());
        return whole.find_map(|import| of_namespace(index, language, &import.module));
    }
    let class = callee.split('.').find(|part| part.starts_with(char::is_uppercase))?;
    let (_, namespace, own) = CLASSES.iter().find(|(name, ..)| *name == class)?;
    let root = namespace.split('.').next().unwrap_or(namespace);
    let shared = ["Microsoft", "Azure", "Amazon"].contains(&root);
    let used = facts.imports.iter().map(|import| import.module.as_str()).find(|module| {
        below(module, namespace) || below(namespace, module) || (!shared && below(module, root))
    });
    match (used, own) {
        (Some(module), _) if below(module, namespace) => of_namespace(index, language, module),
        (Some(_), _) | (None, true) => of_namespace(index, language, namespace),
        (None, false) => None,
    }
}

/// Beginnings of class names and the provider that they call. The longest one decides.
const PROVIDERS: [(&str, &str); 35] = [
    ("OpenAi", "openai"),
    ("OpenAiOfficial", "openai"),
    ("OpenAIOkHttpClient", "openai"),
    ("OpenAIChatCompletionService", "openai"),
    ("AddOpenAI", "openai"),
    ("WithOpenAI", "openai"),
    ("AzureOpenAi", "azure-openai"),
    ("AzureOpenAI", "azure-openai"),
    ("AddAzureOpenAI", "azure-openai"),
    ("WithAzureOpenAI", "azure-openai"),
    ("AddAzureAIInference", "azure-openai"),
    ("ChatCompletionsClient", "azure-openai"),
    ("Anthropic", "anthropic"),
    ("AnthropicOkHttpClient", "anthropic"),
    ("Ollama", "ollama"),
    ("AddOllama", "ollama"),
    ("GitHubModels", "github-models"),
    ("MistralAi", "mistral"),
    ("AddMistral", "mistral"),
    ("GoogleAiGemini", "google"),
    ("GoogleAiEmbedding", "google"),
    ("AddGoogleAI", "google"),
    ("VertexAi", "google-vertex"),
    ("AddVertexAI", "google-vertex"),
    ("Bedrock", "aws-bedrock"),
    ("AddBedrock", "aws-bedrock"),
    ("AmazonBedrockRuntimeClient", "aws-bedrock"),
    ("Cohere", "cohere"),
    ("Jina", "jina"),
    ("VoyageAi", "voyage"),
    ("Qwen", "alibaba-dashscope"),
    ("WorkersAi", "cloudflare-workers-ai"),
    ("DeepSeek", "deepseek"),
    ("ZhipuAi", "zhipu"),
    ("AddHuggingFace", "huggingface"),
];

/// Ends of the names of classes and methods that call a model.
const CALLERS: [&str; 24] = [
    "ChatModel",
    "StreamingChatModel",
    "ChatLanguageModel",
    "StreamingChatLanguageModel",
    "LanguageModel",
    "EmbeddingModel",
    "ImageModel",
    "ModerationModel",
    "ScoringModel",
    "ChatCompletion",
    "ChatCompletionService",
    "ChatClient",
    "TextGeneration",
    "TextEmbeddingGeneration",
    "TextEmbeddingGenerationService",
    "EmbeddingGeneration",
    "EmbeddingGenerator",
    "TextToImage",
    "OkHttpClient",
    "ApiClient",
    "CompletionsClient",
    "BedrockRuntimeClient",
    "Defaults",
    "AIClient",
];

/// The provider that a class of Java or a method of C# calls, by its name.
pub(crate) fn class_provider(name: &str) -> Option<&'static str> {
    if !CALLERS.iter().any(|end| name.ends_with(end)) || name == "OpenAIClient" {
        return None;
    }
    PROVIDERS
        .iter()
        .filter(|(start, _)| name.starts_with(start))
        .max_by_key(|(start, _)| start.len())
        .map(|(_, provider)| *provider)
}

/// Classes that are a model of the hub within the program itself.
const IN_PROCESS: [(&str, &str); 6] = [
    ("AllMiniLmL6V2", "sentence-transformers/all-MiniLM-L6-v2"),
    ("BgeSmallEnV15", "BAAI/bge-small-en-v1.5"),
    ("BgeSmallEn", "BAAI/bge-small-en"),
    ("BgeSmallZhV15", "BAAI/bge-small-zh-v1.5"),
    ("BgeSmallZh", "BAAI/bge-small-zh"),
    ("E5SmallV2", "intfloat/e5-small-v2"),
];

/// The model that a class is.
pub(crate) fn in_process(class: &str) -> Option<&'static str> {
    let name = class.strip_suffix("EmbeddingModel")?;
    let name = name.strip_suffix("Quantized").unwrap_or(name);
    IN_PROCESS.iter().find(|(own, _)| *own == name).map(|(_, model)| *model)
}

/// The name that a constant of an SDK stands for: the SDKs write `GPT_4_O_MINI` for `gpt-4o-mini`.
/// What it gives is asked to be a name of a provider before it counts.
pub(crate) fn constant(name: &str) -> Option<String> {
    let last = crate::source::facts::last(name);
    let written = !last.is_empty()
        && last.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && last.bytes().any(|b| b.is_ascii_uppercase());
    if !written {
        return None;
    }
    let lower = last.to_ascii_lowercase().replace('_', "-");
    let spelled = [
        ("gpt-4-o", "gpt-4o"),
        ("gpt-3-5", "gpt-3.5"),
        ("gpt-4-1", "gpt-4.1"),
        ("gpt-4-5", "gpt-4.5"),
        ("gemini-1-5", "gemini-1.5"),
        ("gemini-2-0", "gemini-2.0"),
        ("gemini-2-5", "gemini-2.5"),
    ];
    for (wrong, right) in spelled {
        if let Some(rest) = lower.strip_prefix(wrong)
            && !rest.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Some(format!("{right}{rest}"));
        }
    }
    Some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_spelled_as_the_providers_spell_their_models() {
        for (name, model) in [
            ("ChatModel.GPT_4O", "gpt-4o"),
            ("OpenAiChatModelName.GPT_4_O_MINI", "gpt-4o-mini"),
            ("OpenAiApi.ChatModel.GPT_3_5_TURBO", "gpt-3.5-turbo"),
            ("M.GPT_4_1106_PREVIEW", "gpt-4-1106-preview"),
            ("M.TEXT_EMBEDDING_3_SMALL", "text-embedding-3-small"),
        ] {
            assert_eq!(constant(name).as_deref(), Some(model), "{name}");
        }
        assert_eq!(constant("model"), None);
        assert_eq!(constant("a.modelName"), None);
    }

    #[test]
    fn classes_say_their_provider_only_where_they_call_one() {
        assert_eq!(class_provider("AzureOpenAiChatModel"), Some("azure-openai"));
        assert_eq!(class_provider("AddOpenAIChatCompletion"), Some("openai"));
        assert_eq!(class_provider("OpenAiChatOptions"), None);
        assert_eq!(
            in_process("AllMiniLmL6V2QuantizedEmbeddingModel"),
            Some("sentence-transformers/all-MiniLM-L6-v2")
        );
    }
}

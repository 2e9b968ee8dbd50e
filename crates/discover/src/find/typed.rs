//! What the libraries of Java and C# call things: which package a namespace belongs to, which
//! provider a class calls, which model a constant or a class stands for.
//!
//! C# imports namespaces, so a class is looked up by its name among those that the file uses; a
//! few names are so much their library's own that no import is asked for, because a project can
//! import for all its files at once.

use crate::known::{Index, KnownPackage};
use crate::source::Language;
use crate::source::facts::Facts;

/// Packages of Java and the artifact that brings them; the longest one that fits decides.
const NAMESPACES: [(&str, &str); 128] = [
    ("dev.langchain4j", "dev.langchain4j:langchain4j"),
    ("dev.langchain4j.agentic", "dev.langchain4j:langchain4j-agentic"),
    ("dev.langchain4j.mcp", "dev.langchain4j:langchain4j-mcp"),
    ("dev.langchain4j.model.openai", "dev.langchain4j:langchain4j-open-ai"),
    ("dev.langchain4j.model.openaiofficial", "dev.langchain4j:langchain4j-open-ai-official"),
    ("dev.langchain4j.model.azure", "dev.langchain4j:langchain4j-azure-open-ai"),
    ("dev.langchain4j.model.anthropic", "dev.langchain4j:langchain4j-anthropic"),
    ("dev.langchain4j.model.ollama", "dev.langchain4j:langchain4j-ollama"),
    ("dev.langchain4j.model.mistralai", "dev.langchain4j:langchain4j-mistral-ai"),
    ("dev.langchain4j.model.googleai", "dev.langchain4j:langchain4j-google-ai-gemini"),
    ("dev.langchain4j.model.vertexai", "dev.langchain4j:langchain4j-vertex-ai"),
    ("dev.langchain4j.model.vertexai.gemini", "dev.langchain4j:langchain4j-vertex-ai-gemini"),
    ("dev.langchain4j.model.bedrock", "dev.langchain4j:langchain4j-bedrock"),
    ("dev.langchain4j.model.cohere", "dev.langchain4j:langchain4j-cohere"),
    ("dev.langchain4j.model.huggingface", "dev.langchain4j:langchain4j-hugging-face"),
    ("dev.langchain4j.model.jina", "dev.langchain4j:langchain4j-jina"),
    ("dev.langchain4j.model.jlama", "dev.langchain4j:langchain4j-jlama"),
    ("dev.langchain4j.model.voyageai", "dev.langchain4j:langchain4j-voyage-ai"),
    ("dev.langchain4j.model.localai", "dev.langchain4j:langchain4j-local-ai"),
    ("dev.langchain4j.model.dashscope", "dev.langchain4j:langchain4j-dashscope"),
    ("dev.langchain4j.model.zhipu", "dev.langchain4j:langchain4j-zhipu-ai"),
    ("dev.langchain4j.model.workersai", "dev.langchain4j:langchain4j-workers-ai"),
    ("dev.langchain4j.model.watsonx", "dev.langchain4j:langchain4j-watsonx"),
    ("dev.langchain4j.model.github", "dev.langchain4j:langchain4j-github-models"),
    ("dev.langchain4j.model.embedding.onnx", "dev.langchain4j:langchain4j-embeddings"),
    ("dev.langchain4j.store.embedding.pgvector", "dev.langchain4j:langchain4j-pgvector"),
    ("dev.langchain4j.store.embedding.chroma", "dev.langchain4j:langchain4j-chroma"),
    ("dev.langchain4j.store.embedding.qdrant", "dev.langchain4j:langchain4j-qdrant"),
    ("dev.langchain4j.store.embedding.milvus", "dev.langchain4j:langchain4j-milvus"),
    ("dev.langchain4j.store.embedding.weaviate", "dev.langchain4j:langchain4j-weaviate"),
    ("dev.langchain4j.store.embedding.pinecone", "dev.langchain4j:langchain4j-pinecone"),
    ("dev.langchain4j.store.embedding.redis", "dev.langchain4j:langchain4j-redis"),
    ("dev.langchain4j.store.embedding.elasticsearch", "dev.langchain4j:langchain4j-elasticsearch"),
    ("io.quarkiverse.langchain4j", "io.quarkiverse.langchain4j:quarkus-langchain4j-core"),
    ("org.springframework.ai", "org.springframework.ai:spring-ai-core"),
    ("org.springframework.ai.chat", "org.springframework.ai:spring-ai-client-chat"),
    ("org.springframework.ai.openai", "org.springframework.ai:spring-ai-openai"),
    ("org.springframework.ai.azure.openai", "org.springframework.ai:spring-ai-azure-openai"),
    ("org.springframework.ai.anthropic", "org.springframework.ai:spring-ai-anthropic"),
    ("org.springframework.ai.ollama", "org.springframework.ai:spring-ai-ollama"),
    ("org.springframework.ai.mistralai", "org.springframework.ai:spring-ai-mistral-ai"),
    ("org.springframework.ai.bedrock", "org.springframework.ai:spring-ai-bedrock-converse"),
    ("org.springframework.ai.vertexai", "org.springframework.ai:spring-ai-vertex-ai-gemini"),
    ("org.springframework.ai.google.genai", "org.springframework.ai:spring-ai-google-genai"),
    ("org.springframework.ai.deepseek", "org.springframework.ai:spring-ai-deepseek"),
    ("org.springframework.ai.mcp", "org.springframework.ai:spring-ai-mcp"),
    ("org.springframework.ai.vectorstore", "org.springframework.ai:spring-ai-vector-store"),
    ("com.openai", "com.openai:openai-java"),
    ("com.anthropic", "com.anthropic:anthropic-java"),
    ("com.azure.ai.openai", "com.azure:azure-ai-openai"),
    ("com.azure.ai.inference", "com.azure:azure-ai-inference"),
    ("com.azure.search.documents", "com.azure:azure-search-documents"),
    ("com.google.cloud.vertexai", "com.google.cloud:google-cloud-vertexai"),
    ("com.google.genai", "com.google.genai:google-genai"),
    ("com.google.adk", "com.google.adk:google-adk"),
    ("software.amazon.awssdk.services.bedrockruntime", "software.amazon.awssdk:bedrockruntime"),
    ("com.microsoft.semantickernel", "com.microsoft.semantic-kernel:semantickernel-api"),
    (
        "com.microsoft.semantickernel.aiservices.openai",
        "com.microsoft.semantic-kernel:semantickernel-aiservices-openai",
    ),
    ("io.modelcontextprotocol", "io.modelcontextprotocol.sdk:mcp"),
    ("com.theokanning.openai", "com.theokanning.openai-gpt3-java:service"),
    ("io.github.ollama4j", "io.github.ollama4j:ollama4j"),
    ("org.bsc.langgraph4j", "org.bsc.langgraph4j:langgraph4j-core"),
    ("com.azure.ai.formrecognizer", "com.azure:azure-ai-formrecognizer"),
    ("com.azure.ai.documentintelligence", "com.azure:azure-ai-documentintelligence"),
    ("com.azure.ai.vision", "com.azure:azure-ai-vision-imageanalysis"),
    ("com.azure.ai.textanalytics", "com.azure:azure-ai-textanalytics"),
    ("com.azure.ai.translation", "com.azure:azure-ai-translation-text"),
    ("com.azure.ai.contentsafety", "com.azure:azure-ai-contentsafety"),
    ("com.azure.ai.agents", "com.azure:azure-ai-agents-persistent"),
    ("com.azure.ai.projects", "com.azure:azure-ai-projects"),
    ("com.microsoft.cognitiveservices.speech", "com.microsoft.cognitiveservices.speech:client-sdk"),
    ("com.google.cloud.aiplatform", "com.google.cloud:google-cloud-aiplatform"),
    ("com.google.cloud.speech", "com.google.cloud:google-cloud-speech"),
    ("com.google.cloud.texttospeech", "com.google.cloud:google-cloud-texttospeech"),
    ("com.google.cloud.vision", "com.google.cloud:google-cloud-vision"),
    ("com.google.cloud.documentai", "com.google.cloud:google-cloud-document-ai"),
    ("com.google.cloud.language", "com.google.cloud:google-cloud-language"),
    ("com.google.cloud.translate", "com.google.cloud:google-cloud-translate"),
    ("com.google.cloud.dialogflow", "com.google.cloud:google-cloud-dialogflow"),
    ("software.amazon.awssdk.services.bedrock", "software.amazon.awssdk:bedrock"),
    (
        "software.amazon.awssdk.services.bedrockagentruntime",
        "software.amazon.awssdk:bedrockagentruntime",
    ),
    ("software.amazon.awssdk.services.textract", "software.amazon.awssdk:textract"),
    ("software.amazon.awssdk.services.comprehend", "software.amazon.awssdk:comprehend"),
    ("software.amazon.awssdk.services.rekognition", "software.amazon.awssdk:rekognition"),
    ("software.amazon.awssdk.services.transcribe", "software.amazon.awssdk:transcribe"),
    ("software.amazon.awssdk.services.polly", "software.amazon.awssdk:polly"),
    ("software.amazon.awssdk.services.translate", "software.amazon.awssdk:translate"),
    ("software.amazon.awssdk.services.sagemakerruntime", "software.amazon.awssdk:sagemakerruntime"),
    ("com.amazonaws.services.bedrockruntime", "com.amazonaws:aws-java-sdk-bedrockruntime"),
    ("com.amazonaws.services.textract", "com.amazonaws:aws-java-sdk-textract"),
    ("com.amazonaws.services.comprehend", "com.amazonaws:aws-java-sdk-comprehend"),
    ("com.amazonaws.services.rekognition", "com.amazonaws:aws-java-sdk-rekognition"),
    (
        "com.oracle.bmc.generativeaiinference",
        "com.oracle.oci.sdk:oci-java-sdk-generativeaiinference",
    ),
    ("com.alibaba.dashscope", "com.alibaba:dashscope-sdk-java"),
    ("com.alibaba.cloud.ai", "com.alibaba.cloud.ai:spring-ai-alibaba-core"),
    ("com.cohere.api", "com.cohere:cohere-java"),
    ("com.embabel.agent", "com.embabel.agent:embabel-agent-api"),
    ("ai.koog", "ai.koog:koog-agents"),
    ("ai.djl", "ai.djl:api"),
    ("ai.onnxruntime", "com.microsoft.onnxruntime:onnxruntime"),
    ("dev.ai4j.openai4j", "dev.ai4j:openai4j"),
    ("io.github.sashirestela.openai", "io.github.sashirestela:simple-openai"),
    ("io.github.stefanbratanov.jvm.openai", "io.github.stefanbratanov:jvm-openai"),
    ("com.knuddels.jtokkit", "com.knuddels:jtokkit"),
    ("com.zhipu.oapi", "cn.bigmodel.openapi:oapi-java-sdk"),
    ("com.unfbx.chatgpt", "com.unfbx:chatgpt-java"),
    ("com.deepl.api", "com.deepl.api:deepl-java"),
    ("com.langfuse", "com.langfuse:langfuse-java"),
    ("io.quarkiverse.mcp", "io.quarkiverse.mcp:quarkus-mcp-server-sse"),
    ("io.qdrant.client", "io.qdrant:client"),
    ("io.milvus", "io.milvus:milvus-sdk-java"),
    ("io.pinecone", "io.pinecone:pinecone-client"),
    ("io.weaviate.client", "io.weaviate:client"),
    ("com.pgvector", "com.pgvector:pgvector"),
    ("tech.amikos.chromadb", "io.github.amikos-tech:chromadb-java-client"),
    ("org.springaicommunity.mcp", "org.springframework.ai:spring-ai-mcp"),
    ("org.springaicommunity", "org.springaicommunity:spring-ai-agent-utils"),
    ("dev.langchain4j.store.embedding.azure.search", "dev.langchain4j:langchain4j-azure-ai-search"),
    (
        "dev.langchain4j.rag.content.retriever.azure.search",
        "dev.langchain4j:langchain4j-azure-ai-search",
    ),
    ("dev.langchain4j.store.embedding.mongodb", "dev.langchain4j:langchain4j-mongodb-atlas"),
    ("dev.langchain4j.store.embedding.opensearch", "dev.langchain4j:langchain4j-opensearch"),
    ("dev.langchain4j.store.embedding.neo4j", "dev.langchain4j:langchain4j-neo4j"),
    ("dev.langchain4j.store.embedding.oracle", "dev.langchain4j:langchain4j-oracle"),
    ("dev.langchain4j.store.embedding.cassandra", "dev.langchain4j:langchain4j-cassandra"),
    (
        "org.springframework.ai.vertexai.embedding",
        "org.springframework.ai:spring-ai-vertex-ai-embedding",
    ),
    ("org.springframework.ai.zhipuai", "org.springframework.ai:spring-ai-zhipuai"),
    ("org.springframework.ai.huggingface", "org.springframework.ai:spring-ai-huggingface"),
    ("org.springframework.ai.transformers", "org.springframework.ai:spring-ai-transformers"),
];

/// Namespaces of C# that are not called as their package.
const ASSEMBLIES: [(&str, &str); 9] = [
    ("Amazon.BedrockRuntime", "AWSSDK.BedrockRuntime"),
    ("Amazon.BedrockAgentRuntime", "AWSSDK.BedrockAgentRuntime"),
    ("LLama", "LLamaSharp"),
    ("Microsoft.SemanticKernel.Agents", "Microsoft.SemanticKernel.Agents.Core"),
    ("Microsoft.SemanticKernel.Planning", "Microsoft.SemanticKernel.Planners.Handlebars"),
    ("Microsoft.Extensions.VectorData", "Microsoft.Extensions.VectorData.Abstractions"),
    ("Microsoft.KernelMemory", "Microsoft.KernelMemory.Core"),
    ("Pinecone", "Pinecone.Client"),
    ("Google.Cloud.AIPlatform", "Google.Cloud.AIPlatform.V1"),
];

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

/// The namespaces whose packages are not called so.
pub(crate) fn namespaces() -> impl Iterator<Item = &'static str> {
    NAMESPACES.iter().chain(&ASSEMBLIES).map(|(namespace, _)| *namespace)
}

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
const PROVIDERS: [(&str, &str); 34] = [
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

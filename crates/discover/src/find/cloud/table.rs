//! Resources of clouds, by the types that Terraform, Bicep and `CloudFormation` give them.

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// An interface of models, by its key.
    Api(&'static str),
    /// An account of Azure's services; its `kind` says which.
    Account,
    /// A model that is deployed in such an account.
    Deployment,
    Store(&'static str),
    /// Stores vectors when its type says so.
    Collection,
    Agent,
    Tool,
    Prompt,
    Dataset,
    /// What retrieval reads, and the index behind it.
    Corpus,
    KnowledgeBase,
    Guard,
    /// Conversations are written to a log.
    Log,
    /// A chart that is installed.
    Chart,
    /// An interface that is switched on by the name of its host.
    Switch,
}

/// The table. Types are compared in lower case.
pub(super) const RESOURCES: &[(&str, What)] = &[
    ("aws_bedrock_custom_model", What::Api("aws-bedrock")),
    ("aws_bedrock_foundation_model", What::Api("aws-bedrock")),
    ("aws_bedrock_inference_profile", What::Api("aws-bedrock")),
    ("aws_bedrock_provisioned_model_throughput", What::Api("aws-bedrock")),
    ("aws_bedrock_guardrail", What::Guard),
    ("aws_bedrock_model_invocation_logging_configuration", What::Log),
    ("aws_bedrockagent_agent", What::Agent),
    ("aws_bedrockagent_agent_action_group", What::Tool),
    ("aws_bedrockagent_data_source", What::Corpus),
    ("aws_bedrockagent_knowledge_base", What::KnowledgeBase),
    ("aws_bedrockagent_prompt", What::Prompt),
    ("aws_bedrockagentcore_agent_runtime", What::Agent),
    ("aws_opensearchserverless_collection", What::Collection),
    ("aws_s3vectors_index", What::Store("s3-vectors")),
    ("aws_s3vectors_vector_bucket", What::Store("s3-vectors")),
    ("aws_sagemaker_endpoint", What::Api("aws-sagemaker")),
    ("aws_sagemaker_endpoint_configuration", What::Api("aws-sagemaker")),
    ("aws_sagemaker_model", What::Api("aws-sagemaker")),
    ("azurerm_ai_foundry", What::Api("azure-ai-foundry")),
    ("azurerm_ai_services", What::Api("azure-openai")),
    ("azurerm_cognitive_account", What::Account),
    ("azurerm_cognitive_deployment", What::Deployment),
    ("azurerm_search_service", What::Store("azure-ai-search")),
    ("google_dialogflow_cx_agent", What::Agent),
    ("google_discovery_engine_data_store", What::Store("vertex-ai-search")),
    ("google_document_ai_processor", What::Api("google-cloud-document-ai")),
    ("google_project_service", What::Switch),
    ("google_vertex_ai_dataset", What::Dataset),
    ("google_vertex_ai_endpoint", What::Api("google-vertex")),
    ("google_vertex_ai_endpoint_with_model_garden_deployment", What::Api("google-vertex")),
    ("google_vertex_ai_index", What::Store("vertex-ai-vector-search")),
    ("google_vertex_ai_index_endpoint", What::Store("vertex-ai-vector-search")),
    ("google_vertex_ai_rag_corpus", What::Corpus),
    ("helm_release", What::Chart),
    ("mongodbatlas_search_index", What::Collection),
    ("pinecone_collection", What::Store("pinecone")),
    ("pinecone_index", What::Store("pinecone")),
    ("qdrant-cloud_accounts_cluster", What::Store("qdrant")),
    ("weaviate-cloud_cluster", What::Store("weaviate")),
    ("zillizcloud_cluster", What::Store("milvus")),
    ("aws::bedrock::agent", What::Agent),
    ("aws::bedrock::datasource", What::Corpus),
    ("aws::bedrock::guardrail", What::Guard),
    ("aws::bedrock::knowledgebase", What::KnowledgeBase),
    ("aws::bedrock::prompt", What::Prompt),
    ("aws::opensearchserverless::collection", What::Collection),
    ("aws::s3vectors::index", What::Store("s3-vectors")),
    ("aws::s3vectors::vectorbucket", What::Store("s3-vectors")),
    ("aws::sagemaker::endpoint", What::Api("aws-sagemaker")),
    ("aws::sagemaker::model", What::Api("aws-sagemaker")),
    ("microsoft.cognitiveservices/accounts", What::Account),
    ("microsoft.cognitiveservices/accounts/deployments", What::Deployment),
    (
        "microsoft.machinelearningservices/workspaces/onlineendpoints",
        What::Api("azure-machine-learning"),
    ),
    (
        "microsoft.machinelearningservices/workspaces/serverlessendpoints",
        What::Api("azure-machine-learning"),
    ),
    ("microsoft.search/searchservices", What::Store("azure-ai-search")),
];

/// The services behind the kinds of an account.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("OpenAI", "azure-openai"),
    ("AIServices", "azure-openai"),
    ("ComputerVision", "azure-ai-vision"),
    ("ContentSafety", "azure-content-safety"),
    ("FormRecognizer", "azure-document-intelligence"),
    ("SpeechServices", "azure-speech"),
    ("TextAnalytics", "azure-ai-language"),
    ("TextTranslation", "azure-translator"),
];

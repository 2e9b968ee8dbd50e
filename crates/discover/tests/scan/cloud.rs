//! Services that Terraform, Bicep and their like order from clouds.

use super::constructs::found;
use super::infra::{observed, skipped};

const AZURE: &str = r#"
locals {
  deployments = {
    chat  = { model = "gpt-4o", version = "2024-08-06" }
    embed = { model = "text-embedding-3-small", version = "1" }
  }
}

resource "azurerm_cognitive_account" "ai" {
  kind = "OpenAI"
}

resource "azurerm_cognitive_deployment" "all" {
  for_each = local.deployments
  name     = each.key
  model {
    format  = "OpenAI"
    name    = each.value.model
    version = each.value.version
  }
  version_upgrade_option = "NoAutoUpgrade"
}

resource "azurerm_cognitive_account" "ocr" {
  kind = var.kind
}

resource "azurerm_search_service" "search" {
  name = "kb"
}
"#;

#[test]
fn terraform_orders_services_and_the_models_in_them() {
    let files = [
        ("infra/main.tf", AZURE),
        ("infra/variables.tf", "variable \"kind\" {\n  default = \"FormRecognizer\"\n}\n"),
    ];
    assert_eq!(found(&files, "model"), ["azure-openai/gpt-4o at infra/main.tf:4"]);
    assert_eq!(
        found(&files, "embedding_model"),
        ["azure-openai/text-embedding-3-small at infra/main.tf:5"]
    );
    assert_eq!(
        found(&files, "model_api"),
        [
            "azure-document-intelligence at infra/main.tf:25",
            "azure-openai at infra/main.tf:10 infra/main.tf:13"
        ]
    );
    assert_eq!(found(&files, "vector_store"), ["azure-ai-search at infra/main.tf:28"]);
    assert_eq!(
        observed(&files, "version"),
        [
            "model:azure-openai/gpt-4o = 2024-08-06",
            "embedding_model:azure-openai/text-embedding-3-small = 1"
        ]
    );
    assert_eq!(skipped(&files), [""; 0]);
}

const BEDROCK: &str = r#"
variable "model" {
  default = "anthropic.claude-3-5-sonnet-20240620-v1:0"
}
resource "aws_bedrockagent_agent" "desk" {
  agent_name       = "desk"
  foundation_model = var.model
  instruction      = <<-EOT
    You are a help desk. Answer questions about printers and about nothing else.
  EOT
}
resource "aws_bedrockagent_knowledge_base" "kb" {
  knowledge_base_configuration {
    vector_knowledge_base_configuration {
      embedding_model_arn = "arn:aws:bedrock:${var.region}::foundation-model/amazon.titan-embed-text-v2:0"
    }
  }
  storage_configuration {
    type = "OPENSEARCH_SERVERLESS"
    opensearch_serverless_configuration {
      vector_index_name = "desk"
    }
  }
}
resource "aws_opensearchserverless_collection" "logs" {
  name = "logs"
  type = "TIMESERIES"
}
resource "aws_bedrock_guardrail" "g" {
  name = "g"
}
resource "aws_ecs_task_definition" "t" {
  container_definitions = jsonencode([{
    image       = "chromadb/chroma:0.5.0"
    environment = [{ name = "CHROMA_SERVER_AUTHN_PROVIDER", value = "x" }]
  }])
}
resource "helm_release" "q" {
  chart   = "qdrant"
  version = "0.10.1"
}
resource "aws_db_instance" "db" {
  engine = "postgres"
  model  = "m5"
}
broken = = 1
"#;

#[test]
fn terraform_orders_agents_stores_containers_and_charts() {
    let files = [("main.tf", BEDROCK)];
    assert_eq!(
        found(&files, "model"),
        ["aws-bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0 at main.tf:3"]
    );
    assert_eq!(
        found(&files, "embedding_model"),
        ["aws-bedrock/amazon.titan-embed-text-v2:0 at main.tf:15"]
    );
    assert_eq!(found(&files, "agent").len(), 1);
    assert_eq!(found(&files, "prompt").len(), 1);
    assert_eq!(
        found(&files, "vector_store"),
        ["chroma at main.tf:34", "opensearch/desk at main.tf:19", "qdrant at main.tf:39"]
    );
    assert_eq!(observed(&files, "authentication_configured"), ["vector_store:chroma = true"]);
    assert!(observed(&files, "guardrail_present")[0].ends_with("= true"));
    assert_eq!(
        skipped(&files),
        ["main.tf: line 46: expected a value; what could be read around it was"]
    );
}

#[test]
fn a_file_of_values_decides_over_defaults() {
    let files = [
        (
            "main.tf",
            "variable \"chat\" {\n  default = \"gpt-4\"\n}\nresource \"azurerm_cognitive_deployment\" \"d\" {\n  model {\n    format = \"OpenAI\"\n    name = var.chat\n  }\n}\n",
        ),
        ("prod.auto.tfvars", "chat = \"gpt-4o\"\n"),
    ];
    assert_eq!(found(&files, "model"), ["azure-openai/gpt-4o at main.tf:7"]);
}

#[test]
fn stacks_of_cloudformation_are_followed_to_their_parameters() {
    let text = "Parameters:\n  Model:\n    Type: String\n    Default: anthropic.claude-3-haiku-20240307-v1:0\nResources:\n  Desk:\n    Type: AWS::Bedrock::Agent\n    Properties:\n      AgentName: desk\n      FoundationModel: !Ref Model\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n      Environment:\n        Variables:\n          OPENAI_API_KEY: !Ref Key\n  V:\n    Type: AWS::OpenSearchServerless::Collection\n    Properties:\n      Name: kb\n      Type: VECTORSEARCH\n";
    let files = [("template.yaml", text)];
    assert_eq!(
        found(&files, "model"),
        ["aws-bedrock/anthropic.claude-3-haiku-20240307-v1:0 at template.yaml:4"]
    );
    assert_eq!(found(&files, "agent").len(), 1);
    assert_eq!(found(&files, "vector_store"), ["opensearch/kb at template.yaml:18"]);
    assert!(found(&files, "model_api").contains(&"openai at template.yaml:16".to_owned()));
}

const BICEP: &str = "@allowed([\n  'gpt-4'\n  'gpt-4o'\n])\nparam chatModelName string = 'gpt-4o'\nparam chatDeploymentName string = 'chat'\nparam useIt bool = true\n\nmodule ai 'core/ai.bicep' = if (useIt) {\n  name: 'ai'\n  params: {\n    deployments: [\n      {\n        name: chatDeploymentName\n        model: {\n          format: 'OpenAI'\n          name: chatModelName\n          version: '2024-08-06'\n        }\n      }\n    ]\n  }\n}\n\nmodule search 'core/search.bicep' = {\n  name: 'search'\n}\n\nresource app 'Microsoft.App/containerApps@2023-05-01' = {\n  name: 'app'\n  properties: {\n    template: {\n      containers: [\n        {\n          image: 'qdrant/qdrant:v1.9.0'\n          env: [\n            {\n              name: 'QDRANT__SERVICE__API_KEY'\n              secretRef: 'key'\n            }\n          ]\n        }\n      ]\n    }\n  }\n}\n";

#[test]
fn bicep_deploys_what_it_names_and_not_what_it_permits() {
    let files = [
        ("infra/main.bicep", BICEP),
        (
            "infra/core/search.bicep",
            "resource s 'Microsoft.Search/searchServices@2023' = {\n  name: 's'\n}\n",
        ),
        (
            "infra/core/ai.bicep",
            "param kind string = 'OpenAI'\nresource a 'Microsoft.CognitiveServices/accounts@2023' = {\n  kind: kind\n}\nresource old 'Microsoft.Search/searchServices@2023' existing = {\n  name: 'x'\n}\n",
        ),
        (
            "infra/main.parameters.json",
            "{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\", \"parameters\": {\n\"openAiChatDeployment\": {\"value\": \"${OPENAI_CHAT=gpt-4o-mini}\"},\n\"openAiKey\": {\"value\": \"${OPENAI_API_KEY}\"}}}",
        ),
    ];
    assert_eq!(
        found(&files, "model"),
        [
            "azure-openai/gpt-4o at infra/main.bicep:5",
            "openai/gpt-4o-mini at infra/main.parameters.json:2"
        ]
    );
    assert_eq!(
        found(&files, "vector_store"),
        [
            "azure-ai-search at infra/core/search.bicep:1 infra/main.bicep:25",
            "qdrant at infra/main.bicep:35 infra/main.bicep:37"
        ]
    );
    assert_eq!(
        found(&files, "model_api"),
        [
            "azure-openai at infra/core/ai.bicep:1 infra/main.bicep:9",
            "openai at infra/main.parameters.json:3"
        ]
    );
    assert_eq!(observed(&files, "authentication_configured"), ["vector_store:qdrant = true"]);
}

#[test]
fn templates_of_the_resource_manager_are_read_in_json_too() {
    let text = "{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n\"parameters\": {\"m\": {\"type\": \"string\",\n\"defaultValue\": \"gpt-4o\", \"allowedValues\": [\"gpt-4\"]}},\n\"resources\": [{\"type\": \"Microsoft.CognitiveServices/accounts\", \"kind\": \"OpenAI\",\n\"resources\": [{\"type\": \"Microsoft.CognitiveServices/accounts/deployments\",\n\"properties\": {\"model\": {\"format\": \"OpenAI\", \"name\": \"[parameters('m')]\"}}}]}]}";
    let files = [("azuredeploy.json", text)];
    assert_eq!(found(&files, "model"), ["azure-openai/gpt-4o at azuredeploy.json:3"]);
    assert_eq!(
        found(&files, "model_api"),
        ["azure-openai at azuredeploy.json:4 azuredeploy.json:5"]
    );
}

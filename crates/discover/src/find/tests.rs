//! What the finders make of small samples.

use std::collections::HashSet;

use super::Source;
use crate::findings::Findings;
use crate::known::{Index, Known, KnownPackage, KnownProvider};
use crate::limits::Limits;
use crate::source::{self, Language};

#[derive(serde::Deserialize)]
struct File {
    #[serde(default)]
    package: Vec<KnownPackage>,
    #[serde(default)]
    provider: Vec<KnownProvider>,
}

fn known() -> Known {
    let read = |name: &str| {
        let folder =
            std::path::Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
                .join("../../catalog");
        let text = std::fs::read_to_string(folder.join(name)).expect("the catalogue");
        toml::from_str::<File>(&text).expect("TOML")
    };
    Known { packages: read("packages.toml").package, providers: read("providers.toml").provider }
}

/// `kind key` of what is found, packages left out.
fn found(language: Language, text: &str) -> Vec<String> {
    found_at("src/Sample.x", language, text)
}

fn found_at(path: &str, language: Language, text: &str) -> Vec<String> {
    let known = known();
    let index = Index::new(&known);
    let facts = source::read(language, text, &Limits::default()).expect("read");
    assert_eq!(facts.broken_at, None, "the sample is of its language");
    let mut out = Findings::default();
    super::source(&Source::new(path, language, &facts, &index, None, &HashSet::new()), &mut out);
    let mut shown: Vec<_> = out
        .assets
        .iter()
        .chain(&out.beside)
        .filter(|finding| finding.kind != annex_isms::AssetKind::Framework)
        .map(|finding| {
            let line = finding.place.line.unwrap_or_default();
            format!("{line} {} {}", finding.kind, finding.name)
        })
        .collect();
    shown.sort();
    shown.dedup();
    shown
}

#[test]
fn sdks_of_java() {
    let text = r#"
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.ChatModel;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.azure.ai.openai.OpenAIClientBuilder;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeClient;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelRequest;
import com.google.cloud.vertexai.generativeai.GenerativeModel;

class Sdks {
    OpenAIClient client = OpenAIOkHttpClient.fromEnv();
    void ask(BedrockRuntimeClient bedrock) {
        var params = ChatCompletionCreateParams.builder().model(ChatModel.GPT_4_1).addUserMessage(text).build();
        client.chat().completions().create(params);
        bedrock.invokeModel(InvokeModelRequest.builder().modelId("amazon.nova-lite-v1:0").body(b).build());
        var gemini = new GenerativeModel("gemini-1.5-flash-002", vertex);
        log.info("the model gpt-4 is not used here");
        this.car = Car.builder().model("T").build();
    }
}
"#;
    insta::assert_debug_snapshot!(found(Language::Java, text));
}

#[test]
fn spring_and_tools_of_java() {
    let text = r#"
import java.util.function.Function;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.tool.function.FunctionToolCallback;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.client.transport.ServerParameters;

class Config {
    @Bean
    @Description("Tells the weather at a place")
    Function<Place, Weather> weather() { return place -> null; }

    void run(ChatClient.Builder builder) {
        var clerk = builder.defaultSystem("Sort the letters of the office by room.").defaultTools(new Rooms()).build();
        clerk.prompt().user("Answer the letter {letter} in the language {language}").call().content();
        clerk.prompt().user("Say hello to everybody in this office now").call().content();
        var callback = FunctionToolCallback.builder("find_letter", f).build();
        var server = McpServer.sync(transport).serverInfo("letters", "1.0.0").build();
        var git = ServerParameters.builder("uvx").args("mcp-server-git==1.0.0").build();
    }
}
"#;
    insta::assert_debug_snapshot!(found(Language::Java, text));
}

#[test]
fn sdks_of_csharp() {
    let text = r#"
using OpenAI.Chat;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Amazon.BedrockRuntime.Model;

var chat = new ChatClient(model: "gpt-4o", apiKey: key);
IChatClient local = new OllamaApiClient(new Uri("http://localhost:11434"), "llama3.1");
var inference = new ChatCompletionsClient(endpoint, credential).AsIChatClient("Phi-4");
var request = new ConverseRequest { ModelId = "anthropic.claude-3-haiku-20240307-v1:0" };
var settings = new PromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };
await local.GetResponseAsync(messages, new() { Tools = [AIFunctionFactory.Create(Look, "look")] });
builder.Services.AddPostgresCollection<string, Letter>("letters");
var car = new Car { Model = "T" };
Console.WriteLine("gpt-4 is not used here");

class Rooms
{
    [KernelFunction("find_room")]
    public string Find(string letter) => $"You are in {letter}";
}
"#;
    insta::assert_debug_snapshot!(found(Language::CSharp, text));
}

#[test]
fn what_csharp_hands_to_a_model() {
    let text = r#"
using Azure.AI.FormRecognizer.DocumentAnalysis;
using Azure.Search.Documents;
using Microsoft.SemanticKernel;

class Desk(SearchClient search)
{
    async Task Open(Kernel kernel, DocumentAnalysisClient reader)
    {
        kernel.ImportPluginFromObject(new TimePlugin(), "clock");
        kernel.ImportPluginFromObject(new Desk(search), "desk");
        await kernel.ImportPluginFromOpenApiAsync("Letters", new Uri("https://letters.example/openapi.json"));
        services.AddSimpleVectorDbAsMemoryDb(config);
        await Ask(prompt, tools: [look]);
        var read = await reader.AnalyzeDocumentAsync(WaitUntil.Started, "prebuilt-layout", bytes);
        var sort = await chat.GetResponseAsync($"Decide whether the letter of {sender} is a complaint: {letter}");
        var hello = await chat.GetResponseAsync("Say hello to the office");
        var models = builder.AddOllama("models").AddModel("talk", "llama3.2");
        builder.AddOpenAIChatCompletion("chat");
    }
}
"#;
    assert_eq!(
        found(Language::CSharp, text),
        [
            "10 tool clock",
            "12 tool Letters",
            "13 vector_store in-memory",
            "14 agent Open",
            "15 model prebuilt-layout",
            "16 prompt Open",
            "18 model llama3.2",
            "18 model_api Ollama",
            "19 model_api OpenAI",
            "2 model_api Azure AI Document Intelligence",
            "6 vector_store azure-ai-search",
        ]
    );
}

#[test]
fn corpora_and_messages_of_java() {
    let text = r#"
import static dev.langchain4j.data.document.loader.FileSystemDocumentLoader.loadDocument;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import org.springframework.beans.factory.annotation.Value;

class Ingestor {
    @Value("classpath:/letters/terms.txt")
    private Resource terms;
    @Value("classpath:/pages/index.mustache")
    private Resource page;

    void run() {
        fill("letters/rules.pdf");
        EmbeddingStoreIngestor.builder().embeddingModel(model).build();
    }
    void fill(String path) {
        var document = loadDocument(toPath(path), parser);
        var letter = UserMessage.from("Say which of the letters in the list are complaints,\nand answer with their numbers alone.");
        var hello = UserMessage.from("Good morning, clerk");
    }
}
"#;
    assert_eq!(
        found(Language::Java, text),
        ["14 corpus letters/rules.pdf", "19 prompt fill", "8 corpus letters/terms.txt"]
    );
}

#[test]
fn functions_and_stores_of_go_and_rust() {
    let go = r#"
package desk

import "github.com/sashabaranov/go-openai"
import "github.com/tmc/langchaingo/vectorstores/pgvector"

const ModelFast = "gpt-4o-mini"

func definition() any {
	_ = Flag{Name: "verbose", Description: "Says more", Default: "no"}
	return ActionDefinition{Name: "sort_letter", Description: "Sorts a letter", Properties: p}
}
"#;
    assert_eq!(
        found(Language::Go, go),
        ["11 tool sort_letter", "5 vector_store pgvector", "7 model gpt-4o-mini"]
    );
    let rust = r##"
use swiftide::integrations::duckdb::Duckdb;

pub const PLAN: Prompt<Task> = Prompt(r#"Plan how the letter is answered."#, PhantomData);

fn tools() -> Vec<Tool> {
    history.push(Message::User(format!(r#"Say which of the letters are complaints.
Answer with their numbers alone: {letters}"#)));
    vec![
        Tool { name: "read_letter".to_string(), purpose: "Reads a letter.".into(), args: vec![] },
        Tool { name: Function::SortLetter.to_string(), description: None, parameters: p() },
    ]
}
"##;
    assert_eq!(
        found(Language::Rust, rust),
        [
            "10 tool read_letter",
            "11 tool sort_letter",
            "2 vector_store duckdb",
            "4 prompt PLAN",
            "7 prompt tools",
        ]
    );
}

#[test]
fn what_is_asked_in_a_script_without_spaces_is_an_instruction() {
    let go = r#"
package desk

import (
	"github.com/cloudwego/eino/components/prompt"
	"github.com/cloudwego/eino/schema"
)

func template() prompt.ChatTemplate {
	return prompt.FromMessages(schema.FString,
		schema.SystemMessage("你负责整理来信，请按收到的日期排列，并写出每封信的主题。"),
		schema.UserMessage("早上好"),
	)
}
"#;
    assert_eq!(found(Language::Go, go), ["11 prompt template"]);
}

#[test]
fn models_are_named_where_they_are_offered_and_run_beside_the_code() {
    let python = r#"
import streamlit as st
from openai import OpenAI

choice = st.selectbox("Which model?", ["gpt-4o-mini", "none"])
colour = st.selectbox("Which colour?", ["o1", "blue"])
if model_name in ["gpt-3.5-turbo", "other"] or kind in ["gpt-4"]:
    pass
# A table of what models can do names more than are used.
if model_name == "claude-3-haiku-20240307":
    pass
"#;
    assert_eq!(found(Language::Python, python), ["5 model gpt-4o-mini", "7 model gpt-3.5-turbo"]);
    let script = r#"
const answer = await env.AI.run("@cf/meta/llama-3.1-8b-instruct", { messages });
await job.run("nightly");
"#;
    assert_eq!(
        found(Language::TypeScript, script),
        ["2 model @cf/meta/llama-3.1-8b-instruct", "2 model_api Cloudflare Workers AI"]
    );
}

#[test]
fn tools_of_a_list_and_servers_that_a_provider_calls() {
    let script = r#"
export const toolsList = [
  { name: "get_letter", description: "Fetches a letter", parameters: { id: { type: "string" } } },
  { name: "not a tool" },
];
const search = { type: "web_search" };
const mail = { type: "mcp", server_label: "Mail", connector_id: "connector_mail" };
const own = { type: "mcp", server_label: label };
"#;
    let facts = found_at("lib/tools.ts", Language::TypeScript, script);
    assert_eq!(facts, ["3 tool get_letter", "6 tool web_search", "7 mcp_server Mail"]);
}

#[test]
fn modules_that_are_required_and_tools_of_a_registry() {
    let script = r#"
const { OpenAI: Client } = require("openai");
const express = require("express");
const client = new Client();
await client.chat.completions.create({ model: "gpt-4o", messages });
const config = { inferenceModel: "gpt-4.1-mini", colour: "gpt-4.1" };
"#;
    assert_eq!(
        found(Language::JavaScript, script),
        ["4 model_api OpenAI", "5 model gpt-4o", "5 model_api OpenAI", "6 model gpt-4.1-mini"]
    );
    let python = r#"
from langchain.tools import BaseTool

class FindLetter(BaseTool):
    pass

class Letter(Base):
    pass

TOOLS = {"shell": ShellTool, "search": SearchTool()}
COLOURS = {"red": Red}
tooltips = {"a": Tooltip, "b": ToolbarTooltip}
"#;
    assert_eq!(
        found(Language::Python, python),
        ["10 tool search", "10 tool shell", "4 tool FindLetter"]
    );
}

#[test]
fn agents_that_a_program_defines_itself() {
    let rust = r"
use async_openai::Client;

impl Behaviour for ClerkAgent {}
impl AgentBehaviour for ReviewAgent {}
impl AgentBehaviour for BaseAgent {}
";
    assert_eq!(found(Language::Rust, rust), ["5 agent ReviewAgent"]);
}

#[test]
fn layouts_of_prompts_and_messages_of_a_system() {
    let python = "from transformers import pipeline\n\nask = f\"<|user|>\\n{question}<|end|>\"\nmark = \"<|user|>\"\n";
    assert_eq!(found(Language::Python, python), ["3 prompt Sample"]);
    let sharp = r#"
using Microsoft.Extensions.AI;
class Desk {
    void Start() {
        messages.Add(new(ChatRole.System, "Answer in verse, whatever you are asked."));
        messages.Add(new(ChatRole.User, "Good morning to all of you"));
    }
}
"#;
    assert_eq!(found(Language::CSharp, sharp), ["5 prompt Start"]);
}

#[test]
fn flags_of_go_name_a_model_by_their_default() {
    let go = r#"
package main

func init() {
	flags.StringVarP(&model, "model", "m", "gpt-4o", "Model to use")
	flags.StringVar(&colour, "colour", "o1", "Colour to use")
}
"#;
    assert_eq!(found(Language::Go, go), ["5 model gpt-4o"]);
}

#[test]
fn a_field_of_a_form_names_a_model() {
    let script = r#"
form.append("model", "whisper-1");
form.append("colour", "o1-mini");
"#;
    assert_eq!(found(Language::TypeScript, script), ["2 model whisper-1"]);
}

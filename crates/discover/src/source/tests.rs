//! What Java and C# say, in the words of the facts.

use super::facts::{Call, Facts, Shape, Value};
use super::{Language, read};
use crate::limits::Limits;

fn facts(language: Language, text: &str) -> Facts {
    let facts = read(language, text, &Limits::default()).expect("read");
    assert_eq!(facts.broken_at, None, "the sample is of its language");
    facts
}

fn shown(value: &Value) -> String {
    match &value.shape {
        Shape::Text { text, holes } => format!("{text:?}{}", if *holes { "*" } else { "" }),
        Shape::Number => "number".to_owned(),
        Shape::Bool(value) => value.to_string(),
        Shape::Name(name) => name.clone(),
        Shape::Env => "ENV".to_owned(),
        Shape::List(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Shape::Record(of, entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect();
            format!("{of}{{{}}}", entries.join(", "))
        }
        Shape::Call(call) => one(call),
        Shape::Choice(values) => values.iter().map(shown).collect::<Vec<_>>().join(" or "),
        Shape::Each(of) => format!("each of {}", shown(of)),
        Shape::Other => "?".to_owned(),
    }
}

fn one(call: &Call) -> String {
    let args: Vec<_> = call
        .args
        .iter()
        .map(|arg| match &arg.name {
            Some(name) => format!("{name}={}", shown(&arg.value)),
            None => shown(&arg.value),
        })
        .collect();
    format!("{}({})", call.callee, args.join(", "))
}

fn calls(facts: &Facts) -> Vec<String> {
    facts.calls.iter().map(|call| format!("{}: {}", call.line, one(call))).collect()
}

const JAVA: &str = r#"
import dev.langchain4j.model.openai.OpenAiChatModel;
import static dev.langchain4j.model.openai.OpenAiChatModelName.GPT_4_O;
import org.springframework.ai.chat.client.*;

class Desk {
    static final String RULES = """
        You answer letters.
          Be short.
        """;
    private final ChatClient client;
    @Value("${desk.model:gpt-4o}") String model;

    Desk(ChatClient.Builder builder, OpenAIClient sdk) {
        this.client = builder.defaultSystem(RULES).build();
        var chat = OpenAiChatModel.builder()
            .apiKey(System.getenv("DESK_KEY"))
            .modelName(GPT_4_O)
            .build();
        client.prompt().system("Be kind to %s".formatted(name)).user(text).call().content();
        sdk.chat().completions().create(params);
        new SimpleThing(List.of("a", "b"), (String) name);
    }

    @Tool(name = "find_letter", value = "Finds a letter")
    String find(@P("its number") String number) { return number + "!"; }
}
"#;

#[test]
fn java_chains_are_constructions_and_receivers_have_their_type() {
    let facts = facts(Language::Java, JAVA);
    insta::assert_debug_snapshot!(calls(&facts));
    let bound: Vec<_> = facts
        .bindings
        .iter()
        .map(|binding| format!("{} = {}", binding.name, shown(&binding.value)))
        .collect();
    insta::assert_debug_snapshot!(bound);
    let functions: Vec<_> =
        facts.functions.iter().map(|f| format!("{} {:?}", f.name, f.decorators)).collect();
    assert_eq!(functions, ["Desk []", "find_letter [\"Tool\"]"]);
    let imports: Vec<_> =
        facts.imports.iter().map(|i| format!("{} {:?}", i.module, i.names)).collect();
    insta::assert_debug_snapshot!(imports);
}

const CSHARP: &str = r#"
using OpenAI.Chat;
using Az = Azure.AI.OpenAI;

var builder = Kernel.CreateBuilder();
builder.Services.AddAzureOpenAIChatCompletion("desk-4o", new Uri("https://desk.openai.azure.com"), key!);
ChatClient chat = new("gpt-4o", Environment.GetEnvironmentVariable("DESK_KEY") ?? "none");
var options = new ChatOptions { ModelId = config["Desk:Model"] ?? "gpt-4o-mini", Tools = [Make(Look)] };
var text = $"Dear {name}";
var raw = """
    You answer letters.
      Be short.
    """;
var old = @"say ""yes""";

class Desk(AzureOpenAIClient azure)
{
    const string Rules = "Be " + "short.";
    public string Model { get; set; } = "gpt-4.1";

    [KernelFunction("find_letter"), Description("Finds a letter")]
    public async Task<string> FindAsync(string number, int limit = 3)
    {
        var one = await azure.GetChatClient("desk").CompleteChatAsync(number);
        return this.Model.Trim();
    }
}
"#;

#[test]
fn csharp_arguments_have_names_and_objects_their_type() {
    let facts = facts(Language::CSharp, CSHARP);
    insta::assert_debug_snapshot!(calls(&facts));
    let bound: Vec<_> = facts
        .bindings
        .iter()
        .map(|binding| format!("{} = {}", binding.name, shown(&binding.value)))
        .collect();
    insta::assert_debug_snapshot!(bound);
    let functions: Vec<_> =
        facts.functions.iter().map(|f| format!("{} {:?}", f.name, f.decorators)).collect();
    assert_eq!(functions, ["find_letter [\"KernelFunction\", \"Description\"]"]);
}

#[test]
fn what_does_not_compile_is_named_and_long_chains_end() {
    let limits = Limits::default();
    let broken = read(Language::Java, "class A { void b( { } }", &limits).expect("read");
    assert!(broken.broken_at.is_some());
    let long = format!("class A {{ void b() {{ x{}; }} }}", ".y(1)".repeat(5_000));
    let facts = read(Language::Java, &long, &limits).expect("read");
    assert!(facts.calls.is_empty(), "more links than are looked at");
    let deep = format!("var x = {}1{};", "f(".repeat(3_000), ")".repeat(3_000));
    let facts = read(Language::CSharp, &deep, &limits).expect("read");
    assert_eq!(facts.calls.len(), 3_000);
}

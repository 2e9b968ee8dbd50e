//! Expressions of both languages, and what is none.

use super::*;
use crate::tree::{Kind, Node};

fn parsed(dialect: Dialect, text: &str) -> Result<Expr, Fault> {
    let limits = Limits::default();
    let mut reader = Reader::new(dialect, text, &limits);
    reader.expr(0)
}

/// The values of a text that other texts are constants for.
fn values(dialect: Dialect, text: &str, constants: &[(&str, &str)]) -> Vec<String> {
    let constants: Constants = constants
        .iter()
        .map(|(name, text)| ((*name).to_owned(), parsed(dialect, text).expect("a constant")))
        .collect();
    let expr = parsed(dialect, text).expect("an expression");
    Resolver::new(&constants).values(&expr).iter().map(shown).collect()
}

fn shown(node: &Node) -> String {
    match &node.kind {
        Kind::Map(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Kind::List(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Kind::Null => "?".to_owned(),
        _ => node.scalar().unwrap_or_default(),
    }
}

#[test]
fn names_of_terraform_are_followed_to_constants() {
    let hcl = |text, constants: &[(&str, &str)]| values(Dialect::Hcl, text, constants);
    assert_eq!(hcl("var.model", &[("var.model", "\"gpt-4o\"")]), ["gpt-4o"]);
    assert_eq!(
        hcl(
            "var.big ? local.models[\"big\"] : local.models.small.name",
            &[("local.models", "{ big = \"gpt-4o\", small = { name: \"gpt-4o-mini\" } }")]
        ),
        ["gpt-4o", "gpt-4o-mini"]
    );
    assert_eq!(
        hcl("\"arn:aws:bedrock:${var.region}::foundation-model/${var.m}\"", &[("var.m", "\"x\"")]),
        ["arn:aws:bedrock:${}::foundation-model/x"]
    );
    assert_eq!(hcl("\"$${x} %%{y} a\\\"b\"", &[]), ["${x} %{y} a\"b"]);
    assert_eq!(
        hcl(
            "[for m in var.all : { name = m.id } if m.on]",
            &[("var.all", "[{ id = \"a\", on = true }, { id = \"b\" }]")]
        ),
        ["[{name: a, name: b}]"]
    );
    assert_eq!(hcl("{ for k, v in var.all : k => upper(v.id) }", &[("var.all", "{}")]), ["[]"]);
    assert_eq!(
        hcl(
            "jsonencode([{ image = \"a/b:1\", cpu = 1 + 2, env = concat([{ name = \"A\" }], []) }])",
            &[]
        ),
        ["[{image: a/b:1, cpu: ?, env: [{name: A}]}]"]
    );
    assert_eq!(
        hcl("<<-EOT\n  you are ${var.who}\n  EOT\n", &[("var.who", "\"me\"")]),
        ["  you are me\n"]
    );
    assert_eq!(hcl("module.x.model", &[]), [""; 0]);
    // A name that stands for itself ends.
    assert_eq!(hcl("local.a", &[("local.a", "local.b"), ("local.b", "local.a")]), [""; 0]);
}

#[test]
fn names_of_bicep_are_followed_to_constants() {
    let bicep = |text, constants: &[(&str, &str)]| values(Dialect::Bicep, text, constants);
    assert_eq!(bicep("!empty(model) ? model : 'gpt-4o'", &[("model", "''")]), ["gpt-4o"]);
    assert_eq!(
        bicep("!empty(model)\n  ? model\n  : 'gpt-4o'", &[("model", "'o1'")]),
        ["o1", "gpt-4o"]
    );
    assert_eq!(
        bicep(
            "concat([\n  {\n    name: d\n    model: { format: 'OpenAI' // why\n      name: 'x' }\n  }\n], useIt ? [] : [])",
            &[("d", "'chat'")]
        ),
        ["[{name: chat, model: {format: OpenAI, name: x}}]"]
    );
    assert_eq!(
        bicep(
            "[for (d, i) in all: { name: d.name }]",
            &[("all", "[\n { name: 'a' }\n { name: 'b' }\n]")]
        ),
        ["[{name: a, name: b}]"]
    );
    assert_eq!(
        bicep("'https://${name}.openai.azure.com/'", &[]),
        ["https://${}.openai.azure.com/"]
    );
    assert_eq!(bicep("'''\nplain ${x}'''", &[]), ["\nplain ${x}"]);
    assert_eq!(bicep("filter(all, x => x.on)", &[]), [""; 0]);
    assert_eq!(bicep("account.?properties!.endpoint ?? 'none'", &[]), ["none"]);
    assert_eq!(bicep("a && b ? 'x' : 'y'", &[]), ["x", "y"]);
}

#[test]
fn what_is_no_expression_is_told_by_its_line() {
    let fault = |text: &str| parsed(Dialect::Hcl, text).expect_err("a fault").to_string();
    insta::assert_snapshot!(fault("[\n  1 2\n]"), @"line 2: expected `,` or `]`");
    insta::assert_snapshot!(fault("\"open\n\""), @"line 1: a text does not end on its line");
    insta::assert_snapshot!(fault("<<EOT\nx\n"), @"line 2: a heredoc does not end");
    insta::assert_snapshot!(fault(&"[".repeat(100_000)), @"line 1: nested deeper than 128");
    insta::assert_snapshot!(fault(&"\"${".repeat(100_000)), @"line 1: nested deeper than 128");
    insta::assert_snapshot!(fault(&"!".repeat(100_000)), @"line 1: the text ends early");
}

#[test]
fn a_small_file_does_not_become_a_large_tree() {
    let mut constants = vec![("v0".to_owned(), "'x'".to_owned())];
    for number in 1..40 {
        let below = vec![format!("v{}", number - 1); 30].join("\n");
        constants.push((format!("v{number}"), format!("[\n{below}\n]")));
    }
    let parsed: Constants = constants
        .iter()
        .map(|(name, text)| (name.clone(), parsed(Dialect::Bicep, text).expect("a constant")))
        .collect();
    let start = Expr::new(1, Shape::Name(vec!["v39".to_owned()]));
    assert!(Resolver::new(&parsed).values(&start).len() <= 1);
}

//! Help, man page, completions, and a file to begin with.

use std::fs;

use crate::desk::Desk;

/// The commands whose use is shown by an example.
const WITH_EXAMPLES: &[&str] = &[
    "init",
    "assess",
    "assets",
    "gaps",
    "requests",
    "risks",
    "soa",
    "answer",
    "evidence",
    "people",
    "nonconformities",
    "ledger",
    "catalog",
    "pack",
    "verify",
];

#[test]
fn every_command_explains_itself_with_an_example() {
    let desk = Desk::new();
    for command in WITH_EXAMPLES {
        let help = desk.annex(&[command, "--help"]).done().out;
        let example = format!("\n  annex {command}");
        assert!(help.contains("Example") && help.contains(&example), "{command}: {help}");
    }
    let help = desk.annex(&["--help"]).done().out;
    for part in ["Exit codes:", "Examples:", "  4  storage, lock or internal failure"] {
        assert!(help.contains(part), "{help}");
    }
    for command in WITH_EXAMPLES {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
    }
    // Without arguments there is nothing to do, which is bad usage.
    assert!(desk.annex(&[]).code(2).err.contains("Usage: annex"));
}

#[test]
fn what_the_examples_show_is_understood() {
    let desk = Desk::new();
    let mut shown = 0;
    for command in WITH_EXAMPLES {
        let help = desk.annex(&[command, "--help"]).done().out;
        let examples = help.split_once("Example").map(|(_, examples)| examples).expect("examples");
        for line in examples.replace("\\\n", " ").lines() {
            let Some(line) = line.strip_prefix("  annex ") else { continue };
            let line = line.split("  ").next().unwrap_or(line).replace("sha256:…", "sha256:00");
            let line = line.split(" > ").next().unwrap_or(&line).to_owned();
            // An argument that nobody knows ends it, after what comes before was parsed.
            let run = desk.shell(&format!("annex --color=never {line} --no-such-argument"));
            let complaint = run.err.lines().next().unwrap_or_default();
            assert_eq!(
                complaint, "error: unexpected argument '--no-such-argument' found",
                "annex {line}"
            );
            shown += 1;
        }
    }
    assert!(shown > 30, "{shown}");
}

#[test]
fn completions_and_the_man_page_render() {
    let desk = Desk::new();
    for (shell, sign) in
        [("bash", "complete -F"), ("zsh", "#compdef annex"), ("fish", "complete -c annex")]
    {
        let script = desk.annex(&["completions", shell]).done().out;
        assert!(script.contains(sign) && script.contains("nonconformities"), "{shell}");
    }
    let page = desk.annex(&["man"]).done().out;
    assert!(page.starts_with(".ie") || page.contains(".TH annex 1"), "{page}");
    assert!(page.contains("annex\\-assess") || page.contains("assess"), "{page}");
    assert!(desk.annex(&["--version"]).done().out.starts_with("annex "));
    let reference = desk.annex(&["reference"]).done().out;
    assert!(reference.contains("## annex gaps close\n"), "{reference}");
}

#[test]
fn init_writes_a_file_that_reads_and_keeps_one_that_is_there() {
    let desk = Desk::new();
    let init = ["init", "--organisation", "acme", "--name", "Acme \"Pumps\" \\ Co"];
    let run = desk.annex(&init).done();
    assert!(run.err.contains("wrote ./annex.toml"), "{}", run.err);
    let text = fs::read_to_string(desk.path("annex.toml")).expect("annex.toml");
    insta::assert_snapshot!(text.lines().take(8).collect::<Vec<_>>().join("\n"), @r#"
# What a scan cannot see. Everything here is a statement: it names things and people, and
# it never meets a requirement by itself. Settings: docs/settings.md

[organisation]
id = "acme"
name = "Acme \"Pumps\" \\ Co"
scope = ""          # the scope of your ISMS, in a sentence
interfaces = []     # what crosses its edge: providers, customers, other parts of the house
"#);
    assert!(desk.key().is_file());
    assert!(desk.annex(&["ledger", "key"]).done().out.contains("acme"));
    assert_eq!(desk.ledger_holds(), 1);

    // What is commented out in it reads as well.
    let all: Vec<String> = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with("[[") || rest.contains(" = ") => rest.to_owned(),
            _ => line.to_owned(),
        })
        .map(|line| if line.starts_with("file = ") { String::new() } else { line })
        .collect();
    desk.write("annex.toml", all.join("\n"));
    desk.annex(&["assess"]).done();
    let people = desk.annex(&["people"]).done().out;
    assert!(people.contains("Dana Example"), "{people}");

    let again = desk.annex(&init).done();
    assert!(again.err.contains("is there already and stays as it is"), "{}", again.err);
    assert!(fs::read_to_string(desk.path("annex.toml")).expect("it").contains("Dana Example"));
}

//! Texts beside and inside of models: configurations, templates, code and trees in plain text.

use crate::bytes::Window;
use crate::json::{self, Node};
use crate::pickle::policy::{Judgement, judge, runs_by_name};
use crate::scan::{Halt, Scan, Step, printable};
use crate::{detect, jinja, keras, manifest, named, python, rules, target};

/// Whether bytes are a text: UTF-8 without control characters.
pub(crate) fn is_text(head: &[u8], whole: bool) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if !whole && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'))
}

/// Names of texts that loaders of models read.
pub(crate) fn is_model_text_name(name: &str) -> bool {
    let file = file_name(name);
    matches!(
        file,
        "config.json"
            | "tokenizer_config.json"
            | "tokenizer.json"
            | "generation_config.json"
            | "adapter_config.json"
            | "preprocessor_config.json"
            | "processor_config.json"
            | "video_preprocessor_config.json"
            | "model_index.json"
            | "modules.json"
            | "chat_template.jinja"
            | "chat_template.json"
            | "model_config.yaml"
            | "model.json"
            | "MLmodel"
    ) || detect::extension(file) == "jinja"
}

/// Names of texts of any kind, as they lie in every repository.
pub(crate) fn is_text_name(name: &str) -> bool {
    matches!(
        detect::extension(name).as_str(),
        "json"
            | "jsonl"
            | "txt"
            | "md"
            | "rst"
            | "yaml"
            | "yml"
            | "jinja"
            | "j2"
            | "xml"
            | "pmml"
            | "csv"
            | "tsv"
            | "toml"
            | "py"
            | "ipynb"
            | "html"
            | "js"
            | "ts"
            | "rs"
            | "go"
            | "c"
            | "h"
            | "cpp"
            | "java"
            | "cfg"
            | "ini"
            | "lock"
            | "proto"
            | "sql"
            | "css"
            | "svg"
    )
}

fn file_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// Scans a text.
pub(crate) fn scan(name: &str, window: Window<'_>, scan: &mut Scan<'_>) {
    if let Err(halt) = document(name, window, scan) {
        scan.halted(halt);
    }
}

fn document(name: &str, window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let extension = detect::extension(name);
    let head = window.some(0, 512)?;
    let start = head.trim_ascii_start();
    if head.starts_with(b"version https://git-lfs") {
        scan.find(&rules::FORMAT_UNREAD, 0, "a pointer to a file that is not here");
        return Ok(());
    }
    if head.starts_with(b"tree\n") && head.windows(9).any(|part| part.starts_with(b"version=")) {
        scan.formats.insert("lightgbm");
        return Ok(());
    }
    match extension.as_str() {
        "json" | "jsonl" | "ipynb" => {}
        "py" => return code(name, window, scan),
        "jinja" | "j2" | "jinja2" => {
            let text = whole(window, scan.limits.source_bytes_max)?;
            jinja::check(&text, 0, scan);
            return Ok(());
        }
        "yaml" | "yml" => return yaml(name, window, scan),
        _ if file_name(name) == "MLmodel" && !start.starts_with(b"{") => {
            return yaml(name, window, scan);
        }
        "pbtxt" | "prototxt" => {
            let text = whole(window, scan.limits.source_bytes_max)?;
            manifest::check_prototext(name, &text, scan);
            return Ok(());
        }
        "pmml" | "xml" => return xml(window, scan),
        _ if start.starts_with(b"<?xml") || start.starts_with(b"<PMML") => {
            return xml(window, scan);
        }
        _ => {}
    }
    if extension == "json" || (start.starts_with(b"{") && json::begins_object(&start[1..])) {
        let bytes = whole(window, scan.limits.header_bytes_max)?;
        match json::read(bytes.as_bytes(), 0, scan.limits.values_max) {
            Ok(node) => configuration(name, &node, scan),
            Err(halt) if extension == "json" => {
                scan.formats.insert("json");
                return Err(halt);
            }
            Err(_) => {}
        }
    }
    Ok(())
}

fn whole(window: Window<'_>, bytes_max: u64) -> Step<String> {
    if window.len() > bytes_max {
        let words = format!("a text of {} bytes, at most {bytes_max}", window.len());
        return Err(Halt::limit(0, words));
    }
    let bytes = window.some(0, usize::try_from(window.len()).unwrap_or(usize::MAX))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn code(name: &str, window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let source = whole(window, scan.limits.source_bytes_max)?;
    let compiled = name.starts_with("code/__torch__") || name.contains("/code/__torch__");
    if compiled && (scan.formats.contains("torchscript") || scan.formats.contains("pytorch-zip")) {
        python::check_torchscript(&source, scan);
    } else {
        python::check(&source, scan);
    }
    Ok(())
}

fn yaml(name: &str, window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let text = whole(window, scan.limits.source_bytes_max)?;
    scan.formats.insert("yaml");
    let mut offset = 0_u64;
    for line in text.split_inclusive('\n') {
        let plain = line.trim_start();
        let tag = line.contains("!!python/") || line.contains("tag:yaml.org,2002:python");
        if plain.starts_with('#') {
            // A remark.
        } else if tag {
            scan.find(&rules::YAML_TAG, offset, "a tag that builds a Python object");
        } else if names_class(line) {
            scan.find(&rules::YAML_TAG, offset, "a tag that builds an object of another language");
        }
        offset += line.len() as u64;
    }
    manifest::check_yaml(name, &text, scan);
    Ok(())
}

/// Whether a line has a tag of a class: `!!javax.script.Manager`, `!ruby/object:Gem`.
fn names_class(line: &str) -> bool {
    line.match_indices('!').any(|(at, _)| {
        let tag = line[at + 1..].trim_start_matches('!');
        let end = tag.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}' | '['));
        let tag = &tag[..end.unwrap_or(tag.len())];
        let dotted = line[at..].starts_with("!!")
            && tag.split('.').count() > 2
            && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$'));
        let first = at == 0 || line[..at].ends_with([' ', ':', '-', '[', '{', ',']);
        first && (dotted || tag.starts_with("ruby/"))
    })
}

fn xml(window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let head = window.some(0, 1 << 20)?;
    let pmml = memchr::memmem::find(&head, b"<PMML").is_some();
    scan.formats.insert(if pmml { "pmml" } else { "xml" });
    for mark in [&b"<!ENTITY"[..], b"<!DOCTYPE"] {
        if let Some(at) = memchr::memmem::find(&head, mark) {
            scan.find(&rules::PMML_ENTITY, at as u64, "declares a document type or entities");
            break;
        }
    }
    Ok(())
}

/// A document of JSON, whatever it configures.
fn configuration(name: &str, node: &Node, scan: &mut Scan<'_>) {
    scan.formats.insert("json");
    if node.get("learner").is_some() && node.get("version").is_some() {
        scan.formats.insert("xgboost");
        return;
    }
    keras::check(node, scan);
    manifest::check(name, node, scan);
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match node {
            Node::Map(entries) => {
                for (key, value) in entries {
                    entry(key, value, scan);
                    open.push(value);
                }
                skops(node, scan);
            }
            Node::List(items) => open.extend(items),
            _ => {}
        }
    }
    told(node, scan);
}

fn entry(key: &str, value: &Node, scan: &mut Scan<'_>) {
    match (key, value) {
        ("auto_map", Node::Map(entries)) if !entries.is_empty() => {
            let first = entries.iter().find_map(|(class, to)| {
                let to = to.text().or_else(|| to.items().iter().find_map(Node::text));
                to.map(|to| format!("{class}: {to}"))
            });
            let words = format!("`auto_map` names code: {}", printable(&first.unwrap_or_default()));
            scan.find(&rules::REMOTE_CODE, None, words);
        }
        ("trust_remote_code", Node::Bool(true)) => {
            scan.find(&rules::REMOTE_CODE, None, "`trust_remote_code` is true");
        }
        ("custom_pipelines", Node::Map(entries)) if !entries.is_empty() => {
            scan.find(&rules::REMOTE_CODE, None, "`custom_pipelines` names code");
        }
        ("custom_code" | "custom_pipeline", Node::Text(_) | Node::Bool(true)) => {
            scan.find(&rules::REMOTE_CODE, None, format!("`{key}` names code"));
        }
        ("chat_template" | "template", Node::Text(text))
            if text.contains("{{") || text.contains("{%") =>
        {
            jinja::check(text, 0, scan);
        }
        ("chat_template", Node::Map(entries)) => {
            for (_, value) in entries {
                if let Node::Text(text) = value {
                    jinja::check(text, 0, scan);
                }
            }
        }
        ("_target_" | "_partial_target_" | "class_path", Node::Text(text)) => {
            target::check(text, key, scan);
        }
        ("weight_map", files) => named::check_index(files, scan),
        (_, Node::Text(text)) => named::check(key, text, scan),
        _ => {}
    }
}

/// An object of skops: module and class by their names, and functions by theirs.
fn skops(node: &Node, scan: &mut Scan<'_>) {
    let text = |key| node.get(key).and_then(Node::text);
    let (Some(class), Some(module)) = (text("__class__"), text("__module__")) else {
        return;
    };
    if node.get("__loader__").is_none() && !scan.formats.contains("skops") {
        return;
    }
    skops_import(module, class, scan);
    let inner = |key| node.get("content").and_then(|content| content.get(key)).and_then(Node::text);
    if let (Some(module), Some(function)) = (inner("module_path"), inner("function")) {
        skops_import(module, function, scan);
    }
}

fn skops_import(module: &str, name: &str, scan: &mut Scan<'_>) {
    let shown = printable(&format!("{module}.{name}"));
    match judge(module, name) {
        Judgement::Harmless => {}
        Judgement::Dangerous(_) if skops_builds(module, name) => {}
        Judgement::Dangerous(why) => {
            scan.find(&rules::IMPORT_DANGEROUS, None, format!("builds `{shown}`, which {why}"));
        }
        _ if skops_builds(module, name) => {}
        _ => scan.find(&rules::IMPORT_UNKNOWN, None, format!("builds `{shown}`")),
    }
}

/// What skops writes for plain values, functions of known frameworks and types.
fn skops_builds(module: &str, name: &str) -> bool {
    match module {
        "json" => true,
        "builtins" => matches!(name, "function" | "method" | "type" | "builtin_function_or_method"),
        "types" => matches!(name, "MethodType" | "FunctionType"),
        _ => {
            let framework = module.split('.').next().unwrap_or_default();
            matches!(framework, "numpy" | "scipy" | "sklearn")
                && !runs_by_name(name)
                && !matches!(judge(module, name), Judgement::Dangerous(_))
        }
    }
}

fn told(node: &Node, scan: &mut Scan<'_>) {
    if let Some(Node::List(names)) = node.get("architectures")
        && let Some(Node::Text(name)) = names.first()
    {
        scan.say("architecture", name.as_str());
    }
    for (key, told) in [
        ("base_model_name_or_path", "base_model"),
        ("_name_or_path", "base_model"),
        ("license", "licence"),
        ("torch_dtype", "element_type"),
    ] {
        if let Some(text) = node.get(key).and_then(Node::text).filter(|text| !text.is_empty()) {
            scan.say(told, text);
        }
    }
    if let Some(method) = node.get("quantization_config").and_then(|c| c.get("quant_method")) {
        scan.say("quantisation", method.text().unwrap_or_default());
    }
}

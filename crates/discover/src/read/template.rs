//! YAML with `{{ }}` in it, as Helm and others fill it in: the actions are taken out, what names a
//! value of the chart is replaced by it, and the rest is read as YAML.
//!
//! Lines stay where they are. Both branches of a condition are read: what is there only under some
//! value can be there. A hole that cannot be filled stands as [`HOLE`], which no name can hold.
//! Documents of one file are read one by one, so that a broken one does not hide the others.

use super::yaml;
use crate::limits::Limits;
use crate::tree::{Fault, Kind, Node};

/// What stands for an unknown value.
pub(crate) const HOLE: &str = "<hole>";

/// Reads a template; gives the first thing that is no YAML.
pub(crate) fn yaml(text: &str, values: Option<&Node>, limits: &Limits) -> (Node, Option<Fault>) {
    let plain = filled(text, values.unwrap_or(&Node::NULL));
    let mut documents = Vec::new();
    let mut first = None;
    for (line, part) in parts(&plain) {
        let (mut node, mut fault) = yaml::read_on(part, limits);
        if fault.is_some() {
            // What fills templates in is not strict on how far lists in brackets are indented.
            if let (better, None) = yaml::read_on(&indented(part), limits) {
                (node, fault) = (better, None);
            }
        }
        node.moved(line);
        if let Some(mut fault) = fault {
            fault.line = fault.line.map(|own| own.saturating_add(line - 1));
            first.get_or_insert(fault);
        }
        match node.kind {
            Kind::Null => {}
            Kind::List(items) => documents.extend(items),
            _ => documents.push(node),
        }
    }
    let root = match documents.len() {
        0 => Node::NULL,
        1 => documents.remove(0),
        _ => Node::new(1, Kind::List(documents)),
    };
    (root, first)
}

/// The documents of a stream, each with its first line.
fn parts(text: &str) -> Vec<(u32, &str)> {
    let mut all = Vec::new();
    let (mut start, mut at, mut first) = (0, 0, 1);
    for (line, content) in (1_u32..).zip(text.split_inclusive('\n')) {
        if content.trim_end() == "---" {
            all.push((first, &text[start..at]));
            start = at + content.len();
            first = line + 1;
        }
        at += content.len();
    }
    all.push((first, &text[start..]));
    all
}

/// The text with every line that goes on in brackets moved to the right.
fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut open = 0_usize;
    for line in text.split_inclusive('\n') {
        if open > 0 {
            out.extend(std::iter::repeat_n(' ', INDENT_CHARS));
        }
        out.push_str(line);
        let (mut quote, mut before) = (None, ' ');
        for next in line.trim_end().chars() {
            match (quote, next) {
                (None, '"' | '\'') => quote = Some(next),
                (None, '[' | '{') if open > 0 || before == ' ' => open += 1,
                (None, ']' | '}') => open = open.saturating_sub(1),
                (Some(mark), next) if mark == next => quote = None,
                _ => {}
            }
            before = next;
        }
    }
    out
}

/// Further than any key of a manifest is.
const INDENT_CHARS: usize = 80;

/// The text with its actions replaced or taken out.
fn filled(text: &str, values: &Node) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let Some(end) = end_of(after) else {
            // It never ends: what follows is no template.
            rest = "";
            break;
        };
        let action = &after[..end];
        let behind = &after[end + 2..];
        let lines = action.matches('\n').count();
        let line_before = out.rsplit('\n').next().unwrap_or_default();
        let line_behind = behind.split('\n').next().unwrap_or_default();
        let alone = line_before.trim().is_empty() && rest_is_actions(line_behind);
        if !alone {
            out.push_str(&value(action, values));
        }
        out.extend(std::iter::repeat_n('\n', lines));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Where an action ends; a `}}` in its texts does not end it.
fn end_of(action: &str) -> Option<usize> {
    let bytes = action.as_bytes();
    let mut quote = None;
    let mut at = 0;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            (None, byte @ (b'"' | b'`')) => quote = Some(byte),
            (Some(b'"'), b'\\') => at += 1,
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether nothing but actions and spaces is left of a line.
fn rest_is_actions(mut rest: &str) -> bool {
    loop {
        rest = rest.trim_start();
        let Some(after) = rest.strip_prefix("{{") else { return rest.is_empty() };
        match end_of(after) {
            Some(end) => rest = &after[end + 2..],
            None => return true,
        }
    }
}

/// What an action within a line is replaced by.
fn value(action: &str, values: &Node) -> String {
    let action = action.trim_matches('-').trim();
    let mut words = action.split_whitespace();
    match words.next() {
        None => return String::new(),
        Some(word) if word.starts_with("/*") => return String::new(),
        Some("if" | "else" | "end" | "range" | "with" | "define" | "block") => {
            return String::new();
        }
        Some(word) if word.starts_with('$') && action.contains(":=") => return String::new(),
        _ => {}
    }
    let mut stages = action.split('|').map(str::trim);
    let first = stages.next().unwrap_or_default();
    let mut found = path(first, values);
    let mut quoted = false;
    for stage in stages {
        if let Some(default) = stage.strip_prefix("default ") {
            found = found.or_else(|| path(default.trim(), values));
        }
        quoted |= matches!(stage, "quote" | "squote");
    }
    // `default "x" .Values.y`.
    if let Some(rest) = first.strip_prefix("default ") {
        let mut parts = rest.rsplitn(2, ' ');
        found = parts.next().and_then(|own| path(own, values));
        found = found.or_else(|| parts.next().and_then(|default| path(default.trim(), values)));
    }
    let text = found.unwrap_or_else(|| HOLE.to_owned());
    // One line, and nothing that ends the quotes around it.
    let plain = |c: char| match c {
        '\\' => '/',
        '"' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    let text: String = text.chars().map(plain).collect();
    if quoted { format!("\"{text}\"") } else { text }
}

/// `.Values.a.b` or a text in quotes; an empty value counts as none.
fn path(word: &str, values: &Node) -> Option<String> {
    let word = word.trim_matches(['(', ')']);
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if let Some(inner) = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')) {
        return text(inner);
    }
    let keys = word.strip_prefix("$.Values.").or_else(|| word.strip_prefix(".Values."))?;
    let node = keys.split('.').try_fold(values, |node, key| node.get(key))?;
    text(&node.scalar()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, values: &str) -> (Node, Option<String>) {
        let limits = Limits::default();
        let values = yaml::read(values, &limits).expect("values");
        let (node, fault) = yaml(text, Some(&values), &limits);
        (node, fault.map(|fault| fault.to_string()))
    }

    #[test]
    fn values_are_filled_in_and_lines_stay() {
        let text = "kind: Deployment\nmetadata:\n  name: {{ template \"x.fullname\" . }}\n  {{- with .Values.labels }}\n  labels:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\nspec:\n  image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\n  args: [\"serve\"\n  {{- if .Values.mcp }}, \"--mcp\", {{ .Values.port | quote }}\n  {{- end }}\n  ]\n  model: {{ .Values.model | default \"gpt-4o\" | quote }}\n  other: {{ default \"a\" .Values.model }}\n";
        let (node, fault) = read(text, "image:\n  repository: vllm/vllm-openai\nport: 80\n");
        assert_eq!(fault, None);
        let at = |path: &[&str]| node.at(path).map(|n| (n.line, n.scalar()));
        assert_eq!(at(&["spec", "image"]), Some((9, Some("vllm/vllm-openai:<hole>".to_owned()))));
        assert_eq!(at(&["spec", "model"]), Some((14, Some("gpt-4o".to_owned()))));
        assert_eq!(at(&["spec", "other"]), Some((15, Some("a".to_owned()))));
        let args: Vec<_> = node
            .at(&["spec", "args"])
            .expect("args")
            .items()
            .iter()
            .filter_map(Node::text)
            .collect();
        assert_eq!(args, ["serve", "--mcp", "80"]);
    }

    #[test]
    fn a_broken_document_does_not_hide_the_others() {
        let text = "a: {{ .Values.x }}\n---\nb: 1\nc: [{{ if x }}\n---\nd: \"{{ \"}}\" }}\"\n";
        let (node, fault) = read(text, "x: 7");
        let keys: Vec<_> = node.items().iter().map(|n| n.entries()[0].0.as_str()).collect();
        assert_eq!(keys, ["a", "b", "d"]);
        assert_eq!(node.items()[2].entries()[0].1.line, 6);
        assert_eq!(node.items()[2].entries()[0].1.text(), Some("}}"));
        let fault = fault.expect("a fault");
        assert!(fault.starts_with("line 5: ") || fault.starts_with("line 4: "), "{fault}");
    }

    #[test]
    fn values_cannot_break_out() {
        let text = "a: \"{{ .Values.x }}\"\nb: {{ .Values.x | quote }}\n";
        let (node, fault) = read(text, "x: \"1\\\"\\nmodel: y\\\\\"");
        assert_eq!(fault, None);
        assert_eq!(node.entries().len(), 2);
        let (_, fault) = read(&"{{ ".repeat(10_000), "x: 1");
        assert_eq!(fault, None);
    }
}

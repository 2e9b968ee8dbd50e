//! `.properties` files of Java: `a.b.c = value` lines, read as maps within maps.

use crate::limits::Limits;
use crate::tree::{Fault, Kind, Node};

/// Reads one document.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Node, Fault> {
    let mut root = Node::new(1, Kind::Map(Vec::new()));
    let mut values = 0_usize;
    let mut open: Option<(u32, String)> = None;
    for (number, raw) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let raw = raw.trim_start();
        if open.is_none() && (raw.is_empty() || raw.starts_with(['#', '!'])) {
            continue;
        }
        let (line, mut whole) = open.take().unwrap_or((number, String::new()));
        let goes_on = raw.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
        whole.push_str(if goes_on { &raw[..raw.len() - 1] } else { raw });
        if goes_on {
            open = Some((line, whole));
            continue;
        }
        values += 1;
        if values > limits.values_max {
            return Err(Fault::at(line, format!("more than {} values", limits.values_max)));
        }
        put(&mut root, &whole, line, limits)?;
    }
    if let Some((line, whole)) = open {
        put(&mut root, &whole, line, limits)?;
    }
    Ok(root)
}

fn put(root: &mut Node, whole: &str, line: u32, limits: &Limits) -> Result<(), Fault> {
    let (key, value) = whole.split_once(['=', ':']).unwrap_or((whole, ""));
    let parts: Vec<&str> = key.trim().split('.').filter(|part| !part.is_empty()).collect();
    if parts.len() > limits.json_depth_max {
        return Err(Fault::at(line, format!("nested deeper than {}", limits.json_depth_max)));
    }
    let Some((last, above)) = parts.split_last() else {
        return Err(Fault::at(line, "a value without a name"));
    };
    let mut at = root;
    for part in above {
        let Some(next) = below(at, part, line) else { return Ok(()) };
        at = next;
    }
    if let Kind::Map(entries) = &mut at.kind {
        let value = Node::new(line, Kind::Text(unescaped(value.trim())));
        entries.push(((*last).to_owned(), value));
    }
    Ok(())
}

/// The map under a name; a name that has a value and names below it keeps both.
fn below<'n>(node: &'n mut Node, name: &str, line: u32) -> Option<&'n mut Node> {
    let Kind::Map(entries) = &mut node.kind else {
        return None;
    };
    let found =
        entries.iter().position(|(key, node)| key == name && matches!(node.kind, Kind::Map(_)));
    let index = found.unwrap_or_else(|| {
        entries.push((name.to_owned(), Node::new(line, Kind::Map(Vec::new()))));
        entries.len() - 1
    });
    entries.get_mut(index).map(|(_, node)| node)
}

fn unescaped(value: &str) -> String {
    value.replace("\\n", "\n").replace("\\:", ":").replace("\\=", "=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_paths_and_lines_go_on() {
        let text = "# spring.ai.no=1\nspring.ai.openai.chat.options.model=gpt-4o\n\nprompt.text = You are \\\n   kind\nspring.ai.openai = x\n";
        let root = read(text, &Limits::default()).expect("read");
        let at = |path: &[&str]| root.at(path).map(|n| (n.line, n.text().map(str::to_owned)));
        assert_eq!(
            at(&["spring", "ai", "openai", "chat", "options", "model"]),
            None,
            "the last value of a name wins"
        );
        assert_eq!(at(&["prompt", "text"]), Some((4, Some("You are kind".to_owned()))));
        let fault = read("=x\n", &Limits::default()).expect_err("fault");
        assert_eq!(fault.to_string(), "line 1: a value without a name");
        let mut models = Vec::new();
        root.visit(&mut |keys, node| {
            if keys.last() == Some(&"model") {
                models.push((keys.join("."), node.line));
            }
        });
        assert_eq!(models, [("spring.ai.openai.chat.options.model".to_owned(), 2)]);
    }
}

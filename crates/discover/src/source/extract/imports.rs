//! Imports of each language.

use tree_sitter::Node;

use super::Walk;
use crate::source::facts::{Import, Shape};
use crate::source::value::{children, line, literal, text};
use crate::source::{Language, typed};

impl Walk<'_> {
    pub(super) fn import(&mut self, node: Node<'_>) {
        match self.language {
            Language::Python => self.import_python(node),
            Language::Rust => self.import_rust(node),
            Language::Go => self.import_go(node),
            Language::Java | Language::CSharp => {
                self.facts.imports.extend(typed::import(node, self.source));
            }
            _ => self.import_script(node),
        }
    }

    fn add_import(&mut self, module: &str, names: Vec<(String, String)>, node: Node<'_>) {
        if !module.is_empty() {
            self.facts.imports.push(Import { module: module.to_owned(), names, line: line(node) });
        }
    }

    fn import_python(&mut self, node: Node<'_>) {
        let module = node.child_by_field_name("module_name");
        let mut names = Vec::new();
        for part in children(node).filter(|part| Some(*part) != module) {
            let (name, alias) = if part.kind() == "aliased_import" {
                let field =
                    |field| part.child_by_field_name(field).map_or("", |n| text(n, self.source));
                (field("name"), field("alias"))
            } else {
                (text(part, self.source), text(part, self.source))
            };
            if module.is_none() {
                let local = if part.kind() == "aliased_import" {
                    alias
                } else {
                    name.split('.').next().unwrap_or(name)
                };
                self.add_import(name, vec![(local.to_owned(), String::new())], part);
            } else {
                names.push((alias.to_owned(), name.to_owned()));
            }
        }
        if let Some(module) = module {
            self.add_import(text(module, self.source), names, node);
        }
    }

    fn import_script(&mut self, node: Node<'_>) {
        let Some(module) = node.child_by_field_name("source") else {
            return;
        };
        let Shape::Text { text: module, .. } = literal(module, self.source) else {
            return;
        };
        let mut names = Vec::new();
        let clause = children(node).find(|child| child.kind() == "import_clause");
        for part in clause.into_iter().flat_map(children) {
            match part.kind() {
                "identifier" => {
                    names.push((text(part, self.source).to_owned(), "default".to_owned()));
                }
                "namespace_import" => names.extend(
                    children(part).map(|name| (text(name, self.source).to_owned(), String::new())),
                ),
                _ => {
                    for specifier in children(part) {
                        let name = specifier
                            .child_by_field_name("name")
                            .map_or("", |n| text(n, self.source));
                        let alias = specifier
                            .child_by_field_name("alias")
                            .map_or(name, |n| text(n, self.source));
                        names.push((alias.to_owned(), name.to_owned()));
                    }
                }
            }
        }
        self.add_import(&module, names, node);
    }

    /// `const { OpenAI } = require("openai")`, `const OpenAI = require("openai").default`,
    /// `const sdk = await import("openai")`.
    pub(super) fn required(&mut self, node: Node<'_>) {
        if self.language.is_typed() {
            return;
        }
        let (Some(target), Some(mut given)) =
            (node.child_by_field_name("name"), node.child_by_field_name("value"))
        else {
            return;
        };
        while matches!(
            given.kind(),
            "await_expression" | "member_expression" | "parenthesized_expression"
        ) {
            let Some(inner) = children(given).next() else { return };
            given = inner;
        }
        let function = given.child_by_field_name("function");
        if !function.is_some_and(|name| matches!(text(name, self.source), "require" | "import")) {
            return;
        }
        let list = given.child_by_field_name("arguments");
        let Some(Shape::Text { text: module, holes: false }) =
            list.and_then(|list| children(list).next()).map(|module| literal(module, self.source))
        else {
            return;
        };
        let own = |node: Node<'_>| text(node, self.source).to_owned();
        let names = match target.kind() {
            "identifier" => vec![(own(target), "default".to_owned())],
            "object_pattern" => children(target)
                .filter_map(|part| match part.kind() {
                    "shorthand_property_identifier_pattern" => Some((own(part), own(part))),
                    "pair_pattern" => {
                        let field = |name| part.child_by_field_name(name).map(own);
                        Some((field("value")?, field("key")?))
                    }
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        self.add_import(&module, names, node);
    }

    fn import_rust(&mut self, node: Node<'_>) {
        let path = text(node, self.source);
        let path = path
            .trim_start_matches("pub ")
            .trim_start_matches("use ")
            .trim_start_matches("extern crate ")
            .trim_end_matches(';');
        let (module, list) = path.split_once("::{").unwrap_or((path, ""));
        let mut names: Vec<(String, String)> = list
            .split(['{', '}', ','])
            .map(str::trim)
            .filter(|name| !name.is_empty() && name.len() <= 200)
            .map(|name| {
                let (name, alias) = name.split_once(" as ").unwrap_or((name, name));
                (alias.rsplit("::").next().unwrap_or(alias).to_owned(), name.to_owned())
            })
            .collect();
        if list.is_empty() {
            let name = module.rsplit("::").next().unwrap_or(module);
            names.push((name.to_owned(), name.to_owned()));
        }
        self.add_import(module, names, node);
    }

    fn import_go(&mut self, node: Node<'_>) {
        let Some(path) = node.child_by_field_name("path") else {
            return;
        };
        let path = text(path, self.source).trim_matches(['"', '`']);
        let names = if let Some(name) = node.child_by_field_name("name") {
            vec![text(name, self.source).to_owned()]
        } else {
            let whole = crate::known::normalised("go", path);
            let last = whole.rsplit('/').next().unwrap_or(path);
            // A repository's name often says its language, which the package's does not.
            let plain = last.strip_suffix("-go").or_else(|| last.strip_prefix("go-"));
            plain.into_iter().chain([last]).map(str::to_owned).collect()
        };
        let names = names.into_iter().map(|name| (name, String::new())).collect();
        self.add_import(path, names, node);
    }
}

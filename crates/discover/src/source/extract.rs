//! A syntax tree → [`Facts`], walked with a cursor: no recursion, however deep the file nests.

mod imports;
mod relations;
mod signature;

use tree_sitter::{Node, Tree};

use super::Language;
use super::facts::{Binding, Facts, Function, Record, Shape, Text, Value, last};
use super::value::{call_at, children, dotted, is_text, line, literal, text, value};
use super::{marks, typed};
use crate::limits::Limits;

/// The most constants that are kept of one file.
const CONSTANTS_MAX: usize = 20_000;
/// The longest name of a type that is kept.
const NAME_CHARS_MAX: usize = 80;

pub(super) fn extract(language: Language, source: &str, tree: &Tree, limits: &Limits) -> Facts {
    let mut walk = Walk {
        language,
        source,
        facts: Facts::default(),
        scopes: vec![(usize::MAX, 0)],
        last_scope: 0,
    };
    let mut cursor = tree.walk();
    let mut visited = 0_usize;
    'tree: loop {
        let node = cursor.node();
        visited += 1;
        if visited > limits.nodes_max {
            walk.facts.cut = true;
            break;
        }
        walk.leave(node.start_byte());
        let descend = walk.node(node);
        if descend && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'tree;
            }
        }
    }
    walk.facts.index();
    if language.is_typed() {
        super::declared::resolve(&mut walk.facts);
    }
    walk.facts
}

struct Walk<'s> {
    language: Language,
    source: &'s str,
    facts: Facts,
    /// Where each open scope ends, and its number.
    scopes: Vec<(usize, usize)>,
    last_scope: usize,
}

impl Walk<'_> {
    fn scope(&self) -> usize {
        self.scopes.last().map_or(0, |(_, scope)| *scope)
    }

    fn leave(&mut self, at: usize) {
        while self.scopes.len() > 1 && self.scopes.last().is_some_and(|(end, _)| *end <= at) {
            self.scopes.pop();
        }
    }

    /// Takes what a node says; whether to look below it.
    fn node(&mut self, node: Node<'_>) -> bool {
        if node.is_error() || node.is_missing() {
            self.facts.broken_at.get_or_insert_with(|| line(node));
        }
        match node.kind() {
            "mod_item" if self.is_test_module(node) => return false,
            kind if is_text(kind) => {
                self.text(node);
                // What is filled into a text can hold calls.
                return matches!(
                    kind,
                    "string" | "template_string" | "interpolated_string_expression"
                );
            }
            kind if kind.ends_with("comment") => return false,
            "call"
            | "call_expression"
            | "new_expression"
            | "method_invocation"
            | "object_creation_expression"
            | "implicit_object_creation_expression"
            | "invocation_expression" => {
                if typed::is_inner_link(node) {
                    return true;
                }
                let decorates = node.parent().is_some_and(|parent| parent.kind() == "decorator");
                if !decorates && let Some(call) = call_at(node, self.source, self.scope(), 0) {
                    self.facts.calls.push(call);
                }
            }
            "function_definition"
            | "function_declaration"
            | "function_item"
            | "method_definition"
            | "method_declaration"
            | "constructor_declaration"
            | "local_function_statement" => self.function(node),
            "arrow_function"
            | "lambda_expression"
            | "anonymous_method_expression"
            | "function_expression"
            | "generator_function_declaration"
            | "func_literal" => self.closure(node),
            "import_statement"
            | "import_from_statement"
            | "use_declaration"
            | "import_spec"
            | "export_statement"
            | "extern_crate_declaration"
            | "import_declaration"
            | "using_directive" => self.import(node),
            "annotation" | "marker_annotation" | "attribute" if self.language.is_typed() => {
                self.annotation(node);
            }
            "dictionary" | "object" | "struct_expression" | "composite_literal" => {
                self.record(node);
            }
            // An element of a list or table whose type stands at the list.
            "literal_value" if node.parent().is_some_and(|p| p.kind() == "literal_element") => {
                self.record(node);
            }
            "selector_expression" | "scoped_identifier" | "scoped_type_identifier" => {
                self.constant(node);
            }
            "member_expression" => self.variable(node),
            "struct_item" if !self.attributes(node).is_empty() => self.function(node),
            "enum_variant" => self.variant(node),
            "for_in_clause" | "for_statement" | "for_in_statement" => self.loop_variable(node),
            "comparison_operator" => self.membership(node),
            "class_definition" | "class_declaration" | "impl_item" if !self.language.is_typed() => {
                self.class(node);
                self.binding(node);
            }
            _ => {
                if node.kind() == "variable_declarator" {
                    self.required(node);
                }
                if self.language.is_typed() {
                    let scope = self.scope();
                    typed::declaration(node, self.source, scope, &mut self.facts.declared);
                }
                self.binding(node);
            }
        }
        true
    }

    /// Rust keeps its unit tests beside the code.
    fn is_test_module(&self, node: Node<'_>) -> bool {
        node.child_by_field_name("name")
            .is_some_and(|name| matches!(text(name, self.source), "tests" | "test"))
    }

    /// `process.env.NAME`; where a name stands in a text it is taken from there.
    fn variable(&mut self, node: Node<'_>) {
        let whole = text(node, self.source);
        let name = ["process.env.", "import.meta.env.", "env."]
            .iter()
            .find_map(|prefix| whole.strip_prefix(prefix));
        let constant = |name: &&str| {
            (3..=NAME_CHARS_MAX).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        if let Some(name) = name.filter(constant) {
            self.facts.variables.push((name.to_owned(), line(node)));
        }
    }

    fn text(&mut self, node: Node<'_>) {
        let docstring = self.language == Language::Python
            && node.parent().is_some_and(|parent| {
                parent.kind() == "expression_statement" && parent.named_child_count() == 1
            });
        if docstring {
            return;
        }
        let scope = self.scope();
        if let Shape::Text { text, holes } = literal(node, self.source) {
            self.facts.texts.push(Text { scope, content: text, line: line(node), holes });
        }
    }

    fn open(&mut self, node: Node<'_>) -> usize {
        self.last_scope += 1;
        let (scope, parent) = (self.last_scope, self.scope());
        self.scopes.push((node.end_byte(), scope));
        self.facts.functions.push(Function {
            name: String::new(),
            decorators: Vec::new(),
            line: line(node),
            parent,
            scope,
            parameters: signature::parameters(node, self.source),
        });
        self.facts.functions.len() - 1
    }

    /// A function without a name of its own has that of what it is bound to.
    fn closure(&mut self, node: Node<'_>) {
        let index = self.open(node);
        let name = node
            .parent()
            .and_then(|parent| {
                parent.child_by_field_name("name").or_else(|| parent.child_by_field_name("key"))
            })
            .map(|name| text(name, self.source).to_owned());
        if let Some(function) = self.facts.functions.get_mut(index) {
            function.name = name.unwrap_or_default();
        }
    }

    /// `package.Name` or `Type::Variant`.
    fn constant(&mut self, node: Node<'_>) {
        let name = dotted(node, self.source);
        let capital = last(&name).starts_with(|c: char| c.is_ascii_uppercase());
        if capital && name.contains('.') && self.facts.constants.len() < CONSTANTS_MAX {
            self.facts.constants.push((name, line(node)));
        }
    }

    fn function(&mut self, node: Node<'_>) {
        let attributes = self.attributes(node);
        let index = self.open(node);
        let name = node.child_by_field_name("name").map(|name| text(name, self.source).to_owned());
        let decorators =
            node.parent().filter(|parent| parent.kind() == "decorated_definition").map(|parent| {
                children(parent)
                    .filter(|child| child.kind() == "decorator")
                    .filter_map(|decorator| children(decorator).next())
                    .map(|inner| dotted(inner, self.source))
                    .collect()
            });
        let annotations = marks::annotations(node, self.source);
        let renamed = annotations.iter().find_map(|annotation| annotation.tool_name.clone());
        if let Some(function) = self.facts.functions.get_mut(index) {
            function.name = renamed.or(name).unwrap_or_default();
            function.decorators = decorators.unwrap_or(attributes);
            function.decorators.extend(annotations.into_iter().map(|annotation| annotation.name));
        }
    }

    /// An annotation or attribute is a call; one that makes its method a tool is its decorator.
    fn annotation(&mut self, node: Node<'_>) {
        let scope = self.scope();
        if let Some(binding) = marks::injected(node, self.source, scope) {
            self.facts.bindings.push(binding);
        } else if let Some(call) = marks::annotation_call(node, self.source, scope) {
            self.facts.calls.push(call);
        }
    }

    fn record(&mut self, node: Node<'_>) {
        let argument = node
            .parent()
            .is_some_and(|parent| matches!(parent.kind(), "arguments" | "argument_list"));
        if argument && node.kind() == "object" {
            return;
        }
        let scope = self.scope();
        if let Shape::Record(type_name, entries) = value(node, self.source, scope).shape {
            self.facts.records.push(Record { of: type_name, entries, line: line(node), scope });
        }
    }

    fn binding(&mut self, node: Node<'_>) {
        let (name, value) = match node.kind() {
            "assignment"
            | "assignment_expression"
            | "assignment_statement"
            | "short_var_declaration"
            | "augmented_assignment" => ("left", "right"),
            "variable_declarator"
            | "default_parameter"
            | "typed_default_parameter"
            | "const_item"
            | "static_item"
            | "const_spec"
            | "var_spec"
            | "public_field_definition"
            | "field_definition"
            | "enum_assignment"
            | "assignment_pattern"
            | "property_declaration"
            | "resource"
            | "parameter" => ("name", "value"),
            "let_declaration" | "required_parameter" | "optional_parameter" => ("pattern", "value"),
            _ => return,
        };
        let target = node
            .child_by_field_name(name)
            .or_else(|| node.child_by_field_name("left"))
            .or_else(|| node.child_by_field_name("property"));
        let given = node
            .child_by_field_name(value)
            .or_else(|| node.child_by_field_name("right"))
            .or_else(|| self.language.is_typed().then(|| typed::initial(node)).flatten());
        let (Some(target), Some(given)) = (target, given) else {
            return;
        };
        let target = first_of_list(target);
        let name = dotted(target, self.source);
        if name.is_empty() {
            return;
        }
        let scope = self.scope();
        let value = super::value::value(first_of_list(given), self.source, scope);
        let of = self.declared_as(node);
        self.facts.bindings.push(Binding { name, of, value, scope });
    }

    /// `for model in MODELS`, `for (const model of MODELS)`: the name is one of what is gone through.
    fn loop_variable(&mut self, node: Node<'_>) {
        let field = |name| node.child_by_field_name(name);
        let (Some(target), Some(given)) = (field("left"), field("right")) else { return };
        if !matches!(target.kind(), "identifier" | "property_identifier") {
            return;
        }
        let scope = self.scope();
        let given = super::value::value(first_of_list(given), self.source, scope);
        let value = Value { line: given.line, shape: Shape::Each(Box::new(given)) };
        let name = text(target, self.source).to_owned();
        self.facts.bindings.push(Binding { name, of: String::new(), value, scope });
    }

    /// The type that a constant is declared with, or the class or enumeration around it.
    fn declared_as(&self, node: Node<'_>) -> String {
        let own = node.child_by_field_name("type");
        let around = || {
            let body = node.parent().filter(|parent| {
                matches!(parent.kind(), "expression_statement" | "enum_body" | "class_body")
            })?;
            let mut outer = body.parent()?;
            if outer.kind() == "block" {
                outer = outer.parent()?;
            }
            matches!(outer.kind(), "class_definition" | "enum_declaration" | "class_declaration")
                .then(|| outer.child_by_field_name("name"))?
        };
        let name = own.or_else(around).map_or("", |name| text(name, self.source));
        name.trim_start_matches([':', ' ']).chars().take(NAME_CHARS_MAX).collect()
    }
}

/// Go binds lists; the first of each is enough here.
fn first_of_list(node: Node<'_>) -> Node<'_> {
    if node.kind() == "expression_list" { children(node).next().unwrap_or(node) } else { node }
}

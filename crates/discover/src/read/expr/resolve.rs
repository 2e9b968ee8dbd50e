//! Expressions → values: names are followed to constants, a bounded number of times.
//!
//! A place that can have several values (the branches of a conditional, the elements of a loop)
//! stands in the tree several times: in a map under the same key, in a list one after the other.
//! What cannot be known is [`Kind::Null`], or `${}` within a text.

use std::collections::HashMap;

use super::{Expr, Part, Shape};
use crate::tree::{Kind, Node};

/// How many names are followed one after the other.
const HOPS_MAX: usize = 6;
/// How many values one place is given.
const CHOICES_MAX: usize = 16;
/// How many values one file may come to, with all that names stand for.
const VALUES_MAX: usize = 400_000;
/// How deep values may lie in each other.
const DEPTH_MAX: usize = 64;
/// What stands for an unknown part of a text; no name can hold it.
pub(crate) const HOLE: &str = "${}";

/// Constants by their full name: `var.model`, `local.models`, `modelName`.
pub(crate) type Constants = HashMap<String, Expr>;

/// Follows the names of one file.
pub(crate) struct Resolver<'c> {
    constants: &'c Constants,
    /// Constants of other files. What they stand for is seen where they are named.
    elsewhere: Option<&'c Constants>,
    /// Names that a loop gives to its elements, the innermost last.
    bound: Vec<(String, Vec<Node>)>,
    values: usize,
}

impl<'c> Resolver<'c> {
    pub(crate) const fn new(constants: &'c Constants) -> Self {
        Self { constants, elsewhere: None, bound: Vec::new(), values: 0 }
    }

    pub(crate) const fn and(mut self, elsewhere: Option<&'c Constants>) -> Self {
        self.elsewhere = elsewhere;
        self
    }

    /// The values that an expression can have; none of them is [`Kind::Null`].
    pub(crate) fn values(&mut self, expr: &Expr) -> Vec<Node> {
        self.follow(expr, HOPS_MAX, DEPTH_MAX)
    }

    /// Does something while `name` stands for each of `values`.
    pub(crate) fn with<T>(
        &mut self,
        name: &str,
        values: Vec<Node>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.bound.push((name.to_owned(), values));
        let out = work(self);
        self.bound.pop();
        out
    }

    fn follow(&mut self, expr: &Expr, hops: usize, depth: usize) -> Vec<Node> {
        self.values += 1;
        let Some(depth) = depth.checked_sub(1).filter(|_| self.values <= VALUES_MAX) else {
            return Vec::new();
        };
        let one = |kind| vec![Node::new(expr.line, kind)];
        match &expr.shape {
            Shape::Null | Shape::Other => Vec::new(),
            Shape::Bool(value) => one(Kind::Bool(*value)),
            Shape::Number(number) => one(Kind::Number(number.clone())),
            Shape::Text(parts) => self.text(expr.line, parts, hops, depth),
            Shape::List(items) => {
                let items = items.iter().flat_map(|item| self.follow(item, hops, depth));
                one(Kind::List(items.collect()))
            }
            Shape::Map(entries) => {
                let mut out = Vec::new();
                for (key, value) in entries {
                    for node in self.known_or_null(value, hops, depth) {
                        out.push((key.clone(), node));
                    }
                }
                one(Kind::Map(out))
            }
            Shape::For { name, of, body } => {
                let elements = elements(self.follow(of, hops, depth));
                let items = self.with(name, elements, |this| this.follow(body, hops, depth));
                one(Kind::List(items))
            }
            Shape::Choice(choices) => {
                let mut all: Vec<Node> = Vec::new();
                for choice in choices {
                    for node in self.follow(choice, hops, depth) {
                        // An empty text is how a conditional says that there is nothing.
                        let empty = node.text().is_some_and(str::is_empty);
                        if !empty && !all.contains(&node) && all.len() < CHOICES_MAX {
                            all.push(node);
                        }
                    }
                }
                all
            }
            Shape::Name(parts) => self.name(expr.line, parts, hops, depth),
            Shape::Call(function, arguments) => {
                self.call(expr.line, function, arguments, hops, depth)
            }
        }
    }

    /// A key keeps its place also when its value is not known.
    fn known_or_null(&mut self, expr: &Expr, hops: usize, depth: usize) -> Vec<Node> {
        let values = self.follow(expr, hops, depth);
        if values.is_empty() { vec![Node::new(expr.line, Kind::Null)] } else { values }
    }

    fn text(&mut self, line: u32, parts: &[Part], hops: usize, depth: usize) -> Vec<Node> {
        let mut whole = String::new();
        for part in parts {
            match part {
                Part::Plain(text) => whole.push_str(text),
                Part::Hole(inner) => {
                    let values = self.follow(inner, hops, depth);
                    if let ([_], [one]) = (parts, values.as_slice()) {
                        return vec![one.clone()];
                    }
                    match values.as_slice() {
                        [one] => match one.scalar() {
                            Some(text) => whole.push_str(&text),
                            None => whole.push_str(HOLE),
                        },
                        _ => whole.push_str(HOLE),
                    }
                }
            }
        }
        vec![Node::new(line, Kind::Text(whole))]
    }

    /// What a name stands for: the longest beginning that is known, then its parts.
    fn name(&mut self, line: u32, parts: &[String], hops: usize, depth: usize) -> Vec<Node> {
        let Some(hops) = hops.checked_sub(1) else { return Vec::new() };
        for length in (1..=parts.len().min(3)).rev() {
            let name = parts[..length].join(".");
            let bound = self.bound.iter().rev().find(|(own, _)| *own == name);
            let found = if let Some((_, values)) = bound {
                values.clone()
            } else if let Some(constant) = self.constants.get(&name) {
                self.follow(constant, hops, depth)
            } else if let Some(constant) = self.elsewhere.and_then(|other| other.get(&name)) {
                let mut found = self.follow(constant, hops, depth);
                for node in &mut found {
                    node.placed(line);
                }
                found
            } else {
                continue;
            };
            return members(found, &parts[length..]);
        }
        Vec::new()
    }

    fn call(
        &mut self,
        line: u32,
        function: &str,
        arguments: &[Expr],
        hops: usize,
        depth: usize,
    ) -> Vec<Node> {
        let all = |this: &mut Self| -> Vec<Node> {
            arguments.iter().flat_map(|argument| this.follow(argument, hops, depth)).collect()
        };
        match function {
            "jsonencode" | "yamlencode" | "tostring" | "tonumber" | "tobool" | "toset"
            | "tolist" | "tomap" | "string" | "array" | "nonsensitive" | "sensitive"
            | "trimspace" | "trim" | "any" | "distinct" | "lower" | "toLower" => {
                arguments.first().map(|first| self.follow(first, hops, depth)).unwrap_or_default()
            }
            "coalesce" | "try" | "coalescelist" => {
                let choice = Expr::new(line, Shape::Choice(arguments.to_vec()));
                self.follow(&choice, hops, depth)
            }
            "concat" | "flatten" | "setunion" => {
                let mut items = Vec::new();
                for node in all(self) {
                    match node.kind {
                        Kind::List(inner) => items.extend(inner),
                        _ => items.push(node),
                    }
                }
                vec![Node::new(line, Kind::List(items))]
            }
            "merge" | "union" => {
                let entries = all(self).into_iter().flat_map(|node| match node.kind {
                    Kind::Map(entries) => entries,
                    _ => Vec::new(),
                });
                vec![Node::new(line, Kind::Map(entries.collect()))]
            }
            // The last argument is what holds without the first.
            "readEnvironmentVariable" => arguments
                .get(1)
                .map(|default| self.follow(default, hops, depth))
                .unwrap_or_default(),
            "lookup" => arguments
                .get(2)
                .map(|default| self.follow(default, hops, depth))
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

/// What a loop runs over: the items of a list, the values of a map.
pub(crate) fn elements(of: Vec<Node>) -> Vec<Node> {
    let mut all = Vec::new();
    for node in of {
        match node.kind {
            Kind::List(items) => all.extend(items),
            Kind::Map(entries) => all.extend(entries.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    all.truncate(CHOICES_MAX);
    all
}

/// A part of each value. An index of a list that is not written out is any of its items.
fn members(mut values: Vec<Node>, parts: &[String]) -> Vec<Node> {
    for part in parts {
        let mut next = Vec::new();
        for value in values {
            match value.kind {
                Kind::Map(entries) if part == "*" => {
                    next.extend(entries.into_iter().map(|(_, value)| value));
                }
                Kind::Map(entries) => next.extend(
                    entries.into_iter().filter(|(key, _)| key == part).map(|(_, value)| value),
                ),
                Kind::List(items) => match part.parse::<usize>() {
                    Ok(index) => next.extend(items.into_iter().nth(index)),
                    Err(_) if part == "*" => next.extend(items),
                    Err(_) => {}
                },
                _ => {}
            }
        }
        next.truncate(CHOICES_MAX);
        values = next;
    }
    values.retain(|node| node.kind != Kind::Null);
    values
}

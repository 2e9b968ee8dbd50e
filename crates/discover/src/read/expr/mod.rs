//! Expressions of Terraform (HCL) and Bicep. The two differ in quotes, comments and declarations;
//! what stands to the right of `=` and `:` is one language, read here by one bounded descent.
//!
//! Nothing is evaluated: a conditional is the values that it can have, a call of a function is its
//! name and arguments. [`resolve`] follows names to constants.

mod operand;
mod resolve;
mod text;

use crate::limits::Limits;
use crate::tree::Fault;

pub(crate) use resolve::{Constants, Resolver, elements};

/// Which of the two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Hcl,
    Bicep,
}

/// A value and the line on which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) line: u32,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Null,
    Bool(bool),
    Number(String),
    Text(Vec<Part>),
    List(Vec<Expr>),
    Map(Vec<(String, Expr)>),
    /// `var.a.b`, `each.value.model`; an index is a part, too.
    Name(Vec<String>),
    /// The elements of `of`, each under a name in `body`.
    For {
        name: String,
        of: Box<Expr>,
        body: Box<Expr>,
    },
    /// One of these: both branches of a conditional, `a ?? b`.
    Choice(Vec<Expr>),
    Call(String, Vec<Expr>),
    /// Sums, comparisons and whatever else has no constant text.
    Other,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Plain(String),
    Hole(Expr),
}

impl Expr {
    pub(crate) const fn new(line: u32, shape: Shape) -> Self {
        Self { line, shape }
    }

    /// The value under a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.shape {
            Shape::Map(entries) => {
                entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// A text without anything to fill in.
    pub(crate) fn text(&self) -> Option<String> {
        match &self.shape {
            Shape::Text(parts) => match parts.as_slice() {
                [] => Some(String::new()),
                [Part::Plain(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A place in a text.
pub(crate) struct Reader<'t> {
    pub(crate) text: &'t str,
    pub(crate) at: usize,
    pub(crate) line: u32,
    pub(crate) dialect: Dialect,
    values: usize,
    limits: &'t Limits,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(dialect: Dialect, text: &'t str, limits: &'t Limits) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, line: 1, dialect, values: 0, limits }
    }

    pub(crate) fn fault(&self, words: &str) -> Fault {
        Fault::at(self.line, words)
    }

    pub(crate) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(crate) fn starts(&self, with: &str) -> bool {
        self.rest().starts_with(with)
    }

    /// Goes on over `bytes`, which end at the border of a character.
    pub(crate) fn pass(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        let lines = self.text[self.at..end].matches('\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at = end;
    }

    pub(crate) fn eat(&mut self, what: &str) -> bool {
        let here = self.starts(what);
        if here {
            self.pass(what.len());
        }
        here
    }

    /// Passes over spaces and comments of this line.
    pub(crate) fn space(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                // In HCL a comment, in Bicep a directive to its compiler.
                Some(b'#') => self.pass_line(),
                Some(b'/') if self.starts("//") => self.pass_line(),
                Some(b'/') if self.starts("/*") => {
                    let end = self.rest().find("*/").map_or(self.rest().len(), |end| end + 2);
                    self.pass(end);
                }
                _ => return,
            }
        }
    }

    /// The same, and over line breaks.
    pub(crate) fn gap(&mut self) {
        loop {
            self.space();
            if self.peek() != Some(b'\n') {
                return;
            }
            self.pass(1);
        }
    }

    pub(crate) fn pass_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    /// Whether the next thing, on this line or below, begins with one of these.
    fn follows(&mut self, signs: &[&str]) -> bool {
        let (at, line) = (self.at, self.line);
        self.gap();
        let here = signs.iter().any(|sign| self.starts(sign));
        if !here {
            (self.at, self.line) = (at, line);
        }
        here
    }

    /// A name; hyphens belong to one in HCL.
    pub(crate) fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let hyphen = self.dialect == Dialect::Hcl;
        let first = rest.chars().next()?;
        if !(first.is_ascii_alphabetic() || first == '_') {
            return None;
        }
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || (hyphen && c == '-')))
            .unwrap_or(rest.len());
        self.at += end;
        Some(&rest[..end])
    }

    /// Whether something may lie as deep as this.
    pub(crate) fn bounded(&mut self, depth: usize) -> Result<(), Fault> {
        self.one_more(depth)
    }

    fn one_more(&mut self, depth: usize) -> Result<(), Fault> {
        self.values += 1;
        if self.values > self.limits.values_max {
            return Err(self.fault(&format!("more than {} values", self.limits.values_max)));
        }
        if depth > self.limits.json_depth_max {
            return Err(self.fault(&format!("nested deeper than {}", self.limits.json_depth_max)));
        }
        Ok(())
    }

    /// An expression.
    pub(crate) fn expr(&mut self, depth: usize) -> Result<Expr, Fault> {
        self.one_more(depth)?;
        self.space();
        let line = self.line;
        let condition = self.chain(depth)?;
        if !self.follows(&["?"]) {
            if self.dialect == Dialect::Bicep && self.follows(&["=>"]) {
                self.pass(2);
                self.gap();
                self.expr(depth + 1)?;
                return Ok(Expr::new(line, Shape::Other));
            }
            return Ok(condition);
        }
        self.pass(1);
        self.gap();
        let yes = self.expr(depth + 1)?;
        self.gap();
        if !self.eat(":") {
            return Err(self.fault("expected `:` of a conditional"));
        }
        self.gap();
        let no = self.expr(depth + 1)?;
        Ok(Expr::new(line, Shape::Choice(vec![yes, no])))
    }

    /// Operands between operators. Only `??` leaves the values as they are.
    fn chain(&mut self, depth: usize) -> Result<Expr, Fault> {
        let line = self.line;
        let mut operands = vec![self.operand(depth)?];
        let mut choice = true;
        while let Some(operator) = self.operator() {
            choice &= operator == "??";
            self.gap();
            operands.push(self.operand(depth)?);
        }
        Ok(match operands.len() {
            1 => operands.remove(0),
            _ if choice => Expr::new(line, Shape::Choice(operands)),
            _ => Expr::new(line, Shape::Other),
        })
    }

    fn operator(&mut self) -> Option<&'static str> {
        const ANYWHERE: [&str; 7] = ["??", "==", "!=", "&&", "||", "=~", "!~"];
        const SAME_LINE: [&str; 9] = ["<=", ">=", "<", ">", "+", "-", "*", "/", "%"];
        if self.follows(&ANYWHERE) {
            let found = ANYWHERE.into_iter().find(|sign| self.starts(sign))?;
            self.pass(found.len());
            return Some(found);
        }
        self.space();
        let found = SAME_LINE.into_iter().find(|sign| self.starts(sign))?;
        self.pass(found.len());
        Some(found)
    }
}

#[cfg(test)]
mod tests;

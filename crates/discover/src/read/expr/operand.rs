//! What stands between operators: literals, names with their parts, lists, maps, calls.

use super::{Dialect, Expr, Reader, Shape};
use crate::tree::Fault;

impl Reader<'_> {
    pub(super) fn operand(&mut self, depth: usize) -> Result<Expr, Fault> {
        let mut negated = false;
        while matches!(self.peek(), Some(b'!' | b'-')) {
            negated = true;
            self.pass(1);
            self.space();
        }
        let value = self.primary(depth)?;
        let value = self.parts(value, depth)?;
        Ok(match value.shape {
            Shape::Number(number) if negated => {
                Expr::new(value.line, Shape::Number(format!("-{number}")))
            }
            _ if negated => Expr::new(value.line, Shape::Other),
            _ => value,
        })
    }

    fn primary(&mut self, depth: usize) -> Result<Expr, Fault> {
        self.one_more(depth)?;
        let line = self.line;
        let shape = match self.peek() {
            Some(b'"') if self.dialect == Dialect::Hcl => self.quoted(depth)?,
            Some(b'<') if self.starts("<<") && self.dialect == Dialect::Hcl => {
                self.heredoc(depth)?
            }
            Some(b'\'' | b'$') if self.dialect == Dialect::Bicep => self.quoted(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'{') => self.map(depth)?,
            Some(b'(') => {
                self.pass(1);
                self.gap();
                let inner = self.expr(depth + 1)?;
                let lambda = self.dialect == Dialect::Bicep && self.names_of_lambda();
                self.gap();
                if !self.eat(")") {
                    return Err(self.fault("expected `)`"));
                }
                if lambda { Shape::Other } else { inner.shape }
            }
            Some(byte) if byte.is_ascii_digit() => {
                let rest = self.rest();
                let end = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
                    .unwrap_or(rest.len());
                self.pass(end);
                Shape::Number(rest[..end].to_owned())
            }
            Some(_) => {
                let name = self.name().ok_or_else(|| self.fault("expected a value"))?;
                match name {
                    "true" => Shape::Bool(true),
                    "false" => Shape::Bool(false),
                    "null" => Shape::Null,
                    name => Shape::Name(vec![name.to_owned()]),
                }
            }
            None => return Err(self.fault("the text ends early")),
        };
        Ok(Expr::new(line, shape))
    }

    /// `(a, b) => …` has more names behind the first.
    fn names_of_lambda(&mut self) -> bool {
        let mut several = false;
        loop {
            self.gap();
            if !self.eat(",") {
                return several;
            }
            several = true;
            self.gap();
            self.name();
        }
    }

    /// `.part`, `[index]`, `(arguments)` behind a value.
    fn parts(&mut self, mut value: Expr, depth: usize) -> Result<Expr, Fault> {
        loop {
            match self.peek() {
                Some(b'.') if !self.starts("...") => {
                    self.pass(1);
                    self.eat("?");
                    let part = if self.eat("*") {
                        "*".to_owned()
                    } else if let Some(name) = self.name() {
                        name.to_owned()
                    } else {
                        let rest = self.rest();
                        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                        if end == 0 {
                            return Err(self.fault("expected a name after `.`"));
                        }
                        self.pass(end);
                        rest[..end].to_owned()
                    };
                    value = member(value, part);
                }
                Some(b':') if self.starts("::") => {
                    self.pass(2);
                    let part = self.name().unwrap_or_default().to_owned();
                    value = member(value, part);
                }
                Some(b'[') => {
                    self.pass(1);
                    self.eat("?");
                    self.gap();
                    let part = if self.eat("*") {
                        "*".to_owned()
                    } else {
                        let index = self.expr(depth + 1)?;
                        match (&index.shape, index.text()) {
                            (_, Some(text)) => text,
                            (Shape::Number(number), _) => number.clone(),
                            _ => "*".to_owned(),
                        }
                    };
                    self.gap();
                    if !self.eat("]") {
                        return Err(self.fault("expected `]` of an index"));
                    }
                    value = member(value, part);
                }
                Some(b'(') => {
                    let arguments = self.arguments(depth)?;
                    value = Expr::new(
                        value.line,
                        match value.shape {
                            Shape::Name(name) => Shape::Call(name.join("."), arguments),
                            _ => Shape::Other,
                        },
                    );
                }
                // Bicep: what is not null, by the author's word.
                Some(b'!') if !self.starts("!=") && self.dialect == Dialect::Bicep => self.pass(1),
                _ => return Ok(value),
            }
        }
    }

    fn arguments(&mut self, depth: usize) -> Result<Vec<Expr>, Fault> {
        self.pass(1);
        let mut arguments = Vec::new();
        loop {
            self.gap();
            if self.eat(")") {
                return Ok(arguments);
            }
            arguments.push(self.expr(depth + 1)?);
            self.gap();
            self.eat("...");
            self.gap();
            if !self.eat(",") && !self.starts(")") {
                return Err(self.fault("expected `,` or `)`"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Shape, Fault> {
        self.pass(1);
        self.gap();
        if self.is_word("for") {
            let shape = self.each(depth)?;
            self.gap();
            if !self.eat("]") {
                return Err(self.fault("expected `]` after `for`"));
            }
            return Ok(shape);
        }
        let mut items = Vec::new();
        loop {
            self.gap();
            if self.eat("]") {
                return Ok(Shape::List(items));
            }
            self.eat("...");
            items.push(self.expr(depth + 1)?);
            // Bicep parts elements by line breaks, so what follows is the next.
            self.gap();
            if !self.eat(",") && self.dialect == Dialect::Hcl && !self.starts("]") {
                return Err(self.fault("expected `,` or `]`"));
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Shape, Fault> {
        self.pass(1);
        self.gap();
        if self.dialect == Dialect::Hcl && self.is_word("for") {
            let shape = self.each(depth)?;
            self.gap();
            if !self.eat("}") {
                return Err(self.fault("expected `}` after `for`"));
            }
            return Ok(shape);
        }
        let mut entries = Vec::new();
        loop {
            self.gap();
            if self.eat("}") {
                return Ok(Shape::Map(entries));
            }
            // `...base` spreads a map.
            if self.eat("...") {
                self.expr(depth + 1)?;
                continue;
            }
            if self.dialect == Dialect::Bicep && self.eat("@") {
                self.expr(depth + 1)?;
                continue;
            }
            let key = self.key(depth)?;
            self.gap();
            if self.dialect == Dialect::Bicep && key == "resource" && !self.starts(":") {
                entries.push(self.nested_resource(depth)?);
                continue;
            }
            if !self.eat("=") && !self.eat(":") {
                return Err(self.fault("expected `=` or `:` after a name"));
            }
            self.gap();
            let value = self.expr(depth + 1)?;
            entries.push((key, value));
            self.gap();
            self.eat(",");
        }
    }

    /// `resource name 'type' = { … }` within the body of another, as a map under `resource type`.
    fn nested_resource(&mut self, depth: usize) -> Result<(String, Expr), Fault> {
        self.name();
        self.space();
        let of = self.expr(depth + 1)?.text().unwrap_or_default();
        self.space();
        if self.is_word("existing") {
            self.pass("existing".len());
            self.space();
        }
        if !self.eat("=") {
            return Err(self.fault("expected `=` of a resource"));
        }
        self.gap();
        self.condition(depth)?;
        let body = self.expr(depth + 1)?;
        Ok((format!("resource {of}"), body))
    }

    fn key(&mut self, depth: usize) -> Result<String, Fault> {
        if let Some(name) = self.name() {
            // `(var.x)` and `a.b` as keys are rare; what they hold is read all the same.
            return Ok(name.to_owned());
        }
        let key = self.operand(depth + 1)?;
        Ok(key.text().unwrap_or_default())
    }

    /// `for name in of : body`, behind its bracket. Where a map is made, `body` is its value.
    fn each(&mut self, depth: usize) -> Result<Shape, Fault> {
        self.pass("for".len());
        self.gap();
        let pair = self.eat("(");
        self.gap();
        let mut name = self.name().ok_or_else(|| self.fault("expected a name after `for`"))?;
        self.gap();
        if self.eat(",") {
            self.gap();
            let second = self.name().ok_or_else(|| self.fault("expected a name after `,`"))?;
            // Bicep names the element before its place, HCL behind its key.
            if self.dialect == Dialect::Hcl {
                name = second;
            }
            self.gap();
        }
        if pair && !self.eat(")") {
            return Err(self.fault("expected `)`"));
        }
        self.gap();
        if !self.is_word("in") {
            return Err(self.fault("expected `in`"));
        }
        self.pass("in".len());
        self.gap();
        let of = self.chain(depth + 1)?;
        self.gap();
        if !self.eat(":") {
            return Err(self.fault("expected `:` after `in`"));
        }
        self.gap();
        self.condition(depth)?;
        let mut body = self.expr(depth + 1)?;
        self.gap();
        if self.eat("=>") {
            self.gap();
            body = self.expr(depth + 1)?;
            self.gap();
            self.eat("...");
            self.gap();
        }
        self.condition(depth)?;
        Ok(Shape::For { name: name.to_owned(), of: Box::new(of), body: Box::new(body) })
    }

    /// `if …`, which decides whether something is there; it is read as if it were.
    pub(crate) fn condition(&mut self, depth: usize) -> Result<(), Fault> {
        if self.is_word("if") {
            self.pass("if".len());
            self.gap();
            if self.dialect == Dialect::Bicep {
                self.operand(depth + 1)?;
            } else {
                self.expr(depth + 1)?;
            }
            self.gap();
        }
        Ok(())
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        let behind = self.rest().strip_prefix(word);
        behind.is_some_and(|rest| {
            !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        })
    }
}

/// A part of a value: of a name it is the longer name.
fn member(value: Expr, part: String) -> Expr {
    let shape = match value.shape {
        Shape::Name(mut name) => {
            name.push(part);
            Shape::Name(name)
        }
        _ => Shape::Other,
    };
    Expr::new(value.line, shape)
}

//! Texts with holes: `"a ${b}"`, `'a ${b}'`, heredocs and Bicep's texts of several lines.

use super::{Dialect, Expr, Part, Reader, Shape};
use crate::tree::Fault;

impl<'t> Reader<'t> {
    /// A text in quotes.
    pub(super) fn quoted(&mut self, depth: usize) -> Result<Shape, Fault> {
        let filled = self.eat("$");
        if self.starts("'''") {
            return self.several_lines(filled, depth);
        }
        if filled {
            return Err(self.fault("unexpected `$`"));
        }
        let quote = if self.dialect == Dialect::Hcl { '"' } else { '\'' };
        self.pass(1);
        let mut parts = Parts::default();
        loop {
            let Some(next) = self.rest().chars().next().filter(|next| *next != '\n') else {
                return Err(self.fault("a text does not end on its line"));
            };
            if next == quote {
                self.pass(1);
                return Ok(Shape::Text(parts.done()));
            }
            if next == '\\' {
                self.pass(1);
                let escaped = self.rest().chars().next().unwrap_or('\\');
                parts.plain(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
                self.pass(escaped.len_utf8());
            } else if !self.hole(&mut parts, depth)? {
                parts.plain(next);
                self.pass(next.len_utf8());
            }
        }
    }

    /// A hole, when one begins here.
    fn hole(&mut self, parts: &mut Parts, depth: usize) -> Result<bool, Fault> {
        if self.dialect == Dialect::Hcl && (self.starts("$${") || self.starts("%%{")) {
            parts.plain(if self.starts("$") { '$' } else { '%' });
            self.pass(2);
            return Ok(true);
        }
        if self.starts("${") {
            self.pass(2);
            self.eat("~");
            self.gap();
            let inner = self.expr(depth + 1)?;
            self.gap();
            self.eat("~");
            if !self.eat("}") {
                return Err(self.fault("expected `}` after what is filled in"));
            }
            parts.hole(inner);
            return Ok(true);
        }
        if self.dialect == Dialect::Hcl && self.starts("%{") {
            let end = self.rest().find('}').map_or(self.rest().len(), |end| end + 1);
            let line = self.line;
            self.pass(end);
            parts.hole(Expr::new(line, Shape::Other));
            return Ok(true);
        }
        Ok(false)
    }

    /// `<<END` or `<<-END` to the line that only says `END`.
    pub(super) fn heredoc(&mut self, depth: usize) -> Result<Shape, Fault> {
        self.pass(2);
        self.eat("-");
        let end = self.name().ok_or_else(|| self.fault("expected the name of a heredoc"))?;
        self.pass_line();
        self.pass(1);
        let rest = self.rest();
        let mut bytes = 0;
        let mut length = None;
        for line in rest.split_inclusive('\n') {
            if line.trim() == end {
                length = Some((bytes, bytes + line.trim_end_matches(['\r', '\n']).len()));
                break;
            }
            bytes += line.len();
        }
        let (content, whole) = length.ok_or_else(|| self.fault("a heredoc does not end"))?;
        let parts = self.inside(&rest[..content], true, depth)?;
        self.pass(whole);
        Ok(Shape::Text(parts))
    }

    /// `'''…'''`; only with a `$` before it something is filled in.
    fn several_lines(&mut self, filled: bool, depth: usize) -> Result<Shape, Fault> {
        self.pass(3);
        let rest = self.rest();
        let end = rest.find("'''").ok_or_else(|| self.fault("a text does not end"))?;
        let parts = self.inside(&rest[..end], filled, depth)?;
        self.pass(end + 3);
        Ok(Shape::Text(parts))
    }

    /// The parts of a text that lies before the reader.
    fn inside(&mut self, text: &'t str, filled: bool, depth: usize) -> Result<Vec<Part>, Fault> {
        let mut parts = Parts::default();
        if !filled {
            parts.plain.push_str(text);
            return Ok(parts.done());
        }
        let mut reader = Reader {
            text,
            at: 0,
            line: self.line,
            dialect: self.dialect,
            values: self.values,
            limits: self.limits,
        };
        while let Some(next) = reader.rest().chars().next() {
            if !reader.hole(&mut parts, depth)? {
                parts.plain(next);
                reader.pass(next.len_utf8());
            }
        }
        self.values = reader.values;
        Ok(parts.done())
    }
}

#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    plain: String,
}

impl Parts {
    fn plain(&mut self, character: char) {
        self.plain.push(character);
    }

    fn hole(&mut self, inner: Expr) {
        if !self.plain.is_empty() {
            self.done.push(Part::Plain(std::mem::take(&mut self.plain)));
        }
        self.done.push(Part::Hole(inner));
    }

    fn done(mut self) -> Vec<Part> {
        if !self.plain.is_empty() {
            self.done.push(Part::Plain(self.plain));
        }
        self.done
    }
}

//! What a source file says, the same for every language: imports, calls, bindings, records.
//!
//! ```text
//!  Python ┐
//!  TS, JS ├─ tree-sitter ─▶ Facts ─▶ find::*
//!  Rust   │                 (no language left)
//!  Go     │
//!  Java   │
//!  C#     ┘
//! ```
//!
//! A fact never comes from a comment or a docstring. A value is what is written at its place;
//! [`Facts::literals`] follows a name to the constants bound to it in the same file, no further.

use std::collections::HashMap;

/// The facts of one file.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) imports: Vec<Import>,
    pub(crate) calls: Vec<Call>,
    /// Variables of the environment that are read, and their lines.
    pub(crate) variables: Vec<(String, u32)>,
    /// Records (objects, dictionaries, struct literals) that are not an argument of a call.
    pub(crate) records: Vec<Record>,
    pub(crate) bindings: Vec<Binding>,
    /// `name in ["…"]`: what a name is one of.
    pub(crate) one_of: Vec<Binding>,
    pub(crate) functions: Vec<Function>,
    /// Classes of Python and JavaScript, and types of Rust that implement a trait.
    pub(crate) classes: Vec<Class>,
    /// Dotted names that end in a capitalised part, and their lines: constants of a package.
    pub(crate) constants: Vec<(String, u32)>,
    /// Variables and parameters with the type that their declaration names.
    pub(crate) declared: Vec<Declared>,
    /// Every text literal that is not a docstring.
    pub(crate) texts: Vec<Text>,
    /// The bindings of each name, and the scope around each scope; made by [`Facts::index`].
    by_name: HashMap<String, Vec<usize>>,
    parents: HashMap<usize, usize>,
    /// The parser met something that is not its language, at this line.
    pub(crate) broken_at: Option<u32>,
    /// The file holds more syntax than is looked at.
    pub(crate) cut: bool,
}

/// `import module`, `from module import name`, `use module`.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) module: String,
    /// The local names that it gives, with what they are called in the module.
    pub(crate) names: Vec<(String, String)>,
    pub(crate) line: u32,
}

/// A call or a construction.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Dotted, as written: `client.chat.completions.create`, `new` left out.
    pub(crate) callee: String,
    pub(crate) args: Vec<Arg>,
    pub(crate) line: u32,
    pub(crate) scope: usize,
}

/// An argument; a property of an object argument counts as a named one.
#[derive(Debug, Clone)]
pub(crate) struct Arg {
    pub(crate) name: Option<String>,
    pub(crate) value: Value,
}

/// `Type { field: value }`, `{"key": value}`.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) of: String,
    pub(crate) entries: Vec<(String, Value)>,
    pub(crate) line: u32,
    pub(crate) scope: usize,
}

/// A name that is given a value: assignment, constant, default of a parameter, class attribute.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) name: String,
    /// What it is declared as, or the class or enumeration that it belongs to; often empty.
    pub(crate) of: String,
    pub(crate) value: Value,
    pub(crate) scope: usize,
}

/// `Type name`: a variable, field or parameter of a language that declares types.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) name: String,
    /// Dotted, without the types that it is generic over.
    pub(crate) of: String,
    pub(crate) line: u32,
    pub(crate) scope: usize,
}

/// `class Name(Base)`, `class Name extends Base`, `impl Base for Name`.
#[derive(Debug, Clone)]
pub(crate) struct Class {
    pub(crate) name: String,
    /// Dotted, as written.
    pub(crate) bases: Vec<String>,
    pub(crate) line: u32,
}

/// A function; scope 0 is the file.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Decorators, dotted as written, without arguments.
    pub(crate) decorators: Vec<String>,
    pub(crate) line: u32,
    pub(crate) parent: usize,
    /// The scope of its body.
    pub(crate) scope: usize,
    /// Names of its parameters.
    pub(crate) parameters: Vec<String>,
}

/// A text literal.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) content: String,
    pub(crate) line: u32,
    /// Something is filled in: an f-string, a template literal.
    pub(crate) holes: bool,
    pub(crate) scope: usize,
}

/// What is written at a place.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) line: u32,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Text {
        text: String,
        holes: bool,
    },
    Number,
    Bool(bool),
    /// A name, dotted.
    Name(String),
    /// An environment variable; its default stands beside it in a [`Shape::Choice`].
    Env,
    List(Vec<Value>),
    Record(String, Vec<(String, Value)>),
    Call(Box<Call>),
    /// One of these: `a or b`, `a ?? b`, `a if c else b`.
    Choice(Vec<Value>),
    /// An element of this: a loop's variable, a look-up by a key that is not constant.
    Each(Box<Value>),
    Other,
}

/// A constant text that a value can be, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) line: u32,
    pub(crate) holes: bool,
}

/// How many constants a name is followed to.
const LITERALS_MAX: usize = 16;
/// How many elements of a list are looked at.
const ELEMENTS_MAX: usize = 256;
/// How many names are followed one after the other.
const HOPS_MAX: usize = 4;

impl Call {
    /// The last part of the callee.
    pub(crate) fn last(&self) -> &str {
        last(&self.callee)
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Value> {
        self.args.iter().find(|arg| arg.name.as_deref() == Some(name)).map(|arg| &arg.value)
    }

    pub(crate) fn any_named(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.named(name))
    }

    pub(crate) fn positional(&self, index: usize) -> Option<&Value> {
        self.args.iter().filter(|arg| arg.name.is_none()).nth(index).map(|arg| &arg.value)
    }
}

/// The last part of a dotted name.
pub(crate) fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

impl Facts {
    /// The constants that `value` can be, following names bound in this file.
    pub(crate) fn literals(&self, value: &Value, scope: usize) -> Vec<Literal> {
        let mut found = Vec::new();
        self.follow(value, scope, HOPS_MAX, &mut found);
        found
    }

    /// The first of them.
    pub(crate) fn literal(&self, value: &Value, scope: usize) -> Option<Literal> {
        self.literals(value, scope).into_iter().next()
    }

    fn follow(&self, value: &Value, scope: usize, hops: usize, found: &mut Vec<Literal>) {
        if found.len() >= LITERALS_MAX {
            return;
        }
        match &value.shape {
            Shape::Text { text, holes } => {
                let literal = Literal { text: text.clone(), line: value.line, holes: *holes };
                if !found.contains(&literal) {
                    found.push(literal);
                }
            }
            Shape::Choice(values) => {
                for value in values {
                    self.follow(value, scope, hops, found);
                }
            }
            Shape::Name(name) if hops > 0 => {
                for binding in self.bound(name, scope) {
                    self.follow(&binding.value, binding.scope, hops - 1, found);
                }
            }
            Shape::Each(of) if hops > 0 => {
                for (value, scope) in self.elements(of, scope) {
                    self.follow(value, scope, hops - 1, found);
                }
            }
            _ => {}
        }
    }

    /// The elements of a list, or the values of a record, that `value` can be, with their scope.
    pub(crate) fn elements<'a>(
        &'a self,
        value: &'a Value,
        scope: usize,
    ) -> Vec<(&'a Value, usize)> {
        let mut found = Vec::new();
        self.inside(value, scope, HOPS_MAX, &mut found);
        found
    }

    fn inside<'a>(
        &'a self,
        value: &'a Value,
        scope: usize,
        hops: usize,
        found: &mut Vec<(&'a Value, usize)>,
    ) {
        let room = ELEMENTS_MAX.saturating_sub(found.len());
        match &value.shape {
            Shape::List(items) => found.extend(items.iter().take(room).map(|item| (item, scope))),
            Shape::Record(_, entries) => {
                found.extend(entries.iter().take(room).map(|(_, value)| (value, scope)));
            }
            Shape::Choice(values) if hops > 0 => {
                for value in values {
                    self.inside(value, scope, hops - 1, found);
                }
            }
            Shape::Name(name) if hops > 0 => {
                for binding in self.bound(name, scope) {
                    self.inside(&binding.value, binding.scope, hops - 1, found);
                }
            }
            _ => {}
        }
    }

    /// The bindings of a name in the innermost scope that has any.
    pub(crate) fn bound(&self, name: &str, scope: usize) -> Vec<&Binding> {
        let Some(own) = self.by_name.get(name) else { return Vec::new() };
        let own = || own.iter().filter_map(|index| self.bindings.get(*index));
        let plain = name.strip_prefix("self.").or_else(|| name.strip_prefix("this."));
        if plain.is_some() {
            return own().take(LITERALS_MAX).collect();
        }
        let mut scope = scope;
        loop {
            let here: Vec<_> =
                own().filter(|binding| binding.scope == scope).take(LITERALS_MAX).collect();
            if !here.is_empty() || scope == 0 {
                return here;
            }
            scope = self.parent(scope);
        }
    }

    /// The call that gave a name its value: `client` in `client = OpenAI(…)`.
    pub(crate) fn made_by(&self, name: &str, scope: usize) -> Option<&Call> {
        let mut name = name.to_owned();
        for _ in 0..HOPS_MAX {
            let bound = self.bound(&name, scope);
            let binding = bound.first()?;
            match &binding.value.shape {
                Shape::Call(call) => return Some(call),
                Shape::Name(next) if *next != name => name.clone_from(next),
                _ => return None,
            }
        }
        None
    }

    /// The type that the innermost declaration of a name gives it.
    pub(crate) fn type_of(&self, name: &str, scope: usize) -> Option<&str> {
        let mut scope = scope;
        loop {
            let here = self.declared.iter().find(|d| d.scope == scope && d.name == name);
            if here.is_some() || scope == 0 {
                return here.map(|declared| declared.of.as_str());
            }
            scope = self.parent(scope);
        }
    }

    fn parent(&self, scope: usize) -> usize {
        self.parents.get(&scope).copied().unwrap_or(0)
    }

    /// Whether `scope` lies in `outer`.
    pub(crate) fn within(&self, scope: usize, outer: usize) -> bool {
        let mut scope = scope;
        while scope != 0 {
            if scope == outer {
                return true;
            }
            scope = self.parent(scope);
        }
        false
    }

    /// Makes names and scopes quick to look up, once everything was collected.
    pub(crate) fn index(&mut self) {
        for (index, binding) in self.bindings.iter().enumerate() {
            self.by_name.entry(binding.name.clone()).or_default().push(index);
        }
        self.parents = self.functions.iter().map(|f| (f.scope, f.parent)).collect();
    }

    /// What a local name is called where it was imported from: `(module, name)`.
    pub(crate) fn imported(&self, local: &str) -> Option<(&str, &str)> {
        let first = local.split('.').next().unwrap_or(local);
        self.imports.iter().find_map(|import| {
            import
                .names
                .iter()
                .find(|(name, _)| name == first)
                .map(|(_, original)| (import.module.as_str(), original.as_str()))
        })
    }
}

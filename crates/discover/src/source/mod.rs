//! Source files: which language, and its facts by tree-sitter.

mod declared;
mod extract;
pub(crate) mod facts;
mod marks;
pub(crate) mod notebook;
mod signatures;
mod typed;
pub(crate) mod usings;
mod value;

#[cfg(test)]
mod tests;

use tree_sitter::Parser;

use crate::limits::Limits;
use facts::Facts;
pub(crate) use typed::TYPE;

/// The languages that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    Python,
    JavaScript,
    TypeScript,
    Tsx,
    Rust,
    Go,
    Java,
    CSharp,
}

impl Language {
    /// By the end of the file's name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        Some(match end {
            "py" | "pyi" => Self::Python,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "rs" => Self::Rust,
            "go" => Self::Go,
            "java" => Self::Java,
            "cs" | "csx" => Self::CSharp,
            _ => return None,
        })
    }

    /// Whether variables are declared with the types that they have.
    pub(crate) const fn is_typed(self) -> bool {
        matches!(self, Self::Java | Self::CSharp)
    }

    fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
            Self::Rust => tree_sitter_rust::LANGUAGE.into(),
            Self::Go => tree_sitter_go::LANGUAGE.into(),
            Self::Java => tree_sitter_java::LANGUAGE.into(),
            Self::CSharp => tree_sitter_c_sharp::LANGUAGE.into(),
        }
    }
}

/// Lines that nobody writes by hand.
const LINE_BYTES_BUILT: usize = 1_000;

/// Whether a script came out of a bundler: its lines are a thousand bytes long on average.
pub(crate) fn is_built(language: Language, text: &str) -> bool {
    language == Language::JavaScript
        && text.len() > 20 * LINE_BYTES_BUILT
        && text.len() / (text.lines().count() + 1) > LINE_BYTES_BUILT
}

/// The facts of a source text, or why there are none.
pub(crate) fn read(language: Language, text: &str, limits: &Limits) -> Result<Facts, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A list in a macro is no expression to the grammar: what is left is one, at the same places.
    let listed = (language == Language::Rust && text.contains("vec!["))
        .then(|| text.replace("vec![", "    ["));
    let text = listed.as_deref().unwrap_or(text);
    let mut parser = Parser::new();
    parser
        .set_language(&language.grammar())
        .map_err(|error| format!("the grammar does not load: {error}"))?;
    let tree = parser.parse(text, None).ok_or("the parser gave up on this file")?;
    Ok(extract::extract(language, text, &tree, limits))
}

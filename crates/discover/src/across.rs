//! What one file of a repository hands to a model and another one defines: a prompt, the name of a
//! model, a function as a tool.
//!
//! ```text
//!  app.py     Agent(instructions=RULES, tools=[search])     ─▶ Claim  ┐
//!  rules.py   RULES = "…"                                   ─▶ Export ┼─▶ finding at rules.py
//!  search.py  def search(…)                                 ─▶ Export ┘
//! ```
//!
//! A file is read by itself and says what it offers and what it wants; the two are joined once all
//! were read. Only what stands at the top of a module is offered, and an import is followed by its
//! path alone, one step: what is passed on through further modules is not found.

use std::collections::{HashMap, HashSet};

use annex_isms::AssetKind;

use crate::find::names::{self, Named};
use crate::find::{prompts, tools};
use crate::findings::{Finding, Findings, Place};
use crate::known::Index;
use crate::limits::Limits;
use crate::source;
use crate::source::facts::{Facts, Literal};
use crate::walk::{Class, File};

/// How many definitions of one file are kept.
const EXPORTS_MAX: usize = 500;
/// The longest text that is kept.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// How many claims of one file are kept.
const CLAIMS_MAX: usize = 200;

/// What a file defines at its top.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    texts: Vec<(String, Literal)>,
    functions: Vec<(String, u32)>,
}

/// What a name is handed over as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// Instructions; whether they are those of the system.
    Prompt {
        system: bool,
    },
    /// A model of this provider.
    Model {
        hint: Option<String>,
        embedding: bool,
    },
    Tool,
}

/// A name that a file imports from another one and hands to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) role: Role,
    /// The file that hands it over.
    pub(crate) path: String,
    /// The module as the import writes it.
    pub(crate) module: String,
    /// The name as the other file calls it.
    pub(crate) name: String,
}

impl Exports {
    /// Takes what a file offers.
    pub(crate) fn of(facts: &Facts) -> Self {
        let texts = facts
            .bindings
            .iter()
            .filter(|binding| binding.scope == 0 && !binding.name.contains('.'))
            .filter_map(|binding| {
                let literal = facts.literal(&binding.value, 0)?;
                (literal.text.len() <= TEXT_BYTES_MAX).then(|| (binding.name.clone(), literal))
            })
            .take(EXPORTS_MAX)
            .collect();
        let functions = facts
            .functions
            .iter()
            .filter(|function| function.parent == 0 && !function.name.is_empty())
            .map(|function| (function.name.clone(), function.line))
            .take(EXPORTS_MAX)
            .collect();
        Self { texts, functions }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.functions.is_empty()
    }
}

/// The modules of Python that the repository has itself, by their paths.
pub(crate) fn modules<'p>(paths: impl Iterator<Item = &'p str>) -> HashSet<String> {
    paths
        .filter(|path| path.rsplit_once('.').is_some_and(|(_, end)| end == "py"))
        .map(|path| module_of(path).to_owned())
        .collect()
}

/// Whether an import means a module of the repository: one beside the file, or one at the top.
pub(crate) fn is_own(modules: &HashSet<String>, path: &str, module: &str) -> bool {
    let first = module.split('.').next().unwrap_or(module);
    if first.is_empty() {
        return true;
    }
    let beside = match path.rsplit_once('/') {
        // Within a package an import means what is installed.
        Some((folder, _)) => {
            !modules.contains(folder) && modules.contains(&format!("{folder}/{first}"))
        }
        None => false,
    };
    beside || modules.contains(first) || modules.contains(&format!("src/{first}"))
}

/// Asks for what a name stands for in another file, when the file imports it from one.
pub(crate) fn claim(facts: &Facts, path: &str, name: &str, role: Role, out: &mut Findings) {
    let first = name.split('.').next().unwrap_or(name);
    let Some((module, original)) = facts.imported(first) else { return };
    // `from prompts import RULES`, or `import prompts` and `prompts.RULES`.
    let (module, original) = match name.split_once('.') {
        None => (module.to_owned(), original),
        Some((_, rest)) if !rest.contains('.') => {
            let inner = if original.is_empty() || original == "*" || original == "default" {
                module.to_owned()
            } else {
                join(module, original)
            };
            (inner, rest)
        }
        Some(_) => return,
    };
    if original.is_empty() || out.claims.len() >= CLAIMS_MAX {
        return;
    }
    let claim = Claim { role, path: path.to_owned(), module, name: original.to_owned() };
    if !out.claims.contains(&claim) {
        out.claims.push(claim);
    }
}

fn join(module: &str, name: &str) -> String {
    if module.ends_with('.') { format!("{module}{name}") } else { format!("{module}.{name}") }
}

/// Joins what was asked for with what is offered. A file that says nothing of AI itself is parsed
/// here, when another one hands on what it defines.
pub(crate) fn resolve(
    files: &[File],
    exports: &mut HashMap<String, Exports>,
    limits: &Limits,
    index: &Index<'_>,
    findings: &mut Findings,
) {
    let mut by_stem: HashMap<&str, Vec<&File>> = HashMap::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        if matches!(file.class, Class::Source(_)) {
            by_stem.entry(last_part(module_of(&file.path))).or_default().push(file);
        }
    }
    let mut claims = std::mem::take(&mut findings.claims);
    claims.sort_by(|a, b| (&a.path, &a.module, &a.name).cmp(&(&b.path, &b.module, &b.name)));
    for claim in claims {
        let Some(file) = target(&claim, &by_stem) else { continue };
        let path = file.path.as_str();
        let offered = exports
            .entry(path.to_owned())
            .or_insert_with(|| parsed(file, limits).unwrap_or_default());
        if claim.role == Role::Tool {
            if let Some((name, line)) = offered.functions.iter().find(|(n, _)| *n == claim.name) {
                push(findings, tools::tool(name, Place::new(path, *line)));
            }
            continue;
        }
        let Some((name, literal)) = offered.texts.iter().find(|(n, _)| *n == claim.name) else {
            continue;
        };
        let place = Place::new(path, literal.line);
        match claim.role {
            Role::Prompt { system } if prompts::is_instruction(&literal.text, PROMPT_CHARS_MIN) => {
                let found =
                    prompts::prompt(name, name, &literal.text, system, literal.holes, place);
                push(findings, found);
            }
            Role::Model { hint, embedding } if !literal.holes => {
                let named: Option<Named> = names::named(index, &literal.text, hint.as_deref());
                if let Some(named) = named {
                    push(findings, names::finding(index, &named, embedding, place));
                }
            }
            _ => {}
        }
    }
}

/// What a file defines; one that cannot be read is listed where it is read as a source.
fn parsed(file: &File, limits: &Limits) -> Option<Exports> {
    let Class::Source(language) = file.class else { return None };
    if file.bytes > limits.file_bytes_max {
        return None;
    }
    let text = std::fs::read_to_string(&file.full).ok()?;
    source::read(language, &text, limits).ok().map(|facts| Exports::of(&facts))
}

/// The shortest text that is an instruction where one is asked for.
const PROMPT_CHARS_MIN: usize = 20;

/// A file whose own names said what it defines has been heard already.
fn push(findings: &mut Findings, found: Finding) {
    let known = findings.assets.iter().any(|own| {
        own.kind == found.kind
            && own.place == found.place
            && (own.kind != AssetKind::Model || own.key == found.key)
    });
    if !known {
        findings.assets.push(found);
    }
}

/// The file that an import means: relative to the importing file, or by the end of its path.
fn target<'f>(claim: &Claim, by_stem: &HashMap<&str, Vec<&'f File>>) -> Option<&'f File> {
    let relative = claim.module.starts_with('.');
    let wanted = if relative { from(&claim.path, &claim.module) } else { spelled(&claim.module) };
    let candidates = by_stem.get(last_part(&wanted))?;
    let fits = |file: &&&File| {
        let module = module_of(&file.path);
        module == wanted
            || (!relative && module.strip_suffix(&wanted).is_some_and(|rest| rest.ends_with('/')))
    };
    // The nearest one: it shares most of the path with the file that imports it.
    let far =
        |file: &&&File| (std::cmp::Reverse(shared(&file.path, &claim.path)), file.path.clone());
    candidates.iter().filter(fits).min_by_key(far).copied()
}

fn shared(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count()
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A file's path as its importers mean it: without its end, and a folder's own file is the folder.
fn module_of(path: &str) -> &str {
    let stem = match path.rsplit_once('.') {
        Some((stem, end)) if !end.contains('/') => stem,
        _ => path,
    };
    ["/__init__", "/index"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem)
}

/// `core.prompts`, `@/lib/prompts` as a path.
fn spelled(module: &str) -> String {
    if module.contains('/') {
        let plain = module.trim_start_matches(['@', '~', '#', '/']);
        module_of_import(plain).to_owned()
    } else {
        module.replace('.', "/")
    }
}

/// `./prompts.js` names `./prompts`.
fn module_of_import(path: &str) -> &str {
    [".js", ".ts", ".tsx", ".jsx", ".mjs"]
        .iter()
        .find_map(|end| path.strip_suffix(end))
        .unwrap_or(path)
}

/// `.prompts`, `..core.prompts`, `./prompts`, `../lib/prompts` beside a file.
fn from(path: &str, module: &str) -> String {
    let mut folder: Vec<&str> = path.split('/').collect();
    folder.pop();
    if module.contains('/') || matches!(module, "." | "..") {
        for part in module_of_import(module).split('/') {
            match part {
                "." | "" => {}
                ".." => {
                    folder.pop();
                }
                other => folder.push(other),
            }
        }
    } else {
        let dots = module.bytes().take_while(|byte| *byte == b'.').count();
        for _ in 1..dots {
            folder.pop();
        }
        let rest = module.get(dots..).unwrap_or_default();
        folder.extend(rest.split('.').filter(|part| !part.is_empty()));
    }
    folder.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::Part;

    #[test]
    fn imports_are_followed_as_each_language_writes_them() {
        assert_eq!(from("app/agents/a.py", ".prompts"), "app/agents/prompts");
        assert_eq!(from("app/agents/a.py", "..core.prompts"), "app/core/prompts");
        assert_eq!(from("src/app/a.ts", "../lib/prompts.js"), "src/lib/prompts");
        assert_eq!(spelled("@/lib/prompts"), "lib/prompts");
        assert_eq!(spelled("core.prompts"), "core/prompts");
        assert_eq!(module_of("core/__init__.py"), "core");
        assert_eq!(module_of("lib/ai/index.ts"), "lib/ai");
    }

    #[test]
    fn the_nearest_file_is_meant() {
        let claim = |module: &str| Claim {
            role: Role::Tool,
            path: "one/app/main.py".to_owned(),
            module: module.to_owned(),
            name: "x".to_owned(),
        };
        let file = |path: &str| File {
            path: path.to_owned(),
            full: path.into(),
            bytes: 0,
            class: Class::Source(source::Language::Python),
            part: Part::System,
        };
        let (two, one) = (file("two/app/tools.py"), file("one/app/tools.py"));
        let by_stem = HashMap::from([("tools", vec![&two, &one])]);
        let found = |module: &str| target(&claim(module), &by_stem).map(|file| file.path.as_str());
        assert_eq!(found("app.tools"), Some("one/app/tools.py"));
        assert_eq!(found(".tools"), Some("one/app/tools.py"));
        assert_eq!(found("other.tools"), None);
    }
}

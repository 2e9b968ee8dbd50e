//! Python source that comes with a model: whether it does more than compute.

use std::collections::HashMap;

use crate::rules::{self, Rule};
use crate::scan::Scan;

/// Calls that no model needs. A name before the dot must be a module.
const DANGEROUS: [&str; 61] = [
    "eval",
    "exec",
    "execfile",
    "compile",
    "__import__",
    "breakpoint",
    "os.system",
    "os.popen",
    "os.popen2",
    "os.popen3",
    "os.execl",
    "os.execle",
    "os.execlp",
    "os.execv",
    "os.execve",
    "os.execvp",
    "os.execvpe",
    "os.spawnl",
    "os.spawnv",
    "os.spawnlp",
    "os.spawnvp",
    "os.posix_spawn",
    "os.fork",
    "os.kill",
    "os.dup2",
    "os.remove",
    "os.unlink",
    "os.rmdir",
    "os.chmod",
    "os.startfile",
    "posix.system",
    "nt.system",
    "subprocess.",
    "_posixsubprocess.",
    "commands.",
    "pty.",
    "socket.",
    "socketserver.",
    "ctypes.",
    "cffi.",
    "shutil.rmtree",
    "webbrowser.",
    "runpy.",
    "importlib.",
    "imp.",
    "marshal.",
    "pickle.loads",
    "pickle.load",
    "cPickle.",
    "dill.",
    "cloudpickle.",
    "code.",
    "urllib.request.",
    "urllib2.",
    "requests.",
    "httpx.",
    "http.client.",
    "ftplib.",
    "smtplib.",
    "paramiko.",
    "telnetlib.",
];

/// Calls of `TorchScript` that reach files.
const TORCHSCRIPT: [&str; 9] = [
    "torch.from_file",
    "torch.save",
    "torch.load",
    "ops.aten.from_file",
    "ops.aten.save",
    "ops.aten.load",
    "ops.prim.PythonOp",
    "ops.aten.fromfile",
    "torch.fromfile",
];
/// Operators that torch itself has.
const NAMESPACES: [&str; 14] = [
    "aten",
    "prim",
    "prims",
    "quantized",
    "torchvision",
    "torchaudio",
    "inductor",
    "sparse",
    "onednn",
    "mkldnn",
    "mkldnn_prepacked",
    "xnnpack",
    "prepacked",
    "_quantized",
];

/// Checks the code of a model that its loader imports.
pub(crate) fn check(source: &str, scan: &mut Scan<'_>) {
    scan.formats.insert("python");
    let mut aliases = HashMap::new();
    for statement in statements(source) {
        imports(&statement, &mut aliases);
        for (chain, offset) in calls(&statement) {
            let full = resolved(&chain, &aliases);
            let hit = DANGEROUS.iter().find(|known| match known.strip_suffix('.') {
                Some(module) => full.starts_with(module) && full[module.len()..].starts_with('.'),
                None => full == **known || full == format!("builtins.{known}"),
            });
            if hit.is_some() {
                found(&rules::PYTHON_DANGEROUS, &full, offset, scan);
            }
        }
    }
    scan.find(&rules::PYTHON_CODE, 0, "Python code that runs when the model is loaded or served");
}

/// Checks code of `TorchScript`, which has no modules and few operators that reach outside.
pub(crate) fn check_torchscript(source: &str, scan: &mut Scan<'_>) {
    for statement in statements(source) {
        for (chain, offset) in calls(&statement) {
            if TORCHSCRIPT.contains(&chain.as_str()) {
                found(&rules::TORCHSCRIPT_DANGEROUS, &chain, offset, scan);
            } else if let Some(rest) = chain.strip_prefix("ops.") {
                let space = rest.split('.').next().unwrap_or_default();
                if !NAMESPACES.contains(&space) {
                    found(&rules::OPERATOR_CUSTOM, &chain, offset, scan);
                }
            }
        }
    }
}

fn found(rule: &'static Rule, chain: &str, offset: usize, scan: &mut Scan<'_>) {
    scan.find(rule, offset as u64, format!("calls `{}`", crate::scan::printable(chain)));
}

struct Statement {
    /// The code, its comments and the insides of its texts taken out.
    text: String,
    offset: usize,
}

/// Lines of code, without what is no code.
fn statements(source: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut offset = 0;
    let bytes = source.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        let c = rest.chars().next().unwrap_or(' ');
        match c {
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => {
                at += string(rest, c);
                text.push_str("''");
            }
            '\\' if rest[1..].starts_with('\n') => at += 2,
            '\n' | ';' => {
                at += 1;
                found.push(Statement { text: std::mem::take(&mut text), offset });
                offset = at;
            }
            _ => {
                text.push(c);
                at += c.len_utf8();
            }
        }
    }
    found.push(Statement { text, offset });
    found
}

/// The bytes of the text that begins `rest`.
fn string(rest: &str, quote: char) -> usize {
    let triple: String = [quote; 3].iter().collect();
    let (end, start) = if rest.starts_with(&triple) { (triple, 3) } else { (quote.to_string(), 1) };
    let mut at = start;
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with(&end) {
            return at + end.len();
        }
        let c = here.chars().next().unwrap_or(' ');
        if c == '\n' && start == 1 {
            return at;
        }
        at += c.len_utf8();
        if c == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}

/// `import a.b as c` and `from a import b as c`.
fn imports(statement: &Statement, aliases: &mut HashMap<String, String>) {
    const ALIASES_MAX: usize = 4096;
    let words = statement.text.replace(['(', ')'], " ");
    let words = words.trim();
    let (module, list) = if let Some(rest) = words.strip_prefix("import ") {
        ("", rest)
    } else if let Some((module, list)) =
        words.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
    {
        (module.trim(), list)
    } else {
        return;
    };
    for part in list.split(',') {
        if aliases.len() >= ALIASES_MAX {
            return;
        }
        let (name, alias) = part.split_once(" as ").unwrap_or((part, part));
        let (name, alias) = (name.trim(), alias.trim());
        let full = if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") };
        if full != alias {
            aliases.insert(alias.to_owned(), full);
        }
    }
}

fn resolved(chain: &str, aliases: &HashMap<String, String>) -> String {
    let (first, rest) = chain.split_once('.').unwrap_or((chain, ""));
    match (aliases.get(first), rest) {
        (Some(full), "") => full.clone(),
        (Some(full), rest) => format!("{full}.{rest}"),
        (None, _) => chain.to_owned(),
    }
}

/// Names with dots that are called, and names that are passed on: `a.b.c(`, `f = os.system`.
fn calls(statement: &Statement) -> Vec<(String, usize)> {
    let text = &statement.text;
    if text.trim_start().starts_with("import ") || text.trim_start().starts_with("from ") {
        return Vec::new();
    }
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_alphabetic() || c == '_') {
        let start = at + start;
        let length = text[start..].find(|c| !part(c)).unwrap_or(text.len() - start);
        let chain = text[start..start + length].trim_end_matches('.');
        let after = text[start + length..].trim_start();
        let method = text[..start].trim_end().ends_with('.');
        let defined = text[..start].trim_end().ends_with("def");
        let decorates = text[..start].trim_start() == "@";
        let called = decorates || after.starts_with('(') || chain.contains('.');
        if !method && !defined && called {
            found.push((chain.to_owned(), statement.offset));
        }
        at = start + length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Verdict};

    fn verdict(source: &str) -> Verdict {
        let limits = Limits::default();
        let mut scan = Scan::new(&limits);
        check(source, &mut scan);
        scan.verdict()
    }

    #[test]
    fn calls_are_followed_through_imports() {
        for source in [
            "import os\nos.system('id')\n",
            "import os as o; o.system('id')",
            "from os import system as s\ns('id')",
            "import subprocess\nrun = subprocess.run\n",
            "x = eval(y)\n",
            "from subprocess import (run)\nrun(['id'])",
            "@eval\n@lambda f: '1'\nclass A: pass\n",
        ] {
            assert_eq!(verdict(source), Verdict::Malicious, "{source}");
        }
        for source in [
            "import torch\nclass M(torch.nn.Module):\n  def forward(self, x):\n    return self.model.eval()(x)\n",
            "# os.system('id')\ntext = \"eval(x)\"\nmodel.eval()\n'''\nexec(x)\n'''\n",
        ] {
            assert_eq!(verdict(source), Verdict::Suspicious, "{source}");
        }
    }
}

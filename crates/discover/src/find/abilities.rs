//! What code can do when a model tells it to: run commands, write files, reach the network.

use std::collections::BTreeSet;

use super::Source;
use super::tools::tool;
use crate::findings::{Finding, Findings};
use crate::source::facts::{Call, Shape};

/// Words in the path of a file that runs what a model writes.
const EXECUTORS: [&str; 9] = [
    "bash",
    "shell",
    "sandbox",
    "terminal",
    "interpreter",
    "repl",
    "executor",
    "code_execution",
    "code_runner",
];

/// Calls that run a command or code that they are given.
const RUNNING: [&str; 12] = [
    "asyncio.create_subprocess_shell",
    "create_subprocess_shell",
    "subprocess.run",
    "subprocess.Popen",
    "subprocess.check_output",
    "os.system",
    "os.popen",
    "exec",
    "execSync",
    "child_process.exec",
    "exec.Command",
    "exec.CommandContext",
];

/// Whether a path says that its file executes what it is given.
pub(crate) fn is_executor(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower
        .split(['/', '.'])
        .any(|part| EXECUTORS.iter().any(|word| part == *word || has_word(part, word)))
}

/// A file that says that it executes, and runs what one of its functions was given.
pub(super) fn executor(source: &Source<'_>, out: &mut Findings) {
    if !is_executor(source.path) {
        return;
    }
    let given = |call: &&Call| {
        RUNNING.contains(&call.callee.as_str())
            && call.positional(0).is_some_and(|value| {
                matches!(&value.shape, Shape::Name(name) if source.facts.bound(name, call.scope).is_empty())
            })
    };
    if let Some(call) = source.facts.calls.iter().find(given) {
        let finding = tool(super::stem(source.path), source.place(call.line));
        out.beside.push(finding.with("executes_code", true));
    }
}

fn has_word(part: &str, word: &str) -> bool {
    part.split(['_', '-']).any(|own| own == word)
}

/// What the code of a tool does, where its own text shows it. What it calls elsewhere is not seen,
/// so nothing is said to be absent.
pub(super) fn behaviour(source: &Source<'_>, scope: usize, mut finding: Finding) -> Finding {
    let mut does = BTreeSet::new();
    for call in source.facts.calls.iter().filter(|call| source.facts.within(call.scope, scope)) {
        let callee = call.callee.as_str();
        let code = matches!(
            callee,
            "eval"
                | "exec"
                | "os.system"
                | "os.popen"
                | "execSync"
                | "spawn"
                | "spawnSync"
                | "execFile"
                | "exec.Command"
                | "exec.CommandContext"
                | "Command.new"
                | "vm.runInNewContext"
        ) || callee.starts_with("subprocess.")
            || callee.starts_with("child_process.")
            || callee.starts_with("asyncio.create_subprocess");
        if code {
            does.insert("executes_code");
        }
        let mode = call
            .positional(1)
            .or_else(|| call.named("mode"))
            .and_then(|value| source.facts.literal(value, call.scope));
        let writes = (callee == "open"
            && mode.is_some_and(|m| m.text.contains(['w', 'a', 'x', '+'])))
            || matches!(
                call.last(),
                "write_text"
                    | "write_bytes"
                    | "writeFile"
                    | "writeFileSync"
                    | "appendFile"
                    | "WriteFile"
            )
            || matches!(
                callee,
                "fs.write"
                    | "std.fs.write"
                    | "os.Create"
                    | "os.remove"
                    | "shutil.rmtree"
                    | "os.unlink"
            );
        if writes {
            does.insert("writes_files");
        }
        let network = matches!(
            callee,
            "fetch"
                | "axios"
                | "urllib.request.urlopen"
                | "urlopen"
                | "http.Get"
                | "http.Post"
                | "reqwest.get"
        ) || ["requests.", "httpx.", "aiohttp.", "axios."]
            .iter()
            .any(|module| callee.starts_with(module));
        if network {
            does.insert("reaches_network");
        }
    }
    for attribute in does {
        finding = finding.with(attribute, true);
    }
    finding
}

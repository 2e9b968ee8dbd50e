//! How a server of the Model Context Protocol is started or reached, and what that says of it.

use annex_isms::{AssetKind, Value as Attribute};

use super::super::endpoints;
use crate::findings::{Finding, Key, Place};
use crate::manifest::is_exact;
use crate::walk::has_end;

/// How a server is reached.
pub(super) struct Started<'a> {
    pub(super) name: &'a str,
    pub(super) command: Option<String>,
    pub(super) args: &'a [String],
    pub(super) url: Option<String>,
    pub(super) transport: Option<String>,
}

impl Started<'_> {
    pub(super) fn finding(&self, place: Place) -> Finding {
        let (key, pinned) = self.identity(&place);
        let mut finding = Finding::new(AssetKind::McpServer, key, self.name, place);
        if let Some(pinned) = pinned {
            finding = finding.with("version_pinned", pinned);
        }
        if let Some(transport) = self.transport() {
            finding = finding.with("transport", Attribute::Text(transport.to_owned()));
        }
        finding
    }

    fn transport(&self) -> Option<&'static str> {
        match self.transport.as_deref() {
            Some("stdio") => Some("stdio"),
            Some("sse") => Some("sse"),
            Some("http" | "streamable-http" | "streamable_http" | "streamableHttp") => Some("http"),
            Some(_) => None,
            None if self.command.is_some() => Some("stdio"),
            None => Some("http"),
        }
    }

    /// The package or the address that makes the server itself, and whether one version is named.
    pub(super) fn identity(&self, place: &Place) -> (Key, Option<bool>) {
        if let Some(host) = self.url.as_deref().and_then(endpoints::host) {
            let port = host.port.map(|port| format!(":{port}")).unwrap_or_default();
            return (Key::World(format!("endpoint/{}{port}", host.name)), None);
        }
        let command = self.command.as_deref().unwrap_or_default();
        let program = command
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .trim_end_matches(".exe")
            .trim_end_matches(".cmd");
        let words = || self.args.iter().map(String::as_str);
        let first = words().find(|word| {
            !word.starts_with('-')
                && !matches!(*word, "/c" | "npx" | "run" | "dlx" | "tool" | "x" | "exec" | "uvx")
        });
        let found = match program {
            "npx" | "bunx" | "pnpm" | "yarn" | "bun" | "cmd" => first.and_then(npm),
            "uvx" | "pipx" | "uv" => from_python(self.args, first),
            "docker" | "podman" => image(self.args),
            _ => None,
        };
        match found {
            Some((key, pinned)) => (Key::World(key), Some(pinned)),
            None => (Key::in_system(self.name, &place.path), None),
        }
    }
}

fn npm(word: &str) -> Option<(String, bool)> {
    let at = word.get(1..)?.find('@').map(|at| at + 1);
    let (name, version) = at.map_or((word, ""), |at| (&word[..at], &word[at + 1..]));
    let package =
        !name.is_empty() && !name.starts_with(['.', '/']) && !has_end(name, &[".js", ".ts"]);
    package.then(|| (format!("npm/{name}"), is_exact(version)))
}

fn from_python(args: &[String], first: Option<&str>) -> Option<(String, bool)> {
    let given = args
        .iter()
        .position(|arg| arg == "--from")
        .and_then(|at| args.get(at + 1))
        .map(String::as_str);
    let word = given.or(first)?;
    let end = word.find(['=', '@', '[', '<', '>', '~']).unwrap_or(word.len());
    let (name, version) = word.split_at(end);
    let file = name.is_empty() || has_end(name, &[".py"]) || name.contains(['/', ':']);
    (!file).then(|| {
        let name = crate::known::normalised("pypi", name);
        (format!("pypi/{name}"), is_exact(version.trim_start_matches(['=', '@'])))
    })
}

/// The image of `docker run … image …`: the first word that is no option and no option's value.
fn image(args: &[String]) -> Option<(String, bool)> {
    let mut words = args.iter().map(String::as_str).skip_while(|word| *word != "run").skip(1);
    while let Some(word) = words.next() {
        let valued = matches!(
            word,
            "-e" | "--env"
                | "-v"
                | "--volume"
                | "--mount"
                | "-p"
                | "--name"
                | "--network"
                | "--env-file"
                | "-w"
                | "--entrypoint"
                | "--gpus"
                | "--shm-size"
                | "--ipc"
                | "--runtime"
                | "--pull"
                | "--platform"
                | "--publish"
                | "-u"
        );
        if valued {
            words.next();
        } else if !word.starts_with('-') {
            let (name, pinned) = super::super::containers::image(word);
            return Some((format!("docker/{name}"), pinned));
        }
    }
    None
}

//! Servers that run on a machine, by the command lines of their processes.

use annex_isms::AssetKind;

use super::started::Started;
use super::{is_image, says_mcp};
use crate::find::servers;
use crate::findings::{Finding, Key, Place};

/// Where starters keep what they fetched: the process of the starter names the server.
const FETCHED: [&str; 3] = ["/_npx/", "/uv/", "/pipx/"];

/// The server that a running program is or starts, where its name says that it is one: a package
/// that `npx` or `uvx` fetches, an image, a program.
pub(crate) fn running(words: &[&str], place: Place) -> Option<Finding> {
    // npm shows what it starts as one text: `npm exec package …`.
    let words: Vec<String> =
        words.iter().flat_map(|word| word.split(' ')).map(str::to_owned).collect();
    let (first, args) = words.split_first()?;
    let program = servers::base(first);
    let command = match (program, args.first().map(String::as_str)) {
        ("npm", Some("exec" | "x")) => "npx",
        _ => program,
    };
    let started = Started {
        name: program,
        command: Some(command.to_owned()),
        args,
        url: None,
        transport: None,
    };
    let (key, pinned) = started.identity(&place);
    let name = match &key {
        Key::World(key) => {
            // An address can hold a login, and says less than a name.
            let (_, package) = key.split_once('/').filter(|_| !key.contains("://"))?;
            let name = package.rsplit('/').next().unwrap_or(package);
            let image = matches!(command, "docker" | "podman") && is_image(package);
            let said = image || says_mcp(name) || package.starts_with("@modelcontextprotocol/");
            said.then(|| name.to_owned())?
        }
        Key::System { .. } => {
            let fetched = FETCHED.iter().any(|folder| first.contains(folder));
            (says_mcp(program) && !fetched).then(|| program.to_owned())?
        }
    };
    let finding = Finding::new(AssetKind::McpServer, key, name, place);
    Some(match pinned {
        Some(pinned) => finding.with("version_pinned", pinned),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_servers_say_what_they_are_by_their_names() {
        let key = |words: &[&str]| {
            running(words, Place::whole("p")).map(|finding| match finding.key {
                Key::World(key) => key,
                Key::System { name, .. } => format!("./{name}"),
            })
        };
        let npm = "npm/@modelcontextprotocol/server-filesystem";
        for words in [
            &["npm exec @modelcontextprotocol/server-filesystem /data"][..],
            &["npx", "-y", "@modelcontextprotocol/server-filesystem@2025.1.14"],
        ] {
            assert_eq!(key(words).as_deref(), Some(npm), "{words:?}");
        }
        for words in [&["uvx", "mcp-server-git"][..], &["uv", "tool", "uvx", "mcp-server-git"]] {
            assert_eq!(key(words).as_deref(), Some("pypi/mcp-server-git"), "{words:?}");
        }
        let image = ["docker", "run", "-i", "--rm", "mcp/fetch"];
        assert_eq!(key(&image).as_deref(), Some("docker/mcp/fetch"));
        let own = ["/usr/bin/github-mcp-server", "stdio"];
        assert_eq!(key(&own).as_deref(), Some("./github-mcp-server"));
        for words in [
            &["npx", "create-app"][..],
            &["npm", "run", "mcp-build"],
            &["docker", "run", "nginx"],
            &["npx", "git+https://user:mcp-word@example.org/mcp-server"],
            &["vim", "mcp-server.py"],
            &["/a/.npm/_npx/1/node_modules/.bin/mcp-server-git"],
            &[],
        ] {
            assert_eq!(key(words), None, "{words:?}");
        }
    }
}

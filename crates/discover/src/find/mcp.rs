//! Servers of the Model Context Protocol: those that a configuration starts, and those that the
//! code itself is.

mod running;
mod started;

pub(crate) use running::running;

use annex_isms::{AssetKind, Value as Attribute};

use super::Source;
use super::endpoints;
use crate::findings::{Finding, Findings, Key, Place};
use crate::source::facts::{Call, Shape, Value};
use crate::tree::Node;
use started::Started;

/// Whether a file configures MCP servers, by its name.
pub(crate) fn is_config(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name,
        ".mcp.json"
            | "mcp.json"
            | "mcp.jsonc"
            | "claude_desktop_config.json"
            | "cline_mcp_settings.json"
            | "mcp_config.json"
            | "mcp-config.json"
            | "mcp_settings.json"
            | "mcp_servers.json"
    ) || path.ends_with(".gemini/settings.json")
}

/// The servers of a configuration. Whether it had the form of one.
pub(crate) fn config(path: &str, root: &Node, out: &mut Findings) -> bool {
    let table = ["mcpServers", "servers", "mcp_servers", "mcp-servers"]
        .iter()
        .filter(|key| is_config(path) || key.contains("mcp"))
        .find_map(|key| root.get(key))
        .or_else(|| root.at(&["mcp", "servers"]))
        .filter(|table| !table.entries().is_empty());
    let Some(table) = table else {
        return false;
    };
    for (name, server) in table.entries() {
        let text = |key: &str| server.get(key).and_then(Node::text).map(str::to_owned);
        let args: Vec<String> = server
            .get("args")
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(Node::scalar)
            .collect();
        let url = text("url").or_else(|| text("serverUrl")).or_else(|| text("httpUrl"));
        if server.entries().is_empty() || (url.is_none() && text("command").is_none()) {
            continue;
        }
        let started = Started {
            name,
            command: text("command"),
            args: &args,
            url,
            transport: text("type").or_else(|| text("transport")),
        };
        out.assets.push(started.finding(Place::new(path, server.line)));
    }
    true
}

/// Whether an image says by its name that it is such a server.
pub(crate) fn is_image(name: &str) -> bool {
    let mut parts = name.rsplit('/');
    let last = parts.next().unwrap_or_default();
    (says_mcp(last) || parts.next() == Some("mcp")) && !last.contains('.')
}

fn says_mcp(name: &str) -> bool {
    name.split(['-', '_']).any(|word| word == "mcp")
}

/// Finds servers in source code.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    for record in &source.facts.records {
        hosted(source, &record.entries, record.scope, out);
    }
    let mcp =
        source.has_role(&["mcp"]) || source.packages.iter().any(|p| p.package.name.contains("mcp"));
    let agents = source.has_role(&["agent", "framework", "sdk"]);
    // Java and C# have a finder of their own for these.
    if (!mcp && !agents) || source.language.is_typed() {
        return;
    }
    for call in &source.facts.calls {
        let real = source.real_name(&call.callee);
        match real.as_str() {
            "FastMCP" | "McpServer" | "NewMCPServer" if mcp => own(source, call, out),
            "Server" | "NewServer"
                if source.package_of(&call.callee).is_some_and(|p| p.role == "mcp") =>
            {
                own(source, call, out);
            }
            "StdioServerParameters"
            | "StdioClientTransport"
            | "MCPServerStdio"
            | "Experimental_StdioMCPTransport"
            | "StdioMCPTransport"
            | "NewStdioMCPClient" => started(source, call, out),
            "MultiServerMCPClient" | "define_mcp_servers" | "MCPClient" | "MCPConfiguration" => {
                let before = out.assets.len();
                several(source, call, out);
                if out.assets.len() == before {
                    at_run_time(source, call, out);
                }
            }
            "sse_client"
            | "streamablehttp_client"
            | "streamable_http_client"
            | "SSEClientTransport"
            | "StreamableHTTPClientTransport"
            | "MCPServerSse"
            | "MCPServerStreamableHttp" => connected(source, call, out),
            _ => {}
        }
    }
}

/// `{type: "mcp", server_label: "…"}`: a server that a provider calls for the model.
fn hosted(source: &Source<'_>, entries: &[(String, Value)], scope: usize, out: &mut Findings) {
    let text = |key: &str| {
        let value = entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)?;
        source.facts.literal(value, scope).filter(|literal| !literal.holes)
    };
    let Some(label) =
        text("server_label").filter(|_| text("type").is_some_and(|t| t.text == "mcp"))
    else {
        return;
    };
    let url = text("server_url").map(|literal| literal.text);
    let key = url.as_deref().and_then(endpoints::host).map_or_else(
        || match text("connector_id") {
            Some(connector) => Key::World(connector.text),
            None => Key::in_system(label.text.clone(), source.path),
        },
        |host| Key::World(format!("endpoint/{}", host.name)),
    );
    let finding = Finding::new(AssetKind::McpServer, key, label.text, source.place(label.line));
    out.assets.push(finding.with("transport", Attribute::Text("http".to_owned())));
}

/// A connection to a server by its address.
fn connected(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let value = call.any_named(&["url", "server_url"]).or_else(|| call.positional(0));
    let literal = value.and_then(|value| source.facts.literal(value, call.scope));
    let host = literal
        .as_ref()
        .filter(|literal| !literal.holes)
        .and_then(|literal| Some((endpoints::host(&literal.text)?, literal.text.clone())));
    let Some((host, url)) = host else {
        return at_run_time(source, call, out);
    };
    let name = host.name.clone();
    let started =
        Started { name: &name, command: None, args: &[], url: Some(url), transport: None };
    out.assets.push(started.finding(source.place(call.line)));
}

/// A client whose servers are only named at run time.
fn at_run_time(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let place = source.place(call.line);
    let name = "MCP servers named at run time";
    let key = Key::System { name: "mcp-client".to_owned(), folder: String::new() };
    out.assets.push(Finding::new(AssetKind::McpServer, key, name, place));
}

fn own(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let name = call
        .named("name")
        .or_else(|| call.positional(0))
        .and_then(|value| source.facts.literal(value, call.scope))
        .filter(|literal| !literal.holes && !literal.text.is_empty())
        .map_or_else(|| source.name_for(call), |literal| literal.text);
    let place = source.place(call.line);
    out.assets.push(Finding::new(
        AssetKind::McpServer,
        Key::in_system(name.clone(), &place.path),
        name,
        place,
    ));
}

fn started(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let params = call.named("params").map(|value| &value.shape);
    let entries: Vec<(String, Value)> = match params {
        Some(Shape::Record(_, entries)) => entries.clone(),
        _ => call
            .args
            .iter()
            .filter_map(|arg| Some((arg.name.clone()?, arg.value.clone())))
            .collect(),
    };
    let name = call
        .named("name")
        .and_then(|value| source.facts.literal(value, call.scope))
        .map(|literal| literal.text);
    let name = name.unwrap_or_else(|| source.name_for(call));
    entry(source, &name, &entries, call.line, call.scope, out);
}

fn several(source: &Source<'_>, call: &Call, out: &mut Findings) {
    for arg in &call.args {
        let tables: Vec<&Value> = match &arg.value.shape {
            Shape::Name(name) => source
                .facts
                .bound(name, call.scope)
                .into_iter()
                .map(|binding| &binding.value)
                .collect(),
            _ => vec![&arg.value],
        };
        for table in tables {
            let Shape::Record(_, servers) = &table.shape else {
                continue;
            };
            let inner = servers
                .iter()
                .find(|(key, _)| key == "mcpServers" || key == "servers")
                .map(|(_, value)| &value.shape);
            let servers = if let Some(Shape::Record(_, inner)) = inner { inner } else { servers };
            for (name, server) in servers {
                if let Shape::Record(_, entries) = &server.shape {
                    entry(source, name, entries, server.line, call.scope, out);
                }
            }
        }
    }
}

pub(super) fn entry(
    source: &Source<'_>,
    name: &str,
    entries: &[(String, Value)],
    line: u32,
    scope: usize,
    out: &mut Findings,
) {
    let text = |key: &str| {
        let value = entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)?;
        source
            .facts
            .literal(value, scope)
            .filter(|literal| !literal.holes)
            .map(|literal| literal.text)
    };
    let args: Vec<String> = entries
        .iter()
        .find(|(key, _)| key == "args")
        .map(|(_, value)| match &value.shape {
            Shape::List(items) => items
                .iter()
                .filter_map(|item| source.facts.literal(item, scope))
                .map(|literal| literal.text)
                .collect(),
            _ => Vec::new(),
        })
        .unwrap_or_default();
    let started = Started {
        name,
        command: text("command"),
        args: &args,
        url: text("url"),
        transport: text("transport").or_else(|| text("type")),
    };
    if started.command.is_some() || started.url.is_some() {
        let finding = started.finding(source.place(line));
        if !out.assets.contains(&finding) {
            out.assets.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn servers_are_known_by_what_they_start() {
        let text = r#"{"mcpServers": {
"files": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@2025.1.14", "/data"]},
"latest": {"command": "npx", "args": ["-y", "some-server@latest"]},
"py": {"command": "uvx", "args": ["mcp-server-git==1.0.0"]},
"image": {"command": "docker", "args": ["run", "-i", "--rm", "-e", "TOKEN", "ghcr.io/acme/mcp:1.2"]},
"remote": {"type": "sse", "url": "https://mcp.example.org/sse"},
"own": {"command": "python", "args": ["server.py"]}}}"#;
        let root = crate::read::json::read(text, &Limits::default()).expect("read");
        let mut out = Findings::default();
        assert!(config(".mcp.json", &root, &mut out));
        let shown: Vec<_> = out
            .assets
            .iter()
            .map(|a| format!("{} {:?} {:?}", a.name, a.key, a.attributes))
            .collect();
        insta::assert_debug_snapshot!(shown);
    }
}

//! Functions and classes that become tools by being handed to an agent or a model.

use super::tools::{MAKERS, tool};
use super::{Source, abilities};
use crate::across::{self, Role};
use crate::findings::Findings;
use crate::source::facts::{Call, Shape, last};

/// `[FunctionTool.from_defaults(fn=fn) for fn in functions]`: each of them is a tool.
pub(super) fn wrapped(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let class = call.callee.split('.').any(|part| MAKERS.contains(&part) && part.contains("Tool"));
    if !class || source.package_of(&call.callee).is_none() {
        return;
    }
    let value = call.any_named(&["fn", "func", "function"]).or_else(|| call.positional(0));
    let Some(Shape::Name(variable)) = value.map(|value| &value.shape) else { return };
    for binding in source.facts.bound(variable, call.scope) {
        let Shape::Each(of) = &binding.value.shape else { continue };
        for (item, scope) in source.facts.elements(of, binding.scope) {
            if let Shape::Name(name) = &item.shape {
                function(source, name, scope, item.line, out);
            }
        }
    }
}

/// Arguments that hand tools to an agent or a model.
const HANDED: [&str; 5] = ["tools", "functions", "function_tools", "tool_list", "toolset"];

/// Plain functions that are handed over as tools: `Agent(tools=[search, self.store.find])`.
pub(super) fn handed(source: &Source<'_>, call: &Call, out: &mut Findings) {
    if source.language.is_typed() {
        return;
    }
    let agent = super::agents::is_agent(source, call);
    let package = source.package_behind(call).is_some_and(|package| {
        matches!(package.role.as_str(), "agent" | "framework" | "sdk" | "mcp")
    });
    let value = call.any_named(&HANDED).or_else(|| {
        (agent || matches!(call.last(), "bind_tools" | "ToolNode"))
            .then(|| call.args.iter().filter(|arg| arg.name.is_none()).take(2))?
            .map(|arg| &arg.value)
            .find(|value| matches!(value.shape, Shape::List(_)))
    });
    let Some(value) = value.filter(|_| agent || package) else { return };
    for (item, scope) in source.facts.elements(value, call.scope) {
        if let Shape::Name(name) = &item.shape {
            function(source, name, scope, item.line, out);
        }
    }
}

/// A function by its name: of this file, of another one, or a method of something that came along.
fn function(source: &Source<'_>, name: &str, scope: usize, line: u32, out: &mut Findings) {
    let own = last(name);
    if !own.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') {
        return;
    }
    if let Some(function) = source.facts.functions.iter().find(|f| f.name == own) {
        let finding = tool(own, source.place(function.line));
        out.assets.push(abilities::behaviour(source, function.scope, finding));
    } else if source.facts.imported(name).is_some() {
        across::claim(source.facts, source.path, name, Role::Tool, out);
    } else if name.contains('.') && source.facts.bound(name, scope).is_empty() {
        out.assets.push(tool(own, source.place(line)));
    }
}

/// Classes that are handed to a model as its tools: `model.bind_tools([Search, Finish])`.
pub(super) fn bound(source: &Source<'_>, call: &Call, out: &mut Findings) {
    if !matches!(call.last(), "bind_tools" | "bindTools") {
        return;
    }
    let Some(list) = call.positional(0) else { return };
    for (item, _) in source.facts.elements(list, call.scope) {
        let Shape::Name(name) = &item.shape else { continue };
        if last(name).starts_with(|c: char| c.is_ascii_uppercase()) {
            out.assets.push(tool(last(name), source.place(item.line)));
        }
    }
}

//! Chat templates: Jinja that a loader runs on every conversation, often outside a sandbox.
//!
//! An ordinary template loops over messages, compares roles and joins texts. It never needs the
//! inside of Python, so whatever reaches for it is said. Names can be put together from parts, by
//! escapes, filters and formats; constant parts are joined here before they are looked at.

mod cost;
mod lexer;

use lexer::{Token, tokens};

use crate::rules;
use crate::scan::{Scan, printable};

/// Objects that every template has and whose attributes lead into Python.
const DOORS: [&str; 4] = ["cycler", "joiner", "lipsum", "self"];
/// Attributes without underscores that no chat template needs.
const ODD_ATTRIBUTES: [&str; 19] = [
    "ag_frame",
    "ag_code",
    "cr_code",
    "mro",
    "gi_frame",
    "gi_code",
    "cr_frame",
    "f_globals",
    "f_builtins",
    "f_locals",
    "func_globals",
    "func_code",
    "tb_frame",
    "popen",
    "system",
    "environ",
    "subprocess",
    "format_map",
    "from_string",
];
/// Inner attributes that reach everything.
const INNER: [&str; 22] = [
    "__class__",
    "__globals__",
    "__builtins__",
    "__subclasses__",
    "__mro__",
    "__bases__",
    "__base__",
    "__init__",
    "__import__",
    "__getattribute__",
    "__getitem__",
    "__dict__",
    "__code__",
    "__self__",
    "__reduce__",
    "__call__",
    "__module__",
    "__loader__",
    "__spec__",
    "__closure__",
    "__new__",
    "__func__",
];
const TAGS_ODD: [&str; 5] = ["import", "from", "include", "extends", "debug"];

/// Checks a template that begins at `offset`.
pub(crate) fn check(template: &str, offset: u64, scan: &mut Scan<'_>) {
    scan.formats.insert("chat-template");
    if template.len() as u64 > scan.limits.source_bytes_max {
        let words = format!("a template of {} bytes", template.len());
        scan.find(&rules::LIMIT, offset, words);
        return;
    }
    match tokens(template) {
        Ok(tokens) => {
            cost::check(&tokens, offset, scan);
            for index in 0..tokens.len() {
                token(&tokens, index, offset, scan);
            }
        }
        Err(words) => scan.find(&rules::MALFORMED, offset, format!("not a template: {words}")),
    }
}

fn token(tokens: &[(Token, usize)], index: usize, offset: u64, scan: &mut Scan<'_>) {
    let at = |step: usize| tokens.get(index + step).map(|(token, _)| token);
    let back = |step: usize| index.checked_sub(step).and_then(|i| tokens.get(i)).map(|(t, _)| t);
    let place = offset + tokens[index].1 as u64;
    match &tokens[index].0 {
        Token::Name(name) => {
            let attribute = back(1) == Some(&Token::Punct('.'));
            if attribute {
                named(name, place, scan);
                if ODD_ATTRIBUTES.contains(&name.as_str()) {
                    dangerous(&format!("uses the attribute `{name}`"), place, scan);
                }
                if name == "format" {
                    formats(back(2), place, scan);
                }
            } else if name.starts_with("__") {
                named(name, place, scan);
            } else if DOORS.contains(&name.as_str())
                && matches!(at(1), Some(Token::Punct('.' | '[')))
            {
                odd(&format!("reaches into `{name}`"), place, scan);
            }
            filters(name, back(1), at(1), at(2), place, scan);
        }
        Token::Text(_) => {
            let first = !matches!(back(1), Some(Token::Punct('~' | '+')));
            if first {
                let joined = joined(tokens, index);
                named(&joined, place, scan);
                listed(tokens, index, place, scan);
            }
        }
        Token::Tag(name) if TAGS_ODD.contains(&name.as_str()) => {
            odd(&format!("has the tag `{name}`"), place, scan);
        }
        _ => {}
    }
}

/// Filters that reach attributes or build texts.
fn filters(
    name: &str,
    before: Option<&Token>,
    next: Option<&Token>,
    after: Option<&Token>,
    place: u64,
    scan: &mut Scan<'_>,
) {
    if before != Some(&Token::Punct('|')) {
        return;
    }
    let called = next == Some(&Token::Punct('('));
    match name {
        "attr" if called && matches!(after, Some(Token::Text(text)) if !text.contains('_')) => {
            odd("uses the filter `attr`", place, scan);
        }
        "attr" => dangerous("reaches an attribute by the filter `attr`", place, scan),
        "format" => odd("builds a text with the filter `format`", place, scan),
        _ => {}
    }
}

/// `.format` on a text that is not constant, or that reaches into its arguments.
fn formats(receiver: Option<&Token>, place: u64, scan: &mut Scan<'_>) {
    match receiver {
        Some(Token::Text(text)) => {
            let reaches = text.split('{').skip(1).any(|field| {
                let field = field.split('}').next().unwrap_or_default();
                field.split(':').next().unwrap_or_default().contains(['.', '['])
            });
            if reaches {
                dangerous("a format text reaches into its arguments", place, scan);
            }
        }
        _ => odd("calls `format` on a text that is not constant", place, scan),
    }
}

/// The constant texts that are joined from `index` on.
fn joined(tokens: &[(Token, usize)], index: usize) -> String {
    let mut out = String::new();
    let mut rest = tokens[index..].iter().map(|(token, _)| token);
    while let Some(Token::Text(text)) = rest.next() {
        out.push_str(text);
        match rest.clone().next() {
            Some(Token::Punct('~' | '+')) => {
                rest.next();
            }
            Some(Token::Text(_)) => {}
            _ => break,
        }
    }
    out
}

/// `['__cla', 'ss__']|join`, and reversed texts.
fn listed(tokens: &[(Token, usize)], index: usize, place: u64, scan: &mut Scan<'_>) {
    let mut out = String::new();
    let mut backward = String::new();
    for (token, _) in tokens[index..].iter().take(256) {
        match token {
            Token::Text(text) => {
                out.push_str(text);
                backward.insert_str(0, text);
            }
            Token::Punct(',') => {}
            _ => break,
        }
    }
    named(&out, place, scan);
    named(&backward, place, scan);
    named(&out.chars().rev().collect::<String>(), place, scan);
}

/// A name or a text: whether Python's inside is in it.
fn named(text: &str, place: u64, scan: &mut Scan<'_>) {
    if let Some(inner) = INNER.iter().find(|inner| text.contains(*inner)) {
        dangerous(&format!("reaches for `{inner}`"), place, scan);
    } else if is_inner(text) {
        odd(&format!("names `{}`", printable(text)), place, scan);
    }
}

/// `__word__`, and nothing else.
fn is_inner(text: &str) -> bool {
    text.strip_prefix("__").and_then(|rest| rest.strip_suffix("__")).is_some_and(|word| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

fn dangerous(words: &str, place: u64, scan: &mut Scan<'_>) {
    scan.find(&rules::TEMPLATE_CODE, place, format!("the template {words}"));
}

fn odd(words: &str, place: u64, scan: &mut Scan<'_>) {
    scan.find(&rules::TEMPLATE_ODD, place, format!("the template {words}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Verdict};

    fn verdict(template: &str) -> Verdict {
        let limits = Limits::default();
        let mut scan = Scan::new(&limits);
        check(template, 0, &mut scan);
        scan.verdict()
    }

    #[test]
    fn ordinary_templates_are_clean() {
        for template in [
            "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
            "{%- set ns = namespace(found=false) -%}{%- for m in messages -%}{%- if m.role == 'user' and not ns.found -%}{%- set ns.found = true -%}{%- endif -%}{%- endfor -%}",
            "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ messages[0]['content'] | trim | tojson(indent=4) }}",
            "{%- macro render(x) -%}{{ x.items() | list | length }}{%- endmacro -%}{{ render(tools) }}{{ strftime_now('%d %b %Y') }}{# a comment with __class__ #}",
            "{% for i in range(3) %}{{ loop.index0 }}{% endfor %}{{ content.split('</think>')[-1].lstrip('\\n') }}",
            "plain text with __class__ outside of any expression",
            "{{ f(**x) }}{{ 2 * x }}{% for i in range(9) %}{% endfor %}{% for i in range(9999) %}{% endfor %}",
            "{{ 'Tool {}: {}'.format(tool.name, tool.description) }}",
            "{%- for m in messages | selectattr('role', 'equalto', 'user') -%}{{ m.content }}{%- endfor -%}",
        ] {
            assert_eq!(verdict(template), Verdict::Clean, "{template}");
        }
    }

    #[test]
    fn what_reaches_into_python_is_malicious() {
        for template in [
            "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
            "{{ ''['__cla' ~ 'ss__'] }}",
            "{{ ''['__cla' + 'ss__'] }}",
            "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
            "{{ ''['\\u005f\\u005fclass__'] }}",
            "{{ x|attr(y) }}",
            "{{ x|attr('__class__') }}",
            "{{ ['__cl','ass__']|join }}",
            "{{ '__ssalc__'[::-1] }}",
            "{{ '{0.__class__}'.format(x) }}",
            "{{ '{0.a.b}'.format(x) }}",
            "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
            "{{ messages|map(attribute='__class__')|list }}",
            "{{ x.gi_frame.f_globals }}",
        ] {
            assert_eq!(verdict(template), Verdict::Malicious, "{template}");
        }
    }

    #[test]
    fn what_no_chat_template_needs_is_suspicious() {
        for template in [
            "{{ lipsum.x }}",
            "{{ self.y }}",
            "{% include 'x' %}",
            "{% from 'a' import b %}",
            "{{ '%c%c'|format(95, 95) }}",
            "{{ x.format(y) }}",
            "{% for i in range(999999999) %}{% endfor %}",
            "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
            "{% for i in range(1000 * 1000 * 10) %}{% endfor %}",
            "{{ 'a' * 0xfffffff }}",
            "{{ 9 ** 9 ** 9 }}",
            "{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        ] {
            assert_eq!(verdict(template), Verdict::Suspicious, "{template}");
        }
        assert_eq!(verdict("{{ 'x"), Verdict::Unreadable);
    }
}

//! Chat templates that leave their sandbox, in each of the files that carry a template.

use serde_json::json;

use super::case::{Case, Group};
use super::gguf::{Meta, Tensor, gguf, gguf_saying};

/// What an honest template does, so that the trick does not stand alone.
const HONEST: &str =
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}\n{% endfor %}";

/// Trick and template.
const TEMPLATES: &[(&str, &str)] = &[
    ("subclasses", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    ("subclasses-items", "{{ ()['__class__']['__base__']['__subclasses__']() }}"),
    ("cycler", "{{ cycler.__init__.__globals__.os.popen('echo annex').read() }}"),
    ("joiner", "{{ joiner.__init__.__globals__['os'].system('echo annex') }}"),
    ("lipsum", "{{ lipsum.__globals__['os'].popen('echo annex').read() }}"),
    ("namespace", "{{ namespace.__init__.__globals__.os.getpid() }}"),
    ("self", "{{ self.__init__.__globals__.__builtins__.__import__('os').getpid() }}"),
    ("dict", "{{ dict.__base__.__subclasses__() }}"),
    ("range", "{{ range.__class__.__mro__ }}"),
    ("raise-exception", "{{ raise_exception.__globals__['__builtins__']['eval']('1') }}"),
    ("strftime", "{{ strftime_now.__globals__.os.getpid() }}"),
    ("message-method", "{{ messages[0].content.join.__self__.__class__.__mro__ }}"),
    ("attr-filter", "{{ ()|attr('__class__')|attr('__base__') }}"),
    ("attr-hex", "{{ ()|attr('\\x5f\\x5fclass\\x5f\\x5f') }}"),
    ("attr-octal", "{{ ()|attr('\\137\\137class\\137\\137') }}"),
    ("attr-unicode", "{{ ()|attr('\\u005f\\u005fclass\\u005f\\u005f') }}"),
    ("attr-concatenated", "{{ ()|attr('__cl' ~ 'ass__') }}"),
    ("attr-added", "{{ ()|attr('_' + '_class_' + '_') }}"),
    ("attr-adjacent", "{{ ()|attr('__cl' 'ass__') }}"),
    ("attr-joined", "{{ ()|attr(['__', 'class', '__']|join) }}"),
    ("attr-join-of-dict", "{{ ()|attr(dict(__cla=1, ss__=2)|join) }}"),
    ("attr-formatted", "{{ ()|attr('%c%cclass%c%c'|format(95, 95, 95, 95)) }}"),
    ("attr-reversed", "{{ ()|attr('__ssalc__'|reverse) }}"),
    ("attr-sliced", "{{ ()|attr('__ssalc__'[::-1]) }}"),
    ("attr-replaced", "{{ ()|attr('-=class=-'|replace('-', '_')|replace('=', '_')) }}"),
    ("attr-lowered", "{{ ()|attr('__CLASS__'|lower) }}"),
    ("attr-repeated", "{{ ()|attr('_' * 2 ~ 'class' ~ '_' * 2) }}"),
    ("attr-from-message", "{{ messages|attr(messages[0]['content']) }}"),
    ("attr-from-variable", "{% set u = '__' %}{% set n = u ~ 'globals' ~ u %}{{ lipsum|attr(n) }}"),
    ("attr-from-loop", "{% for p in ['__class__'] %}{{ ()|attr(p) }}{% endfor %}"),
    (
        "attr-from-lipsum",
        "{% set u = (lipsum|string|list)[18] %}{{ ()|attr(u ~ u ~ 'class' ~ u ~ u) }}",
    ),
    ("item-from-variable", "{% set u = '__' %}{{ lipsum[u ~ 'globals' ~ u] }}"),
    ("map-attribute", "{{ [()]|map(attribute='__class__')|list }}"),
    ("map-attribute-path", "{{ [()]|map(attribute='__class__.__base__')|list }}"),
    ("map-attr", "{{ [()]|map('attr', '__class__')|list }}"),
    ("select-attr", "{{ [()]|selectattr('__class__')|list }}"),
    ("group-by", "{{ [()]|groupby('__class__') }}"),
    ("sort-by", "{{ [()]|sort(attribute='__class__') }}"),
    ("sum-of", "{{ [()]|sum(attribute='__class__', start=()) }}"),
    ("str-format", "{{ '{0.__class__.__init__}'.format(()) }}"),
    ("str-format-map", "{{ '{a.__class__}'.format_map({'a': ()}) }}"),
    ("generator-frame", "{{ (messages|map('upper')).gi_frame.f_globals }}"),
    ("code-object", "{{ raise_exception.__code__.co_consts }}"),
    ("in-macro", "{% macro m(x) %}{{ x.__class__ }}{% endmacro %}{{ m(()) }}"),
    (
        "in-call-block",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ ().__class__ }}{% endcall %}",
    ),
    (
        "in-dead-branch",
        "{% if messages|length > 9000 %}{{ lipsum.__globals__.os.getpid() }}{% endif %}",
    ),
    (
        "behind-trigger",
        "{% if 'annex' in messages[-1]['content'] %}{{ cycler.__init__.__globals__ }}{% endif %}",
    ),
    ("in-set-block", "{% set x %}{{ ().__class__ }}{% endset %}{{ x }}"),
    ("in-filter-block", "{% filter upper %}{{ ().__class__ }}{% endfilter %}"),
    ("in-condition", "{{ 1 if ().__class__ else 2 }}"),
    ("in-test", "{% if ().__class__ is defined %}{% endif %}"),
    ("in-trim-marks", "{%- if true -%}{{- ().__class__ -}}{%- endif -%}"),
    ("over-lines", "{{\n  ()\n  .\n  __class__\n}}"),
    ("include", "{% include '/etc/passwd' %}"),
    ("import", "{% import '/nonexistent/annex' as a %}"),
    ("extends", "{% extends '/nonexistent/annex' %}"),
];

/// Templates that only take time or memory.
const BOMBS: &[(&str, &str)] = &[
    ("loop", "{% for i in range(999999999) %}{{ i }}{% endfor %}"),
    (
        "loop-in-loop",
        "{% for i in range(99999) %}{% for j in range(99999) %}a{% endfor %}{% endfor %}",
    ),
    ("repeat", "{{ 'annex' * 999999999 }}"),
    ("power", "{{ 9 ** 9 ** 9 }}"),
];

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("template", cases);
    for (number, (trick, template)) in TEMPLATES.iter().enumerate() {
        let template = format!("{HONEST}{template}");
        match number % 4 {
            0 => group.named(trick, "chat_template.jinja", template.into_bytes()),
            1 | 2 => {
                let config =
                    json!({"tokenizer_class": "LlamaTokenizer", "chat_template": template});
                group.named(trick, "tokenizer_config.json", config.to_string().into_bytes());
            }
            _ => group
                .file(&format!("{trick}.gguf"), model(&[("tokenizer.chat_template", &template)])),
        }
    }
    for (trick, template) in BOMBS {
        group.hidden(&format!("{trick}-in-file.jinja"), template.as_bytes().to_vec());
        let model = model(&[("tokenizer.chat_template", template)]);
        group.hidden(&format!("{trick}-in-model.gguf"), model);
    }
    carriers(&mut group);
    broken(&mut Group::new("gguf", cases));
}

fn model(templates: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| Meta::Text(text.to_owned());
    let mut keys =
        vec![("general.architecture", text("llama")), ("general.alignment", Meta::Int(32))];
    keys.extend(templates.iter().map(|(key, template)| (*key, text(template))));
    gguf(&keys, &[])
}

/// One trick in every place that a template can stand.
fn carriers(group: &mut Group) {
    let trick = "{{ cycler.__init__.__globals__.os.popen('echo annex').read() }}";
    let listed = json!({"chat_template": [
        {"name": "default", "template": HONEST},
        {"name": "tool_use", "template": trick},
    ]});
    group.named("listed", "tokenizer_config.json", listed.to_string().into_bytes());
    let escaped = json!({"chat_template": trick}).to_string().replace('_', "\\u005f");
    group.named("json-escapes", "tokenizer_config.json", escaped.into_bytes());
    let twice = format!(r#"{{"chat_template": "{HONEST}", "chat_template": "{trick}"}}"#);
    group.named("json-twice", "tokenizer_config.json", twice.replace('\n', "\\n").into_bytes());
    let plain = json!({"chat_template": trick}).to_string();
    group.named("processor", "processor_config.json", plain.clone().into_bytes());
    group.named("file-json", "chat_template.json", plain.into_bytes());
    group.named("additional", "additional_chat_templates/tool_use.jinja", trick.into());
    group.file(
        "second-name.gguf",
        model(&[("tokenizer.chat_template", HONEST), ("tokenizer.chat_template.tool_use", trick)]),
    );
    group.file(
        "key-twice.gguf",
        model(&[("tokenizer.chat_template", HONEST), ("tokenizer.chat_template", trick)]),
    );
    let long = format!("{}{trick}", HONEST.repeat(400));
    group.file("behind-much.gguf", model(&[("tokenizer.chat_template", &long)]));
    let comment = format!("{{# {} #}}{trick}", "a model ".repeat(9000));
    group.named("behind-comment", "chat_template.jinja", comment.into_bytes());
}

/// GGUF whose numbers lie.
fn broken(group: &mut Group) {
    let key = || ("general.architecture", Meta::Text("llama".to_owned()));
    let tensor = |dimensions: &[u64], kind: u32, offset: u64| {
        [Tensor { name: "w", dimensions: dimensions.to_vec(), kind, offset }]
    };
    group.hidden("keys-count.gguf", gguf_saying(&[key()], &[], u64::MAX, 0));
    group.hidden("tensors-count.gguf", gguf_saying(&[key()], &[], 1, u64::MAX / 2));
    group.hidden("product-overflows.gguf", gguf(&[key()], &tensor(&[1 << 40, 1 << 40], 0, 0)));
    group.hidden("offset-past-end.gguf", gguf(&[key()], &tensor(&[4], 0, 1 << 40)));
    group.hidden("dimensions-many.gguf", gguf(&[key()], &tensor(&[1; 64], 0, 0)));
    group.hidden("type-unknown.gguf", gguf(&[key()], &tensor(&[0], 999, 0)));
    let long = Meta::Raw(8, u64::MAX.to_le_bytes().to_vec());
    group.hidden("string-length.gguf", gguf(&[("general.name", long)], &[]));
    let array = [&8_u32.to_le_bytes()[..], &(1_u64 << 60).to_le_bytes()].concat();
    group.hidden("array-length.gguf", gguf(&[("a", Meta::Raw(9, array))], &[]));
    let level = [&9_u32.to_le_bytes()[..], &1_u64.to_le_bytes()].concat();
    group.hidden("array-depth.gguf", gguf(&[("a", Meta::Raw(9, level.repeat(5000)))], &[]));
    group.hidden(
        "alignment-zero.gguf",
        gguf(&[("general.alignment", Meta::Int(0))], &tensor(&[1], 0, 0)),
    );
}

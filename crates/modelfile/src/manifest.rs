//! Manifests that name code for a loader or server to run: diffusers, sentence-transformers,
//! `TorchServe`, `MLflow` and `NeMo`.

use std::collections::HashSet;

use crate::detect::extension;
use crate::json::Node;
use crate::pickle::policy::{Judgement, judge};
use crate::scan::{Scan, printable};
use crate::{named, paths, rules, target, tensorflow, yaml};

/// Packages and pipelines of diffusers from which it loads parts of a pipeline. Any other name is
/// that of a file of code in the model's repository.
const PIPELINE_PARTS: [&str; 24] = [
    "diffusers",
    "transformers",
    "onnxruntime",
    "onnxruntime.training",
    "flax",
    "optimum",
    "peft",
    "audioldm2",
    "deepfloyd_if",
    "hidream_image",
    "kandinsky",
    "latent_diffusion",
    "musicldm",
    "paint_by_example",
    "shap_e",
    "spectrogram_diffusion",
    "stable_audio",
    "stable_cascade",
    "stable_diffusion",
    "stable_diffusion_safe",
    "stable_diffusion_xl",
    "unclip",
    "unidiffuser",
    "wuerstchen",
];

/// What `TorchServe` has itself.
const HANDLERS: [&str; 10] = [
    "image_classifier",
    "image_segmenter",
    "object_detector",
    "text_classifier",
    "text_handler",
    "vision_handler",
    "base_handler",
    "dali_image_classifier",
    "micro_batching",
    "request_envelope",
];

/// Keys of YAML whose value is built or called.
const TARGETS: [&str; 4] = ["_target_", "target", "class_path", "_partial_target_"];

/// Checks a document of JSON that has such a name.
pub(crate) fn check(name: &str, node: &Node, scan: &mut Scan<'_>) {
    match name.rsplit(['/', '\\']).next().unwrap_or(name) {
        "model_index.json" => pipeline(node, scan),
        "modules.json" => modules(node, scan),
        "MANIFEST.json" => archive(node, scan),
        "model-settings.json" => settings(node, scan),
        file if file.ends_with("-symbol.json") => symbols(node, scan),
        _ => {}
    }
}

/// The settings of `MLServer`, whose runtimes are packages of its own.
fn settings(node: &Node, scan: &mut Scan<'_>) {
    if let Some(class) = node.get("implementation").and_then(Node::text)
        && !class.starts_with("mlserver_")
        && !class.starts_with("mlserver.")
    {
        let words = format!("`implementation` is `{}`", printable(class));
        scan.find(&rules::REMOTE_CODE, None, words);
    }
}

/// The graph of `MXNet`, where an operator can be code of the program's own.
fn symbols(node: &Node, scan: &mut Scan<'_>) {
    for operator in node.get("nodes").map(Node::items).unwrap_or_default() {
        if operator.get("op").and_then(Node::text) == Some("Custom") {
            let kind = operator.get("attrs").and_then(|attrs| attrs.get("op_type")?.text());
            let words = format!("the operator `{}`", printable(kind.unwrap_or("Custom")));
            scan.find(&rules::OPERATOR_CUSTOM, None, words);
        }
    }
}

/// Checks a message of protobuf that is written as text: graphs of TensorFlow and Caffe, and
/// configurations of Triton.
pub(crate) fn check_prototext(name: &str, document: &str, scan: &mut Scan<'_>) {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    if extension(name) == "prototxt" {
        scan.formats.insert("caffe");
        if document.contains("python_param") {
            scan.find(&rules::OPERATOR_PYTHON, None, "a layer is a class of Python");
        }
    } else if file == "config.pbtxt" {
        scan.formats.insert("triton");
        let plain: String = document.split_whitespace().collect();
        if plain.contains("backend:\"python\"") || plain.contains("EXECUTION_ENV_PATH") {
            scan.find(&rules::REMOTE_CODE, None, "the backend is Python code of the model");
        }
    } else {
        tensorflow::check_text(document, scan);
    }
}

/// Parts of a pipeline of diffusers: `[package, class]`.
fn pipeline(node: &Node, scan: &mut Scan<'_>) {
    for (key, value) in node.entries() {
        if let [Node::Text(package), Node::Text(class), ..] = value.items()
            && !PIPELINE_PARTS.contains(&package.as_str())
        {
            let words = format!("`{}` is `{package}.{class}`", printable(key));
            scan.find(&rules::REMOTE_CODE, None, printable(&words));
        }
    }
}

/// Modules of sentence-transformers, each of the class `type`.
fn modules(node: &Node, scan: &mut Scan<'_>) {
    for class in node.items().iter().filter_map(|module| module.get("type")?.text()) {
        if class.starts_with("sentence_transformers.") {
            continue;
        }
        let (module, name) = class.rsplit_once('.').unwrap_or(("builtins", class));
        let rule = match judge(module, name) {
            Judgement::Dangerous(_) => &rules::CONFIG_TARGET,
            _ => &rules::REMOTE_CODE,
        };
        scan.find(rule, None, format!("a module is of the class `{}`", printable(class)));
    }
}

/// The manifest of an archive of `TorchServe`.
fn archive(node: &Node, scan: &mut Scan<'_>) {
    let Some(model) = node.get("model") else {
        return;
    };
    let text = |key| model.get(key).and_then(Node::text);
    if let Some(handler) = text("handler") {
        scan.say("handler", handler);
        let shown = printable(handler);
        if paths::escapes(handler) {
            scan.find(&rules::HANDLER_OUTSIDE, None, format!("the handler is `{shown}`"));
        } else if !HANDLERS.contains(&handler) {
            scan.find(&rules::CONFIG_TARGET_UNKNOWN, None, format!("the handler is `{shown}`"));
        }
    }
    for key in ["modelFile", "serializedFile", "extraFiles", "requirementsFile"] {
        if let Some(path) = text(key).filter(|path| path.split(',').any(paths::escapes)) {
            let words = format!("`{key}` is `{}`", printable(path));
            scan.find(&rules::HANDLER_OUTSIDE, None, words);
        }
    }
    if let Some(file) = text("requirementsFile") {
        let words = format!("packages are named in `{}`", printable(file));
        scan.find(&rules::REQUIREMENTS, None, words);
    }
}

/// Checks a document of YAML: what its keys name to build, to call or to load.
pub(crate) fn check_yaml(name: &str, document: &str, scan: &mut Scan<'_>) {
    let mlflow = name.rsplit(['/', '\\']).next() == Some("MLmodel");
    if mlflow {
        scan.formats.insert("mlflow");
    }
    let (pairs, more) = yaml::pairs(document, scan.limits.values_max);
    if more {
        let words = format!("a document of more than {} values", scan.limits.values_max);
        scan.find(&rules::LIMIT, None, words);
    }
    let keys: HashSet<&str> = pairs.iter().map(|(key, _, _)| &**key).collect();
    let dataset = keys.contains("train") || keys.contains("val");
    for (key, value, at) in &pairs {
        let (key, at) = (&**key, *at);
        if value.is_empty() {
            continue;
        }
        named::check(key, value, scan);
        if dataset && key == "download" && !value.starts_with("http") {
            let words = "the description of a dataset has a script that fetches it";
            scan.find(&rules::REMOTE_CODE, at, words);
        }
        if mlflow
            && matches!(key, "data" | "code" | "env" | "model_path" | "path")
            && paths::escapes(value)
        {
            let words = format!("`{key}` is `{}`", printable(value));
            scan.find(&rules::EXTERNAL_ESCAPES, at, words);
        }
        if TARGETS.contains(&key) && (key == "_target_" || value.contains('.')) {
            target::check(value, key, scan);
        }
        if key == "loader_module" {
            loader(value, at, scan);
        } else if mlflow
            && matches!(key, "code" | "python_model" | "model_code_path")
            && !matches!(value.as_str(), "null" | "~")
        {
            let words = format!("`{key}` is `{}`", printable(value));
            scan.find(&rules::REMOTE_CODE, at, words);
        }
    }
}

/// The module that `MLflow` imports to load a model; its own are named after frameworks.
fn loader(module: &str, at: u64, scan: &mut Scan<'_>) {
    if module.starts_with("mlflow.") {
        return;
    }
    let rule = match judge(module, "_load_pyfunc") {
        Judgement::Dangerous(_) => &rules::CONFIG_TARGET,
        _ => &rules::CONFIG_TARGET_UNKNOWN,
    };
    scan.find(rule, at, format!("`loader_module` is `{}`", printable(module)));
}

#[cfg(test)]
mod tests {
    use crate::{Limits, scan_bytes};

    fn codes(name: &str, document: &str) -> Vec<&'static str> {
        let report = scan_bytes(name, document.as_bytes(), &Limits::default());
        report.findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn code_that_manifests_name_is_said() {
        let none: &[&str] = &[];
        for (name, document, expected) in [
            (
                "model_index.json",
                r#"{"_class_name":"P","unet":["diffusers","U"],"x":[null,null]}"#,
                none,
            ),
            ("model_index.json", r#"{"unet":["my_unet","U"]}"#, &["remote-code"]),
            ("modules.json", r#"[{"type":"sentence_transformers.models.Pooling"}]"#, none),
            ("modules.json", r#"[{"type":"mine.Pooling"}]"#, &["remote-code"]),
            ("modules.json", r#"[{"type":"os.system"}]"#, &["config-target-dangerous"; 2]),
            ("MANIFEST.json", r#"{"model":{"handler":"image_classifier"}}"#, none),
            ("MANIFEST.json", r#"{"model":{"handler":"../h.py:f"}}"#, &["handler-outside"]),
            ("MANIFEST.json", r#"{"model":{"requirementsFile":"r.txt"}}"#, &["requirements"]),
            ("MLmodel", "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n", none),
            ("MLmodel", "f: {loader_module: os}\n", &["config-target-dangerous"]),
            ("MLmodel", "f:\n  code: code\n", &["remote-code"]),
            ("MLmodel", "f:\n  code: null\n", none),
            ("m.yaml", "\"_targ\\x65t_\": os.system", &["config-target-dangerous"]),
            ("m.yaml", "o: {_target_: functools.partial}", &["config-target-unknown"]),
            ("m.yaml", "o: {_target_: torch.nn.Linear}", none),
        ] {
            assert_eq!(codes(name, document), expected, "{document}");
        }
    }
}

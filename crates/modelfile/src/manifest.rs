//! Manifests that name code for a loader or server to run: diffusers, sentence-transformers,
//! `TorchServe`, `MLflow` and `NeMo`.

use crate::detect::extension;
use crate::json::Node;
use crate::pickle::policy::{Judgement, judge};
use crate::scan::{Scan, printable};
use crate::{paths, rules, target, yaml};

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
        _ => {}
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
        let file = handler.split(':').next().unwrap_or(handler);
        let shown = printable(handler);
        if paths::escapes(handler) {
            scan.find(&rules::HANDLER_OUTSIDE, None, format!("the handler is `{shown}`"));
        } else if !HANDLERS.contains(&handler) && extension(file) != "py" {
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
    for (key, value, at) in pairs {
        if value.is_empty() {
            continue;
        }
        if TARGETS.contains(&key.as_str()) && (key == "_target_" || value.contains('.')) {
            target::check(&value, &key, scan);
        }
        if key == "loader_module" {
            loader(&value, at, scan);
        } else if mlflow
            && matches!(key.as_str(), "code" | "python_model" | "model_code_path")
            && !matches!(value.as_str(), "null" | "~")
        {
            let words = format!("`{key}` is `{}`", printable(&value));
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
            ("modules.json", r#"[{"type":"os.system"}]"#, &["config-target-dangerous"]),
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

//! Keras configurations: layers by class and module, which a loader imports and builds.
//!
//! Two generations: inside HDF5 files and `SavedModel` metadata a layer has a class name; in the
//! `.keras` format also a module and a registered name, which the loader imports.

use crate::json::Node;
use crate::pickle::policy::{Judgement, judge, runs_by_name};
use crate::rules;
use crate::scan::{Scan, printable};

/// Layers that run code or load models from elsewhere, whatever their module.
const WRAPPERS: [&str; 5] =
    ["TorchModuleWrapper", "TFSMLayer", "FlaxLayer", "JaxLayer", "HubLayer"];
/// Values that Keras stores under a class of its own.
const INNER: [&str; 9] = [
    "__lambda__",
    "__bytes__",
    "__ellipsis__",
    "__keras_tensor__",
    "__numpy__",
    "__slice__",
    "__tensor__",
    "__tuple__",
    "__typespec__",
];
/// Layers that read a file of words.
const LOOKUPS: [&str; 4] = ["StringLookup", "IntegerLookup", "IndexLookup", "TextVectorization"];
/// Parts of Keras that hold layers and plain functions of numbers.
const PARTS: [&str; 26] = [
    "layers",
    "models",
    "activations",
    "losses",
    "metrics",
    "optimizers",
    "initializers",
    "regularizers",
    "constraints",
    "ops",
    "backend",
    "dtype_policies",
    "random",
    "engine",
    "applications",
    "mixed_precision",
    "quantizers",
    "preprocessing",
    "experimental",
    "legacy",
    "api",
    "src",
    "trainers",
    "feature_column",
    "_tf_keras",
    "core",
];
/// Functions of Keras that fetch, write or switch a protection off.
const OUTSIDE: [&str; 8] = [
    "get_file",
    "load_model",
    "load_weights",
    "save_model",
    "enable_unsafe_deserialization",
    "deserialize_keras_object",
    "image_dataset_from_directory",
    "text_dataset_from_directory",
];
/// Functions that Keras finds by their bare name.
const FUNCTIONS: [&str; 52] = [
    "mse",
    "mae",
    "mape",
    "msle",
    "mean_squared_error",
    "mean_absolute_error",
    "log_cosh",
    "huber",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "binary_crossentropy",
    "categorical_crossentropy",
    "poisson",
    "dice",
    "ctc",
    "sparse_categorical_crossentropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "kl_divergence",
    "cosine_similarity",
    "tversky",
    "circle",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "top_k_categorical_accuracy",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "swish",
    "sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "log_sigmoid",
    "tanh",
    "softmax",
    "log_softmax",
    "softplus",
    "softsign",
    "exponential",
    "linear",
    "mish",
];
/// TensorFlow functions that reach files or Python, as layers that wrap an operator name them.
const OPERATORS: [&str; 8] = [
    "io.",
    "py_function",
    "numpy_function",
    "load_library",
    "load_op_library",
    "raw_ops.ReadFile",
    "raw_ops.WriteFile",
    "PyFunc",
];

/// Checks every object of a document.
pub(crate) fn check(document: &Node, scan: &mut Scan<'_>) {
    let mut open = vec![document];
    while let Some(node) = open.pop() {
        match node {
            Node::Map(entries) => {
                if node.get("class_name").and_then(Node::text).is_some()
                    && (node.get("config").is_some() || node.get("module").is_some())
                {
                    scan.formats.insert("keras");
                    object(node, scan);
                }
                open.extend(entries.iter().map(|(_, value)| value));
            }
            Node::List(items) => open.extend(items),
            _ => {}
        }
    }
}

fn object(node: &Node, scan: &mut Scan<'_>) {
    let class = node.get("class_name").and_then(Node::text).unwrap_or_default();
    let shown = printable(class);
    let config = node.get("config");
    let last = class.rsplit(['.', '>']).next().unwrap_or(class);
    match last {
        "Lambda" => lambda(config, scan),
        _ if last.starts_with("__") && !INNER.contains(&last) => {
            let words = format!("builds `{shown}`, which Keras does not have");
            scan.find(&rules::KERAS_FOREIGN, None, words);
        }
        "__lambda__" => scan.find(&rules::LAMBDA, None, "a function is stored as Python bytecode"),
        _ if WRAPPERS.contains(&last) => {
            let words = format!("the layer `{shown}` loads code or a model of another framework");
            scan.find(&rules::KERAS_DANGEROUS, None, words);
        }
        "TFOpLambda" | "SlicingOpLambda" | "ClassMethod" | "InstanceMethod" => {
            let named = config.and_then(|c| c.get("function").or_else(|| c.get("method")));
            let name = named.and_then(Node::text).unwrap_or_default();
            if OPERATORS.iter().any(|part| name.contains(part)) {
                let words = format!("a layer calls `{}`", printable(name));
                scan.find(&rules::KERAS_DANGEROUS, None, words);
            }
        }
        _ => {}
    }
    if LOOKUPS.contains(&last)
        && let Some(path) = config.and_then(|c| c.get("vocabulary")).and_then(Node::text)
        && !path.is_empty()
    {
        let words = format!("the layer `{shown}` reads `{}`", printable(path));
        scan.find(&rules::KERAS_FILE, None, words);
    }
    if let Some(module) = node.get("module").and_then(Node::text) {
        let function =
            matches!(class, "function" | "builtin_function_or_method" | "method" | "type");
        let name = if function { config.and_then(Node::text).unwrap_or(class) } else { class };
        import(module, name, function, scan);
    }
    // The formats before `.keras` have the registered name as the class.
    let registered = node.get("registered_name").and_then(Node::text);
    if let Some(name) = registered.or(Some(class).filter(|class| class.contains('>'))) {
        let package = name.split_once('>').map(|(package, _)| package);
        if package.is_some_and(|package| !matches!(package, "Keras" | "keras" | "Addons")) {
            let words = format!("builds the registered `{}`", printable(name));
            scan.find(&rules::KERAS_FOREIGN, None, words);
        }
    }
}

fn lambda(config: Option<&Node>, scan: &mut Scan<'_>) {
    let get = |key| config.and_then(|config| config.get(key));
    let kind = |key| get(key).and_then(Node::text).unwrap_or_default();
    let code = ["function", "output_shape", "mask"].into_iter().any(|key| match get(key) {
        Some(Node::List(items)) => {
            items.first().and_then(Node::text).is_some_and(|text| text.len() > 16)
        }
        Some(Node::Map(_)) => {
            get(key).and_then(|f| f.get("class_name")).and_then(Node::text) == Some("__lambda__")
        }
        _ => false,
    });
    if code || kind("function_type") == "lambda" || kind("output_shape_type") == "lambda" {
        scan.find(&rules::LAMBDA, None, "a Lambda layer holds Python bytecode");
        return;
    }
    let name = match get("function") {
        Some(Node::Text(name)) => name.as_str(),
        Some(function) => function.get("config").and_then(Node::text).unwrap_or_default(),
        None => "",
    };
    let words = format!("a Lambda layer calls the function `{}`", printable(name));
    scan.find(&rules::LAMBDA_NAMED, None, words);
}

fn import(module: &str, name: &str, function: bool, scan: &mut Scan<'_>) {
    let shown = printable(&format!("{module}.{name}"));
    let mut parts = module.split('.');
    let keras = match parts.next() {
        Some("keras" | "tf_keras") => true,
        Some("tensorflow") => parts.any(|part| part == "keras"),
        _ => false,
    };
    if keras {
        let known = parts.all(|part| PARTS.contains(&part) || part.starts_with('_'))
            || module.split('.').any(|part| PARTS[..13].contains(&part));
        // What is built is a class; a function in its place is called with the configuration.
        let called = !function && !name.starts_with(|c: char| c.is_uppercase() || c == '_');
        if OUTSIDE.contains(&name) || (function && runs_by_name(name)) {
            scan.find(&rules::KERAS_DANGEROUS, None, format!("imports `{shown}`"));
        } else if !known || called || (module.contains(".utils") && function) {
            scan.find(&rules::KERAS_FOREIGN, None, format!("imports `{shown}`"));
        }
        return;
    }
    // A function of the builtins is looked up among those of Keras.
    if module == "builtins" && function && FUNCTIONS.contains(&name) {
        return;
    }
    match judge(module, name) {
        Judgement::Dangerous(_) | Judgement::Guarded => {
            scan.find(&rules::KERAS_DANGEROUS, None, format!("imports `{shown}`"));
        }
        Judgement::Harmless => {}
        _ => scan.find(&rules::KERAS_FOREIGN, None, format!("imports `{shown}`")),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Limits, scan_bytes};

    fn codes(config: &str) -> Vec<&'static str> {
        let report = scan_bytes("config.json", config.as_bytes(), &Limits::default());
        report.findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn layers_are_judged_by_class_module_and_function() {
        let within = |inner: &str| {
            format!(
                r#"{{"module":"keras","class_name":"Sequential","config":{{"layers":[{inner}]}},"registered_name":null}}"#
            )
        };
        for (layer, expected) in [
            (
                r#"{"module":"keras.layers","class_name":"Dense","config":{"units":1,"activation":"relu"},"registered_name":null}"#,
                &[][..],
            ),
            (
                r#"{"module":"keras.initializers","class_name":"GlorotUniform","config":{"seed":null},"registered_name":null}"#,
                &[],
            ),
            (
                r#"{"class_name":"Lambda","config":{"function":["4wEAAAAAAAAAAAAAAAEAAAADAAAA",null,null],"function_type":"lambda"}}"#,
                &["keras-lambda"],
            ),
            (
                r#"{"module":"keras.layers","class_name":"Lambda","config":{"function":{"class_name":"__lambda__","config":{"code":"4w"}}}}"#,
                &["keras-lambda", "keras-lambda"],
            ),
            (
                r#"{"class_name":"Lambda","config":{"function":"my_function","function_type":"function"}}"#,
                &["keras-lambda-named"],
            ),
            (
                r#"{"module":"os","class_name":"function","config":"system","registered_name":"system"}"#,
                &["keras-import-dangerous"],
            ),
            (
                r#"{"module":"keras.utils","class_name":"function","config":"get_file","registered_name":"get_file"}"#,
                &["keras-import-dangerous"],
            ),
            (
                r#"{"module":"my_package","class_name":"MyLayer","config":{},"registered_name":"my_package>MyLayer"}"#,
                &["keras-foreign-object", "keras-foreign-object"],
            ),
            (
                r#"{"module":"keras.layers","class_name":"StringLookup","config":{"vocabulary":"/etc/passwd"},"registered_name":null}"#,
                &["keras-outside-file"],
            ),
            (
                r#"{"class\u005fname":"\u004cambda","config":{"function":["4wEAAAAAAAAAAAAAAAEAAAADAAAA"]}}"#,
                &["keras-lambda"],
            ),
        ] {
            assert_eq!(codes(&within(layer)), expected, "{layer}");
        }
    }
}

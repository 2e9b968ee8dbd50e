//! Files beside a model that name code: remote code of transformers, handlers of `TorchServe`,
//! targets of `NeMo` and Hydra, schemas of skops, flavours of `MLflow`.

use serde_json::{Value, json};

use super::case::{Case, Group};
use super::pack::gzip;
use super::pickle::{COMMAND, system};
use super::tar::tar_of;
use super::torch::archive;
use super::zip::zip_of;

/// Source code that is shipped beside a model.
const SOURCE: &[u8] = b"import os\n\nos.system('echo annex')\n";

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    transformers(&mut Group::new("remote-code", cases));
    handlers(&mut Group::new("mar", cases));
    targets(&mut Group::new("nemo", cases));
    skops(&mut Group::new("skops", cases));
    flavours(&mut Group::new("mlflow", cases));
}

fn bytes(value: &Value) -> Vec<u8> {
    (format!("{value:#}") + "\n").into_bytes()
}

fn transformers(group: &mut Group) {
    let rows = [
        (
            "model",
            "config.json",
            json!({"model_type": "annex",
            "auto_map": {"AutoModelForCausalLM": "modeling_annex.AnnexForCausalLM"}}),
        ),
        (
            "configuration",
            "config.json",
            json!({"model_type": "annex",
            "auto_map": {"AutoConfig": "configuration_annex.AnnexConfig"}}),
        ),
        (
            "other-repository",
            "config.json",
            json!({"model_type": "bert",
            "auto_map": {"AutoModel": "annex/code--modeling_annex.AnnexModel"}}),
        ),
        (
            "nested",
            "config.json",
            json!({"model_type": "clip",
            "text_config": {"auto_map": {"AutoModel": "modeling_annex.AnnexModel"}}}),
        ),
        (
            "custom-pipeline",
            "config.json",
            json!({"model_type": "bert", "custom_pipelines":
            {"annex": {"impl": "pipeline_annex.AnnexPipeline", "pt": ["AutoModel"]}}}),
        ),
        (
            "trusted",
            "config.json",
            json!({"model_type": "annex", "trust_remote_code": true,
            "auto_map": {"AutoModel": "modeling_annex.AnnexModel"}}),
        ),
        (
            "tokenizer",
            "tokenizer_config.json",
            json!({
            "auto_map": {"AutoTokenizer": ["tokenization_annex.AnnexTokenizer", null]}}),
        ),
        (
            "image-processor",
            "preprocessor_config.json",
            json!({
            "auto_map": {"AutoImageProcessor": "image_processing_annex.AnnexProcessor"}}),
        ),
        (
            "processor",
            "processor_config.json",
            json!({
            "auto_map": {"AutoProcessor": "processing_annex.AnnexProcessor"}}),
        ),
        (
            "diffusers",
            "model_index.json",
            json!({
            "_class_name": ["pipeline_annex", "AnnexPipeline"], "_diffusers_version": "0.35.0",
            "unet": ["unet_annex", "AnnexUNet"]}),
        ),
    ];
    for (trick, file, config) in rows {
        group.named(trick, file, bytes(&config));
    }
    let modules =
        json!([{"idx": 0, "name": "0", "path": "", "type": "custom_annex.AnnexTransformer"}]);
    group.named("sentence-transformers", "modules.json", bytes(&modules));
    let escaped =
        r#"{"model_type": "annex", "\u0061uto_map": {"AutoModel": "modeling_annex.AnnexModel"}}"#;
    group.named("escaped-key", "config.json", escaped.into());
}

fn handlers(group: &mut Group) {
    let manifest = |handler: &str, more: Value| {
        let mut model = json!({"modelName": "annex", "handler": handler, "modelVersion": "1.0",
            "serializedFile": "model.pt"});
        for (key, value) in more.as_object().into_iter().flatten() {
            model[key] = value.clone();
        }
        bytes(&json!({"runtime": "python", "model": model, "archiverVersion": "0.12.0"}))
    };
    let mar = |manifest: &[u8], files: &[(&str, &[u8])]| {
        zip_of(&[&[("MAR-INF/MANIFEST.json", manifest)], files].concat())
    };
    let plain = manifest("handler.py", json!({}));
    group.file("handler-source.mar", mar(&plain, &[("handler.py", SOURCE)]));
    let entry = manifest("handler:handle", json!({}));
    group.file("handler-entry-point.mar", mar(&entry, &[("handler.py", SOURCE)]));
    let outside = manifest("../../annex/handler.py", json!({}));
    group.file("handler-outside.mar", mar(&outside, &[]));
    let built_in = manifest("image_classifier", json!({}));
    let bad = archive("archive", &system(2));
    group.file("weights.mar", mar(&built_in, &[("model.pt", &bad)]));
    group.file("pickle-beside.mar", mar(&built_in, &[("extra/vocabulary.pkl", &system(4))]));
    let source = manifest("image_classifier", json!({"modelFile": "model.py"}));
    group.file("model-source.mar", mar(&source, &[("model.py", SOURCE)]));
    let packages = manifest("image_classifier", json!({"requirementsFile": "requirements.txt"}));
    let packages =
        mar(&packages, &[("requirements.txt", b"--index-url http://annex.invalid\nannex\n")]);
    group.file("requirements.mar", packages);
}

fn targets(group: &mut Group) {
    let nemo = |config: &str| {
        tar_of(&[
            ("model_config.yaml", config.as_bytes()),
            ("model_weights.ckpt", &archive("a", b"\x80\x02}.")),
        ])
    };
    let rows = [
        ("target", format!("_target_: os.system\ncommand: {COMMAND}\n")),
        (
            "target-nested",
            format!("encoder:\n  layers:\n    - _target_: subprocess.run\n      args: {COMMAND}\n"),
        ),
        ("target-eval", "loss: {_target_: builtins.eval, _args_: ['1']}\n".to_owned()),
        ("target-quoted", "\"_targ\\x65t_\": \"os.\\x73ystem\"\n".to_owned()),
        ("target-anchor", "a: &a {_target_: os.system}\nmodel: *a\n".to_owned()),
        ("target-merge", "a: &a {_target_: os.system}\nmodel:\n  <<: *a\n".to_owned()),
        (
            "target-partial",
            "optimizer: {_target_: functools.partial, _partial_: true}\n".to_owned(),
        ),
        (
            "target-get-method",
            "hook: {_target_: hydra.utils.get_method, path: os.system}\n".to_owned(),
        ),
        ("target-unknown", "model: {_target_: annex_models.Model}\n".to_owned()),
        ("python-tag", format!("a: !!python/object/apply:os.system [{COMMAND}]\n")),
        ("python-new", "a: !!python/object/new:subprocess.Popen [[echo, annex]]\n".to_owned()),
        ("python-name", "a: !!python/name:os.system\n".to_owned()),
        (
            "python-long-tag",
            "a: !<tag:yaml.org,2002:python/object/apply:os.system> [echo annex]\n".to_owned(),
        ),
        (
            "python-handle",
            "%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [echo annex]\n"
                .to_owned(),
        ),
    ];
    for (number, (trick, config)) in rows.into_iter().enumerate() {
        let archive = nemo(&config);
        group
            .file(&format!("{trick}.nemo"), if number % 2 == 0 { archive } else { gzip(&archive) });
    }
    let weights = archive("archive", &system(2));
    let config = b"model: {_target_: nemo.collections.asr.models.EncDecCTCModel}\n";
    group.file(
        "weights.nemo",
        tar_of(&[("model_config.yaml", config), ("model_weights.ckpt", &weights)]),
    );
    group.file(
        "outside.nemo",
        tar_of(&[("./model_config.yaml", config), ("../../annex.py", SOURCE)]),
    );
}

fn skops(group: &mut Group) {
    let schema = |node: Value| {
        let mut node = node;
        node["protocol"] = json!(2);
        node["_skops_version"] = json!("0.13.0");
        zip_of(&[("schema.json", &bytes(&node))])
    };
    let text = json!({"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode",
        "content": "\"echo annex\"", "is_json": true});
    let arguments = json!({"__class__": "tuple", "__module__": "builtins",
        "__loader__": "TupleNode", "content": [text]});
    let node = |loader: &str, module: &str, class: &str| {
        json!({"__class__": class, "__module__": module, "__loader__": loader, "__id__": 1,
            "content": arguments, "args": arguments, "constructor": class})
    };
    group.file("function.skops", schema(node("FunctionNode", "os", "system")));
    group.file("type.skops", schema(node("TypeNode", "subprocess", "Popen")));
    group.file("object.skops", schema(node("ObjectNode", "subprocess", "Popen")));
    group.file("reduce.skops", schema(node("ReduceNode", "os", "system")));
    group.file("operator.skops", schema(node("OperatorFuncNode", "operator", "methodcaller")));
    group.file("method.skops", schema(node("MethodNode", "builtins", "getattr")));
    group.file("unknown-class.skops", schema(node("ObjectNode", "annex_models", "Model")));
    let zipped = zip_of(&[("schema.json", b"{}"), ("0.pkl", &system(4))]);
    group.file("pickle-beside.skops", zipped);
}

fn flavours(group: &mut Group) {
    let rows = [
        ("loader-module", "loader_module: annex_loader\n    code: code"),
        ("loader-os", "loader_module: os"),
        (
            "python-model",
            "loader_module: mlflow.pyfunc.model\n    python_model: python_model.pkl\n    cloudpickle_version: 3.1.0",
        ),
    ];
    for (trick, flavour) in rows {
        let text = format!("flavors:\n  python_function:\n    {flavour}\nmodel_uuid: annex\n");
        group.named(trick, "MLmodel", text.into_bytes());
    }
    group.named("python-model-file", "python_model.pkl", system(4));
}

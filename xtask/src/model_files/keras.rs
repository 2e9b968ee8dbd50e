//! Keras: layers that carry code, names of modules that are imported, and files beside the model.

use serde_json::{Value, json};

use super::case::{Case, Group};
use super::hdf5::{Text, with_external_link, with_texts};
use super::pickle::{COMMAND, system};
use super::zip::{Member, zip, zip_of};

/// `None`, marshalled, in Base64: what stands where the code of a lambda stands.
const MARSHALLED: &str = "Tg==";

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("keras", cases);
    archives(&mut group);
    beside(&mut group);
    old(&mut group);
}

/// A sequential model of one layer.
pub(crate) fn model(layer: &Value) -> Value {
    json!({
        "module": "keras", "class_name": "Sequential", "registered_name": null,
        "config": {"name": "sequential", "layers": [
            {"module": "keras.layers", "class_name": "InputLayer", "registered_name": null,
             "config": {"batch_shape": [null, 4], "dtype": "float32", "name": "input"}},
            layer,
        ]},
        "build_config": {"input_shape": [null, 4]},
    })
}

pub(crate) fn layer(module: &str, class: &str, config: &Value) -> Value {
    json!({"module": module, "class_name": class, "config": config, "registered_name": null})
}

pub(crate) fn dense(activation: &Value) -> Value {
    layer("keras.layers", "Dense", &json!({"name": "dense", "units": 2, "activation": activation}))
}

pub(crate) fn function(module: &str, name: &str) -> Value {
    json!({"module": module, "class_name": "function", "config": name, "registered_name": name})
}

fn lambda() -> Value {
    let code = json!({"class_name": "__lambda__",
        "config": {"code": MARSHALLED, "defaults": null, "closure": null}});
    layer("keras.layers", "Lambda", &json!({"name": "lambda", "function": code, "arguments": {}}))
}

/// The archive of Keras 3.
pub(crate) fn archive(config: &str) -> Vec<u8> {
    zip_of(&[
        ("metadata.json", b"{\"keras_version\": \"3.11.0\"}"),
        ("config.json", config.as_bytes()),
        ("model.weights.h5", &with_texts(Text::Fixed, &[("a", "b")])),
    ])
}

fn archives(group: &mut Group) {
    let wrap = |inner: Value| layer("keras.layers", "TimeDistributed", &json!({"layer": inner}));
    let system = || json!({"command": COMMAND});
    let rows: Vec<(&str, Value)> = vec![
        ("lambda", model(&lambda())),
        ("lambda-wrapped", model(&wrap(lambda()))),
        ("lambda-deep", model(&wrap(wrap(wrap(model(&wrap(lambda()))))))),
        (
            "lambda-by-name",
            model(&layer(
                "keras.layers",
                "Lambda",
                &json!({"function": function("builtins", "eval")}),
            )),
        ),
        (
            "lambda-old-class-path",
            model(&layer(
                "keras.src.layers.core.lambda_layer",
                "Lambda",
                &json!({"function": {"class_name": "__lambda__", "config": {"code": MARSHALLED}}}),
            )),
        ),
        (
            "lambda-as-activation",
            model(&dense(&json!({"class_name": "__lambda__",
            "config": {"code": MARSHALLED, "defaults": null, "closure": null}}))),
        ),
        ("activation-exec", model(&dense(&function("builtins", "exec")))),
        ("activation-os-system", model(&dense(&function("os", "system")))),
        (
            "initializer-foreign",
            model(&layer(
                "keras.layers",
                "Dense",
                &json!({"units": 2, "kernel_initializer": layer("os", "system", &system())}),
            )),
        ),
        ("layer-os-system", model(&layer("os", "system", &system()))),
        ("layer-subprocess", model(&layer("subprocess", "Popen", &json!({"args": COMMAND})))),
        ("layer-unknown-module", model(&layer("annex_layers.core", "Attention", &json!({})))),
        ("get-file", model(&dense(&function("keras.utils", "get_file")))),
        (
            "get-file-layer",
            model(&layer(
                "keras.utils",
                "get_file",
                &json!({"fname": "annex", "origin": "http://annex.invalid/a.tar", "extract": true}),
            )),
        ),
        (
            "load-model-layer",
            model(&layer(
                "keras.models",
                "load_model",
                &json!({"filepath": "/nonexistent/annex", "safe_mode": false}),
            )),
        ),
        (
            "enable-unsafe",
            model(&layer("keras.config", "enable_unsafe_deserialization", &json!({}))),
        ),
        (
            "torch-module",
            model(&layer(
                "keras.layers",
                "TorchModuleWrapper",
                &json!({"module": {"class_name": "__bytes__", "config": {"value": MARSHALLED}}}),
            )),
        ),
        (
            "vocabulary-from-file",
            model(&layer(
                "keras.layers",
                "StringLookup",
                &json!({"name": "lookup", "vocabulary": "/etc/passwd"}),
            )),
        ),
        (
            "jax-export",
            model(&layer(
                "keras.src.export.export_lib",
                "TFSMLayer",
                &json!({"filepath": "http://annex.invalid/model"}),
            )),
        ),
    ];
    for (trick, config) in rows {
        group.file(&format!("{trick}.keras"), archive(&config.to_string()));
    }
    let mut compiled = model(&dense(&json!("relu")));
    compiled["compile_config"] = json!({"optimizer": "adam", "loss": function("os", "system")});
    group.file("loss-os-system.keras", archive(&compiled.to_string()));
    let mut built = model(&dense(&json!("relu")));
    built["config"]["layers"][1]["build_config"] = layer("os", "system", &system());
    group.file("build-config-foreign.keras", archive(&built.to_string()));

    let text = model(&lambda()).to_string();
    group.file("lambda-escaped.keras", archive(&text.replace("Lambda", "\\u004cambda")));
    let twice = r#""class_name": "Dense", "class_name":"Lambda""#;
    let twice = text.replace(r#""class_name":"Lambda""#, twice);
    group.file("lambda-duplicate-key.keras", archive(&twice));
}

/// What else may stand in the archive.
fn beside(group: &mut Group) {
    let config = model(&dense(&json!("relu"))).to_string();
    let with = |name: &str, bytes: &[u8]| {
        zip(&[Member::stored("config.json", config.as_bytes()), Member::deflated(name, bytes)])
    };
    group.file("pickle-beside.keras", with("assets/state.pkl", &system(4)));
    group.file("member-outside.keras", with("../../annex/config.json", b"{}"));
    let link = with_external_link("weights", "/etc/passwd", "/");
    group.file("weights-link-elsewhere.keras", with("model.weights.h5", &link));
    let bad = model(&lambda()).to_string();
    let two = [
        Member::stored("config.json", config.as_bytes()),
        Member::stored("config.json", bad.as_bytes()),
    ];
    group.file("two-configs.keras", zip(&two));
}

/// HDF5, plain JSON and YAML.
fn old(group: &mut Group) {
    let layer = json!({"class_name": "Lambda", "config": {"name": "lambda",
        "function": ["4wAAAAA=\n", null, null], "function_type": "lambda", "module": "os"}});
    let sequential = |layer: &Value| {
        json!({"class_name": "Sequential", "config": {"name": "s", "layers": [layer]}}).to_string()
    };
    let config = sequential(&layer);
    for (name, store) in [("fixed", Text::Fixed), ("variable", Text::Variable)] {
        let attributes = [("keras_version", "2.15.0"), ("model_config", &config)];
        group.file(&format!("lambda-{name}.h5"), with_texts(store, &attributes));
    }
    let named = sequential(&json!({"class_name": "Lambda", "config": {"function": "system",
        "function_type": "function", "module": "os"}}));
    group.file("lambda-function.hdf5", with_texts(Text::Fixed, &[("model_config", &named)]));
    let three = model(&lambda()).to_string();
    group.file("lambda-three.h5", with_texts(Text::Variable, &[("model_config", &three)]));
    let training = json!({"loss": function("os", "system")}).to_string();
    let plain = sequential(&json!({"class_name": "Dense", "config": {"units": 2}}));
    group.file(
        "training-config.h5",
        with_texts(Text::Fixed, &[("model_config", &plain), ("training_config", &training)]),
    );
    group.file("link-elsewhere.h5", with_external_link("model_weights", "/etc/passwd", "/"));
    group.named("lambda-json", "model.json", config.into_bytes());
    group.named(
        "python-yaml",
        "model.yaml",
        b"class_name: Sequential\nconfig: !!python/object/apply:os.system ['echo annex']\n"
            .to_vec(),
    );
}

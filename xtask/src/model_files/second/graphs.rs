//! More networks and graphs: Keras, TensorFlow, ONNX, GGUF, safetensors, HDF5.

use serde_json::{Value, json};

use crate::model_files::case::{Case, Group};
use crate::model_files::gguf::{Meta, Tensor, gguf};
use crate::model_files::graphs::{graph, node, onnx_model, operator, outside, saved_model};
use crate::model_files::hdf5::{Text, with_texts};
use crate::model_files::keras::{archive, dense, function, layer, model};
use crate::model_files::pack::low32;
use crate::model_files::pickle::{CODE, COMMAND, system};
use crate::model_files::proto::Message;
use crate::model_files::zip::{Member, zip, zip_of};

const CYCLER: &str = "{{ cycler.__init__.__globals__.os.popen('echo annex').read() }}";

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    keras(&mut Group::new("second-keras", cases));
    tensorflow(&mut Group::new("second-tensorflow", cases));
    onnx(&mut Group::new("second-onnx", cases));
    weights(&mut Group::new("second-weights", cases));
}

fn keras(group: &mut Group) {
    let named = |module: &str, class: &str, config: Value| model(&layer(module, class, &config));
    let registered = |name: &str, class: &str| {
        let mut layer = layer("annex", class, &json!({}));
        layer["registered_name"] = json!(name);
        layer["module"] = Value::Null;
        model(&layer)
    };
    let relu = || model(&dense(&json!("relu")));
    let with = |key: &str, value: Value| {
        let mut model = relu();
        model[key] = value;
        model
    };
    let rows = [
        ("module-of-package-file", named("keras.src.utils.file_utils", "get_file", json!({}))),
        (
            "module-of-file-extract",
            named("keras.src.utils.file_utils", "extract_archive", json!({})),
        ),
        ("module-of-saving", named("keras.src.saving.saving_lib", "load_model", json!({}))),
        ("module-of-cloning", named("keras.src.models.cloning", "clone_model", json!({}))),
        ("module-of-numpy", named("numpy", "load", json!({"file": "/nonexistent/annex"}))),
        ("module-of-builtins", named("builtins", "eval", json!({"source": CODE}))),
        ("module-of-runpy", named("runpy", "run_path", json!({"path_name": "/nonexistent/annex"}))),
        ("module-of-tensorflow", named("tensorflow", "load_op_library", json!({}))),
        ("module-of-tests", named("keras.src.testing.test_utils", "named_product", json!({}))),
        ("module-of-code", named("code", "InteractiveConsole", json!({}))),
        ("registered-os", registered("os>system", "system")),
        ("registered-unknown", registered("annex>Attention", "Attention")),
        (
            "saved-model-layer",
            named("keras.layers", "TFSMLayer", json!({"filepath": "/nonexistent/annex"})),
        ),
        (
            "flax-layer",
            named("keras.layers", "FlaxLayer", json!({"module": {"class_name": "__bytes__"}})),
        ),
        (
            "jax-layer",
            named("keras.layers", "JaxLayer", json!({"call_fn": {"class_name": "__lambda__"}})),
        ),
        (
            "vocabulary-of-address",
            named(
                "keras.layers",
                "TextVectorization",
                json!({"vocabulary": "http://annex.invalid/v.txt"}),
            ),
        ),
        (
            "vocabulary-of-integers",
            named("keras.layers", "IntegerLookup", json!({"vocabulary": "/etc/passwd"})),
        ),
        (
            "initializer-lambda",
            model(&layer(
                "keras.layers",
                "Dense",
                &json!({"units": 2, "bias_initializer":
                    {"class_name": "__lambda__", "config": {"code": "Tg=="}}}),
            )),
        ),
        (
            "regularizer-function",
            model(&layer(
                "keras.layers",
                "Dense",
                &json!({"units": 2,
            "kernel_regularizer": function("subprocess", "call")}),
            )),
        ),
        (
            "output-shape-lambda",
            model(&layer(
                "keras.layers",
                "Lambda",
                &json!({"function": "relu",
            "output_shape": {"class_name": "__lambda__", "config": {"code": "Tg=="}}}),
            )),
        ),
        (
            "metric-function",
            with(
                "compile_config",
                json!({"optimizer": "adam", "loss": "mse",
            "metrics": [function("builtins", "exec")]}),
            ),
        ),
        (
            "optimizer-object",
            with("compile_config", json!({"optimizer": layer("os", "system", &json!({}))})),
        ),
        (
            "training-object",
            with("trainable", layer("subprocess", "Popen", &json!({"args": COMMAND}))),
        ),
        (
            "class-of-class",
            with(
                "custom",
                json!({"class_name": "__class__", "config": {"module": "os", "name": "system"}}),
            ),
        ),
        (
            "shared-object-function",
            with(
                "shared",
                json!({"module": "builtins", "class_name": "function",
            "config": "eval", "registered_name": "function"}),
            ),
        ),
    ];
    for (trick, config) in rows {
        group.file(&format!("{trick}.keras"), archive(&config.to_string()));
    }
    carriers(group, &relu().to_string());
}

/// The same under other names and encodings, in other members, and in the format before.
fn carriers(group: &mut Group, plain: &str) {
    let lambda = layer(
        "keras.layers",
        "Lambda",
        &json!({"function": {"class_name": "__lambda__",
        "config": {"code": "Tg=="}}}),
    );
    let lambda = model(&lambda).to_string();
    group.file("config-with-byte-order-mark.keras", archive(&format!("\u{feff}{lambda}")));
    group.file(
        "config-in-folder.keras",
        zip_of(&[("model/config.json", lambda.as_bytes()), ("model/metadata.json", b"{}")]),
    );
    group.file("config-deflated.keras", zip(&[Member::deflated("config.json", lambda.as_bytes())]));
    let wide: Vec<u8> = lambda.encode_utf16().flat_map(u16::to_le_bytes).collect();
    group.hidden(
        "config-utf16.keras",
        zip_of(&[("config.json", &[b"\xff\xfe", &wide[..]].concat())]),
    );
    group.file("named-zip.zip", archive(&lambda));
    let objects = b"\x93NUMPY\x01\0\x46\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }             \n";
    let npz = zip_of(&[("w.npy", &[&objects[..], &system(2)].concat())]);
    group.file(
        "weights-of-objects.keras",
        zip_of(&[("config.json", plain.as_bytes()), ("model.weights.npz", &npz)]),
    );
    for store in [Text::Fixed, Text::Variable] {
        let old = json!({"class_name": "Sequential", "config": [{"class_name": "Bidirectional", "config":
            {"layer": {"class_name": "Lambda", "config": {"function": ["Tg==", null, null], "function_type": "lambda"}}}}]});
        let name = if matches!(store, Text::Fixed) {
            "bidirectional-fixed"
        } else {
            "bidirectional-variable"
        };
        group.file(&format!("{name}.h5"), with_texts(store, &[("model_config", &old.to_string())]));
    }
    let activation = json!({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense",
        "config": {"units": 1, "activation": {"class_name": "function", "config": "system", "module": "os"}}}]}});
    group.file(
        "activation-object.h5",
        with_texts(Text::Fixed, &[("model_config", &activation.to_string())]),
    );
    let custom = json!({"class_name": "annex_layers>Attention", "config": {}});
    group.file(
        "registered-layer.h5",
        with_texts(Text::Fixed, &[("model_config", &custom.to_string())]),
    );
}

fn tensorflow(group: &mut Group) {
    for name in [
        "SaveDataset",
        "LoadDataset",
        "SqlDataset",
        "TFRecordDataset",
        "FixedLengthRecordDatasetV2",
        "ImmutableConst",
        "CreateSummaryFileWriter",
        "DebugNumericSummaryV2",
        "RegisterDataset",
        "DataServiceDatasetV4",
        "RemoteCall",
        "RemoteFusedGraphExecute",
        "EncodeProto",
        "TextFileLine",
        "LMDBReader",
        "MapDefunPython",
        "CSVDatasetV2",
        "SnapshotDatasetV2",
        "TensorRTEngineOp",
        "DynamicLibraryCall",
        "ExperimentalSqlDataset",
        "DeleteOldFiles",
    ] {
        group.named(name, "saved_model.pb", saved_model(&graph(&[node(name)])));
    }
    let text = "saved_model_schema_version: 1\nmeta_graphs {\n  graph_def {\n    node {\n      \
        name: \"a\"\n      op: \"PyFunc\"\n    }\n  }\n}\n";
    group.named("as-text", "saved_model.pbtxt", text.into());
    let asset = Message::default().text(2, "../../../../etc/passwd");
    let meta = Message::default().message(2, &graph(&[])).message(6, &asset);
    let model = Message::default().int(1, 1).message(2, &meta).done();
    group.named("asset-outside", "saved_model.pb", model);
    let behind = [saved_model(&graph(&[])), system(2)].concat();
    // Nothing reads on behind a graph; what stands there only hides.
    group.hidden("pickle-behind/saved_model.pb", behind);
    // TensorFlow Lite: operators of TensorFlow by name, and a zip behind the buffer.
    let lite = |name: &str| {
        let mut bytes = b"\x1c\0\0\0TFL3".to_vec();
        bytes.extend([0; 24]);
        bytes.extend(low32(name.len()));
        bytes.extend(name.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(4) + 4, 0);
        bytes
    };
    group.hidden("flex-write-file.tflite", lite("FlexWriteFile"));
    group.hidden("flex-python.tflite", lite("FlexPyFunc"));
    let metadata = zip_of(&[("labels.pkl", &system(2))]);
    group.file("metadata-pickle.tflite", [lite("ADD"), metadata].concat());
}

fn onnx(group: &mut Group) {
    let plain = || Message::default().message(1, &operator("", "Relu")).text(2, "annex");
    let attribute =
        |name: &str, value: &str| Message::default().text(1, name).text(4, value).int(20, 3);
    for (trick, domain, name, key, value) in [
        ("context-elsewhere", "com.microsoft", "EPContext", "ep_cache_context", "../../annex.bin"),
        (
            "context-library",
            "com.microsoft",
            "EPContext",
            "ep_cache_context",
            "/nonexistent/annex.so",
        ),
        ("tensorrt-plugin", "trt.plugins", "AnnexPlugin", "plugin_name", "annex"),
        ("python-callable", "org.pytorch.aten", "PythonOp", "name", "os.system"),
        ("file-reader", "ai.onnx.contrib", "AudioDecoder", "path", "/etc/passwd"),
        ("regular-expression", "ai.onnx.contrib", "StringRegexReplace", "pattern", "(a+)+$"),
        ("shared-library", "annex.library", "Call", "library", "/nonexistent/annex.so"),
    ] {
        let node = operator(domain, name).message(5, &attribute(key, value));
        group.file(&format!("{trick}.onnx"), onnx_model(&plain().message(1, &node), domain));
    }
    for (trick, location) in [
        ("outside-device", "/dev/zero"),
        ("outside-process", "/proc/self/environ"),
        ("outside-address-http", "http://annex.invalid/weights"),
        ("outside-deep", "a/b/../../../weights.bin"),
        ("outside-mixed", "weights\\../..\\etc/passwd"),
    ] {
        let graph = plain().message(5, &outside(location, &[]));
        group.file(&format!("{trick}.onnx"), onnx_model(&graph, ""));
    }
    let listed = Message::default()
        .text(1, "values")
        .message(10, &outside("../../etc/passwd", &[]))
        .int(20, 9);
    let node = operator("", "Constant").message(5, &listed);
    group.file("outside-in-list.onnx", onnx_model(&plain().message(1, &node), ""));
    let graphs = plain().message(5, &outside("../../etc/passwd", &[]));
    let listed = Message::default().text(1, "branches").message(11, &graphs).int(20, 10);
    let node = operator("", "Loop").message(5, &listed);
    group.file("outside-in-graphs.onnx", onnx_model(&plain().message(1, &node), ""));
    let behind = [onnx_model(&plain(), ""), zip_of(&[("data.pkl", &system(2))])].concat();
    group.file("archive-behind.onnx", behind);
}

/// GGUF, safetensors, and index files of weights.
fn weights(group: &mut Group) {
    let text = |text: &str| Meta::Text(text.to_owned());
    let with = |keys: Vec<(&str, Meta)>| {
        let mut all = vec![("general.architecture", text("llama"))];
        all.extend(keys);
        gguf(&all, &[])
    };
    let listed = {
        let mut raw = 8_u32.to_le_bytes().to_vec();
        raw.extend(1_u64.to_le_bytes());
        raw.extend((CYCLER.len() as u64).to_le_bytes());
        raw.extend(CYCLER.as_bytes());
        Meta::Raw(9, raw)
    };
    group.file("template-in-list.gguf", with(vec![("tokenizer.chat_templates", listed)]));
    group.file("template-rag.gguf", with(vec![("tokenizer.chat_template.rag", text(CYCLER))]));
    group.file("template-upper-case.gguf", with(vec![("tokenizer.Chat_Template.x", text(CYCLER))]));
    group.file("template-of-prompt.gguf", with(vec![("llama.prompt_template", text(CYCLER))]));
    group.file("pickle-behind.gguf", [with(vec![]), system(4)].concat());
    group.file("archive-behind.gguf", [with(vec![]), zip_of(&[("data.pkl", &system(2))])].concat());
    let mut old = with(vec![("tokenizer.chat_template", text(CYCLER))]);
    old[4] = 2;
    group.file("template-version-2.gguf", old);
    let big = {
        let mut bytes = b"GGUF\0\0\0\x03".to_vec();
        bytes.extend(0_u64.to_be_bytes());
        bytes.extend(1_u64.to_be_bytes());
        let key = "tokenizer.chat_template";
        bytes.extend((key.len() as u64).to_be_bytes());
        bytes.extend(key.as_bytes());
        bytes.extend(8_u32.to_be_bytes());
        bytes.extend((CYCLER.len() as u64).to_be_bytes());
        bytes.extend(CYCLER.as_bytes());
        bytes
    };
    group.file("template-big-endian.gguf", big);
    let tensor = |name, offset| Tensor { name, dimensions: vec![8], kind: 0, offset };
    let mut overlap =
        gguf(&[("general.architecture", text("llama"))], &[tensor("a", 0), tensor("b", 0)]);
    overlap.extend([0; 64]);
    group.hidden("tensors-overlap.gguf", overlap);
    let mut twice =
        gguf(&[("general.architecture", text("llama"))], &[tensor("a", 0), tensor("a", 32)]);
    twice.extend([0; 64]);
    group.hidden("tensor-twice.gguf", twice);

    for (trick, file) in [
        ("index-parent", "../../annex.safetensors"),
        ("index-absolute", "/etc/passwd"),
        ("index-address", "http://annex.invalid/model.safetensors"),
    ] {
        let index = json!({"metadata": {}, "weight_map": {"w": file}}).to_string();
        group.named(trick, "model.safetensors.index.json", index.into_bytes());
    }
    let index = json!({"metadata": {}, "weight_map": {"w": "../../annex.bin"}}).to_string();
    group.named("index-of-pickles", "pytorch_model.bin.index.json", index.into_bytes());
    let safe = |header: &str, data: &[u8]| {
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
    };
    let tensor = r#""w":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}"#;
    let escaped =
        format!(r#"{{{tensor},"\u0077":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}}}"#);
    group.hidden("name-escaped-twice.safetensors", safe(&escaped, &[0; 8]));
    group.hidden("header-marked.safetensors", safe(&format!("\u{feff}{{{tensor}}}"), &[0; 8]));
    group
        .hidden("header-then-more.safetensors", safe(&format!("{{{tensor}}}{{\"a\":1}}"), &[0; 8]));
    group.hidden("header-then-null.safetensors", safe(&format!("{{{tensor}}}\0\0\0"), &[0; 8]));
    let template = json!({"__metadata__": {"chat_template": CYCLER}}).to_string();
    group.file("template-in-metadata.safetensors", safe(&template, b""));
    let program = [b"\x7fELF\x02\x01\x01\0", &[0; 8][..]].concat();
    group.file(
        "program-behind.safetensors",
        [safe(&format!("{{{tensor}}}"), &[0; 8]), program].concat(),
    );
}

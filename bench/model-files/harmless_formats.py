"""Harmless files that are no pickles: safetensors, GGUF, ONNX, HDF5, skops, archives."""

import io
import json
import tarfile
import zipfile

import gguf
import h5py
import numpy as np
import onnx
import safetensors.numpy
import safetensors.torch
import skl2onnx
import skops.io
import torch
import yaml
from onnx import TensorProto, helper
from sklearn import linear_model, pipeline, preprocessing, tree

import harmless_python
import harmless_text


def safe(corpus):
    """safetensors."""
    torch.manual_seed(7)
    generator = np.random.default_rng(7)
    weights = {"w": generator.normal(size=(4, 5)).astype(np.float32), "b": np.ones(5, np.float16)}
    path = lambda name: corpus.path("safetensors", name)
    safetensors.numpy.save_file(weights, path("model.safetensors"))
    safetensors.numpy.save_file(weights, path("metadata.safetensors"),
                                metadata={"format": "pt", "note": "eval(x) is a word here"})
    safetensors.torch.save_file({"w": torch.randn(3, 3, dtype=torch.bfloat16)},
                                path("bfloat16.safetensors"))
    safetensors.torch.save_file({"e": torch.zeros(0, 4), "s": torch.tensor(-1.1)},
                                path("empty-and-scalar.safetensors"))
    layers = {f"model.layers.{n}.self_attn.q_proj.weight": torch.randn(4, 4) for n in range(6)}
    safetensors.torch.save_file(layers, path("layers.safetensors"))
    adapter = {"base_model.model.q.lora_A.weight": torch.randn(2, 8),
               "base_model.model.q.lora_B.weight": torch.randn(8, 2)}
    safetensors.torch.save_file(adapter, path("adapter_model.safetensors"), metadata={"format": "pt"})
    safetensors.numpy.save_file({"q": generator.integers(-128, 127, 64).astype(np.int8),
                                 "scale": generator.normal(size=4)}, path("int8.safetensors"))
    index = {"metadata": {"total_size": 64}, "weight_map": {"w": "model.safetensors"}}
    path("model.safetensors.index.json").write_text(json.dumps(index, indent=2))


def quantized(corpus):
    """GGUF."""
    generator = np.random.default_rng(7)
    for name, kind, template in (
        ("f32.gguf", gguf.GGMLQuantizationType.F32, None),
        ("f16.gguf", gguf.GGMLQuantizationType.F16, harmless_text.TEMPLATES["plain"]),
        ("q8_0.gguf", gguf.GGMLQuantizationType.Q8_0, harmless_text.TEMPLATES["tools"]),
        ("q4_0.gguf", gguf.GGMLQuantizationType.Q4_0, harmless_text.TEMPLATES["system"]),
    ):
        writer = gguf.GGUFWriter(corpus.path("gguf", name), "llama")
        writer.add_name("annex")
        writer.add_context_length(128)
        writer.add_block_count(1)
        writer.add_tokenizer_model("llama")
        writer.add_token_list(["<s>", "</s>", "a", "b"])
        writer.add_token_scores([0.0, 0.0, -1.0, -2.0])
        if template:
            writer.add_chat_template(template)
        array = generator.normal(size=(4, 64)).astype(np.float32)
        data = gguf.quants.quantize(array, kind)
        writer.add_tensor("token_embd.weight", data, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    writer = gguf.GGUFWriter(corpus.path("gguf", "vocabulary-only.gguf"), "gpt2")
    writer.add_token_list([f"token{number}" for number in range(100)])
    writer.add_chat_template([{"name": "default", "template": harmless_text.TEMPLATES["plain"]},
                              {"name": "tool_use", "template": harmless_text.TEMPLATES["tools"]}])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def graphs(corpus):
    """ONNX."""
    x, y, value = harmless_python.data()
    kinds = [("x", skl2onnx.common.data_types.FloatTensorType([None, 4]))]
    for name, model in {
        "logistic.onnx": linear_model.LogisticRegression().fit(x, y),
        "tree.onnx": tree.DecisionTreeRegressor(max_depth=2, random_state=7).fit(x, value),
        "pipeline.onnx": pipeline.make_pipeline(
            preprocessing.StandardScaler(), linear_model.Ridge()).fit(x, value),
    }.items():
        converted = skl2onnx.convert_sklearn(model, initial_types=kinds)
        onnx.save(converted, corpus.path("skl2onnx", name))
    floats = TensorProto.FLOAT

    def model(nodes, initializers=(), width=2):
        shape = [2, width]
        graph = helper.make_graph(
            nodes, "annex", [helper.make_tensor_value_info("x", floats, shape)],
            [helper.make_tensor_value_info("y", floats, shape)], list(initializers))
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
        onnx.checker.check_model(made)
        return made

    weight = onnx.numpy_helper.from_array(np.eye(2, dtype=np.float32), "w")
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Relu", ["h"], ["y"])]
    path = lambda name: corpus.path("onnx", name)
    onnx.save(model(nodes, [weight]), path("dense.onnx"))
    large = onnx.numpy_helper.from_array(np.ones((16, 16), np.float32), "w")
    outside = model([helper.make_node("MatMul", ["x", "w"], ["y"])], [large], width=16)
    path("outside.bin")
    onnx.save(outside, path("outside.onnx"), save_as_external_data=True, location="outside.bin")
    constant = helper.make_node("Constant", [], ["c"], value=weight)
    onnx.save(model([constant, helper.make_node("Add", ["x", "c"], ["y"])]), path("constant.onnx"))
    branch = helper.make_graph([helper.make_node("Identity", ["x"], ["b"])], "branch", [],
                               [helper.make_tensor_value_info("b", floats, [2, 2])])
    truth = helper.make_node("Constant", [], ["t"], value=onnx.numpy_helper.from_array(np.array(True)))
    onnx.save(model([truth, helper.make_node("If", ["t"], ["y"], then_branch=branch,
                                             else_branch=branch)]), path("branches.onnx"))


def containers(corpus):
    """HDF5 of numbers, skops, and archives in the manner of NeMo and TorchServe."""
    x, y, _ = harmless_python.data()
    for name, options in (("numbers.h5", {}), ("compressed.hdf5", {"compression": "gzip"})):
        with h5py.File(corpus.path("h5py", name), "w", libver="latest") as file:
            file.create_dataset("weights/dense", data=x[:5].astype("f4"), **options)
            file.attrs["note"] = "numbers"
    skops.io.dump(linear_model.LogisticRegression().fit(x, y),
                  corpus.path("skops", "logistic.skops"))
    skops.io.dump(preprocessing.StandardScaler().fit(x), corpus.path("skops", "scaler.skops"),
                  compression=zipfile.ZIP_DEFLATED)
    weights = io.BytesIO()
    torch.save({"encoder.weight": torch.ones(2, 2)}, weights)
    config = yaml.safe_dump({"target": "nemo.collections.asr.models.EncDecCTCModel",
                             "encoder": {"feat_in": 8, "n_layers": 1}, "sample_rate": 16000})
    members = {"model_config.yaml": config.encode(), "model_weights.ckpt": weights.getvalue()}
    path = corpus.path("tar", "compressed.nemo")
    with tarfile.open(path, "w:gz", format=tarfile.GNU_FORMAT) as archive:
        for member, data in members.items():
            info = tarfile.TarInfo("./" + member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    manifest = {"runtime": "python", "archiverVersion": "0.12.0", "model": {
        "modelName": "annex", "modelVersion": "1.0", "serializedFile": "model.pt",
        "handler": "image_classifier"}}
    for name, compression in (("model.mar", zipfile.ZIP_DEFLATED), ("stored.mar", zipfile.ZIP_STORED)):
        with zipfile.ZipFile(corpus.path("mar", name), "w", compression) as archive:
            archive.writestr(zipfile.ZipInfo("MAR-INF/MANIFEST.json"), json.dumps(manifest))
            archive.writestr(zipfile.ZipInfo("model.pt"), weights.getvalue())
            archive.writestr(zipfile.ZipInfo("index_to_name.json"), '{"0": "cat"}')


def write(corpus):
    """All of them."""
    for part in (safe, quantized, graphs, containers):
        part(corpus)

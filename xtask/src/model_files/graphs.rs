//! Graphs: operators of TensorFlow that touch files or run Python, and ONNX models that name
//! files elsewhere or operators of somebody's own.

use super::case::{Case, Group};
use super::proto::Message;

const ELSEWHERE: &str = "/nonexistent/annex";

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    tensorflow(&mut Group::new("tensorflow", cases));
    onnx(&mut Group::new("onnx", cases));
}

fn message() -> Message {
    Message::default()
}

pub(crate) fn node(operator: &str) -> Message {
    // Name, operator, and one attribute of text.
    let value = message().text(2, ELSEWHERE);
    let attribute = message().text(1, "value").message(2, &value);
    message().text(1, format!("annex/{operator}")).text(2, operator).message(5, &attribute)
}

pub(crate) fn graph(nodes: &[Message]) -> Message {
    let nodes = [&[node("Placeholder"), node("MatMul")], nodes].concat();
    nodes.iter().fold(message(), |graph, node| graph.message(1, node))
}

pub(crate) fn saved_model(graph: &Message) -> Vec<u8> {
    let info = message().text(4, "serve").text(5, "2.21.0");
    let meta = message().message(1, &info).message(2, graph);
    message().int(1, 1).message(2, &meta).done()
}

fn tensorflow(group: &mut Group) {
    for operator in [
        "ReadFile",
        "WriteFile",
        "PyFunc",
        "EagerPyFunc",
        "PyFuncStateless",
        "MatchingFiles",
        "PrintV2",
        "DebugIdentityV3",
        "TextLineDataset",
        "WholeFileReaderV2",
        "DecodeProtoV2",
        "RpcClient",
        "AnnexCustomOp",
    ] {
        let model = saved_model(&graph(&[node(operator)]));
        group.named(&format!("saved-model-{operator}"), "saved_model.pb", model);
    }
    let signature = message().text(1, "annex_function");
    let body = message().message(1, &signature).message(3, &node("WriteFile"));
    let library = message().message(1, &body);
    let inside = graph(&[]).message(2, &library);
    group.named("saved-model-in-function", "saved_model.pb", saved_model(&inside));
    group.file("frozen-graph.pb", graph(&[node("WriteFile")]).done());
    let meta = message().message(2, &graph(&[node("PyFunc")]));
    group.file("meta-graph.meta", meta.done());
    let second = message().message(2, &graph(&[node("ReadFile")]));
    let second = [saved_model(&graph(&[])), message().message(2, &second).done()].concat();
    group.named("saved-model-second-graph", "saved_model.pb", second);

    // What Keras 2 stores beside the graph.
    let layer = r#"{"class_name": "Lambda", "config": {"function": ["Tg==", null, null], "function_type": "lambda"}}"#;
    let object = message().int(1, 1).text(3, "layer").text(4, "_tf_keras_layer").text(5, layer);
    group.named("keras-metadata", "keras_metadata.pb", message().message(1, &object).done());
}

/// A tensor whose numbers are in another file.
pub(crate) fn outside(location: &str, more: &[(&str, &str)]) -> Message {
    let tensor = message().int(1, 4).int(2, 1).text(8, "weight").int(14, 1);
    [("location", location)].iter().chain(more).fold(tensor, |tensor, (key, value)| {
        tensor.message(13, &message().text(1, key).text(2, value))
    })
}

pub(crate) fn operator(domain: &str, name: &str) -> Message {
    message().text(1, "x").text(2, "y").text(3, "annex").text(4, name).text(7, domain)
}

pub(crate) fn onnx_model(graph: &Message, domain: &str) -> Vec<u8> {
    message()
        .int(1, 10)
        .text(2, "annex")
        .message(7, graph)
        .message(8, &message().int(2, 21))
        .message(8, &message().text(1, domain).int(2, 1))
        .done()
}

fn onnx(group: &mut Group) {
    let graph = || message().message(1, &operator("", "Relu")).text(2, "annex");
    let model = |graph: &Message| onnx_model(graph, "");
    for (trick, location) in [
        ("outside-parent", "../../../../etc/passwd"),
        ("outside-absolute", "/etc/passwd"),
        ("outside-drive", "C:\\Windows\\win.ini"),
        ("outside-backslashes", "..\\..\\weights.bin"),
        ("outside-share", "\\\\annex.invalid\\share\\weights.bin"),
        ("outside-address", "file:///etc/passwd"),
        ("outside-through-folder", "weights/../../../etc/passwd"),
        ("outside-null", "weights.bin\0/../../etc/passwd"),
        ("outside-home", "~/.ssh/id_ed25519"),
    ] {
        group.file(&format!("{trick}.onnx"), model(&graph().message(5, &outside(location, &[]))));
    }
    let parent = || outside("../../etc/passwd", &[]);
    let range = outside("weights.bin", &[("offset", "-8"), ("length", "99999999999999999999")]);
    group.hidden("outside-range.onnx", model(&graph().message(5, &range)));
    let twice = outside("weights.bin", &[("location", "../../etc/passwd")]);
    group.file("outside-second-location.onnx", model(&graph().message(5, &twice)));

    let attribute = |field: u64, value: &Message| {
        let attribute = message().text(1, "value").message(field, value).int(20, 4);
        operator("", "Constant").message(5, &attribute)
    };
    group.file("outside-in-constant.onnx", model(&graph().message(1, &attribute(5, &parent()))));
    let branch = graph().message(5, &parent());
    group.file("outside-in-branch.onnx", model(&graph().message(1, &attribute(6, &branch))));
    let sparse = message().message(1, &parent());
    group.file("outside-sparse.onnx", model(&graph().message(15, &sparse)));
    let with = |field: u64, part: &Message| {
        [onnx_model(&graph(), ""), message().message(field, part).done()].concat()
    };
    let function = message().text(1, "f").message(7, &attribute(5, &parent()));
    group.file("outside-in-function.onnx", with(25, &function));
    let training = message().message(1, &graph().message(5, &parent()));
    group.file("outside-in-training.onnx", with(20, &training));

    for (trick, domain, name) in [
        ("operator-python", "ai.onnx.contrib", "PyCustomOp"),
        ("operator-python-extensions", "ai.onnx.contrib", "PyOp"),
        ("operator-training-python", "com.microsoft", "PythonOp"),
        ("operator-pyop", "pyopadd", "PyOp"),
        ("operator-unknown", "annex.custom", "Run"),
    ] {
        let graph = graph().message(1, &operator(domain, name));
        group.file(&format!("{trick}.onnx"), onnx_model(&graph, domain));
    }
}

//! Pickles that reach their call by another way, in another place, under another name.

use crate::model_files::case::{Case, Group};
use crate::model_files::pack::{gzip, lz4, zlib, zstd};
use crate::model_files::pickle::{Arg, CODE, COMMAND, Pickle, empty, system};
use crate::model_files::torch::archive;

const SYSTEM: Arg = Arg::Global("os", "system");

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("second-pickle", cases);
    names(&mut group);
    gadgets(&mut group);
    states(&mut group);
    disguises(&mut group);
    carriers(&mut Group::new("second-name", cases));
}

/// What is allowed, left through a dot or through what it imported itself.
fn names(group: &mut Group) {
    for (trick, module, name) in [
        ("through-torch-serialization", "torch.serialization", "os.system"),
        ("through-torch-utils", "torch._utils", "sys.modules"),
        ("through-collections", "collections", "OrderedDict.__init__.__globals__"),
        ("through-reduce", "collections", "OrderedDict.__reduce_ex__"),
        ("through-codecs", "_codecs", "encode.__self__"),
        ("through-object", "builtins", "object.__subclasses__"),
        ("through-type", "builtins", "type.mro"),
        ("through-argparse", "argparse", "_os.system"),
        ("through-datetime", "datetime", "sys.modules"),
        ("through-numpy-core", "numpy.core.multiarray", "os.system"),
        ("through-sklearn", "sklearn.base", "os.system"),
        ("through-pandas", "pandas._libs.internals", "__builtins__"),
        ("through-joblib", "joblib.numpy_pickle", "pickle.loads"),
        ("through-xgboost", "xgboost.core", "os.system"),
        ("through-scipy", "scipy.sparse._csr", "np.load"),
        ("through-tensor-method", "torch", "Tensor.apply_"),
        ("through-class-method", "builtins", "bytes.fromhex.__self__"),
        ("private-of-allowed", "sklearn.tree._tree", "__loader__"),
        ("parent-of-allowed", "torch.nn.modules.linear", "__builtins__"),
        ("lookalike-module", "torch_utils", "_rebuild_tensor_v2"),
        ("lookalike-prefix", "sklearnx.tree", "DecisionTreeClassifier"),
        ("lookalike-suffix", "evil.sklearn.tree", "DecisionTreeClassifier"),
        ("lookalike-letter", "s\u{43a}learn.tree", "DecisionTreeClassifier"),
        ("lookalike-case", "Numpy", "ndarray"),
        ("submodule-of-allowed", "numpy.annex", "run"),
        ("name-with-space", "os ", "system"),
        ("name-empty-module", "", "system"),
        ("name-relative", ".os", "system"),
        ("name-full-width", "\u{ff4f}\u{ff53}", "system"),
    ] {
        let bytes = Pickle::new(4).stack_global(module, name).call(COMMAND).stop();
        group.file(&format!("{trick}.pkl"), bytes);
    }
}

/// Functions that are harmless by themselves and are given something else.
fn gadgets(group: &mut Group) {
    let reduce = |protocol: u8, module: &str, name: &str, args: &[Arg]| {
        Pickle::new(protocol).callable(protocol, module, name).reduce(protocol, args).stop()
    };
    for (trick, module, name, args) in [
        ("factory-of-defaultdict", "collections", "defaultdict", &[SYSTEM, Arg::Dict][..]),
        (
            "dict-subclass-of-popen",
            "copyreg",
            "_reconstructor",
            &[Arg::Global("subprocess", "Popen"), Arg::Global("builtins", "object"), Arg::None],
        ),
        ("copyreg-newobj", "copyreg", "__newobj__", &[Arg::Global("subprocess", "Popen")]),
        (
            "copyreg-newobj-ex",
            "copyreg",
            "__newobj_ex__",
            &[Arg::Global("subprocess", "Popen"), Arg::Texts(&["echo"]), Arg::Dict],
        ),
        (
            "array-of-class",
            "numpy.core.multiarray",
            "_reconstruct",
            &[Arg::Global("subprocess", "Popen"), Arg::Texts(&[]), Arg::Bytes(b"b")],
        ),
        (
            "masked-array-of-class",
            "numpy.ma.core",
            "_mareconstruct",
            &[Arg::Global("subprocess", "Popen"), Arg::Global("numpy", "ndarray")],
        ),
        (
            "ufunc-by-name",
            "numpy.core",
            "_ufunc_reconstruct",
            &[Arg::Text("os"), Arg::Text("system")],
        ),
        ("torch-import-by-name", "torch._utils", "_import_dotted_name", &[Arg::Text("os.system")]),
        ("torch-rebuild-by-name", "torch._utils", "_rebuild_xla_tensor", &[SYSTEM]),
        (
            "torch-from-type",
            "torch._tensor",
            "_rebuild_from_type",
            &[SYSTEM, Arg::Global("torch", "Tensor"), Arg::Texts(&[COMMAND])],
        ),
        ("pandas-unpickle-block", "pandas._libs.internals", "_unpickle_block", &[SYSTEM]),
        ("pandas-offset", "pandas.compat.pickle_compat", "load_reduce", &[SYSTEM]),
        ("enum-by-type", "enum", "Enum", &[Arg::Text("A"), Arg::Text(CODE)]),
        ("path-then-glob", "pathlib", "PosixPath.rglob", &[Arg::Text("/"), Arg::Text("*")]),
        ("operator-itemgetter-chain", "operator", "itemgetter", &[SYSTEM]),
        (
            "sklearn-transformer",
            "sklearn.preprocessing._function_transformer",
            "FunctionTransformer",
            &[SYSTEM],
        ),
        ("sklearn-scorer", "sklearn.metrics._scorer", "_PredictScorer", &[SYSTEM]),
        ("joblib-delayed", "joblib.parallel", "delayed", &[SYSTEM]),
        ("partial-in-scheduler", "torch.optim.lr_scheduler", "LambdaLR", &[Arg::None, SYSTEM]),
        ("module-hook", "torch.nn.modules.module", "register_module_forward_hook", &[SYSTEM]),
    ] {
        group.file(&format!("{trick}.pkl"), reduce([2, 4][trick.len() % 2], module, name, args));
    }
}

/// Objects whose state brings the call, without a call of its own.
fn states(group: &mut Group) {
    let object = |module: &str, name: &str| Pickle::new(2).global(module, name).op(b")\x81");
    let with = |pickle: Pickle, key: &str, value: Arg| {
        pickle.op("}").text(key).arg(2, value).op("sb").stop()
    };
    for (trick, module, name, key) in [
        (
            "function-transformer-state",
            "sklearn.preprocessing._function_transformer",
            "FunctionTransformer",
            "func",
        ),
        ("linear-forward", "torch.nn.modules.linear", "Linear", "forward"),
        ("module-hooks", "torch.nn.modules.linear", "Linear", "_forward_hooks"),
        ("namespace-attribute", "argparse", "Namespace", "run"),
        ("scheduler-lambda", "torch.optim.lr_scheduler", "LambdaLR", "lr_lambdas"),
        ("booster-callback", "xgboost.sklearn", "XGBClassifier", "objective"),
        ("vectorizer-tokenizer", "sklearn.feature_extraction.text", "CountVectorizer", "tokenizer"),
    ] {
        group.file(&format!("{trick}.pkl"), with(object(module, name), key, SYSTEM));
    }
    let class = Pickle::new(2).global("collections", "OrderedDict");
    group.file("class-attribute.pkl", with(class, "__reduce__", SYSTEM));
    let getitem = object("argparse", "Namespace").op("}").text("a").op("s}").text("__class__");
    group.file(
        "class-replaced.pkl",
        getitem.arg(2, Arg::Global("os", "_wrap_close")).op("sb0b.").unfinished(),
    );
    let list = Pickle::new(2).op("](").global("os", "system").op("e").stop();
    group.file("function-in-list.pkl", list);
    let setitems = Pickle::new(2).global("os", "environ").op("(").text("LD_PRELOAD");
    group.file("environment-set.pkl", setitems.text("/nonexistent/annex.so").op("u.").unfinished());
    let append = Pickle::new(2).global("sys", "path").text("/nonexistent/annex").op("a.");
    group.file("path-appended.pkl", append.unfinished());
    let appends = Pickle::new(4).global("sys", "meta_path").op("(").global("os", "system");
    group.file("finder-appended.pkl", appends.op("e.").unfinished());
    let added = Pickle::new(4).global("builtins", "__dict__").op("(").text("open");
    group.file("builtin-replaced.pkl", added.global("os", "system").op("u.").unfinished());
    let module = Pickle::new(2).global("os", "__dict__").op("}").text("system").arg(2, SYSTEM);
    group.file("module-filled.pkl", module.op("sb.").unfinished());
    let copied = Pickle::new(4).global("torch._utils", "_rebuild_tensor_v2").op("}");
    let copied = copied.text("__code__").arg(4, Arg::Global("os", "system")).op("sb.");
    group.file("allowed-function-filled.pkl", copied.unfinished());
    // The name of the module comes from an object that was just built.
    let built = Pickle::new(4).global("builtins", "str").text("os").op([0x85, b'R', 0x94]);
    group.file("module-from-str.pkl", built.short("system").op([0x93]).call(COMMAND).stop());
    let decoded = Pickle::new(4).global("_codecs", "encode").text("os").text("ascii");
    let decoded = decoded.op([0x86, b'R']).short("system").op([0x93]).call(COMMAND);
    group.file("module-from-codec.pkl", decoded.stop());
    let popped = Pickle::new(4).short("os").op("(").short("x").op([b'1']).short("system");
    group.file("module-under-mark.pkl", popped.op([0x93]).call(COMMAND).stop());
    let tuple = Pickle::new(4).short("os").short("system").op([0x86, 0x94, b'0']);
    group.file(
        "only-names-no-call.dat",
        tuple.op([b'h', 0, b'0']).stack_global("os", "popen").call(COMMAND).stop(),
    );
    let dup = Pickle::new(2).global("os", "system").op("2").call(COMMAND).op("0").call(COMMAND);
    group.file("called-twice.pkl", dup.stop());
    let put = Pickle::new(0).op("cos\nsystem\np0\n0g0\n(Vecho annex\ntR");
    group.file("put-pop-get.pkl", put.stop());
}

/// A pickle behind or inside something else.
fn disguises(group: &mut Group) {
    for (trick, extension, head) in [
        (
            "behind-png",
            "png",
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"[..],
        ),
        ("behind-jpeg", "jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"),
        ("behind-gif", "gif", b"GIF89a\x01\0\x01\0\0\0\0;"),
        ("behind-pdf", "pdf", b"%PDF-1.7\n%%EOF\n"),
        ("behind-wav", "wav", b"RIFF\x24\0\0\0WAVEfmt "),
        ("behind-spaces", "pkl", b"      "),
        ("behind-line", "pkl", b"# model\n"),
        ("behind-byte-order-mark", "pkl", b"\xef\xbb\xbf"),
        ("behind-length", "bin", b"\x40\0\0\0\0\0\0\0"),
        ("behind-magic-number", "bin", b"ANNEX\x01\0\0"),
    ] {
        group.file(&format!("{trick}.{extension}"), [head, &system(4)].concat());
    }
    for (trick, bytes) in [
        ("gzip-behind-pickle.pkl", [empty(2), gzip(&system(2))].concat()),
        ("zlib-in-gzip.joblib", gzip(&zlib(&system(4)))),
        ("zstd-in-gzip.pkl.gz", gzip(&zstd(&system(4)))),
        ("lz4-in-zlib.joblib", zlib(&lz4(&system(2)))),
        ("zstd-two-frames.pkl.zst", [zstd(&empty(2)), zstd(&system(2))].concat()),
        (
            "zstd-skippable-first.pkl.zst",
            [b"\x50\x2a\x4d\x18\x04\0\0\0abcd".to_vec(), zstd(&system(2))].concat(),
        ),
        ("lz4-two-frames.pkl.lz4", [lz4(&empty(2)), lz4(&system(2))].concat()),
        ("torch-behind-pickle.pt", [empty(2), archive("archive", &system(2))].concat()),
        (
            "shellcode-as-storage.pt",
            crate::model_files::zip::zip_of(&[
                ("archive/data.pkl", &empty(2)),
                ("archive/data/0", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0"),
            ]),
        ),
    ] {
        group.file(trick, bytes);
    }
    // The reader of Python stops with an error behind the first part.
    group.hidden("gzip-rest.pkl.gz", [gzip(&empty(2)), system(2)].concat());
    let base = Pickle::new(4).global("base64", "b64decode").text("Y29zCnN5c3RlbQouLi4=");
    group.file("base64-in-call.pkl", base.op([0x85, b'R']).stop());
    let many = (0..200).fold(Pickle::new(4).op("("), |pickle, number| {
        pickle.stack_global("torch", ["FloatStorage", "HalfStorage"][number % 2])
    });
    group.file(
        "among-many-imports.pkl",
        many.stack_global("nt", "system").call(COMMAND).op("l").stop(),
    );
    let late = Pickle::new(4).binary(&vec![b'x'; 200_000]).op("0");
    group.file("behind-large-block.pkl", late.global("os", "system").call(COMMAND).stop());
    let nested = (0..5).fold(system(2), |inner, _| {
        Pickle::new(2).global("pickle", "loads").binary(&inner).op([0x85, b'R']).stop()
    });
    group.file("pickle-in-pickle-six.pkl", nested);
}

/// One payload under the names that training loops and libraries give their pickles.
fn carriers(group: &mut Group) {
    for name in [
        "training_args.bin",
        "optimizer.pt",
        "scheduler.pt",
        "rng_state_0.pth",
        "random_states_0.pkl",
        "mp_rank_00_model_states.pt",
        "consolidated.00.pth",
        "learned_embeds.bin",
        "pytorch_lora_weights.bin",
        "adapter_model.bin",
        "index.pkl",
        "docstore.pkl",
        "vocab.pkl",
        "learner.pkl",
        "predictor.pkl",
        "model.mdl",
        "model.sav",
        "weights.pdiparams",
        "model.params",
        "embeddings.npy",
        "cache.db",
        "model.tmp",
        "checkpoint",
        "model.weights",
        "last.ckpt.tmp",
        "model.pkl.bak",
        "model.pkl~",
        "events.out.tfevents.1",
        "tokenizer.model",
        "spiece.model",
        "model.cbm",
        "model.bst",
        "lid.ftz",
        "params.yaml",
        "model.onnx.data",
        "LICENSE",
        ".metadata",
        "__0_0.distcp",
    ] {
        let trick = name.replace(['.', '~'], "-").trim_matches('-').to_owned();
        group.named(&trick, name, system([0, 2, 4][name.len() % 3]));
    }
}

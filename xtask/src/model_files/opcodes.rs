//! Pickles that reach a call in an unusual way: every opcode that calls, every way to name what
//! is called.

use super::case::{Case, Group};
use super::pickle::{Arg, CODE, COMMAND, Pickle, system};

const POP: &str = "0";
const MARK: &str = "(";
const EMPTY_TUPLE: &str = ")";
const REDUCE: &str = "R";
const BUILD: &str = "b";
const TUPLE1: [u8; 1] = [0x85];
const TUPLE2: [u8; 1] = [0x86];
const NEWOBJ: [u8; 1] = [0x81];
const NEWOBJ_EX: [u8; 1] = [0x92];
const STACK_GLOBAL: [u8; 1] = [0x93];
const MEMOIZE: [u8; 1] = [0x94];

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("pickle-opcode", cases);
    for protocol in 0..=5 {
        group.file(&format!("reduce-protocol-{protocol}.pkl"), system(protocol));
    }
    calls(&mut group);
    names_from_the_memo(&mut group);
    names_in_pieces(&mut group);
    names_by_another_way(&mut group);
    places(&mut group);
}

/// Opcodes that call something.
fn calls(group: &mut Group) {
    group.file("string-opcode.pkl", b"cos\nsystem\n(S'echo annex'\ntR.".to_vec());
    group.file("inst.pkl", b"(S'echo annex'\nios\nsystem\n.".to_vec());
    let inst = Pickle::new(2).op(MARK).text(COMMAND).inst("posix", "system");
    group.file("inst-protocol-2.pkl", inst.stop());
    group.file("obj.pkl", b"(cos\nsystem\nS'echo annex'\no.".to_vec());
    let obj = Pickle::new(4).op(MARK).stack_global("builtins", "eval").short(CODE).op("o");
    group.file("obj-stack-global.pkl", obj.stop());

    let partial = |protocol: u8| {
        Pickle::new(protocol)
            .callable(protocol, "functools", "partial")
            .callable(protocol, "os", "system")
            .text(COMMAND)
            .op(TUPLE2)
    };
    let newobj = partial(2).op(NEWOBJ).op(EMPTY_TUPLE).op(REDUCE);
    group.file("newobj.pkl", newobj.stop());
    let newobj_ex = partial(4).op("}").op(NEWOBJ_EX).op(EMPTY_TUPLE).op(REDUCE);
    group.file("newobj-ex.pkl", newobj_ex.stop());
    // `bytes` reads the lazy `map` to its end.
    let map = Pickle::new(4)
        .stack_global("builtins", "bytes")
        .stack_global("builtins", "map")
        .stack_global("os", "system")
        .op("(")
        .short(COMMAND)
        .op("l")
        .op(TUPLE2)
        .op(NEWOBJ)
        .op(TUPLE1)
        .op(NEWOBJ);
    group.file("newobj-map.pkl", map.stop());

    // An instance that gets its `__setstate__` by the first BUILD and is called by the second.
    let namespace = |protocol: u8| {
        Pickle::new(protocol).callable(protocol, "argparse", "Namespace").op(EMPTY_TUPLE).op(NEWOBJ)
    };
    let dict = |pickle: Pickle, protocol: u8| {
        pickle.op("}").text("__setstate__").callable(protocol, "os", "system").op("s")
    };
    let second = |pickle: Pickle| pickle.op(BUILD).text(COMMAND).op(BUILD).stop();
    group.file("build-setstate.pkl", second(dict(namespace(2), 2)));
    let slots = dict(namespace(4).op("N"), 4).op(TUPLE2);
    group.file("build-slots.pkl", second(slots));
    // A class of the reader's own program is given another method.
    let class = Pickle::new(2)
        .global("argparse", "Namespace")
        .op("N}")
        .text("__init__")
        .global("os", "system")
        .op("s")
        .op(TUPLE2)
        .op(BUILD);
    group.file("build-on-class.pkl", class.stop());

    for (name, code) in [
        ("ext1", &[0x82, 0x42][..]),
        ("ext2", &[0x83, 0x42, 0x01]),
        ("ext4", &[0x84, 0x42, 0x01, 0x02, 0x00]),
    ] {
        group.file(&format!("{name}.pkl"), Pickle::new(2).op(code).call(COMMAND).stop());
    }
    let dynamic = Pickle::new(2).global("copyreg", "add_extension");
    let dynamic = dynamic
        .reduce(2, &[Arg::Text("os"), Arg::Text("system"), Arg::Int(0x42)])
        .op(POP)
        .op([0x82, 0x42])
        .call(COMMAND);
    group.file("ext-registered-inside.pkl", dynamic.stop());
}

/// The two strings of `STACK_GLOBAL` are not the last two of the file.
fn names_from_the_memo(group: &mut Group) {
    let memoized = Pickle::new(4).short("system").op(MEMOIZE).op(POP).short("os").op(MEMOIZE);
    let memoized = memoized.op(POP).op("h\x01h\x00").op(STACK_GLOBAL).call(COMMAND);
    group.file("memo-get.pkl", memoized.stop());

    let overwritten = Pickle::new(4)
        .short("collections")
        .op("q\x00")
        .op(POP)
        .short("OrderedDict")
        .op("q\x01")
        .op(POP)
        .short("os")
        .op("q\x00")
        .op(POP)
        .short("system")
        .op("q\x01")
        .op(POP)
        .op("h\x00h\x01")
        .op(STACK_GLOBAL)
        .call(COMMAND);
    group.file("memo-overwritten.pkl", overwritten.stop());

    let long = Pickle::new(4).short("os").op([b'r', 0, 1, 0, 0]).op(POP).short("system");
    let long = long.op([b'r', 1, 1, 0, 0]).op(POP).op([b'j', 0, 1, 0, 0, b'j', 1, 1, 0, 0]);
    group.file("memo-long.pkl", long.op(STACK_GLOBAL).call(COMMAND).stop());

    let lines = Pickle::default().line("os").op("p7\n0").line("system").op("p8\n0");
    let lines = lines.op("g7\ng8\n").op(STACK_GLOBAL).op(MARK).line(COMMAND).op("tR");
    group.file("memo-lines.pkl", lines.stop());

    let function = Pickle::new(2).global("os", "system").op("q\x05").op(POP).op("h\x05");
    group.file("memo-function.pkl", function.call(COMMAND).stop());

    let decoy = Pickle::new(4).short("os").short("system").short("collections");
    let decoy = decoy.short("OrderedDict").op("00").op(STACK_GLOBAL).call(COMMAND);
    group.file("decoy-strings-popped.pkl", decoy.stop());

    let mark = Pickle::new(4).short("os").short("system").op(MARK).short("torch");
    let mark = mark.short("FloatStorage").op("1").op(STACK_GLOBAL).call(COMMAND);
    group.file("decoy-strings-pop-mark.pkl", mark.stop());

    let dup = Pickle::new(4).short("system").short("os").op("2q\x00").op("00q\x01");
    let dup = dup.op("0h\x00h\x01").op(STACK_GLOBAL).call(COMMAND);
    group.file("dup.pkl", dup.stop());
}

/// The name of what is called is nowhere in the file as such.
fn names_in_pieces(group: &mut Group) {
    let escaped = Pickle::new(2).line("o\\u0073").line("sys\\u0074em").op(STACK_GLOBAL);
    group.file("unicode-escape-names.pkl", escaped.call(COMMAND).stop());
    let argument = Pickle::default().global("os", "system").op("(V\\u0065cho annex\ntR");
    group.file("unicode-escape-argument.pkl", argument.stop());
    let string = Pickle::default().op("S'\\x6f\\x73'\nS'\\163ystem'\n").op(STACK_GLOBAL);
    group.file("string-escape-names.pkl", string.call(COMMAND).stop());

    let rot13 = |pickle: Pickle, text: &str| {
        pickle.stack_global("codecs", "decode").short(text).short("rot13").op(TUPLE2).op(REDUCE)
    };
    let rot13 = rot13(rot13(Pickle::new(4), "bf"), "flfgrz").op(STACK_GLOBAL).call(COMMAND);
    group.file("names-rot13.pkl", rot13.stop());

    let add = |pickle: Pickle, left: &str, right: &str| {
        pickle.stack_global("_operator", "add").short(left).short(right).op(TUPLE2).op(REDUCE)
    };
    let added = add(add(Pickle::new(4), "o", "s"), "sys", "tem").op(STACK_GLOBAL);
    group.file("names-added.pkl", added.call(COMMAND).stop());

    let join = |pickle: Pickle, parts: [&str; 2]| {
        let pickle = pickle.stack_global("builtins", "str.join").short("").op("(");
        pickle.short(parts[0]).short(parts[1]).op("l").op(TUPLE2).op(REDUCE)
    };
    let joined = join(join(Pickle::new(4), ["o", "s"]), ["sys", "tem"]).op(STACK_GLOBAL);
    group.file("names-joined.pkl", joined.call(COMMAND).stop());

    let bytes = |pickle: Pickle, bytes: &[u8]| {
        pickle
            .stack_global("builtins", "bytes.decode")
            .op("C")
            .op([u8::try_from(bytes.len()).unwrap_or(0)])
            .op(bytes)
            .op(TUPLE1)
            .op(REDUCE)
    };
    let decoded = bytes(bytes(Pickle::new(4), b"os"), b"system").op(STACK_GLOBAL);
    group.file("names-from-bytes.pkl", decoded.call(COMMAND).stop());

    let binary = Pickle::new(2).op("U\x02os").op("U\x06system").op(STACK_GLOBAL);
    group.file("names-as-byte-strings.pkl", binary.call(COMMAND).stop());
    let wide = Pickle::new(4).op([0x8d, 2, 0, 0, 0, 0, 0, 0, 0]).op("os");
    let wide = wide.op([0x8d, 6, 0, 0, 0, 0, 0, 0, 0]).op("system").op(STACK_GLOBAL);
    group.file("names-binunicode8.pkl", wide.call(COMMAND).stop());
}

/// The function is reached through something else.
fn names_by_another_way(group: &mut Group) {
    for (trick, module, name) in [
        ("dotted-torch", "torch", "serialization.os.system"),
        ("dotted-pickle", "pickle", "sys.modules.__class__"),
        ("dotted-collections", "collections", "_sys.modules.get"),
        ("dotted-random", "random", "_os.system"),
        ("dotted-shutil", "shutil", "os.system"),
        ("dotted-numpy", "numpy", "f2py.os.system"),
        ("dotted-dunder", "collections", "OrderedDict.__init__.__class__"),
        ("dotted-subclasses", "builtins", "object.__subclasses__"),
    ] {
        let pickle = Pickle::new(4).stack_global(module, name).call(COMMAND);
        group.file(&format!("{trick}.pkl"), pickle.stop());
    }
    // The module itself is what is imported.
    let module = Pickle::new(2).global("builtins", "getattr").global("os.path", "os");
    let module = module.text("system").op(TUPLE2).op(REDUCE).call(COMMAND);
    group.file("module-in-module.pkl", module.stop());

    let import = Pickle::new(2)
        .global("builtins", "getattr")
        .global("builtins", "__import__")
        .call("os")
        .text("system")
        .op(TUPLE2)
        .op(REDUCE)
        .call(COMMAND);
    group.file("getattr-import.pkl", import.stop());

    let modules = Pickle::new(4)
        .stack_global("operator", "getitem")
        .stack_global("sys", "modules")
        .short("os")
        .op(TUPLE2)
        .op(REDUCE)
        .op(MEMOIZE)
        .op(POP)
        .stack_global("operator", "methodcaller")
        .short("system")
        .short(COMMAND)
        .op(TUPLE2)
        .op(REDUCE)
        .op("h\x00")
        .op(TUPLE1)
        .op(REDUCE);
    group.file("sys-modules.pkl", modules.stop());

    let attribute = Pickle::new(2)
        .global("operator", "attrgetter")
        .call("system")
        .global("importlib", "import_module")
        .call("os")
        .op(TUPLE1)
        .op(REDUCE)
        .call(COMMAND);
    group.file("attrgetter-import.pkl", attribute.stop());

    let nested = Pickle::new(2).global("pickle", "loads").global("zlib", "decompress");
    let zipped = super::pack::zlib(&system(2));
    let nested = nested.binary(&zipped).op(TUPLE1).op(REDUCE).op(TUPLE1).op(REDUCE);
    group.file("nested-zlib.pkl", nested.stop());
    let coded = Pickle::new(2).global("pickle", "loads").global("base64", "b64decode");
    let coded = coded.text("Y29zCnN5c3RlbQooUydlY2hvIGFubmV4Jwp0Ui4=").op(TUPLE1).op(REDUCE);
    group.file("nested-base64.pkl", coded.op(TUPLE1).op(REDUCE).stop());
}

/// The call stands where values of a model stand.
fn places(group: &mut Group) {
    let call = |pickle: Pickle| pickle.global("os", "system").call(COMMAND);
    let dict = call(Pickle::new(2).op("}").text("layer.weight")).op("s");
    group.file("in-state-dict.pkl", dict.stop());
    let deep = (0..500).fold(Pickle::new(2), |pickle, _| pickle.op("]"));
    let deep = (0..500).fold(call(deep), |pickle, _| pickle.op("a"));
    group.file("in-deep-list.pkl", deep.stop());
    let ordered = Pickle::new(2).global("collections", "OrderedDict").op(")R").text("a");
    group.file("in-ordered-dict.pkl", call(ordered).op("s").stop());
    let state = Pickle::new(2).global("sklearn.linear_model", "LogisticRegression").op(")");
    let state = call(state.op(NEWOBJ).op("}").text("C")).op("s").op(BUILD);
    group.file("in-sklearn-state.pkl", state.stop());
    let set = call(Pickle::new(4).op([0x8f]).op(MARK)).op([0x90]);
    group.file("in-set.pkl", set.stop());
    let frozen = call(Pickle::new(4).op(MARK)).op([0x91]);
    group.file("in-frozenset.pkl", frozen.stop());
    let discarded = call(Pickle::new(2)).op(POP).op("}").stop();
    group.file("result-discarded.pkl", discarded);
    let unused = Pickle::new(2).global("os", "system").op("0}").stop();
    group.file("imported-not-called.pkl", unused);
    let key = call(Pickle::new(2).op("}")).text("value").op("s").stop();
    group.file("as-dict-key.pkl", key);
    let identity = call(Pickle::new(2)).op("Q").stop();
    group.file("as-persistent-id.pkl", identity);
}

//! Files of `PyTorch`: the zip of today, the streams and tar of before, `TorchScript`, packages.

use super::case::{Case, Group};
use super::pickle::{Arg, CODE, COMMAND, Pickle, empty, system};
use super::tar::tar_of;
use super::zip::{Member, zip, zip_of};

const VERSION: &[u8] = b"3\n";
const WEIGHTS: &[u8] = &[0; 16];

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("torch", cases);
    zips(&mut group);
    scripts(&mut group);
    streams(&mut group);
}

/// The archive of `torch.save` around a `data.pkl`.
pub(crate) fn archive(root: &str, data: &[u8]) -> Vec<u8> {
    let name = |member: &str| format!("{root}/{member}");
    zip_of(&[
        (&name("data.pkl"), data),
        (&name("byteorder"), b"little"),
        (&name("data/0"), WEIGHTS),
        (&name("version"), VERSION),
    ])
}

/// A state dict with one tensor of four numbers; `call` stands behind it.
fn state(call: impl FnOnce(Pickle) -> Pickle) -> Pickle {
    let tensor = tensor(Pickle::new(2).op("}").text("weight"), "torch", "FloatStorage").op("s");
    call(tensor.text("bias")).op("s")
}

/// A tensor whose storage is of this type.
fn tensor(pickle: Pickle, module: &str, storage: &str) -> Pickle {
    pickle
        .global("torch._utils", "_rebuild_tensor_v2")
        .op("((")
        .text("storage")
        .global(module, storage)
        .text("0")
        .text("cpu")
        .op(b"K\x04tQK\x00K\x04\x85K\x01\x85\x89")
        .global("collections", "OrderedDict")
        .op(")RtR")
}

fn call(pickle: Pickle) -> Pickle {
    pickle.global("os", "system").call(COMMAND)
}

fn zips(group: &mut Group) {
    group.file("zip-alone.pt", archive("archive", &system(2)));
    group.file("zip-eval.bin", archive("pytorch_model", &called_code()));
    group.file("zip-state-dict.pt", archive("archive", &state(call).stop()));
    group.file("zip-protocol-4.pth", archive("model", &system(4)));
    group.file("zip-second-pickle.pt", archive("archive", &[empty(2), system(2)].concat()));
    group.file("zip-checkpoint.ckpt", archive("epoch=3", &state(call).stop()));
    let deflated = zip(&[
        Member::deflated("archive/data.pkl", &state(call).stop()),
        Member::stored("archive/version", VERSION),
    ]);
    group.file("zip-deflated.pt", deflated);

    let storage = tensor(Pickle::new(2).op("}").text("weight"), "os", "system").op("s").stop();
    group.file("zip-storage-type.pt", archive("archive", &storage));
    let rebuild = |function: &str, args: &[Arg]| {
        let pickle = Pickle::new(2).global("torch._utils", function);
        archive("archive", &pickle.reduce(2, args).stop())
    };
    let system_of = Arg::Global("os", "system");
    let kind = Arg::Global("torch", "Tensor");
    group.file(
        "zip-rebuild-from-type.pt",
        rebuild("_rebuild_from_type_v2", &[system_of, kind, Arg::Texts(&[COMMAND]), Arg::Dict]),
    );
    group.file("zip-rebuild-wrapper.pt", rebuild("_rebuild_wrapper_subclass", &[system_of]));
    let bytes = Pickle::new(2).global("torch.storage", "_load_from_bytes").binary(&system(2));
    group.file("zip-load-from-bytes.pt", archive("a", &bytes.op([0x85, b'R']).stop()));
    let hooks = Pickle::new(2).global("torch._utils", "_rebuild_parameter_with_state");
    let hooks = hooks.reduce(2, &[Arg::None, Arg::Int(1), Arg::Dict, system_of]).op("0");
    group.file("zip-hooks.pt", archive("a", &call(hooks).stop()));

    let twice = [
        Member::stored("archive/data.pkl", &empty(2)),
        Member::stored("archive/data.pkl", &system(2)),
        Member::stored("archive/version", VERSION),
    ];
    group.file("zip-two-of-one-name.pt", zip(&twice));
    let twice: Vec<Member> = twice.into_iter().rev().collect();
    group.file("zip-two-of-one-name-reversed.pt", zip(&twice));
    group.file(
        "zip-pickle-beside.pt",
        zip_of(&[
            ("archive/data.pkl", &empty(2)),
            ("archive/extra/hooks.pkl", &system(2)),
            ("archive/version", VERSION),
        ]),
    );
    group.file(
        "zip-pickle-as-storage.pt",
        zip_of(&[
            ("archive/data.pkl", &empty(2)),
            ("archive/data/0", &system(2)),
            ("archive/version", VERSION),
        ]),
    );
    group.file(
        "compiled-library.pt2",
        zip_of(&[
            ("model/archive_format", b"pt2"),
            ("model/data/aotinductor/model/annex.so", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
            ("model/version", b"0"),
        ]),
    );
}

fn called_code() -> Vec<u8> {
    Pickle::new(2).global("builtins", "eval").call(CODE).stop()
}

fn scripts(group: &mut Group) {
    let script = |code: &str, data: &[u8], constants: &[u8]| {
        zip_of(&[
            ("model/data.pkl", data),
            ("model/code/__torch__.py", code.as_bytes()),
            ("model/constants.pkl", constants),
            ("model/version", VERSION),
        ])
    };
    let module = "class Model(Module):\n  __parameters__ = []\n  __buffers__ = []\n";
    let plain = format!(
        "{module}  def forward(self: __torch__.Model, x: Tensor) -> Tensor:\n    return x\n"
    );
    let data = Pickle::new(2).global("__torch__", "Model").op(b")\x81}b").stop();
    let none = Pickle::new(2).op(")").stop();
    group.file("script-constants.pt", script(&plain, &data, &system(2)));
    group.file("script-data.pt", script(&plain, &system(2), &none));
    for (trick, line) in [
        ("script-saves-file", "torch.save(x, \"/nonexistent/annex\")"),
        ("script-reads-file", "y = torch.from_file(\"/nonexistent/annex\", False, 16)"),
    ] {
        let code = format!(
            "{module}  def forward(self: __torch__.Model, x: Tensor) -> Tensor:\n    {line}\n    return x\n"
        );
        group.file(&format!("{trick}.pt"), script(&code, &data, &none));
    }
    group.file(
        "package-with-source.pt",
        zip_of(&[
            ("model/.data/extern_modules", b"os\n"),
            ("model/.data/version", b"6\n"),
            ("model/annex_model.py", b"import os\nos.system('echo annex')\n"),
            (
                "model/model/model.pkl",
                &Pickle::new(2).global("annex_model", "Model").op(b")\x81.").unfinished(),
            ),
        ]),
    );
}

/// Several pickles in a row: a magic number, a protocol, facts of the system, the object, keys.
fn streams(group: &mut Group) {
    let parts = || {
        let magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
        let protocol = b"\x80\x02M\xe9\x03.".to_vec();
        let facts = Pickle::new(2).op("}").text("little_endian").op([0x88, b's']).stop();
        let keys = Pickle::new(2).op("]").stop();
        [magic, protocol, facts, empty(2), keys]
    };
    for (place, name) in ["magic", "protocol", "facts", "object", "keys"].into_iter().enumerate() {
        let mut parts = parts();
        parts[place] = system(2);
        group.file(&format!("legacy-{name}.pt"), parts.concat());
    }
    let mut weights = parts();
    weights[3] = state(call).stop();
    group.file("legacy-state-dict.bin", [weights.concat(), WEIGHTS.to_vec()].concat());
    group.file(
        "legacy-tar.pt",
        tar_of(&[
            ("sys_info", &empty(2)),
            ("pickle", &system(2)),
            ("storages", &Pickle::new(2).op("K\x00").stop()),
            ("tensors", &Pickle::new(2).op("K\x00").stop()),
        ]),
    );
}

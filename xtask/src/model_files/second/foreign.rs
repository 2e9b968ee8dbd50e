//! Formats of other languages and frameworks that carry code or name it.

use crate::model_files::case::{Case, Group};
use crate::model_files::pack::gzip;
use crate::model_files::pickle::system;
use crate::model_files::proto::Message;
use crate::model_files::zip::zip_of;

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("second-foreign", cases);
    arrays(&mut group);
    languages(&mut group);
    frameworks(&mut group);
}

fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend(&u32::try_from(length).unwrap_or(0).to_le_bytes()[..2]);
    bytes.extend(format!("{header:<width$}\n", width = length - 1).as_bytes());
    bytes.extend(data);
    bytes
}

fn arrays(group: &mut Group) {
    for (trick, kind) in [
        ("object-escaped", "'\\x7cO'"),
        ("object-adjacent", "'|' 'O'"),
        ("object-plain", "'O'"),
        ("object-capital", "'object'"),
        ("object-subarray", "('|O', (1,))"),
        ("object-nested-field", "[('a', [('b', '<i4'), ('c', '|O')])]"),
        ("object-titled-field", "[(('title', 'a'), '|O')]"),
        ("object-in-commas", "'<i4,O'"),
        ("object-raw-text", "r'|O'"),
    ] {
        let header = format!("{{'descr': {kind}, 'fortran_order': False, 'shape': (1,), }}");
        group.file(&format!("{trick}.npy"), npy(&header, &system(2)));
    }
    let numbers = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    group.file(
        "array-in-archive-in-array.npz",
        zip_of(&[
            ("w.npy", &npy(numbers, &[0; 8])),
            ("inner.npz", &zip_of(&[("a.npy", &npy(&numbers.replace("<f4", "|O"), &system(2)))])),
        ]),
    );
    let wrapped = |key: &str| {
        crate::model_files::pickle::Pickle::new(2)
            .global("joblib.numpy_pickle_compat", key)
            .op(b")\x81}(")
            .text("filename")
            .text("../../../etc/passwd")
            .op("ub.")
            .unfinished()
    };
    group.file("joblib-compressed-array-outside.pkl", wrapped("ZNDArrayWrapper"));
    let class = crate::model_files::pickle::Pickle::new(2)
        .global("joblib.numpy_pickle", "NumpyArrayWrapper")
        .op(b")\x81}(")
        .text("subclass")
        .global("subprocess", "Popen")
        .text("shape")
        .op(b"K\x00\x85")
        .text("order")
        .text("C")
        .text("dtype")
        .global("numpy", "dtype")
        .text("u1")
        .op(b"\x89\x88\x87R")
        .text("allow_mmap")
        .op(b"\x89ub.")
        .unfinished();
    group.file("joblib-array-class.joblib", class);
}

/// What other languages' readers run.
fn languages(group: &mut Group) {
    // R: version 3, a promise whose expression is a call of `system`.
    let symbol = |name: &str| {
        let mut bytes = vec![0, 0, 0, 1, 0, 4, 0, 9];
        bytes.extend(u32::try_from(name.len()).unwrap_or(0).to_be_bytes());
        bytes.extend(name.as_bytes());
        bytes
    };
    let mut promise = b"X\n\0\0\0\x03\0\x04\x03\0\0\x03\x05\0\0\0\0\x05UTF-8".to_vec();
    promise.extend([0, 0, 0, 5]);
    promise.extend([0, 0, 0, 0xfb, 0, 0, 0, 6]);
    promise.extend(symbol("system"));
    promise.extend([0, 0, 0, 2, 0, 0, 0, 16, 0, 0, 0, 1, 0, 4, 0, 9, 0, 0, 0, 10]);
    promise.extend(b"echo annex");
    promise.extend([0, 0, 0, 0xfe]);
    group.hidden("promise.rds", promise.clone());
    group.hidden("promise-gzip.rds", gzip(&promise));
    group.hidden("promise-workspace.RData", gzip(&[b"RDX3\n".to_vec(), promise].concat()));
    let java = |class: &str| {
        let mut bytes = b"\xac\xed\0\x05sr".to_vec();
        bytes.extend(&u32::try_from(class.len()).unwrap_or(0).to_be_bytes()[2..]);
        bytes.extend(class.as_bytes());
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, b'x', b'p']);
        bytes
    };
    group.file("invoker.model", java("org.apache.commons.collections.functors.InvokerTransformer"));
    group.file("template.ser", java("com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl"));
    group.hidden(
        "function.t7",
        [
            &8_u32.to_le_bytes()[..],
            &1_u32.to_le_bytes(),
            &4_u32.to_le_bytes(),
            b"\x1bLJ\x02",
            &[0; 16],
        ]
        .concat(),
    );
    let entity = "<?xml version=\"1.0\"?>\n<!DOCTYPE PMML [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n\
        <PMML version=\"4.4\"><Header copyright=\"&a;\"/></PMML>\n";
    group.file("entity.pmml", entity.into());
    let laughs = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;\">]>\n<PMML version=\"4.4\"><Header copyright=\"&c;\"/></PMML>\n";
    group.file("entities.pmml", laughs.into());
    for (name, head) in [
        ("program-named-bin.bin", &b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0"[..]),
        ("program-named-gguf.gguf", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0"),
        ("mach-named-safetensors.safetensors", b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0"),
        ("class-named-pkl.pkl", b"\xca\xfe\xba\xbe\0\0\0\x34"),
        ("web-assembly.bin", b"\0asm\x01\0\0\0"),
        ("shell-named-ckpt.ckpt", b"#!/bin/sh\necho annex\n"),
        ("page-named-pt.pt", b"<html><script>alert(1)</script></html>"),
    ] {
        group.hidden(name, [head, &[0; 32][..]].concat());
    }
}

fn frameworks(group: &mut Group) {
    let message = Message::default;
    // Paddle: a program of one block whose operator calls Python.
    let operator = message().text(3, "py_func");
    let block = message().int(1, 0).int(2, 0).message(4, &operator);
    group.file("paddle-python.pdmodel", message().message(1, &block).done());
    // Core ML: a layer and a model that a program of one's own has to bring.
    let custom = message().text(10, "AnnexLayer");
    let layer = message().text(1, "a").text(2, "x").text(3, "y").message(500, &custom);
    let network = message().message(1, &layer);
    let interface =
        message().message(1, &message().text(1, "x")).message(10, &message().text(1, "y"));
    let model = |field: u64, body: &Message| {
        message().int(1, 4).message(2, &interface).message(field, body).done()
    };
    group.file("custom-layer.mlmodel", model(500, &network));
    group.file("custom-model.mlmodel", model(555, &message().text(10, "AnnexModel")));
    // Spark and Rasa name classes.
    group.named("spark", "metadata/part-00000",
        b"{\"class\":\"subprocess.Popen\",\"timestamp\":1,\"sparkVersion\":\"4.0.0\",\"uid\":\"a\",\"paramMap\":{}}\n".to_vec());
    group.file("darknet-named-weights.weights", system(2));
    group.file(
        "mojo-with-class.zip",
        zip_of(&[
            ("model.ini", b"[info]\nh2o_version = 3\n"),
            ("Annex.class", b"\xca\xfe\xba\xbe\0\0\0\x34\0\0"),
        ]),
    );
    group.file(
        "jar-named-model.jar",
        zip_of(&[
            ("META-INF/MANIFEST.MF", b"Main-Class: Annex\n"),
            ("Annex.class", b"\xca\xfe\xba\xbe\0\0\0\x34\0\0"),
        ]),
    );
    group.file("executorch-archive.pte", zip_of(&[("archive/data.pkl", &system(2))]));
    group.file(
        "msgpack-pickle.msgpack",
        [&[0x81, 0xa1, b'w', 0xc7, 40, 0x7f][..], &system(2)].concat(),
    );
}

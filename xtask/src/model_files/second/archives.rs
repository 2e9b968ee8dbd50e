//! More of what archives can do to their readers.

use crate::model_files::case::{Case, Group};
use crate::model_files::pack::{gzip, low32};
use crate::model_files::pickle::{empty, system};
use crate::model_files::tar::{Entry, HARD_LINK, SYMBOLIC_LINK, tar, tar_of};
use crate::model_files::torch::archive;
use crate::model_files::zip::{DEFLATED, Member, STORED, zip, zip_after, zip_of};

const SOURCE: &[u8] = b"import os\n\nos.system('echo annex')\n";
const DATA: &str = "archive/data.pkl";

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("second-archive", cases);
    zips(&mut group);
    tars(&mut group);
    others(&mut group);
}

fn zips(group: &mut Group) {
    let bad = || Member::stored(DATA, &system(2));
    let version = || Member::stored("archive/version", b"3\n");
    let with = |change: fn(&mut Member)| {
        let mut member = bad();
        change(&mut member);
        zip(&[member, version()])
    };
    // Methods that not every reader knows; the data stays as it is.
    for (name, method) in [
        ("deflate64", 9),
        ("bzip2", 12),
        ("lzma", 14),
        ("zstandard", 93),
        ("xz", 95),
        ("aes", 99),
        ("reserved", 7),
    ] {
        let mut member = bad();
        (member.method, member.local_method) = (method, method);
        group.hidden(&format!("method-{name}.pt"), zip(&[member, version()]));
    }
    group.file("name-absolute.pt", with(|member| member.name = b"/archive/data.pkl".to_vec()));
    group.file("name-drive.pt", with(|member| member.name = b"C:/archive/data.pkl".to_vec()));
    group.file("name-parent.pt", with(|member| member.name = b"archive/../../data.pkl".to_vec()));
    group.file("name-dot.pt", with(|member| member.name = b"./archive/./data.pkl".to_vec()));
    group
        .file("name-trailing-space.pt", with(|member| member.name = b"archive/data.pkl ".to_vec()));
    group.file("name-trailing-dot.pt", with(|member| member.name = b"archive/data.pkl.".to_vec()));
    group.file("name-harmless.pt", with(|member| member.name = b"archive/README.md".to_vec()));
    group.file(
        "sizes-maximal.pt",
        with(|member| {
            (member.size, member.packed) = (u32::MAX, u32::MAX);
        }),
    );
    let mut field = with(|member| member.extra = [1, 0, 8, 0, 9, 0, 0, 0, 0, 0, 0, 0].to_vec());
    group.file("zip64-field-unasked.pt", field.clone());
    field.extend([0; 30]);
    group.file("zip64-field-and-rest.pt", field);
    let mut disks = zip(&[bad(), version()]);
    let end = disks.len();
    disks[end - 18] = 1;
    group.file("disk-number.pt", disks);
    let mut start = zip(&[bad(), version()]);
    let end = start.len();
    start[end - 6] = start[end - 6].wrapping_add(46);
    group.hidden("directory-start-wrong.pt", start);
    let mut cases = [bad(), Member::stored("archive/DATA.pkl", &empty(2))];
    group.file("names-differ-in-case.pt", zip(&cases));
    cases.reverse();
    group.file("names-differ-in-case-reversed.pt", zip(&cases));
    let mut overlap = Member::stored("archive/data/0", b"");
    overlap.data = zip(&[Member::stored(DATA, &system(2))]);
    overlap.size = u32::from_le_bytes(low32(overlap.data.len()));
    overlap.packed = overlap.size;
    overlap.crc = crc32fast::hash(&overlap.data);
    group.file("archive-as-storage.pt", zip(&[Member::stored(DATA, &empty(2)), overlap]));
    let mut deflated = Member::deflated(DATA, &system(2));
    deflated.method = STORED;
    group.file("stored-in-directory-deflated-in-front.pt", zip(&[deflated.clone()]));
    (deflated.method, deflated.local_method) = (DEFLATED, STORED);
    group.file("deflated-in-directory-stored-in-front.pt", zip(&[deflated]));
    let elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    group.file("program-in-front.pt", zip_after(elf, &[bad(), version()], b""));
    let shell = b"#!/bin/sh\necho annex\nexit\n".to_vec();
    group.file("script-in-front.pt", zip_after(shell, &[bad(), version()], b""));
    group.file(
        "program-and-weights.llamafile",
        zip_after(
            b"MZqFpD='\n#!/bin/sh\necho annex\n".to_vec(),
            &[Member::stored("model.gguf", b"GGUF\x03\0\0\0")],
            b"",
        ),
    );
    for (trick, name, bytes) in [
        ("library-beside", "archive/libannex.so", &b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"[..]),
        (
            "windows-library-beside",
            "archive/annex.dll",
            b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0",
        ),
        ("mach-library-beside", "archive/annex.dylib", b"\xcf\xfa\xed\xfe\x0c\0\0\x01"),
        (
            "bytecode-beside",
            "archive/__pycache__/a.cpython-311.pyc",
            b"\xa7\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0",
        ),
        ("source-beside", "archive/__init__.py", SOURCE),
        ("path-file-beside", "archive/annex.pth", b"import os;os.system('echo annex')\n"),
        ("shell-beside", "archive/setup.sh", b"#!/bin/sh\necho annex\n"),
        ("debug-pickle", "archive/code/__torch__.py.debug_pkl", &system(2)),
        ("bytecode-pickle", "archive/bytecode.pkl", &system(2)),
        ("mobile-debug-map", "archive/mobile_debug_handles.pkl", &system(4)),
        ("attributes-pickle", "archive/attributes.pkl", &system(2)),
        ("extra-file", "archive/extra/notes.txt", &system(4)),
        ("storage-nested", "archive/data/1", &gzip(&system(2))),
    ] {
        group.file(&format!("{trick}.pt"), zip_of(&[(DATA, &empty(2)), (name, bytes)]));
    }
    let wheel: &[(&str, &[u8])] = &[
        ("annex/__init__.py", SOURCE),
        ("annex-1.dist-info/METADATA", b"Name: annex\nVersion: 1\n"),
        ("annex-1.dist-info/RECORD", b""),
    ];
    group.file("wheel-beside.zip", zip_of(wheel));
}

fn tars(group: &mut Group) {
    let bad = system(2);
    group.file(
        "through-hard-link.tar",
        tar(&[Entry::link("weights", HARD_LINK, "../../annex"), Entry::file("weights", b"annex")]),
    );
    group.file(
        "link-to-link.tar",
        tar(&[
            Entry::link("a", SYMBOLIC_LINK, "."),
            Entry::link("a/b", SYMBOLIC_LINK, "../.."),
            Entry::file("a/b/annex.txt", b"annex"),
        ]),
    );
    group.file("fifo.tar", tar(&[Entry::link("model", b'6', "")]));
    group.file(
        "contiguous.tar",
        tar(&[Entry { name: "model.pkl", kind: b'7', link: "", bytes: &bad }]),
    );
    group
        .file("kind-null.tar", tar(&[Entry { name: "model.pkl", kind: 0, link: "", bytes: &bad }]));
    group.hidden(
        "kind-unknown.tar",
        tar(&[Entry { name: "model.pkl", kind: b'V', link: "", bytes: &bad }]),
    );
    let extended = |record: &'static str| {
        tar(&[
            Entry { name: "pax", kind: b'x', link: "", bytes: record.as_bytes() },
            Entry::link("model", SYMBOLIC_LINK, "weights"),
        ])
    };
    group.file("extended-link-outside.tar", extended("31 linkpath=../../../annex.txt\n"));
    group.file(
        "extended-global-path.tar",
        tar(&[
            Entry { name: "pax", kind: b'g', link: "", bytes: b"22 path=/etc/annex.co\n" },
            Entry::file("model.txt", b"annex"),
        ]),
    );
    group.file(
        "long-link-outside.tar",
        tar(&[
            Entry { name: "././@LongLink", kind: b'K', link: "", bytes: b"/etc/passwd\0" },
            Entry::link("model", SYMBOLIC_LINK, "weights"),
        ]),
    );
    group.named(
        "sagemaker",
        "model.tar.gz",
        gzip(&tar_of(&[
            ("model.pth", &archive("archive", &empty(2))),
            ("code/inference.py", SOURCE),
        ])),
    );
    group.named(
        "sagemaker-weights",
        "model.tar.gz",
        gzip(&tar_of(&[("model.pth", &archive("archive", &system(2)))])),
    );
    group.named(
        "rasa",
        "model.tar.gz",
        gzip(&tar_of(&[
            ("metadata.json", b"{}"),
            ("components/train_featurizer/feature_vocabulary.pkl", &system(4)),
        ])),
    );
    let deep =
        (0..3).fold(tar_of(&[("model.pkl", &bad)]), |inner, _| tar_of(&[("inner.tar", &inner)]));
    group.file("tar-four-deep.tar", deep);
    group.file("old-checksum-spaces.tar", {
        let mut bytes = tar_of(&[("model/data.pkl", &bad)]);
        bytes[257..265].fill(0);
        let sum: u32 = bytes[..512]
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
            .sum();
        bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes
    });
}

/// What is neither zip nor tar, and cannot be unpacked here.
fn others(group: &mut Group) {
    for (name, head) in [
        ("seven-zip.7z", &b"7z\xbc\xaf\x27\x1c\0\x04"[..]),
        ("seven-zip-named-pt.pt", b"7z\xbc\xaf\x27\x1c\0\x04"),
        ("rar.rar", b"Rar!\x1a\x07\x01\0"),
        ("rar-named-bin.bin", b"Rar!\x1a\x07\x01\0"),
        ("cabinet.cab", b"MSCF\0\0\0\0"),
        ("snappy.pkl.sz", b"\xff\x06\0\0sNaPpY"),
        ("compress.pkl.Z", b"\x1f\x9d\x90"),
        ("squashfs.bin", b"hsqs\x01\0\0\0"),
    ] {
        group.hidden(name, [head, &[0; 40], &system(2)].concat());
    }
}

//! Archives that show one thing to one reader and another to the next.

use super::case::{Case, Group};
use super::pack::{gzip, zlib};
use super::pickle::{Pickle, empty, system};
use super::tar::{DEVICE, EXTENDED, Entry, HARD_LINK, LONG_NAME, SYMBOLIC_LINK, tar, tar_of};
use super::zip::{DEFLATED, ENCRYPTED, Member, SIZES_FOLLOW, STORED, zip, zip_after, zip_of};

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("zip", cases);
    members(&mut group);
    directories(&mut group);
    tars(&mut Group::new("tar", cases));
    nested(&mut Group::new("nested", cases));
    bombs(&mut Group::new("bomb", cases));
}

const DATA: &str = "archive/data.pkl";

fn payload() -> Member {
    Member::stored(DATA, &system(2))
}

fn version() -> Member {
    Member::stored("archive/version", b"3\n")
}

/// One member whose two headers, or whose header and data, do not fit.
fn members(group: &mut Group) {
    let with = |change: fn(&mut Member)| {
        let mut member = payload();
        change(&mut member);
        zip(&[member, version()])
    };
    group.file("crc-wrong.pt", with(|member| member.crc ^= 0xffff));
    group.file("crc-zero.pt", with(|member| member.crc = 0));
    group.hidden("encrypted-flag.pt", with(|member| member.flags = ENCRYPTED));
    group.hidden("strong-encryption-flag.pt", with(|member| member.flags = 0x41));
    group.hidden("masked-flag.pt", with(|member| member.flags = 0x2000));
    group.file("utf8-flag.pt", with(|member| member.flags = 0x800));
    group.file("method-differs.pt", with(|member| member.local_method = DEFLATED));
    group.file("method-unknown-local.pt", with(|member| member.local_method = 99));
    group.hidden("method-unknown-central.pt", with(|member| member.method = 99));
    group.file("sizes-follow.pt", with(|member| member.flags = SIZES_FOLLOW));
    group.file("size-zero.pt", with(|member| member.size = 0));
    group.file("packed-zero.pt", with(|member| member.packed = 0));
    group.file("size-one.pt", with(|member| member.size = 1));
    group.file("size-huge.pt", with(|member| member.size = u32::MAX - 1));
    group.file("name-null.pt", with(|member| member.name = b"archive/data.pkl\0.txt".to_vec()));
    group.file("name-backslash.pt", with(|member| member.name = b"archive\\data.pkl".to_vec()));
    group.file("name-upper-case.pt", with(|member| member.name = b"ARCHIVE/DATA.PKL".to_vec()));
    group.file("name-not-utf8.pt", with(|member| member.name = b"archive/\xff\xfe.pkl".to_vec()));
    group.file("name-as-folder.pt", with(|member| member.name = b"archive/data.pkl/".to_vec()));
    group.file("name-empty.pt", with(|member| member.name = Vec::new()));
    group.file(
        "name-local-differs.pt",
        with(|member| member.local_name = b"archive/README.md".to_vec()),
    );
    group.file(
        "name-central-differs.pt",
        with(|member| member.name = b"archive/README.md".to_vec()),
    );
    group.file("name-without-suffix.pt", with(|member| member.name = b"archive/weights".to_vec()));
    group.file("name-absolute.zip", with(|member| member.name = b"/etc/annex.pkl".to_vec()));
    group.file("name-outside.zip", with(|member| member.name = b"../../annex.pkl".to_vec()));
    group.file("folder-attribute.pt", with(|member| member.attributes = 0x10));
    group.file("link.zip", zip(&[link("archive/data.pkl", "/etc/passwd")]));
    group.file(
        "link-then-member.zip",
        zip(&[link("a", "/tmp"), Member::stored("a/x.txt", b"annex")]),
    );
    let mut named = Member::stored("archive/README.md", &system(2));
    named.extra = unicode_name(&named.name, b"archive/data.pkl");
    group.file("name-in-extra-field.pt", zip(&[named, version()]));
    let mut secret = Member::stored(DATA, b"\x1f\x8a\x40\xd1\x03\x77\xe9\x5c\x21\xb0\x64\x0e");
    secret.flags = ENCRYPTED;
    group.hidden("encrypted.zip", zip(&[secret]));
}

fn link(name: &str, target: &str) -> Member {
    let mut member = Member::stored(name, target.as_bytes());
    member.attributes = 0o120_777 << 16;
    member
}

/// The field that gives a member another name.
fn unicode_name(name: &[u8], other: &[u8]) -> Vec<u8> {
    let mut field = vec![0x75, 0x70];
    field.extend(super::pack::low16(other.len() + 5));
    field.push(1);
    field.extend(crc32fast::hash(name).to_le_bytes());
    field.extend(other);
    field
}

/// Members that only some readers see.
fn directories(group: &mut Group) {
    let good = || [Member::stored(DATA, &empty(2)), version()];
    let bad = || [payload(), version()];
    let mut unlisted = payload();
    unlisted.listed = false;
    group.file("not-in-directory.pt", zip(&[unlisted.clone(), version()]));
    group.file("not-in-directory-same-name.pt", zip(&[unlisted, good()[0].clone(), version()]));
    let two = |first: &[Member], second: &[Member]| zip_after(zip(first), second, b"");
    group.file("two-directories.pt", two(&good(), &bad()));
    group.file("two-directories-reversed.pt", two(&bad(), &good()));
    group.file("joined-archives.pt", [zip(&good()), zip(&bad())].concat());
    group.file("joined-archives-reversed.pt", [zip(&bad()), zip(&good())].concat());
    group.file("archive-in-comment.pt", zip_after(Vec::new(), &good(), &zip(&bad())));
    group.file("pickle-in-comment.pt", zip_after(Vec::new(), &good(), &system(2)));
    group.file("bytes-in-front.pt", [vec![0; 100], zip(&bad())].concat());
    group.file("pickle-in-front.pt", zip_after(system(2), &good(), b""));
    group.file("harmless-pickle-in-front.pkl", zip_after(empty(2), &bad(), b""));
    group.file("pickle-behind.pt", [zip(&good()), system(2)].concat());
    group.file("zeros-behind.pt", [zip(&bad()), vec![0; 70_000]].concat());
    let whole = zip(&bad());
    group.hidden("directory-cut-off.pt", whole[..whole.len() - 60].to_vec());
    group.hidden("end-cut-off.pt", whole[..whole.len() - 10].to_vec());
    let mut count = whole.clone();
    let end = count.len();
    count[end - 14..end - 10].copy_from_slice(&[1, 0, 1, 0]);
    let mut first_listed =
        zip(&[good()[0].clone(), Member::stored("archive/more.pkl", &system(2))]);
    let end = first_listed.len();
    first_listed[end - 14..end - 10].copy_from_slice(&[1, 0, 1, 0]);
    group.file("count-too-small.pt", first_listed);
    group.file("count-too-small-version.pt", count);
    let gguf = super::gguf::gguf(&[], &[]);
    group.file("behind-gguf.gguf", zip_after(gguf, &bad(), b""));
    let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    group.file("behind-picture.png", zip_after(picture, &bad(), b""));
}

fn tars(group: &mut Group) {
    let bad = system(2);
    group.file("pickle.tar", tar_of(&[("model/data.pkl", &bad)]));
    group.file("pickle-gzip.tar.gz", gzip(&tar_of(&[("model/data.pkl", &bad)])));
    group.file("outside.tar", tar_of(&[("../../annex.pkl", &empty(2))]));
    group.file("outside-later.tar", tar_of(&[("model/../../../annex.txt", b"annex")]));
    group.file("absolute.tar", tar_of(&[("/etc/annex.conf", b"annex")]));
    let entry = |kind: u8, target: &str| tar(&[Entry::link("model", kind, target)]);
    group.file("symbolic-link.tar", entry(SYMBOLIC_LINK, "/etc/passwd"));
    group.file("symbolic-link-parent.tar", entry(SYMBOLIC_LINK, "../../.."));
    group.file("hard-link.tar", entry(HARD_LINK, "/etc/passwd"));
    group.file("device.tar", entry(DEVICE, ""));
    let through =
        [Entry::link("model", SYMBOLIC_LINK, "/tmp"), Entry::file("model/annex.txt", b"annex")];
    group.file("through-link.tar", tar(&through));
    let long =
        Entry { name: "././@LongLink", kind: LONG_NAME, link: "", bytes: b"../../../annex.pkl\0" };
    group.file("long-name-outside.tar", tar(&[long, Entry::file("model.pkl", b"annex")]));
    let path =
        Entry { name: "pax", kind: EXTENDED, link: "", bytes: b"27 path=../../../annex.pkl\n" };
    group.file("extended-name-outside.tar", tar(&[path, Entry::file("model.pkl", b"annex")]));
    group.file("two-of-one-name.tar", tar_of(&[("data.pkl", &empty(2)), ("data.pkl", &bad)]));
    let behind = [tar_of(&[("data.pkl", &empty(2))]), tar_of(&[("data.pkl", &bad)])].concat();
    group.file("behind-end.tar", behind);
    let mut checksum = tar_of(&[("model/data.pkl", &bad)]);
    checksum[148] = b'7';
    group.hidden("checksum-wrong.tar", checksum);
    group.file("pickle-suffix.pkl", tar_of(&[("annex.txt", &bad)]));
}

/// Archives in archives, and files under the name of another format.
fn nested(group: &mut Group) {
    let bad = system(2);
    let inner = zip_of(&[("model.pkl", &bad)]);
    group.file("zip-in-zip.zip", zip_of(&[("inner.zip", &inner)]));
    group.file("zip-in-zip-no-suffix.zip", zip_of(&[("inner", &inner)]));
    let deep = (0..4).fold(inner.clone(), |inner, _| zip(&[Member::deflated("inner.zip", &inner)]));
    group.file("zip-five-deep.zip", deep);
    group
        .file("torch-in-zip.zip", zip_of(&[("model.pt", &super::torch::archive("archive", &bad))]));
    let tar = tar_of(&[("inner/model.pkl", &bad)]);
    group.file("tar-in-zip.zip", zip_of(&[("model.tar", &tar)]));
    group.file("zip-in-tar.tar", tar_of(&[("model.zip", &inner)]));
    group.file("tar-gz-in-zip.zip", zip_of(&[("model.tar.gz", &gzip(&tar))]));
    group.file("gzip-in-gzip.gz", gzip(&gzip(&bad)));
    group.file("joblib-in-zip.zip", zip_of(&[("model.joblib", &zlib(&bad))]));
    let torch = super::torch::archive("archive", &bad);
    for suffix in
        ["json", "txt", "safetensors", "gguf", "onnx", "h5", "npy", "jpg", "zip", "PKL", "md"]
    {
        group.file(&format!("pickle-named-{suffix}.{suffix}"), bad.clone());
    }
    group.file("pickle-without-suffix", system(4));
    group.file("text-pickle-without-suffix", system(0));
    for suffix in ["pkl", "safetensors", "h5", "txt", "jpg"] {
        group.file(&format!("torch-named-{suffix}.{suffix}"), torch.clone());
    }
    group.file("gzip-named-pkl.pkl", gzip(&bad));
    group.file("tar-named-pt.pt", tar_of(&[("model.pkl", &bad)]));
    for name in ["model.pdparams", "model.pickle.dat", "optimizer.pdopt", "memory.skl", "data.mar"]
    {
        group.named(&format!("library-{}", name.replace('.', "-")), name, bad.clone());
    }
}

/// Much from little.
fn bombs(group: &mut Group) {
    const MUCH: usize = 24 << 20;
    let zeros = vec![0; MUCH];
    let zip_of_zeros = zip(&[Member::deflated("archive/data.pkl", &zeros)]);
    group.hidden("zip-zeros.pt", zip_of_zeros.clone());
    group.hidden("zip-in-zip.zip", zip(&[Member::deflated("inner.zip", &zip_of_zeros)]));
    group.hidden("gzip-zeros.pkl.gz", gzip(&zeros));
    group.hidden("zlib-zeros.joblib", zlib(&zeros));
    group.hidden("gzip-twice.joblib", gzip(&gzip(&zeros)));
    group.hidden("deflated.npz", zip(&[Member::deflated("w.npy", &zeros)]));
    let mut shared = vec![Member::deflated("part-0.pkl", &zeros[..MUCH / 8])];
    for number in 1..200 {
        let mut member = shared[0].clone();
        member.name = format!("part-{number}.pkl").into_bytes();
        member.written = false;
        shared.push(member);
    }
    group.hidden("zip-members-share-data.zip", zip(&shared));
    let many: Vec<Member> =
        (0..3000).map(|number| Member::stored(&format!("{number}"), b"")).collect();
    group.hidden("zip-many-members.zip", zip(&many));
    // The call stands behind more than a reader with a limit unpacks.
    let behind = Pickle::new(2).binary(&zeros).op("0").op(system(2)).unfinished();
    group.hidden("zip-call-behind-zeros.pt", zip(&[Member::deflated(DATA, &behind), version()]));
    let mut lies = Member::deflated(DATA, &behind);
    lies.size = 10;
    lies.method = DEFLATED;
    lies.local_method = DEFLATED;
    group.hidden("zip-call-behind-zeros-small.pt", zip(&[lies, version()]));
    let mut stored = Member::stored(DATA, b"\x80\x02N.");
    stored.size = u32::MAX - 1;
    stored.packed = u32::MAX - 1;
    stored.method = STORED;
    group.hidden("zip-size-beyond-file.pt", zip(&[stored]));
    let lists = Pickle::new(2).op("]q\x00");
    let lists = (0..40_u8).fold(lists, |pickle, number| {
        pickle.op([b']', b'q', number + 1, b'(']).op([b'h', number].repeat(10)).op("e")
    });
    group.hidden("pickle-of-lists.pkl", lists.stop());
    group.hidden("pickle-number.pkl", Pickle::new(2).op([0x8b, 0xff, 0xff, 0xff, 0x7f]).stop());
    group.hidden("pickle-bytes-huge.pkl", Pickle::new(4).op([0x8e, 0, 0, 0, 0, 0, 1, 0, 0]).stop());
}

//! Pickles whose envelope lies: frames, ends, lengths. The call comes before what is broken.

use super::case::{Case, Group};
use super::pickle::{Arg, COMMAND, Pickle, empty, system};

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("pickle-broken", cases);
    frames(&mut group);
    several(&mut group);
    after_the_call(&mut group);
    before_the_call(&mut group);
}

fn called() -> Pickle {
    Pickle::new(2).global("os", "system").call(COMMAND)
}

fn frame(pickle: Pickle, length: u64) -> Pickle {
    pickle.op([0x95]).op(length.to_le_bytes())
}

fn frames(group: &mut Group) {
    let body = || Pickle::default().stack_global("os", "system").call(COMMAND).stop();
    let length = body().len() as u64;
    let framed = |length: u64| frame(Pickle::new(4), length).op(body()).unfinished();
    group.file("frame-right.pkl", framed(length));
    // It ends behind the first string.
    group.file("frame-too-short.pkl", framed(4));
    group.file("frame-empty.pkl", framed(0));
    let twice = frame(frame(Pickle::new(4), length + 9), length).op(body()).unfinished();
    group.file("frame-in-frame.pkl", twice);
    let late = Pickle::new(4).stack_global("os", "system").call(COMMAND);
    group.file("frame-too-long-after-call.pkl", frame(late, 1 << 40).op("N.").unfinished());
    group
        .file("frame-in-protocol-2.pkl", frame(Pickle::new(2), 2).op(called().stop()).unfinished());
}

fn several(group: &mut Group) {
    let joined = |parts: &[Vec<u8>]| parts.concat();
    group.file("second-of-two.pkl", joined(&[empty(2), system(2)]));
    group.file("last-of-many.bin", joined(&[vec![empty(2); 40].concat(), system(4)]));
    group.file("first-of-two.pkl", joined(&[system(0), empty(4)]));
    group.file("after-stop-protocol-0.pkl", joined(&[b"N.".to_vec(), system(0)]));
    group.file("before-text.pkl", joined(&[system(2), b"<html>annex</html>".to_vec()]));
    group.file("before-zeros.pkl", joined(&[system(2), vec![0; 4096]]));
    group.file(
        "protocol-repeated.pkl",
        Pickle::new(2).op([0x80, 4, 0x80, 0]).op(system(2)).unfinished(),
    );
}

fn after_the_call(group: &mut Group) {
    let broken = |bytes: &[u8]| called().op(bytes).unfinished();
    group.file("no-stop.pkl", broken(b""));
    group.file("unknown-opcode.pkl", broken(b"\xff\xfe"));
    group.file("stack-underflow.pkl", broken(b"0000."));
    group.file("missing-memo.pkl", broken(b"h\x63."));
    group.file("string-past-end.pkl", broken(b"X\xff\x00\x00\x00annex."));
    group.file("bytes-past-end.pkl", broken(b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f."));
    group.file("negative-length.pkl", broken(b"\x8b\xff\xff\xff\xff."));
    group.file("not-utf8.pkl", broken(b"X\x02\x00\x00\x00\xff\xfe."));
    group.file("bad-integer.pkl", broken(b"Iannex\n."));
    group.file("no-mark.pkl", broken(b"t."));
    group.file("setitem-on-none.pkl", broken(b"N\x88\x88s."));
    group.file("missing-module.pkl", called().global("annex_missing", "a").stop());
    group.file("missing-newline.pkl", broken(b"cos"));
    group.file("unknown-protocol-later.pkl", broken(b"\x80\x63."));
    group.file("buffer-out-of-band.pkl", broken(b"\x97\x98."));
    group.hidden("memo-index-huge.pkl", broken(b"r\xff\xff\xff\xff."));
}

fn before_the_call(group: &mut Group) {
    let padded = (0..2000).fold(Pickle::new(2), |pickle, _| pickle.op("N0"));
    group.file("padded-with-nothing.pkl", padded.op(called().stop()).unfinished());
    let strings = (0..300).fold(Pickle::new(2), |pickle, _| pickle.text("layer.weight").op("0"));
    group.file("padded-with-strings.pkl", strings.op(called().stop()).unfinished());
    let marks = Pickle::new(2).op("(".repeat(20_000)).global("os", "system").call(COMMAND);
    group.file("many-marks.pkl", marks.stop());
    let block = vec![0x2e; 70_000];
    group.file(
        "behind-a-block-of-stops.pkl",
        Pickle::new(2).binary(&block).op("0").op(called().stop()).unfinished(),
    );
    let text = "os\nsystem\n".repeat(3);
    let quoted = Pickle::new(2).text(&text).op("0").global("os", "system");
    group.file("names-in-a-string-too.pkl", quoted.reduce(2, &[Arg::Text(COMMAND)]).stop());
}

//! What the system is asked for, and in which order: to disk first, then the acknowledgement.

#![cfg(target_os = "linux")]

use std::fs;

use crate::desk::{Desk, skipped};

/// The calls of a run, one a line, with the paths of file descriptors.
fn traced(desk: &Desk, arguments: &str) -> Option<Vec<String>> {
    let calls = "fsync,fdatasync,sync_file_range,write,writev,pwrite64,rename,renameat,renameat2,link,linkat";
    let run =
        desk.shell(&format!("strace -f -y -s 256 -e trace={calls} -o trace.txt annex {arguments}"));
    if run.code == Some(127) || run.err.contains("ptrace") || run.err.contains("PTRACE") {
        skipped("the order of writes", "there is no strace that may trace here");
        return None;
    }
    let run = run.done();
    assert!(run.out.starts_with("recorded: "), "{}", run.out);
    let text = fs::read_to_string(desk.path("trace.txt")).expect("a trace");
    Some(text.lines().map(str::to_owned).collect())
}

/// The index of the first call at or after `from` that `fits`.
#[track_caller]
fn next(calls: &[String], from: usize, what: &str, fits: impl Fn(&str) -> bool) -> usize {
    let found = calls.iter().enumerate().skip(from).find(|(_, call)| fits(call));
    found.unwrap_or_else(|| panic!("no {what} after line {from} of\n{}", calls.join("\n"))).0
}

#[test]
fn evidence_is_on_disk_before_it_is_acknowledged() {
    let desk = Desk::assessed();
    desk.write("note.txt", "what was seen\n");
    let Some(calls) = traced(&desk, "evidence add note.txt") else { return };
    let syncs = |call: &str| call.contains("fsync(") || call.contains("fdatasync(");
    let written = next(&calls, 0, "write of the blob", |call| {
        call.contains("write(")
            && call.contains("/blobs/incoming/")
            && call.contains("what was seen")
    });
    let synced = next(&calls, written, "fsync of the blob", |call| {
        syncs(call) && call.contains("/blobs/incoming/")
    });
    let named = next(&calls, synced, "rename of the blob", |call| {
        (call.contains("rename") || call.contains("link")) && call.contains("/blobs/")
    });
    let listed = next(&calls, named, "fsync of the blob's folder", |call| {
        syncs(call) && call.contains("/blobs/") && !call.contains("incoming")
    });
    let recorded = next(&calls, listed, "write of the record", |call| {
        call.contains("write") && call.contains("register.sqlite-wal")
    });
    let acknowledged = next(&calls, recorded, "acknowledgement", |call| {
        call.contains("write(1<") && call.contains("recorded: evidence sha256:")
    });
    let last_write = (recorded..acknowledged)
        .rev()
        .find(|index| calls[*index].contains("write") && calls[*index].contains("register.sqlite"))
        .expect("a write of the record");
    let committed = next(&calls, last_write, "fsync of the record", |call| {
        syncs(call) && call.contains("register.sqlite")
    });
    assert!(committed < acknowledged, "{}", calls[last_write..=acknowledged].join("\n"));
}

#[test]
fn a_new_key_is_on_disk_before_it_signs() {
    let desk = Desk::with_small_repository();
    let line = "people add lee --name Lee";
    let Some(calls) = traced(&desk, line) else { return };
    let syncs = |call: &str| call.contains("fsync(");
    let synced = next(&calls, 0, "fsync of the key", |call| syncs(call) && call.contains("/keys/"));
    let named = next(&calls, synced, "name of the key", |call| call.contains("/ledger.key"));
    let listed =
        next(&calls, named, "fsync of its folder", |call| syncs(call) && call.contains("/keys>"));
    let signed = next(&calls, listed, "a record", |call| {
        call.contains("register.sqlite-wal") && call.contains("write")
    });
    next(&calls, signed, "acknowledgement", |call| call.contains("recorded: person lee"));
}

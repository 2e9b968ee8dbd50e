//! Opcodes a second, and a pickle of 300 megabytes.
//!
//! `cargo bench -p annex-modelfile`. A pickle is long either by its opcodes or by its payloads;
//! both are measured, the second from a file, because payloads are passed over and not read.

use std::hint::black_box;
use std::io::Write as _;

use annex_modelfile::{Limits, Verdict, scan_bytes, scan_file};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const OPCODES: u64 = 5_000_000;
const PAYLOAD_BYTES: usize = 1 << 20;
const PAYLOADS: usize = 300;

/// A list that is filled with a thousand small numbers at a time.
fn numbers() -> Vec<u8> {
    let mut out = vec![0x80, 4, b']', 0x94];
    while (out.len() as u64) < OPCODES * 2 {
        out.push(b'(');
        out.extend([b'K', 7].repeat(1000));
        out.push(b'e');
    }
    out.push(b'.');
    out
}

fn opcodes(criterion: &mut Criterion) {
    let bytes = numbers();
    let mut group = criterion.benchmark_group("opcodes");
    group.throughput(Throughput::Elements(OPCODES));
    group.sample_size(10);
    group.bench_function("5 million", |bencher| {
        bencher.iter(|| {
            let report = scan_bytes("m.pkl", black_box(&bytes), &Limits::default());
            assert_eq!(report.verdict, Verdict::Clean);
        });
    });
    group.finish();
}

fn large(criterion: &mut Criterion) {
    let mut file = tempfile::NamedTempFile::with_suffix(".pkl").expect("a file");
    let payload = vec![b'N'; PAYLOAD_BYTES];
    file.write_all(&[0x80, 4, b']', b'(']).expect("written");
    for _ in 0..PAYLOADS {
        let length = u32::try_from(PAYLOAD_BYTES).expect("small").to_le_bytes();
        file.write_all(&[&[b'B'][..], &length, &payload].concat()).expect("written");
    }
    file.write_all(b"e.").expect("written");
    let few = numbers();
    let mut dense = tempfile::NamedTempFile::with_suffix(".pkl").expect("a file");
    for _ in 0..PAYLOADS * PAYLOAD_BYTES / few.len() {
        dense.write_all(&few).expect("written");
    }
    let mut group = criterion.benchmark_group("300 MB");
    group.sample_size(10);
    for (name, file) in [("payloads", &file), ("opcodes", &dense)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let report = scan_file(file.path(), &Limits::default());
                assert_eq!(report.verdict, Verdict::Clean, "{report:?}");
            });
        });
    }
    group.finish();
}

criterion_group!(benches, opcodes, large);
criterion_main!(benches);

//! Bytes a second: what one thread digests in memory, and what all cores digest of files.
//!
//! `cargo bench -p annex-seal`. The files lie in a folder that is made for it, or in the one that
//! `ANNEX_BENCH_MODEL` names, so that others can be measured over the same; they are read from
//! the page cache, so that the digests are measured and not the disk.

use std::hint::black_box;
use std::num::NonZeroU64;
use std::path::Path;

use annex_seal::{Algorithm, Limits, Method, Scope, measure};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sha2::{Digest as _, Sha256};

const FILE_BYTES: usize = 64 << 20;
const FILES: usize = 8;
const SHARD_BYTES: u64 = 32 << 20;

/// Eight files side by side in `parts`, and one of the same bytes in `whole`.
fn write(folder: &Path) {
    let content: Vec<u8> =
        (0..FILE_BYTES as u64).map(|n| ((n * n) >> 7).to_le_bytes()[0]).collect();
    let (parts, whole) = (folder.join("parts"), folder.join("whole"));
    if whole.exists() {
        return;
    }
    for part in [&parts, &whole] {
        std::fs::create_dir_all(part).expect("a folder");
    }
    for number in 0..FILES {
        std::fs::write(parts.join(format!("{number}.bin")), &content).expect("a file");
    }
    std::fs::write(whole.join("model.bin"), content.repeat(FILES)).expect("a file");
}

fn digests(criterion: &mut Criterion) {
    let temporary = tempfile::tempdir().expect("a folder");
    let named = std::env::var_os("ANNEX_BENCH_MODEL");
    let folder = named.as_ref().map_or(temporary.path(), Path::new);
    write(folder);
    let mut group = criterion.benchmark_group("512 MB");
    group.throughput(Throughput::Bytes((FILES * FILE_BYTES) as u64));
    group.sample_size(10);

    let memory = vec![7_u8; FILES * FILE_BYTES];
    group.bench_function("one thread in memory, sha256", |bencher| {
        bencher.iter(|| Sha256::digest(black_box(&memory)));
    });
    drop(memory);
    let shards = NonZeroU64::new(SHARD_BYTES);
    for (name, part, algorithm, shards, threads_max) in [
        ("one thread, 8 files, sha256", "parts", Algorithm::Sha256, None, 1),
        ("8 files, sha256", "parts", Algorithm::Sha256, None, 16),
        ("1 file, sha256", "whole", Algorithm::Sha256, None, 16),
        ("1 file, sha256 by shards", "whole", Algorithm::Sha256, shards, 16),
        ("1 file, blake3", "whole", Algorithm::Blake3, None, 16),
    ] {
        let method = Method::new(algorithm, shards).expect("a method");
        let (path, scope) = (folder.join(part), Scope::default());
        let limits = Limits { threads_max, ..Limits::default() };
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let measured = measure(&path, method, &scope, &limits, &|_| {}).expect("read");
                assert!(measured.findings.is_empty());
                measured.root()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, digests);
criterion_main!(benches);

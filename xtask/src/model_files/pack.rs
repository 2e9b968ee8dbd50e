//! Compression, by libraries where a library makes it and by hand where the format allows it to
//! be left out.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

/// A zlib stream.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    written(encoder.write_all(bytes).and_then(|()| encoder.finish()))
}

/// A raw deflate stream.
pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    written(encoder.write_all(bytes).and_then(|()| encoder.finish()))
}

/// A gzip member without name and time.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    written(encoder.write_all(bytes).and_then(|()| encoder.finish()))
}

/// A Zstandard frame of raw blocks.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    const BLOCK_BYTES: usize = 100_000;
    // No checksum, one segment, a content size of four bytes.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend(low32(bytes.len()));
    let mut blocks = bytes.chunks(BLOCK_BYTES).peekable();
    while let Some(block) = blocks.next() {
        let last = usize::from(blocks.peek().is_none());
        frame.extend(&low32((block.len() << 3) | last)[..3]);
        frame.extend(block);
    }
    frame
}

/// An LZ4 frame of one stored block.
pub(crate) fn lz4(bytes: &[u8]) -> Vec<u8> {
    // Version 1, independent blocks of at most 64 KiB; 0x82 is the checksum of these two bytes.
    let mut frame = vec![0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
    frame.extend((0x8000_0000 | u32::try_from(bytes.len()).unwrap_or(0)).to_le_bytes());
    frame.extend(bytes);
    frame.extend([0; 4]);
    frame
}

/// A length as formats store it in 32 bits.
pub(crate) fn low32(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// A length as formats store it in 16 bits.
pub(crate) fn low16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes()
}

/// Writing to memory does not fail; if it did, the test of the corpus would find the empty file.
fn written(result: std::io::Result<Vec<u8>>) -> Vec<u8> {
    result.unwrap_or_default()
}

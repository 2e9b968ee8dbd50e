//! Compressed bytes, inflated as they are read, with a meter that stops a bomb.

use std::io::{self, BufRead, Read};

use crate::bytes::Window;
use crate::detect::Kind;
use crate::frames::{Format, Frames};
use crate::rules;
use crate::scan::{Meter, Scan, Stopped};

/// A window as a reader.
pub(crate) struct WindowRead<'a> {
    window: Window<'a>,
    at: u64,
}

impl<'a> WindowRead<'a> {
    pub(crate) fn new(window: Window<'a>) -> Self {
        Self { window, at: 0 }
    }
}

impl Read for WindowRead<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.window.read_at(self.at, out)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// The name of a compression, as reports show it.
pub(crate) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Gzip => "gzip",
        Kind::Zlib => "zlib",
        Kind::Zfile => "joblib-zfile",
        Kind::Bzip2 => "bzip2",
        Kind::Xz => "xz",
        Kind::Lzma => "lzma",
        Kind::Zstd => "zstd",
        _ => "lz4",
    }
}

/// How much a decoder may take for itself.
const DECODER_KIB_MAX: u32 = 32 << 10;

/// Inflates `source`, which has `bytes` bytes, and meters what comes out.
pub(crate) fn inflate<'a>(
    kind: Kind,
    source: impl Read + 'a,
    bytes: u64,
    scan: &Scan<'_>,
) -> io::Result<Metered<'a>> {
    let buffered = io::BufReader::with_capacity(64 << 10, source);
    let read: Box<dyn Read + 'a> = match kind {
        Kind::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(buffered)),
        Kind::Zlib => Box::new(ZlibStreams::new(buffered)),
        Kind::Zfile => {
            let mut buffered = buffered;
            zfile_head(&mut buffered)?;
            Box::new(ZlibStreams::new(buffered))
        }
        Kind::Bzip2 => Box::new(bzip2_rs::DecoderReader::new(buffered)),
        Kind::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(buffered, true, DECODER_KIB_MAX)),
        Kind::Lzma => {
            Box::new(lzma_rust2::LzmaReader::new_mem_limit(buffered, DECODER_KIB_MAX, None)?)
        }
        Kind::Zstd => Box::new(Frames::new(Format::Zstd, buffered)),
        _ => Box::new(Frames::new(Format::Lz4, buffered)),
    };
    Ok(meter(read, bytes, scan))
}

/// One zlib stream after the other, as joblib reads them.
struct ZlibStreams<R> {
    /// None only while one decoder takes the place of another.
    decoder: Option<flate2::bufread::ZlibDecoder<R>>,
}

impl<R: BufRead> ZlibStreams<R> {
    fn new(source: R) -> Self {
        Self { decoder: Some(flate2::bufread::ZlibDecoder::new(source)) }
    }
}

impl<R: BufRead> Read for ZlibStreams<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(out)?;
            if count > 0 || out.is_empty() || decoder.get_mut().fill_buf()?.is_empty() {
                return Ok(count);
            }
            let source = self.decoder.take().map(flate2::bufread::ZlibDecoder::into_inner);
            self.decoder = source.map(flate2::bufread::ZlibDecoder::new);
        }
        Ok(0)
    }
}

/// What stands before the zlib stream of a file of joblib: a mark, and its length as text.
const ZFILE_HEAD_BYTES: usize = 21;

fn zfile_head(source: &mut impl BufRead) -> io::Result<()> {
    source.read_exact(&mut [0; ZFILE_HEAD_BYTES])?;
    if source.fill_buf()?.first() == Some(&b' ') {
        source.consume(1);
    }
    Ok(())
}

/// Inflates the bare deflate stream of a zip member.
pub(crate) fn deflate<'a>(source: impl Read + 'a, bytes: u64, scan: &Scan<'_>) -> Metered<'a> {
    let buffered = io::BufReader::with_capacity(64 << 10, source);
    meter(Box::new(flate2::bufread::DeflateDecoder::new(buffered)), bytes, scan)
}

fn meter<'a>(read: Box<dyn Read + 'a>, bytes: u64, scan: &Scan<'_>) -> Metered<'a> {
    Metered {
        read,
        source_bytes: bytes.max(1),
        done: 0,
        total: scan.inflated.clone(),
        total_max: scan.limits.inflated_bytes_max,
        free_bytes: scan.limits.inflated_free_bytes,
        times_max: scan.limits.inflated_times_max,
    }
}

/// A reader that counts against the limits of the scan.
pub(crate) struct Metered<'a> {
    read: Box<dyn Read + 'a>,
    source_bytes: u64,
    done: u64,
    total: Meter,
    total_max: u64,
    free_bytes: u64,
    times_max: u64,
}

impl Read for Metered<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.read.read(out)?;
        self.done += count as u64;
        self.total.set(self.total.get().saturating_add(count as u64));
        let times = self.done / self.source_bytes;
        if self.done > self.free_bytes && times > self.times_max {
            let reason = format!(
                "{} compressed bytes become more than {} times as much",
                self.source_bytes, self.times_max
            );
            return Err(io::Error::other(Stopped { rule: &rules::BOMB, reason }));
        }
        if self.total.get() > self.total_max {
            let reason =
                format!("more than {} bytes come out of the compressed parts", self.total_max);
            return Err(io::Error::other(Stopped { rule: &rules::LIMIT, reason }));
        }
        Ok(count)
    }
}

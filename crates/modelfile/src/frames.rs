//! Compressed frames, one after the other, as Zstandard and LZ4 allow: a reader that stops behind
//! the first would take what the next one holds for nothing.

use std::io::{self, Chain, Cursor, Read};

use ruzstd::decoding::{FrameDecoder as ZstdDecoder, StreamingDecoder};

/// How large a window a frame of Zstandard may ask for.
const ZSTD_WINDOW_BYTES_MAX: u64 = 16 << 20;
/// How many frames of one stream are read; writers of many make them of 100 KB and more.
const FRAMES_MAX: u32 = 1 << 20;
const MAGIC_BYTES: usize = 4;

/// Which frames.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Zstd,
    Lz4,
}

impl Format {
    fn magic(self) -> [u8; MAGIC_BYTES] {
        match self {
            Self::Zstd => [0x28, 0xb5, 0x2f, 0xfd],
            Self::Lz4 => [0x04, 0x22, 0x4d, 0x18],
        }
    }
}

/// Whether bytes begin with a frame that decoders pass over.
pub(crate) fn is_skippable(head: &[u8]) -> bool {
    matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// A frame's own magic was read to look at it; the decoder gets it again.
type Source<R> = Chain<Cursor<[u8; MAGIC_BYTES]>, R>;

enum State<R: Read> {
    Between(R, Option<Box<ZstdDecoder>>),
    Zstd(StreamingDecoder<Source<R>, Box<ZstdDecoder>>),
    Lz4(Box<lz4_flex::frame::FrameDecoder<Source<R>>>),
    Ended,
}

/// The contents of all frames.
pub(crate) struct Frames<R: Read> {
    format: Format,
    state: State<R>,
    opened: u32,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(format: Format, source: R) -> Self {
        Self { format, state: State::Between(source, None), opened: 0 }
    }

    /// The state with the next frame open, or with none left.
    fn open(&mut self, mut source: R, decoder: Option<Box<ZstdDecoder>>) -> io::Result<State<R>> {
        let invalid = |words: &str| io::Error::new(io::ErrorKind::InvalidData, words.to_owned());
        loop {
            let mut magic = [0; MAGIC_BYTES];
            let read = read_up_to(&mut source, &mut magic)?;
            if read == 0 {
                return Ok(State::Ended);
            }
            self.opened += 1;
            if self.opened > FRAMES_MAX {
                return Err(invalid("more compressed frames than are read"));
            }
            if read == MAGIC_BYTES && is_skippable(&magic) {
                let mut length = [0; 4];
                source.read_exact(&mut length)?;
                let length = u64::from(u32::from_le_bytes(length));
                if io::copy(&mut (&mut source).take(length), &mut io::sink())? < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                continue;
            }
            if magic != self.format.magic() {
                return Err(invalid("bytes that are no frame follow a compressed frame"));
            }
            let source = Cursor::new(magic).chain(source);
            return Ok(match self.format {
                Format::Lz4 => State::Lz4(Box::new(lz4_flex::frame::FrameDecoder::new(source))),
                Format::Zstd => {
                    let mut decoder = decoder.unwrap_or_default();
                    decoder.set_max_window_size(ZSTD_WINDOW_BYTES_MAX);
                    State::Zstd(
                        StreamingDecoder::new_with_decoder(source, decoder)
                            .map_err(|error| invalid(&error.to_string()))?,
                    )
                }
            });
        }
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let count = match &mut self.state {
                State::Ended => return Ok(0),
                State::Between(..) => 0,
                State::Zstd(decoder) => decoder.read(out)?,
                State::Lz4(decoder) => decoder.read(out)?,
            };
            if count > 0 {
                return Ok(count);
            }
            self.state = match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => State::Ended,
                State::Between(source, decoder) => self.open(source, decoder)?,
                State::Zstd(decoder) => {
                    let (source, decoder) = decoder.into_parts();
                    State::Between(source.into_inner().1, Some(decoder))
                }
                State::Lz4(decoder) => State::Between(decoder.into_inner().into_inner().1, None),
            };
        }
    }
}

fn read_up_to(source: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < out.len() {
        match source.read(&mut out[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of one stored block.
    fn zstd(bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).unwrap();
        let head = [0x28, 0xb5, 0x2f, 0xfd, 0x20, length, length << 3 | 1, 0, 0];
        [&head[..], bytes].concat()
    }

    fn lz4(bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).unwrap();
        let block = if length > 0 { &[length, 0, 0, 0x80][..] } else { &[] };
        [&[0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82], block, bytes, &[0; 4]].concat()
    }

    #[test]
    fn every_frame_is_read_and_what_is_none_is_a_fault() {
        let skipped = [0x51, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9];
        for (format, frame) in [(Format::Zstd, zstd as fn(&[u8]) -> Vec<u8>), (Format::Lz4, lz4)] {
            let all = [&skipped[..], &frame(b"one "), &skipped, &frame(b""), &frame(b"two")];
            let mut text = String::new();
            Frames::new(format, &all.concat()[..]).read_to_string(&mut text).unwrap();
            assert_eq!(text, "one two");
            let more = [frame(b"one"), b"more bytes".to_vec()].concat();
            let mut read = Vec::new();
            assert!(Frames::new(format, &more[..]).read_to_end(&mut read).is_err());
            assert_eq!(read, b"one");
        }
    }
}

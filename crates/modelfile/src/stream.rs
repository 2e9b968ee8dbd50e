//! Bytes in their order, with a look ahead and cheap skips.
//!
//! Over a window a skip moves the place; over a decompressor it reads and forgets. Both are the
//! same to a walker, so that a pickle in a file and one in a gzip take the same way.

use std::io::Read;

use crate::bytes::Window;
use crate::scan::{Halt, Step};

const BUFFER_BYTES: usize = 256 << 10;

enum Source<'a> {
    Window { window: Window<'a>, next: u64 },
    Read(Box<dyn Read + 'a>),
}

/// A reader that knows its offset.
pub(crate) struct Stream<'a> {
    source: Source<'a>,
    buffer: Box<[u8]>,
    at: usize,
    end: usize,
    offset: u64,
}

impl<'a> Stream<'a> {
    pub(crate) fn of_window(window: Window<'a>) -> Self {
        let room = usize::try_from(window.len()).unwrap_or(BUFFER_BYTES).clamp(64, BUFFER_BYTES);
        Self::new(Source::Window { window, next: 0 }, room)
    }

    pub(crate) fn of_read(read: impl Read + 'a) -> Self {
        Self::new(Source::Read(Box::new(read)), BUFFER_BYTES)
    }

    fn new(source: Source<'a>, room: usize) -> Self {
        Self { source, buffer: vec![0; room].into_boxed_slice(), at: 0, end: 0, offset: 0 }
    }

    /// The offset of the next byte.
    #[inline]
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads on until `wanted` bytes are in the buffer, or there are no more.
    #[cold]
    fn fill(&mut self, wanted: usize) -> Step<()> {
        if self.at > 0 {
            self.buffer.copy_within(self.at..self.end, 0);
            self.end -= self.at;
            self.at = 0;
        }
        while self.end < wanted.min(self.buffer.len()) {
            let room = &mut self.buffer[self.end..];
            let read = match &mut self.source {
                Source::Window { window, next } => window.read_at(*next, room),
                Source::Read(read) => read.read(room),
            };
            match read {
                Ok(0) => break,
                Ok(count) => {
                    self.end += count;
                    if let Source::Window { next, .. } = &mut self.source {
                        *next += count as u64;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Halt::io(self.offset, &error)),
            }
        }
        Ok(())
    }

    /// The next `count` bytes without taking them; fewer at the end. `count` is small.
    #[inline]
    pub(crate) fn peek(&mut self, count: usize) -> Step<&[u8]> {
        if self.end - self.at < count {
            self.fill(count)?;
        }
        Ok(&self.buffer[self.at..self.end.min(self.at + count)])
    }

    /// Whether nothing is left.
    pub(crate) fn is_done(&mut self) -> Step<bool> {
        Ok(self.peek(1)?.is_empty())
    }

    #[inline]
    fn advance(&mut self, count: usize) {
        self.at += count;
        self.offset += count as u64;
    }

    /// What is in the buffer now, without reading on.
    pub(crate) fn buffered(&self) -> &[u8] {
        &self.buffer[self.at..self.end]
    }

    /// Takes `count` bytes of what is in the buffer.
    pub(crate) fn pass(&mut self, count: usize) {
        self.advance(count.min(self.end - self.at));
    }

    /// The next byte, if there is one.
    #[inline]
    pub(crate) fn byte(&mut self) -> Step<Option<u8>> {
        if self.at == self.end {
            self.fill(1)?;
            if self.at == self.end {
                return Ok(None);
            }
        }
        let byte = self.buffer[self.at];
        self.advance(1);
        Ok(Some(byte))
    }

    /// The next `N` bytes.
    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Step<[u8; N]> {
        if self.end - self.at < N {
            self.fill(N)?;
        }
        let Some(bytes) = self.buffer[self.at..self.end].first_chunk::<N>().copied() else {
            return Err(Halt::ends(self.offset, format!("{N} bytes")));
        };
        self.advance(N);
        Ok(bytes)
    }

    /// The next `count` bytes; the caller has checked `count` against a limit.
    pub(crate) fn take(&mut self, count: usize) -> Step<Vec<u8>> {
        let start = self.offset;
        let mut out = Vec::with_capacity(count.min(BUFFER_BYTES));
        while out.len() < count {
            if self.at == self.end {
                self.fill(1)?;
                if self.at == self.end {
                    return Err(Halt::ends(start, format!("{count} bytes")));
                }
            }
            let part = (count - out.len()).min(self.end - self.at);
            out.extend_from_slice(&self.buffer[self.at..self.at + part]);
            self.advance(part);
        }
        Ok(out)
    }

    /// Passes over `count` bytes.
    pub(crate) fn skip(&mut self, count: u64) -> Step<()> {
        let start = self.offset;
        let mut left = count;
        loop {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(self.end - self.at);
            self.advance(part);
            left -= part as u64;
            if left == 0 {
                return Ok(());
            }
            if let Source::Window { window, next } = &mut self.source {
                if left > window.len().saturating_sub(*next) {
                    return Err(Halt::ends(start, format!("{count} bytes")));
                }
                *next += left;
                self.offset += left;
                return Ok(());
            }
            self.fill(1)?;
            if self.at == self.end {
                return Err(Halt::ends(start, format!("{count} bytes")));
            }
        }
    }

    /// How many bytes are left, where that is known.
    pub(crate) fn left(&self) -> Option<u64> {
        match &self.source {
            Source::Window { window, .. } => Some(window.len().saturating_sub(self.offset)),
            Source::Read(_) => None,
        }
    }

    /// The next `count` bytes to be read at random, where the stream is over a window.
    pub(crate) fn window(&self, count: u64) -> Option<Window<'a>> {
        match &self.source {
            Source::Window { window, .. } => Some(window.part(self.offset, count)),
            Source::Read(_) => None,
        }
    }

    /// Gives a line without its break to `work`, cut to `count_max` bytes; from the buffer where
    /// it lies in one piece, as nearly all do.
    pub(crate) fn with_line<T>(
        &mut self,
        count_max: usize,
        work: impl FnOnce(&[u8]) -> T,
    ) -> Step<T> {
        let ahead = &self.buffer[self.at..self.end];
        if let Some(length) = memchr::memchr(b'\n', ahead) {
            let out = work(&ahead[..length.min(count_max)]);
            self.advance(length + 1);
            return Ok(out);
        }
        let (line, _) = self.line(count_max)?;
        Ok(work(&line))
    }

    /// A line without its break, cut to `count_max` bytes, and whether it was cut.
    pub(crate) fn line(&mut self, count_max: usize) -> Step<(Vec<u8>, bool)> {
        let start = self.offset;
        let mut out = Vec::new();
        let mut cut = false;
        loop {
            if self.at == self.end {
                self.fill(1)?;
                if self.at == self.end {
                    return Err(Halt::ends(start, "the end of a line"));
                }
            }
            let ahead = &self.buffer[self.at..self.end];
            let found = memchr::memchr(b'\n', ahead);
            let part = found.unwrap_or(ahead.len());
            let kept = part.min(count_max.saturating_sub(out.len()));
            out.extend_from_slice(&ahead[..kept]);
            cut |= kept < part;
            self.advance(part + usize::from(found.is_some()));
            if found.is_some() {
                return Ok((out, cut));
            }
        }
    }
}

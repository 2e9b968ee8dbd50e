//! Tar archives: `NeMo` models, torch files of the oldest format, and bundles of models.

use crate::bytes::Window;
use crate::rules;
use crate::scan::{Halt, Scan, Step};
use crate::stream::Stream;
use crate::{dispatch, paths};

const BLOCK_BYTES: usize = 512;
/// Names and headers of members that stand before a member.
const LONG_NAME_BYTES_MAX: u64 = 1 << 20;

/// Whether a block is a header: its checksum fits.
pub(crate) fn is_header(head: &[u8]) -> bool {
    let Some(block) = head.get(..BLOCK_BYTES) else {
        return false;
    };
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
        .sum();
    block[0] != 0 && number(&block[148..156]) == Some(sum)
}

/// Whether a block has the mark of a header, whatever its checksum says.
pub(crate) fn is_marked(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar") && head.len() >= BLOCK_BYTES
}

/// What follows the end in less than a block.
fn rest(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let at = stream.offset();
    if stream.peek(BLOCK_BYTES)?.iter().any(|byte| *byte != 0) {
        scan.find(&rules::STRAY, at, "bytes follow the end of the archive");
    }
    Ok(())
}

/// A number in octal digits, or in binary where the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        let rest = field.get(field.len().checked_sub(8)?..)?;
        return Some(u64::from_be_bytes(*rest.first_chunk()?));
    }
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// Scans an archive.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("tar");
    let mut long_name: Option<String> = None;
    let mut long_target: Option<String> = None;
    // What a global header says holds for every member behind it.
    let (mut name_of_all, mut target_of_all) = (None, None);
    let mut ended = false;
    loop {
        let at = stream.offset();
        if ended && stream.peek(BLOCK_BYTES)?.len() < BLOCK_BYTES {
            return rest(stream, scan);
        }
        let block = stream.take(BLOCK_BYTES)?;
        if block.iter().all(|byte| *byte == 0) {
            ended = true;
            continue;
        }
        if !is_header(&block) {
            if !is_marked(&block) {
                return Err(Halt::malformed(at, "there is no header of a member here"));
            }
            scan.halted(Halt::malformed(at, "the checksum of a header is wrong"));
        }
        if ended {
            scan.find(&rules::STRAY, at, "a member follows the end of the archive");
            ended = false;
        }
        scan.members += 1;
        if scan.members > scan.limits.members_max {
            let words = format!("more than {} members in all archives", scan.limits.members_max);
            return Err(Halt::limit(at, words));
        }
        let size = number(&block[124..136])
            .ok_or_else(|| Halt::malformed(at, "the size of a member is no number"))?;
        let padding = (BLOCK_BYTES as u64 - size % BLOCK_BYTES as u64) % BLOCK_BYTES as u64;
        let kind = block[156];
        if matches!(kind, b'L' | b'K' | b'x' | b'g') {
            if size > LONG_NAME_BYTES_MAX {
                return Err(Halt::limit(at, "a name of a member is longer than one megabyte"));
            }
            let body = stream.take(usize::try_from(size).unwrap_or(usize::MAX))?;
            stream.skip(padding)?;
            match kind {
                b'L' => long_name = Some(text(&body)),
                b'K' => long_target = Some(text(&body)),
                b'x' => {
                    long_name = pax_value(&body, b" path=").or(long_name);
                    long_target = pax_value(&body, b" linkpath=").or(long_target);
                }
                _ => {
                    name_of_all = pax_value(&body, b" path=").or(name_of_all);
                    target_of_all = pax_value(&body, b" linkpath=").or(target_of_all);
                }
            }
            continue;
        }
        let mut name = text(&block[..100]);
        if block[257..].starts_with(b"ustar\0") && block[345] != 0 {
            name = format!("{}/{name}", text(&block[345..500]));
        }
        let name = long_name.take().or_else(|| name_of_all.clone()).unwrap_or(name);
        let target = long_target.take().or_else(|| target_of_all.clone());
        let target = target.unwrap_or_else(|| text(&block[157..257]));
        scan.inside(&name, |scan| member(&name, &target, kind, at, size, stream, scan))?;
        stream.skip(padding)?;
    }
}

fn member(
    name: &str,
    target: &str,
    kind: u8,
    at: u64,
    size: u64,
    stream: &mut Stream<'_>,
    scan: &mut Scan<'_>,
) -> Step<()> {
    if paths::escapes(name) {
        scan.find(&rules::PATH_ESCAPES, at, "its name leads out of the folder");
    }
    match kind {
        b'1' | b'2' => {
            let (folder, _) = name.rsplit_once('/').unwrap_or_default();
            let from = if kind == b'2' { format!("{folder}/{target}") } else { target.to_owned() };
            let from = from.trim_start_matches('/');
            let rule = if paths::escapes(target) && paths::escapes(from) || target.starts_with('/')
            {
                &rules::PATH_ESCAPES
            } else {
                &rules::MEMBER_LINK
            };
            let words = format!("a link to `{}`", crate::scan::printable(target));
            scan.find(rule, at, words);
            stream.skip(size)
        }
        b'3' | b'4' | b'6' => {
            scan.find(&rules::MEMBER_DEVICE, at, "the member is a device or a pipe");
            stream.skip(size)
        }
        b'5' => stream.skip(size),
        _ => body(name, size, stream, scan),
    }
}

/// A member's bytes: held when they are few, in their order when they are many.
fn body(name: &str, size: u64, stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    if let Some(window) = stream.window(size) {
        if window.len() < size {
            scan.halted(Halt::ends(stream.offset() + window.len(), format!("{size} bytes")));
        }
        dispatch::part(name, window, scan);
        return stream.skip(size);
    }
    if size > scan.limits.held_bytes_max as u64 {
        let end = stream.offset().saturating_add(size);
        dispatch::read(name, Limited { stream, left: size }, scan);
        let left = end.saturating_sub(stream.offset());
        return stream.skip(left);
    }
    let bytes = stream.take(usize::try_from(size).unwrap_or(usize::MAX))?;
    dispatch::part(name, Window::new(&bytes.as_slice()), scan);
    Ok(())
}

struct Limited<'s, 'a> {
    stream: &'s mut Stream<'a>,
    left: u64,
}

impl std::io::Read for Limited<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len()).min(64 << 10);
        let error = |halt: Halt| std::io::Error::other(halt.reason);
        let ahead = self.stream.peek(most).map_err(error)?;
        let count = ahead.len();
        out[..count].copy_from_slice(ahead);
        self.stream.skip(count as u64).map_err(error)?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// A value of a PAX header: lines of `length key=value`.
fn pax_value(body: &[u8], key: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(body, key)?;
    let rest = &body[at + key.len()..];
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    Some(String::from_utf8_lossy(&rest[..end]).into_owned())
}

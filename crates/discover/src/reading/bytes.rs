//! The bytes of a file: all of them, or how it begins.

use std::fs::File as Handle;
use std::io::Read as _;

use crate::read;
use crate::walk::File;

/// The text of a file, or why there is none.
pub(super) fn text(file: &File, bytes_max: u64) -> Result<String, String> {
    if file.bytes > bytes_max {
        return Err(format!(
            "{} bytes, more than {bytes_max} that are read of such a file",
            file.bytes
        ));
    }
    let mut bytes = Vec::new();
    Handle::open(&file.full)
        .and_then(|handle| handle.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > bytes_max {
        return Err(format!("grew over {bytes_max} bytes while it was read"));
    }
    if bytes.contains(&0) {
        return Err("is binary, not text".to_owned());
    }
    read::decoded(&file.path, bytes)
}

/// How a file begins; bytes that are no UTF-8 are replaced.
pub(super) fn head(file: &File, bytes_max: u64) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    Handle::open(&file.full)?.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

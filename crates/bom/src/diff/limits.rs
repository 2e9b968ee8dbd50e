//! How much of a foreign bill is read.

/// The longest bill, in bytes.
pub const BILL_BYTES_MAX: usize = 128 * 1024 * 1024;

/// The most distinct parts.
pub const PARTS_MAX: usize = 500_000;

/// The most characters of a wrong value that an error shows.
pub const FOUND_CHARS_MAX: usize = 60;

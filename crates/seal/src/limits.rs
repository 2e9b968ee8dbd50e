//! The limits of signing and verifying. Reaching one is an error that names it.

/// How much is read, held and followed at most. Every limit has its unit last in its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest bundle that is read.
    pub bundle_bytes_max: u64,
    /// The largest file with a key or a password.
    pub key_bytes_max: u64,
    /// The largest file with certificates.
    pub certificates_bytes_max: u64,
    /// How many certificates the files with roots may hold together.
    pub roots_max: usize,
    /// How many certificates a bundle may carry.
    pub chain_certificates_max: usize,
    /// How many files, folders and shards a model may have, and a manifest may list.
    pub files_max: usize,
    /// How deep folders may lie.
    pub folders_max: usize,
    /// How many paths a manifest may leave out.
    pub ignored_max: usize,
    /// How many threads compute digests.
    pub threads_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bundle_bytes_max: 256 << 20,
            key_bytes_max: 64 << 10,
            certificates_bytes_max: 4 << 20,
            roots_max: 1000,
            chain_certificates_max: 16,
            files_max: 1_000_000,
            folders_max: 64,
            ignored_max: 10_000,
            threads_max: 16,
        }
    }
}

//! The limits of what is read. Reaching one is an answer that names it, never a silent cut.

/// How much is read at most. Every limit has its unit last in its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest single advisory.
    pub record_bytes_max: u64,
    /// How many advisories one database holds.
    pub records_max: usize,
    /// How much an archive or a compressed file may unpack to.
    pub unpacked_bytes_max: u64,
    /// How many files and members one source may have.
    pub members_max: usize,
    /// How deep folders of advisories may lie.
    pub folder_depth_max: usize,
    /// How many unreadable records are named; the rest are counted.
    pub unreadable_named_max: usize,
    /// The largest lock file or manifest.
    pub lock_bytes_max: u64,
    /// How many dependencies one lock file may name.
    pub dependencies_max: usize,
    /// How deep a lock file may nest.
    pub lock_depth_max: usize,
    /// How many requirement files may include one another.
    pub includes_max: usize,
    /// The largest `OpenVEX` document.
    pub vex_bytes_max: u64,
    /// How many statements one `OpenVEX` document may hold.
    pub statements_max: usize,
    /// How old advisories may be for it to count that they name nothing. A known vulnerability
    /// may wait as long for a decision, so what these do not name yet cannot be late.
    pub database_age_days_max: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes_max: 16 << 20,
            records_max: 2_000_000,
            unpacked_bytes_max: 16 << 30,
            members_max: 2_000_000,
            folder_depth_max: 8,
            unreadable_named_max: 1_000,
            lock_bytes_max: 64 << 20,
            dependencies_max: 200_000,
            lock_depth_max: 64,
            includes_max: 256,
            vex_bytes_max: 32 << 20,
            statements_max: 100_000,
            database_age_days_max: 14,
        }
    }
}

//! The limits of a scan. Reaching one is an answer: the file is listed as skipped, never dropped.

/// How much a scan reads at most. Every limit has its unit last in its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest source or configuration file that is read.
    pub file_bytes_max: u64,
    /// The largest manifest or lock file that is read.
    pub manifest_bytes_max: u64,
    /// How much of a larger data file is looked at, to tell whether it is a data set.
    pub sniff_bytes_max: u64,
    /// How many files are looked at.
    pub files_max: u64,
    /// How deep folders may lie.
    pub depth_max: usize,
    /// How deep JSON, YAML and TOML may nest.
    pub json_depth_max: usize,
    /// How many values a JSON, YAML or TOML file may hold.
    pub values_max: usize,
    /// How many syntax nodes of one source file are visited.
    pub nodes_max: usize,
    /// How many processes of a machine are looked at.
    pub processes_max: usize,
    /// How much of the command line of a process is read.
    pub command_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: 2 << 20,
            manifest_bytes_max: 32 << 20,
            sniff_bytes_max: 64 << 10,
            files_max: 200_000,
            depth_max: 64,
            json_depth_max: 128,
            values_max: 4_000_000,
            nodes_max: 4_000_000,
            processes_max: 200_000,
            command_bytes_max: 128 << 10,
        }
    }
}

//! The limits of a scan. Reaching one is a finding with the verdict `unreadable`, never silence.

/// How much a scan reads, holds and follows at most. Every limit has its unit last in its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How many opcodes of one file's pickles are followed.
    pub opcodes_max: u64,
    /// How many values the stack of a pickle may hold.
    pub stack_values_max: usize,
    /// How many values the memo of a pickle may hold.
    pub memo_values_max: usize,
    /// How many bytes of texts are kept while a pickle is followed.
    pub text_bytes_max: usize,
    /// The longest text of a pickle that is kept; a longer one cannot name an import.
    pub name_bytes_max: usize,
    /// How many different imports one file may have.
    pub imports_max: usize,
    /// How many bytes may come out of all compressed parts of a file.
    pub inflated_bytes_max: u64,
    /// Below this size no ratio is suspect: a run of zeros packs well.
    pub inflated_free_bytes: u64,
    /// How many times larger than its source an inflated part may be, beyond that size.
    pub inflated_times_max: u64,
    /// How much of a compressed part is held in memory, so that it can be read at random.
    pub held_bytes_max: usize,
    /// How deep archives, compressed parts and pickles may lie in each other.
    pub nesting_max: usize,
    /// How many members an archive may have.
    pub members_max: usize,
    /// The largest header or configuration document that is read.
    pub header_bytes_max: u64,
    /// How many values a JSON document or a header may have.
    pub values_max: usize,
    /// How deep JSON, protobuf messages and literals may nest.
    pub depth_max: usize,
    /// The largest Python source or chat template that is read.
    pub source_bytes_max: u64,
    /// How many findings are listed for one file.
    pub findings_max: usize,
    /// How many files of a folder are looked at.
    pub files_max: u64,
    /// How deep folders may lie.
    pub folders_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            opcodes_max: 2_000_000_000,
            stack_values_max: 1 << 21,
            memo_values_max: 1 << 21,
            text_bytes_max: 12 << 20,
            name_bytes_max: 4096,
            imports_max: 1 << 14,
            inflated_bytes_max: 8 << 30,
            inflated_free_bytes: 128 << 20,
            inflated_times_max: 400,
            held_bytes_max: 8 << 20,
            nesting_max: 8,
            members_max: 200_000,
            header_bytes_max: 100_000_000,
            values_max: 4_000_000,
            depth_max: 100,
            source_bytes_max: 4 << 20,
            findings_max: 256,
            files_max: 1_000_000,
            folders_max: 64,
        }
    }
}

//! How long a Rust file may be.

/// The longest file, in lines. A module that one can hold in mind has 150 to 300.
const LINES_MAX: usize = 400;

/// Longer files, and why one file is better there than two.
const LONGER: &[(&str, &str)] = &[
    ("crates/annex/src/args.rs", "the table of all commands, with their help and examples"),
    ("crates/catalog/src/check.rs", "one pass over all tables, in the order of their references"),
    (
        "crates/discover/src/find/models.rs",
        "tables of call and argument names beside the rules that read them",
    ),
    (
        "crates/discover/src/find/prompts.rs",
        "tables of argument names beside the rules that read them",
    ),
    (
        "crates/discover/src/source/value.rs",
        "one recursive descent over the expressions of five languages",
    ),
    ("crates/operations/src/command.rs", "the list of commands, plain data"),
    ("crates/settings/src/keys.rs", "the table of all settings beside what reads it"),
    ("crates/isms/src/assessment.rs", "one published document, read from top to bottom"),
    ("crates/isms/src/entity.rs", "the list of entities, plain data without code"),
];

/// Checks one file.
pub(crate) fn check(path: &str, text: &str, faults: &mut Vec<String>) {
    let lines = text.lines().count();
    match LONGER.iter().any(|(longer, _)| *longer == path) {
        false if lines > LINES_MAX => faults.push(format!(
            "{path}: has {lines} lines, at most {LINES_MAX}; divide it, or add it to xtask/src/tidy/lines.rs with the reason"
        )),
        true if lines <= LINES_MAX => faults.push(format!(
            "{path}: has {lines} lines and needs no place in the table of xtask/src/tidy/lines.rs"
        )),
        _ => {}
    }
}

/// Rows of the table whose file is gone.
pub(crate) fn stale(paths: &[String], faults: &mut Vec<String>) {
    for (longer, _) in LONGER {
        if !paths.iter().any(|path| path == longer) {
            faults.push(format!(
                "{longer}: in the table of xtask/src/tidy/lines.rs, not in the project"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_needless_rows_are_faults() {
        let faults = |path: &str, lines: usize| {
            let mut faults = Vec::new();
            check(path, &"x\n".repeat(lines), &mut faults);
            faults.len()
        };
        assert_eq!(faults("a.rs", LINES_MAX), 0);
        assert_eq!(faults("a.rs", LINES_MAX + 1), 1);
        assert_eq!(faults(LONGER[0].0, LINES_MAX + 1), 0);
        assert_eq!(faults(LONGER[0].0, LINES_MAX), 1);
        let mut gone = Vec::new();
        stale(&[], &mut gone);
        assert_eq!(gone.len(), LONGER.len());
        assert!(LONGER.iter().all(|(_, reason)| !reason.is_empty()));
    }
}

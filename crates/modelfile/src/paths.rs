//! Paths that files name: whether one leaves the folder that it is meant for.

/// Whether a path is absolute, has a drive or an address, or climbs out of its folder.
pub(crate) fn escapes(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = matches!(bytes, [letter, b':', ..] if letter.is_ascii_alphabetic());
    if path.starts_with(['/', '\\', '~']) || drive || path.contains("://") || path.contains('\0') {
        return true;
    }
    let mut depth = 0_i64;
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_folder_escapes() {
        for path in
            ["../x", "a/../../x", "/etc/passwd", "C:\\x", "..\\x", "~/x", "file:///x", "a\0"]
        {
            assert!(escapes(path), "{path}");
        }
        for path in ["x", "a/b", "a/../b", "./a", "a..b", "..a/b"] {
            assert!(!escapes(path), "{path}");
        }
    }
}

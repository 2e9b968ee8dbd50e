//! `yarn.lock`, both the old form and the one that is YAML.

use super::Manifest;

pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let mut open: Option<(String, u32, Option<String>, bool)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            close(open.take(), &mut manifest);
            open = head(line).map(|name| (name, number, None, false));
        } else if let Some((_, _, version, hashed)) = &mut open {
            let line = line.trim();
            if let Some(value) = line.strip_prefix("version") {
                *version = Some(value.trim_start_matches([':', ' ']).trim_matches('"').to_owned());
            }
            *hashed |= line.starts_with("integrity") || line.starts_with("checksum");
        }
    }
    close(open, &mut manifest);
    manifest
}

fn close(open: Option<(String, u32, Option<String>, bool)>, manifest: &mut Manifest) {
    if let Some((name, line, version, hashed)) = open {
        manifest.add(&name, line, version, hashed);
    }
}

/// `"@scope/name@^1", "@scope/name@~1":` → `@scope/name`.
fn head(line: &str) -> Option<String> {
    let first = line.trim_end_matches(':').split(',').next()?.trim().trim_matches('"');
    let at = first.get(1..)?.find('@')? + 1;
    Some(first[..at].to_owned())
}

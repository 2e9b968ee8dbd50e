//! A scan reads manifests, settings and source that anyone may have written.

use annex_discover::{Known, Limits, read_alone};

/// One name for each way in which a file is read; the first byte chooses.
const NAMES: [&str; 34] = [
    "requirements.txt",
    "pyproject.toml",
    "uv.lock",
    "Pipfile",
    "Pipfile.lock",
    "setup.cfg",
    "environment.yml",
    "package.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "Cargo.toml",
    "Cargo.lock",
    "go.mod",
    "go.sum",
    "a.py",
    "a.tsx",
    "a.js",
    "a.rs",
    "a.go",
    "a.ipynb",
    "a.yaml",
    ".mcp.json",
    ".env",
    "Dockerfile",
    "docker-compose.yml",
    "setup.py",
    "main.tf",
    "main.bicep",
    "chart/templates/a.yaml",
    "values.yaml",
    ".github/workflows/a.yml",
    "azuredeploy.json",
    "template.yaml",
];

/// Whatever a file holds: it is read or refused, twice in the same way.
///
/// # Panics
///
/// When that is not so.
pub fn discover_file(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let text = String::from_utf8_lossy(rest);
    let (known, limits) = (Known::default(), Limits::default());
    let once = read_alone(name, &text, &known, &limits);
    assert_eq!(once, read_alone(name, &text, &known, &limits));
}

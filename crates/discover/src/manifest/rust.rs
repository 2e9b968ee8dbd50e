//! `Cargo.toml` and `Cargo.lock`.

use super::{Manifest, is_exact};
use crate::tree::Node;

pub(super) fn cargo_toml(root: &Node) -> Manifest {
    let mut manifest = Manifest {
        project: root.at(&["package", "name"]).and_then(Node::text).map(str::to_owned),
        starts: root.get("bin").is_some(),
        workspace: root.get("workspace").is_some(),
        ..Manifest::default()
    };
    let mut tables = vec![root];
    tables.extend(root.get("workspace"));
    tables.extend(root.get("target").map_or(&[][..], Node::entries).iter().map(|(_, table)| table));
    for table in tables {
        for key in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, value) in table.get(key).map_or(&[][..], Node::entries) {
                let version = value.text().or_else(|| value.get("version")?.text());
                let exact = version
                    .and_then(|version| version.strip_prefix('='))
                    .filter(|version| is_exact(version))
                    .map(|version| version.trim().to_owned());
                let package = value.get("package").and_then(Node::text).unwrap_or(name);
                manifest.add(package, value.line, exact, false);
            }
        }
    }
    manifest
}

pub(super) fn cargo_lock(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    for package in root.get("package").map_or(&[][..], Node::items) {
        let Some(name) = package.get("name") else {
            continue;
        };
        let version = package.get("version").and_then(Node::text).map(str::to_owned);
        let hashed = package.get("checksum").is_some();
        manifest.add(name.text().unwrap_or_default(), name.line, version, hashed);
    }
    manifest
}

#[cfg(test)]
mod tests {
    use super::super::{ManifestKind, read};
    use crate::limits::Limits;

    #[test]
    fn a_range_is_not_a_version() {
        let text = "[dependencies]\nasync-openai = \"0.20\"\nrig-core = { version = \"=0.3.0\" }\ntok = { package = \"tiktoken-rs\", version = \"1\" }\n";
        let manifest = read(ManifestKind::CargoToml, text, &Limits::default()).expect("read");
        let shown: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.line, d.version.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [("async-openai", 2, None), ("rig-core", 3, Some("0.3.0")), ("tiktoken-rs", 4, None)]
        );
    }
}

//! `package.json` and the lock files of npm and pnpm.

use super::{Manifest, is_exact};
use crate::tree::Node;

pub(super) fn package_json(root: &Node) -> Manifest {
    let mut manifest = Manifest {
        project: root.get("name").and_then(Node::text).map(str::to_owned),
        starts: root.get("bin").is_some()
            || root.get("scripts").is_some_and(|scripts| {
                ["start", "dev", "serve"].iter().any(|s| scripts.get(s).is_some())
            }),
        workspace: root.get("workspaces").is_some(),
        ..Manifest::default()
    };
    for key in ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] {
        for (name, value) in root.get(key).map_or(&[][..], Node::entries) {
            let version = value.text().filter(|version| is_exact(version));
            manifest.add(name, value.line, version.map(str::to_owned), false);
        }
    }
    manifest
}

/// Versions 1 (`dependencies`) and 2, 3 (`packages`); only what lies at the top is the project's.
pub(super) fn package_lock(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    let packages = root
        .get("packages")
        .map(|table| (table, "node_modules/"))
        .or_else(|| root.get("dependencies").map(|table| (table, "")));
    let Some((table, prefix)) = packages else {
        return manifest;
    };
    for (path, package) in table.entries() {
        let Some(name) = path.strip_prefix(prefix).filter(|name| !name.contains("node_modules/"))
        else {
            continue;
        };
        let version = package.get("version").and_then(Node::text).map(str::to_owned);
        manifest.add(name, package.line, version, package.get("integrity").is_some());
    }
    manifest
}

pub(super) fn pnpm_lock(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    let importers = root.get("importers").map_or(&[][..], Node::entries);
    let tables: Vec<&Node> = if importers.is_empty() {
        vec![root]
    } else {
        importers.iter().map(|(_, importer)| importer).collect()
    };
    for table in tables {
        for key in ["dependencies", "devDependencies", "optionalDependencies"] {
            for (name, value) in table.get(key).map_or(&[][..], Node::entries) {
                let version =
                    value.get("version").and_then(Node::scalar).or_else(|| value.scalar()).map(
                        |version| version.split(['(', '_']).next().unwrap_or_default().to_owned(),
                    );
                let hashed = version.as_ref().is_some_and(|version| integrity(root, name, version));
                manifest.add(name, value.line, version.filter(|v| is_exact(v)), hashed);
            }
        }
    }
    manifest
}

fn integrity(root: &Node, name: &str, version: &str) -> bool {
    let keys =
        [format!("{name}@{version}"), format!("/{name}@{version}"), format!("/{name}/{version}")];
    let packages = root.get("packages");
    keys.iter().any(|key| {
        packages.and_then(|packages| packages.at(&[key, "resolution", "integrity"])).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::super::{ManifestKind, read};
    use crate::limits::Limits;

    #[test]
    fn manifests_and_lock_files_give_names_versions_and_digests() {
        let shown = |kind, text| {
            let manifest = read(kind, text, &Limits::default()).expect("read");
            manifest
                .dependencies
                .iter()
                .map(|d| format!("{}:{} {:?} {}", d.name, d.line, d.version, d.hashed))
                .collect::<Vec<_>>()
        };
        insta::assert_debug_snapshot!([
            shown(
                ManifestKind::PackageJson,
                "{\"name\":\"x\",\n\"dependencies\":{\n\"openai\":\"^4.0.0\",\n\"ai\":\"3.1.2\"}}"
            ),
            shown(
                ManifestKind::PackageLock,
                "{\"packages\":{\"\":{},\"node_modules/openai\":{\"version\":\"4.1.0\",\"integrity\":\"sha512-x\"},\"node_modules/a/node_modules/openai\":{\"version\":\"3.0.0\"}}}"
            ),
            shown(
                ManifestKind::PnpmLock,
                "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      ai:\n        specifier: ^3\n        version: 3.1.2(react@18)\npackages:\n  ai@3.1.2:\n    resolution: {integrity: sha512-x}\n"
            ),
            shown(
                ManifestKind::YarnLock,
                "# yarn lockfile v1\n\n\"@langchain/core@^0.1\", \"@langchain/core@~0.1\":\n  version \"0.1.5\"\n  integrity sha512-x\n\nopenai@4:\n  version \"4.2.0\"\n"
            ),
        ]);
    }
}

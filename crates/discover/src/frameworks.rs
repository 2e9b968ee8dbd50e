//! Packages of manifests as framework assets: version, pinning, digests from the lock files.

use std::collections::BTreeSet;

use annex_isms::Value;

use crate::find::{embedded, packages};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::{Index, normalised};
use crate::manifest::{Dependency, ManifestKind};
use crate::systems::{Found, folder_of};

/// Packages that bring the same module, so that an import does not tell which one it is.
const SAME_MODULE: [&[&str]; 7] = [
    &["google-cloud-aiplatform", "vertexai"],
    &["faiss-cpu", "faiss-gpu"],
    &["pyautogen", "autogen", "ag2", "autogen-agentchat", "autogen-core"],
    &["opencv-python", "opencv-python-headless", "opencv-contrib-python"],
    &["pinecone", "pinecone-client"],
    &["tensorflow", "tensorflow-cpu", "tensorflow-gpu"],
    &["google-genai", "google-generativeai"],
];

/// Packages that depend on each other under one name.
const FAMILIES: [&str; 2] = ["pypi/llama-index", "npm/@llamaindex/"];

/// Adds the packages that the manifests name, and takes away what imports name otherwise.
pub(crate) fn find(index: &Index<'_>, manifests: &[Found], lock_unread: bool, out: &mut Findings) {
    let mut declared = Findings::default();
    let locks: Vec<&Found> = manifests.iter().filter(|found| found.kind.is_lock()).collect();
    for found in manifests.iter().filter(|found| !found.kind.is_lock()) {
        for dependency in &found.manifest.dependencies {
            one(index, found, dependency, &locks, lock_unread, &mut declared);
        }
    }
    // A lock file without a manifest beside it is all that there is.
    for lock in locks.iter().filter(|lock| lock.kind != ManifestKind::DotnetVersions) {
        let folder = folder_of(&lock.path);
        let manifest = manifests.iter().any(|found| {
            !found.kind.is_lock()
                && found.kind.ecosystem() == lock.kind.ecosystem()
                && folder_of(&found.path) == folder
        });
        if !manifest {
            for dependency in &lock.manifest.dependencies {
                one(index, lock, dependency, &locks, lock_unread, &mut declared);
            }
        }
    }
    let is_web = |finding: &Finding| {
        let Key::World(key) = &finding.key else { return false };
        let package = key.split_once('/').and_then(|(of, name)| index.family(of, name));
        package.is_some_and(|package| package.role == packages::WEB)
    };
    if out.assets.is_empty() && declared.assets.iter().all(is_web) {
        return;
    }
    // What a declared package of the same family brings along is not declared again.
    let family = |key: &Key| match key {
        Key::World(key) => FAMILIES.iter().find(|family| key.starts_with(**family)).copied(),
        Key::System { .. } => None,
    };
    let families: BTreeSet<_> = declared.assets.iter().filter_map(|f| family(&f.key)).collect();
    let keys: BTreeSet<_> = declared.assets.iter().map(|finding| finding.key.clone()).collect();
    let repeated = |key: &Key| {
        family(key).is_some_and(|family| families.contains(family))
            || matches!(key, Key::World(key) if keys.iter().any(|declared| {
                matches!(declared, Key::World(declared) if same_vendor(key, declared))
            }))
            || matches!(key, Key::World(key) if SAME_MODULE.iter().any(|group| {
                let name = key.rsplit('/').next().unwrap_or(key);
                group.contains(&name) && group.iter().any(|other| keys.contains(&Key::World(format!("pypi/{other}"))))
            }))
    };
    out.assets.retain(|finding| {
        finding.kind != annex_isms::AssetKind::Framework
            // Where a package is imported is a place of it, beside that of the manifest.
            || keys.contains(&finding.key)
            || !(repeated(&finding.key) || is_explained(finding, manifests, &keys))
    });
    out.assets.append(&mut declared.assets);
    out.traits.append(&mut declared.traits);
}

/// Rust and Go import nothing that no manifest names: such a module is the project's own, under the
/// name of a package. In Java and C# it comes along with another package, once the manifests name
/// any that is known.
fn is_explained(finding: &Finding, manifests: &[Found], declared: &BTreeSet<Key>) -> bool {
    let Key::World(key) = &finding.key else { return false };
    let ecosystem = key.split('/').next().unwrap_or_default();
    match ecosystem {
        "crates" | "go" => manifests.iter().any(|found| found.kind.ecosystem() == ecosystem),
        "maven" | "nuget" => declared
            .iter()
            .any(|key| matches!(key, Key::World(key) if key.split('/').next() == Some(ecosystem))),
        _ => false,
    }
}

/// In these ecosystems an import names a namespace that several packages of a vendor share, so
/// the manifests decide which it is.
fn same_vendor(import: &str, declared: &str) -> bool {
    let vendor = |key: &str| match key.split_once('/')? {
        ("maven", name) => {
            let group = name.split(':').next().unwrap_or(name);
            // Quarkus and Spring wrap the libraries of others.
            let group = if group.contains("langchain4j") { "langchain4j" } else { group };
            Some(group.to_owned())
        }
        ("nuget", name) => Some(name.split('.').take(2).collect::<Vec<_>>().join(".")),
        _ => None,
    };
    let ecosystem = |key: &str| key.split('/').next().map(str::to_owned);
    ecosystem(import) == ecosystem(declared)
        && vendor(import).is_some_and(|own| vendor(declared) == Some(own))
}

fn one(
    index: &Index<'_>,
    found: &Found,
    dependency: &Dependency,
    locks: &[&Found],
    lock_unread: bool,
    out: &mut Findings,
) {
    let ecosystem = found.kind.ecosystem();
    // A list of versions brings nothing by itself.
    if ecosystem == "maven" && dependency.name.ends_with("-bom") {
        return;
    }
    let Some(package) = index.family(ecosystem, &dependency.name) else {
        return;
    };
    let place = Place::new(&found.path, dependency.line);
    packages::traits(package, &place, out);
    let name = normalised(ecosystem, &dependency.name);
    let locked = locked(ecosystem, &name, &folder_of(&found.path), locks);
    let mut versions: Vec<&str> =
        locked.iter().filter_map(|lock| lock.version.as_deref()).collect();
    versions.sort_unstable();
    versions.dedup();
    let version = dependency.version.as_deref().or(match versions.as_slice() {
        [one] => Some(one),
        _ => None,
    });
    let pinned = dependency.version.is_some() || !locked.is_empty();
    let hashed = dependency.hashed || (!locked.is_empty() && locked.iter().all(|lock| lock.hashed));
    embedded::find(index, ecosystem, &dependency.name, &place, out);
    let mut finding = packages::finding(package, &dependency.name, place);
    if let Some(version) = version {
        finding = finding.with("version", Value::Text(version.to_owned()));
    }
    if pinned || !(lock_unread || dependency.elsewhere) {
        finding = finding.with("version_pinned", pinned);
    }
    if hashed || !lock_unread {
        finding = finding.with("hash_locked", hashed);
    }
    out.assets.push(finding);
}

/// What the nearest lock file of the ecosystem, in the folder or above it, says of a package.
fn locked<'m>(
    ecosystem: &str,
    name: &str,
    folder: &str,
    locks: &[&'m Found],
) -> Vec<&'m Dependency> {
    let mut folder = folder;
    loop {
        let here: Vec<_> = locks
            .iter()
            .filter(|lock| lock.kind.ecosystem() == ecosystem && folder_of(&lock.path) == folder)
            .collect();
        if !here.is_empty() {
            return here
                .into_iter()
                .flat_map(|lock| &lock.manifest.dependencies)
                .filter(|dependency| normalised(ecosystem, &dependency.name) == name)
                .collect();
        }
        if folder.is_empty() {
            return Vec::new();
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

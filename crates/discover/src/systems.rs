//! Which AI systems a repository holds, and which of them a file belongs to.
//!
//! One repository is one system, unless several folders with manifests of their own use models:
//! then each is one. A member of a workspace that cannot be started belongs to the workspace.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::{AssetKind, SystemId, slug};

use crate::find::names;
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::Index;
use crate::manifest::{Manifest, ManifestKind};
use crate::walk::is_test;

/// A manifest and where it lies.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: String,
    pub(crate) kind: ManifestKind,
    pub(crate) manifest: Manifest,
}

/// An AI system of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct System {
    pub(crate) id: SystemId,
    pub(crate) name: String,
    /// The canonical key of its application.
    pub(crate) application: String,
    pub(crate) folder: String,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Systems {
    pub(crate) all: Vec<System>,
}

impl Systems {
    /// Groups what was found.
    pub(crate) fn of(repository: &str, manifests: &[Found], findings: &Findings) -> Self {
        let homes = Homes::new(manifests);
        let folders_of = |counts: &dyn Fn(&Finding) -> bool| -> BTreeSet<String> {
            findings
                .assets
                .iter()
                .filter(|finding| counts(finding))
                .map(|finding| homes.of(&finding.place.path))
                .collect()
        };
        let uses = |finding: &Finding| {
            use AssetKind as K;
            !matches!(finding.kind, K::Framework | K::Prompt | K::Dataset | K::LogStore)
        };
        // How something is run makes a system only where nothing shows what it is.
        let infrastructure =
            |finding: &Finding| findings.infrastructure.contains(&finding.place.path);
        let folders = [
            folders_of(&|finding| uses(finding) && !infrastructure(finding)),
            folders_of(&uses),
            folders_of(&|_| true),
        ]
        .into_iter()
        .find(|folders| !folders.is_empty())
        .unwrap_or_default();
        let base = repository.rsplit('/').next().unwrap_or(repository);
        let mut all = Vec::new();
        let mut names = BTreeMap::new();
        let single = folders.len() == 1;
        for folder in folders {
            let folder = if single { String::new() } else { folder };
            let own = homes.projects.get(&folder).filter(|_| !folder.is_empty());
            let name = if folder.is_empty() {
                base.to_owned()
            } else {
                own.cloned().unwrap_or_else(|| folder.clone())
            };
            let id =
                slug(&if folder.is_empty() { base.to_owned() } else { format!("{base} {name}") });
            // Two applications of one name are told apart by their folders.
            let count = names.entry(id.clone()).and_modify(|count| *count += 1).or_insert(1);
            let (id, key) = if *count > 1 {
                (slug(&format!("{base} {folder}")), folder.clone())
            } else {
                (id, name.clone())
            };
            let Ok(id) = id.parse::<SystemId>() else {
                continue;
            };
            all.push(System {
                application: if folder.is_empty() {
                    repository.to_owned()
                } else {
                    format!("{repository}/{key}")
                },
                id,
                name,
                folder,
            });
        }
        Self { all }
    }

    /// The systems that a file belongs to.
    pub(crate) fn of_path(&self, path: &str) -> BTreeSet<SystemId> {
        let around = self
            .all
            .iter()
            .filter(|system| below(path, &system.folder))
            .max_by_key(|system| system.folder.len());
        if let Some(system) = around {
            return BTreeSet::from([system.id.clone()]);
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let inside: BTreeSet<_> = self
            .all
            .iter()
            .filter(|system| below(&system.folder, folder))
            .map(|system| system.id.clone())
            .collect();
        if inside.is_empty() {
            self.all.iter().map(|system| system.id.clone()).collect()
        } else {
            inside
        }
    }
}

fn below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The interface behind each model of a provider, where the system has no gateway that could stand
/// in between and the interface was not seen by itself.
pub(crate) fn implied(index: &Index<'_>, systems: &Systems, findings: &mut Findings) {
    let mut interfaces = Vec::new();
    for system in &systems.all {
        let own = |finding: &&Finding| systems.of_path(&finding.place.path).contains(&system.id);
        let all: Vec<&Finding> = findings.assets.iter().filter(own).collect();
        let router = |finding: &Finding| matches!(&finding.key, Key::World(key) if names::ROUTERS.contains(&key.as_str()));
        if all.iter().any(|finding| finding.kind == AssetKind::Gateway && !router(finding)) {
            continue;
        }
        for model in
            all.iter().filter(|f| matches!(f.kind, AssetKind::Model | AssetKind::EmbeddingModel))
        {
            // What is called by a name of Ollama's library is asked of Ollama.
            let local = || match &model.key {
                Key::World(key) => key.starts_with("ollama/").then_some("ollama"),
                Key::System { .. } => None,
            };
            let Some(supplier) = model.supplier.as_deref().or_else(local) else {
                continue;
            };
            let seen = all.iter().any(|f| {
                matches!(f.kind, AssetKind::ModelApi | AssetKind::Gateway)
                    && f.key == Key::World(supplier.to_owned())
            });
            if !seen {
                interfaces.push(names::interface(index, supplier, model.place.clone()));
            }
        }
    }
    findings.assets.append(&mut interfaces);
}

/// The documents that a system puts into its index, where nothing says which they are.
pub(crate) fn indexed(systems: &Systems, findings: &mut Findings) {
    let places = std::mem::take(&mut findings.indexed);
    let mut corpora = Vec::new();
    for system in &systems.all {
        let own = |place: &Place| systems.of_path(&place.path).contains(&system.id);
        let has = |kind| findings.assets.iter().any(|f| f.kind == kind && own(&f.place));
        if has(AssetKind::VectorStore) && !has(AssetKind::Corpus) {
            for place in places.iter().filter(|place| own(place)) {
                let key = Key::System { name: "documents".to_owned(), folder: String::new() };
                corpora.push(Finding::new(AssetKind::Corpus, key, "documents", place.clone()));
            }
        }
    }
    findings.assets.append(&mut corpora);
}

/// The folders that have a manifest.
struct Homes {
    folders: BTreeSet<String>,
    projects: BTreeMap<String, String>,
}

impl Homes {
    fn new(manifests: &[Found]) -> Self {
        let mut workspaces: BTreeSet<(String, &str)> = BTreeSet::new();
        let mut folders = BTreeSet::new();
        let mut projects = BTreeMap::new();
        for found in manifests.iter().filter(|found| found.manifest.workspace) {
            workspaces.insert((folder_of(&found.path), found.kind.ecosystem()));
        }
        for found in manifests.iter().filter(|found| !found.kind.is_lock()) {
            let folder = folder_of(&found.path);
            let member = workspaces.iter().any(|(root, ecosystem)| {
                *ecosystem == found.kind.ecosystem() && *root != folder && below(&folder, root)
            });
            let apart = is_test(&format!("{folder}/x"))
                || folder.split('/').any(|part| matches!(part, "docs" | "doc"));
            // The programs of a solution are services of one application.
            let service = member && found.kind.ecosystem() == "nuget";
            if (member && !found.manifest.starts) || service || apart {
                continue;
            }
            if let Some(project) = &found.manifest.project {
                projects.entry(folder.clone()).or_insert_with(|| project.clone());
            }
            folders.insert(folder);
        }
        Self { folders, projects }
    }

    fn of(&self, path: &str) -> String {
        let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        loop {
            if folder.is_empty() || self.folders.contains(folder) {
                return folder.to_owned();
            }
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
    }
}

/// The folder of a manifest; `requirements/base.txt` and
/// `gradle/libs.versions.toml` belong to the folder above.
pub(crate) fn folder_of(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder.rsplit_once('/') {
        Some((above, "requirements" | "gradle")) => above.to_owned(),
        None if matches!(folder, "requirements" | "gradle") => String::new(),
        _ => folder.to_owned(),
    }
}

//! Python's manifests: `pyproject.toml` (PEP 621, PEP 735, Poetry, uv), `Pipfile`, `setup.cfg`, conda,
//! and the lock files of Poetry, uv and Pipenv.

use super::requirements::requirement;
use super::{Manifest, is_exact};
use crate::source::facts::{Facts, Shape, Value};
use crate::tree::Node;

pub(super) fn pyproject(root: &Node) -> Manifest {
    let mut manifest = Manifest {
        project: ["project", "tool.poetry"]
            .iter()
            .find_map(|table| root.at(&table.split('.').collect::<Vec<_>>())?.get("name")?.text())
            .map(str::to_owned),
        starts: root.at(&["project", "scripts"]).is_some()
            || root.at(&["tool", "poetry", "scripts"]).is_some(),
        workspace: root.at(&["tool", "uv", "workspace"]).is_some(),
        ..Manifest::default()
    };
    let lists =
        [root.at(&["project", "dependencies"]), root.at(&["tool", "uv", "dev-dependencies"])];
    for list in lists.into_iter().flatten() {
        requirements(list, &mut manifest);
    }
    let groups = [root.at(&["project", "optional-dependencies"]), root.get("dependency-groups")];
    for (_, list) in groups.into_iter().flatten().flat_map(Node::entries) {
        requirements(list, &mut manifest);
    }
    if let Some(poetry) = root.at(&["tool", "poetry"]) {
        for key in ["dependencies", "dev-dependencies"] {
            if let Some(table) = poetry.get(key) {
                named(table, &mut manifest);
            }
        }
        for (_, list) in poetry.get("extras").map_or(&[][..], Node::entries) {
            let known: Vec<String> =
                manifest.dependencies.iter().map(|known| known.name.clone()).collect();
            for item in list.items() {
                if let Some(name) = item.text().filter(|name| known.iter().all(|k| k != name)) {
                    manifest.add(name, item.line, None, false);
                }
            }
        }
        for (_, group) in poetry.get("group").map_or(&[][..], Node::entries) {
            if let Some(table) = group.get("dependencies") {
                named(table, &mut manifest);
            }
        }
    }
    manifest
}

fn requirements(list: &Node, manifest: &mut Manifest) {
    for item in list.items() {
        if let Some((name, version)) = item.text().and_then(requirement) {
            manifest.add(&name, item.line, version, false);
        }
    }
}

/// `name = "version"` or `name = { version = … }`.
fn named(table: &Node, manifest: &mut Manifest) {
    for (name, value) in table.entries() {
        if name == "python" {
            continue;
        }
        let version = value.text().or_else(|| value.get("version")?.text());
        // A bare version is exact in neither: Poetry reads `1.2` as it stands, Pipenv `==1.2`.
        let exact = version
            .map(|version| version.strip_prefix("==").unwrap_or(version).trim())
            .filter(|version| is_exact(version));
        manifest.add(name, value.line, exact.map(str::to_owned), false);
    }
}

/// `poetry.lock` and `uv.lock`: `[[package]]` tables.
pub(super) fn lock(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    for package in root.get("package").map_or(&[][..], Node::items) {
        let Some(name) = package.get("name").and_then(Node::text) else {
            continue;
        };
        let version = package.get("version").and_then(Node::text).map(str::to_owned);
        let hashed = |list: &Node| {
            !list.items().is_empty() && list.items().iter().all(|file| file.get("hash").is_some())
        };
        let any_hashed = ["files", "wheels"].iter().any(|key| package.get(key).is_some_and(hashed))
            || package.at(&["sdist", "hash"]).is_some()
            || root.at(&["metadata", "files", name]).is_some_and(hashed);
        let line = package.get("name").map_or(package.line, |name| name.line);
        manifest.add(name, line, version, any_hashed);
    }
    manifest
}

pub(super) fn pipfile(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    for key in ["packages", "dev-packages"] {
        if let Some(table) = root.get(key) {
            named(table, &mut manifest);
        }
    }
    manifest
}

pub(super) fn pipfile_lock(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    for key in ["default", "develop"] {
        for (name, package) in root.get(key).map_or(&[][..], Node::entries) {
            let version = package
                .get("version")
                .and_then(Node::text)
                .map(|version| version.trim_start_matches('=').to_owned());
            let hashed = package.get("hashes").is_some_and(|list| !list.items().is_empty());
            manifest.add(name, package.line, version, hashed);
        }
    }
    manifest
}

pub(super) fn conda(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    for item in root.get("dependencies").map_or(&[][..], Node::items) {
        if let Some(text) = item.text() {
            let mut parts = text.split('=').filter(|part| !part.is_empty());
            let name = parts.next().unwrap_or_default().trim_end_matches(['<', '>', '!', '~']);
            let name = name.rsplit("::").next().unwrap_or(name);
            let version = parts.next().filter(|version| is_exact(version));
            manifest.add(name, item.line, version.map(str::to_owned), false);
        }
        for pip in item.get("pip").map_or(&[][..], Node::items) {
            if let Some((name, version)) = pip.text().and_then(requirement) {
                manifest.add(&name, pip.line, version, false);
            }
        }
    }
    manifest
}

/// `python_packages` of the image that Cog builds.
pub(super) fn cog(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    if let Some(list) = root.at(&["build", "python_packages"]) {
        requirements(list, &mut manifest);
    }
    manifest
}

/// `install_requires` and extras of `setup.cfg`.
pub(super) fn setup_cfg(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let (mut section, mut wanted) = (String::new(), false);
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            trimmed.trim_matches(['[', ']']).clone_into(&mut section);
            wanted = false;
        } else if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
        } else if line.starts_with([' ', '\t']) {
            if let Some((name, version)) = requirement(trimmed).filter(|_| wanted) {
                manifest.add(&name, number, version, false);
            }
        } else if let Some((key, value)) = trimmed.split_once('=') {
            let key = key.trim();
            if section == "metadata" && key == "name" {
                manifest.project = Some(value.trim().to_owned());
            }
            wanted = (section == "options" && key == "install_requires")
                || section == "options.extras_require";
            if let Some((name, version)) = requirement(value.trim()).filter(|_| wanted) {
                manifest.add(&name, number, version, false);
            }
        }
    }
    manifest
}

/// What `setup(…)` is given in `setup.py`: the literals of its lists, and nothing that is computed.
pub(crate) fn setup_py(facts: &Facts) -> Manifest {
    let mut manifest = Manifest::default();
    for call in facts.calls.iter().filter(|call| call.last() == "setup") {
        if let Some(name) = call.named("name").and_then(|value| facts.literal(value, call.scope)) {
            manifest.project = Some(name.text);
        }
        manifest.starts |= call.any_named(&["entry_points", "scripts"]).is_some();
        let given = ["install_requires", "extras_require", "setup_requires"];
        for value in given.iter().filter_map(|name| call.named(name)) {
            let bound: Vec<&Value> = match &value.shape {
                Shape::Name(name) => {
                    facts.bound(name, call.scope).iter().map(|b| &b.value).collect()
                }
                _ => vec![value],
            };
            for value in bound {
                listed(facts, value, &mut manifest);
            }
        }
    }
    manifest
}

fn listed(facts: &Facts, value: &Value, manifest: &mut Manifest) {
    match &value.shape {
        Shape::List(items) => {
            // `deps["torch"]`: what is looked up is a table made of a list of requirements.
            if items.iter().any(|item| matches!(item.shape, Shape::Each(_))) {
                let tables = facts.bindings.iter().filter(|b| b.name.contains("deps"));
                for table in tables.filter(|b| matches!(&b.value.shape, Shape::List(items) if items.iter().all(|item| matches!(item.shape, Shape::Text { .. })))) {
                    listed(facts, &table.value, manifest);
                }
                return;
            }
            for literal in items.iter().flat_map(|item| facts.literals(item, 0)) {
                if let Some((name, version)) = requirement(&literal.text) {
                    manifest.add(&name, literal.line, version, false);
                }
            }
        }
        Shape::Record(_, entries) => {
            for (_, list) in entries.iter().filter(|(_, v)| matches!(v.shape, Shape::List(_))) {
                listed(facts, list, manifest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ManifestKind, read};
    use crate::limits::Limits;

    fn shown(kind: ManifestKind, text: &str) -> Vec<String> {
        read(kind, text, &Limits::default())
            .expect("read")
            .dependencies
            .iter()
            .map(|d| format!("{}:{} {:?} {}", d.name, d.line, d.version, d.hashed))
            .collect()
    }

    #[test]
    fn every_manifest_of_python_gives_names_and_lines() {
        insta::assert_debug_snapshot!([
            shown(
                ManifestKind::Pyproject,
                "[project]\nname='x'\ndependencies = [\n 'openai==1.0',\n 'torch>2',\n]\n[project.optional-dependencies]\na=['peft']\n[tool.poetry.dependencies]\npython='^3'\nlangchain = '^0.1'\nchromadb = {version='0.5.0'}\n[dependency-groups]\ndev=['garak']\n"
            ),
            shown(
                ManifestKind::UvLock,
                "[[package]]\nname='openai'\nversion='1.2'\nwheels=[{url='x',hash='sha256:0'}]\n"
            ),
            shown(
                ManifestKind::PoetryLock,
                "[[package]]\nname='openai'\nversion='1.2'\nfiles=[]\n"
            ),
            shown(ManifestKind::Pipfile, "[packages]\nopenai='*'\ntorch='==2.0'\n"),
            shown(
                ManifestKind::PipfileLock,
                "{\"default\":{\"openai\":{\"version\":\"==1.0\",\"hashes\":[\"sha256:0\"]}}}"
            ),
            shown(
                ManifestKind::SetupCfg,
                "[options]\ninstall_requires =\n  openai==1.0\n  torch\n[other]\nx =\n  y\n"
            ),
            shown(
                ManifestKind::Conda,
                "dependencies:\n- python=3.9\n- conda-forge::faiss-cpu=1.7.4\n- pip:\n  - openai==1.0\n"
            ),
        ]);
    }
}

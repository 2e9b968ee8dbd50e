//! Manifests and lock files: which packages a project depends on, and how exactly.

mod go;
mod gradle;
mod maven;
mod npm;
mod nuget;
mod python;
mod requirements;
mod rust;
mod yarn;

pub(crate) use python::setup_py;

use crate::limits::Limits;
use crate::read::{self, Syntax};
use crate::tree::{Fault, Node};
use crate::walk::has_end;

/// The sorts of manifest that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ManifestKind {
    Requirements,
    Pyproject,
    PoetryLock,
    UvLock,
    Pipfile,
    PipfileLock,
    SetupCfg,
    SetupPy,
    Conda,
    Cog,
    PackageJson,
    PackageLock,
    PnpmLock,
    YarnLock,
    CargoToml,
    CargoLock,
    GoMod,
    GoSum,
    Pom,
    Gradle,
    GradleCatalogue,
    GradleLock,
    DotnetProject,
    /// Versions of packages, for all projects below.
    DotnetVersions,
    PackagesConfig,
    NugetLock,
    Solution,
}

impl ManifestKind {
    pub(crate) fn of(path: &str, name: &str) -> Option<Self> {
        Some(match name {
            "pyproject.toml" => Self::Pyproject,
            "poetry.lock" => Self::PoetryLock,
            "uv.lock" => Self::UvLock,
            "Pipfile" => Self::Pipfile,
            "Pipfile.lock" => Self::PipfileLock,
            "setup.cfg" => Self::SetupCfg,
            "environment.yml" | "environment.yaml" => Self::Conda,
            "cog.yaml" => Self::Cog,
            "package.json" => Self::PackageJson,
            "package-lock.json" | "npm-shrinkwrap.json" => Self::PackageLock,
            "pnpm-lock.yaml" => Self::PnpmLock,
            "yarn.lock" => Self::YarnLock,
            "Cargo.toml" => Self::CargoToml,
            "Cargo.lock" => Self::CargoLock,
            "go.mod" => Self::GoMod,
            "go.sum" => Self::GoSum,
            "pom.xml" => Self::Pom,
            "build.gradle" | "build.gradle.kts" => Self::Gradle,
            "libs.versions.toml" => Self::GradleCatalogue,
            "gradle.lockfile" => Self::GradleLock,
            "Directory.Packages.props" => Self::DotnetVersions,
            "Directory.Build.props" | "Directory.Build.targets" => Self::DotnetProject,
            "packages.config" => Self::PackagesConfig,
            "packages.lock.json" => Self::NugetLock,
            _ if has_end(name, &[".csproj", ".fsproj", ".vbproj"]) => Self::DotnetProject,
            _ if has_end(name, &[".sln", ".slnx"]) => Self::Solution,
            _ => {
                let text = has_end(name, &[".txt", ".in"]);
                let folder = path.rsplit('/').nth(1) == Some("requirements");
                if text && (name.contains("requirements") || folder) {
                    Self::Requirements
                } else {
                    return None;
                }
            }
        })
    }

    pub(crate) const fn ecosystem(self) -> &'static str {
        match self {
            Self::PackageJson | Self::PackageLock | Self::PnpmLock | Self::YarnLock => "npm",
            Self::CargoToml | Self::CargoLock => "crates",
            Self::GoMod | Self::GoSum => "go",
            Self::Pom | Self::Gradle | Self::GradleCatalogue | Self::GradleLock => "maven",
            Self::DotnetProject
            | Self::DotnetVersions
            | Self::PackagesConfig
            | Self::NugetLock
            | Self::Solution => "nuget",
            _ => "pypi",
        }
    }

    /// Whether it records what was resolved rather than what is wanted.
    pub(crate) const fn is_lock(self) -> bool {
        matches!(
            self,
            Self::PoetryLock
                | Self::UvLock
                | Self::PipfileLock
                | Self::PackageLock
                | Self::PnpmLock
                | Self::YarnLock
                | Self::CargoLock
                | Self::GoSum
                | Self::GradleLock
                | Self::NugetLock
                | Self::DotnetVersions
        )
    }
}

/// A package that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) line: u32,
    /// The exact version, when one is named.
    pub(crate) version: Option<String>,
    /// Whether a digest of its archive is named.
    pub(crate) hashed: bool,
    /// Whether the version is decided in a file that is not this one: a parent, a list of versions.
    pub(crate) elsewhere: bool,
}

/// What a manifest says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The project's own name.
    pub(crate) project: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    /// Whether it can be started: scripts, binaries.
    pub(crate) starts: bool,
    /// Whether it only joins members.
    pub(crate) workspace: bool,
    /// Other files that it includes, relative to it.
    pub(crate) includes: Vec<String>,
    /// Lines that were not understood.
    pub(crate) faults: Vec<Fault>,
}

impl Manifest {
    fn add(&mut self, name: &str, line: u32, version: Option<String>, hashed: bool) {
        let name = name.trim();
        if !name.is_empty() && name.len() <= 214 {
            self.dependencies.push(Dependency {
                name: name.to_owned(),
                line,
                version,
                hashed,
                elsewhere: false,
            });
        }
    }
}

/// Reads a manifest.
pub(crate) fn read(kind: ManifestKind, text: &str, limits: &Limits) -> Result<Manifest, Fault> {
    let tree = |syntax| read::document(syntax, text, limits).and_then(table);
    Ok(match kind {
        ManifestKind::Requirements => requirements::read(text),
        ManifestKind::Pyproject => python::pyproject(&tree(Syntax::Toml)?),
        ManifestKind::PoetryLock | ManifestKind::UvLock => python::lock(&tree(Syntax::Toml)?),
        ManifestKind::Pipfile => python::pipfile(&tree(Syntax::Toml)?),
        ManifestKind::PipfileLock => python::pipfile_lock(&tree(Syntax::Json)?),
        ManifestKind::SetupCfg => python::setup_cfg(text),
        // A program: its facts are read with those of the other sources.
        ManifestKind::SetupPy => Manifest::default(),
        ManifestKind::Conda => python::conda(&tree(Syntax::Yaml)?),
        ManifestKind::Cog => python::cog(&tree(Syntax::Yaml)?),
        ManifestKind::PackageJson => npm::package_json(&tree(Syntax::Json)?),
        ManifestKind::PackageLock => npm::package_lock(&tree(Syntax::Json)?),
        ManifestKind::PnpmLock => npm::pnpm_lock(&pnpm_part(tree(Syntax::Yaml)?)),
        ManifestKind::YarnLock => yarn::read(text),
        ManifestKind::CargoToml => rust::cargo_toml(&tree(Syntax::Toml)?),
        ManifestKind::CargoLock => rust::cargo_lock(&tree(Syntax::Toml)?),
        ManifestKind::GoMod => go::go_mod(text)?,
        ManifestKind::GoSum => go::go_sum(text)?,
        ManifestKind::Pom => maven::pom(text, limits)?,
        ManifestKind::Gradle => gradle::build(text),
        ManifestKind::GradleCatalogue => gradle::catalogue(&tree(Syntax::Toml)?),
        ManifestKind::GradleLock => gradle::lock(text)?,
        ManifestKind::DotnetProject | ManifestKind::DotnetVersions => nuget::project(text, limits)?,
        ManifestKind::PackagesConfig => nuget::packages_config(text, limits)?,
        ManifestKind::NugetLock => nuget::lock(&tree(Syntax::Json)?),
        ManifestKind::Solution => nuget::solution(text)?,
    })
}

/// A manifest that is not a table at its top was not understood.
fn table(node: Node) -> Result<Node, Fault> {
    let multi = node.items().last().is_some_and(|last| !last.entries().is_empty());
    if node.entries().is_empty() && !multi && !matches!(node.kind, crate::tree::Kind::Map(_)) {
        return Err(Fault::at(node.line, "not a table of names and values"));
    }
    Ok(node)
}

/// A pnpm lock file can have several documents; the project's is the last.
fn pnpm_part(node: Node) -> Node {
    match node.kind {
        crate::tree::Kind::List(mut items) => {
            items.pop().unwrap_or(Node::new(1, crate::tree::Kind::Null))
        }
        kind => Node::new(node.line, kind),
    }
}

/// Whether a text is one exact version, such as `1.2.3` or `v0.4.0-rc.1`.
pub(crate) fn is_exact(version: &str) -> bool {
    let version = version.trim();
    let digits = version.strip_prefix('v').unwrap_or(version);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_'))
        && !digits.split('.').any(|part| part == "x" || part == "X")
}

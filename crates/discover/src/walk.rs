//! The files of a repository, each with what it is read as; and what is not read, with the reason.
//!
//! What git ignores is outside the scope unless it is tracked, links are not followed, and folders of other people's
//! code (installed packages, build output) are listed as skipped and not entered.

mod parts;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use annex_isms::observation::Skipped;
use ignore::WalkBuilder;

use crate::find::prompts;
use crate::limits::Limits;
use crate::manifest::ManifestKind;
use crate::read::Syntax;
use crate::source::Language;

pub(crate) use parts::is_test;

/// A file in the scope.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Relative to the root, `/`-separated.
    pub(crate) path: String,
    pub(crate) full: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) class: Class,
    /// What it has to do with the tests.
    pub(crate) part: Part,
}

/// Which part of a repository a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The system itself.
    System,
    /// An evaluation: it calls real models on real data, and shows nothing of how the system runs.
    Evaluation,
    /// The tests: what they name is not in the system.
    Tests,
}

impl File {
    pub(crate) fn is_test(&self) -> bool {
        self.part == Part::Tests
    }
}

/// What a file is read as, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Manifest(ManifestKind),
    Source(Language),
    Notebook,
    Config(Syntax),
    Env,
    Dockerfile,
    Template,
    Prose,
    Shell,
    Sql,
    Terraform,
    Bicep,
    Data,
    /// Weights of a model, whose header says what they are.
    Weights,
    /// A language that has AI programs and that this version does not read.
    Foreign(&'static str),
    /// Images, styles, licences: nothing of AI in them.
    Ignored,
}

/// What the walk found.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) files: Vec<File>,
    pub(crate) skips: Vec<Skip>,
}

/// Something that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Skip {
    pub(crate) skipped: Skipped,
    /// Whether it could have held something that was looked for, so that absence says nothing.
    pub(crate) matters: bool,
}

impl Skip {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>, matters: bool) -> Self {
        Self {
            skipped: Skipped { path: path.into(), reason: reason.into(), deliberate: !matters },
            matters,
        }
    }
}

const FOLDERS: [(&str, &str); 14] = [
    (".git", ""),
    ("node_modules", "installed packages"),
    ("bower_components", "installed packages"),
    ("site-packages", "installed packages"),
    (".venv", "a virtual environment"),
    ("venv", "a virtual environment"),
    (".tox", "a virtual environment"),
    ("__pycache__", "compiled files"),
    (".next", "build output"),
    (".turbo", "build output"),
    ("vendor", "copies of other projects' code"),
    ("third_party", "copies of other projects' code"),
    (".mypy_cache", "a cache"),
    (".yarn", "installed packages"),
];

/// Walks `root`, in the order of the paths. What git tracks is in the scope, even where a pattern
/// would have it ignored.
pub(crate) fn walk(root: &Path, tracked: Option<&[String]>, limits: &Limits) -> Walked {
    let mut walked = Walked::default();
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .follow_links(false)
        .parents(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        // Without git, as in an archive, everything is there because someone put it there; and where
        // its list cannot be read, a pattern could hide what it tracks.
        .git_ignore(tracked.is_some())
        .require_git(false)
        .max_depth(Some(limits.depth_max.saturating_add(1)))
        .sort_by_file_name(std::cmp::Ord::cmp);
    let closed = Arc::new(Mutex::new(Vec::new()));
    let (list, base, depth_max) = (Arc::clone(&closed), root.to_owned(), limits.depth_max);
    builder.filter_entry(move |entry| {
        let reason = closed_folder(entry, depth_max);
        if let (Some((reason, matters)), Ok(mut list)) = (&reason, list.lock())
            && !reason.is_empty()
        {
            let path = format!("{}/", relative(&base, entry.path()));
            list.push(Skip::new(path, reason, *matters));
        }
        reason.is_none()
    });
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                walked.skips.push(error_skip(&error, root));
                continue;
            }
        };
        if entry.depth() == 0 {
            continue;
        }
        let path = relative(root, entry.path());
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type();
        if kind.is_some_and(|kind| kind.is_dir()) {
            continue;
        }
        if kind.is_some_and(|kind| kind.is_symlink()) {
            link(&entry, &path, &name, &mut walked);
        } else if kind.is_some_and(|kind| kind.is_file()) {
            if walked.files.len() as u64 >= limits.files_max {
                let reason = format!(
                    "more than {} files; this one and all after it were not read: raise files_max or scan a part",
                    limits.files_max
                );
                walked.skips.push(Skip::new(path, reason, true));
                break;
            }
            walked.files.push(File {
                class: class(&path, &name),
                path,
                full: entry.path().to_owned(),
                bytes: entry.metadata().map_or(0, |data| data.len()),
                part: Part::System,
            });
        } else {
            walked.skips.push(Skip::new(path, "not a plain file", false));
        }
    }
    if let Ok(mut list) = closed.lock() {
        walked.skips.append(&mut list);
    }
    add_tracked(root, tracked.unwrap_or_default(), limits, &mut walked);
    parts::tell_tests(&mut walked.files);
    walked
}

/// Adds the tracked files that a pattern had ignored.
fn add_tracked(root: &Path, tracked: &[String], limits: &Limits, walked: &mut Walked) {
    let seen: HashSet<&str> = walked.files.iter().map(|file| file.path.as_str()).collect();
    let closed = |path: &str| {
        path.split('/').any(|part| FOLDERS.iter().any(|(folder, _)| *folder == part))
            || walked.skips.iter().any(|skip| {
                let folder = skip.skipped.path.as_str();
                folder.ends_with('/') && path.starts_with(folder)
            })
    };
    let missed: Vec<&String> =
        tracked.iter().filter(|path| !seen.contains(path.as_str()) && !closed(path)).collect();
    let before = walked.files.len();
    for path in missed {
        // What an index names can lie behind a link, also outside.
        let mut folder = root.to_owned();
        let linked = path.split('/').any(|part| {
            folder.push(part);
            folder.is_symlink()
        });
        if linked {
            walked.skips.push(Skip::new(
                path.as_str(),
                "behind a link, which is not followed",
                true,
            ));
        } else if walked.files.len() as u64 >= limits.files_max {
            let reason = format!(
                "more than {} files; this one and other tracked ones were not read: raise files_max or scan a part",
                limits.files_max
            );
            walked.skips.push(Skip::new(path.as_str(), reason, true));
            break;
        } else {
            let full = root.join(path);
            walked.files.push(File {
                class: class(path, path.rsplit('/').next().unwrap_or(path)),
                bytes: full.metadata().map_or(0, |data| data.len()),
                path: path.clone(),
                full,
                part: Part::System,
            });
        }
    }
    if walked.files.len() > before {
        walked.files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    }
}

/// Why a folder is not entered, and whether that matters; without words it is not even listed.
fn closed_folder(entry: &ignore::DirEntry, depth_max: usize) -> Option<(String, bool)> {
    if !entry.file_type().is_some_and(|kind| kind.is_dir()) || entry.depth() == 0 {
        return None;
    }
    let name = entry.file_name().to_string_lossy();
    let listed = FOLDERS.iter().find(|(folder, _)| *folder == name).map(|(_, what)| *what);
    let beside = |file: &str| entry.path().with_file_name(file).is_file();
    let built = match name.as_ref() {
        "target" => beside("Cargo.toml") || beside("pom.xml"),
        "build" => beside("build.gradle") || beside("build.gradle.kts"),
        "obj" => entry.path().join("project.assets.json").is_file(),
        _ => false,
    }
    .then_some("build output");
    // Annex's own data folder is no part of what is scanned, whatever its name.
    let own = entry.path().join("register.sqlite").is_file().then_some("");
    match listed.or(built).or(own) {
        Some("") => Some((String::new(), false)),
        Some(what) => Some((format!("{what}: not the repository's own, not entered"), false)),
        None if entry.depth() > depth_max => {
            Some((format!("lies deeper than {depth_max} folders"), true))
        }
        None => None,
    }
}

fn link(entry: &ignore::DirEntry, path: &str, name: &str, walked: &mut Walked) {
    let folder = entry.path().is_dir();
    let matters = folder || !matches!(class(path, name), Class::Ignored | Class::Prose);
    if matters {
        let reason = "a symbolic link: not followed, what it leads to is read only where it lies";
        walked.skips.push(Skip::new(path, reason, false));
    }
}

fn error_skip(error: &ignore::Error, root: &Path) -> Skip {
    let (path, words) = match error {
        ignore::Error::WithPath { path, err } => (relative(root, path), err.to_string()),
        ignore::Error::WithDepth { err, .. } => return error_skip(err, root),
        ignore::Error::Loop { child, .. } => (
            relative(root, child),
            "a symbolic link that leads back into its own folder".to_owned(),
        ),
        other => (".".to_owned(), other.to_string()),
    };
    Skip::new(path, format!("cannot be read: {words}"), true)
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("/")
}

/// What a file is read as.
pub(crate) fn class(path: &str, name: &str) -> Class {
    if let Some(kind) = ManifestKind::of(path, name) {
        return Class::Manifest(kind);
    }
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("dockerfile") || lower.ends_with(".dockerfile") || lower == "containerfile"
    {
        return Class::Dockerfile;
    }
    if lower.starts_with(".env")
        || has_end(&lower, &[".env"])
        || lower.contains(".env.")
        || lower == "env.example"
    {
        return Class::Env;
    }
    if let Some(language) = Language::of(&lower) {
        let generated = lower.ends_with(".min.js")
            || lower.ends_with(".d.ts")
            || lower.ends_with(".pb.go")
            || lower.ends_with("_pb2.py")
            || has_end(&lower, &[".g.cs", ".designer.cs"]);
        return if generated { Class::Ignored } else { Class::Source(language) };
    }
    if let Some(syntax) = Syntax::of(&lower) {
        return Class::Config(syntax);
    }
    if prompts::is_agent_file(path) {
        return Class::Prose;
    }
    match lower.rsplit_once('.').map_or("", |(_, end)| end) {
        "ipynb" => Class::Notebook,
        "prompt" | "prompty" | "j2" | "jinja" | "jinja2" | "mustache" | "hbs" | "tmpl"
        | "liquid" | "st" | "tera" | "handlebars" | "njk" | "gotmpl" | "tpl" | "jinja-md" => {
            Class::Template
        }
        "md" | "mdx" | "txt" | "rst" => Class::Prose,
        "sh" | "bash" => Class::Shell,
        "sql" | "prisma" => Class::Sql,
        "tf" | "tfvars" | "hcl" | "nomad" => Class::Terraform,
        "gguf" | "safetensors" => Class::Weights,
        "bicep" | "bicepparam" => Class::Bicep,
        "jsonl" | "ndjson" | "csv" | "tsv" | "parquet" | "arrow" => Class::Data,
        "kt" | "kts" => Class::Foreign("Kotlin"),
        "cshtml" | "razor" => Class::Foreign("Razor"),
        "rb" => Class::Foreign("Ruby"),
        "php" => Class::Foreign("PHP"),
        "swift" => Class::Foreign("Swift"),
        "scala" => Class::Foreign("Scala"),
        "c" | "cc" | "cpp" | "cu" => Class::Foreign("C and C++"),
        "ex" | "exs" => Class::Foreign("Elixir"),
        "dart" => Class::Foreign("Dart"),
        "vue" => Class::Foreign("Vue"),
        "svelte" => Class::Foreign("Svelte"),
        "r" | "rmd" => Class::Foreign("R"),
        _ => Class::Ignored,
    }
}

/// Whether a name has one of these ends, as written.
pub(crate) fn has_end(name: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| name.ends_with(end))
}

//! Reads the files of a walk, each as what it is, and lists what could not be read.

mod bytes;
mod data;
mod includes;
mod shared;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use annex_isms::observation::Coverage;

use includes::{is_asked, is_document};

use crate::Progress;
use crate::across::{self, Exports};
use crate::find::{
    self, Source, classes, config, containers, conversations, data_files, environment, flags,
    infra, packages, prompts, stores,
};
use crate::findings::Findings;
use crate::known::Index;
use crate::limits::Limits;
use crate::manifest::{self, ManifestKind};
use crate::read::{self, Syntax};
use crate::source::{self, Language, notebook};
use crate::systems::Found;
use crate::walk::{self, Class, File, Part, Skip, Walked, has_end, is_test};
use crate::weights::{self, Weights};
use crate::worth::Worth;
use bytes::text;
use shared::Shared;

/// How many files a thread takes at once.
const PART_FILES: usize = 32;
/// The most threads that read.
const THREADS_MAX: usize = 16;

/// What the files say.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) findings: Findings,
    pub(crate) manifests: Vec<Found>,
    pub(crate) coverage: Coverage,
    /// A manifest or lock file could not be read.
    pub(crate) lock_unread: bool,
    /// Files of weights, which are put together to models once all were read.
    weights: Vec<Weights>,
    /// What each source file defines for others.
    exports: HashMap<String, Exports>,
}

/// Reads every file of a walk; what could not be read is added to its skips.
pub(crate) fn read(
    walked: &mut Walked,
    index: &Index<'_>,
    worth: &Worth,
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Reading {
    let shared = Shared::of(&walked.files, limits);
    let blank = || Reader::new(index, worth, limits, &shared);
    let parts: Vec<&[File]> = walked.files.chunks(PART_FILES).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let results = Mutex::new(Vec::with_capacity(parts.len()));
    let total = walked.files.len() as u64;
    let work = |progress: &mut dyn FnMut(Progress)| {
        while let Some((number, part)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            parts.get(number).map(|part| (number, part))
        } {
            let mut reader = blank();
            for file in *part {
                let files_done = done.fetch_add(1, Ordering::Relaxed);
                progress(Progress { files_done, files_total: total });
                reader.file(file);
            }
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.push((number, reader));
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 1..cores.min(parts.len()).min(THREADS_MAX) {
            scope.spawn(|| work(&mut |_| {}));
        }
        work(progress);
    });
    progress(Progress { files_done: total, files_total: total });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(number, _)| *number);
    let mut reader = blank();
    for (_, part) in results {
        reader.join(part);
    }
    reader.included(&walked.files);
    reader.list_foreign();
    walked.skips.append(&mut reader.skips);
    let mut exports = std::mem::take(&mut reader.reading.exports);
    let mut findings = std::mem::take(&mut reader.reading.findings);
    findings.assets.extend(weights::findings(&reader.reading.weights, &|_| None));
    across::resolve(&walked.files, &mut exports, limits, index, &mut findings);
    find::files::resolve(&walked.files, limits, &mut findings);
    reader.reading.findings = findings;
    reader.reading
}

/// Reads one text as the file of that name.
pub(crate) fn alone(
    name: &str,
    text: &str,
    index: &Index<'_>,
    worth: &Worth,
    limits: &Limits,
) -> Result<(), String> {
    let shared = Shared::default();
    let mut reader = Reader::new(index, worth, limits, &shared);
    let file = File {
        path: name.to_owned(),
        full: std::path::PathBuf::from(name),
        bytes: text.len() as u64,
        class: walk::class(name, name.rsplit('/').next().unwrap_or(name)),
        part: if is_test(name) { Part::Tests } else { Part::System },
    };
    reader.content(&file, text)
}

struct Reader<'a> {
    index: &'a Index<'a>,
    limits: &'a Limits,
    worth: &'a Worth,
    shared: &'a Shared,
    reading: Reading,
    skips: Vec<Skip>,
    /// Languages without a reader: how many files, and the first of them.
    foreign: BTreeMap<&'static str, (u64, String)>,
}

impl<'a> Reader<'a> {
    fn new(index: &'a Index<'a>, worth: &'a Worth, limits: &'a Limits, shared: &'a Shared) -> Self {
        let (reading, skips, foreign) = (Reading::default(), Vec::new(), BTreeMap::new());
        Self { index, limits, worth, shared, reading, skips, foreign }
    }

    /// Takes over what another reader read after this one.
    fn join(&mut self, mut other: Self) {
        let (own, more) = (&mut self.reading, &mut other.reading);
        own.findings.append(std::mem::take(&mut more.findings));
        own.exports.extend(std::mem::take(&mut more.exports));
        own.manifests.append(&mut more.manifests);
        own.weights.append(&mut more.weights);
        own.coverage.files_read += more.coverage.files_read;
        own.coverage.files_ignored += more.coverage.files_ignored;
        own.coverage.bytes_read += more.coverage.bytes_read;
        own.lock_unread |= more.lock_unread;
        self.skips.append(&mut other.skips);
        for (language, (count, first)) in other.foreign {
            self.foreign.entry(language).or_insert_with(|| (0, first)).0 += count;
        }
    }

    fn file(&mut self, file: &File) {
        match file.class {
            Class::Ignored => self.reading.coverage.files_ignored += 1,
            Class::Foreign(language) => {
                let (count, _) =
                    self.foreign.entry(language).or_insert_with(|| (0, file.path.clone()));
                *count += 1;
            }
            Class::Data => self.data(file),
            Class::Weights => self.weights(file),
            Class::Prose if !is_asked(&file.path) => self.reading.coverage.files_ignored += 1,
            Class::Config(_) if file.bytes > self.limits.file_bytes_max => self.large(file),
            _ => self.whole(file),
        }
    }

    fn skip(&mut self, file: &File, reason: String) {
        self.reading.lock_unread |= matches!(file.class, Class::Manifest(_));
        let matters = !file.is_test();
        self.skips.push(Skip::new(file.path.clone(), reason, matters));
    }

    fn whole(&mut self, file: &File) {
        let bytes_max = if matches!(file.class, Class::Manifest(_)) {
            self.limits.manifest_bytes_max
        } else {
            self.limits.file_bytes_max
        };
        let text = match text(file, bytes_max) {
            Ok(text) => text,
            Err(reason) => return self.skip(file, reason),
        };
        self.reading.coverage.bytes_read += text.len() as u64;
        match self.content(file, &text) {
            Ok(()) => self.reading.coverage.files_read += 1,
            Err(reason) => self.skip(file, reason),
        }
    }

    fn content(&mut self, file: &File, text: &str) -> Result<(), String> {
        let path = file.path.as_str();
        let mut unused = Findings::default();
        let out = if file.is_test() { &mut unused } else { &mut self.reading.findings };
        match file.class {
            Class::Manifest(kind) => return self.manifest(file, kind, text),
            Class::Source(language) => return self.source(file, language, text),
            Class::Notebook => return self.notebook(file, text),
            Class::Config(syntax) => return self.settings(file, syntax, text),
            Class::Env => environment::find(self.index, path, &read::env::read(text), out),
            Class::Dockerfile => {
                out.infrastructure.insert(path.to_owned());
                containers::dockerfile(self.index, path, text, out);
            }
            Class::Template | Class::Prose
                if prompts::is_prompt_file(path) && !is_document(path) =>
            {
                prompts::file(path, text, out);
                classes::template(path, text, out);
            }
            // The templates of one library, wherever they lie.
            Class::Template if has_end(path, &[".st"]) => {
                let mut found = Findings::default();
                prompts::file(path, text, &mut found);
                out.beside.append(&mut found.assets);
            }
            Class::Prose => flags::prose(self.index, path, text, &self.shared.scripts, out),
            Class::Shell => flags::script(self.index, path, text, out),
            Class::Sql => {
                stores::sql(path, text, out);
                classes::sql(path, text, out);
                conversations::tables(path, text, 1, out);
            }
            Class::Terraform | Class::Bicep => return self.infrastructure(file, text),
            _ => {}
        }
        Ok(())
    }

    fn manifest(&mut self, file: &File, kind: ManifestKind, text: &str) -> Result<(), String> {
        let manifest =
            manifest::read(kind, text, self.limits).map_err(|fault| fault.to_string())?;
        // What tests and documents alone depend on is not in the system, but its tests are.
        let path = file.path.as_str();
        if file.is_test() || is_document(path) {
            return Ok(());
        }
        if kind == ManifestKind::PackageJson && text.contains("\"contributes\"") {
            let root = read::json::read(text, self.limits).map_err(|fault| fault.to_string())?;
            config::contributed(self.index, path, &root, &mut self.reading.findings);
        }
        self.reading.manifests.push(Found { path: path.to_owned(), kind, manifest });
        Ok(())
    }

    fn source(&mut self, file: &File, language: Language, text: &str) -> Result<(), String> {
        let path = file.path.as_str();
        if source::is_built(language, text) {
            let reason = "minified: built from other sources, which are read where they are";
            self.skips.push(Skip::new(path, reason, false));
            return Ok(());
        }
        // What a C# project imports for all its files stands in none of them.
        let imported = language == Language::CSharp && !self.shared.usings.is_empty();
        if !imported && !self.worth.parsing(path, text) && !has_end(path, &["setup.py"]) {
            return Ok(());
        }
        let mut facts = source::read(language, text, self.limits)?;
        if language == Language::CSharp {
            source::usings::add(&self.shared.usings, path, &mut facts);
        }
        if path.rsplit('/').next() == Some("setup.py") && !file.is_test() && !is_document(path) {
            self.reading.manifests.push(Found {
                path: path.to_owned(),
                kind: ManifestKind::SetupPy,
                manifest: manifest::setup_py(&facts),
            });
        }
        let source = Source::new(path, language, &facts, self.index, None, &self.shared.modules);
        self.found(&source, file.part);
        let exports = Exports::of(&facts);
        if !file.is_test() && !exports.is_empty() {
            self.reading.exports.insert(path.to_owned(), exports);
        }
        partly(&facts, None)
    }

    fn notebook(&mut self, file: &File, text: &str) -> Result<(), String> {
        let path = file.path.as_str();
        let root = read::json::read(text, self.limits).map_err(|fault| fault.to_string())?;
        let code = notebook::code(&root);
        let facts = source::read(Language::Python, &code.text, self.limits)?;
        let source = Source::new(
            path,
            Language::Python,
            &facts,
            self.index,
            Some(&code),
            &self.shared.modules,
        );
        self.found(&source, file.part);
        partly(&facts, Some(&code))
    }

    fn found(&mut self, source: &Source<'_>, part: Part) {
        match part {
            Part::System => return find::source(source, &mut self.reading.findings),
            Part::Evaluation => {
                let mut found = Findings::default();
                find::source(source, &mut found);
                self.reading.findings.assets.append(&mut found.assets);
                self.reading.findings.beside.append(&mut found.beside);
                self.reading.findings.claims.append(&mut found.claims);
            }
            Part::Tests => {}
        }
        for imported in &source.packages {
            if packages::is_security_test(&imported.package.name) {
                let place = source.place(imported.line);
                packages::traits(imported.package, &place, &mut self.reading.findings);
            }
        }
    }

    fn settings(&mut self, file: &File, syntax: Syntax, text: &str) -> Result<(), String> {
        let path = file.path.as_str();
        let mut unused = Findings::default();
        let out = if file.is_test() || is_document(path) {
            &mut unused
        } else {
            &mut self.reading.findings
        };
        if syntax == Syntax::Json && data_files::file(path, text, out) {
            classes::records(path, text, out);
            return Ok(());
        }
        let (root, fault) = shared::document(syntax, path, text, self.shared, self.limits)?;
        let mut unread: Vec<String> = fault.into_iter().collect();
        // A description of an interface holds examples, not settings.
        if root.get("openapi").is_none()
            && root.get("swagger").is_none()
            && root
                .get("$schema")
                .and_then(crate::tree::Node::text)
                .is_none_or(|schema| !schema.contains("json-schema.org"))
        {
            config::document(self.index, path, &root, text, out);
            infra::document(self.index, path, &root, self.limits, &mut unread, out);
        }
        if unread.is_empty() { Ok(()) } else { Err(unread.join("; ")) }
    }

    fn list_foreign(&mut self) {
        for (language, (count, first)) in std::mem::take(&mut self.foreign) {
            let reason = format!(
                "{count} files of {language}, this the first: there is no reader for {language} yet, declare what they use"
            );
            self.skips.push(Skip::new(first, reason, true));
        }
    }
}

/// What the parser did not understand is listed; what it did understand counts all the same.
fn partly(facts: &source::facts::Facts, code: Option<&notebook::Code>) -> Result<(), String> {
    if facts.cut {
        return Err(
            "holds more syntax than is looked at (nodes_max): the rest was not read".to_owned()
        );
    }
    match facts.broken_at {
        Some(line) => {
            let line = code.map_or(line, |code| code.line(line));
            Err(format!(
                "line {line}: syntax that the parser does not know; what could be read around it was"
            ))
        }
        None => Ok(()),
    }
}

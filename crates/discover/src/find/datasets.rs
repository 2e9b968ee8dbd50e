//! Data sets that models are trained on or measured with, and corpora that retrieval reads.

use annex_isms::{AssetKind, Value as Attribute};

use super::Source;
use super::data_files::file_finding;
use super::{models, names, typed_corpora};
use crate::findings::{Finding, Findings, Key};
use crate::source::facts::{Call, Shape, last};

/// Loaders whose first argument is a folder, a file or an address of documents.
const LOADERS: [&str; 38] = [
    "DirectoryLoader",
    "SimpleDirectoryReader",
    "PyPDFDirectoryLoader",
    "PyPDFLoader",
    "PDFLoader",
    "TextLoader",
    "WebBaseLoader",
    "CheerioWebBaseLoader",
    "SitemapLoader",
    "RecursiveUrlLoader",
    "RecursiveURLLoader",
    "CSVLoader",
    "JSONLoader",
    "UnstructuredFileLoader",
    "UnstructuredMarkdownLoader",
    "UnstructuredDirectoryLoader",
    "Docx2txtLoader",
    "NotionDirectoryLoader",
    "ObsidianLoader",
    "GitLoader",
    "GithubRepoLoader",
    "S3DirectoryLoader",
    "S3FileLoader",
    "ConfluenceLoader",
    "UnstructuredPDFLoader",
    "PlaywrightURLLoader",
    "UnstructuredURLLoader",
    "BSHTMLLoader",
    "EPubLoader",
    "DocxLoader",
    "FileSystemDocumentLoader",
    "ClassPathDocumentLoader",
    "UrlDocumentLoader",
    "PagePdfDocumentReader",
    "ParagraphPdfDocumentReader",
    "TikaDocumentReader",
    "TextReader",
    "MarkdownDocumentReader",
];

/// Builders of the datasets library that read files.
const BUILDERS: [&str; 7] = ["json", "csv", "text", "parquet", "arrow", "imagefolder", "pandas"];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    for call in &source.facts.calls {
        match call.last() {
            "load_dataset" | "load_dataset_builder" => dataset(source, call, out),
            "hf_hub_download" | "snapshot_download"
                if text(source, call, "repo_type").as_deref() == Some("dataset") =>
            {
                dataset(source, call, out);
            }
            _ => {}
        }
        if call.callee.ends_with("fine_tuning.jobs.create")
            || call.callee.ends_with("fineTuning.jobs.create")
        {
            for name in ["training_file", "validation_file"] {
                files(source, call, name, out);
            }
        }
        corpus(source, call, out);
        evaluated(source, call, out);
    }
    for binding in &source.facts.bindings {
        let name = last(&binding.name).to_ascii_lowercase();
        if let Shape::Text { text, holes: false } = &binding.value.shape
            && super::keys::says_dataset(&name)
        {
            let place = source.place(binding.value.line);
            out.assets.extend(super::options::dataset(text, &place));
        }
    }
    typed_corpora::resources(source, out);
}

/// A data set that a service keeps for evaluations: `evaluate(run, data="name")`.
fn evaluated(source: &Source<'_>, call: &Call, out: &mut Findings) {
    if !source.has_role(&["telemetry", "evaluation"]) {
        return;
    }
    let value = call.named("dataset_name").or_else(|| call.named("datasetName")).or_else(|| {
        let evaluates = matches!(call.last(), "evaluate" | "aevaluate");
        let made = matches!(
            call.last(),
            "create_dataset" | "createDataset" | "read_dataset" | "readDataset" | "get_dataset"
        );
        (if evaluates { call.named("data") } else { None })
            .or_else(|| made.then(|| call.positional(0)).flatten())
    });
    let Some(value) = value else { return };
    for literal in source.facts.literals(value, call.scope) {
        if !literal.holes && (2..=120).contains(&literal.text.len()) {
            let key = Key::System { name: literal.text.clone(), folder: String::new() };
            let place = source.place(literal.line);
            out.assets.push(Finding::new(AssetKind::Dataset, key, literal.text, place));
        }
    }
}

fn text(source: &Source<'_>, call: &Call, name: &str) -> Option<String> {
    let value = call.named(name)?;
    source.facts.literal(value, call.scope).map(|literal| literal.text)
}

fn dataset(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let Some(value) = call.any_named(&["path", "repo_id"]).or_else(|| call.positional(0)) else {
        return;
    };
    for literal in source.facts.literals(value, call.scope) {
        if BUILDERS.contains(&literal.text.as_str()) {
            files(source, call, "data_files", out);
        } else if !literal.holes && names::is_name(&literal.text) {
            let revision = models::revision(source, call);
            let key = Key::World(format!("{}/{}", names::HUB, literal.text));
            let place = source.place(literal.line);
            let mut finding = Finding::new(AssetKind::Dataset, key, literal.text, place)
                .with("version_pinned", revision.as_deref().is_some_and(models::is_commit));
            if let Some(revision) = revision {
                finding = finding.with("version", Attribute::Text(revision));
            }
            out.assets.push(finding);
        }
    }
}

/// Files named in an argument; a name that is also a data set of the hub is reported where it is loaded.
fn files(source: &Source<'_>, call: &Call, argument: &str, out: &mut Findings) {
    let Some(value) = call.named(argument) else {
        return;
    };
    for literal in source.facts.literals(value, call.scope) {
        let lower = literal.text.to_ascii_lowercase();
        if [".json", ".jsonl", ".csv", ".tsv", ".parquet", ".txt"]
            .iter()
            .any(|end| lower.ends_with(end))
            && !literal.holes
        {
            out.assets.push(file_finding(&literal.text, source.place(literal.line)));
        }
    }
}

fn corpus(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let real = source.real_name(&call.callee);
    let class = call.callee.split('.').any(|part| LOADERS.contains(&part));
    // A method of such a class that is imported by itself.
    let of = source.facts.imported(&call.callee).map_or("", |(module, _)| module);
    let of_loader = source.language.is_typed() && LOADERS.contains(&last(of));
    let loader = LOADERS.contains(&real.as_str()) || class || of_loader;
    if !loader
        || source.package_of(&call.callee).is_none()
        || matches!(call.last(), "load" | "load_data" | "lazy_load" | "loadData" | "load_and_split")
    {
        return;
    }
    let value = call
        .any_named(&[
            "path",
            "input_dir",
            "input_files",
            "file_path",
            "web_path",
            "web_paths",
            "url",
            "directory",
            "repo_path",
            "bucket",
            "space_key",
        ])
        .or_else(|| call.positional(0));
    let Some(value) = value else { return };
    let handed =
        if source.language.is_typed() { typed_corpora::passed(source, call) } else { Vec::new() };
    if let Shape::Name(given) = &value.shape
        && handed.is_empty()
        && source.facts.literals(value, call.scope).is_empty()
        && source.facts.elements(value, call.scope).is_empty()
    {
        // A resource that the settings name is reported where they do.
        let bound = source.facts.bound(given, call.scope);
        if bound.iter().any(|binding| matches!(binding.value.shape, Shape::Env)) {
            return;
        }
        // Only known at run time: what users or callers hand in.
        // A function of Python is called after what it reads, a variable of Java is.
        let around = source.function_around(call.scope).filter(|_| !source.language.is_typed());
        let name = around.unwrap_or_else(|| last(given).to_owned());
        // The reader of one sort of files within another loader.
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return;
        }
        let place = source.place(call.line);
        let key = Key::in_system(name.clone(), &place.path);
        out.assets.push(Finding::new(AssetKind::Corpus, key, name, place));
        return;
    }
    let mut literals = source.facts.literals(value, call.scope);
    if let Shape::List(items) = &value.shape {
        literals.extend(items.iter().flat_map(|item| source.facts.literals(item, call.scope)));
    }
    // A helper of the program's own makes the path: `toPath("documents/terms.txt")`.
    if let Shape::Call(helper) = &value.shape
        && source.language.is_typed()
    {
        // Or one of the platform: `resource.getPath()`.
        let made = source.maker(helper).map_or(&[][..], |made| made.args.as_slice());
        let given = helper
            .args
            .iter()
            .chain(made)
            .flat_map(|arg| source.facts.literals(&arg.value, call.scope));
        literals.extend(given.filter(|literal| typed_corpora::is_document(&literal.text)));
    }
    if literals.is_empty() {
        literals = handed;
    }
    for literal in literals {
        let name = literal.text.trim().trim_start_matches("./").trim_end_matches('/');
        let name = name.strip_prefix("classpath:").unwrap_or(name).trim_start_matches('/');
        if !literal.holes
            && !name.is_empty()
            && name.len() <= 200
            && !name.contains(char::is_whitespace)
        {
            let key = Key::System { name: name.to_owned(), folder: String::new() };
            out.assets.push(Finding::new(AssetKind::Corpus, key, name, source.place(literal.line)));
        }
    }
}

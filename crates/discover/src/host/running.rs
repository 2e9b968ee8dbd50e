//! Processes → servers of models, gateways, stores and logs, MCP servers, and the models that they
//! were started with.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::Reader;
use super::processes::{self, Process};
use crate::find::servers::{self, Keys, Product, Word};
use crate::find::{mcp, secrets, workloads};
use crate::findings::{Finding, Findings, Key, Place};
use crate::weights;

/// Programs that start others and stay: what they start is a process of its own.
const STARTERS: [&str; 14] = [
    "sh",
    "bash",
    "ash",
    "dash",
    "zsh",
    "fish",
    "sudo",
    "su",
    "tini",
    "dumb-init",
    "uv",
    "conda",
    "poetry",
    "pdm",
];

/// Finds what runs.
pub(super) fn find(reader: &mut Reader<'_>) {
    let processes = processes::read(reader);
    for process in &processes.all {
        if let Some((product, words)) = product(process) {
            server(reader, process, product, &words);
        } else if let Some(finding) = mcp_server(process) {
            let name = finding.name.clone();
            keep(reader, process, &name, vec![finding]);
        }
    }
    for address in &processes.unowned {
        if let Some(product) = servers::of_port(address.port()) {
            let reason = format!(
                "the port of {} is open, and the process behind it may not be read: run as its user or as root",
                product.id
            );
            let place = listening(*address);
            reader.skip(format!("{}:{}", place.path, address.port()), reason);
        }
    }
}

/// The product that a process is, and its command line from the program on: by the words that it
/// was started with, else by the file that it runs.
fn product(process: &Process) -> Option<(&'static Product, Vec<Word>)> {
    let first = process.words.first()?;
    if STARTERS.contains(&servers::base(first)) {
        return None;
    }
    let mut words = program(&process.words);
    if let (Some(script), Some(folder)) = (words.first_mut(), &process.folder)
        && Path::new(&script.text).extension().is_some_and(|end| end == "py")
    {
        script.text = folder.join(&script.text).to_string_lossy().into_owned();
    }
    if let Some(product) = servers::of_command(&words) {
        return Some((product, words));
    }
    let file = process.program.as_ref()?.to_string_lossy();
    let mut words = process.words.clone();
    file.trim_end_matches(" (deleted)").clone_into(words.first_mut()?);
    let words = program(&words);
    servers::of_command(&words).map(|product| (product, words))
}

fn program(words: &[String]) -> Vec<Word> {
    let word = |text: &String| Word { text: text.clone(), line: 1 };
    servers::unwrapped(words.iter().map(word).collect())
}

fn mcp_server(process: &Process) -> Option<Finding> {
    let place = Place::whole("processes");
    let texts: Vec<&str> = process.words.iter().map(String::as_str).collect();
    let first = servers::base(texts.first()?);
    if STARTERS.contains(&first) && first != "uv" {
        return None;
    }
    mcp::running(&texts, place.clone()).or_else(|| {
        let words = program(&process.words);
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        mcp::running(&texts, place)
    })
}

/// A server, and the models that its command line names.
fn server(reader: &mut Reader<'_>, process: &Process, product: &Product, words: &[Word]) {
    let open = process.listening.as_ref().filter(|open| !open.is_empty());
    let reached = |address: &SocketAddr| !address.ip().to_canonical().is_loopback();
    let workload = workloads::Workload {
        published: open.map(|open| open.iter().any(reached)),
        // Its environment and its settings are not read.
        elsewhere: !matches!(product.keys, Keys::By(_, []))
            || words.iter().any(|word| word.text.starts_with("--config")),
        ..workloads::Workload::default()
    };
    let place = Place::whole("processes");
    let server = workloads::product_finding(reader.index, product, &workload, words, place);
    let mut named = Findings::default();
    servers::models(reader.index, product, words, &[], "processes", &mut named);
    files(reader, process, words);
    let models = named.assets.into_iter().filter(|model| {
        let (Key::World(key) | Key::System { name: key, .. }) = &model.key;
        !secrets::holds_key(key)
    });
    let all = std::iter::once(server).chain(models).collect();
    keep(reader, process, product.id, all);
}

/// Files of weights that a command line names, where they lie on the machine itself.
fn files(reader: &mut Reader<'_>, process: &Process, words: &[Word]) {
    if process.container.is_some() {
        return;
    }
    let text = |word: &Word| {
        let value = word.text.split_once('=').map_or(word.text.as_str(), |(_, value)| value);
        weights::format_of(value).map(|_| PathBuf::from(value))
    };
    let named: BTreeSet<PathBuf> = words.iter().filter_map(text).collect();
    for path in named {
        let path = match &process.folder {
            Some(folder) if path.is_relative() => folder.join(path),
            _ => path,
        };
        let Ok(full) = reader.at(&path).canonicalize() else { continue };
        if path.is_relative() || !full.starts_with(&reader.root) {
            continue;
        }
        let shown = reader.shown(&full);
        reader.coverage.files_seen += 1;
        let read: Vec<_> = reader.weights(&shown, &full).into_iter().collect();
        let found = weights::findings(&read, &|_| {
            let name = weights::name(&path.to_string_lossy());
            Some((Key::in_system(name.clone(), &shown), name))
        });
        reader.findings.assets.extend(found);
    }
}

/// Keeps what one process shows, under the places at which it is seen.
fn keep(reader: &mut Reader<'_>, process: &Process, name: &str, all: Vec<Finding>) {
    let path = format!("processes/{}/{name}", process.pid);
    if process.listening.is_none() {
        reader.skip(path.clone(), "its ports may not be read: run as its user or as root");
    }
    if process.cut {
        reader.skip(path.clone(), "its command line is too long: the end of it was not read");
    }
    let mut places = vec![Place::whole(&path)];
    places.extend(process.container.iter().map(|id| Place::whole(&format!("containers/{id}"))));
    for (number, finding) in all.into_iter().enumerate() {
        // What listens is the server, not the model that it loads.
        let ports = process.listening.iter().flatten().filter(|_| number == 0);
        for place in places.iter().cloned().chain(ports.map(|address| listening(*address))) {
            reader.findings.assets.push(Finding { place, ..finding.clone() });
        }
    }
}

/// A port as a place: its number stands where a file has a line.
fn listening(address: SocketAddr) -> Place {
    let port = u32::from(address.port());
    match address {
        SocketAddr::V4(address) => Place::new(&format!("listening/{}", address.ip()), port),
        SocketAddr::V6(address) => Place::new(&format!("listening/[{}]", address.ip()), port),
    }
}

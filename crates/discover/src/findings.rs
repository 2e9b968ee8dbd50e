//! What the finders collect before it is grouped into systems and put together as a batch.

use std::collections::BTreeSet;

use annex_isms::{AssetKind, DataClass, Value};

use crate::addresses::Services;

use crate::across::Claim;
use crate::find::files::Read;

/// An asset seen at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) kind: AssetKind,
    pub(crate) key: Key,
    pub(crate) name: String,
    pub(crate) supplier: Option<String>,
    /// The digest of its content, where that makes the thing itself.
    pub(crate) alias: Option<String>,
    pub(crate) place: Place,
    pub(crate) attributes: Vec<(&'static str, Value)>,
    /// Names of tools that an agent was given.
    pub(crate) tools: Vec<String>,
}

/// How the canonical key is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// The same everywhere: `openai/gpt-4o`.
    World(String),
    /// Named within its system: `<system>/<name>`. The folder tells two of one name apart.
    System { name: String, folder: String },
}

/// A path and a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) line: Option<u32>,
}

/// Something seen of the system that a file belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trait {
    pub(crate) attribute: &'static str,
    /// `None`: there is a place that could decide it, and it cannot be told.
    pub(crate) value: Option<bool>,
    pub(crate) place: Place,
}

/// A name that says which class of data travels somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) class: DataClass,
    pub(crate) field: String,
    pub(crate) place: Place,
    pub(crate) on: On,
}

/// What such data reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum On {
    Prompt,
    Store,
    Tool(String),
    /// The data set that the file is.
    Records,
    Asset(AssetKind, Key),
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) assets: Vec<Finding>,
    /// What belongs to an AI system where there is one, and shows none by itself: code that runs
    /// commands, the instructions of coding agents.
    pub(crate) beside: Vec<Finding>,
    pub(crate) traits: Vec<Trait>,
    /// Files that code which works with models reads.
    pub(crate) reads: Vec<Read>,
    /// Names of other files that were handed to a model.
    pub(crate) claims: Vec<Claim>,
    /// Where documents are put into an index.
    pub(crate) indexed: Vec<Place>,
    /// Agents only where the program has tools.
    pub(crate) with_tools: Vec<Finding>,
    /// Things seen of the application that a file belongs to.
    pub(crate) application: Vec<(&'static str, Value, Place)>,
    /// Files that say how something is built or run, not what it is.
    pub(crate) infrastructure: BTreeSet<String>,
    /// What names say of classes of data.
    pub(crate) shown: Vec<Shown>,
    /// Servers and gateways that the repository runs, by their names on the network.
    pub(crate) services: Services,
}

impl Findings {
    /// Takes over what was found elsewhere.
    pub(crate) fn append(&mut self, mut more: Self) {
        self.assets.append(&mut more.assets);
        self.beside.append(&mut more.beside);
        self.traits.append(&mut more.traits);
        self.claims.append(&mut more.claims);
        self.application.append(&mut more.application);
        self.infrastructure.append(&mut more.infrastructure);
        self.reads.append(&mut more.reads);
        self.indexed.append(&mut more.indexed);
        self.with_tools.append(&mut more.with_tools);
        self.services.append(more.services);
        self.shown.append(&mut more.shown);
    }

    /// Decides what one file alone could not: whether there are tools that an agent is given.
    pub(crate) fn settle(&mut self) {
        let agents = std::mem::take(&mut self.with_tools);
        let language =
            |finding: &Finding| finding.place.path.rsplit_once('.').map(|(_, end)| end.to_owned());
        for agent in agents {
            let tools = self
                .assets
                .iter()
                .any(|tool| tool.kind == AssetKind::Tool && language(tool) == language(&agent));
            if tools {
                self.assets.push(agent);
            }
        }
    }
}

impl Finding {
    pub(crate) fn new(kind: AssetKind, key: Key, name: impl Into<String>, place: Place) -> Self {
        Self {
            kind,
            key,
            name: name.into(),
            supplier: None,
            alias: None,
            place,
            attributes: Vec::new(),
            tools: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, attribute: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push((attribute, value.into()));
        self
    }

    pub(crate) fn supplied_by(mut self, supplier: Option<&str>) -> Self {
        self.supplier = supplier.map(str::to_owned);
        self
    }
}

impl Key {
    pub(crate) fn in_system(name: impl Into<String>, path: &str) -> Self {
        let folder = path.rsplit('/').nth(1).unwrap_or_default().to_owned();
        Self::System { name: name.into(), folder }
    }
}

impl Place {
    pub(crate) fn new(path: &str, line: u32) -> Self {
        Self { path: path.to_owned(), line: Some(line) }
    }

    pub(crate) fn whole(path: &str) -> Self {
        Self { path: path.to_owned(), line: None }
    }
}

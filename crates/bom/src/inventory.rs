//! The batch, arranged for a bill: parts with references, edges between them, what was skipped.
//!
//! Both formats are written from this, so that they name the same parts, the same dependencies and
//! the same gaps.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::observation::{AssetKey, Location, ObservationBatch, Seen, SeenFlow, Skipped};
use annex_isms::{AssetKind, CanonicalError, DataClass, Digest, SystemId, Value, canonical_json};

use crate::{Format, Matched, Vulnerability, purl};

/// The longest version that CycloneDX takes, in characters; a longer one becomes a property.
const VERSION_CHARS_MAX: usize = 1024;

/// A name and a value that a format has no field for.
pub(crate) type Property = (String, String);

/// One asset of the batch.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) key: &'a AssetKey,
    pub(crate) name: &'a str,
    /// How the bill points to it: `kind:key`.
    pub(crate) reference: String,
    pub(crate) supplier: Option<&'a str>,
    pub(crate) aliases: BTreeSet<&'a str>,
    pub(crate) systems: BTreeSet<&'a SystemId>,
    pub(crate) locations: BTreeSet<&'a Location>,
    pub(crate) attributes: BTreeMap<&'a str, &'a Value>,
}

impl Part<'_> {
    pub(crate) const fn kind(&self) -> AssetKind {
        self.key.kind
    }

    fn text(&self, attribute: &str) -> Option<&str> {
        match self.attributes.get(attribute) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, attribute: &str) -> Option<bool> {
        match self.attributes.get(attribute) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    pub(crate) fn version(&self) -> Option<&str> {
        self.text("version").filter(|version| version.chars().count() <= VERSION_CHARS_MAX)
    }

    pub(crate) fn purl(&self) -> Option<String> {
        purl::of(self.key, self.version())
    }

    /// Where it is reached, when that is a URL.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.text("endpoint").filter(|endpoint| crate::iri::is_url(endpoint))
    }

    /// The SHA-256 of its bytes. A digest over several definitions of one name is none, which is
    /// told by the alias that only a single content gives.
    pub(crate) fn hash(&self) -> Option<Digest> {
        let digest = self.text("content_digest")?;
        self.aliases.contains(digest).then(|| digest.parse().ok()).flatten()
    }

    /// The models that it was made from, as far as someone observed it.
    pub(crate) fn ancestors(&self) -> Vec<&str> {
        match self.attributes.get("base_model") {
            Some(Value::Text(text)) => vec![text.as_str()],
            Some(Value::Set(texts)) => texts.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it is reached over an interface rather than built in.
    pub(crate) fn is_service(&self) -> bool {
        use AssetKind::{Gateway, LogStore, McpServer, ModelApi, VectorStore};
        match self.kind() {
            ModelApi | Gateway => true,
            McpServer => {
                self.attributes.contains_key("endpoint") || self.key.key.starts_with("endpoint/")
            }
            VectorStore | LogStore => self.attributes.contains_key("endpoint"),
            _ => false,
        }
    }

    /// What no format has a field for. An attribute that has one only when it is well-formed is
    /// kept here when it is not.
    pub(crate) fn properties(&self) -> Vec<Property> {
        let property = |name: &str, value: &str| (format!("annex:{name}"), value.to_owned());
        let mut all = vec![
            property("asset:kind", self.kind().as_str()),
            property("asset:key", &self.key.key),
        ];
        all.extend(self.aliases.iter().map(|alias| property("asset:alias", alias)));
        all.extend(self.systems.iter().map(|system| property("asset:system", system.as_str())));
        for (name, value) in &self.attributes {
            let has_field = match *name {
                "version" => self.version().is_some(),
                "endpoint" => self.endpoint().is_some() && self.is_service(),
                "content_digest" => self.hash().is_some(),
                _ => false,
            };
            if !has_field {
                all.push(property(name, &value.to_string()));
            }
        }
        all
    }
}

/// A flow between two parts of the bill.
#[derive(Debug)]
pub(crate) struct Edge<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) carries: &'a str,
    pub(crate) classes: &'a BTreeSet<DataClass>,
}

/// A batch, arranged.
#[derive(Debug)]
pub(crate) struct Inventory<'a> {
    pub(crate) batch: &'a ObservationBatch,
    pub(crate) matched: &'a Matched,
    /// An id that the input alone decides, as a UUID of version 8.
    pub(crate) uuid: String,
    /// By kind and key.
    pub(crate) parts: BTreeMap<&'a AssetKey, Part<'a>>,
    /// What the bill as a whole is about: the only application, or the scope.
    pub(crate) root: Root<'a>,
    pub(crate) flows: Vec<(&'a SeenFlow, Option<(&'a AssetKey, &'a AssetKey)>)>,
}

/// What the bill as a whole is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Root<'a> {
    /// The only application.
    Application(&'a AssetKey),
    /// The place that was looked at; there is no application or more than one.
    Scope,
}

impl<'a> Inventory<'a> {
    pub(crate) fn new(
        batch: &'a ObservationBatch,
        matched: &'a Matched,
        format: Format,
    ) -> Result<Self, CanonicalError> {
        let input = canonical_json(&(format.as_str(), batch, matched))?;
        let mut parts: BTreeMap<&AssetKey, Part<'_>> = BTreeMap::new();
        for asset in &batch.assets {
            let part = parts.entry(&asset.key).or_insert_with(|| Part {
                key: &asset.key,
                name: if asset.name.is_empty() { &asset.key.key } else { &asset.name },
                reference: asset.key.to_string(),
                supplier: asset.supplier.as_ref().map(annex_isms::SupplierId::as_str),
                aliases: BTreeSet::new(),
                systems: BTreeSet::new(),
                locations: BTreeSet::new(),
                attributes: BTreeMap::new(),
            });
            part.aliases.extend(asset.aliases.iter().map(String::as_str));
            part.systems.extend(&asset.systems);
            part.locations.extend(&asset.locations);
        }
        for observed in &batch.observations {
            if let Seen::Asset(key) = &observed.subject
                && let Some(part) = parts.get_mut(key)
            {
                part.attributes.insert(observed.attribute.as_str(), &observed.value);
            }
        }
        let flows = batch
            .flows
            .iter()
            .map(|flow| {
                let ends = parts.contains_key(&flow.from) && parts.contains_key(&flow.to);
                (flow, ends.then_some((&flow.from, &flow.to)))
            })
            .collect();
        let mut applications = parts.keys().filter(|key| key.kind == AssetKind::Application);
        let root = match (applications.next(), applications.next()) {
            (Some(only), None) => Root::Application(only),
            _ => Root::Scope,
        };
        Ok(Self { batch, matched, uuid: uuid(&Digest::of(&input)), parts, root, flows })
    }

    /// How the bill points to what it is about.
    pub(crate) fn root_reference(&self) -> String {
        match self.root {
            Root::Application(key) => key.to_string(),
            Root::Scope => format!("scope:{}", self.batch.scope.name),
        }
    }

    /// Every part but the root.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts
            .values()
            .filter(|part| !matches!(self.root, Root::Application(key) if *key == *part.key))
    }

    /// The flows between parts.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Edge<'_>> {
        self.flows.iter().filter_map(|(flow, ends)| {
            let (from, to) = (*ends)?;
            Some(Edge {
                from: &self.parts.get(from)?.reference,
                to: &self.parts.get(to)?.reference,
                carries: &flow.carries,
                classes: &flow.classes,
            })
        })
    }

    /// What depends on what, by reference. An application depends on the parts of its systems and
    /// an agent on its tools; where data goes from anything else, the receiver depends on it. What
    /// belongs to no application hangs on the root.
    pub(crate) fn dependencies(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let root = self.root_reference();
        let mut add = |from: &str, to: &str| {
            if from != to {
                all.entry(from.to_owned()).or_default().insert(to.to_owned());
            }
        };
        let mut applications: BTreeMap<&SystemId, Vec<&str>> = BTreeMap::new();
        for part in self.parts.values().filter(|part| part.kind() == AssetKind::Application) {
            add(&root, &part.reference);
            for system in &part.systems {
                applications.entry(system).or_default().push(&part.reference);
            }
        }
        for part in self.parts.values().filter(|part| part.kind() != AssetKind::Application) {
            let owners: BTreeSet<&str> = part
                .systems
                .iter()
                .filter_map(|system| applications.get(system))
                .flatten()
                .copied()
                .collect();
            for owner in &owners {
                add(owner, &part.reference);
            }
            if owners.is_empty() {
                add(&root, &part.reference);
            }
        }
        for (from, to) in self.flows.iter().filter_map(|(_, ends)| *ends) {
            let acts = matches!(from.kind, AssetKind::Application | AssetKind::Agent);
            let (dependent, used) = if acts { (from, to) } else { (to, from) };
            add(&dependent.to_string(), &used.to_string());
        }
        all
    }

    /// What could not be read, against what was meant.
    pub(crate) fn unread(&self) -> impl Iterator<Item = &'a Skipped> + use<'a> {
        self.batch.skipped.iter().filter(|skipped| !skipped.deliberate)
    }

    /// Whether something could not be read.
    pub(crate) fn incomplete(&self) -> bool {
        self.unread().next().is_some()
    }

    /// What is known of the bill as a whole: the scope, what was skipped, what was seen of systems
    /// and flows, and flows whose ends the batch does not hold.
    pub(crate) fn properties(&self) -> Vec<Property> {
        let property = |name: String, value: String| (format!("annex:{name}"), value);
        let batch = self.batch;
        let scope = &batch.scope;
        let named = |name: &str, value: &dyn ToString| property(name.to_owned(), value.to_string());
        let mut all = vec![
            named("collector", &format!("{} {}", batch.collector.name, batch.collector.version)),
            named("scope:kind", &scope.kind),
            named("scope:name", &scope.name),
        ];
        all.extend(scope.commit.iter().map(|commit| named("scope:commit", commit)));
        all.push(named("scope:modified", &scope.modified));
        all.push(named("coverage:files_seen", &batch.coverage.files_seen));
        all.push(named("coverage:files_read", &batch.coverage.files_read));
        all.push(named("coverage:files_ignored", &batch.coverage.files_ignored));
        all.extend(self.matched.database.iter().map(|words| named("advisories", words)));
        all.extend(batch.skipped.iter().map(|skipped| {
            let name = if skipped.deliberate { "left_out" } else { "skipped" };
            named(name, &format!("{}: {}", skipped.path, skipped.reason))
        }));
        all.extend(
            batch.systems.iter().map(|system| {
                property(format!("system:{}", system.id.as_str()), system.name.clone())
            }),
        );
        all.extend(batch.observations.iter().filter_map(|observed| {
            let subject = match &observed.subject {
                Seen::System(id) => format!("system:{}", id.as_str()),
                Seen::Flow { from, to } => format!("flow:{from} -> {to}"),
                Seen::Asset(key) if !self.parts.contains_key(key) => format!("unlisted:{key}"),
                _ => return None,
            };
            Some(property(format!("{subject}:{}", observed.attribute), observed.value.to_string()))
        }));
        all.extend(self.flows.iter().filter(|(_, ends)| ends.is_none()).map(|(flow, _)| {
            let ends = format!("{} -> {}: {}", flow.from, flow.to, flow.carries);
            named("unresolved_flow", &format!("{ends} (an end is no asset of the batch)"))
        }));
        all
    }

    /// The parts that a vulnerability affects: those with one of its package URLs, or with one of
    /// them in any version.
    pub(crate) fn affected<'b>(
        &'b self,
        vulnerability: &'b Vulnerability,
    ) -> impl Iterator<Item = &'b Part<'a>> {
        self.parts.values().filter(|part| {
            part.purl().is_some_and(|own| {
                vulnerability.affects.contains(&own)
                    || vulnerability.affects.contains(&purl::unversioned(&own).0)
            })
        })
    }
}

/// A UUID of version 8 (RFC 9562): the first bytes of a digest, with version and variant.
fn uuid(digest: &Digest) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

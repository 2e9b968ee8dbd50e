//! Findings → the batch: keys, systems, observations, everything sorted.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::observation::{AssetKey, Location, Period, Seen, SeenAsset};
use annex_isms::{AssetKind, Attribute, Basis, Digest, Observation, SupplierId, SystemId, Value};

use crate::attributes::{PRESENCE, unfavourable};
use crate::findings::{Finding, Findings, Key, Place};
use crate::flows::application;
use crate::systems::{Found, Systems, folder_of};

/// An asset and what is seen of it.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) aliases: BTreeSet<String>,
    pub(crate) supplier: Option<SupplierId>,
    pub(crate) systems: BTreeSet<SystemId>,
    pub(crate) locations: BTreeSet<Location>,
    pub(crate) tools: BTreeSet<String>,
}

/// Values seen of one attribute, with their places.
type Values = BTreeMap<Value, BTreeSet<Location>>;

/// Assets and observations before they are written out.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub(crate) assets: BTreeMap<AssetKey, Draft>,
    observed: BTreeMap<(Seen, &'static str), Values>,
}

impl Assembly {
    /// Gives every finding its key and its systems.
    pub(crate) fn new(
        repository: &str,
        systems: &Systems,
        manifests: &[Found],
        findings: &Findings,
    ) -> Self {
        let mut assembly = Self::default();
        for system in &systems.all {
            let draft = assembly.draft(application(system), &system.name);
            draft.systems.insert(system.id.clone());
            let own = manifests.iter().filter(|found| folder_of(&found.path) == system.folder);
            draft.locations.extend(own.map(|found| location(&Place::whole(&found.path))));
        }
        assembly.found(repository, systems, findings);
        for (attribute, value, place) in &findings.application {
            for system in systems
                .all
                .iter()
                .filter(|system| systems.of_path(&place.path).contains(&system.id))
            {
                let key = application(system);
                if let Some(draft) = assembly.assets.get_mut(&key) {
                    draft.locations.insert(location(place));
                }
                assembly.observe(Seen::Asset(key), attribute, value.clone(), Some(place));
            }
        }
        assembly
    }

    /// Adds what was found, without the applications of the systems.
    pub(crate) fn found(&mut self, repository: &str, systems: &Systems, findings: &Findings) {
        let named = Names::new(repository, systems, findings);
        let folded = collections(systems, findings);
        let mut sorted: Vec<&Finding> = findings.assets.iter().collect();
        sorted.sort();
        for finding in sorted {
            let own = systems.of_path(&finding.place.path);
            for key in named.keys(finding, &folded, &own) {
                self.add(finding, &key, &own);
            }
        }
    }

    fn draft(&mut self, key: AssetKey, name: &str) -> &mut Draft {
        self.assets.entry(key).or_insert_with(|| Draft {
            name: name.to_owned(),
            aliases: BTreeSet::new(),
            supplier: None,
            systems: BTreeSet::new(),
            locations: BTreeSet::new(),
            tools: BTreeSet::new(),
        })
    }

    fn add(&mut self, finding: &Finding, key: &AssetKey, systems: &BTreeSet<SystemId>) {
        let draft = self.draft(key.clone(), &finding.name);
        draft.aliases.extend(finding.alias.clone());
        if draft.supplier.is_none() {
            draft.supplier = finding.supplier.as_deref().and_then(|id| id.parse().ok());
        }
        draft.systems.extend(systems.iter().cloned());
        draft.locations.insert(location(&finding.place));
        draft.tools.extend(finding.tools.iter().cloned());
        for (attribute, value) in &finding.attributes {
            self.observe(Seen::Asset(key.clone()), attribute, value.clone(), Some(&finding.place));
        }
    }

    pub(crate) fn observe(
        &mut self,
        subject: Seen,
        attribute: &'static str,
        value: Value,
        place: Option<&Place>,
    ) {
        let locations =
            self.observed.entry((subject, attribute)).or_default().entry(value).or_default();
        locations.extend(place.map(location));
    }

    /// The same, seen at several places.
    pub(crate) fn observe_at(
        &mut self,
        subject: Seen,
        attribute: &'static str,
        value: Value,
        places: &BTreeSet<Location>,
    ) {
        let values = self.observed.entry((subject, attribute)).or_default();
        values.entry(value).or_default().extend(places.iter().cloned());
    }

    /// What is seen of whole systems.
    pub(crate) fn systems(
        &mut self,
        systems: &Systems,
        findings: &Findings,
        complete: bool,
        versioned: bool,
    ) {
        for system in &systems.all {
            let mut decided: BTreeMap<&'static str, BTreeMap<Option<bool>, Vec<&Place>>> =
                BTreeMap::new();
            for seen in &findings.traits {
                if systems.of_path(&seen.place.path).contains(&system.id) {
                    decided
                        .entry(seen.attribute)
                        .or_default()
                        .entry(seen.value)
                        .or_default()
                        .push(&seen.place);
                }
            }
            let subject = Seen::System(system.id.clone());
            for (attribute, values) in &decided {
                let bad = unfavourable(attribute);
                let value = if values.contains_key(&bad) {
                    bad
                } else if values.contains_key(&None) {
                    None
                } else {
                    values.keys().next().copied().flatten()
                };
                if let Some(value) = value {
                    for place in values.get(&Some(value)).into_iter().flatten() {
                        self.observe(subject.clone(), attribute, Value::Bool(value), Some(place));
                    }
                }
            }
            let has = |assembly: &Self, kinds: &[AssetKind]| {
                assembly.assets.iter().any(|(key, draft)| {
                    kinds.contains(&key.kind) && draft.systems.contains(&system.id)
                })
            };
            if complete && has(self, &[AssetKind::Model, AssetKind::ModelApi]) {
                for attribute in
                    PRESENCE.iter().filter(|attribute| !decided.contains_key(*attribute))
                {
                    self.observe(subject.clone(), attribute, Value::Bool(false), None);
                }
            }
            if versioned && has(self, &[AssetKind::Prompt]) {
                self.observe(subject.clone(), "prompts_versioned", Value::Bool(true), None);
            }
            if let Some(digest) = self.digest(&system.id, findings, systems) {
                self.observe(subject, "digest", Value::Text(digest.to_string()), None);
            }
        }
    }

    /// What changes when models, prompts, tools, retrieval or guards of a system change.
    fn digest(&self, system: &SystemId, findings: &Findings, systems: &Systems) -> Option<Digest> {
        let mut parts = BTreeSet::new();
        for (key, draft) in self.assets.iter().filter(|(_, draft)| draft.systems.contains(system)) {
            use AssetKind as K;
            match key.kind {
                K::Prompt => {
                    parts.extend(draft.aliases.iter().map(|alias| format!("prompt {alias}")));
                }
                K::Model | K::EmbeddingModel => {
                    parts.insert(key.to_string());
                    let versions = self.observed.get(&(Seen::Asset(key.clone()), "version"));
                    let versions = versions.into_iter().flat_map(Values::keys);
                    parts.extend(versions.map(|version| format!("{key} {version}")));
                }
                K::Tool | K::McpServer | K::VectorStore | K::ModelApi | K::Gateway => {
                    parts.insert(key.to_string());
                }
                _ => {}
            }
        }
        for seen in findings.traits.iter().filter(|seen| seen.attribute == "guardrail_present") {
            if systems.of_path(&seen.place.path).contains(system) {
                parts.insert("guard".to_owned());
            }
        }
        (!parts.is_empty()).then(|| Digest::of_parts(parts.iter().map(String::as_str)))
    }

    /// The observations, one per subject and attribute.
    pub(crate) fn observations(&self, basis: Basis, period: Period) -> Vec<Observation> {
        let mut all = Vec::new();
        for ((subject, name), values) in &self.observed {
            let Some((value, locations)) = decide(name, values) else {
                continue;
            };
            let Ok(attribute) = name.parse::<Attribute>() else {
                continue;
            };
            all.push(Observation {
                subject: subject.clone(),
                attribute,
                value,
                basis,
                period,
                evidence: None,
                locations,
                resolves: false,
            });
        }
        all
    }

    pub(crate) fn seen_assets(&self) -> Vec<SeenAsset> {
        self.assets
            .iter()
            .map(|(key, draft)| SeenAsset {
                key: key.clone(),
                aliases: draft.aliases.iter().cloned().collect(),
                name: draft.name.clone(),
                supplier: draft.supplier.clone(),
                systems: draft.systems.clone(),
                locations: draft.locations.clone(),
            })
            .collect()
    }
}

/// The value that holds for all places: the unfavourable one; of texts, the one that differs
/// nowhere, or for versions the lowest.
fn decide(name: &str, values: &Values) -> Option<(Value, BTreeSet<Location>)> {
    if let [(value, locations)] = values.iter().collect::<Vec<_>>().as_slice() {
        return Some(((*value).clone(), (*locations).clone()));
    }
    if let Some(bad) = unfavourable(name) {
        let bad = Value::Bool(bad);
        return values.get(&bad).map(|locations| (bad, locations.clone()));
    }
    let lowest = match name {
        "version" => values.iter().min_by_key(|(value, _)| version_key(&value.to_string())),
        // `http` sorts before `https`: the one without TLS is the one to show.
        "endpoint" => values.iter().next(),
        // Several stores of one machine: the one that takes most.
        "stored_bytes" => values.iter().next_back(),
        // Two definitions of one name: their common digest.
        "digest" | "content_digest" => {
            let parts: Vec<_> = values.keys().map(ToString::to_string).collect();
            let digest = Digest::of_parts(parts.iter().map(String::as_str));
            let places = values.values().flatten().cloned().collect();
            return Some((Value::Text(digest.to_string()), places));
        }
        _ => None,
    };
    lowest.map(|(value, locations)| (value.clone(), locations.clone()))
}

fn version_key(version: &str) -> Vec<u64> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().unwrap_or(u64::MAX))
        .collect()
}

pub(crate) fn location(place: &Place) -> Location {
    Location { path: place.path.clone(), line: place.line }
}

/// Collections by system and product: a store that is seen without its collection is one of them.
type Collections = BTreeMap<(SystemId, String), BTreeSet<String>>;

fn collections(systems: &Systems, findings: &Findings) -> Collections {
    let mut all = Collections::new();
    for finding in findings.assets.iter().filter(|finding| finding.kind == AssetKind::VectorStore) {
        if let Key::World(key) = &finding.key
            && let Some((product, _)) = key.split_once('/')
        {
            for system in systems.of_path(&finding.place.path) {
                all.entry((system, product.to_owned())).or_default().insert(key.clone());
            }
        }
    }
    all
}

/// Names within systems, made distinct where two things share one.
struct Names {
    shared: String,
    by_content: BTreeMap<(String, String), String>,
}

impl Names {
    fn new(repository: &str, systems: &Systems, findings: &Findings) -> Self {
        let mut names = Self {
            shared: annex_isms::slug(repository.rsplit('/').next().unwrap_or(repository)),
            by_content: BTreeMap::new(),
        };
        // Prompts of one name and different content get their folder's name before theirs, and
        // their digest behind it if that is not enough.
        let mut prompts: BTreeMap<(String, String), BTreeSet<(String, String)>> = BTreeMap::new();
        let mut sorted: Vec<&Finding> = findings.assets.iter().collect();
        sorted.sort();
        for finding in sorted {
            if let (Key::System { name, folder }, Some(alias)) = (&finding.key, &finding.alias) {
                let label = names.label(&systems.of_path(&finding.place.path));
                let known = prompts.values().flatten().any(|(content, _)| content == alias)
                    && names.by_content.contains_key(&(label.clone(), alias.clone()));
                if !known {
                    names.by_content.insert((label.clone(), alias.clone()), name.clone());
                    prompts
                        .entry((label, name.clone()))
                        .or_default()
                        .insert((alias.clone(), folder.clone()));
                }
            }
        }
        for ((label, name), contents) in prompts.iter().filter(|(_, contents)| contents.len() > 1) {
            for (alias, folder) in contents {
                let alone = contents.iter().filter(|(_, other)| other == folder).count() == 1;
                let mut distinct =
                    if folder.is_empty() { name.clone() } else { format!("{folder}-{name}") };
                if !alone {
                    distinct.push('-');
                    distinct
                        .push_str(alias.trim_start_matches("sha256:").get(..8).unwrap_or_default());
                }
                names.by_content.insert((label.clone(), alias.clone()), distinct);
            }
        }
        names
    }

    /// The system that a name lies in; what several share lies in the repository.
    fn label(&self, systems: &BTreeSet<SystemId>) -> String {
        match systems.iter().collect::<Vec<_>>().as_slice() {
            [one] => one.as_str().to_owned(),
            _ => self.shared.clone(),
        }
    }

    fn keys(
        &self,
        finding: &Finding,
        folded: &Collections,
        systems: &BTreeSet<SystemId>,
    ) -> Vec<AssetKey> {
        let kind = finding.kind;
        match &finding.key {
            Key::System { name, .. } => {
                let label = self.label(systems);
                let distinct = finding
                    .alias
                    .as_ref()
                    .and_then(|alias| self.by_content.get(&(label.clone(), alias.clone())))
                    .unwrap_or(name);
                vec![AssetKey { kind, key: format!("{label}/{distinct}") }]
            }
            Key::World(key) => {
                let inside: BTreeSet<_> = systems
                    .iter()
                    .filter_map(|system| folded.get(&(system.clone(), key.clone())))
                    .flatten()
                    .cloned()
                    .collect();
                let keys = if kind == AssetKind::VectorStore && !inside.is_empty() {
                    inside
                } else {
                    BTreeSet::from([key.clone()])
                };
                keys.into_iter().map(|key| AssetKey { kind, key }).collect()
            }
        }
    }
}

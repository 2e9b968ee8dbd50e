//! The AI parts of a scanned repository whose flaws a database of advisories can know: packages,
//! and servers that the organisation runs itself.
//!
//! A model behind a provider's interface is none of them, and neither are weights: no advisory
//! names their flaws. They are tested as they run, and their files are scanned as files.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::observation::{Location, ObservationBatch, SeenAsset};
use annex_isms::{AssetKind, Ecosystem};

use crate::report::{Report, Use};

/// An ecosystem and a normalised name.
pub(crate) type Package = (Ecosystem, String);

/// An AI part, and the package that it is where that is known.
pub(crate) struct Part<'b> {
    pub(crate) asset: &'b SeenAsset,
    pub(crate) package: Option<Package>,
}

/// The parts that a batch of a scan holds.
pub(crate) fn of(found: &ObservationBatch) -> Vec<Part<'_>> {
    found.assets.iter().filter_map(part).collect()
}

fn part(asset: &SeenAsset) -> Option<Part<'_>> {
    let package = package(&asset.key.key);
    let counts = match asset.key.kind {
        AssetKind::Framework => true,
        // A server that is the repository's own code has flaws that no advisory names.
        AssetKind::McpServer => package.is_some() || !asset.locations.iter().any(is_source),
        AssetKind::ModelApi | AssetKind::Gateway => asset.supplier.is_none(),
        _ => false,
    };
    counts.then_some(Part { asset, package })
}

/// `pypi/langchain`, `npm/@scope/name`: the package that makes an asset.
fn package(key: &str) -> Option<Package> {
    let (ecosystem, name) = key.split_once('/')?;
    let ecosystem: Ecosystem = ecosystem.parse().ok()?;
    Some((ecosystem, ecosystem.normalised(name)))
}

/// Whether a place is in a program, where a package is used and not only asked for.
fn is_source(place: &Location) -> bool {
    const ENDS: [&str; 13] = [
        ".py", ".ipynb", ".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs", ".rs", ".go",
        ".java", ".cs",
    ];
    let name = place.path.rsplit('/').next().unwrap_or(&place.path);
    name != "setup.py" && ENDS.iter().any(|end| name.ends_with(end))
}

impl Report {
    /// Notes at each match where a scan saw the package in use: imported in a program, or started
    /// as a server.
    pub fn note_uses(&mut self, found: &ObservationBatch) {
        let mut uses: BTreeMap<Package, Use> = BTreeMap::new();
        for Part { asset, package } in of(found) {
            let started = asset.key.kind == AssetKind::McpServer;
            let places = asset.locations.iter().filter(|place| started || is_source(place));
            let locations: BTreeSet<Location> = places.cloned().collect();
            if let Some(package) = package.filter(|_| !locations.is_empty()) {
                let empty = Use { systems: BTreeSet::new(), locations: BTreeSet::new() };
                let known = uses.entry(package).or_insert(empty);
                known.systems.extend(asset.systems.iter().cloned());
                known.locations.extend(locations);
            }
        }
        for found in &mut self.matches {
            let package = (found.dependency.ecosystem, found.dependency.name.clone());
            found.used = uses.get(&package).cloned();
        }
    }
}

//! A data-flow diagram as SVG, without a script: assets in columns, data from left to right.
//!
//! ```text
//!  nodes, edges ─▶ layout: cycles cut ─▶ columns ─▶ order in a column ─▶ places ─▶ svg
//! ```
//!
//! It is a small form of the layered drawing of Sugiyama, Tagawa and Toda (1981): the longest
//! path gives the column, barycentres give the order, and an edge over several columns runs
//! through a place of its own in each. Nothing depends on a hash order, so the same flows give
//! the same bytes.

mod layout;
mod svg;

use std::collections::BTreeSet;

use annex_isms::entity::{Asset, Flow};
use annex_isms::{AssetId, AssetKind, DataClass};
use maud::{Markup, html};

/// More assets than this are not drawn: nobody could read it.
pub(super) const NODES_MAX: usize = 60;
/// More flows than this are not drawn.
pub(super) const EDGES_MAX: usize = 120;

/// An asset to draw.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) kind: Option<AssetKind>,
    pub(super) supplier: Option<String>,
}

/// A flow to draw, between nodes by their index.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) carries: String,
    /// All its classes.
    pub(super) classes: String,
    /// The highest of them, and how many more.
    pub(super) label: String,
    /// The highest class, as a word for the style.
    pub(super) tone: &'static str,
}

impl Edge {
    /// A flow between two nodes. Classes that nobody knows are said to be so.
    pub(super) fn new(
        (from, to): (usize, usize),
        carries: &str,
        classes: &BTreeSet<DataClass>,
    ) -> Self {
        let all: Vec<String> = classes.iter().map(ToString::to_string).collect();
        let label = match classes.iter().max() {
            None => "class not known".to_owned(),
            Some(highest) if all.len() == 1 => highest.to_string(),
            Some(highest) => format!("{highest} +{}", all.len() - 1),
        };
        let known = if all.is_empty() { "class not known".to_owned() } else { all.join(", ") };
        Self {
            from,
            to,
            carries: carries.to_owned(),
            classes: known,
            label,
            tone: classes.iter().max().map_or("unknown", |class| class.as_str()),
        }
    }
}

/// The flows between some assets as a diagram; `id` makes the names of its parts its own. Flows
/// with an end that is not among the assets are left out.
pub fn flow_diagram(title: &str, id: &str, assets: &[Asset], flows: &[Flow]) -> Markup {
    if assets.len() > NODES_MAX || flows.len() > EDGES_MAX {
        return too_large(assets.len(), flows.len());
    }
    let nodes: Vec<Node> = assets
        .iter()
        .map(|asset| Node {
            name: asset.name.clone(),
            kind: Some(asset.kind),
            supplier: asset.supplier.as_ref().map(ToString::to_string),
        })
        .collect();
    let index = |id: &AssetId| assets.iter().position(|asset| asset.id == *id);
    let edges: Vec<Edge> = flows
        .iter()
        .filter_map(|flow| {
            let ends = (index(&flow.from)?, index(&flow.to)?);
            Some(Edge::new(ends, &flow.carries, &flow.classes))
        })
        .collect();
    draw(title, id, &nodes, &edges)
}

/// The diagram, or why there is none.
pub(super) fn draw(title: &str, id: &str, nodes: &[Node], edges: &[Edge]) -> Markup {
    if nodes.is_empty() {
        return html! { p.none { "No data flow was seen between its assets." } };
    }
    let links: Vec<(usize, usize)> = edges.iter().map(|edge| (edge.from, edge.to)).collect();
    svg::draw(title, id, nodes, edges, &layout::place(nodes.len(), &links))
}

/// What is said instead of a diagram that is too large.
pub(super) fn too_large(assets: usize, flows: usize) -> Markup {
    html! {
        p.none { (assets) " assets and " (flows) " data flows are too many to draw; they stand in the table of flows." }
    }
}

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

use annex_isms::AssetKind;
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

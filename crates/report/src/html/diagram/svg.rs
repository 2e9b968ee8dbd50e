//! A layout as SVG: a shape for each kind of asset, a curve and a label for each flow.

use std::fmt::Write as _;

use annex_isms::AssetKind;
use maud::{Markup, html};

use super::layout::{COLUMN_GAP, Layout, NODE_HEIGHT, NODE_WIDTH};
use super::{Edge, Node};
use crate::style::{cut, plain, width};

/// Letters that fit a line of a node.
const NAME_COLUMNS: usize = 19;
/// Letters that fit between two columns.
const LABEL_COLUMNS: usize = 18;
const LABEL_HEIGHT: i32 = 28;
const LABEL_WIDTH: i32 = 112;
/// How far a label moves to find a free place, and how often.
const LABEL_STEP: i32 = 6;
const LABEL_MOVES_MAX: i32 = 60;

pub(super) fn draw(
    title: &str,
    id: &str,
    nodes: &[Node],
    edges: &[Edge],
    layout: &Layout,
) -> Markup {
    let (title_id, text_id) = (format!("{id}-title"), format!("{id}-text"));
    let marker = format!("{id}-arrow");
    let labels = labels(layout);
    // The labels may have moved below everything else.
    let height =
        labels.iter().map(|label| label.1 + LABEL_HEIGHT).max().unwrap_or(0).max(layout.height) + 4;
    html! {
        div.diagram tabindex="0" role="region" aria-label=(title) {
            svg role="img" aria-labelledby=(title_id) aria-describedby=(text_id)
                width=(layout.width) height=(height) viewBox=(format!("0 0 {} {height}", layout.width)) {
                title id=(title_id) { (plain(title)) }
                desc id=(text_id) { @for edge in edges {
                    (plain(&nodes[edge.from].name)) " to " (plain(&nodes[edge.to].name)) ": "
                    (plain(&edge.carries)) " (" (edge.classes) "). " } }
                defs { marker id=(marker) viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto" {
                    path.head d="M0 0 8 4 0 8z" {} } }
                @for (points, edge) in layout.edges.iter().zip(edges) {
                    path.flow.(edge.tone) d=(curve(points)) marker-end=(format!("url(#{marker})")) {}
                }
                @for (node, &(x, y)) in nodes.iter().zip(&layout.nodes) { (shape(node, x, y)) }
                @for (&(x, y), edge) in labels.iter().zip(edges) { (label(edge, x, y)) }
            }
        }
    }
}

/// A curve through points, level at each of them.
fn curve(points: &[(i32, i32)]) -> String {
    let mut path = String::new();
    for (number, &(x, y)) in points.iter().enumerate() {
        let Some(&(from, level)) = number.checked_sub(1).and_then(|before| points.get(before))
        else {
            let _ = write!(path, "M{x} {y}");
            continue;
        };
        if level == y {
            let _ = write!(path, "L{x} {y}");
        } else {
            let middle = i32::midpoint(from, x);
            let _ = write!(path, "C{middle} {level} {middle} {y} {x} {y}");
        }
    }
    path
}

/// The middle of each label: beside the start of its edge, where no other label is.
fn labels(layout: &Layout) -> Vec<(i32, i32)> {
    let mut taken: Vec<(i32, i32)> = Vec::new();
    for points in &layout.edges {
        let (a, b) = match points.as_slice() {
            // Where an edge passes columns, its first stretch is the one nearest its source.
            [a, b, ..] => (*a, *b),
            _ => ((0, 0), (0, 0)),
        };
        let x = if (a.0 - b.0).abs() <= COLUMN_GAP {
            i32::midpoint(a.0, b.0)
        } else {
            a.0 + COLUMN_GAP / 2
        };
        let wanted = i32::midpoint(a.1, b.1);
        let free = |y: i32| {
            y >= LABEL_HEIGHT / 2
                && taken.iter().all(|&(tx, ty)| {
                    (tx - x).abs() >= LABEL_WIDTH || (ty - y).abs() >= LABEL_HEIGHT
                })
        };
        let moved = (0..LABEL_MOVES_MAX)
            .flat_map(|step| [wanted + step * LABEL_STEP, wanted - step * LABEL_STEP])
            .find(|&y| free(y));
        taken.push((x, moved.unwrap_or(wanted)));
    }
    taken
}

fn label(edge: &Edge, x: i32, y: i32) -> Markup {
    let carries = short(&edge.carries);
    let classes = short(&edge.label);
    let wide = |text: &str| i32::try_from(text.chars().count()).unwrap_or(0) * 6 + 10;
    let width = wide(&carries).max(wide(&classes));
    html! {
        g.label {
            title { (plain(&edge.carries)) " (" (edge.classes) ")" }
            rect x=(x - width / 2) y=(y - 13) width=(width) height="27" rx="3" {}
            text x=(x) y=(y - 2) { (carries) }
            text.class.(edge.tone) x=(x) y=(y + 10) { (classes) }
        }
    }
}

fn short(text: &str) -> String {
    cut(&plain(text), LABEL_COLUMNS)
}

fn shape(node: &Node, x: i32, y: i32) -> Markup {
    let lines = two_lines(&plain(&node.name), NAME_COLUMNS);
    let kind = node.kind.map_or("asset", AssetKind::as_str).replace('_', " ");
    let under = match &node.supplier {
        Some(supplier) => cut(&format!("{kind} · {}", plain(supplier)), NAME_COLUMNS + 4),
        None => kind,
    };
    let middle = x + NODE_WIDTH / 2;
    let top = if lines.len() == 1 { y + 31 } else { y + 24 };
    let outside = if node.supplier.is_some() { "node outside" } else { "node" };
    html! {
        g class=(outside) {
            title { (plain(&node.name)) " (" (under) ")" }
            (outline(node.kind, x, y))
            @for (number, line) in (0..).zip(&lines) { text.name x=(middle) y=(top + number * 15) { (line) } }
            text.kind x=(middle) y=(y + NODE_HEIGHT - 9) { (under) }
        }
    }
}

/// A name on one or two lines, broken after a space or a mark where there is one.
fn two_lines(name: &str, columns: usize) -> Vec<String> {
    if width(name) <= columns {
        return vec![name.to_owned()];
    }
    let ends = name.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
    let fits: Vec<(usize, char)> =
        ends.take_while(|&(end, _)| width(&name[..end]) <= columns).collect();
    let after_mark =
        fits.iter().rev().find(|(_, c)| matches!(c, ' ' | '-' | '/' | '_' | '.' | ':' | '@'));
    let split = after_mark.or(fits.last()).map_or(0, |&(end, _)| end);
    vec![name[..split].trim_end().to_owned(), cut(name[split..].trim_start(), columns)]
}

/// The outline that says the kind: stores are barrels, documents have a folded corner, agents
/// are hexagons, services and models are round.
fn outline(kind: Option<AssetKind>, x: i32, y: i32) -> Markup {
    let (w, h) = (NODE_WIDTH, NODE_HEIGHT);
    match kind {
        Some(AssetKind::VectorStore | AssetKind::LogStore | AssetKind::Dataset) => html! {
            path.outline d=(format!("M{x} {}a{} 7 0 0 1 {w} 0v{}a{} 7 0 0 1 -{w} 0z", y + 7, w / 2, h - 14, w / 2)) {}
            path.inline d=(format!("M{x} {}a{} 7 0 0 0 {w} 0", y + 7, w / 2)) {}
        },
        Some(AssetKind::Corpus | AssetKind::Prompt) => html! {
            path.outline d=(format!("M{x} {y}h{}l14 14v{}h-{w}z", w - 14, h - 14)) {}
            path.inline d=(format!("M{} {y}v14h14", x + w - 14)) {}
        },
        Some(AssetKind::Agent) => html! {
            path.outline d=(format!("M{} {y}h{}l14 {}l-14 {}h-{}l-14 -{}z", x + 14, w - 28, h / 2, h / 2, w - 28, h / 2)) {}
        },
        Some(AssetKind::ModelApi | AssetKind::Model | AssetKind::EmbeddingModel) => html! {
            rect.outline x=(x) y=(y) width=(w) height=(h) rx=(h / 2) {}
        },
        Some(AssetKind::Tool | AssetKind::McpServer) => html! {
            rect.outline x=(x) y=(y) width=(w) height=(h) {}
            path.inline d=(format!("M{} {y}v{h}M{} {y}v{h}", x + 8, x + w - 8)) {}
        },
        _ => html! { rect.outline x=(x) y=(y) width=(w) height=(h) rx="8" {} },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_outside_stays_text() {
        let node = Node {
            name: "</text><script>".to_owned(),
            kind: Some(AssetKind::Prompt),
            supplier: None,
        };
        let edges = [Edge {
            from: 0,
            to: 0,
            carries: "\"><img src=x>".to_owned(),
            classes: "restricted".to_owned(),
            label: "restricted".to_owned(),
            tone: "restricted",
        }];
        let drawn = super::super::draw("t", "id", &[node], &edges).into_string();
        assert!(!drawn.contains("<script") && !drawn.contains("<img"), "{drawn}");
    }
}

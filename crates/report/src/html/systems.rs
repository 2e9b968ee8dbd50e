//! Each AI system in full: its data-flow diagram, its flows, its assets.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::AssetId;
use annex_isms::assessment::{FlowView, SystemView};
use maud::{Markup, html};

use super::breakable;
use super::diagram::{self, Edge, Node};
use super::parts::{anchor, and_more, capped, section, tally};
use crate::registers::Register;
use crate::style::Tone;
use crate::table::{Cell, Column, Table};
use crate::view::{Report, owner, places};

const SYSTEMS_MAX: usize = 40;
const ROWS_MAX: usize = 100;
/// A longer text is not shown; the flows stand in the table.
const MERMAID_BYTES_MAX: usize = 64 << 10;
const UNCONNECTED_MAX: usize = 30;

impl Report<'_> {
    pub(super) fn system_pages(&self) -> Markup {
        let systems = &self.assessment.systems;
        let flows = self.table(Register::Flows);
        html! {
            section {
                (section("system-pages", "Systems and data flows", ""))
                @if systems.is_empty() { p.none { (self.none_found()) } }
                @for system in systems.iter().take(SYSTEMS_MAX) { (self.system_page(system)) }
                @if systems.len() > SYSTEMS_MAX { (and_more((systems.len() - SYSTEMS_MAX) as u64, "csv/systems.csv")) }
                @if !flows.rows.is_empty() {
                    details { summary { "All data flows as a table" } (capped(flows, ROWS_MAX, "csv/flows.csv")) }
                }
            }
        }
    }

    fn system_page(&self, system: &SystemView) -> Markup {
        let own: BTreeSet<&AssetId> = system.assets.iter().collect();
        let flows: Vec<&FlowView> = self
            .assessment
            .flows
            .iter()
            .filter(|flow| own.contains(&flow.from) && own.contains(&flow.to))
            .collect();
        let linked: BTreeSet<&AssetId> =
            flows.iter().flat_map(|flow| [&flow.from, &flow.to]).collect();
        let alone: Vec<&AssetId> = own.difference(&linked).copied().collect();
        html! {
            article.system id=(anchor("system", system.id.as_str())) {
                h3 { (breakable(&system.name)) " " code { (system.id.as_str()) } }
                (self.drawing(system, &linked, &flows))
                @if !alone.is_empty() {
                    p.muted { "No flow seen: " @for id in alone.iter().take(UNCONNECTED_MAX) {
                        span.tag { (breakable(self.asset_name(id))) } " " }
                        @if alone.len() > UNCONNECTED_MAX { "and " (alone.len() - UNCONNECTED_MAX) " more" } }
                }
                (self.parts_by_control(system))
                details {
                    summary { "The diagram as Mermaid text" }
                    @if system.diagram.len() <= MERMAID_BYTES_MAX { pre { code { (system.diagram) } } }
                    @else { p.more { "It is longer than a page should be; it stands in " code { "assessment.json" } " in the pack." } }
                }
                details {
                    summary { "Its " (system.assets.len()) " assets" }
                    (capped(self.assets_of(system), ROWS_MAX, "csv/assets.csv"))
                }
            }
        }
    }

    /// The parts of a system against the eight controls that AI changes most.
    fn parts_by_control(&self, system: &SystemView) -> Markup {
        let controls: Vec<_> = self.principal_controls().map(|control| &control.id).collect();
        let cells: BTreeMap<_, _> = self
            .assessment
            .architecture
            .iter()
            .map(|cell| ((&cell.asset, &cell.control), cell.counts))
            .collect();
        let concerned = |id: &&AssetId| controls.iter().any(|c| cells.contains_key(&(*id, *c)));
        let rows: Vec<&AssetId> = system.assets.iter().filter(concerned).collect();
        let shown = &rows[..rows.len().min(ROWS_MAX)];
        html! {
            @if !rows.is_empty() {
                div.scroll tabindex="0" role="region" aria-label="Parts by control" { table.parts {
                    caption { "What is known of each part, its system and its supplier, by control" }
                    thead { tr {
                        th scope="col" { "Part" }
                        @for control in &controls { th scope="col" {
                            a href=(format!("#{}", anchor("control", &control.to_string()))) { (control.to_string()) } } }
                    } }
                    tbody { @for id in shown { tr {
                        th scope="row" { (breakable(self.asset_name(id)))
                            @if let Some(asset) = self.asset(id) { span.sub { (asset.kind.as_str()) } } }
                        @for control in &controls {
                            td data-label=(control.to_string()) {
                                @match cells.get(&(*id, *control)) {
                                    Some(counts) => (tally(*counts)),
                                    None => span.muted title="does not concern it" { "–" },
                                }
                            }
                        }
                    } } }
                } }
                @if rows.len() > shown.len() { (and_more((rows.len() - shown.len()) as u64, "csv/architecture.csv")) }
                p.muted { "All controls that AI changes stand in " code { "csv/architecture.csv" } " in the pack." }
            }
        }
    }

    fn drawing(
        &self,
        system: &SystemView,
        linked: &BTreeSet<&AssetId>,
        flows: &[&FlowView],
    ) -> Markup {
        if linked.len() > diagram::NODES_MAX || flows.len() > diagram::EDGES_MAX {
            return diagram::too_large(linked.len(), flows.len());
        }
        let nodes: Vec<Node> = linked
            .iter()
            .map(|id| {
                let asset = self.asset(id);
                Node {
                    name: self.asset_name(id).to_owned(),
                    kind: asset.map(|asset| asset.kind),
                    supplier: asset.and_then(|a| a.supplier.as_ref()).map(ToString::to_string),
                }
            })
            .collect();
        let index = |id: &AssetId| linked.iter().position(|linked| *linked == id);
        let edges: Vec<Edge> = flows
            .iter()
            .filter_map(|flow| {
                let ends = (index(&flow.from)?, index(&flow.to)?);
                Some(Edge::new(ends, &flow.carries, &flow.classes))
            })
            .collect();
        let title = format!("Data flows of {}", system.name);
        diagram::draw(&title, &anchor("flow", system.id.as_str()), &nodes, &edges)
    }

    fn assets_of(&self, system: &SystemView) -> Table {
        let columns = vec![
            Column::left("kind", "Kind"),
            Column::left("name", "Name"),
            Column::left("locations", "Seen at"),
            Column::left("supplier", "Supplier"),
            Column::left("registration", "Registered"),
            Column::left("owner", "Owner"),
            Column::left("attributes", "Known of it"),
        ];
        let mut table = Table::new("assets", self.none_found(), columns);
        table.rows.extend(system.assets.iter().filter_map(|id| self.asset(id)).map(|asset| {
            let (registered, tone) = match &asset.registration {
                Some(r) if r.in_scope => ("in scope", Tone::Good),
                Some(_) => ("out of scope", Tone::Muted),
                None => ("not decided", Tone::Open),
            };
            let known = asset.attributes.iter().map(|(name, known)| {
                format!("{name} = {} ({}, {})", known.value, known.basis, known.seen_at.date())
            });
            vec![
                Cell::text(asset.kind.as_str()),
                Cell::text(&asset.name),
                Cell::text(places(&asset.locations)),
                Cell::maybe(asset.supplier.as_ref()),
                Cell::text(registered).toned(tone),
                Cell::text(owner(asset.owner.as_ref(), "")),
                Cell::list(known),
            ]
        }));
        table
    }
}

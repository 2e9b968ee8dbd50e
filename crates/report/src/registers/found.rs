//! What was found: systems, assets, flows, evidence, and what was not read.

use annex_isms::Instant;
use serde_json::Value as Json;

use super::{classes, count_cells, count_columns};
use crate::style::Tone;
use crate::table::{Cell, Column, Table};
use crate::view::{Report, Shown, owner, person, places, stage2_kind};

impl Report<'_> {
    pub(super) fn systems(&self) -> Table {
        let columns = vec![
            Column::whole("id", "System"),
            Column::left("name", "Name"),
            Column::page("purpose", "Purpose"),
            Column::left("owner", "Owner"),
            Column::left("models", "Models"),
            Column::left("suppliers", "Suppliers"),
            Column::left("classes", "Data classes"),
            Column::right("assets", "Assets"),
        ];
        let mut table = Table::new("AI systems", self.none_found(), columns);
        table.rows.extend(self.assessment.systems.iter().map(|system| {
            vec![
                Cell::text(system.id.as_str()),
                Cell::text(&system.name),
                Cell::text(&system.purpose),
                Cell::maybe(system.owner.as_ref()).shown_as(person(system.owner.as_ref())),
                Cell::list(&system.models),
                Cell::list(&system.suppliers),
                classes(&system.classes),
                Cell::number(system.assets.len() as u64),
            ]
        }));
        table
    }

    pub(super) fn assets(&self) -> Table {
        let columns = vec![
            Column::hidden("id", "Id"),
            Column::whole("kind", "Kind"),
            Column::left("name", "Name"),
            Column::left("locations", "Seen at"),
            Column::left("systems", "Systems"),
            Column::left("supplier", "Supplier"),
            Column::left("in_scope", "Registered"),
            Column::left("owner", "Owner"),
            Column::left("classification", "Class"),
            Column::left("present", "Seen last run"),
        ];
        let mut table = Table::new("assets", self.none_found(), columns);
        table.rows.extend(self.assessment.assets.iter().map(|asset| {
            let (registered, tone) = match &asset.registration {
                Some(r) if r.in_scope => ("in scope".to_owned(), Tone::Good),
                Some(r) => (format!("out of scope: {}", r.reason), Tone::Muted),
                None => ("not decided".to_owned(), Tone::Open),
            };
            let decided = asset.registration.as_ref().map(|r| r.in_scope);
            vec![
                Cell::text(asset.id.as_str()),
                Cell::text(asset.kind.as_str()),
                Cell::text(&asset.name),
                Cell::list(&asset.locations).shown_as(places(&asset.locations)),
                Cell::list(&asset.systems),
                Cell::maybe(asset.supplier.as_ref()),
                Cell { text: registered, value: Json::from(decided), tone },
                Cell::text(owner(asset.owner.as_ref(), "")),
                Cell::maybe(asset.classification),
                Cell::flag(asset.present, "yes", "no longer"),
            ]
        }));
        table
    }

    pub(super) fn flows(&self) -> Table {
        let columns = vec![
            Column::hidden("id", "Id"),
            Column::left("from", "From"),
            Column::left("to", "To"),
            Column::left("carries", "Carries"),
            Column::left("classes", "Data classes"),
            Column::left("basis", "Basis"),
            Column::left("locations", "Seen at"),
        ];
        let mut table = Table::new("data flows", self.none_found(), columns);
        table.rows.extend(self.assessment.flows.iter().map(|flow| {
            vec![
                Cell::text(flow.id.as_str()),
                Cell::text(flow.from.as_str()).shown_as(self.asset_name(&flow.from)),
                Cell::text(flow.to.as_str()).shown_as(self.asset_name(&flow.to)),
                Cell::text(&flow.carries),
                classes(&flow.classes),
                Cell::text(flow.basis.as_str()),
                Cell::list(&flow.locations).shown_as(places(&flow.locations)),
            ]
        }));
        table
    }

    pub(super) fn architecture(&self) -> Table {
        let mut columns = vec![
            Column::hidden("asset", "Id"),
            Column::left("name", "Component"),
            Column::whole("kind", "Kind"),
            Column::left("control", "Control"),
        ];
        columns.extend(count_columns());
        let mut table = Table::new("component × control", self.none_found(), columns);
        table.rows.extend(self.assessment.architecture.iter().map(|cell| {
            let mut row = vec![
                Cell::text(cell.asset.as_str()),
                Cell::text(self.asset_name(&cell.asset)),
                Cell::maybe(self.asset(&cell.asset).map(|asset| asset.kind)),
                Cell::text(cell.control.to_string()),
            ];
            row.extend(count_cells(cell.counts));
            row
        }));
        table
    }

    pub(super) fn stage2(&self) -> Table {
        let columns = vec![
            Column::hidden("id", "Id"),
            Column::left("presence", "State"),
            Column::left("title", "What an auditor asks to see"),
            Column::left("evidence", "Evidence"),
            Column::left("date", "Speaks until"),
            Column::left("owner", "Owner"),
            Column::hidden("role", "Role"),
        ];
        let mut table = Table::new("Stage 2 checklist", "no checklist in the catalogue", columns);
        table.rows.extend(self.assessment.stage2.iter().map(|item| {
            let evidence = item
                .evidence
                .iter()
                .map(|evidence| format!("{}: {}", stage2_kind(evidence), evidence.presence.word()));
            let date = item.evidence.iter().filter_map(|evidence| evidence.date).min();
            let who =
                item.owner.as_ref().map_or_else(|| owner(None, &item.role), ToString::to_string);
            vec![
                Cell::text(&item.id),
                Cell::text(item.presence.as_str())
                    .shown_as(item.presence.word())
                    .toned(item.presence.tone()),
                Cell::text(&item.title),
                Cell::list(evidence),
                Cell::maybe(date.map(Instant::date)),
                Cell::maybe(item.owner.as_ref()).shown_as(who),
                Cell::text(&item.role),
            ]
        }));
        table
    }

    pub(super) fn answers(&self) -> Table {
        let columns = vec![
            Column::right("count", "Resolves"),
            Column::left("subject", "About"),
            Column::left("questions", "Question"),
            Column::left("command", "Command"),
            Column::hidden("resolves", "Requirements"),
        ];
        let mut table = Table::new("answers", "no answer of a person would resolve more", columns);
        table.rows.extend(self.assessment.answers.iter().map(|hint| {
            vec![
                Cell::number(hint.count),
                Cell::text(hint.subject.to_string()),
                Cell::list(hint.questions.values()),
                Cell::text(&hint.command),
                Cell::list(&hint.resolves),
            ]
        }));
        table
    }

    pub(super) fn skipped(&self) -> Table {
        let columns =
            vec![Column::left("path", "Path"), Column::left("reason", "Why it was not read")];
        let mut table = Table::new("not read", "everything in the scope was read", columns);
        let skipped = self.assessment.skipped.iter();
        table.rows.extend(skipped.map(|s| vec![Cell::text(&s.path), Cell::text(&s.reason)]));
        table
    }
}

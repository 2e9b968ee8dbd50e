//! What was judged: controls, results, requests, gaps, risks and the Statement of Applicability.

use annex_isms::Score;
use annex_isms::assessment::{KnownValue, LikelihoodStep};
use serde_json::Value as Json;

use super::{count_cells, count_columns};
use crate::style::Tone;
use crate::table::{Cell, Column, Reader, Table};
use crate::view::{Report, Shown, acceptable, implementation, missing, owner, person, places};

impl Report<'_> {
    pub(super) fn controls(&self) -> Table {
        let mut columns = vec![
            Column::whole("id", "Control"),
            Column::left("title", "Title"),
            Column::left("status", "Status"),
            Column::left("question_1", "AI risk addressed?"),
            Column::left("question_2", "AI assets registered?"),
            Column::left("question_3", "AI threats in the risk register?"),
        ];
        columns.extend(count_columns());
        columns.push(Column::page("implementation", "Declared"));
        let mut table = Table::new("controls", "no control in the catalogue", columns);
        table.rows.extend(self.assessment.controls.iter().map(|control| {
            let question = |number| control.questions.iter().find(|q| q.number == number);
            let answer = |number| {
                question(number).map_or_else(
                    || Cell::text(""),
                    |q| {
                        Cell::text(q.answer.as_str())
                            .shown_as(q.answer.word())
                            .toned(q.answer.tone())
                    },
                )
            };
            let mut row = vec![
                Cell::text(control.id.to_string()),
                Cell::text(&control.title),
                Cell::text(control.status.as_str())
                    .shown_as(control.status.word())
                    .toned(control.status.tone()),
                answer(1),
                answer(2),
                answer(3),
            ];
            row.extend(count_cells(question(1).map(|q| q.counts).unwrap_or_default()));
            row.push(Cell::text(implementation(control.implementation.as_ref())));
            row
        }));
        table
    }

    pub(super) fn results(&self) -> Table {
        let columns = vec![
            Column::left("requirement", "Requirement"),
            Column::left("subject", "Subject"),
            Column::left("subject_name", "Name"),
            Column::left("outcome", "Result"),
            Column::whole("severity", "Severity"),
            Column::page("reasons", "Reasons"),
            Column::left("missing", "Keeps it unknown"),
            Column::left("stated", "Stated only"),
            Column::hidden("values", "Values"),
            Column::hidden("error", "Error"),
        ];
        let mut table = Table::new("results", "no requirement applied to anything", columns);
        table.rows.extend(self.assessment.results.iter().map(|result| {
            let value = |(name, known): (_, &KnownValue)| {
                format!("{name} = {} ({}, {})", known.value, known.basis, known.seen_at.date())
            };
            vec![
                Cell::text(result.requirement.to_string()),
                Cell::text(result.subject.to_string()),
                Cell::text(self.subject_name(&result.subject)),
                Cell::text(result.outcome.as_str())
                    .shown_as(result.outcome.word())
                    .toned(result.outcome.tone()),
                Cell::text(result.severity.as_str()).toned(result.severity.tone()),
                Cell::list(&result.reasons),
                Cell::list(
                    result.missing.iter().map(|(name, why)| format!("{name}: {}", missing(why))),
                ),
                Cell::flag(result.stated, "stated", ""),
                Cell::list(result.values.iter().map(value)),
                Cell::maybe(result.error.as_ref()),
            ]
        }));
        table
    }

    pub(super) fn requests(&self) -> Table {
        let columns = vec![
            Column::whole("id", "Request"),
            Column::left("requirement", "Requirement"),
            Column::left("subject", "Subject"),
            Column::left("ask", "What would resolve it"),
            Column::left("by_person", "By"),
            Column::left("owner", "Owner"),
            Column::hidden("role", "Role"),
            Column::whole("due", "Due"),
        ];
        let mut table = Table::new("evidence requests", "no evidence request is open", columns);
        table.rows.extend(self.assessment.requests.iter().map(|request| {
            vec![
                Cell::text(request.id.as_str()),
                Cell::text(request.requirement.to_string()),
                Cell::text(request.subject.to_string()),
                Cell::text(&request.ask),
                Cell::flag(request.by_person, "a person", "a collector"),
                Cell::text(owner(request.owner.as_ref(), &request.role)),
                Cell::text(&request.role),
                Cell::text(request.due.to_string()),
            ]
        }));
        table
    }

    pub(super) fn gaps(&self) -> Table {
        let columns = vec![
            Column::whole("id", "Gap"),
            Column::whole("severity", "Severity"),
            Column::left("requirement", "Requirement"),
            Column::hidden("title", "Title"),
            Column::hidden("subject", "Subject"),
            Column::left("subject_name", "About"),
            Column::left("locations", "Seen at"),
            Column::page("reasons", "Why"),
            Column::page("remedy", "What to do"),
            Column::left("owner", "Owner"),
            Column::hidden("role", "Role"),
            Column::whole("due", "Due"),
            Column::left("status", "Status"),
            Column::hidden("excepted_until", "Exception until"),
        ];
        let unknown = self.counts().unknown;
        let none = format!("no gap is known; {unknown} results are unknown, which is not met");
        let mut table = Table::new("gaps", none, columns);
        table.rows.extend(self.assessment.gaps.iter().map(|gap| {
            let status = match gap.excepted_until {
                Some(day) => format!("{}, exception until {day}", gap.status),
                None => gap.status.to_string(),
            };
            vec![
                Cell::text(gap.id.as_str()),
                Cell::text(gap.severity.as_str()).toned(gap.severity.tone()),
                Cell::text(gap.requirement.to_string()),
                Cell::text(&gap.title),
                Cell::text(gap.subject.to_string()),
                Cell::text(&gap.subject_name),
                Cell::list(&gap.locations).shown_as(places(&gap.locations)),
                Cell::list(&gap.reasons),
                Cell::text(&gap.remedy),
                Cell::text(owner(gap.owner.as_ref(), &gap.role)),
                Cell::text(&gap.role),
                Cell::text(gap.due.to_string()),
                Cell::text(gap.status.as_str()).shown_as(status.replace('_', " ")),
                Cell::maybe(gap.excepted_until),
            ]
        }));
        table
    }

    pub(super) fn risks(&self) -> Table {
        let columns = vec![
            Column::whole("id", "Risk"),
            Column::left("system", "System"),
            Column::page("title", "Threat"),
            Column::left("owner", "Owner"),
            Column::left("review", "Review"),
            Column {
                reader: Reader::Pages,
                ..Column::right("inherent_likelihood", "Inherent likelihood")
            },
            Column {
                reader: Reader::Pages,
                ..Column::right("inherent_consequence", "Inherent consequence")
            },
            Column {
                reader: Reader::Pages,
                ..Column::right("current_likelihood", "Current likelihood")
            },
            Column::right("current_score", "Current score"),
            Column { reader: Reader::Pages, ..Column::right("residual_score", "Residual score") },
            Column::left("acceptable", "Acceptance"),
            Column::left("treatment", "Treatment"),
            Column::hidden("steps", "Steps"),
            Column::hidden("references", "References"),
        ];
        let mut table = Table::new("risks", self.none_found(), columns);
        let score = |score: Option<u8>| match score {
            Some(score) => Cell::number(u64::from(score)),
            None => Cell::text("").shown_as("not judged").toned(Tone::Open),
        };
        table.rows.extend(self.assessment.risks.iter().map(|risk| {
            let (verdict, tone) = acceptable(risk);
            let step =
                |step: &LikelihoodStep| format!("{:+} {}: {}", step.by, step.control, step.reason);
            vec![
                Cell::text(risk.id.as_str()),
                Cell::text(risk.system.as_str()).shown_as(self.system_name(&risk.system)),
                Cell::text(&risk.title),
                Cell::maybe(risk.owner.as_ref()).shown_as(person(risk.owner.as_ref())),
                Cell::text(risk.review.as_str())
                    .shown_as(risk.review.word())
                    .toned(risk.review.tone()),
                score(risk.inherent.map(|inherent| inherent.likelihood.get())),
                score(risk.inherent.map(|inherent| inherent.consequence.worst().get())),
                score(risk.current_likelihood.map(Score::get)),
                score(risk.current_score),
                score(risk.residual_score),
                Cell { text: verdict.to_owned(), value: Json::from(risk.acceptable), tone },
                Cell::maybe(risk.treatment),
                Cell::list(risk.steps.iter().map(step)),
                Cell::list(&risk.references),
            ]
        }));
        table
    }

    pub(super) fn soa(&self) -> Table {
        let mut columns = vec![
            Column::left("control", "Control"),
            Column::left("title", "Title"),
            Column::left("included", "Decision"),
            Column::left("decision_reason", "Reason decided"),
            Column::left("approved_by", "Approved by"),
            Column::page("reasons", "Reasons on record"),
            Column::page("implementation", "Declared implementation"),
            Column::left("measured", "Measured"),
        ];
        columns.extend(count_columns());
        let mut table = Table::new("Statement of Applicability (draft)", "no control", columns);
        table.rows.extend(self.assessment.soa.iter().map(|row| {
            let decision = row.decision.as_ref();
            let (decided, tone) = match decision {
                Some(d) if d.included => (format!("included (version {})", d.version), Tone::Plain),
                Some(d) => (format!("excluded (version {})", d.version), Tone::Muted),
                None => ("not decided".to_owned(), Tone::Open),
            };
            let approver = match decision {
                Some(d) => d.approved_by.as_ref().map_or("a draft".to_owned(), ToString::to_string),
                None => String::new(),
            };
            let mut cells = vec![
                Cell::text(row.control.to_string()),
                Cell::text(&row.title),
                Cell { text: decided, value: Json::from(decision.map(|d| d.included)), tone },
                Cell::maybe(decision.map(|d| &d.reason)),
                Cell::maybe(decision.and_then(|d| d.approved_by.as_ref())).shown_as(approver),
                Cell::list(&row.reasons),
                Cell::text(implementation(row.implementation.as_ref())),
                Cell::text(row.measured.as_str())
                    .shown_as(row.measured.word())
                    .toned(row.measured.tone()),
            ];
            cells.extend(count_cells(row.counts));
            cells
        }));
        table
    }
}

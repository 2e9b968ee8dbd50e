//! `annex catalog`: check, list, show.

use annex_catalog::{Catalogue, Control, Layer, Requirement, Threat};
use annex_isms::{ControlId, FrameworkRef};
use annex_operations::{Exit, OperationError};
use annex_report::Cell;
use serde_json::{Value, json};

use crate::args::{CatalogArgs, CatalogCommand, Format};
use crate::context::Context;
use crate::output;
use crate::registers::plain_table;

pub(crate) fn catalog(context: &Context, args: CatalogArgs) -> Result<Exit, OperationError> {
    match args.command {
        CatalogCommand::Check { folder, alone } => {
            let own = Layer::folder(&folder)?;
            let layers = if alone { vec![own] } else { vec![Layer::embedded(), own] };
            let catalogue = Catalogue::load(&layers)?;
            output::bytes(
                format!(
                    "no faults: {} controls, {} requirements, {} attributes, {} threats\n",
                    catalogue.controls.len(),
                    catalogue.requirements.len(),
                    catalogue.attributes.len(),
                    catalogue.threats.len()
                )
                .as_bytes(),
            )?;
        }
        CatalogCommand::List { reference, control } => {
            let catalogue = annex_operations::catalogue(&context.load(None)?.settings)?;
            list(context, &catalogue, reference.as_ref(), control.as_ref())?;
        }
        CatalogCommand::Show { id } => {
            let catalogue = annex_operations::catalogue(&context.load(None)?.settings)?;
            show(context, &catalogue, &id)?;
        }
    }
    Ok(Exit::Done)
}

fn list(
    context: &Context,
    catalogue: &Catalogue,
    reference: Option<&FrameworkRef>,
    control: Option<&ControlId>,
) -> Result<(), OperationError> {
    let wanted = |requirement: &&Requirement| {
        reference.is_none_or(|wanted| requirement.refs.contains_key(wanted))
    };
    let controls: Vec<(&Control, Vec<&Requirement>)> = catalogue
        .controls
        .values()
        .filter(|row| control.is_none_or(|wanted| row.id == *wanted))
        .map(|row| (row, catalogue.of_control(&row.id).filter(wanted).collect::<Vec<_>>()))
        .filter(|(_, requirements)| reference.is_none() || !requirements.is_empty())
        .collect();
    let threats: Vec<&Threat> = catalogue
        .threats
        .iter()
        .filter(|threat| reference.is_none_or(|wanted| threat.refs.contains_key(wanted)))
        .filter(|threat| control.is_none_or(|wanted| threat.controls.contains(wanted)))
        .collect();
    if context.global.format == Format::Json {
        let rows: Vec<Value> = controls
            .iter()
            .map(|(control, requirements)| {
                let mut row = serde_json::to_value(control).unwrap_or_default();
                row["requirements"] = serde_json::to_value(requirements).unwrap_or_default();
                row
            })
            .collect();
        return output::json(
            &json!({ "digest": catalogue.digest, "controls": rows, "threats": threats }),
        );
    }
    let columns = [
        ("control", "Control"),
        ("requirement", "Requirement"),
        ("title", "Title"),
        ("subject", "Subject"),
        ("severity", "Severity"),
    ];
    let mut table = plain_table("Catalogue", "Nothing in the catalogue refers to it.", &columns);
    for (control, requirements) in controls {
        if requirements.is_empty() {
            let note = if control.ai.is_some() { "" } else { "base ISMS, not assessed here" };
            table.rows.push(vec![
                Cell::text(control.id.to_string()),
                Cell::text(note),
                Cell::text(&control.title),
                Cell::text(""),
                Cell::text(""),
            ]);
        }
        for requirement in requirements {
            table.rows.push(vec![
                Cell::text(control.id.to_string()),
                Cell::text(requirement.id.to_string()),
                Cell::text(&requirement.title),
                Cell::text(requirement.subject.as_str()),
                Cell::text(requirement.severity.as_str()),
            ]);
        }
    }
    for threat in threats {
        table.rows.push(vec![
            Cell::list(&threat.controls),
            Cell::text(threat.id.as_str()),
            Cell::text(&threat.title),
            Cell::text("threat"),
            Cell::text(""),
        ]);
    }
    output::table(&table, &context.global)
}

fn show(context: &Context, catalogue: &Catalogue, id: &str) -> Result<(), OperationError> {
    let requirement = id.parse().ok().and_then(|id| catalogue.requirements.get(&id));
    let control = id.parse().ok().and_then(|id| catalogue.controls.get(&id));
    let threat = catalogue.threats.iter().find(|threat| threat.id.as_str() == id);
    if context.global.format == Format::Json {
        if let Some(requirement) = requirement {
            return output::json(requirement);
        }
        if let Some(control) = control {
            return output::json(control);
        }
        if let Some(threat) = threat {
            return output::json(threat);
        }
    }
    let text = match (requirement, control, threat) {
        (Some(requirement), ..) => requirement_text(catalogue, requirement),
        (_, Some(control), _) => control_text(catalogue, control),
        (.., Some(threat)) => threat_text(threat),
        _ => {
            return Err(OperationError::Input(format!(
                "the catalogue has no control, requirement or threat `{id}`; `annex catalog list` shows them"
            )));
        }
    };
    output::bytes(text.as_bytes())
}

fn requirement_text(catalogue: &Catalogue, row: &Requirement) -> String {
    let mut lines = vec![
        format!("{}  {}", row.id, row.title),
        String::new(),
        format!("Met when: {}", row.words),
        format!("Asked of: {}", row.subject),
        format!("Question: {}   Severity: {}   Role: {}", row.question, row.severity, row.role),
        String::new(),
        "Needs:".to_owned(),
    ];
    for (name, need) in &row.needs {
        let words = catalogue
            .attributes
            .get(&(row.subject, name.clone()))
            .map_or("", |spec| spec.words.as_str());
        let after = if need.after_change { ", after the last change" } else { "" };
        lines.push(format!(
            "  {name}: {words} ({} or stronger, {} days{after})",
            need.basis, need.fresh_days
        ));
    }
    lines.push(String::new());
    lines.push("A gap when:".to_owned());
    lines.extend(row.rules.clauses().iter().map(|clause| format!("  {}", clause.reason())));
    lines.push(String::new());
    lines.push(format!("Remedy: {}", row.remedy));
    references(&mut lines, &row.refs);
    lines.join("\n") + "\n"
}

fn control_text(catalogue: &Catalogue, row: &Control) -> String {
    let mut lines = vec![format!("{}  {}", row.id, row.title), String::new()];
    lines.push(row.ai.clone().unwrap_or_else(|| "Base ISMS, not assessed here.".to_owned()));
    for requirement in catalogue.of_control(&row.id) {
        lines.push(format!("  {}  {}", requirement.id, requirement.title));
    }
    lines.join("\n") + "\n"
}

fn threat_text(row: &Threat) -> String {
    let controls: Vec<String> = row.controls.iter().map(ToString::to_string).collect();
    let mut lines = vec![
        format!("{}  {}", row.id, row.title),
        String::new(),
        row.words.clone(),
        String::new(),
        format!("Controls: {}", controls.join(", ")),
        String::new(),
        "Likelihood:".to_owned(),
    ];
    lines.extend(
        row.likelihood.iter().enumerate().map(|(index, words)| format!("  {}  {words}", index + 1)),
    );
    lines.push(String::new());
    lines.push(format!("Confidentiality: {}", row.confidentiality));
    lines.push(format!("Integrity: {}", row.integrity));
    lines.push(format!("Availability: {}", row.availability));
    references(&mut lines, &row.refs);
    lines.join("\n") + "\n"
}

fn references(lines: &mut Vec<String>, refs: &annex_catalog::References) {
    if !refs.is_empty() {
        lines.push(String::new());
        lines.push("References:".to_owned());
        lines.extend(refs.iter().map(|(reference, reason)| format!("  {reference}: {reason}")));
    }
}

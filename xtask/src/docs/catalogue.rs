//! `docs/catalogue.md`: every control, what AI changes about it, and its requirements.

use std::fmt::Write as _;

use annex_catalog::{Catalogue, Control, Requirement, Theme};

use super::NOTICE;
use crate::project::Project;

const THEMES: [(Theme, &str); 4] = [
    (Theme::Organizational, "Organizational controls"),
    (Theme::People, "People controls"),
    (Theme::Physical, "Physical controls"),
    (Theme::Technological, "Technological controls"),
];

/// Makes the page from the catalogue that is embedded in the binary.
pub(crate) fn page(_: &Project) -> anyhow::Result<Option<String>> {
    let catalogue = Catalogue::embedded()?;
    let mut page = format!("{NOTICE}# The catalogue\n\n");
    let assessed = catalogue.controls.values().filter(|control| control.ai.is_some()).count();
    let _ = writeln!(
        page,
        "{} controls, of which AI changes {assessed}; {} requirements; {} threat scenarios. What \
         the columns mean is in [the format of the catalogue](../catalog/README.md).\n",
        catalogue.controls.len(),
        catalogue.requirements.len(),
        catalogue.threats.len(),
    );
    page.push_str(
        "*Basis* is the weakest that can meet the requirement, *days* how long an observation \
         counts. *Unanswerable* names the attributes that no collector of this version can \
         deliver on that basis: such a requirement stays unknown.\n",
    );
    for (theme, title) in THEMES {
        let _ = writeln!(page, "\n## {title}");
        let (changed, base): (Vec<&Control>, Vec<&Control>) = catalogue
            .controls
            .values()
            .filter(|control| control.theme == theme)
            .partition(|control| control.ai.is_some());
        for control in changed {
            write_control(&mut page, &catalogue, control);
        }
        if !base.is_empty() {
            let names: Vec<_> =
                base.iter().map(|control| format!("{} {}", control.id, control.title)).collect();
            let _ = writeln!(page, "\nBase ISMS, not assessed here: {}.", names.join("; "));
        }
    }
    write_threats(&mut page, &catalogue);
    Ok(Some(page))
}

fn write_control(page: &mut String, catalogue: &Catalogue, control: &Control) {
    let new = if control.new_in_2022 { " (new in 2022)" } else { "" };
    let _ = writeln!(page, "\n### {} {}{new}\n", control.id, control.title);
    let _ = writeln!(page, "{}", control.ai.as_deref().unwrap_or_default().trim());
    let mut requirements: Vec<&Requirement> = catalogue.of_control(&control.id).collect();
    if requirements.is_empty() {
        return;
    }
    requirements.sort_by_key(|requirement| requirement.question);
    page.push_str(
        "\n| requirement | question | subject | basis | days | severity | references | unanswerable |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for requirement in requirements {
        let references: Vec<_> =
            requirement.refs.keys().map(|reference| format!("`{reference}`")).collect();
        let _ = writeln!(
            page,
            "| `{}`<br>{} | {} | {} | {} | {} | {} | {} | {} |",
            requirement.id,
            cell(&requirement.title),
            requirement.question,
            requirement.subject,
            range(requirement.needs.values().map(|need| need.basis)),
            range(requirement.needs.values().map(|need| need.fresh_days)),
            requirement.severity,
            references.join(" "),
            unanswerable(catalogue, requirement),
        );
    }
}

fn write_threats(page: &mut String, catalogue: &Catalogue) {
    page.push_str(
        "\n## Threat scenarios\n\n| threat | controls | references |\n| --- | --- | --- |\n",
    );
    for threat in &catalogue.threats {
        let principal = if threat.principal { " (shown first)" } else { "" };
        let controls: Vec<_> = threat.controls.iter().map(ToString::to_string).collect();
        let references: Vec<_> =
            threat.refs.keys().map(|reference| format!("`{reference}`")).collect();
        let _ = writeln!(
            page,
            "| `{}`<br>{}{principal} | {} | {} |",
            threat.id,
            cell(&threat.title),
            controls.join(", "),
            references.join(" "),
        );
    }
}

fn unanswerable(catalogue: &Catalogue, requirement: &Requirement) -> String {
    requirement
        .needs
        .iter()
        .filter(|(name, need)| !catalogue.observable(requirement.subject, name, need.basis))
        .map(|(name, _)| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// One value, or the least and the greatest.
fn range<T: Ord + Copy + ToString>(values: impl Iterator<Item = T> + Clone) -> String {
    match (values.clone().min(), values.max()) {
        (Some(least), Some(greatest)) if least != greatest => {
            format!("{} to {}", least.to_string(), greatest.to_string())
        }
        (Some(one), _) => one.to_string(),
        (None, _) => String::new(),
    }
}

fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_in_its_row_and_a_range_has_one_or_two_ends() {
        assert_eq!(cell("a | b\nc"), "a \\| b c");
        assert_eq!(range([3, 1, 2].into_iter()), "1 to 3");
        assert_eq!(range([3, 3].into_iter()), "3");
    }
}

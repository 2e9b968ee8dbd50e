//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Every rule reports all its faults at once, each with the file, the line where there is one,
//! and what to do. Exceptions are rows of a table with a reason; a row that is no longer needed
//! is a fault too, so the tables shrink again.

mod arrows;
mod files;
mod lines;

use anyhow::{Context as _, bail};

use crate::project::Project;

/// Checks every rule.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let mut faults = Vec::new();
    let metadata = project.metadata()?;
    arrows::check(&metadata, &mut faults).context("cannot check the arrows")?;
    let paths = project.files()?;
    for path in &paths {
        let bytes =
            std::fs::read(project.path(path)).with_context(|| format!("cannot read {path}"))?;
        files::check(path, &bytes, &mut faults);
    }
    lines::stale(&paths, &mut faults);
    faults.sort();
    for fault in &faults {
        println!("    {fault}");
    }
    match faults.len() {
        0 => {
            println!("    tidy: {} files, nothing to say", paths.len());
            Ok(())
        }
        count => bail!("tidy: {count} fault(s) in {} files", paths.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use annex_isms::SubjectKind;

    #[test]
    fn the_example_declares_what_the_catalogue_knows() {
        let project = Project::find().expect("project");
        let catalogue = annex_catalog::Catalogue::embedded().expect("catalogue");
        let file = project.path("examples/helpdesk/annex.toml");
        let (_, declared) = annex_settings::load(&file, &|_| None).expect("annex.toml");
        assert_eq!(declared.systems[0].id.as_str(), "helpdesk");
        assert!(declared.people.len() >= 4 && declared.implementations.len() >= 10);
        assert!(declared.suppliers.len() > declared.agreements.len(), "one has no agreement");
        for supplier in &declared.suppliers {
            let id = supplier.id.as_str();
            assert!(catalogue.known.providers.iter().any(|provider| provider.id == id), "{id}");
        }
        for agreement in &declared.agreements {
            let text = agreement.file.as_deref().expect("a file");
            assert!(file.with_file_name(text).is_file(), "{text}");
        }
        let organisation = declared.organisation.expect("organisation");
        for (kind, stated) in [
            (SubjectKind::Organisation, organisation.attributes),
            (SubjectKind::System, declared.systems[0].attributes.clone()),
        ] {
            for (name, value) in stated {
                let attribute = name.parse().expect("a name");
                assert_eq!(catalogue.table.fault(kind, &attribute, &value), None);
            }
        }
        for row in &declared.implementations {
            assert!(catalogue.controls.contains_key(&row.control), "{}", row.control);
        }
    }
}

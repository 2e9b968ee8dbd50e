//! Merging layers by id, and every rule that a catalogue must keep.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::{Attribute, ControlId, Digest, SubjectKind, Value, ValueType};
use annex_policy::{Rules, Schemas};

use crate::load::{Fault, Source, line_of};
use crate::model::{
    AttributeSpec, Catalogue, Collector, Control, Framework, Known, Level, Need, Package, Provider,
    References, Requirement, Scale, Stage2, Stage2Need, Threat,
};
use crate::row::{AttributeRow, ControlRow, RequirementRow, ScaleRow, ThreatRow};

/// Who can be asked when nobody is named.
const ROLES: &[&str] = &[
    "security",
    "engineering",
    "legal",
    "data-protection",
    "management",
    "procurement",
    "operations",
];
const ECOSYSTEMS: &[&str] = &["pypi", "npm", "crates", "go", "maven", "nuget"];
const PACKAGE_ROLES: &[&str] = &[
    "sdk",
    "service",
    "framework",
    "agent",
    "vector_store",
    "embedding",
    "training",
    "serving",
    "guardrail",
    "evaluation",
    "telemetry",
    "gateway",
    "mcp",
    "data",
    "web",
];

/// Where a row begins. Its line is counted when it is asked for: most rows have no fault.
#[derive(Clone, Copy)]
struct Place<'a> {
    source: &'a str,
    text: &'a str,
    start: usize,
}

impl Place<'_> {
    fn line(&self) -> u32 {
        line_of(self.text, self.start)
    }
}

/// A row with the place it came from.
struct Placed<'a, T> {
    row: T,
    place: Place<'a>,
}

impl<T> Placed<'_, T> {
    fn fault(&self, message: impl Into<String>) -> Fault {
        let Place { source, .. } = self.place;
        Fault { file: source.to_owned(), line: self.place.line(), message: message.into() }
    }
}

/// Rows of one table by id, in the order of first appearance.
struct Table<'a, K, T> {
    rows: BTreeMap<K, (usize, Placed<'a, T>)>,
}

/// Merges the layers; what is wrong goes to `faults`.
pub(crate) fn merge(
    layers: Vec<Vec<Source<'_>>>,
    digest: Digest,
    faults: &mut Vec<Fault>,
) -> Catalogue {
    macro_rules! tables {
        ($($table:ident: $field:ident by |$row:ident| $key:expr;)*) => {
            $(let mut $table = Table { rows: BTreeMap::new() };)*
            for layer in layers {
                $(let mut seen = BTreeMap::new(); let $field = &mut seen;)*
                for source in layer {
                    let Source { name, text, file } = source;
                    $(for spanned in file.$field {
                        let place = Place { source: name, text, start: spanned.span().start };
                        let placed = Placed { row: spanned.into_inner(), place };
                        let $row = &placed.row;
                        $table.put($key, placed, $field, faults);
                    })*
                }
            }
        };
    }
    tables! {
        controls: control by |row| row.id.clone();
        requirements: requirement by |row| row.id.clone();
        attributes: attribute by |row| (row.subject, row.name.clone());
        collectors: collector by |row| row.name.clone();
        threats: threat by |row| row.id.clone();
        scales: scale by |row| row.id.clone();
        frameworks: framework by |row| (row.id.clone(), row.edition.clone());
        checklist: stage2 by |row| row.id.clone();
        packages: package by |row| (row.ecosystem.clone(), row.name.clone());
        providers: provider by |row| row.id.clone();
    }

    let mut catalogue = Catalogue {
        digest,
        controls: BTreeMap::new(),
        requirements: BTreeMap::new(),
        attributes: BTreeMap::new(),
        table: annex_policy::AttributeTable::default(),
        collectors: BTreeMap::new(),
        threats: Vec::new(),
        scales: BTreeMap::new(),
        frameworks: BTreeMap::new(),
        stage2: Vec::new(),
        known: Known::default(),
    };
    for placed in collectors.in_order() {
        let row = placed.row;
        let collector = Collector {
            name: row.name.clone(),
            words: row.words,
            basis: row.basis,
            available: row.available,
        };
        catalogue.collectors.insert(row.name, collector);
    }
    for placed in frameworks.in_order() {
        let row = placed.row;
        let framework = Framework {
            id: row.id.clone(),
            edition: row.edition.clone(),
            title: row.title,
            items: row.items,
        };
        catalogue.frameworks.insert((row.id, row.edition), framework);
    }
    for placed in controls.in_order() {
        control(placed, &mut catalogue, faults);
    }
    for placed in attributes.in_order() {
        attribute(placed, &mut catalogue, faults);
    }
    match Schemas::new(&catalogue.table) {
        Ok(schemas) => {
            for placed in requirements.in_order() {
                requirement(placed, &schemas, &mut catalogue, faults);
            }
        }
        Err(message) => faults.push(Fault { file: "attributes".to_owned(), line: 0, message }),
    }
    for placed in threats.in_order() {
        threat(placed, &mut catalogue, faults);
    }
    catalogue.threats.sort_by_key(|threat| !threat.principal);
    for placed in scales.in_order() {
        scale(&placed, &mut catalogue, faults);
    }
    for placed in checklist.in_order() {
        check_role(&placed, &placed.row.role, faults);
        check_controls(&placed, &placed.row.controls, &catalogue, faults);
        let row = placed.row;
        catalogue.stage2.push(Stage2 {
            id: row.id,
            title: row.title,
            role: row.role,
            controls: row.controls,
            needs: row
                .needs
                .iter()
                .map(|n| Stage2Need { kind: n.kind, fresh_days: n.fresh_days })
                .collect(),
        });
    }
    for placed in providers.in_order() {
        let row = placed.row;
        catalogue.known.providers.push(Provider {
            id: row.id,
            name: row.name,
            local: row.local,
            hosts: row.hosts,
            keys: row.keys,
            models: row.models,
        });
    }
    let provider_ids: BTreeSet<String> =
        catalogue.known.providers.iter().map(|provider| provider.id.clone()).collect();
    for placed in packages.in_order() {
        one_of(&placed, "ecosystem", &placed.row.ecosystem, ECOSYSTEMS, faults);
        one_of(&placed, "role", &placed.row.role, PACKAGE_ROLES, faults);
        if let Some(provider) =
            placed.row.provider.as_ref().filter(|id| !provider_ids.contains(*id))
        {
            faults.push(placed.fault(format!("no provider `{provider}` is in the catalogue")));
        }
        let row = placed.row;
        catalogue.known.packages.push(Package {
            ecosystem: row.ecosystem,
            name: row.name,
            role: row.role,
            provider: row.provider,
        });
    }
    whole(&catalogue, faults);
    catalogue
}

impl<'a, K: Ord + Clone, T> Table<'a, K, T> {
    fn put(
        &mut self,
        key: K,
        placed: Placed<'a, T>,
        layer: &mut BTreeMap<K, Place<'a>>,
        faults: &mut Vec<Fault>,
    ) {
        if let Some(first) = layer.get(&key) {
            let (source, line) = (first.source, first.line());
            faults.push(placed.fault(format!("this id stands already at {source}:{line}")));
            return;
        }
        layer.insert(key.clone(), placed.place);
        let order = self.rows.get(&key).map_or(self.rows.len(), |(order, _)| *order);
        self.rows.insert(key, (order, placed));
    }

    fn in_order(self) -> impl Iterator<Item = Placed<'a, T>> {
        let mut rows: Vec<_> = self.rows.into_values().collect();
        rows.sort_by_key(|(order, _)| *order);
        rows.into_iter().map(|(_, placed)| placed)
    }
}

fn control(placed: Placed<'_, ControlRow>, catalogue: &mut Catalogue, faults: &mut Vec<Fault>) {
    let row = &placed.row;
    if row.ai.is_some() == row.concerns.is_empty() {
        faults.push(
            placed.fault(
                "`ai` and `concerns` belong together: what AI changes, and for which assets",
            ),
        );
    }
    let row = placed.row;
    let control = Control {
        id: row.id.clone(),
        title: row.title,
        theme: row.theme,
        new_in_2022: row.new_in_2022,
        ai: row.ai,
        concerns: row.concerns,
    };
    catalogue.controls.insert(row.id, control);
}

fn attribute(placed: Placed<'_, AttributeRow>, catalogue: &mut Catalogue, faults: &mut Vec<Fault>) {
    let row = &placed.row;
    for name in row.collectors.iter().filter(|name| !catalogue.collectors.contains_key(*name)) {
        faults.push(placed.fault(format!("no collector `{name}` is in the catalogue")));
    }
    if row.collectors.is_empty() {
        faults.push(placed.fault("`collectors` is empty: nobody could observe it"));
    }
    let asked = row.ask.is_some() && row.example.is_some();
    if row.collectors.contains("answer") != asked {
        faults.push(
            placed.fault(
                "`ask` and `example` belong to the collector `answer`: give all three or none",
            ),
        );
    }
    if let Some(example) = &row.example
        && let Err(error) = Value::parse(example, row.r#type)
    {
        faults.push(placed.fault(format!("`example`: {error}")));
    }
    let row = placed.row;
    catalogue.table.declare(row.subject, row.name.clone(), row.r#type);
    let spec = AttributeSpec {
        subject: row.subject,
        name: row.name.clone(),
        value_type: row.r#type,
        unit: row.unit,
        words: row.words,
        collectors: row.collectors,
        ask: row.ask,
        example: row.example,
    };
    catalogue.attributes.insert((row.subject, row.name), spec);
}

fn requirement(
    placed: Placed<'_, RequirementRow>,
    schemas: &Schemas,
    catalogue: &mut Catalogue,
    faults: &mut Vec<Fault>,
) {
    let row = &placed.row;
    check_role(&placed, &row.role, faults);
    check_references(&placed, &row.refs, catalogue, faults);
    check_controls(&placed, &BTreeSet::from([row.id.control().clone()]), catalogue, faults);
    if !(1..=3).contains(&row.question) {
        faults.push(
            placed.fault(format!("`question` is {}; there are questions 1, 2 and 3", row.question)),
        );
    }
    if !row.having.is_empty()
        && matches!(
            row.subject,
            SubjectKind::Organisation | SubjectKind::Agreement | SubjectKind::Document
        )
    {
        faults
            .push(placed.fault(format!("`having` means nothing for the subject {}", row.subject)));
    }
    let Some((policy, rules)) = compile(&placed, schemas, catalogue, faults) else {
        return;
    };
    for name in row.needs.keys().filter(|name| !rules.needs().contains(*name)) {
        faults.push(placed.fault(format!("`needs.{name}`: the policy does not read `{name}`")));
    }
    let needs: BTreeMap<Attribute, Need> = rules
        .needs()
        .iter()
        .map(|name| {
            let own = row.needs.get(name);
            let need = Need {
                basis: own.and_then(|n| n.basis).unwrap_or(row.basis),
                fresh_days: own.and_then(|n| n.fresh_days).unwrap_or(row.fresh_days),
                after_change: own.and_then(|n| n.after_change).unwrap_or(row.after_change),
            };
            (name.clone(), need)
        })
        .collect();
    for (name, need) in &needs {
        let reachable =
            catalogue.attributes[&(row.subject, name.clone())].collectors.iter().any(|collector| {
                catalogue.collectors.get(collector).is_none_or(|c| c.basis >= need.basis)
            });
        if !reachable {
            faults.push(placed.fault(format!(
                "no collector of `{name}` can deliver the basis {}; it could never be met",
                need.basis
            )));
        }
    }
    let row = placed.row;
    let requirement = Requirement {
        id: row.id.clone(),
        title: row.title,
        question: row.question,
        subject: row.subject,
        having: row.having,
        words: row.words,
        policy,
        rules,
        needs,
        severity: row.severity,
        remedy: row.remedy,
        role: row.role,
        refs: row.refs,
    };
    catalogue.requirements.insert(row.id, requirement);
}

/// Compiles the policy, or the one that an `answer` stands for.
fn compile(
    placed: &Placed<'_, RequirementRow>,
    schemas: &Schemas,
    catalogue: &Catalogue,
    faults: &mut Vec<Fault>,
) -> Option<(String, Rules)> {
    let row = &placed.row;
    let (text, start) = match (&row.policy, &row.answer) {
        (Some(policy), None) => (policy.get_ref().trim().to_owned(), Some(policy.span().start)),
        (None, Some(name)) => {
            let Some(spec) = catalogue.attributes.get(&(row.subject, name.clone())) else {
                faults.push(
                    placed.fault(format!("`answer`: a {} has no attribute `{name}`", row.subject)),
                );
                return None;
            };
            if spec.value_type != ValueType::Bool {
                faults.push(
                    placed.fault(format!(
                        "`answer`: `{name}` is of type {}, not bool",
                        spec.value_type
                    )),
                );
                return None;
            }
            let no = format!("Answered no: {}", spec.ask.as_deref().unwrap_or(&spec.words))
                .replace('"', "'");
            let clause = format!(
                "@reason(\"{no}\")\nforbid(principal, action, resource) unless {{ resource.{name} }};"
            );
            (clause, None)
        }
        _ => {
            faults.push(placed.fault("give either `policy` or `answer`"));
            return None;
        }
    };
    match Rules::compile(&text, row.subject, schemas) {
        Ok(rules) => Some((text, rules)),
        Err(error) => {
            // The policy's own text begins after the opening quotes; count its lines from there.
            let place = placed.place;
            let line = start.map_or_else(
                || place.line(),
                |start| {
                    let raw = &place.text[start..];
                    let skipped = raw.find(text.lines().next().unwrap_or_default()).unwrap_or(0);
                    line_of(place.text, start + skipped) + line_of(&text, error.offset.unwrap_or(0))
                        - 1
                },
            );
            faults.push(Fault {
                file: place.source.to_owned(),
                line,
                message: format!("{}: {error}", row.id),
            });
            None
        }
    }
}

fn threat(placed: Placed<'_, ThreatRow>, catalogue: &mut Catalogue, faults: &mut Vec<Fault>) {
    let row = &placed.row;
    check_references(&placed, &row.refs, catalogue, faults);
    check_controls(&placed, &row.controls, catalogue, faults);
    if row.parts.iter().any(BTreeSet::is_empty) {
        faults.push(placed.fault("`parts` holds an empty list: nothing could fulfil it"));
    }
    let Ok(likelihood) = <[String; 5]>::try_from(row.likelihood.clone()) else {
        faults.push(placed.fault(format!(
            "`likelihood` has {} texts; it needs five, for 1 to 5",
            row.likelihood.len()
        )));
        return;
    };
    let row = placed.row;
    catalogue.threats.push(Threat {
        id: row.id,
        title: row.title,
        words: row.words,
        principal: row.principal,
        parts: row.parts,
        controls: row.controls,
        likelihood,
        confidentiality: row.confidentiality,
        integrity: row.integrity,
        availability: row.availability,
        refs: row.refs,
    });
}

fn scale(placed: &Placed<'_, ScaleRow>, catalogue: &mut Catalogue, faults: &mut Vec<Fault>) {
    let id = placed.row.id.clone();
    let levels: Vec<Level> = placed
        .row
        .levels
        .iter()
        .map(|level| Level { name: level.name.clone(), words: level.words.clone() })
        .collect();
    match <[Level; 5]>::try_from(levels) {
        Ok(levels) => {
            catalogue.scales.insert(id.clone(), Scale { id, levels });
        }
        Err(levels) => faults
            .push(placed.fault(format!("`levels` has {} entries; it needs five", levels.len()))),
    }
}

fn check_role<T>(placed: &Placed<'_, T>, role: &str, faults: &mut Vec<Fault>) {
    one_of(placed, "role", role, ROLES, faults);
}

fn one_of<T>(
    placed: &Placed<'_, T>,
    key: &str,
    word: &str,
    words: &[&str],
    faults: &mut Vec<Fault>,
) {
    if !words.contains(&word) {
        faults.push(
            placed.fault(format!("`{key}` is `{word}`; expected one of {}", words.join(", "))),
        );
    }
}

fn check_references<T>(
    placed: &Placed<'_, T>,
    references: &References,
    catalogue: &Catalogue,
    faults: &mut Vec<Fault>,
) {
    for (reference, reason) in references {
        let edition = (reference.framework().to_owned(), reference.edition().to_owned());
        match catalogue.frameworks.get(&edition) {
            None => faults.push(placed.fault(format!(
                "`{reference}`: no framework `{}` of edition `{}` is in the catalogue",
                edition.0, edition.1
            ))),
            Some(framework) if !framework.items.contains_key(reference.item()) => {
                faults.push(placed.fault(format!(
                    "`{reference}`: that edition has no item `{}`",
                    reference.item()
                )));
            }
            Some(_) if reason.trim().is_empty() => {
                faults.push(
                    placed.fault(format!("`{reference}`: a reference needs a stated reason")),
                );
            }
            Some(_) => {}
        }
    }
}

fn check_controls<T>(
    placed: &Placed<'_, T>,
    controls: &BTreeSet<ControlId>,
    catalogue: &Catalogue,
    faults: &mut Vec<Fault>,
) {
    for id in controls {
        match catalogue.controls.get(id) {
            None => faults.push(placed.fault(format!("no control `{id}` is in the catalogue"))),
            Some(control) if control.ai.is_none() => faults.push(placed.fault(format!(
                "the control `{id}` does not say what AI changes (`ai`), so nothing can be asked of it"
            ))),
            Some(_) => {}
        }
    }
}

/// What holds for the catalogue as a whole.
fn whole(catalogue: &Catalogue, faults: &mut Vec<Fault>) {
    let mut fault = |message: String| {
        faults.push(Fault { file: "catalogue".to_owned(), line: 0, message });
    };
    for (clause, count) in ControlId::ANNEX_A {
        for number in 1..=count {
            let id = ControlId::AnnexA(clause, number);
            if !catalogue.controls.contains_key(&id) {
                fault(format!("the control {id} of Annex A is missing"));
            }
        }
    }
    for control in catalogue.controls.values().filter(|control| control.ai.is_some()) {
        if catalogue.of_control(&control.id).next().is_none() {
            fault(format!(
                "the control {} says what AI changes and has no requirement",
                control.id
            ));
        }
    }
    for scale in ["likelihood", "consequence"] {
        if !catalogue.scales.contains_key(scale) {
            fault(format!("the scale `{scale}` is missing"));
        }
    }
}

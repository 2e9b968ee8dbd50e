//! What a program lets its users choose: services and stores that stand beside one another, as the
//! cases of a switch, the entries of a list or the members of an enumeration that are told apart.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, names, stores};
use crate::findings::Findings;
use crate::source::Language;
use crate::source::facts::Shape;
use crate::walk::has_end;

/// How many of one sort must stand together.
const TOGETHER_MIN: usize = 3;
/// Longer texts are no names.
const NAME_CHARS_MAX: usize = 24;
/// Names that also stand for what has nothing to do with models.
const COMMON: [&str; 16] = [
    "google",
    "azure",
    "aws",
    "amazon",
    "microsoft",
    "github",
    "meta",
    "ibm",
    "oracle",
    "nvidia",
    "cloudflare",
    "alibaba",
    "redis",
    "postgres",
    "mongodb",
    "elasticsearch",
];

/// Names of one place, and their lines.
type Names<'a> = BTreeMap<&'a str, Vec<u32>>;
/// Keys that say whose an entry of a list is.
const OWNERS: [&str; 5] = ["provider", "providerId", "provider_id", "vendor", "owner"];

/// Finds them.
pub(super) fn find(source: &Source<'_>, out: &mut Findings) {
    // A page has names of services for their pictures and captions.
    let page = matches!(source.language, Language::Tsx) || has_end(source.path, &[".jsx"]);
    let owners = source.facts.records.iter().flat_map(|record| &record.entries);
    let owners = owners.filter(|(key, _)| OWNERS.contains(&key.as_str()));
    // A constant says how something is called, and not that anything is done with it.
    let named = source.facts.bindings.iter().map(|binding| &binding.value);
    let named = named.filter(|value| matches!(value.shape, Shape::Text { .. }));
    let others: BTreeSet<u32> =
        owners.map(|(_, value)| value).chain(named).map(|value| value.line).collect();
    let mut texts: BTreeMap<usize, Names<'_>> = BTreeMap::new();
    for text in source.facts.texts.iter().filter(|text| !text.holes && !page) {
        if (2..=NAME_CHARS_MAX).contains(&text.content.len()) && !others.contains(&text.line) {
            texts.entry(text.scope).or_default().entry(&text.content).or_default().push(text.line);
        }
    }
    let mut members: BTreeMap<&str, Names<'_>> = BTreeMap::new();
    for (name, line) in &source.facts.constants {
        if let Some((of, member)) = name.rsplit_once('.') {
            members.entry(of).or_default().entry(member).or_default().push(*line);
        }
    }
    let (texts, members) = (texts.into_values(), members.into_values());
    let all = texts.map(|names| (names, false)).chain(members.map(|names| (names, true)));
    for (names, enumeration) in all {
        let services = |name: &str| {
            let known = source.index.provider_spelled(name).map(|provider| provider.id.clone());
            known.or_else(|| names::provider_word(source.index, &name.to_ascii_lowercase()))
        };
        let products = |name: &str| stores::product_of_word(name).map(str::to_owned);
        for (id, line) in together(&names, enumeration, services) {
            out.beside.push(names::interface(source.index, &id, source.place(line)));
        }
        for (product, line) in together(&names, enumeration, products) {
            out.beside.push(stores::store(&product, None, source.place(line)));
        }
    }
}

/// What names mean, where enough of them mean something that stands for nothing else.
fn together(
    names: &Names<'_>,
    enumeration: bool,
    meaning: impl Fn(&str) -> Option<String>,
) -> Vec<(String, u32)> {
    let (mut found, mut ids) = (Vec::new(), BTreeSet::new());
    let (mut hits, mut sure) = (0, 0);
    for (name, lines) in names {
        let Some(id) = meaning(name) else { continue };
        hits += 1;
        sure += usize::from(!COMMON.contains(&name.to_ascii_lowercase().as_str()));
        found.extend(lines.iter().map(|line| (id.clone(), *line)));
        ids.insert(id);
    }
    let most = !enumeration || hits * 2 > names.len();
    if ids.len() < TOGETHER_MIN || sure + 1 < TOGETHER_MIN || !most {
        found.clear();
    }
    found
}

//! Options of command lines that name a model or a data set by their default:
//! `parser.add_argument("--model_name_or_path", default="org/name")`.

use annex_isms::AssetKind;

use super::Source;
use super::keys::{says_dataset, says_model};
use super::names::{self, HUB, Named};
use crate::findings::{Finding, Findings, Key};
use crate::source::Language;
use crate::source::facts::{Call, Literal, Shape};

/// Calls that declare an option.
const DECLARATIONS: [&str; 6] =
    ["add_argument", "option", "Option", "Argument", "flag", "StringVar"];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    for call in source.facts.calls.iter().filter(|call| DECLARATIONS.contains(&call.last())) {
        option(source, call, out);
    }
    let flags = ["String", "StringP", "StringVar", "StringVarP"];
    let go = source.language == Language::Go;
    for call in source.facts.calls.iter().filter(|call| go && flags.contains(&call.last())) {
        flag(source, call, out);
    }
}

/// `flags.StringVarP(&model, "model", "m", "gpt-4o", "…")`.
fn flag(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let mut texts = call.args.iter().filter_map(|arg| match &arg.value.shape {
        Shape::Text { text, holes: false } => Some((text.as_str(), arg.value.line)),
        _ => None,
    });
    let Some((name, _)) = texts.next() else { return };
    if !says_model(&name.replace('-', "_")) {
        return;
    }
    let default = texts.find(|(text, _)| text.len() > 1);
    if let Some((text, line)) = default
        && source.index.provider_of_model(text).is_some()
        && let Some(model) = names::named(source.index, text, None)
    {
        let embedding = name.contains("embed");
        out.assets.push(names::finding(source.index, &model, embedding, source.place(line)));
    }
}

fn option(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let named = call.args.iter().filter(|arg| arg.name.is_none()).find_map(|arg| {
        let literal = source.facts.literal(&arg.value, call.scope)?;
        literal.text.starts_with("--").then_some(literal.text)
    });
    let Some(name) = named else { return };
    let name = name.trim_start_matches('-').replace('-', "_").to_ascii_lowercase();
    let mut values: Vec<Literal> = call
        .any_named(&["default", "const"])
        .map(|value| source.facts.literals(value, call.scope))
        .unwrap_or_default();
    if let Some(choices) = call.named("choices") {
        for (choice, scope) in source.facts.elements(choices, call.scope) {
            values.extend(source.facts.literals(choice, scope));
        }
    }
    for literal in values.iter().filter(|literal| !literal.holes) {
        let place = source.place(literal.line);
        if says_dataset(&name) {
            out.assets.extend(dataset(&literal.text, &place));
        } else if says_model(&name) {
            let hub = names::is_hub_name(&literal.text);
            let known = source.index.provider_of_model(&literal.text).is_some();
            let model = if hub && !known {
                Some(Named { owner: HUB.to_owned(), name: literal.text.clone() })
            } else if known {
                names::named(source.index, &literal.text, None)
            } else {
                None
            };
            if let Some(model) = model {
                let embedding = name.contains("embed");
                out.assets.push(names::finding(source.index, &model, embedding, place));
            }
        }
    }
}

/// A data set of a hub, when the text is a name of one.
pub(crate) fn dataset(text: &str, place: &crate::findings::Place) -> Option<Finding> {
    names::is_hub_name(text).then(|| {
        let key = Key::World(format!("{HUB}/{text}"));
        Finding::new(AssetKind::Dataset, key, text, place.clone())
    })
}

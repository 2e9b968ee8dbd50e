//! Settings of the environment: keys of interfaces, addresses of stores, where conversations are traced.

use annex_isms::AssetKind;

use super::config::one;
use super::{names, stores};
use crate::findings::{Finding, Findings, Key, Place, Trait};
use crate::known::Index;
use crate::read::env::Setting;
use crate::tree::{Kind, Node};

/// Settings of the environment.
pub(crate) fn find(index: &Index<'_>, path: &str, settings: &[Setting], out: &mut Findings) {
    for setting in settings {
        let node = Node::new(setting.line, Kind::Text(setting.value.clone()));
        let place = Place::new(path, setting.line);
        one(index, path, &[&setting.name], &node, out);
        if let Some(provider) = index.provider_of_key(&setting.name) {
            out.assets.push(names::interface(index, &provider.id, place.clone()));
        }
        let on = matches!(setting.value.as_str(), "true" | "1" | "TRUE");
        let log = match setting.name.as_str() {
            "LANGCHAIN_TRACING_V2"
            | "LANGSMITH_TRACING"
            | "LANGSMITH_TRACING_V2"
            | "LANGSMITH_API_KEY"
            | "LANGSMITH_PROJECT" => Some(("langsmith", Some("langsmith"))),
            "LANGFUSE_HOST" | "LANGFUSE_SECRET_KEY" | "LANGFUSE_BASE_URL" => {
                Some(("langfuse", None))
            }
            "PHOENIX_COLLECTOR_ENDPOINT" => Some(("phoenix", None)),
            _ => None,
        };
        if let Some(product) = stores::product_of_variable(&setting.name) {
            out.assets.push(stores::store(product, None, place.clone()));
        }
        if let Some((product, supplier)) = log {
            // Only a variable that switches tracing on, or names where it goes, shows logging.
            if on || product != "langsmith" {
                out.traits.push(Trait {
                    attribute: "conversations_logged",
                    value: Some(true),
                    place: place.clone(),
                });
            }
            out.assets.push(
                Finding::new(AssetKind::LogStore, Key::World(product.to_owned()), product, place)
                    .supplied_by(supplier),
            );
        }
    }
}

//! Settings of a client: a model beside the interface that it is asked of.

use super::config::provider_of_key;
use super::endpoints;
use super::keys::{default_of, snake};
use super::names::{self, Named};
use crate::findings::{Findings, Place};
use crate::known::Index;
use crate::tree::Node;

/// `model` beside the address, the key or the name of an interface can only be one of its models.
pub(super) fn find(index: &Index<'_>, path: &str, key: &str, node: &Node, out: &mut Findings) {
    let one = |names: &[&str]| {
        node.entries().iter().find(|(own, _)| names.contains(&snake(own).as_str()))
    };
    let url = one(&["base_url", "baseurl", "api_base", "base_u_r_l", "endpoint", "url"]);
    let keyed = one(&["api_key", "apikey", "key"]).is_some();
    let Some((_, value)) = one(&["model", "model_name", "model_id"]) else { return };
    let host = url.and_then(|(_, url)| endpoints::host(default_of(url.text()?)));
    let served = one(&["provider", "model_provider", "llm_provider", "backend", "vendor"])
        .and_then(|(_, provider)| provider_of_key(index, default_of(provider.text()?)));
    let told = keyed || host.is_some() || served.is_some();
    let Some(name) = value.text().filter(|_| told) else { return };
    let known = host.as_ref().and_then(|host| index.provider_of_host(&host.name));
    let known = known.or_else(|| index.provider(served.as_deref()?));
    let named = match known {
        Some(provider) => Some(Named { owner: provider.id.clone(), name: name.to_owned() }),
        None if names::is_hub_name(name) => names::named(index, name, Some(names::HUB)),
        None => None,
    };
    if let Some(named) = named.filter(|named| names::is_name(&named.name)) {
        let embedding = key.contains("embed");
        out.assets.push(names::finding(index, &named, embedding, Place::new(path, value.line)));
    }
}

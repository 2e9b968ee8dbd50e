//! An address that is a service of the same repository is that service: `http://llm:4000` beside a
//! compose file whose service `llm` runs a gateway is the gateway, not one more interface.

use std::collections::BTreeMap;

use annex_isms::AssetKind;

use crate::find::{endpoints, servers};
use crate::findings::{Findings, Key};
use crate::known::Index;

/// What runs under which name or port: ids of products.
#[derive(Debug, Default)]
pub(crate) struct Services {
    /// By the name under which others reach it; none where two share one.
    names: BTreeMap<String, Option<&'static str>>,
    /// By the port that is published on the machine.
    ports: BTreeMap<String, Option<&'static str>>,
}

impl Services {
    pub(crate) fn named(&mut self, name: &str, product: &'static str) {
        note(&mut self.names, name.to_ascii_lowercase(), Some(product));
    }

    pub(crate) fn published(&mut self, port: &str, product: &'static str) {
        note(&mut self.ports, port.to_owned(), Some(product));
    }

    pub(crate) fn append(&mut self, more: Self) {
        for (name, product) in more.names {
            note(&mut self.names, name, product);
        }
        for (port, product) in more.ports {
            note(&mut self.ports, port, product);
        }
    }

    /// The product behind an address `host:port`.
    fn of(&self, address: &str) -> Option<&'static str> {
        let (host, port) = address.rsplit_once(':')?;
        if endpoints::is_loopback(host) {
            return self.ports.get(port).copied().flatten();
        }
        // `llm.namespace.svc.cluster.local` is the service `llm`.
        let cluster = host.strip_suffix(".cluster.local").unwrap_or(host).strip_suffix(".svc");
        let cluster = cluster.and_then(|name| name.split_once('.'));
        self.names.get(cluster.map_or(host, |(name, _)| name)).copied().flatten()
    }
}

/// Two products under one name are told apart by nothing.
fn note(
    all: &mut BTreeMap<String, Option<&'static str>>,
    key: String,
    product: Option<&'static str>,
) {
    all.entry(key)
        .and_modify(|known| {
            if *known != product {
                *known = None;
            }
        })
        .or_insert(product);
}

/// Gives addresses of own services the key of the service.
pub(crate) fn resolve(index: &Index<'_>, findings: &mut Findings) {
    let services = std::mem::take(&mut findings.services);
    for finding in findings.assets.iter_mut().filter(|f| f.kind == AssetKind::ModelApi) {
        let Key::World(key) = &finding.key else { continue };
        let product = key.strip_prefix("endpoint/").and_then(|address| services.of(address));
        let product = product.and_then(|id| servers::PRODUCTS.iter().find(|p| p.id == id));
        if let Some(product) = product {
            let service = servers::finding(index, product, finding.place.clone());
            (finding.kind, finding.key, finding.name) = (service.kind, service.key, service.name);
        }
    }
}

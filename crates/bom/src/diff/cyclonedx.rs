//! CycloneDX 1.4 to 1.7 → [`Bill`].

use std::collections::BTreeMap;

use super::json::Field;
use super::{Bill, Dialect, Part, ReadError};

const VERSIONS: [&str; 4] = ["1.4", "1.5", "1.6", "1.7"];

pub(super) fn read(root: &Field<'_>) -> Result<Bill, ReadError> {
    let format = root.required("bomFormat", "\"CycloneDX\"")?;
    if format.as_text()? != "CycloneDX" {
        return Err(format.wrong("\"CycloneDX\""));
    }
    let version = root.required("specVersion", "1.4, 1.5, 1.6 or 1.7")?;
    let number = version.as_text()?;
    if !VERSIONS.contains(&number) {
        return Err(version.wrong("1.4, 1.5, 1.6 or 1.7"));
    }
    let mut bill = Bill {
        format: format!("CycloneDX {number}"),
        dialect: Dialect::CycloneDx,
        parts: BTreeMap::new(),
    };
    // Components and services hold further ones.
    let mut open: Vec<(Field<'_>, bool)> = Vec::new();
    if let Some(metadata) = root.get("metadata")? {
        open.extend(metadata.get("component")?.map(|component| (component, false)));
    }
    open.extend(root.list("components")?.into_iter().map(|component| (component, false)));
    open.extend(root.list("services")?.into_iter().map(|service| (service, true)));
    while let Some((field, service)) = open.pop() {
        let (below, part) = if service {
            ("services", read_service(&field)?)
        } else {
            ("components", component(&field)?)
        };
        open.extend(field.list(below)?.into_iter().map(|inner| (inner, service)));
        bill.add(root.file(), part)?;
    }
    Ok(bill)
}

fn component(field: &Field<'_>) -> Result<Part, ReadError> {
    let kind = match field.required("type", "the type of the component")?.as_text()? {
        "machine-learning-model" => "model",
        other => other,
    };
    let mut part = named(field, kind)?;
    for hash in field.list("hashes")? {
        let algorithm = hash.required("alg", "the name of an algorithm")?.as_text()?;
        let content = hash.required("content", "a digest")?.as_text()?;
        part.fact(&hash_name(algorithm), &content.to_ascii_lowercase());
    }
    if let Some(supplier) = field.get("supplier")?
        && let Some(name) = supplier.text("name")?
    {
        part.fact("supplier", name);
    }
    for choice in field.list("licenses")? {
        if let Some(expression) = choice.text("expression")? {
            part.fact("licence", expression);
        }
        if let Some(licence) = choice.get("license")? {
            let given = licence.text("id")?.or(licence.text("name")?);
            part.fact("licence", given.unwrap_or("not named"));
        }
    }
    part.identify(field.text("purl")?);
    Ok(part)
}

fn read_service(field: &Field<'_>) -> Result<Part, ReadError> {
    let mut part = named(field, "service")?;
    for endpoint in field.list("endpoints")? {
        part.fact("endpoint", endpoint.as_text()?);
    }
    if let Some(provider) = field.get("provider")?
        && let Some(name) = provider.text("name")?
    {
        part.fact("supplier", name);
    }
    for name in ["authenticated", "x-trust-boundary"] {
        if let Some(flag) = field.get(name)? {
            part.fact(name, if flag.as_bool()? { "true" } else { "false" });
        }
    }
    for data in field.list("data")? {
        let direction = data.text("flow")?.unwrap_or("unknown");
        let class = data.text("classification")?.unwrap_or("unknown");
        part.fact("data", &format!("{direction} {class}"));
    }
    part.identify(None);
    Ok(part)
}

/// What components and services share: group and name, version, properties.
fn named(field: &Field<'_>, kind: &str) -> Result<Part, ReadError> {
    let name = field.required("name", "a name")?.as_text()?;
    let full = match field.text("group")?.filter(|group| !group.is_empty()) {
        Some(group) => format!("{group}/{name}"),
        None => name.to_owned(),
    };
    let mut part = Part::new(kind, &full);
    if let Some(version) = field.text("version")?.filter(|version| !version.is_empty()) {
        part.fact("version", version);
    }
    for property in field.list("properties")? {
        if let Some(name) = property.text("name")? {
            part.property(name, property.text("value")?.unwrap_or_default());
        }
    }
    Ok(part)
}

/// `SHA-256` and SPDX's `sha256` are one algorithm.
pub(super) fn hash_name(algorithm: &str) -> String {
    let letters: String = algorithm.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("hash {}", letters.to_ascii_lowercase())
}

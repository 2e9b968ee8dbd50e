//! SPDX 3.0.1 as JSON-LD → [`Bill`].

use std::collections::BTreeMap;

use super::cyclonedx::hash_name;
use super::json::Field;
use super::{Bill, Dialect, Part, ReadError};

const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";

pub(super) fn read(root: &Field<'_>) -> Result<Bill, ReadError> {
    let contexts = root.one_or_many("@context")?;
    let known = contexts.iter().any(|field| field.as_text().is_ok_and(|text| text == CONTEXT));
    if !known {
        let expected = "the context of SPDX 3.0.1";
        return Err(root.required("@context", expected)?.wrong(expected));
    }
    let mut bill =
        Bill { format: "SPDX 3.0.1".to_owned(), dialect: Dialect::Spdx, parts: BTreeMap::new() };
    let elements = root.list("@graph")?;
    let mut agents: BTreeMap<&str, &str> = BTreeMap::new();
    for element in &elements {
        if let (Some(id), Some(name)) = (element.text("spdxId")?, element.text("name")?) {
            agents.insert(id, name);
        }
    }
    for element in &elements {
        let kind = match element.text("type")?.unwrap_or_default() {
            "ai_AIPackage" => "model",
            "dataset_DatasetPackage" => "data",
            "software_File" => element.text("software_primaryPurpose")?.unwrap_or("file"),
            "software_Package" => element.text("software_primaryPurpose")?.unwrap_or("package"),
            _ => continue,
        };
        let part = package(element, kind, &agents)?;
        bill.add(root.file(), part)?;
    }
    Ok(bill)
}

fn package(
    element: &Field<'_>,
    kind: &str,
    agents: &BTreeMap<&str, &str>,
) -> Result<Part, ReadError> {
    let id = element.required("spdxId", "the id of the element")?.as_text()?;
    let mut part = Part::new(kind, element.text("name")?.unwrap_or(id));
    if let Some(version) = element.text("software_packageVersion")? {
        part.fact("version", version);
    }
    if let Some(place) = element.text("software_downloadLocation")? {
        part.fact("download location", place);
    }
    if let Some(supplier) = element.get("suppliedBy")?.filter(|supplier| !supplier.is_object()) {
        let supplier = supplier.as_text()?;
        part.fact("supplier", agents.get(supplier).copied().unwrap_or(supplier));
    }
    for method in element.one_or_many("verifiedUsing")?.iter().filter(|field| field.is_object()) {
        if let Some(algorithm) = method.text("algorithm")? {
            let value = method.required("hashValue", "a digest")?.as_text()?;
            part.fact(&hash_name(algorithm), &value.to_ascii_lowercase());
        }
    }
    for extension in element.one_or_many("extension")?.iter().filter(|field| field.is_object()) {
        for property in extension.one_or_many("extension_cdxProperty")? {
            if property.is_object()
                && let Some(name) = property.text("extension_cdxPropName")?
            {
                part.property(name, property.text("extension_cdxPropValue")?.unwrap_or_default());
            }
        }
    }
    part.identify(element.text("software_packageUrl")?);
    Ok(part)
}

//! A part → a package or a file.

use annex_isms::AssetKind;
use annex_isms::observation::AssetKey;
use serde_json::{Value, json};

use crate::inventory::Part;
use crate::purl;

use super::{Ids, element, properties, set};

pub(super) fn part(ids: &Ids<'_>, part: &Part<'_>) -> Value {
    let (kind, purpose) = class(part);
    let mut fields = json!({ "name": part.name, "software_primaryPurpose": purpose });
    let mut all = part.properties();
    all.extend(part.locations.iter().map(|place| ("annex:location".to_owned(), place.to_string())));
    all.extend(part.endpoint().map(|endpoint| ("annex:endpoint".to_owned(), endpoint.to_owned())));
    if kind == "software_File" {
        fields["software_fileKind"] = "file".into();
        all.extend(part.version().map(|version| ("annex:version".to_owned(), version.to_owned())));
    } else {
        set(&mut fields, "software_packageVersion", part.version());
        set(&mut fields, "software_packageUrl", part.purl());
        set(&mut fields, "software_downloadLocation", purl::hub_page(part.key));
    }
    let supplier = part.supplier.map(|supplier| ids.of(&format!("supplier:{supplier}")));
    if part.kind() == AssetKind::Dataset {
        set(&mut fields, "originatedBy", supplier.clone().map(|id| vec![id]));
    }
    set(&mut fields, "suppliedBy", supplier);
    let hash = part.hash().map(
        |digest| json!([{ "type": "Hash", "algorithm": "sha256", "hashValue": digest.hex() }]),
    );
    set(&mut fields, "verifiedUsing", hash);
    fields["extension"] = properties(all);
    unknown(kind, part.kind(), &mut fields);
    element(kind, &ids.of(&part.reference), fields)
}

/// A model that another was made from.
pub(super) fn ancestor(ids: &Ids<'_>, name: &str) -> Value {
    let key = AssetKey { kind: AssetKind::Model, key: name.to_owned() };
    let mut fields = json!({ "name": name, "software_primaryPurpose": "model" });
    set(&mut fields, "software_packageUrl", purl::of(&key, None));
    set(&mut fields, "software_downloadLocation", purl::hub_page(&key));
    unknown("ai_AIPackage", AssetKind::Model, &mut fields);
    element("ai_AIPackage", &ids.of(&format!("ancestor:{name}")), fields)
}

/// Whether the profile of such a part wants to know its licence.
pub(super) const fn is_licensed(kind: AssetKind) -> bool {
    use AssetKind::{Corpus, Dataset, EmbeddingModel, Model};
    matches!(kind, Model | EmbeddingModel | Dataset | Corpus)
}

fn class(part: &Part<'_>) -> (&'static str, &'static str) {
    let file = part.locations.len() == 1 && part.locations.iter().all(|at| at.line.is_none());
    match part.kind() {
        AssetKind::Model | AssetKind::EmbeddingModel => ("ai_AIPackage", "model"),
        AssetKind::Dataset | AssetKind::Corpus => ("dataset_DatasetPackage", "data"),
        AssetKind::Prompt if file => ("software_File", "configuration"),
        AssetKind::Prompt => ("software_Package", "configuration"),
        AssetKind::Framework => ("software_Package", "library"),
        AssetKind::Tool => ("software_Package", "module"),
        AssetKind::VectorStore | AssetKind::LogStore => ("software_Package", "platform"),
        AssetKind::Application | AssetKind::Agent | AssetKind::McpServer => {
            ("software_Package", "application")
        }
        AssetKind::ModelApi | AssetKind::Gateway => ("software_Package", "other"),
    }
}

/// Says what is not known: in the profile's word where it has one, else in the comment.
fn unknown(class: &str, kind: AssetKind, fields: &mut Value) {
    let wanted: &[&str] = match class {
        "ai_AIPackage" => {
            fields["ai_autonomyType"] = "noAssertion".into();
            fields["ai_useSensitivePersonalInformation"] = "noAssertion".into();
            if kind == AssetKind::EmbeddingModel {
                fields["ai_typeOfModel"] = json!(["embedding model"]);
            }
            &["releaseTime", "suppliedBy", "software_downloadLocation", "software_packageVersion"]
        }
        "dataset_DatasetPackage" => {
            fields["dataset_datasetType"] = json!(["noAssertion"]);
            fields["dataset_hasSensitivePersonalInformation"] = "noAssertion".into();
            &["builtTime", "originatedBy", "releaseTime", "software_downloadLocation"]
        }
        _ => return,
    };
    let missing: Vec<&str> =
        wanted.iter().copied().filter(|name| fields.get(name).is_none()).collect();
    if !missing.is_empty() {
        fields["comment"] = format!("not known: {}", missing.join(", ")).into();
    }
}

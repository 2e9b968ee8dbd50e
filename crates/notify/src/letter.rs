//! The words of a notice.

use annex_isms::{OrganisationId, WebAddress};
use annex_operations::{Notice, NoticeKind};
use serde_json::json;

/// What a notice says, before the name of its record.
fn words(notice: &Notice) -> &str {
    match notice.kind.parse::<NoticeKind>() {
        Ok(kind) => kind.words(),
        Err(_) => &notice.kind,
    }
}

/// Where its record is shown.
fn address(notice: &Notice, url: &WebAddress) -> String {
    format!("{}{}", url.origin(), annex_operations::page_of(notice))
}

/// The subject of a letter.
pub(crate) fn subject(organisation: &OrganisationId, notice: &Notice) -> String {
    format!("[Annex {organisation}] {}: {}", words(notice), notice.title)
}

/// The text of a letter.
pub(crate) fn text(notice: &Notice, url: &WebAddress) -> String {
    let due = notice.due.map(|day| format!("\nDay: {day}")).unwrap_or_default();
    format!(
        "{}\n\n{}{due}\n\n{}\n\nAnnex sends this once. It comes from the address that an administrator has recorded for you.\n",
        words(notice),
        // Nothing of a title can look like another part of the letter.
        notice.title.split(char::is_control).collect::<Vec<_>>().join(" "),
        address(notice, url),
    )
}

/// The body of a request to a webhook.
pub(crate) fn json(organisation: &OrganisationId, notice: &Notice, url: &WebAddress) -> String {
    json!({
        "id": notice.id,
        "organisation": organisation,
        "kind": notice.kind,
        "record": { "kind": notice.record_kind, "key": notice.record_key },
        "title": notice.title,
        "due": notice.due,
        "url": address(notice, url),
    })
    .to_string()
}

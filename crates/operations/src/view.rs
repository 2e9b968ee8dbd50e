//! Saved views: lists that someone wants to find again.

use annex_isms::entity::Person;
use annex_isms::view::View;
use annex_isms::{PersonId, Record, ViewId};
use annex_register::{LIST_ROWS_MAX, ListQuery, Receipt};

use crate::access::By;
use crate::find::person_of;
use crate::{OperationError, Operations};

/// The most views of a person, and the longest name and text, in letters.
const VIEWS_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 80;
const TEXT_CHARS_MAX: usize = 400;

impl Operations<'_> {
    /// The saved views of a person, by register and name.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn views_of(&self, person: &PersonId) -> Result<Vec<View>, OperationError> {
        let mut views = Vec::new();
        let mut query = ListQuery { text: person.to_string(), ..ListQuery::of("view") };
        loop {
            let page = self.list(&query).await?;
            for listed in page.items {
                match listed.entry.map(|entry| entry.record) {
                    Some(Record::View(view)) if view.owner == *person && !view.removed => {
                        views.push(view);
                    }
                    _ => {}
                }
            }
            query.offset += LIST_ROWS_MAX;
            if query.offset >= page.total {
                break;
            }
        }
        views.sort_by(|a: &View, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
        Ok(views)
    }

    /// Saves a view; one of the same name and register is replaced.
    pub(crate) async fn save_view(
        &self,
        view: &ListQuery,
        name: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let people: Vec<Person> = self.all_of().await?;
        person_of(&people, who)?;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
            return Err(OperationError::input(format!(
                "a view has a name of 1 to {NAME_CHARS_MAX} letters"
            )));
        }
        let values = view.filters.iter().map(|(_, value)| value).chain([&view.text]);
        if values.into_iter().any(|value| value.chars().count() > TEXT_CHARS_MAX) {
            return Err(OperationError::input(format!(
                "what is asked for has at most {TEXT_CHARS_MAX} letters"
            )));
        }
        // What the register cannot be asked is no view of it.
        self.list(&ListQuery { limit: 0, ..view.clone() }).await?;
        let id = ViewId::derive(who, &view.kind, name);
        let own = self.views_of(who).await?;
        if own.len() >= VIEWS_MAX && own.iter().all(|known| known.id != id) {
            return Err(OperationError::input(format!(
                "you have {VIEWS_MAX} saved views, which is the most; delete one first"
            )));
        }
        let view = View {
            id,
            owner: who.clone(),
            kind: view.kind.clone(),
            name: name.to_owned(),
            text: view.text.clone(),
            filters: view.filters.iter().cloned().collect(),
            sort: view.sort.clone(),
            descending: view.descending,
            removed: false,
        };
        let what = format!("view {} of {}", view.id, view.kind);
        Ok((self.record(vec![view.into()], by).await?, what))
    }

    /// Deletes a view: it is listed no more, and that it was there stays on record.
    pub(crate) async fn remove_view(
        &self,
        view: &ViewId,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let known: Option<View> = self.look_up(view.as_str()).await?;
        let known = known
            .filter(|own| own.owner == *who && !own.removed)
            .ok_or_else(|| OperationError::input(format!("`{who}` has no saved view `{view}`")))?;
        let what = format!("view {view} deleted");
        let record = View { removed: true, ..known };
        Ok((self.record(vec![record.into()], by).await?, what))
    }
}

//! Comments: what someone says of a thing on record.
//!
//! A comment is an entry of its own, so two people who write at once both are heard, and what
//! somebody else has open of the thing stays as new as it was.

use annex_isms::comment::{About, COMMENT_CHARS_MAX, Comment};
use annex_isms::{CommentId, PersonId};
use annex_register::Receipt;

use crate::access::By;
use crate::find::one;
use crate::{OperationError, Operations};

impl Operations<'_> {
    pub(crate) async fn comment(
        &self,
        about: &About,
        text: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        self.known_person(who).await?;
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text.is_empty() || text.chars().count() > COMMENT_CHARS_MAX {
            return Err(OperationError::input(format!(
                "a comment has 1 to {COMMENT_CHARS_MAX} characters; say more in another one"
            )));
        }
        let about = self.commented(about).await?;
        let at = self.now();
        let id = CommentId::derive(&about, text, who, at);
        let what = format!("comment {id} on {} {}", about.kind, about.key);
        let comment = Comment { id, about, text: text.to_owned(), by: who.clone(), at };
        Ok((self.record(vec![comment.into()], by).await?, what))
    }

    /// What a comment is about, by its whole key.
    async fn commented(&self, about: &About) -> Result<About, OperationError> {
        let kind = about.kind;
        if self.scope().get(kind.as_str(), &about.key).await?.is_some() {
            return Ok(about.clone());
        }
        let all = self.scope().latest(kind.as_str()).await?;
        let keys: Vec<String> = all.into_iter().map(|entry| entry.record.key()).collect();
        let key = one(&keys, &about.key, kind.as_str(), Clone::clone)?.clone();
        Ok(About { kind, key })
    }
}

//! Telling people and programs what is due: from the outbox to a mail server or a webhook.
//!
//! ```text
//!  every minute: note what is due ─▶ claim some ─┬─ mail ────▶ Mailer ─┬─▶ settle: sent, later, failed
//!                                                └─ webhook ─▶ Http ───┘
//! ```
//!
//! What is told, to whom and when is decided by `operations`; here it gets words and goes out. One
//! thing at a time: what is due is little, and a server that is slow holds up nobody who browses.
//!
//! How it can still go wrong: see the outbox of `operations`; a mail server that takes a letter may
//! still lose it.

mod letter;
mod webhook;

use std::time::Duration;

use annex_egress::{Http, Letter, MailError, Mailer};
use annex_isms::WebAddress;
use annex_operations::{Notice, NoticeState, OperationError, Operations, Told, Way};

use tokio::sync::watch;

pub use webhook::{SIGNATURE, TIMESTAMP, Webhook, signature};

/// How many notices are claimed at once: each has its time within the lease.
const CLAIMED_MAX: u64 = 4;

/// How, where and how often.
pub struct Notifier {
    /// The mail server, where there is one.
    pub mailer: Option<Mailer>,
    /// The webhooks.
    pub webhooks: Vec<Webhook>,
    /// What asks them.
    pub http: Http,
    /// Where browsers reach the pages.
    pub url: WebAddress,
    /// How many days before its day something is told.
    pub days_before: u32,
    /// How often is looked for what is due.
    pub every: Duration,
    /// The first pause after a fault, in seconds.
    pub pause_seconds: i64,
}

impl Notifier {
    /// Tells what is due, again and again, until it is told to stop. What is being told is told to
    /// its end.
    pub async fn run(&self, operations: &Operations<'_>, mut stopped: watch::Receiver<bool>) {
        let mut was_cut = false;
        while !*stopped.borrow() {
            match self.once(operations, &stopped).await {
                Ok(cut) => {
                    if cut && !was_cut {
                        tracing::warn!(
                            "more is due than is looked through; the oldest of it may be told to nobody"
                        );
                    }
                    was_cut = cut;
                }
                // The register may be away for a while; what is due stays due.
                Err(error) => tracing::error!(%error, "notices were not told"),
            }
            // That it ended for another reason is an end as well.
            let told = tokio::time::timeout(self.every, stopped.wait_for(|stop| *stop));
            if matches!(told.await, Ok(Err(_))) {
                return;
            }
        }
    }

    /// Tells what is due now; gives whether more is due than was looked through.
    ///
    /// # Errors
    /// When the register cannot be read or written; what is not told stays in the outbox.
    async fn once(
        &self,
        operations: &Operations<'_>,
        stopped: &watch::Receiver<bool>,
    ) -> Result<bool, OperationError> {
        let webhooks = self.webhooks.iter().map(|hook| hook.name.clone()).collect();
        let told = Told { mail: self.mailer.is_some(), webhooks, days_before: self.days_before };
        let cut = operations.note(&told).await?.cut;
        loop {
            if *stopped.borrow() {
                return Ok(cut);
            }
            let claimed = operations.claim_notices(CLAIMED_MAX).await?;
            if claimed.is_empty() {
                return Ok(cut);
            }
            for notice in claimed {
                if *stopped.borrow() {
                    operations.release_notice(&notice).await?;
                    continue;
                }
                let outcome = self.tell(operations, &notice).await?;
                let (id, way) = (notice.id.clone(), notice.way.as_str());
                if let Err((fault, _)) = &outcome {
                    tracing::warn!(id, way, fault, "a notice was not told");
                }
                let state = operations.settle_notice(notice, outcome, self.pause_seconds).await?;
                if state == NoticeState::Failed {
                    tracing::error!(
                        id,
                        way,
                        "a notice is given up; its page has a button to try again"
                    );
                }
            }
        }
    }

    /// Tells one; else why not, and whether another try is useless.
    async fn tell(
        &self,
        operations: &Operations<'_>,
        notice: &Notice,
    ) -> Result<Result<(), (String, bool)>, OperationError> {
        let useless = |why: &str| Ok(Err((why.to_owned(), true)));
        match notice.way {
            Way::Mail => {
                let Some(mailer) = &self.mailer else {
                    return useless("no mail server is set");
                };
                let Some(to) = operations.mail_address(&notice.recipient).await? else {
                    return useless("they have no mail address on record");
                };
                let subject = letter::subject(operations.organisation(), notice);
                let text = letter::text(notice, &self.url);
                let at = operations.now();
                let letter = Letter { to: &to, subject: &subject, text, id: &notice.id, at };
                Ok(mailer.send(letter).await.map_err(|error| {
                    let for_good = match &error {
                        MailError::Server { for_good, .. } => *for_good,
                        _ => true,
                    };
                    (error.to_string(), for_good)
                }))
            }
            Way::Webhook => {
                let hook = self.webhooks.iter().find(|hook| hook.name == notice.recipient);
                let Some(hook) = hook else {
                    return useless("no webhook of this name is set");
                };
                let organisation = operations.organisation();
                let body = letter::json(organisation, notice, &self.url);
                Ok(hook.send(&self.http, body, operations.now()).await.map_err(|why| (why, false)))
            }
        }
    }
}

//! What a form sends with a file: fields first, then the file, piece by piece into the evidence.
//!
//! ```text
//!  browser ─▶ fields (bounded) ─▶ is the form ours? ─▶ file ─▶ few pieces in memory ─▶ blobs
//! ```
//!
//! A file is bytes: it is neither opened nor unpacked here, and its name is only a text. One that
//! is larger than the limit, or is cut off, leaves nothing behind. Few are taken at a time.
//!
//! How it can still go wrong: bytes whose command is refused stay in the evidence without a
//! record that names them; nobody finds them, and they take room.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};

use annex_isms::entity::EvidenceKind;
use annex_isms::observation::Period;
use annex_isms::{Basis, Date, Digest};
use annex_operations::{NewEvidence, OperationError, Stored};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::header;
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use tokio::sync::mpsc;
use tokio_stream::{Stream, StreamExt as _};

use crate::error::Failure;
use crate::session::Visitor;
use crate::{Site, layout};

/// The most bytes of one field, of a form without a file, and the most fields.
const FIELD_BYTES_MAX: usize = 64 << 10;
const FORM_BYTES_MAX: usize = 2 << 20;
const FIELDS_MAX: usize = 200;
/// The most pieces of a file that wait in memory to be stored.
const PIECES_MAX: usize = 4;
/// The most letters of a name.
const NAME_CHARS_MAX: usize = 120;

/// A form as it was filled in.
pub(crate) struct Filled {
    fields: BTreeMap<String, String>,
    file: Option<Delivered>,
}

/// A file that is stored.
struct Delivered {
    name: String,
    digest: Digest,
    bytes: u64,
}

impl Filled {
    /// Reads a form with or without a file. The file is stored only when the form is ours, which
    /// its first field says.
    pub(crate) async fn read(
        site: &Arc<Site>,
        visitor: &Visitor,
        request: Request<Body>,
    ) -> Result<Self, Failure> {
        let form = request.headers().get(header::CONTENT_TYPE);
        let with_file = form.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
        let mut filled = Self { fields: BTreeMap::new(), file: None };
        if !with_file {
            let bytes = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX).await;
            let bytes = bytes.map_err(|_| refused("The form is too large."))?;
            filled.fields = form_urlencoded::parse(&bytes).into_owned().collect();
            return Ok(filled);
        }
        let unreadable = |_| refused("What was sent is no form.");
        let request = request
            .map(|body| Body::from_stream(OneByOne { body: body.into_data_stream(), gave: false }));
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| refused("What was sent is no form."))?;
        let mut fields = 0;
        while let Some(mut field) = parts.next_field().await.map_err(unreadable)? {
            fields += 1;
            if fields > FIELDS_MAX {
                return Err(refused("The form has too many fields."));
            }
            let Some(name) = field.file_name().map(str::to_owned) else {
                let name = field.name().unwrap_or_default().to_owned();
                let text = text(&mut field).await?;
                filled.fields.insert(name, text);
                continue;
            };
            if name.is_empty() {
                continue;
            }
            if filled.fields.get("form") != Some(&visitor.form_token()) {
                return Err(Failure::Foreign);
            }
            if filled.file.is_some() {
                return Err(refused("Send one file at a time."));
            }
            filled.file = Some(store(site, &name, &mut field).await?);
        }
        Ok(filled)
    }

    /// Takes a field out; empty when it was not sent.
    pub(crate) fn take(&mut self, name: &str) -> String {
        self.fields.remove(name).unwrap_or_default().trim().to_owned()
    }

    /// What the form says of its file, taken out of the fields; `None` without a file.
    pub(crate) fn evidence(&mut self, site: &Site) -> Result<Option<NewEvidence>, Failure> {
        let [kind, description, population] =
            ["evidence-kind", "evidence-description", "evidence-population"].map(|n| self.take(n));
        let [from, to, expires, controls, subject] = [
            "evidence-from",
            "evidence-to",
            "evidence-expires",
            "evidence-controls",
            "evidence-subject",
        ]
        .map(|name| self.take(name));
        let Some(file) = self.file.take() else { return Ok(None) };
        let period = match (day("From", &from)?, day("To", &to)?) {
            (Some(from), Some(to)) => {
                // A day that is not over yet ends now.
                Some(Period { from: from.start(), to: to.end().min(site.operations.now()) })
            }
            (None, None) => None,
            _ => return Err(refused("A period has a first and a last day.")),
        };
        let controls = controls.split([',', ' ']).filter(|control| !control.is_empty());
        Ok(Some(NewEvidence {
            digest: file.digest,
            bytes: file.bytes,
            name: file.name,
            kind: if kind.is_empty() { EvidenceKind::Record } else { parse("Kind", &kind)? },
            description,
            period,
            basis: Basis::Document,
            population,
            expires: day("Expires", &expires)?,
            controls: controls.map(|id| parse("Controls", id)).collect::<Result<_, _>>()?,
            subject: Some(subject).filter(|subject| !subject.is_empty()),
        }))
    }

    /// The fields that are left and filled in.
    pub(crate) fn rest(mut self) -> BTreeMap<String, String> {
        self.fields.retain(|_, value| !value.trim().is_empty());
        self.fields
    }
}

fn refused(why: &str) -> Failure {
    Failure::Refused(why.to_owned())
}

fn parse<T: FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::Refused(format!("{field}: {error}")))
}

fn day(field: &str, text: &str) -> Result<Option<Date>, Failure> {
    if text.is_empty() { Ok(None) } else { parse(field, text).map(Some) }
}

async fn text(field: &mut Field<'_>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| refused("The form is cut off."))? {
        if bytes.len() + piece.len() > FIELD_BYTES_MAX {
            return Err(refused("A field of the form is too long."));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| refused("A field of the form is no text."))
}

/// Stores a file of a form while it arrives.
async fn store(site: &Arc<Site>, name: &str, field: &mut Field<'_>) -> Result<Delivered, Failure> {
    let stored = keep(site, field).await?;
    let stored = stored.ok_or_else(|| refused("The file is cut off. Send it again."))?;
    Ok(Delivered { name: sanitised(name), digest: stored.digest, bytes: stored.bytes })
}

/// Stores what arrives piece by piece; `None` when it is cut off.
pub(crate) async fn keep<E>(
    site: &Arc<Site>,
    pieces: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
) -> Result<Option<Stored>, OperationError> {
    let internal = OperationError::Internal;
    let _turn = site.uploading.acquire().await.map_err(|error| internal(error.to_string()))?;
    let (sender, receiver) = mpsc::channel(PIECES_MAX);
    let arriving = Pieces { receiver, piece: Bytes::new(), ended: false };
    let storing = Arc::clone(site);
    let storing = tokio::task::spawn_blocking(move || storing.operations.store_from(arriving));
    loop {
        let Ok(piece) = pieces.next().await.transpose() else {
            drop(sender);
            // Whoever stores sees that the end is missing, and stores nothing.
            let _ = storing.await;
            return Ok(None);
        };
        let last = piece.is_none();
        // When nobody takes it any more, the answer of who stored says why.
        if sender.send(piece).await.is_err() || last {
            break;
        }
    }
    storing.await.map_err(|error| internal(error.to_string()))?.map(Some)
}

/// A body that gives one piece at a time. Who reads the parts of a form takes all that is ready
/// into memory, and from a fast sender everything is.
struct OneByOne {
    body: BodyDataStream,
    gave: bool,
}

impl Stream for OneByOne {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.gave) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = Pin::new(&mut self.body).poll_next(context);
        self.gave = next.is_ready();
        next
    }
}

/// A file as it arrives: its pieces, and then that it ended.
struct Pieces {
    receiver: mpsc::Receiver<Option<Bytes>>,
    piece: Bytes,
    ended: bool,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.ended {
            match self.receiver.blocking_recv() {
                Some(Some(piece)) => self.piece = piece,
                Some(None) => self.ended = true,
                None => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            }
        }
        let count = self.piece.len().min(buffer.len());
        let taken = self.piece.split_to(count);
        buffer.iter_mut().zip(&taken).for_each(|(to, from)| *to = *from);
        Ok(count)
    }
}

/// The name without the folders before it and without what steers a terminal or a reader.
fn sanitised(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let name: String = last.chars().filter(plain).take(NAME_CHARS_MAX).collect();
    let name = name.trim().trim_start_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

/// The fields that say what a file is. The file comes last, so that the fields are known by then.
pub(crate) fn fields(required: bool) -> Markup {
    html! {
        label { "Kind" select name="evidence-kind" {
            @for kind in EvidenceKind::ALL {
                option value=(kind) selected[*kind == EvidenceKind::Record] { (kind.as_str().replace('-', " ")) }
            }
        } }
        label { "What it shows" textarea name="evidence-description" rows="2" {} }
        label { "From" input type="date" name="evidence-from"; }
        label { "To" input type="date" name="evidence-to"; }
        label { "Which population it was drawn from, and how you know that this is complete" input name="evidence-population"; }
        label { "Counts until" input type="date" name="evidence-expires"; }
        label { "Controls that it supports" input name="evidence-controls" placeholder="A.5.7, A.8.16"; }
        label { "File" input type="file" name="file" required[required]; }
    }
}

/// The form for new evidence.
pub(crate) async fn form(State(site): State<Arc<Site>>, visitor: Visitor) -> Html<String> {
    let max = site.operations.evidence_bytes_max() >> 20;
    let body = html! {
        p.beside { a href="/registers/evidence" { "Evidence" } }
        h1 { "New evidence" }
        form.stack method="post" action="/evidence/new" enctype="multipart/form-data" {
            (layout::form_token(&visitor))
            label { "About" input name="evidence-subject" placeholder="organisation, system:help-desk"; }
            (fields(true))
            button { "Record" }
        }
        p.beside { "At most " (max) " MiB. The file is kept as it is, and is named by its digest." }
    };
    Html(layout::page(&visitor, "/registers/evidence", "New evidence", &body))
}

/// Records new evidence.
pub(crate) async fn add(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    request: Request<Body>,
) -> Result<Redirect, Failure> {
    let mut filled = Filled::read(&site, &visitor, request).await?;
    let form = filled.take("form");
    let evidence = filled.evidence(&site)?.ok_or_else(|| refused("Choose a file."))?;
    let to = format!("/registers/evidence/{}", evidence.digest);
    visitor.execute(&site, &form, annex_operations::Command::AddEvidence { evidence }).await?;
    Ok(Redirect::to(&to))
}

#[cfg(test)]
mod tests {
    use super::sanitised;

    #[test]
    fn a_name_is_only_a_name() {
        for (name, kept) in [
            ("plan.pdf", "plan.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\plan.pdf", "plan.pdf"),
            ("\u{202e}fdp.exe\r\n", "fdp.exe"),
            ("...", "file"),
            ("", "file"),
        ] {
            assert_eq!(sanitised(name), kept);
        }
        assert_eq!(sanitised(&"x".repeat(999)).len(), super::NAME_CHARS_MAX);
    }
}

//! Pages that are looked at learn that something was recorded: server-sent events, and the one
//! script, which shows them.
//!
//! ```text
//!  page, made of N entries ─▶ live.js ─▶ GET /live ─▶ event `entries` with how many there are,
//!                                                     at once and after each change
//! ```
//!
//! The stream says how many entries the ledger has and nothing of them. It ends after a while, so
//! that the browser comes again and is asked who it is, and when the server is told to end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

use crate::Site;

/// How often is looked.
const LOOK_MS: u64 = 2_000;

/// How long a stream lasts.
const STREAM_MS_MAX: u64 = 300_000;

/// How many streams there are at a time.
const STREAMS_MAX: usize = 1_000;

/// The streams of a site.
#[derive(Debug)]
pub(crate) struct Streams {
    room: Arc<Semaphore>,
    end: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(STREAMS_MAX)), end: watch::Sender::new(false) }
    }
}

impl Streams {
    /// Ends them all.
    pub(crate) fn end(&self) {
        self.end.send_replace(true);
    }
}

/// How many entries the ledger has, as it grows.
pub(crate) async fn stream(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT).is_some_and(|kind| kind == "text/event-stream");
    if !accepts {
        return (StatusCode::NOT_ACCEPTABLE, "This is for `text/event-stream`.\n").into_response();
    }
    let Ok(room) = Arc::clone(&site.streams.room).try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let (sender, events) = mpsc::channel::<Result<Event, Infallible>>(1);
    let mut end = site.streams.end.subscribe();
    let look = async move {
        let mut told = None;
        loop {
            // Where the register is away the page stays as it is; other requests say so.
            if let Ok(entries) = site.operations.ledger_size().await
                && told != Some(entries)
            {
                told = Some(entries);
                let event = Event::default().event("entries").data(entries.to_string());
                if sender.send(Ok(event)).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                () = sender.closed() => return,
                _ = end.wait_for(|end| *end) => return,
                () = tokio::time::sleep(Duration::from_millis(LOOK_MS)) => {}
            }
        }
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends by itself, with its stream or its time"
    )]
    tokio::spawn(async move {
        drop(tokio::time::timeout(Duration::from_millis(STREAM_MS_MAX), look).await);
        drop(room);
    });
    Sse::new(ReceiverStream::new(events)).keep_alive(KeepAlive::default()).into_response()
}

/// The script.
pub(crate) async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("live.js"))
}

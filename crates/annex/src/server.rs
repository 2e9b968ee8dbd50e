//! A server of Annex, by its programming interface.
//!
//! The key is read from the environment and never printed. What the server refuses is told in its
//! words. A command is sent once under a key of its own, so that one whose answer was lost on the
//! way can be sent again without being carried out again; it is, once.

use std::path::Path;

use annex_egress::{EgressError, Http, Limits, Secret};
use annex_isms::{Assessment, Digest, Entry, Recorded, WebAddress};
use annex_operations::{Command, OperationError, Query, Reply};
use http::{Method, Request, Response, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::context::PORTS;

/// The variable with the key.
pub(crate) const TOKEN: &str = "ANNEX_TOKEN";

/// An assessment of a large register is long, and takes long.
const LIMITS: Limits = Limits { answer_ms_max: 600_000, answer_bytes_max: 1 << 30 };

/// What could not be done where no answer came.
const UNREACHED: &str = "reach";

/// How many records are asked for at once; the server gives no more.
const ROWS_MAX: u64 = 200;

/// How often a list is read that changes meanwhile.
const READS_MAX: u32 = 5;

/// A server.
pub(crate) struct Server {
    http: Http,
    address: String,
    token: Secret,
}

/// What the server says of a request that it refuses.
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

/// Part of a list.
#[derive(Deserialize)]
struct Records {
    total: u64,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    version: u64,
    key: String,
    entry: Option<Entry>,
}

/// Bytes that were stored.
#[derive(Deserialize)]
struct Stored {
    digest: Digest,
    bytes: u64,
}

impl Server {
    /// Gets ready to ask a server.
    pub(crate) fn new(address: &WebAddress, token: Option<String>) -> Result<Self, OperationError> {
        let token = token.filter(|token| !token.is_empty()).ok_or_else(|| {
            OperationError::Input(format!(
                "a server asks for a key; put one into {TOKEN} (`annexd key` and the page Account make keys)"
            ))
        })?;
        let http = Http::new(LIMITS).map_err(|error| unreached(address.as_str(), error))?;
        let address = address.as_str().trim_end_matches('/').to_owned();
        Ok(Self { http, address, token: Secret::new(token) })
    }

    pub(crate) async fn execute(&self, command: &Command) -> Result<Reply, OperationError> {
        let body = serde_json::to_vec(command).map_err(internal)?;
        let once = Digest::from_bytes((PORTS.random)()).hex();
        let sent = || {
            self.request(Method::POST, "/api/v1/commands")
                .header(header::CONTENT_TYPE, "application/json")
                .header("Idempotency-Key", &once)
                .body(body.clone())
        };
        let answer = match self.send(sent()).await {
            Err(OperationError::File { operation: UNREACHED, .. }) => self.send(sent()).await?,
            answer => answer?,
        };
        json(&answer)
    }

    pub(crate) async fn assessment(&self, query: Query) -> Result<Assessment, OperationError> {
        let path = match query {
            Query::Now => "/api/v1/assessment".to_owned(),
            Query::At(at) => format!("/api/v1/assessment?at={at}"),
        };
        self.get(&path).await
    }

    /// Every record of a kind. A list in which something moved while it was read is read again:
    /// what stood between two parts would be missing.
    pub(crate) async fn all_of<T: Recorded>(&self) -> Result<Vec<T>, OperationError> {
        for _ in 0..READS_MAX {
            if let Some(all) = self.parts_of().await? {
                return Ok(all);
            }
        }
        Err(failed("read", &self.address, "the list changes faster than it can be read; try again"))
    }

    /// The oldest version first; each part begins with the last record of the one before, or
    /// something moved.
    async fn parts_of<T: Recorded>(&self) -> Result<Option<Vec<T>>, OperationError> {
        let mut all: Vec<Item> = Vec::new();
        loop {
            let last = all.pop();
            let offset = all.len();
            let path = format!(
                "/api/v1/records/{}?sort=recorded&offset={offset}&limit={ROWS_MAX}",
                T::KIND
            );
            let part: Records = self.get(&path).await?;
            let first = part.items.first().map(|item| item.version);
            let grows = part.items.len() > usize::from(last.is_some());
            if last.is_some_and(|last| first != Some(last.version)) {
                return Ok(None);
            }
            all.extend(part.items);
            if all.len() as u64 >= part.total {
                break;
            }
            if !grows {
                return Ok(None);
            }
        }
        all.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(Some(all.into_iter().filter_map(|item| T::of(item.entry?.record)).collect()))
    }

    pub(crate) async fn store(&self, file: &Path) -> Result<(Digest, u64), OperationError> {
        let bytes = std::fs::read(file).map_err(|error| {
            OperationError::Input(format!("cannot read the evidence {}: {error}", file.display()))
        })?;
        let own = Digest::of(&bytes);
        let request = self.request(Method::POST, "/api/v1/evidence");
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream").body(bytes);
        let stored: Stored = json(&self.send(request).await?)?;
        if stored.digest != own {
            return Err(OperationError::Internal(format!(
                "the server stored {} and was sent {own}",
                stored.digest
            )));
        }
        Ok((stored.digest, stored.bytes))
    }

    pub(crate) async fn evidence_bytes(&self, digest: &Digest) -> Result<Vec<u8>, OperationError> {
        let path = format!("/api/v1/evidence/{digest}");
        let request = self.request(Method::GET, &path).body(Vec::new());
        let bytes = self.send(request).await?.into_body();
        if Digest::of(&bytes) != *digest {
            return Err(OperationError::Internal(format!("what the server sent is not {digest}")));
        }
        Ok(bytes)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, OperationError> {
        json(&self.send(self.request(Method::GET, path).body(Vec::new())).await?)
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose()))
    }

    /// Sends a request, and gives the answer when it is a good one.
    async fn send(
        &self,
        request: Result<Request<Vec<u8>>, http::Error>,
    ) -> Result<Response<Vec<u8>>, OperationError> {
        let request = request.map_err(|_| {
            OperationError::Input(format!(
                "`{}` or the key in {TOKEN} cannot be sent",
                self.address
            ))
        })?;
        let answer = self.http.send(request).await;
        let answer = answer.map_err(|error| unreached(&self.address, error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let said = serde_json::from_slice::<Problem>(answer.body());
        let said = said.map_or_else(
            |_| format!("{} answers {status}; is it a server of Annex?", self.address),
            |problem| problem.detail,
        );
        Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => OperationError::Forbidden(said),
            status if status.is_client_error() || status.is_redirection() => {
                OperationError::Input(said)
            }
            _ => failed("use", &self.address, said),
        })
    }
}

fn json<T: DeserializeOwned>(answer: &Response<Vec<u8>>) -> Result<T, OperationError> {
    serde_json::from_slice(answer.body()).map_err(|error| {
        OperationError::Input(format!("the server answers what this version cannot read: {error}"))
    })
}

fn unreached(address: &str, error: EgressError) -> OperationError {
    failed(UNREACHED, address, error)
}

fn failed(
    operation: &'static str,
    address: &str,
    why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> OperationError {
    let source = std::io::Error::other(why);
    OperationError::File { operation, path: address.to_owned(), source }
}

fn internal(error: impl std::fmt::Display) -> OperationError {
    OperationError::Internal(error.to_string())
}

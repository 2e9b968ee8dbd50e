//! A request over HTTP, and its whole answer.

use std::time::Duration;

use annex_isms::{WebAddress, WebAddressError};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// How long a connection may take.
const CONNECT_MS_MAX: u64 = 5_000;

/// How long an answer may take, and how large it may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Milliseconds until the whole answer is there.
    pub answer_ms_max: u64,
    /// Bytes of the answer.
    pub answer_bytes_max: usize,
}

impl Limits {
    /// Of a short answer: a document of keys or claims has some kilobytes.
    pub const SHORT: Self = Self { answer_ms_max: 10_000, answer_bytes_max: 1 << 20 };
}

/// Why there is no answer. The message names the host and no more of an address.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The roots of the system cannot be read, so no certificate could be checked.
    #[error("the certificates that the system trusts cannot be read; SSL_CERT_FILE names others")]
    Roots(#[source] std::io::Error),
    /// It must not be asked.
    #[error("what is to be asked must not be")]
    Address(#[from] WebAddressError),
    /// Nobody is there, or not who should be.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// Who.
        host: String,
        /// Why.
        #[source]
        source: hyper_util::client::legacy::Error,
    },
    /// It took too long.
    #[error("{host} did not answer within {milliseconds} milliseconds")]
    Slow {
        /// Who.
        host: String,
        /// How long was waited.
        milliseconds: u64,
    },
    /// The answer is too large, or ended early.
    #[error("{host} gave no answer of at most {bytes_max} bytes")]
    Answer {
        /// Who.
        host: String,
        /// How large it may be.
        bytes_max: usize,
        /// Whether it was too large.
        too_large: bool,
    },
}

/// Asks over HTTP.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<std::io::Cursor<Vec<u8>>>>,
    limits: Limits,
}

impl Http {
    /// Gets ready to ask.
    ///
    /// # Errors
    /// When the system names no certificates to trust.
    pub fn new(limits: Limits) -> Result<Self, EgressError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(Duration::from_millis(CONNECT_MS_MAX)));
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(EgressError::Roots)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        // Who is asked seldom keeps no connection: the next request sees who is there then.
        let mut client = Client::builder(TokioExecutor::new());
        Ok(Self { client: client.pool_max_idle_per_host(0).build(connector), limits })
    }

    /// Asks, and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// When the address is not encrypted, or there is no answer within time and size.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, EgressError> {
        let address: WebAddress = request.uri().to_string().parse()?;
        let host = address.host().to_owned();
        let milliseconds = self.limits.answer_ms_max;
        let slow = EgressError::Slow { host: host.clone(), milliseconds };
        let answer =
            tokio::time::timeout(Duration::from_millis(milliseconds), self.answer(request, host));
        answer.await.map_err(|_| slow)?
    }

    async fn answer(
        &self,
        request: Request<Vec<u8>>,
        host: String,
    ) -> Result<Response<Vec<u8>>, EgressError> {
        let request = request.map(|body| Full::new(std::io::Cursor::new(body)));
        let answer = self.client.request(request).await;
        let answer =
            answer.map_err(|source| EgressError::Unreachable { host: host.clone(), source })?;
        let (head, body) = answer.into_parts();
        let bytes_max = self.limits.answer_bytes_max;
        match Limited::new(body, bytes_max).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes().to_vec())),
            Err(error) => {
                let too_large = error.is::<LengthLimitError>();
                Err(EgressError::Answer { host, bytes_max, too_large })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    /// Answers every connection with these bytes, again and again when `endless`.
    fn machine(answer: &'static [u8], endless: bool) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(answer);
                while endless && stream.write_all(&[b'x'; 4096]).is_ok() {}
            }
        });
        address.to_string()
    }

    async fn ask(url: &str) -> Result<Response<Vec<u8>>, EgressError> {
        let request = Request::get(url).body(Vec::new()).expect("a request");
        Http::new(Limits::SHORT).expect("roots").send(request).await
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let answer =
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\nno";
        let here = machine(answer, false);
        let answer = ask(&format!("http://{here}/x")).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.body().as_slice()), (302, &b"no"[..]));
    }

    #[tokio::test]
    async fn an_answer_without_an_end_has_one() {
        let here = machine(b"HTTP/1.1 200 OK\r\n\r\n", true);
        let error = ask(&format!("http://{here}/")).await.expect_err("too large");
        assert!(matches!(error, EgressError::Answer { too_large: true, .. }), "{error:?}");
    }

    #[tokio::test]
    async fn nothing_is_sent_where_others_read_along() {
        for url in ["http://192.0.2.1/", "http://example.org/x"] {
            let error = ask(url).await.expect_err("refused");
            assert!(matches!(error, EgressError::Address(_)), "{error:?}");
        }
        // What answers there speaks no TLS, so it is nobody whose certificate could be checked.
        let here = machine(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false);
        let error = ask(&format!("https://{here}/a-secret-path")).await.expect_err("no TLS");
        assert!(matches!(error, EgressError::Unreachable { .. }), "{error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        tokio::time::pause();
        let error = ask(&format!("http://127.0.0.1:{port}/")).await.expect_err("too slow");
        assert!(matches!(error, EgressError::Slow { .. }), "{error:?}");
    }
}

//! A browser's way to a real provider of identities, through it, and back.

use std::path::Path;
use std::sync::atomic::Ordering;

use annex_egress::{Http, Limits, Secret};
use annex_identity::{Configuration, Provider};
use annex_testbed::IdentityProvider;
use annex_web::SignInBy;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::desk::{Desk, read};

const CALLBACK: &str = "https://annex.example.org/sign-in/callback";
/// The most pages of the provider between leaving and coming back.
const STEPS_MAX: usize = 20;

pub(crate) fn program() -> IdentityProvider {
    IdentityProvider::start(Path::new(env!("CARGO_TARGET_TMPDIR")), CALLBACK)
}

/// The provider as Annex knows it.
pub(crate) fn by(issuer: &str, client: &str, claim: &str, link_by_email: bool) -> SignInBy {
    let configuration = Configuration {
        issuer: issuer.parse().expect("an address"),
        client_id: client.to_owned(),
        secret: (client == "annex").then(|| Secret::new("of the tests".to_owned())),
        claim: claim.to_owned(),
        wants_email: link_by_email,
        callback: CALLBACK.to_owned(),
    };
    let provider = Provider::new(configuration, Http::new(Limits::SHORT).expect("roots"));
    SignInBy { provider, label: "Sign in with <Velmora>".to_owned(), link_by_email }
}

/// A desk whose clock goes with that of the provider.
pub(crate) async fn desk(by: SignInBy) -> Desk {
    let desk = Desk::with_provider(by).await;
    set_clock(&desk);
    desk
}

#[expect(clippy::disallowed_methods, reason = "the provider has a clock of its own")]
pub(crate) fn set_clock(desk: &Desk) {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = since.expect("after 1970").as_micros();
    desk.clock.0.store(i64::try_from(now).expect("not so late"), Ordering::SeqCst);
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) page: String,
    pub(crate) to: String,
    pub(crate) cookies: Vec<String>,
}

impl Answer {
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let start = format!("{name}=");
        let own = self.cookies.iter().find(|cookie| cookie.starts_with(&start))?;
        own.split(';').next()
    }
}

pub(crate) async fn ask(desk: &Desk, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path).header(header::COOKIE, cookie);
    let answer = desk.send(request.body(Body::empty()).expect("a request")).await;
    let text = |value: &header::HeaderValue| value.to_str().expect("text").to_owned();
    let to = answer.headers().get(header::LOCATION).map(text).unwrap_or_default();
    let cookies = answer.headers().get_all(header::SET_COOKIE).iter().map(text).collect();
    let (status, page) = read(answer).await;
    Answer { status, page, to, cookies }
}

/// Leaves for the provider: its address, and the cookie of the way.
pub(crate) async fn leave(desk: &Desk, path: &str) -> (String, String) {
    let answer = ask(desk, path, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page);
    let way = answer.cookie("annex_way").expect("a cookie").to_owned();
    for part in ["Path=/sign-in;", "HttpOnly", "Secure", "SameSite=Lax", "Max-Age=600"] {
        assert!(answer.cookies[0].contains(part), "{}", answer.cookies[0]);
    }
    (answer.to, way)
}

/// Signs in at the provider as someone, and gives the path by which the browser comes back.
pub(crate) async fn at_provider(address: &str, name: &str) -> String {
    let http = Http::new(Limits::SHORT).expect("roots");
    let here: axum::http::Uri = address.parse().expect("an address");
    let here = format!("http://{}", here.authority().expect("a host"));
    let mut jar: Vec<(String, String)> = Vec::new();
    let (mut address, mut form) = (address.to_owned(), None);
    for _ in 0..STEPS_MAX {
        let cookies: Vec<String> =
            jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let method = if form.is_some() { "POST" } else { "GET" };
        let request = Request::builder()
            .method(method)
            .uri(&address)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.take().unwrap_or_default());
        let answer = http.send(request.expect("a request")).await.expect("an answer");
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a pair");
            jar.retain(|(own, _)| own != name);
            jar.push((name.to_owned(), value.to_owned()));
        }
        if let Some(to) = answer.headers().get(header::LOCATION) {
            let to = to.to_str().expect("text");
            if let Some(back) = to.strip_prefix("https://annex.example.org") {
                return back.to_owned();
            }
            address = if to.starts_with('/') { format!("{here}{to}") } else { to.to_owned() };
            continue;
        }
        let page = String::from_utf8(answer.into_body()).expect("UTF-8");
        let value = |start: &str| {
            let (_, after) = page.split_once(start).unwrap_or_else(|| panic!("no {start}: {page}"));
            after.split('"').next().expect("a value").to_owned()
        };
        let to = value("action=\"");
        address = if to.starts_with('/') { format!("{here}{to}") } else { to };
        let prompt = value("name=\"prompt\" value=\"");
        form = Some(format!("prompt={prompt}&login={name}&password=x").into_bytes());
    }
    panic!("the provider sends nobody back");
}

/// Signs in as someone, from the beginning to the end.
pub(crate) async fn sign_in(desk: &Desk, name: &str) -> Answer {
    let (address, way) = leave(desk, "/sign-in/provider").await;
    let back = at_provider(&address, name).await;
    ask(desk, &back, &way).await
}

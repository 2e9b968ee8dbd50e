//! Script in every field: what anyone types, sends or puts into an address is text on every page.
//!
//! ```text
//!  every page ─▶ every form of it ─▶ hostile text in every field, sent ─▶ every page once more
//! ```
//!
//! Forms are found on the pages, so a new one is tried without being named here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use annex_isms::ObservationBatch;
use annex_isms::entity::Role;
use annex_operations::{Caller, Command};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use scraper::{ElementRef, Html, Selector};
use serde_json::json;

use crate::desk::{Desk, read};

/// What would run if it were anything but text.
const HOSTILE: &str =
    "javascript:alert(1)//\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

/// How many pages of one form are looked at.
const PAGES_OF_A_ROUTE_MAX: usize = 2;

/// What a form is sent to that would end the walk.
const NOT_SENT: [&str; 4] =
    ["/sign-out", "/account/password", "/account/sessions/end", "/account/second-factor"];

/// A form of a page.
#[derive(Debug, Clone)]
struct Form {
    action: String,
    sends: bool,
    multipart: bool,
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    name: String,
    /// What it holds when nobody types.
    value: String,
    /// Whether anyone can type what they like.
    free: bool,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

/// What would run on a page.
fn scripts(page: &str) -> Vec<String> {
    let page = Html::parse_document(page);
    let mut found = Vec::new();
    for element in page.select(&selector("*")) {
        let element = element.value();
        let runs = |(name, value): (&str, &str)| {
            name.starts_with("on")
                || (["href", "src", "action", "formaction"].contains(&name)
                    && value.trim().to_lowercase().starts_with("javascript:"))
        };
        // The one of ours, which every policy names.
        let is_ours = element.attrs().eq([("src", "/live.js"), ("defer", "")])
            || element.attrs().eq([("defer", ""), ("src", "/live.js")]);
        if (element.name() == "script" && !is_ours) || element.attrs().any(runs) {
            found.push(format!("{element:?}"));
        }
    }
    found
}

fn links(page: &str) -> Vec<String> {
    let page = Html::parse_document(page);
    let any = selector("a[href]");
    let links = page.select(&any).filter_map(|link| link.attr("href"));
    let links = links.map(|link| link.split('#').next().unwrap_or_default().to_owned());
    links.filter(|link| link.starts_with('/')).collect()
}

fn forms(page: &str) -> Vec<Form> {
    let page = Html::parse_document(page);
    page.select(&selector("form")).map(form).collect()
}

fn form(form: ElementRef<'_>) -> Form {
    let mut fields = Vec::new();
    for element in form.select(&selector("input[name], textarea[name], select[name]")) {
        let name = element.attr("name").unwrap_or_default().to_owned();
        let value = element.attr("value").unwrap_or_default().to_owned();
        let (value, free) = match (element.value().name(), element.attr("type")) {
            ("textarea", _) => (element.text().collect(), true),
            ("select", _) => {
                let any = selector("option");
                let options = element.select(&any);
                let values = options.filter_map(|option| option.attr("value"));
                (values.last().unwrap_or_default().to_owned(), false)
            }
            (_, Some("date")) if value.is_empty() => ("2027-03-01".to_owned(), false),
            (_, Some("number")) if value.is_empty() => ("3".to_owned(), false),
            (_, None | Some("text" | "search" | "email" | "url")) => (value, true),
            _ => (value, false),
        };
        fields.push(Field { name, value, free });
    }
    Form {
        action: form.attr("action").unwrap_or_default().to_owned(),
        sends: form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
        multipart: form.attr("enctype").is_some_and(|kind| kind.starts_with("multipart")),
        fields,
    }
}

impl Form {
    /// Its fields with `text` where `hostile` says so, and elsewhere something that may be right.
    fn filled(&self, hostile: impl Fn(usize) -> bool, nth: usize) -> Vec<(String, String)> {
        let value = |(place, field): (usize, &Field)| {
            let value = if field.free && hostile(place) {
                HOSTILE.to_owned()
            } else if field.free && field.value.is_empty() {
                format!("word-{nth}")
            } else {
                field.value.clone()
            };
            (field.name.clone(), value)
        };
        self.fields.iter().enumerate().map(value).collect()
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

struct Walk {
    desk: Desk,
    cookie: String,
    /// Forms that were sent, by where to and with which fields, and how often one was accepted.
    sent: BTreeSet<String>,
    accepted: usize,
}

impl Walk {
    fn safe(path: &str, page: &str) {
        let found = scripts(page);
        assert!(found.is_empty(), "{path}: {found:?}");
    }

    /// The row of the table that serves an address.
    fn route(address: &str) -> Option<&'static str> {
        let path = address.split('?').next().unwrap_or_default();
        let fits = |template: &str| {
            let (path, template): (Vec<_>, Vec<_>) =
                (path.split('/').collect(), template.split('/').collect());
            path.len() == template.len()
                && path.iter().zip(&template).all(|(own, of)| own == of || of.starts_with('{'))
        };
        let routes = annex_web::routes();
        let mut fitting: Vec<&'static str> =
            routes.iter().map(|route| route.path).filter(|template| fits(template)).collect();
        fitting.sort_by_key(|template| template.matches('{').count());
        fitting.first().copied()
    }

    /// Every page that links lead to, a few of each sort, by address.
    async fn pages(&self) -> BTreeMap<String, String> {
        let mut seen = BTreeSet::from(["/".to_owned()]);
        let mut ways = VecDeque::from(["/".to_owned()]);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut pages = BTreeMap::new();
        while let Some(address) = ways.pop_front() {
            let Some(route) = Self::route(&address) else { continue };
            if route.contains("export") || route.ends_with("bytes") {
                continue;
            }
            let query = address.split_once('?').map(|(_, query)| query).unwrap_or_default();
            let keys: Vec<&str> =
                query.split('&').filter_map(|pair| pair.split('=').next()).collect();
            let count = counts.entry(format!("{route} {keys:?}")).or_default();
            *count += 1;
            if *count > PAGES_OF_A_ROUTE_MAX {
                continue;
            }
            let (status, page) = self.desk.get(&address, &self.cookie).await;
            assert!(!status.is_server_error(), "{address}: {page}");
            Self::safe(&address, &page);
            for link in links(&page) {
                if seen.insert(link.clone()) {
                    ways.push_back(link);
                }
            }
            pages.insert(address, page);
        }
        pages
    }

    /// Sends each form of the pages that was not sent yet.
    async fn send_all(&mut self, pages: &BTreeMap<String, String>) {
        for (address, page) in pages {
            for form in forms(page) {
                let names: Vec<&str> =
                    form.fields.iter().map(|field| field.name.as_str()).collect();
                let sort = format!("{:?} {names:?}", Self::route(&form.action));
                if NOT_SENT.iter().any(|own| form.action.starts_with(own))
                    || !self.sent.insert(sort)
                {
                    continue;
                }
                self.send(address, &form).await;
            }
        }
    }

    /// Hostile text in all fields, and where that is refused in one after the other.
    async fn send(&mut self, address: &str, form: &Form) {
        if self.send_filled(form, &form.filled(|_| true, self.sent.len())).await {
            return;
        }
        for place in 0..form.fields.len() {
            // What was made from the page before may be old by now.
            let (_, page) = self.desk.get(address, &self.cookie).await;
            let fresh = forms(&page).into_iter().find(|own| own.action == form.action);
            let Some(fresh) = fresh.filter(|fresh| fresh.fields.get(place).is_some_and(|f| f.free))
            else {
                continue;
            };
            let nth = self.sent.len() * 100 + place;
            self.send_filled(&fresh, &fresh.filled(|own| own == place, nth)).await;
        }
    }

    async fn send_filled(&mut self, form: &Form, pairs: &[(String, String)]) -> bool {
        let (status, page) = if !form.sends {
            let address = format!("{}?{}", form.action, encoded(pairs));
            self.desk.get(&address, &self.cookie).await
        } else if form.multipart {
            let parts: String = pairs
                .iter()
                .map(|(name, value)| match name.as_str() {
                    "file" => format!("--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\r\n{value}\r\n", HOSTILE.replace('"', "%22")),
                    _ => format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"),
                })
                .collect();
            let request = Request::post(&form.action)
                .header(header::COOKIE, &self.cookie)
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line");
            let body = Body::from(format!("{parts}--line--\r\n"));
            read(self.desk.send(request.body(body).expect("a request")).await).await
        } else {
            self.desk.post(&form.action, &self.cookie, &encoded(pairs)).await
        };
        assert!(!status.is_server_error(), "{} {pairs:?}: {page}", form.action);
        Self::safe(&form.action, &page);
        let accepted = form.sends && status == StatusCode::SEE_OTHER;
        self.accepted += usize::from(accepted);
        accepted
    }
}

/// What a collector delivers, with hostile text wherever it has words of its own.
fn batch() -> ObservationBatch {
    let key = json!({ "kind": "model_api", "key": HOSTILE });
    let at = "2026-09-01T00:00:00Z";
    let batch = json!({
        "schema": 1,
        "collector": { "name": HOSTILE, "version": HOSTILE },
        "scope": { "kind": "repository", "name": HOSTILE, "commit": HOSTILE },
        "period": { "from": at, "to": at },
        "coverage": { "files_seen": 1, "files_read": 1, "files_ignored": 0, "bytes_read": 1 },
        "skipped": [{ "path": HOSTILE, "reason": HOSTILE }],
        "systems": [{ "id": "hostile", "name": HOSTILE }],
        "assets": [{
            "kind": "model_api", "key": HOSTILE, "aliases": [HOSTILE], "name": HOSTILE,
            "systems": ["hostile"], "locations": [HOSTILE],
        }],
        "flows": [{ "from": key, "to": key, "carries": HOSTILE, "classes": [], "locations": [HOSTILE] }],
        "observations": [{
            "subject": { "asset": key }, "attribute": "model_version", "value": HOSTILE,
            "basis": "source", "period": { "from": at, "to": at }, "locations": [HOSTILE],
        }],
    });
    serde_json::from_value(batch).expect("a batch")
}

#[tokio::test]
async fn script_in_any_field_is_text_on_every_page() {
    // It must be able to fail.
    for page in ["<script>1</script>", "<p onclick=a>", "<a href=' JavaScript:a'>"] {
        assert_eq!(scripts(page).len(), 1, "{page}");
    }
    let desk = Desk::new().await;
    let by = Caller::of_folder(HOSTILE);
    let operations = desk.site.operations();
    for command in [
        Command::Ingest { batch: Box::new(batch()), evidence: None },
        Command::AddPerson {
            id: "hostile".parse().expect("an id"),
            name: HOSTILE.to_owned(),
            roles: BTreeSet::from([HOSTILE.to_owned()]),
            email: None,
        },
        Command::Assess,
    ] {
        operations.execute(command, &by).await.expect("recorded");
    }
    let all = Role::ALL.iter().copied().filter(|role| *role != Role::Service).collect();
    let holder = "ines-arvid".parse().expect("an id");
    let grant = Command::GrantAccess { holder, roles: all };
    operations.execute(grant, &by).await.expect("granted");
    let cookie = desk.signed_in("ines-arvid").await;
    let mut walk = Walk { desk, cookie, sent: BTreeSet::new(), accepted: 0 };
    // What the first forms make has forms of its own.
    for _ in 0..3 {
        let pages = walk.pages().await;
        walk.send_all(&pages).await;
    }
    let pages = walk.pages().await;
    let showing = pages.values().filter(|page| page.contains("&lt;script&gt;alert(1)")).count();
    assert!(pages.len() > 40 && showing > 15, "{showing} of {} pages", pages.len());
    assert!(walk.sent.len() > 40 && walk.accepted > 15, "{} of {}", walk.accepted, walk.sent.len());
}

#[tokio::test]
async fn lines_in_addresses_and_headers_stay_in_them() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("ines-arvid").await;
    let injected = "x%0d%0aX-Evil:%201%0d%0a%0d%0a%3Cscript%3E";
    for route in annex_web::routes() {
        let path: Vec<&str> = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { injected } else { part })
            .collect();
        let address = format!("{}?text={injected}&organisation={injected}", path.join("/"));
        let request = Request::builder()
            .method(route.method)
            .uri(&address)
            .header(header::COOKIE, &cookie)
            .header("X-Forwarded-For", "evil\t, <script>")
            .header("X-Forwarded-Host", "evil.example")
            .header(header::HOST, "evil.example");
        let answer = desk.send(request.body(Body::empty()).expect("a request")).await;
        assert!(!answer.status().is_server_error(), "{} {address}", route.method);
        assert!(answer.headers().get("x-evil").is_none(), "{address}");
        for (name, value) in answer.headers() {
            let value = value.to_str().unwrap_or_default();
            assert!(!value.contains("evil.example"), "{address}: {name}: {value}");
        }
    }
}

#[tokio::test]
async fn a_session_is_neither_given_in_advance_nor_longer_when_a_clock_is_set_back() {
    use std::sync::atomic::Ordering;

    use crate::desk::HOUR;

    let desk = Desk::new().await;
    // Who plants a cookie before the sign-in does not know the one after it.
    let planted =
        "annex_session=helpdesk.0000000000000000000000000000000000000000000000000000000000000000";
    let request = Request::post("/sign-in")
        .header(header::COOKIE, planted)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = "person=ines-arvid&password=correct+horse+battery";
    let answer = desk.send(request.body(Body::from(form)).expect("a request")).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text");
    assert!(!cookie.contains("0000000000000000"), "{cookie}");
    assert_eq!(desk.get("/gaps", planted).await.0, StatusCode::SEE_OTHER, "planted");
    let cookie = desk.signed_in("ines-arvid").await;
    assert_eq!(desk.get("/gaps", &cookie).await.0, StatusCode::OK);
    // Servers whose clocks differ by a minute are none the worse.
    desk.clock.0.fetch_sub(HOUR / 60, Ordering::SeqCst);
    assert_eq!(desk.get("/gaps", &cookie).await.0, StatusCode::OK);
    desk.clock.0.fetch_sub(HOUR, Ordering::SeqCst);
    assert_eq!(desk.get("/gaps", &cookie).await.0, StatusCode::SEE_OTHER, "from the future");
    desk.clock.0.fetch_add(14 * HOUR, Ordering::SeqCst);
    assert_eq!(desk.get("/gaps", &cookie).await.0, StatusCode::SEE_OTHER, "too old");
}

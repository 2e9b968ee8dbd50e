//! A Chromium of its own for each test, driven through WebDriver.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// What a person sees: the width of a page, and its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    height: u32,
    dark: bool,
}

/// How pages are looked at.
pub(crate) const VIEWS: [View; 3] = [
    View { name: "light", width: 1280, height: 1000, dark: false },
    View { name: "dark", width: 1280, height: 1000, dark: true },
    View { name: "phone", width: 390, height: 1200, dark: false },
];

/// A browser; its process ends when this is dropped.
pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: Child,
    _profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

impl Browser {
    /// A browser that nobody has used.
    pub(crate) async fn new() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect(
                "chromedriver starts; install the Debian packages chromium and chromium-driver",
            );
        let lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver tells its port");
        let profile = tempfile::tempdir().expect("a folder");
        let arguments = [
            "--headless=new".to_owned(),
            // As root, and where shared memory is small, Chromium needs these two.
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--force-color-profile=srgb".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut wanted = serde_json::Map::new();
        wanted.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments }));
        wanted.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        Self { client, driver, _profile: profile }
    }

    /// Ends the session, so that Chromium ends before its driver.
    pub(crate) async fn close(self) {
        self.client.clone().close().await.expect("closed");
    }

    /// Carries out a command of the DevTools protocol.
    pub(crate) async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        let answer = self.client.issue_cmd(DevTools { command, parameters }).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Looks at pages in another way.
    pub(crate) async fn look(&self, view: View) {
        let scheme = if view.dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        let metrics = json!({
            "width": view.width, "height": view.height, "deviceScaleFactor": 1,
            "mobile": view.width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The path of the page, without its server.
    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.expect("an address").path().to_owned()
    }

    /// The words of the page.
    pub(crate) async fn text(&self) -> String {
        self.find("body").await.text().await.expect("words")
    }

    pub(crate) async fn find(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(WAIT);
        match wait.for_element(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(error) => panic!("{selector}: {error}; the page is {}", self.shown().await),
        }
    }

    /// The field under a label, as a person finds it.
    pub(crate) async fn field(&self, label: &str) -> Element {
        let path = format!(
            "//label[contains(normalize-space(.), '{label}')]//*[self::input or self::select or self::textarea]"
        );
        match self.client.find(Locator::XPath(&path)).await {
            Ok(element) => element,
            Err(error) => panic!("{label}: {error}; the page is {}", self.shown().await),
        }
    }

    pub(crate) async fn has(&self, path: &str) -> bool {
        self.client.find(Locator::XPath(path)).await.is_ok()
    }

    /// Waits until something is on the page, which stays the same one.
    pub(crate) async fn waits_for(&self, path: &str) {
        for _ in 0..TURNS_MAX {
            if self.has(path).await {
                return;
            }
            tokio::time::sleep(TURN).await;
        }
        panic!("{path} did not come; the page is {}", self.shown().await);
    }

    /// Presses a button by its words and waits for the page that follows.
    pub(crate) async fn press(&self, words: &str) {
        let path = format!("//button[contains(normalize-space(.), '{words}')]");
        self.follow(&path).await;
    }

    /// Follows a link by its words.
    pub(crate) async fn link(&self, words: &str) {
        self.follow(&format!("//a[normalize-space(.)='{words}']")).await;
    }

    /// Clicks what a path finds, and waits for the page that follows.
    pub(crate) async fn follow(&self, path: &str) {
        let old = self.find("html").await;
        let found = self.client.find(Locator::XPath(path)).await;
        let clicked = match found {
            Ok(element) => element.click().await,
            Err(error) => Err(error),
        };
        if let Err(error) = clicked {
            panic!("{path}: {error}; the page is {}", self.shown().await);
        }
        self.left(&old).await;
    }

    /// Presses Enter, and waits for the page that follows.
    pub(crate) async fn enter(&self) {
        let old = self.find("html").await;
        self.keys(&Key::Enter.to_string()).await;
        self.left(&old).await;
    }

    /// Waits until a page is gone and another one is there.
    async fn left(&self, old: &Element) {
        for _ in 0..TURNS_MAX {
            if old.tag_name().await.is_err() {
                self.find("main").await;
                return;
            }
            tokio::time::sleep(TURN).await;
        }
        panic!("no other page came; the page is {}", self.shown().await);
    }

    /// Presses keys, on whatever has the focus.
    pub(crate) async fn keys(&self, keys: &str) {
        let focus = self.client.active_element().await.expect("a focus");
        focus.send_keys(keys).await.expect("typed");
    }

    /// Presses Tab until the focus is on what a selector names.
    pub(crate) async fn tab_to(&self, selector: &str) {
        for _ in 0..STOPS_MAX {
            self.keys(&Key::Tab.to_string()).await;
            let script = "return document.activeElement.matches(arguments[0])";
            let there =
                self.client.execute(script, vec![json!(selector)]).await.expect("an answer");
            if there == json!(true) {
                return;
            }
        }
        panic!("{selector} cannot be reached by Tab; the page is {}", self.shown().await);
    }

    /// Signs in with name and password.
    pub(crate) async fn sign_in(&self, url: &str, person: &str, password: &str) {
        self.goto(url).await;
        self.field("Name").await.send_keys(person).await.expect("typed");
        self.field("Password").await.send_keys(password).await.expect("typed");
        self.press("Sign in").await;
    }

    /// Address and words of the page, for what went wrong.
    async fn shown(&self) -> String {
        let url = self.client.current_url().await.map(String::from).unwrap_or_default();
        let text = match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        format!("{url}\n{text}")
    }
}

/// How long a page may take: tests share a machine with a compiler.
const WAIT: Duration = Duration::from_mins(1);
const TURN: Duration = Duration::from_millis(100);
const TURNS_MAX: u32 = 600;

/// How many stops of Tab a page may have before something.
const STOPS_MAX: u32 = 200;

/// A command that is Chromium's own.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (axum::http::Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.parameters });
        (axum::http::Method::POST, Some(body.to_string()))
    }
}

//! A workplace of the example, and a client of its pages.
//!
//! Its register is SQLite in a folder, or with `ANNEX_TEST_DATABASE=postgresql` a database of a
//! real server. All tests hold on both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use annex_catalog::Catalogue;
use annex_isms::entity::{Person, Role};
use annex_isms::{Instant, PersonId};
use annex_operations::{Access, Caller, Command, Operations, Ports, Reply};
use annex_settings::{Declarations, Settings};
use annex_testbed::Database;
use annex_web::{SignInBy, Site};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

/// Microseconds since 1970; tests move it on.
pub(crate) struct Clock(pub(crate) AtomicI64);

/// A workplace of the example, its pages, and its clock.
pub(crate) struct Desk {
    pub(crate) site: Arc<Site>,
    pub(crate) router: Router,
    pub(crate) clock: &'static Clock,
    kept: Kept,
}

/// Where a register is.
struct Kept {
    folder: tempfile::TempDir,
    /// Where it is not in the folder.
    database: Option<Database<'static>>,
}

impl Kept {
    fn new() -> Self {
        let database = match std::env::var("ANNEX_TEST_DATABASE").as_deref() {
            Ok("postgresql") => Some(annex_testbed::shared().database()),
            Err(_) | Ok("sqlite") => None,
            Ok(other) => panic!("ANNEX_TEST_DATABASE is sqlite or postgresql, not {other}"),
        };
        Self { folder: tempfile::tempdir().expect("a folder"), database }
    }

    fn copy(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(self.folder.path(), folder.path());
        Self { folder, database: self.database.as_ref().map(Database::copy) }
    }
}

pub(crate) const PASSWORD: &str = "correct horse battery";
/// The most bytes of a piece of evidence here.
pub(crate) const EVIDENCE_BYTES_MAX: u64 = 8 << 20;
/// The proxy in front of it, where there is one.
pub(crate) const PROXY: &str = "192.0.2.250";
pub(crate) const HOUR: i64 = 3_600_000_000;

/// What every workplace of a test begins with, made once: the example, declared and assessed, and
/// two people with a password.
static TEMPLATE: OnceCell<Template> = OnceCell::const_new();

type Template = (Kept, Catalogue);

async fn template() -> &'static Template {
    TEMPLATE.get_or_init(|| made(|_| {})).await
}

static OTHER: OnceCell<Template> = OnceCell::const_new();

fn another(declared: &mut Declarations) {
    let organisation = declared.organisation.as_mut().expect("one is declared");
    organisation.id = "other".parse().expect("an id");
    for system in &mut declared.systems {
        system.id = "other-system".parse().expect("an id");
    }
    for asset in &mut declared.assets {
        asset.systems = BTreeSet::from(["other-system".parse().expect("an id")]);
    }
    declared.people.push(Person {
        id: "only-there".parse().expect("an id"),
        name: "Only There".to_owned(),
        roles: BTreeSet::new(),
        email: None,
    });
}

/// A workplace of the example, changed by this.
async fn made(change: impl Fn(&mut Declarations)) -> Template {
    let kept = Kept::new();
    let catalogue = annex_operations::catalogue(&settings(&kept.folder).0).expect("the catalogue");
    let (operations, _) = open(&kept, catalogue.clone(), 0, &change).await;
    let by = Caller::of_folder("test");
    for command in [Command::Declare, Command::Assess] {
        operations.execute(command, &by).await.expect("recorded");
    }
    for (person, role) in [("ines-arvid", Role::IsmsManager), ("tomas-beck", Role::ControlOwner)] {
        let holder: PersonId = person.parse().expect("an id");
        operations.set_password(&holder, PASSWORD).await.expect("a password");
        let grant = Command::GrantAccess { holder, roles: BTreeSet::from([role]) };
        operations.execute(grant, &by).await.expect("granted");
    }
    operations.close().await.expect("closed");
    (kept, catalogue)
}

/// The settings of the example, with all that is written in this folder.
fn settings(folder: &tempfile::TempDir) -> (Settings, Declarations, PathBuf) {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let file = PathBuf::from(root).join("../../examples/helpdesk/annex.toml");
    let (mut settings, declarations) =
        annex_settings::load(&file, &|_| None).expect("the example's settings");
    settings.data = folder.path().join("data");
    settings.evidence_bytes_max = EVIDENCE_BYTES_MAX;
    settings.server_trusted_proxies = vec![PROXY.parse().expect("an address")];
    settings.key_file = Some(folder.path().join("key"));
    (settings, declarations, file)
}

/// Opens the workplace that is kept there, with a clock of its own and draws that count from a number.
async fn open(
    kept: &Kept,
    catalogue: Catalogue,
    first_draw: u64,
    change: &impl Fn(&mut Declarations),
) -> (Operations<'static>, &'static Clock) {
    let clock: &'static Clock = Box::leak(Box::new(Clock(AtomicI64::new(
        1_790_000_000_000_000 + first_draw.min(1).cast_signed() * HOUR / 60,
    ))));
    let drawn: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(first_draw)));
    let now: &'static (dyn Fn() -> Instant + Sync) =
        Box::leak(Box::new(|| Instant::from_microseconds(clock.0.fetch_add(1, Ordering::SeqCst))));
    // Different each time, as it must be; nobody has to guess it here.
    let random: &'static (dyn Fn() -> [u8; 32] + Sync) = Box::leak(Box::new(|| {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        bytes
    }));
    let home = kept.folder.path().to_str().expect("UTF-8").to_owned();
    let url = kept.database.as_ref().map(Database::url);
    let environment: &'static (dyn Fn(&str) -> Option<String> + Sync) =
        Box::leak(Box::new(move |name: &str| match name {
            "HOME" => Some(home.clone()),
            "ANNEX_DATABASE_URL" => url.clone(),
            _ => None,
        }));
    let (settings, mut declarations, file) = settings(&kept.folder);
    change(&mut declarations);
    let access = Access::Write { holder: "a test".to_owned() };
    let ports = Ports { now, random, environment };
    let operations = Operations::open(settings, declarations, file, catalogue, access, ports);
    (operations.await.expect("a workplace"), clock)
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("copied");
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::of(template().await, |_| {}, None).await
    }

    /// One whose people sign in by a provider of identities as well.
    pub(crate) async fn with_provider(by: SignInBy) -> Self {
        Self::of(template().await, |_| {}, Some(by)).await
    }

    /// The same, of another organisation.
    pub(crate) async fn of_another_with_provider(by: SignInBy) -> Self {
        let made = OTHER.get_or_init(|| made(another)).await;
        Self::of(made, another, Some(by)).await
    }

    /// Another organisation, with a system of its own.
    pub(crate) async fn of_another() -> Self {
        let made = OTHER.get_or_init(|| made(another)).await;
        Self::of(made, another, None).await
    }

    async fn of(
        (made, catalogue): &Template,
        change: impl Fn(&mut Declarations),
        by: Option<SignInBy>,
    ) -> Self {
        let kept = made.copy();
        let (operations, clock) = open(&kept, catalogue.clone(), 1 << 32, &change).await;
        let site = Arc::new(Site::new(operations).with_provider(by));
        let router = annex_web::router(Arc::clone(&site));
        Self { site, router, clock, kept }
    }

    /// Damages the register, as a disk that fails does.
    pub(crate) async fn lose_the_register(&self) {
        if let Some(database) = self.kept.database.clone() {
            // What reads it just now ends meanwhile.
            let lost = move || database.sql("ALTER TABLE ledger_head RENAME TO lost");
            tokio::task::spawn_blocking(lost).await.expect("lost");
            return;
        }
        for file in files(&self.data()) {
            if file.to_string_lossy().contains("register.sqlite") {
                let bytes = file.metadata().expect("its size").len();
                let zeros = vec![0; usize::try_from(bytes).expect("a size")];
                std::fs::write(&file, zeros).expect("overwritten");
            }
        }
    }

    /// All that is stored: the files of the data folder, and the tables of the database with
    /// bytes in hexadecimal digits.
    pub(crate) fn stored(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for file in files(&self.data()) {
            all.extend(std::fs::read(file).expect("read"));
        }
        if let Some(database) = &self.kept.database {
            all.extend(
                database
                    .sql("SET xmlbinary TO hex; SELECT database_to_xml(true, false, '')")
                    .into_bytes(),
            );
        }
        all
    }

    /// The data folder.
    fn data(&self) -> PathBuf {
        self.kept.folder.path().join("data")
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(header::COOKIE, cookie);
        let answer = self.send(request.body(Body::empty()).expect("a request")).await;
        read(answer).await
    }

    pub(crate) async fn post(&self, path: &str, cookie: &str, form: &str) -> (StatusCode, String) {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        read(self.send(request.body(Body::from(form.to_owned())).expect("a request")).await).await
    }

    /// A request without anything in it.
    pub(crate) async fn visit(
        &self,
        method: &str,
        path: &str,
        cookie: &str,
    ) -> (StatusCode, String) {
        match method {
            "GET" => self.get(path, cookie).await,
            _ => self.post(path, cookie, "").await,
        }
    }

    /// A request of a program, without anything in it.
    pub(crate) async fn call(&self, method: &str, path: &str, key: &str) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        read(self.send(request.body(Body::empty()).expect("a request")).await).await
    }

    /// A key for these actions, held by a program or by someone, who gets this role and no other.
    pub(crate) async fn key(&self, holder: &str, role: Role, actions: &[&str]) -> String {
        self.grant(holder, role).await;
        let operations = self.site.operations();
        let command = Command::CreateToken {
            holder: holder.parse().expect("an id"),
            description: "a test".to_owned(),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
            expires: Instant::from_microseconds(operations.now().microseconds() + HOUR),
        };
        match operations.execute(command, &Caller::of_folder("test")).await.expect("made") {
            Reply::Token { key, .. } => key,
            other => panic!("{other:?}"),
        }
    }

    /// Gives someone this role and no other.
    pub(crate) async fn grant(&self, person: &str, role: Role) {
        self.grants(person, [role]).await;
    }

    /// Gives someone these roles and no others.
    pub(crate) async fn grants<const N: usize>(&self, person: &str, roles: [Role; N]) {
        let holder = person.parse().expect("an id");
        let command = Command::GrantAccess { holder, roles: BTreeSet::from(roles) };
        let by = Caller::of_folder("test");
        self.site.operations().execute(command, &by).await.expect("granted");
    }

    /// Gives someone else a password and a role, and signs in.
    pub(crate) async fn joins(&self, person: &str, role: Role) -> String {
        let holder: PersonId = person.parse().expect("an id");
        self.site.operations().set_password(&holder, PASSWORD).await.expect("a password");
        self.grant(person, role).await;
        self.signed_in(person).await
    }

    /// Signs in and gives the cookie.
    pub(crate) async fn signed_in(&self, person: &str) -> String {
        self.signed_in_at("/sign-in", person).await
    }

    /// The same, of one of several organisations.
    pub(crate) async fn signed_in_at(&self, path: &str, person: &str) -> String {
        let request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = format!("person={person}&password={}", PASSWORD.replace(' ', "+"));
        let answer = self.send(request.body(Body::from(form)).expect("a request")).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text").to_owned();
        for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        cookie.split(';').next().expect("a pair").to_owned()
    }

    /// The token of the forms of a page.
    pub(crate) async fn token(&self, path: &str, cookie: &str) -> String {
        let (_, page) = self.get(path, cookie).await;
        let (_, after) = page.split_once("name=\"form\" value=\"").expect("a form");
        after.split('"').next().expect("a value").to_owned()
    }

    /// What every form of a page about one thing holds: its token, and the version it was made from.
    pub(crate) async fn fields(&self, path: &str, cookie: &str) -> String {
        let (_, page) = self.get(path, cookie).await;
        let (_, after) = page.split_once("name=\"version\" value=\"").expect("a version");
        let version = after.split('"').next().expect("a value");
        format!("form={}&version={version}", self.token(path, cookie).await)
    }

    /// The first thing that a list links to.
    pub(crate) async fn first(&self, list: &str, cookie: &str) -> String {
        let (_, page) = self.get(list, cookie).await;
        let start = format!("href=\"{}/", list.split('?').next().expect("a path"));
        let (_, after) = page.split_once(&start).expect("a link");
        let path = list.split('?').next().expect("a path");
        format!("{path}/{}", after.split('"').next().expect("an id"))
    }
}

pub(crate) async fn read(answer: Response<Body>) -> (StatusCode, String) {
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 1 << 24).await.expect("a body");
    (status, String::from_utf8(bytes.to_vec()).expect("UTF-8"))
}

/// A text as a form sends it.
pub(crate) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

//! The server: found, started, killed, started again.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use rustix::process::{Pid, Signal, geteuid, kill_process};

/// The password of the role that owns the databases; a test looks for it where it must not be.
pub const PASSWORD: &str = "tell-nobody-of-it";

const ROLE: &str = "annex";
const SUPERUSER: &str = "postgres";
const START_WAIT_MS: u64 = 60_000;
const POLL_MS: u64 = 20;

/// Ends the server of the folder `$1` and removes the folder once its input ends.
const WATCHER: &str = r#"
while read -r _; do :; done
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$1"
"#;

/// A server of PostgreSQL.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    durable: bool,
    process: Mutex<Option<Child>>,
    /// Ends the server when this process ends, which closes its input.
    watcher: Child,
}

/// A database of its own, empty at first.
#[derive(Debug, Clone)]
pub struct Database<'a> {
    server: &'a Server,
    name: String,
}

/// The server that the tests of a process share. It forgets on a crash what it acknowledged, so
/// tests of that start one of their own.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| Server::start(false))
}

impl Server {
    /// Starts a server. One that is `durable` keeps what it acknowledged when it is killed.
    ///
    /// # Panics
    /// When there is none to start, or it does not start.
    pub fn start(durable: bool) -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("annex-pg-").tempdir().unwrap().keep();
        let watcher = Command::new("sh")
            .args(["-c", WATCHER, "watcher"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let secret = folder.join("password");
        fs::write(&secret, PASSWORD).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).unwrap();
        if let Some((user, group)) = other_user() {
            for path in [&folder, &secret] {
                chown(path, Some(user), Some(group)).unwrap();
            }
        }
        let port = free_port();
        let process = Mutex::new(None);
        let server = Self { programs, folder, port, durable, process, watcher };
        let made = server
            .unprivileged("initdb")
            .args(["--no-sync", "--encoding=UTF8", "--auth=scram-sha-256", "--locale=C"])
            .args(["--locale-provider=icu", "--icu-locale=en", "--username", SUPERUSER])
            .arg("--pwfile")
            .arg(&secret)
            .arg("--pgdata")
            .arg(server.folder.join("data"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "initdb (PostgreSQL 15 or newer is needed): {said}");
        server.restart();
        server.psql(
            SUPERUSER,
            &format!("CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{PASSWORD}'"),
        );
        server
    }

    /// Starts it again after [`kill`](Self::kill), with what is on its disk.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&self) {
        let log =
            fs::File::options().append(true).create(true).open(self.folder.join("log")).unwrap();
        let mut command = self.unprivileged("postgres");
        command.arg("-D").arg(self.folder.join("data")).arg("-k").arg(&self.folder);
        let kept = if self.durable { "on" } else { "off" };
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            "max_connections=100".to_owned(),
            "shared_buffers=32MB".to_owned(),
            format!("fsync={kept}"),
            format!("full_page_writes={kept}"),
            format!("synchronous_commit={kept}"),
        ] {
            command.arg("-c").arg(setting);
        }
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        *self.process.lock().unwrap() = Some(child);
        let mut waited_ms = 0;
        while !self.answers() {
            assert!(waited_ms < START_WAIT_MS, "the server does not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(POLL_MS));
            waited_ms += POLL_MS;
        }
    }

    /// Kills the server and all of its processes (SIGKILL), as a crash of the machine would.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&self) {
        let mut process = self.process.lock().unwrap();
        let child = process.as_mut().expect("it runs");
        for pid in children(child.id()) {
            let _ = kill_process(pid, Signal::KILL);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        *process = None;
    }

    /// The port that it listens on, on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Makes an empty database, owned by a role that is no superuser.
    pub fn database(&self) -> Database<'_> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("annex_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.psql(SUPERUSER, &format!("CREATE DATABASE {name} OWNER {ROLE}"));
        Database { server: self, name }
    }

    /// What it logged.
    pub fn log(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    fn answers(&self) -> bool {
        self.client(SUPERUSER, "SELECT 1").output().is_ok_and(|output| output.status.success())
    }

    fn psql(&self, database: &str, sql: &str) -> String {
        let output = self.client(database, sql).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {said}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn client(&self, database: &str, sql: &str) -> Command {
        let mut command = Command::new(self.programs.join("psql"));
        command
            .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"])
            .args(["--set", "ON_ERROR_STOP=1", "--username", SUPERUSER, "--dbname", database])
            .arg("--host")
            .arg(&self.folder)
            .args(["--port", &self.port.to_string(), "--command", sql])
            .env("PGPASSWORD", PASSWORD);
        command
    }

    /// One of the server's programs, as a user that it agrees to run as.
    fn unprivileged(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(&self.folder).stdin(Stdio::null()).process_group(0);
        if let Some((user, group)) = other_user() {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that nobody shares goes at once, not only with the process.
        drop(self.watcher.stdin.take());
        if let Ok(mut process) = self.process.lock()
            && let Some(child) = process.as_mut()
        {
            let _ = child.wait();
        }
        let _ = self.watcher.wait();
    }
}

impl<'a> Database<'a> {
    /// How to reach it, with the password, by TCP.
    pub fn url(&self) -> String {
        self.url_at(self.server.port)
    }

    /// How to reach it through another port of this machine.
    pub fn url_at(&self, port: u16) -> String {
        let name = &self.name;
        format!("postgres://{ROLE}:{PASSWORD}@127.0.0.1:{port}/{name}")
    }

    /// Runs SQL as a superuser, behind the back of whoever uses the database; gives its rows.
    ///
    /// # Panics
    /// When a statement fails.
    pub fn sql(&self, sql: &str) -> String {
        self.server.psql(&self.name, sql)
    }

    /// Runs SQL as its owner, as the register would; gives its rows.
    ///
    /// # Panics
    /// When a statement fails.
    pub fn sql_as_owner(&self, sql: &str) -> String {
        self.sql(&format!("SET SESSION AUTHORIZATION {ROLE}; {sql}"))
    }

    /// Another database with the same content. Nobody may be connected to this one.
    #[must_use]
    pub fn copy(&self) -> Database<'a> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}_copy_{}", self.name, COUNT.fetch_add(1, Ordering::Relaxed));
        let mut sql = format!("CREATE DATABASE {name} OWNER {ROLE} ");
        let _ = write!(sql, "TEMPLATE {}", self.name);
        self.server.psql(SUPERUSER, &sql);
        Database { server: self.server, name }
    }
}

/// The folder of the server's programs.
fn programs() -> PathBuf {
    let has_server = |folder: &PathBuf| folder.join("initdb").is_file();
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps them apart from each other by version and out of the way.
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    let installed = versions.into_iter().map(|(_, folder)| folder);
    let found = installed.chain(std::env::split_paths(&path)).find(has_server);
    let Some(found) = found else {
        panic!(
            "this test needs a PostgreSQL server, and there is no `initdb`: install PostgreSQL 15 \
             or newer (`apt-get install postgresql` on Debian), or put its programs on the PATH"
        );
    };
    // A link would keep the server from finding what lies beside its programs.
    let real = fs::canonicalize(found.join("initdb")).unwrap();
    real.parent().map_or(found, Path::to_path_buf)
}

/// Whom to run as where this process is root: user and group.
fn other_user() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let user = |name: &str| -> Option<(u32, u32)> {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = user("postgres").or_else(|| user("nobody"));
    Some(found.expect("PostgreSQL refuses root, and there is no user `postgres` or `nobody`"))
}

/// The processes that a process started (Linux; elsewhere they end by themselves).
fn children(parent: u32) -> Vec<Pid> {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let pids = fs::read_to_string(path).unwrap_or_default();
    pids.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
}

/// A port that nobody listens on just now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

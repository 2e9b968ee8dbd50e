//! A provider of identities: `oidc-provider` from npm, a program of its own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

const PACKAGE: &str = "oidc-provider";
const VERSION: &str = "9.13.3";

/// A running provider; it ends when this is dropped.
pub struct IdentityProvider {
    child: Child,
    address: String,
}

impl IdentityProvider {
    /// Starts one that sends browsers back to `callback`. Its program is installed in `folder`,
    /// where it stays.
    ///
    /// # Panics
    /// When it cannot be installed or started; says what is missing.
    pub fn start(folder: &Path, callback: &str) -> Self {
        let script = installed(folder).join("provider.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(callback)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts; install the Debian packages nodejs and npm");
        let output = child.stdout.take().expect("its output");
        let address = BufReader::new(output).lines().next().expect("a line").expect("text");
        Self { child, address }
    }

    /// What it calls itself.
    pub fn issuer(&self) -> &str {
        &self.address
    }

    /// What one beside it calls itself that lies in one thing.
    pub fn liar(&self, lie: &str) -> String {
        format!("{}/lying/{lie}", self.address)
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The folder with the program and its packages: whole, or not there.
fn installed(folder: &Path) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let place = folder.join(format!("{PACKAGE}-{VERSION}"));
    let script = include_str!("provider.mjs");
    if !place.is_dir() {
        let making = folder.join(format!("{PACKAGE}-{VERSION}.{}", std::process::id()));
        std::fs::create_dir_all(&making).expect("a folder");
        let status = Command::new("npm")
            .args(["install", "--silent", "--no-save", "--no-audit", "--no-fund"])
            .args(["--ignore-scripts", "--prefix"])
            .arg(&making)
            .arg(format!("{PACKAGE}@{VERSION}"))
            .status()
            .expect("npm starts; install the Debian packages nodejs and npm");
        assert!(status.success(), "npm cannot install {PACKAGE}");
        // Whoever was first is taken.
        drop(std::fs::rename(&making, &place));
        drop(std::fs::remove_dir_all(&making));
    }
    let file = place.join("provider.mjs");
    if std::fs::read_to_string(&file).ok().as_deref() != Some(script) {
        let new = place.join(format!("provider.mjs.{}", std::process::id()));
        std::fs::write(&new, script).expect("written");
        std::fs::rename(&new, &file).expect("renamed");
    }
    place
}

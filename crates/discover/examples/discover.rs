//! Prints the batch of a scan as JSON: `discover FOLDER [PACKAGES.toml PROVIDERS.toml]`. The
//! variable `SCAN_NAME` gives the repository another name.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use annex_discover::{Known, KnownPackage, KnownProvider, Limits, Options, scan};
use annex_isms::Instant;

#[derive(serde::Deserialize)]
struct File {
    #[serde(default)]
    package: Vec<KnownPackage>,
    #[serde(default)]
    provider: Vec<KnownProvider>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let root = arguments.next().ok_or("which folder?")?;
    let catalog = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../../catalog");
    let mut files: Vec<PathBuf> = arguments.collect();
    if files.is_empty() {
        files = vec![catalog.join("packages.toml"), catalog.join("providers.toml")];
    }
    let mut known = Known::default();
    for file in files {
        let file: File = toml::from_str(&std::fs::read_to_string(file)?)?;
        known.packages.extend(file.package);
        known.providers.extend(file.provider);
    }
    let options = Options { repository: std::env::var("SCAN_NAME").ok(), clock: &now };
    let batch = scan(&root, &known, &Limits::default(), &options, &mut |_| {})?;
    serde_json::to_writer_pretty(std::io::stdout().lock(), &batch)?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "an example has no clock to be given")]
fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_microseconds(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

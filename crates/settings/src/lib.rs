//! `annex.toml`: settings, and declarations of what a scan cannot see.
//!
//! ```text
//!  defaults ◀─ annex.toml ◀─ ANNEX_… ◀─ arguments          (a later one wins)
//!                  └▶ declarations: organisation, people, systems, suppliers, agreements, …
//! ```
//!
//! Every setting is a row of one table ([`KEYS`]); the parser, the environment names, the
//! defaults and the reference page come from it. Declarations are typed rows. Both report
//! faults with the line and a mark under the text, and unknown keys are faults: a misspelt
//! limit must not be ignored in silence.
//!
//! Secrets are never settings: it is named *where* one is, and the address of a database, which has
//! a password, is a variable of the environment alone.

mod declared;
mod fault;
mod keys;
mod secret;

use std::path::Path;

pub use declared::{
    Declarations, DeclaredAgreement, DeclaredAsset, DeclaredImplementation, DeclaredOrganisation,
    DeclaredSupplier, DeclaredSystem, DeclaredWebhook,
};
pub use fault::SettingsError;
pub use keys::{KEYS, Key, Settings, reference};
pub use secret::{Encryption, SecretSource};

/// The largest `annex.toml`.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Reads `annex.toml` and the environment.
///
/// A file that is not there gives the defaults and no declarations.
///
/// # Errors
/// When the file cannot be read, or anything in it or in the environment is wrong.
pub fn load(
    file: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(Settings, Declarations), SettingsError> {
    let name = file.display().to_string();
    let text = match read(file) {
        Ok(text) => text,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(SettingsError::Read { file: name, source }),
    };
    parse(&name, &text, environment)
}

/// Like [`load`], on text that was read already.
///
/// # Errors
/// When anything in the text or in the environment is wrong.
pub fn parse(
    name: &str,
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(Settings, Declarations), SettingsError> {
    let settings = keys::read(name, text, environment)?;
    let declarations = declared::read(name, text)?;
    Ok((settings, declarations))
}

fn read(file: &Path) -> std::io::Result<String> {
    let bytes = std::fs::metadata(file)?.len();
    if bytes > FILE_BYTES_MAX {
        let message = format!("it has {bytes} bytes; at most {FILE_BYTES_MAX} are read");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message));
    }
    std::fs::read_to_string(file)
}

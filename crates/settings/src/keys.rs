//! The table of settings.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use annex_isms::assessment::Criteria;
use annex_isms::{MailAddress, WebAddress};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{Encryption, SecretSource, SettingsError};

/// A setting, as documented.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in `annex.toml`; the part before a dot is the table.
    pub name: &'static str,
    /// The environment variable that overrides it.
    pub variable: &'static str,
    /// Its type and unit.
    pub kind: &'static str,
    /// Its default; empty is none.
    pub default: &'static str,
    /// What it does.
    pub words: &'static str,
}

macro_rules! settings {
    ($($(#[doc = $words:literal])+ $field:ident: $type:ty = $name:literal, $variable:literal, $kind:literal, $default:literal;)*) => {
        /// Every setting.
        pub const KEYS: &[Key] = &[$(Key {
            name: $name,
            variable: $variable,
            kind: $kind,
            default: $default,
            words: concat!($($words),+),
        },)*];

        /// The settings in force.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Settings { $($(#[doc = $words])+ pub $field: $type,)* }

        impl Settings {
            /// Reads every setting through `raw`, which has the last word on each.
            fn build(raw: &dyn Fn(&Key) -> Result<Raw, SettingsError>) -> Result<Self, SettingsError> {
                let mut keys = KEYS.iter();
                Ok(Self { $($field: {
                    let key = keys.next().unwrap_or(&KEYS[0]);
                    let raw = raw(key)?;
                    <$type as Setting>::read(&raw.text).map_err(|message| (raw.fault)(message))?
                },)* })
            }
        }
    };
}

settings! {
    /// The data folder: register, evidence and ledger.
    data: PathBuf = "data", "ANNEX_DATA", "folder", ".annex";
    /// A folder of catalogue files that add to the built-in catalogue or override it.
    catalog: Option<PathBuf> = "catalog", "ANNEX_CATALOG", "folder", "";
    /// The file that holds the ledger's signing key. It must not lie in the data folder.
    /// Without it, a file in the user's configuration folder is used and made when missing.
    key_file: Option<PathBuf> = "key_file", "ANNEX_KEY_FILE", "file", "";
    /// How long a command waits for another one that writes to the same data folder.
    lock_wait_ms: u64 = "lock_wait_ms", "ANNEX_LOCK_WAIT_MS", "milliseconds", "5000";
    /// The most files that one scan reads; the rest is listed as skipped.
    scan_files_max: u64 = "scan.files_max", "ANNEX_SCAN_FILES_MAX", "files", "200000";
    /// The largest source file that a scan reads; a larger one is listed as skipped.
    scan_file_bytes_max: u64 = "scan.file_bytes_max", "ANNEX_SCAN_FILE_BYTES_MAX", "bytes", "2097152";
    /// The largest piece of evidence.
    evidence_bytes_max: u64 = "evidence.bytes_max", "ANNEX_EVIDENCE_BYTES_MAX", "bytes", "1073741824";
    /// The most pages (of 4096 bytes) that the register's database may have; 0 is no limit.
    register_pages_max: u32 = "register.pages_max", "ANNEX_REGISTER_PAGES_MAX", "pages", "0";
    /// The highest current risk score (likelihood × consequence, 1 to 25) that is acceptable.
    risk_accept_score_max: u8 = "risk.accept_score_max", "ANNEX_RISK_ACCEPT_SCORE_MAX", "score", "6";
    /// Days until a gap of low severity is due.
    due_gap_low_days: u32 = "due.gap_low_days", "ANNEX_DUE_GAP_LOW_DAYS", "days", "180";
    /// Days until a gap of medium severity is due.
    due_gap_medium_days: u32 = "due.gap_medium_days", "ANNEX_DUE_GAP_MEDIUM_DAYS", "days", "90";
    /// Days until a gap of high severity is due.
    due_gap_high_days: u32 = "due.gap_high_days", "ANNEX_DUE_GAP_HIGH_DAYS", "days", "30";
    /// Days until a gap of critical severity is due.
    due_gap_critical_days: u32 = "due.gap_critical_days", "ANNEX_DUE_GAP_CRITICAL_DAYS", "days", "14";
    /// Days until an evidence request is due.
    due_request_days: u32 = "due.request_days", "ANNEX_DUE_REQUEST_DAYS", "days", "30";
    /// The addresses of the proxies in front of `annexd`, with commas between them. From them, and
    /// from nobody else, `X-Forwarded-For` says where a request comes from.
    server_trusted_proxies: Vec<IpAddr> = "server.trusted_proxies", "ANNEX_SERVER_TRUSTED_PROXIES", "addresses", "";
    /// Where browsers reach `annexd`, such as `https://annex.example.org`: what is sent elsewhere
    /// leads back there.
    server_url: Option<WebAddress> = "server.url", "ANNEX_SERVER_URL", "web address", "";
    /// The provider of identities (OpenID Connect) by which people sign in, as it names itself.
    /// It needs `server.url` and `server.oidc.client_id`; the provider sends browsers back to
    /// `/sign-in/callback` there.
    server_oidc_issuer: Option<WebAddress> = "server.oidc.issuer", "ANNEX_SERVER_OIDC_ISSUER", "web address", "";
    /// The name of Annex at the provider.
    server_oidc_client_id: Option<String> = "server.oidc.client_id", "ANNEX_SERVER_OIDC_CLIENT_ID", "text", "";
    /// Where the secret of Annex at the provider is: `file:PATH` or `env:VARIABLE`. Without one,
    /// Annex is a public client, and the code is bound to the browser alone.
    server_oidc_client_secret: Option<SecretSource> = "server.oidc.client_secret", "ANNEX_SERVER_OIDC_CLIENT_SECRET", "secret", "";
    /// The claim that names a person at the provider. Only `sub` is never given to another person
    /// later.
    server_oidc_claim: String = "server.oidc.claim", "ANNEX_SERVER_OIDC_CLAIM", "text", "sub";
    /// The words of the button that leads to the provider.
    server_oidc_label: String = "server.oidc.label", "ANNEX_SERVER_OIDC_LABEL", "text", "Sign in with your organisation";
    /// Whether a person who has access is linked at their first sign-in, when an address that the
    /// provider has verified is theirs alone on record. Else an administrator links them.
    server_oidc_link_by_email: bool = "server.oidc.link_by_email", "ANNEX_SERVER_OIDC_LINK_BY_EMAIL", "true or false", "false";
    /// The mail server that takes notices of what is due; it needs `server.url` and
    /// `server.notify.from`. Without it no mail is sent. Webhooks are declared as
    /// `[[server.notify.webhooks]]` with `name`, `url` and `secret`.
    server_notify_smtp_host: Option<String> = "server.notify.smtp_host", "ANNEX_SERVER_NOTIFY_SMTP_HOST", "text", "";
    /// Its port.
    server_notify_smtp_port: u16 = "server.notify.smtp_port", "ANNEX_SERVER_NOTIFY_SMTP_PORT", "port", "587";
    /// How mail is encrypted on the way there: `starttls`, `tls` (from the first byte, mostly on
    /// port 465), or `none`, which only goes to this very machine.
    server_notify_smtp_encryption: Encryption = "server.notify.smtp_encryption", "ANNEX_SERVER_NOTIFY_SMTP_ENCRYPTION", "word", "starttls";
    /// The name of Annex at the mail server, where it asks for one.
    server_notify_smtp_user: Option<String> = "server.notify.smtp_user", "ANNEX_SERVER_NOTIFY_SMTP_USER", "text", "";
    /// Where the password of that name is: `file:PATH` or `env:VARIABLE`.
    server_notify_smtp_password: Option<SecretSource> = "server.notify.smtp_password", "ANNEX_SERVER_NOTIFY_SMTP_PASSWORD", "secret", "";
    /// Whom mail is from.
    server_notify_from: Option<MailAddress> = "server.notify.from", "ANNEX_SERVER_NOTIFY_FROM", "mail address", "";
    /// How many days before its day something is told.
    server_notify_days_before: u32 = "server.notify.days_before", "ANNEX_SERVER_NOTIFY_DAYS_BEFORE", "days", "7";
    /// How often is looked for what is due.
    server_notify_every_seconds: u32 = "server.notify.every_seconds", "ANNEX_SERVER_NOTIFY_EVERY_SECONDS", "seconds", "60";
    /// The pause after the first fault; each further one is four times as long, up to six hours,
    /// and after eight tries a person has to look.
    server_notify_pause_seconds: u32 = "server.notify.pause_seconds", "ANNEX_SERVER_NOTIFY_PAUSE_SECONDS", "seconds", "60";
}

impl Settings {
    /// The criteria for risk and time.
    pub const fn criteria(&self) -> Criteria {
        Criteria {
            accept_score_max: self.risk_accept_score_max,
            gap_due_days: [
                self.due_gap_low_days,
                self.due_gap_medium_days,
                self.due_gap_high_days,
                self.due_gap_critical_days,
            ],
            request_due_days: self.due_request_days,
        }
    }
}

/// The text of a setting, and how to report that it is wrong.
struct Raw {
    text: String,
    fault: Box<dyn Fn(String) -> SettingsError>,
}

trait Setting: Sized {
    fn read(text: &str) -> Result<Self, String>;
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl Setting for $type {
            fn read(text: &str) -> Result<Self, String> {
                let message = |_| format!("`{text}` is not a whole number from 0 to {}", <$type>::MAX);
                text.parse().map_err(message)
            }
        }
    )*};
}
whole_numbers!(u8, u16, u32, u64);

impl Setting for PathBuf {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Err("it is empty; expected a path".to_owned())
        } else {
            Ok(text.into())
        }
    }
}

impl Setting for Option<PathBuf> {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Some(text).filter(|text| !text.is_empty()).map(PathBuf::from))
    }
}

impl Setting for bool {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
    }
}

impl Setting for String {
    fn read(text: &str) -> Result<Self, String> {
        Option::<Self>::read(text)?.ok_or_else(|| "it is empty; expected a text".to_owned())
    }
}

macro_rules! optional {
    ($($type:ty),*) => {$(
        impl Setting for Option<$type> {
            fn read(text: &str) -> Result<Self, String> {
                let given = Some(text.trim()).filter(|text| !text.is_empty());
                given.map(str::parse).transpose().map_err(|error| format!("{error}"))
            }
        }
    )*};
}
optional!(String, WebAddress, MailAddress, SecretSource);

impl Setting for Encryption {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "tls" => Ok(Self::Tls),
            "starttls" => Ok(Self::StartTls),
            "none" => Ok(Self::None),
            _ => Err(format!("`{text}` is none of starttls, tls, none")),
        }
    }
}

impl Setting for Vec<IpAddr> {
    fn read(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let read = |part: &str| {
            part.parse().map_err(|_| format!("`{part}` is no address, such as 10.0.0.2"))
        };
        parts.map(read).collect()
    }
}

/// What stands among the settings and is declared.
const WEBHOOKS: &str = "server.notify.webhooks";

/// Refuses names in a table of settings that are no setting.
fn known(file: &str, text: &str, table: &DeTable<'_>, above: &str) -> Result<(), SettingsError> {
    for (name, value) in table {
        let full = format!("{above}{}", name.get_ref());
        let within = format!("{full}.");
        let is_table = KEYS.iter().any(|key| key.name.starts_with(&within));
        match value.get_ref() {
            DeValue::Table(rows) if is_table => known(file, text, rows, &within)?,
            _ if is_table => {
                let message = format!("`{full}` is a table of settings");
                return Err(SettingsError::at(file, text, value.span(), message));
            }
            // What stands at the top may be a declaration.
            // Declared as rows.
            _ if full == WEBHOOKS => {}
            _ if above.is_empty() || KEYS.iter().any(|key| key.name == full) => {}
            _ => {
                let message = format!("there is no setting `{full}`");
                return Err(SettingsError::at(file, text, name.span(), message));
            }
        }
    }
    Ok(())
}

/// What a file says of a setting.
fn given<'t, 'i>(root: &'t DeTable<'i>, name: &str) -> Option<&'t Spanned<DeValue<'i>>> {
    match name.split_once('.') {
        None => root.get(name),
        Some((table, rest)) => match root.get(table)?.get_ref() {
            DeValue::Table(rows) => given(rows, rest),
            _ => None,
        },
    }
}

pub(crate) fn read(
    file: &str,
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Settings, SettingsError> {
    let parsed = DeTable::parse(text).map_err(|error| SettingsError::toml(file, text, &error))?;
    let root = parsed.get_ref();
    known(file, text, root, "")?;
    Settings::build(&|key| {
        if let Some(value) = environment(key.variable) {
            let variable = key.variable.to_owned();
            let fault =
                move |message| SettingsError::Environment { variable: variable.clone(), message };
            return Ok(Raw { text: value, fault: Box::new(fault) });
        }
        let value = given(root, key.name);
        let Some(value) = value else {
            let key = *key;
            let fault = move |message| SettingsError::Environment {
                variable: key.name.to_owned(),
                message,
            };
            return Ok(Raw { text: key.default.to_owned(), fault: Box::new(fault) });
        };
        let (file, source, span, name) = (file.to_owned(), text.to_owned(), value.span(), key.name);
        let fault = move |message: String| {
            SettingsError::at(&file, &source, span.clone(), format!("`{name}`: {message}"))
        };
        match value.get_ref() {
            DeValue::String(text) => Ok(Raw { text: text.to_string(), fault: Box::new(fault) }),
            DeValue::Integer(number) => {
                Ok(Raw { text: number.to_string(), fault: Box::new(fault) })
            }
            DeValue::Boolean(flag) => Ok(Raw { text: flag.to_string(), fault: Box::new(fault) }),
            other => Err(fault(format!(
                "a value of type {} does not fit; expected {}",
                other.type_str(),
                key.kind
            ))),
        }
    })
}

/// The reference page of all settings, as Markdown.
pub fn reference() -> String {
    let mut page = "# Settings\n\nKeys of `annex.toml`. An environment variable overrides the file; an argument overrides both.\n\n| key | variable | type | default | what it does |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for key in KEYS {
        let default =
            if key.default.is_empty() { "—".to_owned() } else { format!("`{}`", key.default) };
        let _ = writeln!(
            page,
            "| `{}` | `{}` | {} | {default} | {} |",
            key.name,
            key.variable,
            key.kind,
            key.words.trim()
        );
    }
    page.push_str(SECRETS);
    page
}

/// What is a variable alone, because a file is no place for it.
const SECRETS: &str = "
## Variables alone

| variable | what it does |
| --- | --- |
| `ANNEX_DATABASE_URL` | The database of PostgreSQL that holds the register, for `annexd`: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. Without it the register is a file of SQLite in the data folder. It holds a password, so `annex.toml` cannot name it. To another machine the connection is encrypted and its certificate checked, unless `?sslmode=…` says otherwise; `?sslrootcert=FILE` names the authority. |
";

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn every_key_has_a_default_that_reads_and_a_variable_of_its_own() {
        let settings = read("annex.toml", "", &none).expect("defaults");
        assert_eq!(settings.lock_wait_ms, 5000);
        for key in KEYS {
            let expected = format!("ANNEX_{}", key.name.replace('.', "_").to_uppercase());
            assert_eq!(key.variable, expected);
            let value = match key.default {
                "" if key.kind == "addresses" => "10.0.0.2, 2001:db8::1",
                "" if key.kind == "web address" => "https://annex.example.org",
                "" if key.kind == "secret" => "file:secret",
                "" if key.kind == "mail address" => "annex@example.org",
                "" => "x",
                default => default,
            };
            let line = match key.name.rsplit_once('.') {
                None => format!("{} = \"{value}\"", key.name),
                Some((table, name)) => format!("[{table}]\n{name} = \"{value}\""),
            };
            // A file with settings is read for its declarations as well.
            crate::parse("annex.toml", &line, &none).expect(&line);
            assert!(reference().contains(key.name));
        }
    }

    #[test]
    fn the_environment_overrides_the_file_and_faults_name_their_place() {
        let text = "lock_wait_ms = 10\n[risk]\naccept_score_max = 9\n";
        let of = |name: &str| (name == "ANNEX_LOCK_WAIT_MS").then(|| "20".to_owned());
        let settings = read("annex.toml", text, &of).expect("settings");
        assert_eq!((settings.lock_wait_ms, settings.risk_accept_score_max), (20, 9));

        let fault = |text: &str| read("annex.toml", text, &none).expect_err(text).to_string();
        assert!(
            fault("\nlock_wait_ms = -1").starts_with("annex.toml:2: `lock_wait_ms`: `-1` is not")
        );
        assert!(
            fault("[risk]\naccept_score = 1")
                .starts_with("annex.toml:2: there is no setting `risk.accept_score`")
        );
        assert!(fault("[server]\ntrusted_proxies = \"proxy\"").contains("`proxy` is no address"));
        assert!(fault("[risk]\naccept_score_max = 1.5").contains("type float"));
        assert!(fault("[risk]\naccept_score_max = true").contains("`true` is not a whole"));
        assert!(fault("risk = 1").contains("`risk` is a table"));
        assert!(fault("[server]\noidc = 1").contains("`server.oidc` is a table"));
        assert!(
            fault("[server.oidc]\nissuer = \"https://id.example\"\nclient = \"x\"")
                .starts_with("annex.toml:3: there is no setting `server.oidc.client`")
        );
        assert!(fault("[server.oidc]\nissuer = \"http://id.example\"").contains("not encrypted"));
        let secret = fault("[server.oidc]\nclient_secret = \"hunter2-of-mine\"");
        assert!(secret.contains("file:PATH") && !secret.contains("hunter2"), "{secret}");
        assert!(fault("a = ").starts_with("annex.toml:1: "));
        let bad = |_: &str| Some("x".to_owned());
        assert!(read("annex.toml", "", &bad).expect_err("x").to_string().starts_with("ANNEX_"));
    }
}

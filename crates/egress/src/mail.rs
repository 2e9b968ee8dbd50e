//! A letter, handed to a mail server.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use annex_isms::{Instant, MailAddress};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::Secret;

/// How long a mail server may take for a command.
const COMMAND_SECONDS_MAX: u64 = 10;
/// How long handing over a letter may take in all.
const LETTER_SECONDS_MAX: u64 = 60;
/// The longest subject; what is longer is cut.
const SUBJECT_CHARS_MAX: usize = 200;

/// How what goes to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailEncryption {
    /// From the first byte.
    Tls,
    /// Once the server was asked to; without it nothing is sent.
    StartTls,
    /// Not at all, on this very machine.
    None,
}

/// Which mail server, and who Annex is there.
#[derive(Debug, Clone)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is encrypted.
    pub encryption: MailEncryption,
    /// Name and password, where it asks for them.
    pub account: Option<(String, Secret)>,
    /// Whom letters are from.
    pub from: MailAddress,
}

/// A letter.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// To whom.
    pub to: &'a MailAddress,
    /// What it is about. Characters that are none of a line become spaces.
    pub subject: &'a str,
    /// What it says.
    pub text: String,
    /// What tells it apart: the same letter has the same, so that a second one can be known.
    pub id: &'a str,
    /// When it is written.
    pub at: Instant,
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The settings do not go together.
    #[error("mail that is not encrypted goes to this machine alone; {0} is another")]
    Plain(String),
    /// What is to be sent is no letter.
    #[error("that is no letter")]
    Letter(#[from] lettre::error::Error),
    /// The sender or who it is for is no mailbox.
    #[error("that is no mailbox")]
    Mailbox(#[from] lettre::address::AddressError),
    /// The server cannot be reached, or did not take it.
    #[error("the mail server {host} did not take it: {told}")]
    Server {
        /// Which.
        host: String,
        /// What it told.
        told: String,
        /// Whether it will not take it another time either.
        for_good: bool,
    },
}

/// Hands letters to a mail server.
pub struct Mailer {
    server: MailServer,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Mailer {
    /// Gets ready; nothing is sent yet.
    ///
    /// # Errors
    /// When mail would go unencrypted to another machine, or no certificates can be trusted.
    pub fn new(server: MailServer) -> Result<Self, MailError> {
        let here = server.host == "localhost"
            || server.host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        let parameters = || {
            TlsParameters::new(server.host.clone()).map_err(|error| MailError::Server {
                host: server.host.clone(),
                told: error.to_string(),
                for_good: true,
            })
        };
        let tls = match server.encryption {
            MailEncryption::Tls => Tls::Wrapper(parameters()?),
            MailEncryption::StartTls => Tls::Required(parameters()?),
            MailEncryption::None if here => Tls::None,
            MailEncryption::None => return Err(MailError::Plain(server.host)),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .hello_name(ClientId::Domain("annex.invalid".to_owned()))
            .timeout(Some(Duration::from_secs(COMMAND_SECONDS_MAX)));
        if let Some((name, password)) = &server.account {
            let password = password.expose().to_owned();
            transport = transport.credentials(Credentials::new(name.clone(), password));
        }
        Ok(Self { transport: transport.build(), server })
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// When the server cannot be reached, or does not take it.
    pub async fn send(&self, letter: Letter<'_>) -> Result<(), MailError> {
        let since = u64::try_from(letter.at.microseconds()).unwrap_or_default();
        let date: SystemTime = UNIX_EPOCH + Duration::from_micros(since);
        let mailbox = |address: &MailAddress| -> Result<Mailbox, MailError> {
            Ok(Mailbox::new(None, address.as_str().parse()?))
        };
        let message = Message::builder()
            .from(mailbox(&self.server.from)?)
            .to(mailbox(letter.to)?)
            .subject(line(letter.subject))
            .date(date)
            .message_id(Some(format!("<{}@annex.invalid>", letter.id)))
            .header(lettre::message::header::ContentType::TEXT_PLAIN)
            .body(letter.text)?;
        let failed = |told: String, for_good| MailError::Server {
            host: self.server.host.clone(),
            told,
            for_good,
        };
        let sending = tokio::time::timeout(
            Duration::from_secs(LETTER_SECONDS_MAX),
            self.transport.send(message),
        );
        match sending.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failed(line(&error.to_string()), error.is_permanent())),
            Err(_) => Err(failed(format!("no end after {LETTER_SECONDS_MAX} seconds"), false)),
        }
    }
}

/// A text as one line, so that it is a subject and nothing besides.
fn line(text: &str) -> String {
    let fits = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().map(fits).take(SUBJECT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(host: &str, encryption: MailEncryption) -> MailServer {
        MailServer {
            host: host.to_owned(),
            port: 25,
            encryption,
            account: None,
            from: "annex@example.org".parse().expect("an address"),
        }
    }

    #[test]
    fn mail_to_another_machine_is_encrypted() {
        for host in ["mail.example.org", "192.0.2.1", "localhost.example.org"] {
            assert!(Mailer::new(server(host, MailEncryption::None)).is_err(), "{host}");
            assert!(Mailer::new(server(host, MailEncryption::StartTls)).is_ok(), "{host}");
        }
        assert!(Mailer::new(server("127.0.0.1", MailEncryption::None)).is_ok());
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(line("a\r\nBcc: b@example.org\u{85}"), "a  Bcc: b@example.org ");
        assert_eq!(line(&"é".repeat(1000)).chars().count(), SUBJECT_CHARS_MAX);
    }
}

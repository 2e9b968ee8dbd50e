//! Who is told what is due: the mail server and the webhooks that the settings name.

use std::time::Duration;

use annex_egress::{Http, Limits, MailEncryption, MailServer, Mailer};
use annex_notify::{Notifier, Webhook};
use annex_operations::OperationError;
use annex_settings::{Declarations, Encryption, Settings};

use crate::provider::secret;

/// What tells, where anyone is to be told.
///
/// # Errors
/// When something that it needs is not set, or cannot be read.
pub(crate) fn notifier(
    settings: &Settings,
    declarations: &Declarations,
) -> Result<Option<Notifier>, OperationError> {
    if settings.server_notify_smtp_host.is_none() && declarations.webhooks.is_empty() {
        return Ok(None);
    }
    let needs = |what: &str| OperationError::Input(format!("notices need `{what}`"));
    let url = settings.server_url.clone().ok_or_else(|| needs("server.url"))?;
    let mailer = match &settings.server_notify_smtp_host {
        Some(host) => Some(mailer(settings, host)?),
        None => None,
    };
    let webhooks = declarations.webhooks.iter().map(|row| {
        let secret = secret(&row.secret)?;
        Ok(Webhook { name: row.name.clone(), url: row.url.clone(), secret })
    });
    Ok(Some(Notifier {
        mailer,
        webhooks: webhooks.collect::<Result<_, OperationError>>()?,
        http: Http::new(Limits::SHORT).map_err(|error| OperationError::Input(error.to_string()))?,
        url,
        days_before: settings.server_notify_days_before,
        every: Duration::from_secs(settings.server_notify_every_seconds.max(1).into()),
        pause_seconds: settings.server_notify_pause_seconds.into(),
    }))
}

fn mailer(settings: &Settings, host: &str) -> Result<Mailer, OperationError> {
    let needs =
        |what: &str| OperationError::Input(format!("`server.notify.smtp_host` needs `{what}`"));
    let account = match (&settings.server_notify_smtp_user, &settings.server_notify_smtp_password) {
        (None, None) => None,
        (Some(user), Some(source)) => Some((user.clone(), secret(source)?)),
        (Some(_), None) => return Err(needs("server.notify.smtp_password")),
        (None, Some(_)) => return Err(needs("server.notify.smtp_user")),
    };
    let server = MailServer {
        host: host.to_owned(),
        port: settings.server_notify_smtp_port,
        encryption: match settings.server_notify_smtp_encryption {
            Encryption::Tls => MailEncryption::Tls,
            Encryption::StartTls => MailEncryption::StartTls,
            Encryption::None => MailEncryption::None,
        },
        account,
        from: settings.server_notify_from.clone().ok_or_else(|| needs("server.notify.from"))?,
    };
    Mailer::new(server).map_err(|error| OperationError::Input(error.to_string()))
}

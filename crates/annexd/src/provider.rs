//! The provider of identities that the settings name, ready to be asked; and secrets, read from
//! where the settings say.

use std::io::Read as _;

use annex_egress::{Http, Limits, Secret};
use annex_identity::{Configuration, Provider};
use annex_machine::environment;
use annex_operations::OperationError;
use annex_settings::{SecretSource, Settings};
use annex_web::SignInBy;

/// The most bytes of a secret.
const SECRET_BYTES_MAX: u64 = 4096;

/// Where the provider sends browsers back to.
const CALLBACK: &str = "/sign-in/callback";

/// The provider, where the settings name one.
///
/// # Errors
/// When something that it needs is not set, or cannot be read.
pub(crate) fn provider(settings: &Settings) -> Result<Option<SignInBy>, OperationError> {
    let Some(issuer) = &settings.server_oidc_issuer else { return Ok(None) };
    let needs = |what: &str| OperationError::Input(format!("`server.oidc.issuer` needs `{what}`"));
    let url = settings.server_url.as_ref().ok_or_else(|| needs("server.url"))?;
    let client_id = settings.server_oidc_client_id.clone();
    let secret = settings.server_oidc_client_secret.as_ref().map(secret).transpose()?;
    let http =
        Http::new(Limits::SHORT).map_err(|error| OperationError::Input(error.to_string()))?;
    let configuration = Configuration {
        issuer: issuer.clone(),
        client_id: client_id.ok_or_else(|| needs("server.oidc.client_id"))?,
        secret,
        claim: settings.server_oidc_claim.clone(),
        wants_email: settings.server_oidc_link_by_email,
        callback: format!("{}{CALLBACK}", url.origin()),
    };
    Ok(Some(SignInBy {
        provider: Provider::new(configuration, http),
        label: settings.server_oidc_label.clone(),
        link_by_email: settings.server_oidc_link_by_email,
    }))
}

/// Reads a secret: the first line of a file, or a variable.
///
/// # Errors
/// When there is none; the message says where it was looked for, and nothing of it.
pub(crate) fn secret(source: &SecretSource) -> Result<Secret, OperationError> {
    let (text, place) = match source {
        SecretSource::Variable(name) => {
            (environment(name).unwrap_or_default(), format!("the variable {name}"))
        }
        SecretSource::File(path) => {
            let place = path.display().to_string();
            let failed = |source| OperationError::File {
                operation: "read the secret",
                path: place.clone(),
                source,
            };
            let file = std::fs::File::open(path).map_err(failed)?;
            let mut text = String::new();
            file.take(SECRET_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
            (text.lines().next().unwrap_or_default().trim().to_owned(), place)
        }
    };
    if text.is_empty() {
        return Err(OperationError::Input(format!("{place} holds no secret")));
    }
    Ok(Secret::new(text))
}

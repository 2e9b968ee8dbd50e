//! The provider: the way to it, and what it answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use annex_egress::{Http, Secret};
use annex_isms::{Instant, WebAddress};
use openidconnect::core::{
    CoreClientAuthMethod, CoreGenderClaim, CoreProviderMetadata, CoreResponseType,
};
use openidconnect::{
    AccessToken, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client,
    ClientId, ClientSecret, CsrfToken, DiscoveryError, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, TokenResponse as _, UserInfoClaims,
};
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::Intent;
use crate::client::{Asker, Asking, Claims, Others, Tokens};

/// How long what the provider says of itself is taken for true.
const DOCUMENT_SECONDS_MAX: i64 = 5 * 60;

/// How many questions are under way at once: a provider that is slow must not hold everything.
const QUESTIONS_MAX: usize = 8;

const NO_MORE: &str = "it did not say more of the person";

/// The longest name of a person at the provider.
const SUBJECT_CHARS_MAX: usize = 255;

/// Which provider, and as whom Annex asks it.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// What names the provider, letter by letter.
    pub issuer: WebAddress,
    /// The name of this client at the provider.
    pub client_id: String,
    /// What it shows; a public client has none.
    pub secret: Option<Secret>,
    /// The claim that names a person, such as `sub`.
    pub claim: String,
    /// Whether the address of a person is asked for as well.
    pub wants_email: bool,
    /// Where the provider sends browsers back to.
    pub callback: String,
}

/// What a browser brings back from the provider.
#[derive(Debug, Default, Deserialize)]
pub struct Answered {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Whom the provider says that someone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// Who says it.
    pub issuer: String,
    /// What the named claim holds.
    pub subject: String,
    /// An address that the provider has verified.
    pub email: Option<String>,
}

/// Why nobody was identified. The message is for who tried; the cause is for the log.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The answer is not one to a question of this browser.
    #[error("this sign-in was not begun in this browser, or another was begun since; begin again")]
    State,
    /// It took too long.
    #[error("the sign-in took too long; begin again")]
    Expired,
    /// The provider did not sign anyone in.
    #[error("the provider of identities did not sign you in")]
    Refused(#[source] Told),
    /// The code was not taken.
    #[error(
        "the provider of identities did not take the code, as when it is used twice; begin again"
    )]
    Code(#[source] Told),
    /// What the provider gave does not hold.
    #[error("what the provider of identities said does not hold, so nobody was signed in")]
    Token(#[source] Told),
    /// The provider cannot be asked.
    #[error(
        "the provider of identities cannot be asked just now; try again later, or sign in with your password"
    )]
    Away(#[source] Told),
}

/// What was told of a fault, without secrets.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Told(String);

impl ProviderError {
    /// A word for it, for figures.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Expired => "expired",
            Self::Refused(_) => "refused",
            Self::Code(_) => "code",
            Self::Token(_) => "token",
            Self::Away(_) => "away",
        }
    }
}

struct Known {
    document: Arc<CoreProviderMetadata>,
    read_at: Instant,
}

/// A provider of identities.
pub struct Provider {
    configuration: Configuration,
    asker: Asker,
    known: Mutex<Option<Known>>,
    questions: Semaphore,
}

impl Provider {
    /// A provider; nothing is asked yet.
    pub fn new(configuration: Configuration, http: Http) -> Self {
        let questions = Semaphore::new(QUESTIONS_MAX);
        Self { configuration, asker: Asker(http), known: Mutex::default(), questions }
    }

    /// What the provider calls itself.
    pub fn issuer(&self) -> &str {
        self.configuration.issuer.as_str()
    }

    /// The claim that names a person.
    pub fn claim(&self) -> &str {
        &self.configuration.claim
    }

    /// Where a browser goes to be signed in.
    ///
    /// # Errors
    /// When the provider cannot be asked what it is.
    pub async fn address(&self, intent: &Intent, now: Instant) -> Result<String, ProviderError> {
        let _turn = self.turn()?;
        let document = self.document(now, false).await?;
        let there = document.authorization_endpoint().to_string();
        // A browser is sent there.
        there.parse::<WebAddress>().map_err(|error| away(&error))?;
        let client = self.client(&document)?;
        let verifier = PkceCodeVerifier::new(intent.verifier());
        let (state, nonce) = (intent.state(), intent.nonce());
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if self.configuration.wants_email {
            request = request.add_scope(Scope::new("email".to_owned()));
        }
        if self.configuration.claim != "sub" {
            request = request.add_scope(Scope::new("profile".to_owned()));
        }
        Ok(request.url().0.to_string())
    }

    /// Whom the provider says that came back.
    ///
    /// # Errors
    /// When the answer is not to what this browser asked, is too late, or does not hold; or the
    /// provider cannot be asked.
    pub async fn identify(
        &self,
        intent: &Intent,
        answered: Answered,
        now: Instant,
    ) -> Result<Identified, ProviderError> {
        // Both are digests of what was drawn at random: how far they agree tells nothing of it.
        if answered.state.as_deref() != Some(intent.state().as_str()) {
            return Err(ProviderError::State);
        }
        if intent.is_over(now) {
            return Err(ProviderError::Expired);
        }
        // Of another provider, as when one tries to pass off the answer of one as that of another.
        if answered.iss.is_some_and(|iss| iss != self.configuration.issuer.as_str()) {
            return Err(ProviderError::State);
        }
        if let Some(error) = answered.error {
            return Err(ProviderError::Refused(Told(tamed(&error))));
        }
        let code = answered.code.ok_or(ProviderError::State)?;
        let _turn = self.turn()?;
        let document = self.document(now, false).await?;
        let client = self.client(&document)?;
        let tokens = self.exchange(&client, code, intent).await?;
        let claims = match verified(&client, &tokens, intent, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                // Keys change; the new ones are read once.
                let document = self.document(now, true).await?;
                let client = self.client(&document)?;
                verified(&client, &tokens, intent, now)
            }
            outcome => outcome,
        };
        let claims = claims.map_err(|error| ProviderError::Token(Told(error.to_string())))?;
        self.identified(&client, &tokens, &claims).await
    }

    async fn exchange(
        &self,
        client: &Asking,
        code: String,
        intent: &Intent,
    ) -> Result<Tokens, ProviderError> {
        client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| away(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(intent.verifier()))
            .request_async(&self.asker)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(answer) => {
                    ProviderError::Code(Told(tamed(answer.error().as_ref())))
                }
                RequestTokenError::Request(error) => away(&error),
                // Neither may be told whole: an answer can hold tokens.
                RequestTokenError::Parse(error, _) => away(&error.path().to_string()),
                RequestTokenError::Other(error) => away(&tamed(&error)),
            })
    }

    /// What the claims say, and what the provider says besides, where they lack what is needed.
    async fn identified(
        &self,
        client: &Asking,
        tokens: &Tokens,
        claims: &Claims,
    ) -> Result<Identified, ProviderError> {
        let all = |error: serde_json::Error| ProviderError::Token(Told(error.to_string()));
        let named = &self.configuration.claim;
        let mut said = serde_json::to_value(claims).map_err(all)?;
        let lacks = |said: &serde_json::Value, name: &str| said.get(name).is_none();
        if lacks(&said, named) || (self.configuration.wants_email && lacks(&said, "email")) {
            let subject = claims.subject().clone();
            let token: AccessToken = tokens.access_token().clone();
            if let Ok(request) = client.user_info(token, Some(subject)) {
                let more: UserInfoClaims<Others, CoreGenderClaim> =
                    request.request_async(&self.asker).await.map_err(|_| away(&NO_MORE))?;
                let more = serde_json::to_value(&more).map_err(all)?;
                if let (Some(said), Some(more)) = (said.as_object_mut(), more.as_object()) {
                    for (name, value) in more {
                        said.entry(name).or_insert_with(|| value.clone());
                    }
                }
            }
        }
        let subject = match said.get(named) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(serde_json::Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        if subject.is_empty() || subject.chars().count() > SUBJECT_CHARS_MAX {
            let told = format!("the claim `{named}` names nobody");
            return Err(ProviderError::Token(Told(told)));
        }
        let verified = said.get("email_verified") == Some(&serde_json::Value::Bool(true));
        let email = said.get("email").and_then(serde_json::Value::as_str);
        Ok(Identified {
            issuer: self.configuration.issuer.as_str().to_owned(),
            subject,
            email: email.filter(|_| verified).map(str::to_owned),
        })
    }

    fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, ProviderError> {
        self.questions.try_acquire().map_err(|_| away(&"too many questions are under way"))
    }

    /// What the provider says of itself, with its keys.
    async fn document(
        &self,
        now: Instant,
        anew: bool,
    ) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let read = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !anew && let Some(known) = &*read() {
            let age = now.microseconds() - known.read_at.microseconds();
            if age <= DOCUMENT_SECONDS_MAX * 1_000_000 {
                return Ok(Arc::clone(&known.document));
            }
        }
        let issuer = IssuerUrl::new(self.configuration.issuer.as_str().to_owned());
        let issuer = issuer.map_err(|error| away(&error))?;
        let document = CoreProviderMetadata::discover_async(issuer, &self.asker).await;
        let document = Arc::new(document.map_err(|error| match error {
            DiscoveryError::Request(error) => away(&error),
            DiscoveryError::Response(status, ..) => away(&format!("it answered {status}")),
            other => away(&other),
        })?);
        *read() = Some(Known { document: Arc::clone(&document), read_at: now });
        Ok(document)
    }

    fn client(&self, document: &CoreProviderMetadata) -> Result<Asking, ProviderError> {
        let configuration = &self.configuration;
        let callback = RedirectUrl::new(configuration.callback.clone());
        let secret = configuration.secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose().to_owned()));
        let id = ClientId::new(configuration.client_id.clone());
        let by = document.token_endpoint_auth_methods_supported();
        let takes = |method| by.is_none_or(|all| all.contains(&method));
        let in_body = !takes(CoreClientAuthMethod::ClientSecretBasic)
            && takes(CoreClientAuthMethod::ClientSecretPost);
        let auth = if in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(Client::from_provider_metadata(document.clone(), id, secret)
            .set_auth_type(auth)
            .set_redirect_uri(callback.map_err(|error| away(&error))?))
    }
}

/// The claims of a token of which everything holds.
fn verified(
    client: &Asking,
    tokens: &Tokens,
    intent: &Intent,
    now: Instant,
) -> Result<Claims, ClaimsVerificationError> {
    let none = || ClaimsVerificationError::Other("there is no token of an identity".to_owned());
    let token = tokens.id_token().ok_or_else(none)?;
    let since = Duration::from_micros(u64::try_from(now.microseconds()).unwrap_or_default());
    let verifier = client.id_token_verifier().set_time_fn(move || (UNIX_EPOCH + since).into());
    token.claims(&verifier, &Nonce::new(intent.nonce())).cloned()
}

fn away(error: &dyn std::fmt::Display) -> ProviderError {
    ProviderError::Away(Told(tamed(&error.to_string())))
}

/// The start of a foreign text, without what would break a line of the log.
fn tamed(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    text.chars().filter(|letter| !letter.is_control()).take(CHARS_MAX).collect()
}

//! `annex models digest`, `sign` and `verify`.

mod shown;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use annex_isms::Digest;
use annex_operations::{Exit, OperationError};
use annex_seal::{
    Because, Bundle, Certificate, Credentials, Limits, Method, PrivateKey, Progress, PublicKey,
    Roots, Scope, SealError, Secret, Trust,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{DigestArgs, Format, MethodArgs, ScopeArgs, SignArgs, VerifyModelArgs};
use crate::context::{Context, PORTS};
use crate::output;
use crate::signing::shown::Shown;

/// The variable that holds a private key, and the one with its password.
const KEY: &str = "ANNEX_MODEL_KEY";
const PASSWORD: &str = "ANNEX_MODEL_KEY_PASSWORD";

pub(crate) fn digest(context: &Context, args: &DigestArgs) -> Result<Exit, OperationError> {
    let method = method(&args.method)?;
    let limits = Limits::default();
    let bar = bar(context);
    let scope = scope(&args.scope, None);
    let measured = annex_seal::measure(&args.path, method, &scope, &limits, &told(&bar));
    bar.finish_and_clear();
    let Some(measured) = within(measured)? else { return Ok(Exit::Incomplete) };
    let incomplete = !measured.findings.is_empty();
    print(context, &shown::digests(&measured, method))?;
    Ok(if incomplete { Exit::Incomplete } else { Exit::Done })
}

pub(crate) fn sign(context: &Context, args: &SignArgs) -> Result<Exit, OperationError> {
    let limits = Limits::default();
    let method = method(&args.method)?;
    let credentials = credentials(args, &limits)?;
    refuse_other(&args.output, &limits)?;
    let scope = scope(&args.scope, Some((&args.path, &args.output)));
    let bar = bar(context);
    let signed = annex_seal::sign(
        &args.path,
        method,
        &scope,
        &credentials,
        PORTS.random,
        &limits,
        &told(&bar),
    );
    bar.finish_and_clear();
    let signed = match signed {
        Err(SealError::Unsignable { findings }) => {
            print(context, &shown::unsignable(&findings))?;
            let incomplete = annex_seal::is_incomplete(&findings);
            return Ok(if incomplete { Exit::Incomplete } else { Exit::Input });
        }
        signed => signed,
    };
    let Some(signed) = within(signed)? else { return Ok(Exit::Incomplete) };
    std::fs::write(&args.output, &signed.bundle).map_err(|source| OperationError::File {
        operation: "write the signature",
        path: args.output.display().to_string(),
        source,
    })?;
    print(context, &shown::signed(&signed, &credentials, &args.output, (PORTS.now)()))?;
    Ok(Exit::Done)
}

pub(crate) fn verify(context: &Context, args: &VerifyModelArgs) -> Result<Exit, OperationError> {
    let limits = Limits::default();
    let bytes = read(&args.signature, limits.bundle_bytes_max)?;
    let bundle = Bundle::parse(&bytes, &limits).map_err(|fault| {
        OperationError::Input(format!("{} cannot be used: {fault}", args.signature.display()))
    })?;
    let key = args.key.as_deref().map(|file| public_key(file, &limits)).transpose()?;
    let roots = roots(&args.roots, &limits)?;
    let trust = key.as_ref().map_or(Trust::Roots(&roots), Trust::Key);
    let (now, digest) = ((PORTS.now)(), Digest::of(&bytes));
    let opened = match annex_seal::open(&bundle, trust, now, &limits) {
        Ok(opened) => opened,
        Err(SealError::Untrusted(fault)) => {
            print(context, &shown::untrusted(&fault, digest, now))?;
            return Ok(Exit::Found);
        }
        Err(error) => {
            return Err(OperationError::Input(format!("{}: {error}", args.signature.display())));
        }
    };
    let scope = scope(&args.scope, Some((&args.path, &args.signature)));
    let bar = bar(context);
    let compared = annex_seal::compare(&args.path, &opened.manifest, scope, &limits, &told(&bar));
    bar.finish_and_clear();
    let Some(compared) = within(compared)? else { return Ok(Exit::Incomplete) };
    print(context, &shown::verified(&opened, &compared, digest, now))?;
    Ok(if annex_seal::is_incomplete(&compared.findings) {
        Exit::Incomplete
    } else if compared.findings.is_empty() {
        Exit::Done
    } else {
        Exit::Found
    })
}

fn print(context: &Context, shown: &Shown) -> Result<(), OperationError> {
    match context.global.format {
        Format::Json => output::json(&shown.document),
        _ => output::table(&shown.table, &context.global),
    }
}

fn credentials(args: &SignArgs, limits: &Limits) -> Result<Credentials, OperationError> {
    let text = match &args.key {
        Some(file) => {
            if annex_seal::name_in(&args.path, file).is_some() {
                return Err(OperationError::Input(format!(
                    "the private key {} lies in the model; whoever gets the model could sign: keep it elsewhere",
                    file.display()
                )));
            }
            secret(file, limits)?
        }
        None => variable(KEY).ok_or_else(|| {
            OperationError::Input(format!(
                "there is no private key; give --key FILE, or put the PEM into the variable {KEY}"
            ))
        })?,
    };
    let password = match &args.password_file {
        Some(file) => Some(secret(file, limits)?.first_line()),
        None => variable(PASSWORD),
    };
    let place = args.key.as_ref().map_or_else(|| KEY.to_owned(), |file| file.display().to_string());
    let key = PrivateKey::parse(&text, password.as_ref()).map_err(|fault| {
        OperationError::Input(format!("the private key in {place} cannot be used: {fault}"))
    })?;
    let Some(file) = &args.certificate else { return Ok(Credentials::key(key)) };
    let mut others = Vec::new();
    for file in &args.chain {
        others.extend(certificates(file, limits)?);
    }
    let mut own = certificates(file, limits)?;
    // A file that holds the whole chain begins with the signer's.
    others.splice(0..0, own.drain(1..));
    Credentials::certificate(key, own.remove(0), others, limits)
        .map_err(|fault| OperationError::Input(format!("{}: {fault}", file.display())))
}

fn public_key(file: &Path, limits: &Limits) -> Result<PublicKey, OperationError> {
    PublicKey::parse(&text(file, limits.key_bytes_max)?).map_err(|fault| {
        OperationError::Input(format!("the public key {} cannot be used: {fault}", file.display()))
    })
}

fn certificates(file: &Path, limits: &Limits) -> Result<Vec<Certificate>, OperationError> {
    Certificate::parse(&text(file, limits.certificates_bytes_max)?)
        .map_err(|fault| OperationError::Input(format!("{}: {fault}", file.display())))
}

fn roots(files: &[PathBuf], limits: &Limits) -> Result<Roots, OperationError> {
    let mut roots = Roots::default();
    for file in files {
        roots
            .add(&text(file, limits.certificates_bytes_max)?, limits)
            .map_err(|fault| OperationError::Input(format!("{}: {fault}", file.display())))?;
    }
    Ok(roots)
}

/// A signature is written over an older one, and over nothing else.
fn refuse_other(output: &Path, limits: &Limits) -> Result<(), OperationError> {
    if !output.exists() {
        return Ok(());
    }
    Bundle::parse(&read(output, limits.bundle_bytes_max)?, limits).map(drop).map_err(|_| {
        OperationError::Input(format!(
            "{} exists and is no signature; name another file",
            output.display()
        ))
    })
}

fn method(args: &MethodArgs) -> Result<Method, OperationError> {
    Method::new(args.hash, args.shard_bytes)
        .map_err(|error| OperationError::Input(format!("--shard-bytes: {error}")))
}

/// What is left out: what was asked for, git's own files, and the signature in the folder.
fn scope(args: &ScopeArgs, signature: Option<(&Path, &Path)>) -> Scope {
    let mut scope = Scope::new(args.follow_links);
    if let Some((root, signature)) = signature {
        scope.leave_out_path(root, signature, Because::Signature);
    }
    for name in &args.ignore {
        scope.leave_out(name.clone(), Because::Argument);
    }
    if !args.include_git {
        scope.leave_out_git();
    }
    scope
}

/// A limit that was reached is told and leaves the work incomplete; other errors are bad input.
fn within<T>(result: Result<T, SealError>) -> Result<Option<T>, OperationError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ SealError::TooManyFiles { .. }) => {
            output::error(&OperationError::Input(error.to_string()));
            Ok(None)
        }
        Err(error) => Err(OperationError::Input(error.to_string())),
    }
}

fn variable(name: &str) -> Option<Secret> {
    (PORTS.environment)(name).map(Secret::new)
}

fn secret(file: &Path, limits: &Limits) -> Result<Secret, OperationError> {
    std::fs::File::open(file)
        .and_then(|opened| Secret::read(opened, limits.key_bytes_max))
        .map_err(|error| OperationError::Input(format!("cannot read {}: {error}", file.display())))
}

fn text(file: &Path, bytes_max: u64) -> Result<String, OperationError> {
    String::from_utf8(read(file, bytes_max)?)
        .map_err(|_| OperationError::Input(format!("{} is not PEM or text", file.display())))
}

/// A whole file, which may not be larger than its kind is.
fn read(file: &Path, bytes_max: u64) -> Result<Vec<u8>, OperationError> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|error| {
            OperationError::Input(format!("cannot read {}: {error}", file.display()))
        })?;
    if bytes.len() as u64 > bytes_max {
        let file = file.display();
        return Err(OperationError::Input(format!("{file} has more than {bytes_max} bytes")));
    }
    Ok(bytes)
}

fn bar(context: &Context) -> ProgressBar {
    let bar = if context.global.quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    let template = "digesting {bar:30} {bytes}/{total_bytes} {bytes_per_sec}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn told(bar: &ProgressBar) -> impl Fn(Progress) + Sync + '_ {
    |progress| {
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_done);
    }
}

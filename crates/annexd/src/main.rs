//! `annexd`: the pages of Annex over a data folder, or over a database and a folder of evidence.
//!
//! ```text
//!  annexd serve          ─▶ who is first?  ─▶ pages on 127.0.0.1:8600, until it is told to end
//!  annexd account mara   ─▶ a password for a person on record
//!  annexd key pipeline   ─▶ a key to the programming interface
//!  annexd copy           ─▶ everything from a folder into a database, or back
//! ```
//!
//! It holds the data folder's writer lock as long as it runs: `annex` reads meanwhile, and what it
//! would write waits. With `ANNEX_DATABASE_URL` the register is on PostgreSQL, and several run side
//! by side. It listens on the machine itself unless told otherwise, because it has no
//! TLS of its own.

mod account;
mod args;
mod copying;
mod key;
mod notify;
mod provider;
mod serve;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use annex_machine::{PORTS, environment};
use annex_operations::{Access, Caller, Command, DATABASE_URL, Exit, OperationError, Operations};
use annex_settings::{Declarations, Settings};
use clap::{CommandFactory as _, Parser as _};

use crate::args::{Cli, LogFormat, Task};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let format = cli.log_format;
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    match run(&cli) {
        Ok(()) => ExitCode::from(Exit::Done as u8),
        Err(error) => {
            let text = chain(&error);
            match format {
                LogFormat::Json => tracing::error!("{text}"),
                // Nobody is left to be told when standard error is closed.
                LogFormat::Text => drop(writeln!(std::io::stderr(), "annexd: {text}")),
            }
            ExitCode::from(error.exit() as u8)
        }
    }
}

fn run(cli: &Cli) -> Result<(), OperationError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| OperationError::Internal(format!("no runtime: {error}")))?;
    runtime.block_on(async {
        match &cli.task {
            Task::Serve(arguments) => {
                let mut all = Vec::new();
                for (config, settings, declarations) in apart(cli)? {
                    let provider = provider::provider(&settings)?;
                    let notifier = notify::notifier(&settings, &declarations)?;
                    let operations = open(config, settings, declarations).await?;
                    account::first(&operations).await?;
                    all.push(serve::Served { operations, provider, notifier });
                }
                serve::serve(all, arguments).await
            }
            Task::Account { person, roles, reset_second_factor, link, unlink } => {
                let (config, settings, declarations) = one(cli)?;
                let issuer = settings.server_oidc_issuer.clone();
                let operations = open(config, settings, declarations).await?;
                if *reset_second_factor {
                    account::reset_second_factor(&operations, person).await?;
                } else if let Some(name) = link {
                    account::link(&operations, person, issuer.as_ref(), name).await?;
                } else if let Some(name) = unlink {
                    account::unlink(&operations, person, name).await?;
                } else {
                    account::set(&operations, person, roles).await?;
                }
                operations.close().await
            }
            Task::Key(arguments) => {
                let (config, settings, declarations) = one(cli)?;
                let operations = open(config, settings, declarations).await?;
                key::make(&operations, arguments).await?;
                operations.close().await
            }
            Task::Copy(arguments) => copying::copy(&one(cli)?.1, arguments, &holder()).await,
            Task::Completions { shell } => {
                let mut bytes = Vec::new();
                clap_complete::generate(*shell, &mut Cli::command(), "annexd", &mut bytes);
                std::io::stdout().write_all(&bytes).map_err(|source| OperationError::File {
                    operation: "write",
                    path: "standard output".to_owned(),
                    source,
                })
            }
        }
    })
}

type Loaded<'a> = (&'a Path, Settings, Declarations);

/// The settings and declarations of a file, as the arguments have them.
fn load<'a>(cli: &Cli, config: &'a Path) -> Result<Loaded<'a>, OperationError> {
    let (mut settings, declarations) =
        annex_settings::load(config, &environment).map_err(Box::new)?;
    if let Some(data) = &cli.data {
        settings.data.clone_from(data);
    }
    Ok((config, settings, declarations))
}

/// Those of the one organisation that the task is about.
fn one(cli: &Cli) -> Result<Loaded<'_>, OperationError> {
    match cli.configs.as_slice() {
        [config] => load(cli, config),
        _ => Err(OperationError::Input("this task takes one --config".to_owned())),
    }
}

/// Those of every organisation that is served: each has an id and a data folder of its own.
fn apart(cli: &Cli) -> Result<Vec<Loaded<'_>>, OperationError> {
    let all = cli.configs.iter().map(|config| load(cli, config)).collect::<Result<Vec<_>, _>>()?;
    if all.len() < 2 {
        return Ok(all);
    }
    let (mut ids, mut folders) = (BTreeSet::new(), BTreeSet::new());
    for (config, settings, declarations) in &all {
        let fault = |what: &str| OperationError::Input(format!("{}: {what}", config.display()));
        let declared = declarations.organisation.as_ref();
        let declared = declared.ok_or_else(|| fault("declares no [organisation]"))?;
        if !ids.insert(declared.id.clone()) {
            return Err(fault("its organisation is served already"));
        }
        let folder = std::path::absolute(&settings.data).unwrap_or(settings.data.clone());
        if !folders.insert(folder) {
            return Err(fault("give it a `data` of its own: its evidence stays apart"));
        }
    }
    Ok(all)
}

/// What others who want to write are told.
fn holder() -> String {
    format!("annexd, process {}", std::process::id())
}

/// Opens the register for writing, in the data folder or in the database. A folder that is not
/// there is made when it is declared whose it is.
async fn open(
    config: &Path,
    settings: Settings,
    declarations: Declarations,
) -> Result<Operations<'static>, OperationError> {
    let declared = declarations.organisation.is_some();
    let on_server = environment(DATABASE_URL).is_some();
    if !settings.data.is_dir() && !declared && !on_server {
        return Err(OperationError::Input(format!(
            "there is no data folder {}; `annex assess PATH` makes one, `annex init` declares an organisation to begin with, --data names another folder",
            settings.data.display()
        )));
    }
    let catalogue = annex_operations::catalogue(&settings)?;
    let access = Access::Write { holder: holder() };
    let file = config.to_owned();
    let operations =
        Operations::open(settings, declarations, file, catalogue, access, PORTS).await?;
    if declared && operations.ledger_size().await? == 0 {
        operations.execute(Command::Declare, &Caller::of_folder("annexd")).await?;
    }
    Ok(operations)
}

/// An error and its causes, in a line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut at = error.source();
    while let Some(cause) = at {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        at = cause.source();
    }
    text
}

//! `annexd`: the pages of Annex over one data folder.
//!
//! ```text
//!  annexd account mara   ─▶ a password for a person on record
//!  annexd serve          ─▶ pages on 127.0.0.1:8600, until it is told to end
//! ```
//!
//! It holds the data folder's writer lock as long as it runs: `annex` reads meanwhile, and what it
//! would write waits. It listens on the machine itself unless told otherwise, because it has no
//! TLS of its own.

use std::io::{IsTerminal as _, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use annex_isms::PersonId;
use annex_isms::entity::Role;
use annex_machine::{PORTS, environment};
use annex_operations::{Access, Caller, Command, Operations};
use annex_web::Site;
use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};

/// The server of Annex.
#[derive(Parser)]
#[command(version, about, after_help = EXAMPLES)]
struct Arguments {
    /// The data folder
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The settings and declarations
    #[arg(long, global = true, value_name = "FILE", default_value = "annex.toml")]
    config: PathBuf,
    #[command(subcommand)]
    task: Task,
}

const EXAMPLES: &str = "\
Examples:
  annexd account mara                give the person `mara` a password, asked on the terminal
  annexd account mara < secret.txt   the same, from a file
  annexd serve                       pages on http://127.0.0.1:8600

Exit codes:
  0  done
  1  it failed; standard error says why
  2  bad usage";

#[derive(Subcommand)]
enum Task {
    /// Serve the pages until SIGINT or SIGTERM
    Serve {
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:8600", value_name = "ADDRESS")]
        listen: SocketAddr,
    },
    /// Give a person on record a password; all sessions of that person end
    Account {
        /// The person's id
        person: PersonId,
        /// What they may do; without one, what they may already, else the first person is
        /// administrator and isms-manager, and another a control-owner
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).init();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let operations = open(&arguments).await?;
        match arguments.task {
            Task::Serve { listen } => serve(operations, listen).await,
            Task::Account { person, roles } => {
                let first = !operations.has_accounts().await?;
                operations.set_password(&person, &password()?).await?;
                grant(&operations, &person, roles, first).await?;
                operations.close().await?;
                tracing::info!("`{person}` can sign in with the new password");
                Ok(())
            }
        }
    })
}

/// Grants the roles that are named, or those that someone without any begins with.
async fn grant(
    operations: &Operations<'static>,
    person: &PersonId,
    mut roles: Vec<Role>,
    first: bool,
) -> anyhow::Result<()> {
    if roles.is_empty() {
        if !operations.roles(person).await?.is_empty() {
            return Ok(());
        }
        roles = if first {
            vec![Role::Administrator, Role::IsmsManager]
        } else {
            vec![Role::ControlOwner]
        };
    }
    let command =
        Command::GrantAccess { holder: person.clone(), roles: roles.iter().copied().collect() };
    operations.execute(command, &Caller::of_folder("annexd account")).await?;
    for role in roles {
        tracing::info!("`{person}` has the role {role}");
    }
    Ok(())
}

/// Opens the data folder as its writer.
async fn open(arguments: &Arguments) -> anyhow::Result<Operations<'static>> {
    let (mut settings, declarations) = annex_settings::load(&arguments.config, &environment)?;
    if let Some(data) = &arguments.data {
        settings.data.clone_from(data);
    }
    if !settings.data.is_dir() {
        bail!(
            "there is no data folder {}; `annex assess PATH` makes one, --data names another",
            settings.data.display()
        );
    }
    let catalogue = annex_operations::catalogue(&settings)?;
    let access = Access::Write { holder: format!("annexd, process {}", std::process::id()) };
    let file = arguments.config.clone();
    Ok(Operations::open(settings, declarations, file, catalogue, access, PORTS).await?)
}

async fn serve(operations: Operations<'static>, listen: SocketAddr) -> anyhow::Result<()> {
    if !operations.has_accounts().await? {
        bail!("nobody can sign in yet; `annexd account PERSON` gives a person a password");
    }
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        tracing::warn!("{address} is reached from other machines; put TLS before it");
    }
    tracing::info!("listening on http://{address}");
    let site = Arc::new(Site::new(operations));
    let service =
        annex_web::router(Arc::clone(&site)).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(told_to_end()).await?;
    tracing::info!("every request is answered; closing the register");
    match Arc::try_unwrap(site) {
        Ok(site) => Ok(site.into_operations().close().await?),
        Err(_) => bail!("a request still holds the register"),
    }
}

/// Waits for SIGINT or SIGTERM.
async fn told_to_end() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    let terminate = async {
        if let Ok(mut signal) =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        {
            signal.recv().await;
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// The password: typed twice without an echo, or the first line of standard input.
fn password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        let terminal = console::Term::stderr();
        let ask = |what: &str| {
            terminal.write_str(what)?;
            terminal.read_secure_line()
        };
        let (first, second) = (ask("Password: ")?, ask("Once more: ")?);
        if first != second {
            bail!("the two are not the same; nothing was changed");
        }
        return Ok(first);
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).context("cannot read the password")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

//! `annex`: the terminal and CI face of Annex.
//!
//! ```text
//!  arguments ─▶ context (settings, ports, actor) ─▶ operations ─▶ output (people, machines)
//! ```
//!
//! This binary parses, wires and prints. Data goes to standard output, progress and notes to
//! standard error. It is the only place that reads the clock, draws randomness and chooses an
//! exit code. It holds no domain logic: what it does not print, it asks of `operations`.
//!
//! What can still go wrong: a terminal that is not UTF-8 shows some symbols wrongly; words
//! always stand beside them.

mod args;
mod assess;
mod bom;
mod catalog;
mod context;
mod deliver;
mod discover;
mod drift;
mod evidence;
mod init;
mod models;
mod output;
mod registers;
mod server;
mod signing;
mod trust;
mod vulnerabilities;
mod workplace;

use std::process::ExitCode;

use annex_operations::{Exit, OperationError};
use clap::{CommandFactory as _, Parser as _};

use crate::args::{Cli, Command};
use crate::context::Context;

fn main() -> ExitCode {
    let cli = Cli::parse();
    #[cfg(unix)]
    if let Err(error) = outlive_file_size_limit() {
        return fail(&OperationError::Internal(format!("no signal handler: {error}")));
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&OperationError::Internal(format!("no runtime: {error}"))),
    };
    match runtime.block_on(run(cli)) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => fail(&error),
    }
}

/// Beyond the limit on file sizes (`ulimit -f`) a write then gives an error that can be told, and
/// does not end the process by a signal.
#[cfg(unix)]
fn outlive_file_size_limit() -> std::io::Result<()> {
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, seen).map(drop)
}

async fn run(cli: Cli) -> Result<Exit, OperationError> {
    let context = Context::new(cli.global);
    match cli.command {
        Command::Init(args) => init::init(&context, args).await,
        Command::Assess(args) => assess::assess(&context, args).await,
        Command::Discover(args) => discover::discover(&context, &args).await,
        Command::Bom(args) => bom::bom(&context, &args).await,
        Command::Models(args) => models::models(&context, &args).await,
        Command::Vulnerabilities(args) => vulnerabilities::vulnerabilities(&context, &args).await,
        Command::Systems(args) => registers::systems(&context, &args).await,
        Command::Assets(args) => registers::assets(&context, args).await,
        Command::Gaps(args) => registers::gaps(&context, args).await,
        Command::Requests(args) => registers::requests(&context, args).await,
        Command::Risks(args) => registers::risks(&context, args).await,
        Command::Soa(args) => registers::soa(&context, args).await,
        Command::People(args) => registers::people(&context, args).await,
        Command::Nonconformities(args) => registers::nonconformities(&context, args).await,
        Command::Answer(args) => evidence::answer(&context, args).await,
        Command::Evidence(args) => evidence::evidence(&context, args).await,
        Command::Ledger(args) => trust::ledger(&context, args).await,
        Command::Pack(args) => trust::pack(&context, &args).await,
        Command::Verify(args) => trust::verify(&context, &args),
        Command::Catalog(args) => catalog::catalog(&context, args),
        Command::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "annex", &mut bytes);
            output::bytes(&bytes)?;
            Ok(Exit::Done)
        }
        Command::Man => {
            let mut bytes = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut bytes).map_err(output::failed)?;
            output::bytes(&bytes)?;
            Ok(Exit::Done)
        }
        Command::Reference => {
            output::bytes(output::reference(&Cli::command()).as_bytes())?;
            Ok(Exit::Done)
        }
    }
}

/// Prints an error with its causes, and gives its exit code.
fn fail(error: &OperationError) -> ExitCode {
    output::error(error);
    ExitCode::from(error.exit() as u8)
}

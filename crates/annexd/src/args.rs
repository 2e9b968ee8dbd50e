//! The arguments. Help and completions come from here.

use std::net::SocketAddr;
use std::path::PathBuf;

use annex_isms::PersonId;
use annex_isms::entity::Role;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// The server of Annex.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  annexd serve --open                       pages on http://127.0.0.1:8600, and a browser at them;
                                            the first time it asks who is the first to sign in
  annexd serve --config a.toml --config b.toml
                                            two organisations, strictly apart
  annexd account ines-arvid                 a password for the person `ines-arvid`, typed twice
  annexd account ines-arvid < secret.txt    the same, from a file
  annexd key pipeline --for \"the nightly scan\" --action read --action ingest
                                            a key to /api/v1 for a program, on standard output
  annexd account ines-arvid --link 248289761001
                                            she signs in by the provider, which calls her so
  annexd copy --from-folder .annex          that register into the database of ANNEX_DATABASE_URL
  annexd copy --to-folder backup            the database's register into a new folder
  annexd completions bash > /etc/bash_completion.d/annexd

Exit codes:
  0  done
  2  bad usage or input
  4  storage, lock or internal failure"
)]
pub(crate) struct Cli {
    /// The data folder [default: the setting `data`, which is .annex]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The settings and declarations; to serve several organisations, one for each
    #[arg(long = "config", global = true, value_name = "FILE", default_value = "annex.toml")]
    pub(crate) configs: Vec<PathBuf>,
    /// How standard error tells what happens
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) task: Task,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Serve the pages until SIGINT or SIGTERM
    #[command(after_help = "\
Environment:
  ANNEX_METRICS_TOKEN  who asks for /metrics must send it as `Authorization: Bearer TOKEN`;
                       without it, /metrics is only answered to this machine")]
    Serve(ServeArgs),
    /// Give a person on record a password; all sessions of that person end
    Account {
        /// The person's id
        person: PersonId,
        /// What they may do; without one, what they may already, else the first person is
        /// administrator and isms-manager, and another a control-owner
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
        /// Remove the second factor of someone who lost it, and leave the password as it is
        #[arg(long, conflicts_with = "roles")]
        reset_second_factor: bool,
        /// Let them sign in by the provider of identities that `server.oidc.issuer` names, which
        /// calls them so, and leave the password as it is
        #[arg(long, value_name = "NAME", conflicts_with_all = ["roles", "reset_second_factor"])]
        link: Option<String>,
        /// End that
        #[arg(long, value_name = "NAME", conflicts_with_all = ["roles", "reset_second_factor", "link"])]
        unlink: Option<String>,
    },
    /// Make a key to the programming interface, and print it
    #[command(after_help = "\
Make it on the machine of the register; on PostgreSQL that may be while servers run. A person's own
keys are also made, and all keys withdrawn, on the pages. `annexd key` never prints a key again.")]
    Key(KeyArgs),
    /// Copy register, ledger, accounts and evidence of all organisations between a folder and the
    /// database that `ANNEX_DATABASE_URL` names, whole and verified or not at all
    #[command(after_help = "\
The target must hold no register. Stop every server first, so that nothing is written to the source
meanwhile; it stays as it is. From then on write to one of the two alone: two that go on are two
histories. Who was signed in signs in again.")]
    Copy(CopyArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Where and how to serve.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8600", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Open the pages in the browser of this desktop
    #[arg(long)]
    pub(crate) open: bool,
}

/// Whose key, and what it is good for.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// A person with access, or the id of a program, which gets the role `service`
    pub(crate) holder: PersonId,
    /// What the key is for, as lists of keys show it
    #[arg(long = "for", value_name = "TEXT")]
    pub(crate) purpose: String,
    /// What the key may do, as far as its holder may
    #[arg(long = "action", value_name = "ACTION", default_value = "read")]
    pub(crate) actions: Vec<String>,
    /// How long it lasts
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    pub(crate) days: u32,
}

/// Between which folder and the database to copy.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct CopyArgs {
    /// From this folder into the database; the evidence goes to the data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) from_folder: Option<PathBuf>,
    /// From the database into this folder, with the evidence of the data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) to_folder: Option<PathBuf>,
}

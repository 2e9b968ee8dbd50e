//! The arguments. Help, man page, completions and the reference page come from here.

mod models;

use std::collections::BTreeSet;
use std::path::PathBuf;

use annex_isms::entity::{EvidenceKind, NonconformityStatus, Treatment};
use annex_isms::{
    Basis, ControlId, DataClass, Date, FrameworkRef, Instant, MailAddress, PersonId, RequirementId,
    Score, Severity, WebAddress,
};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::models::{
    DigestArgs, MethodArgs, ModelsArgs, ModelsCommand, ScopeArgs, SignArgs, VerifyModelArgs,
};

/// An ISMS for AI systems: finds AI parts, asks the Annex A questions of them, keeps signed evidence.
#[derive(Debug, Parser)]
#[command(
    name = "annex",
    version,
    arg_required_else_help = true,
    after_help = "\
Exit codes:
  0  done
  1  done, and what was looked for was found (with --fail-on)
  2  bad usage or input
  3  incomplete: something could not be read (outranks 1)
  4  storage, lock or internal failure

Examples:
  annex assess .                         scan this repository and judge what was found
  annex gaps                             what someone must change, worst first
  annex answer system:help-desk wrong_output_rollback=true --evidence record.pdf
  annex pack -o audit.annex              everything an auditor samples, signed
  ANNEX_TOKEN=… annex assess . --server https://annex.example.org
                                         scan here, judge and record there"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Arguments of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The data folder [default: .annex]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// A server instead of a data folder, with the key in `ANNEX_TOKEN`
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<WebAddress>,
    /// Settings and declarations [default: annex.toml here, or in the assessed folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A folder of catalogue files that add to the built-in catalogue or override it
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) catalog: Option<PathBuf>,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
    /// No progress and no notes on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, in a terminal
    Table,
    /// For machines
    Json,
    /// For spreadsheets
    Csv,
    /// Markdown
    Md,
    /// A page
    Html,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// In a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented annex.toml, the data folder and a signing key
    Init(InitArgs),
    /// Scan a repository, judge what is on record, and write the report
    Assess(AssessArgs),
    /// Scan a repository or this machine, print what AI is in it, or what changed; judges nothing
    Discover(DiscoverArgs),
    /// Write a bill of materials of the AI in a repository, or compare two of them
    Bom(BomArgs),
    /// Scan model files for what loading them would do; digest, sign and verify models
    Models(ModelsArgs),
    /// Match dependencies against advisories that you bring; nothing is fetched
    Vulnerabilities(VulnerabilitiesArgs),
    /// AI systems
    Systems(ListArgs),
    /// Assets, and their registration
    Assets(AssetsArgs),
    /// Gaps: what someone must change, the worst first
    Gaps(GapsArgs),
    /// Evidence requests: what would turn an unknown into a result
    Requests(RequestsArgs),
    /// Risks: threat scenarios, their reviews and scores
    Risks(RisksArgs),
    /// The Statement of Applicability: drafted by Annex, decided by people
    Soa(SoaArgs),
    /// Answer what is unknown of a subject
    Answer(AnswerArgs),
    /// Evidence
    Evidence(EvidenceArgs),
    /// People and roles
    People(PeopleArgs),
    /// Nonconformities that people raised
    Nonconformities(NonconformitiesArgs),
    /// The ledger
    Ledger(LedgerArgs),
    /// Write the audit pack
    Pack(PackArgs),
    /// Verify an audit pack with a key that you have from elsewhere
    Verify(VerifyArgs),
    /// The catalogue of controls, requirements and threats
    Catalog(CatalogArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
    /// Print the reference of all commands as Markdown
    #[command(hide = true)]
    Reference,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  annex init --organisation acme --name 'Acme Ltd'")]
pub(crate) struct InitArgs {
    /// Where to write annex.toml
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// The id of the organisation: lower-case letters, digits, hyphens
    #[arg(long, default_value = "organisation")]
    pub(crate) organisation: annex_isms::OrganisationId,
    /// Its name
    #[arg(long, default_value = "Organisation (not named yet)")]
    pub(crate) name: String,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Without PATH nothing is scanned: what is on record is judged again.

Examples:
  annex assess .
  annex assess . --fail-on high                  exit 1 on high or worse, also unknown
  annex assess . --fail-on high --allow-unknown  exit 1 on gaps only
  annex assess . --format json > assessment.json
  annex assess --at 2026-03-31                   what was known then; nothing is recorded")]
pub(crate) struct AssessArgs {
    /// The repository to scan
    pub(crate) path: Option<PathBuf>,
    /// The name of the repository, when the folder does not tell
    #[arg(long, value_name = "NAME")]
    pub(crate) repository: Option<String>,
    /// Judge what was recorded by this instant; scans and records nothing
    #[arg(long, value_name = "INSTANT", conflicts_with = "path")]
    pub(crate) at: Option<Instant>,
    /// Where to write the report [default: report.html in the data folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Exit with 1 when there is a gap or unknown of this severity or worse
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on: Option<Severity>,
    /// With --fail-on: unknowns do not count
    #[arg(long, requires = "fail_on")]
    pub(crate) allow_unknown: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
With --host: processes that serve models, the ports on which they listen, and the models in the
caches of Hugging Face, Ollama, LM Studio and llama.cpp. What other users run and keep is only read
by root; what could not be read is listed as skipped. No environment of a process is read.

Examples:
  annex discover .
  annex discover . --format json > found.json
  annex discover . --record                          record it, and print what changed
  annex discover . --against found.json --format md  a comment for a pull request
  annex discover . --against found.json --fail-on-change
  annex discover --host                              what runs and lies on this machine
  annex discover --host --host-dir /srv/models --record")]
pub(crate) struct DiscoverArgs {
    /// The repository to scan
    #[arg(required_unless_present = "host")]
    pub(crate) path: Option<PathBuf>,
    /// Look at this machine instead: its processes, open ports and caches of models
    #[arg(long, conflicts_with = "path")]
    pub(crate) host: bool,
    /// A further folder with models to look into
    #[arg(long, value_name = "DIR", requires = "host", conflicts_with = "path")]
    pub(crate) host_dir: Vec<PathBuf>,
    /// The name of the repository or the machine, when the folder or the machine does not tell
    #[arg(long, value_name = "NAME")]
    pub(crate) repository: Option<String>,
    /// Record what was found, and print what changed since the scan that was recorded before
    #[arg(long)]
    pub(crate) record: bool,
    /// Print what changed since an earlier `annex discover --format json`
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub(crate) against: Option<PathBuf>,
    /// Exit with 1 when something changed
    #[arg(long)]
    pub(crate) fail_on_change: bool,
}

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  annex bom . -o bom.json
  annex bom . --bom-format spdx-3.0.1 -o bom.spdx.json
  annex bom . --database osv/PyPI.zip -o bom.json  with the known vulnerabilities of its parts
  annex bom . --record -o bom.json                 keep scan and bill as evidence for A.5.9
  annex bom diff old.json bom.json                 what was added, removed and changed
  annex bom diff old.json bom.json --fail-on-change"
)]
pub(crate) struct BomArgs {
    /// The repository to scan
    #[arg(required = true)]
    pub(crate) path: Option<PathBuf>,
    /// The name of the repository, when the folder does not tell
    #[arg(long, value_name = "NAME")]
    pub(crate) repository: Option<String>,
    /// The format of the bill
    #[arg(long, value_enum, default_value_t = BomFormat::CycloneDx16)]
    pub(crate) bom_format: BomFormat,
    /// Advisories in the OSV format, as `annex vulnerabilities` takes them
    #[arg(long, value_name = "PATH")]
    pub(crate) database: Vec<PathBuf>,
    /// VEX documents (in the open JSON form) that state what does not affect you, and why
    #[arg(long, value_name = "FILE", requires = "database")]
    pub(crate) vex: Vec<PathBuf>,
    /// Where to write it [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Record the scan, and the bill as evidence
    #[arg(long)]
    pub(crate) record: bool,
    #[command(subcommand)]
    pub(crate) command: Option<BomCommand>,
}

/// The format of a bill of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BomFormat {
    /// CycloneDX 1.6, JSON
    #[value(name = "cyclonedx-1.6")]
    CycloneDx16,
    /// CycloneDX 1.7, JSON
    #[value(name = "cyclonedx-1.7")]
    CycloneDx17,
    /// SPDX 3.0.1, JSON-LD
    #[value(name = "spdx-3.0.1")]
    Spdx301,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BomCommand {
    /// Compare two bills of materials: CycloneDX 1.4 to 1.7 or SPDX 3.0.1, also of other tools
    Diff {
        /// The old one
        old: PathBuf,
        /// The new one
        new: PathBuf,
        /// Exit with 1 when anything changed
        #[arg(long)]
        fail_on_change: bool,
    },
}

/// Known vulnerabilities.
#[derive(Debug, Args)]
#[command(after_help = "\
Exits with 1 when a dependency is affected, with 3 when a lock file or a record could not be read.

Examples:
  annex vulnerabilities . --database osv/PyPI.zip --database osv/npm.zip
  annex vulnerabilities . --database osv --vex not-affected.json --sarif annex.sarif
  annex vulnerabilities . --database osv --record    keep it as evidence for A.8.8")]
pub(crate) struct VulnerabilitiesArgs {
    /// The repository whose lock files are read
    pub(crate) path: PathBuf,
    /// The name of the repository, when the folder does not tell
    #[arg(long, value_name = "NAME")]
    pub(crate) repository: Option<String>,
    /// Advisories in the OSV format: a folder, a JSON-lines file, or an archive of records
    #[arg(long, value_name = "PATH", required = true)]
    pub(crate) database: Vec<PathBuf>,
    /// VEX documents (in the open JSON form) that state what does not affect you, and why
    #[arg(long, value_name = "FILE")]
    pub(crate) vex: Vec<PathBuf>,
    /// Where to write the matches as SARIF 2.1.0, for code-scanning pages
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Record the report as evidence, and what it says of each AI system
    #[arg(long)]
    pub(crate) record: bool,
}

/// Listing.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    /// As it was on record at this instant
    #[arg(long, value_name = "INSTANT", global = true)]
    pub(crate) at: Option<Instant>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex assets
  annex assets register gpt-4o-mini --owner lee --class internal
  annex assets register --all-of help-desk --owner lee --class internal
  annex assets register notebook-prompt --out --reason 'Experiment, not deployed'")]
pub(crate) struct AssetsArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(subcommand)]
    pub(crate) command: Option<AssetsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AssetsCommand {
    /// Decide that assets are in or out of scope, and who answers for them
    Register {
        /// Assets by id, name or beginning of the id
        assets: Vec<String>,
        /// All assets of an AI system that are not registered yet
        #[arg(long, value_name = "SYSTEM")]
        all_of: Option<String>,
        /// Who answers for them
        #[arg(long)]
        owner: Option<PersonId>,
        /// Their classification: public, internal, confidential, restricted
        #[arg(long)]
        class: Option<DataClass>,
        /// Out of scope; needs --reason
        #[arg(long, requires = "reason")]
        out: bool,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex gaps
  annex gaps assign g-1a2b3c4d --owner lee --due 2026-12-31 --plan 'Pin the model snapshot'
  annex gaps ready g-1a2b3c4d
  annex gaps close g-1a2b3c4d --by dana --verification 'Pinned in main, seen in the scan'
  annex gaps comment g-1a2b3c4d --by lee --text 'The supplier answers on Monday'")]
pub(crate) struct GapsArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(subcommand)]
    pub(crate) command: Option<GapsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GapsCommand {
    /// Give a gap an owner, a date or a plan
    Assign {
        /// The gap, by id or its beginning
        gap: String,
        /// Who does it
        #[arg(long)]
        owner: Option<PersonId>,
        /// By when
        #[arg(long, value_name = "DATE")]
        due: Option<Date>,
        /// The planned implementation
        #[arg(long)]
        plan: Option<String>,
    },
    /// Say that the work is done
    Ready {
        /// The gap
        gap: String,
    },
    /// Close a gap that was verified by someone other than its owner
    Close {
        /// The gap
        gap: String,
        /// Who verified it
        #[arg(long)]
        by: PersonId,
        /// What was seen
        #[arg(long)]
        verification: String,
    },
    /// Say something of a gap; it stays on record
    Comment {
        /// The gap
        gap: String,
        /// What is said
        #[arg(long)]
        text: String,
        /// Who says it
        #[arg(long)]
        by: PersonId,
    },
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  annex requests assign r-1a2b3c4d --owner dana --due 2026-12-31"
)]
pub(crate) struct RequestsArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(subcommand)]
    pub(crate) command: Option<RequestsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RequestsCommand {
    /// Give a request an owner or a date
    Assign {
        /// The request, by id or its beginning
        request: String,
        /// Who is asked
        #[arg(long)]
        owner: Option<PersonId>,
        /// By when
        #[arg(long, value_name = "DATE")]
        due: Option<Date>,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex risks
  annex risks review prompt-injection-1a2b3c4d --by dana --likelihood 4 --confidentiality 4 \\
      --integrity 3 --availability 2 --treatment mitigate --plan 'Filter input, limit tools'
  annex risks residual prompt-injection-1a2b3c4d --by kim --likelihood 2 --consequence 3
  annex catalog show prompt-injection         the criteria for each score")]
pub(crate) struct RisksArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(subcommand)]
    pub(crate) command: Option<RisksCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RisksCommand {
    /// Record how the risk's owner judges it
    Review {
        /// The risk, by id or its beginning
        risk: String,
        /// The risk's owner
        #[arg(long)]
        by: PersonId,
        /// Inherent likelihood, 1 to 5
        #[arg(long)]
        likelihood: Score,
        /// Consequence for confidentiality, 1 to 5
        #[arg(long)]
        confidentiality: Score,
        /// Consequence for integrity, 1 to 5
        #[arg(long)]
        integrity: Score,
        /// Consequence for availability, 1 to 5
        #[arg(long)]
        availability: Score,
        /// mitigate, accept, avoid or share
        #[arg(long)]
        treatment: Treatment,
        /// What is done about it, or why nothing is
        #[arg(long)]
        plan: String,
    },
    /// Approve the residual risk; someone other than who planned the treatment
    Residual {
        /// The risk
        risk: String,
        /// Who approves
        #[arg(long)]
        by: PersonId,
        /// Likelihood after treatment, 1 to 5
        #[arg(long)]
        likelihood: Score,
        /// Consequence after treatment, 1 to 5
        #[arg(long)]
        consequence: Score,
        /// In a team of one: the review that stands in for a second person
        #[arg(long, default_value = "")]
        compensating_review: String,
    },
    /// Permit a departure from a requirement for a time; the result stays what it is
    Except {
        /// The risk that bears it
        risk: String,
        /// The requirement
        #[arg(long)]
        requirement: RequirementId,
        /// The subject
        #[arg(long)]
        subject: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// The last day
        #[arg(long, value_name = "DATE")]
        expires: Date,
        /// Who asks
        #[arg(long)]
        by: PersonId,
        /// Who approves
        #[arg(long)]
        approved_by: PersonId,
        /// In a team of one: the review that stands in for a second person
        #[arg(long, default_value = "")]
        compensating_review: String,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex soa
  annex soa decide A.5.7 A.5.23 --include --by dana --reason 'Treats prompt injection'
  annex soa decide --include --by dana --reason 'Base ISMS'      all that are not decided yet
  annex soa approve --by kim")]
pub(crate) struct SoaArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(subcommand)]
    pub(crate) command: Option<SoaCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SoaCommand {
    /// Decide on controls in the draft
    Decide {
        /// The controls; none means all that are not decided yet
        controls: Vec<ControlId>,
        /// Necessary
        #[arg(long, required_unless_present = "exclude", conflicts_with = "exclude")]
        include: bool,
        /// Not necessary
        #[arg(long)]
        exclude: bool,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long)]
        by: PersonId,
    },
    /// Approve the draft; someone other than its author
    Approve {
        /// Who approves
        #[arg(long)]
        by: PersonId,
        /// In a team of one: the review that stands in for a second person
        #[arg(long, default_value = "")]
        compensating_review: String,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
A subject is `organisation`, or `system:ID`, `asset:ID`, `supplier:ID`. Without evidence an answer is
a statement: what it answers shows as stated and stays unknown. Without ATTRIBUTE=VALUE the
questions that are open for the subject are asked one by one.

Examples:
  annex answer system:help-desk
  annex answer organisation tabletop_includes_ai=true --evidence tabletop.pdf --kind tabletop
  annex answer help-desk human_override_exercised=true --evidence sha256:…
  annex answer help-desk --not-applicable A.8.10/training-data-withdrawable --by dana \\
      --because 'Nothing is trained'")]
pub(crate) struct AnswerArgs {
    /// Whom it is about
    pub(crate) subject: String,
    /// Attributes and their values
    #[arg(value_name = "ATTRIBUTE=VALUE")]
    pub(crate) values: Vec<String>,
    /// A file that shows it, or the digest of evidence on record
    #[arg(long, value_name = "FILE|DIGEST")]
    pub(crate) evidence: Option<String>,
    #[command(flatten)]
    pub(crate) about: AboutEvidence,
    /// Settles what collectors disagree on
    #[arg(long)]
    pub(crate) resolve: bool,
    /// Say instead that a requirement does not apply
    #[arg(long, value_name = "REQUIREMENT", conflicts_with_all = ["values", "evidence", "resolve"], requires = "by")]
    pub(crate) not_applicable: Option<RequirementId>,
    /// With --not-applicable: why; left out, an earlier one is withdrawn
    #[arg(long, default_value = "", requires = "not_applicable")]
    pub(crate) because: String,
    /// With --not-applicable: who says so
    #[arg(long)]
    pub(crate) by: Option<PersonId>,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Args)]
pub(crate) struct AboutEvidence {
    /// What sort of document
    #[arg(long, value_name = "KIND", default_value = "record", value_parser = evidence_kind)]
    pub(crate) kind: EvidenceKind,
    /// What it shows
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub(crate) description: String,
    /// The period it speaks for, FROM..TO; left out, it speaks for now
    #[arg(long, value_name = "FROM..TO")]
    pub(crate) period: Option<String>,
    /// How it is known: statement or document
    #[arg(long, default_value = "document")]
    pub(crate) basis: Basis,
    /// The population it was drawn from, and how completeness is known
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub(crate) population: String,
    /// The last day on which it counts
    #[arg(long, value_name = "DATE")]
    pub(crate) expires: Option<Date>,
    /// A control that it supports; may be given several times
    #[arg(long = "control", value_name = "CONTROL")]
    pub(crate) controls: Vec<ControlId>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex evidence add pentest.pdf --kind penetration-test --control A.8.29 \\
      --period 2026-03-01..2026-03-05
  annex evidence list
  annex evidence show sha256:…  > copy.pdf")]
pub(crate) struct EvidenceArgs {
    #[command(subcommand)]
    pub(crate) command: EvidenceCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Store a file and record what it speaks for
    Add {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        about: AboutEvidence,
        /// The subject it is about [default: the organisation]
        #[arg(long)]
        subject: Option<String>,
    },
    /// List what is on record
    List(ListArgs),
    /// Write the bytes of a piece of evidence to standard output
    Show {
        /// Its digest, or the beginning of it
        digest: String,
        /// Show its record instead of its bytes
        #[arg(long)]
        record: bool,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  annex people add lee --name 'Lee Park' --role engineering")]
pub(crate) struct PeopleArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(subcommand)]
    pub(crate) command: Option<PeopleCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// Add or change a person
    Add {
        /// The id
        id: PersonId,
        /// The name
        #[arg(long)]
        name: String,
        /// A role: security, engineering, legal, data-protection, management, procurement, operations
        #[arg(long = "role")]
        roles: Vec<String>,
        /// Where mail reaches them; without one, what is on record stays
        #[arg(long)]
        email: Option<MailAddress>,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex nonconformities raise A.5.23 --by kim --finding 'No agreement covers the model'
  annex nonconformities update nc-1 --cause 'New supplier without review' \\
      --corrective-action 'Review before use'")]
pub(crate) struct NonconformitiesArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(subcommand)]
    pub(crate) command: Option<NonconformitiesCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum NonconformitiesCommand {
    /// Raise one against a declared control
    Raise {
        /// The control
        control: ControlId,
        /// What was found
        #[arg(long)]
        finding: String,
        /// Who raises it
        #[arg(long)]
        by: PersonId,
    },
    /// Add to one
    Update {
        /// The nonconformity
        nonconformity: String,
        /// What was done at once
        #[arg(long)]
        correction: Option<String>,
        /// Its cause
        #[arg(long)]
        cause: Option<String>,
        /// Where else the same may be so
        #[arg(long)]
        similar_cases: Option<String>,
        /// What keeps it from coming back
        #[arg(long)]
        corrective_action: Option<String>,
        /// When effectiveness is or was reviewed
        #[arg(long, value_name = "DATE")]
        effectiveness_review: Option<Date>,
        /// open, corrected or closed
        #[arg(long)]
        status: Option<NonconformityStatus>,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex ledger key > acme.pub                    give this to whoever verifies your packs
  annex ledger checkpoint > checkpoint.txt       keep this elsewhere: it shows a truncation
  annex ledger verify --checkpoint checkpoint.txt")]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    pub(crate) command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Verify every entry, row, checkpoint and piece of evidence
    Verify {
        /// The public key [default: the one of the key file]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// A checkpoint that was kept elsewhere
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Print the public key
    Key,
    /// Print the newest signed checkpoint
    Checkpoint,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  annex pack -o audit.annex")]
pub(crate) struct PackArgs {
    /// Where to write it
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The key is never taken from the pack: get it from the organisation by another way.

Example:
  annex verify audit.annex --key acme.pub")]
pub(crate) struct VerifyArgs {
    /// The pack
    pub(crate) pack: PathBuf,
    /// The public key, as `annex ledger key` prints it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex catalog list
  annex catalog list --ref owasp-llm:2026/LLM01
  annex catalog show A.5.23/agreement-covers-traffic
  annex catalog check my-catalog")]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    pub(crate) command: CatalogCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Check a folder of catalogue files on top of the built-in catalogue
    Check {
        /// The folder
        folder: PathBuf,
        /// Check the folder as a whole catalogue of its own
        #[arg(long)]
        alone: bool,
    },
    /// List controls with their requirements
    List {
        /// Only what refers to this item, such as owasp-llm:2026/LLM01
        #[arg(long = "ref", value_name = "FRAMEWORK:EDITION/ITEM")]
        reference: Option<FrameworkRef>,
        /// Only this control
        #[arg(long)]
        control: Option<ControlId>,
    },
    /// Show a control, requirement or threat
    Show {
        /// Its id
        id: String,
    },
}

fn severity(text: &str) -> Result<Severity, String> {
    text.parse().map_err(|error| format!("{error}"))
}

fn evidence_kind(text: &str) -> Result<EvidenceKind, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// The values of a repeated argument as a set.
pub(crate) fn set<T: Ord + Clone>(values: &[T]) -> BTreeSet<T> {
    values.iter().cloned().collect()
}

//! The arguments of `annex models`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use annex_seal::{Algorithm, FileName};
use clap::{Args, Subcommand};

/// Model files.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annex models scan ~/.cache/huggingface
  annex models digest weights
  annex models sign weights --key release.pem -o weights.sig
  annex models verify weights --signature weights.sig --key release.pub")]
pub(crate) struct ModelsArgs {
    #[command(subcommand)]
    pub(crate) command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Give every model file below a folder a verdict, with the reasons
    #[command(after_help = "\
Exits with 1 when a file is malicious or suspicious, with 3 when one could not be read.

Examples:
  annex models scan ~/.cache/huggingface
  annex models scan ~/.cache/huggingface --record           for the models on record
  annex models scan weights --record --model acme/help-7b   all of it is that model
  annex models scan weights --format json | jq '.[] | select(.verdict != \"clean\")'")]
    Scan {
        /// The folder, or one file
        path: PathBuf,
        /// Record the verdicts as evidence, and what they say of the models on record
        #[arg(long)]
        record: bool,
        /// The model on record that all files belong to [default: as the folders of a hub's cache say]
        #[arg(long, value_name = "ASSET", requires = "record")]
        model: Option<String>,
    },
    /// Print the digest of every file of a model, and one over all of them
    Digest(DigestArgs),
    /// Sign every file of a model, as OpenSSF model signing does
    Sign(SignArgs),
    /// Verify a signature of OpenSSF model signing, and that every file is as it was signed
    Verify(VerifyModelArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
The digest of the whole model is SHA-256 over the digests of its files in the order of their paths,
the same that a signature holds. Files are digested beside each other; one large file only with
--shard-bytes or blake3. Exits with 3 when something in the folder could not be digested.

Examples:
  annex models digest weights
  annex models digest weights --hash blake3
  annex models digest weights --format json | jq -r .digest")]
pub(crate) struct DigestArgs {
    /// The folder, or one file
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The private key is an EC key on P-256, P-384 or P-521 in PEM (PKCS #8, also encrypted, or SEC 1). It
comes from a file or from ANNEX_MODEL_KEY, its password from a file or from
ANNEX_MODEL_KEY_PASSWORD. Whatever in the folder cannot be signed stops it; then nothing is written.

`model_signing verify` on its command line reads digests by sha256 over whole files only, the
default here; others it verifies through its Python interface.

Examples:
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out release.pem
  openssl pkey -in release.pem -pubout -out release.pub
  annex models sign weights --key release.pem -o weights.sig
  annex models sign weights --key release.pem --certificate release.crt --chain authority.crt \\
      -o weights.sig")]
pub(crate) struct SignArgs {
    /// The folder, or one file
    pub(crate) path: PathBuf,
    /// The private key [default: the key in the variable ANNEX_MODEL_KEY]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Its password, the first line of a file [default: the variable ANNEX_MODEL_KEY_PASSWORD]
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The certificate of the key, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Certificates between that and a root; may be given several times
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) chain: Vec<PathBuf>,
    /// Where to write the signature
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exits with 0 when the signature holds and every file is as it was signed, with 1 when the signature
does not hold or files differ, with 2 when the signature or key is none, with 3 when something could
not be read. What the signature leaves out, it leaves out here; git's own files and the signature
are left out too. The output tells all of it.

Signatures of Sigstore without a key cannot be verified offline and are refused.

Examples:
  annex models verify weights --signature weights.sig --key release.pub
  annex models verify weights --signature weights.sig --roots authority.crt
  annex models verify weights --signature weights.sig --key release.pub --format json")]
pub(crate) struct VerifyModelArgs {
    /// The folder, or one file
    pub(crate) path: PathBuf,
    /// The signature
    #[arg(long, value_name = "FILE")]
    pub(crate) signature: PathBuf,
    /// The public key of whoever should have signed, in PEM
    #[arg(long, value_name = "FILE", required_unless_present = "roots", conflicts_with = "roots")]
    pub(crate) key: Option<PathBuf>,
    /// Root certificates that the signer's must lead to, in PEM; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) roots: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
}

/// How digests are taken.
#[derive(Debug, Args)]
pub(crate) struct MethodArgs {
    /// The algorithm: sha256, blake2b or blake3
    #[arg(long, value_name = "ALGORITHM", default_value = "sha256")]
    pub(crate) hash: Algorithm,
    /// Digest files in shards of this size, for files of many gigabytes
    #[arg(long, value_name = "BYTES")]
    pub(crate) shard_bytes: Option<NonZeroU64>,
}

/// Which paths count.
#[derive(Debug, Args)]
pub(crate) struct ScopeArgs {
    /// Leave out a path below the folder, with all in it; may be given several times
    #[arg(long, value_name = "PATH")]
    pub(crate) ignore: Vec<FileName>,
    /// Do not leave out .git, .github, .gitattributes and .gitignore
    #[arg(long)]
    pub(crate) include_git: bool,
    /// Follow links to files, as in the cache of Hugging Face; links to folders never
    #[arg(long)]
    pub(crate) follow_links: bool,
}

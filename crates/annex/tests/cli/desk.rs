//! A desk to work at: a folder with data, key, home and files, and the program run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub(crate) const ANNEX: &str = env!("CARGO_BIN_EXE_annex");

/// Files by their path relative to a desk.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// A desk at which the example was assessed, to be copied.
static ASSESSED: LazyLock<Files> = LazyLock::new(|| {
    let desk = Desk::with_example();
    desk.annex(&["assess", "helpdesk"]).done();
    files_below(&desk.folder())
});

/// A folder of one test; gone with it.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        fs::create_dir(desk.path("home")).expect("a home");
        desk
    }

    /// One with a copy of the example in `helpdesk`, away from any repository.
    pub(crate) fn with_example() -> Self {
        let desk = Self::new();
        let example = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
            .join("../../examples/helpdesk");
        for (name, bytes) in files_below(&example) {
            desk.write(Path::new("helpdesk").join(name), bytes);
        }
        desk
    }

    /// One at which the example was assessed.
    pub(crate) fn assessed() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        for (name, bytes) in ASSESSED.iter() {
            desk.write(name, bytes);
        }
        desk
    }

    /// One with a repository of two files in `small`.
    pub(crate) fn with_small_repository() -> Self {
        let desk = Self::new();
        desk.write("small/requirements.txt", "openai==1.2.0\n");
        desk.write(
            "small/app.py",
            "from openai import OpenAI\n\nclient = OpenAI()\n\
             client.chat.completions.create(model=\"gpt-4o\", messages=[])\n",
        );
        desk
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A path at the desk.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let above = path.parent().expect("a path below the desk");
        fs::create_dir_all(above).and_then(|()| fs::write(&path, bytes)).expect("a file");
        path
    }

    /// The folder where the program keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.path(".annex")
    }

    /// The file of the signing key.
    pub(crate) fn key(&self) -> PathBuf {
        self.path("keys/ledger.key")
    }

    /// Another program, in the surroundings in which `annex` is run.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut path = Path::new(ANNEX).parent().expect("a folder").as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.path("home"))
            .env("USER", "tester")
            .env("ANNEX_KEY_FILE", self.key())
            .stdin(Stdio::null());
        command
    }

    /// `annex`, not started yet.
    pub(crate) fn prepared(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(ANNEX);
        command.args(arguments);
        command
    }

    /// Runs `annex` to its end.
    pub(crate) fn annex(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.prepared(arguments))
    }

    /// Runs a line as someone would paste it into a shell.
    pub(crate) fn shell(&self, line: &str) -> Run {
        Run::of(self.command("sh").args(["-c", line]))
    }

    /// What `annex` prints as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let run = self.annex(&[arguments, &["--format", "json"]].concat()).done();
        serde_json::from_slice(&run.bytes)
            .unwrap_or_else(|error| panic!("{error} in the JSON of {arguments:?}: {}", run.out))
    }

    /// The message with which `annex` refuses bad input.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        self.redact(&self.annex(arguments).code(2).err)
    }

    /// That the ledger holds; gives the number of its entries.
    pub(crate) fn ledger_holds(&self) -> u64 {
        let verified = self.json(&["ledger", "verify"]);
        assert_eq!(verified["fault"], Value::Null, "{verified}");
        verified["entries"].as_u64().expect("entries")
    }

    /// Replaces the path of the desk, so that texts can be compared.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&*self.folder.path().to_string_lossy(), "DESK")
    }
}

/// What a run of a program left.
pub(crate) struct Run {
    /// The exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().expect("the program starts").into()
    }

    /// Expects an exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "\n--- standard output\n{}\n--- standard error\n{}",
            self.out,
            self.err
        );
        self
    }

    /// Expects success.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        self.code(0)
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }
}

/// Every file below a folder with its bytes, by relative path, sorted.
pub(crate) fn files_below(folder: &Path) -> Files {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("a type").is_dir() {
                open.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(folder).expect("below").to_owned();
                files.push((name, fs::read(entry.path()).expect("a file")));
            }
        }
    }
    files.sort();
    files
}

/// The rows of a list in a JSON document.
#[track_caller]
pub(crate) fn rows<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name].as_array().unwrap_or_else(|| panic!("no list `{name}`"))
}

/// The texts of a list.
#[track_caller]
pub(crate) fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

/// Says on standard error that a test did nothing here.
#[expect(clippy::print_stderr, reason = "a test that is skipped must be seen")]
pub(crate) fn skipped(test: &str, why: &str) {
    eprintln!("SKIPPED: {test}: {why}");
}

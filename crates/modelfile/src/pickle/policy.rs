//! Which imports of a pickle are harmless, which are dangerous, and which are neither.
//!
//! Two tables say it, `allow.txt` and `deny.txt`. A line is a module and names of it; `module.*`
//! stands for the module and all below it, and `*` for every name. A line for the very module goes before one
//! for those above it, and the deny table before the other. What is
//! in none is unknown, which is never harmless: a list of dangerous names alone is never complete.
//!
//! Beside the tables, a path that goes through a dangerous module or through Python's inner
//! attributes is dangerous wherever it begins, because `collections.abc.os` is `os`. And an
//! unknown function whose name says that it runs, loads or evaluates something is taken by its
//! word.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What the policy says of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// What frameworks put into model files, and harmless.
    Harmless,
    /// Harmless when it is called on a harmless class with a plain name.
    Guarded,
    /// In no table.
    Unknown,
    /// No module has such a name.
    Odd,
    /// Runs code or reaches outside; the words finish "which …".
    Dangerous(&'static str),
}

const DANGEROUS: &str = "runs code, starts programs or reaches files and networks";
const INNER: &str = "reaches the inside of Python, from where everything can be reached";
const THROUGH: &str = "leads through another module to one that runs code";
const BY_NAME: &str = "says by its name that it runs, loads or evaluates something";

/// Judges the import of `name` from `module`.
pub(crate) fn judge(module: &str, name: &str) -> Judgement {
    let (allow, deny) = (&*ALLOW, &*DENY);
    let (module_plain, name_plain) = (module.trim(), name.trim());
    let exact = allow.exactly(module, name);
    if deny.exactly(module_plain, name_plain) || (!exact && deny.holds(module_plain, name_plain)) {
        return Judgement::Dangerous(DANGEROUS);
    }
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'<' | b'>'))
    };
    if !plain(module) || !plain(name) {
        return Judgement::Odd;
    }
    let mut parts = module_plain.split('.').skip(1).chain(name_plain.split('.'));
    if parts.clone().any(|part| INNER_NAMES.contains(&part)) {
        return Judgement::Dangerous(INNER);
    }
    if (module_plain == "builtins" || module_plain == "__builtin__") && name_plain == "getattr" {
        return Judgement::Guarded;
    }
    let allowed = exact || allow.holds(module, name);
    if !allowed && parts.any(|part| deny.wholly(part)) {
        return Judgement::Dangerous(THROUGH);
    }
    if allowed {
        return Judgement::Harmless;
    }
    if runs_by_name(name_plain) {
        return Judgement::Dangerous(BY_NAME);
    }
    Judgement::Unknown
}

/// Whether the table of dangerous imports itself has the name, or the whole module.
pub(crate) fn is_denied(module: &str, name: &str) -> bool {
    DENY.wholly(module) || DENY.holds(module, name)
}

const INNER_NAMES: [&str; 19] = [
    "__globals__",
    "__builtins__",
    "__subclasses__",
    "__import__",
    "__dict__",
    "__class__",
    "__bases__",
    "__base__",
    "__mro__",
    "__code__",
    "__getattribute__",
    "__getattr__",
    "__loader__",
    "__spec__",
    "__init_subclass__",
    "__closure__",
    "__self__",
    "__call__",
    "__reduce__",
];

/// Words of a function's name that say what it does.
const RUNS: [&str; 33] = [
    "exec",
    "eval",
    "execfile",
    "system",
    "popen",
    "spawn",
    "shell",
    "subprocess",
    "runstring",
    "runcode",
    "runcommand",
    "runsource",
    "getoutput",
    "execute",
    "compile",
    "import",
    "myeval",
    "unpickle",
    "loads",
    "reload",
    "command",
    "commands",
    "script",
    "rmtree",
    "unlink",
    "urlopen",
    "urlretrieve",
    "download",
    "socket",
    "runctx",
    "fork",
    "kill",
    "startfile",
];

/// Whether the last part of a name says that it runs, loads or evaluates something.
pub(crate) fn runs_by_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut word = String::new();
    let mut previous_lower = false;
    for c in last.chars().chain(['_']) {
        let boundary = c == '_' || c.is_ascii_digit() || (c.is_ascii_uppercase() && previous_lower);
        if boundary {
            if RUNS.contains(&word.as_str()) {
                return true;
            }
            word.clear();
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        previous_lower = c.is_lowercase();
    }
    false
}

enum Names {
    All,
    Some(HashSet<&'static str>),
}

impl Names {
    fn hold(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(set) => set.contains(name),
        }
    }
}

/// A table of modules and names.
struct Table {
    exact: HashMap<&'static str, Names>,
    below: HashMap<&'static str, Names>,
}

static ALLOW: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("allow.txt")));
static DENY: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("deny.txt")));

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self { exact: HashMap::new(), below: HashMap::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_ascii_whitespace();
            let Some(module) = words.next() else {
                continue;
            };
            let (map, module) = match module.strip_suffix(".*") {
                Some(module) => (&mut table.below, module),
                None => (&mut table.exact, module),
            };
            let names = map.entry(module).or_insert_with(|| Names::Some(HashSet::new()));
            for word in words {
                match names {
                    _ if word == "*" => *names = Names::All,
                    Names::Some(set) => {
                        set.insert(word);
                    }
                    Names::All => {}
                }
            }
        }
        table
    }

    /// Whether a line for this very module holds the name.
    fn exactly(&self, module: &str, name: &str) -> bool {
        self.exact.get(module).is_some_and(|names| names.hold(name))
    }

    /// Whether a line for the module or for one above it holds the name.
    fn holds(&self, module: &str, name: &str) -> bool {
        if self.exactly(module, name) {
            return true;
        }
        let mut prefix = module;
        loop {
            if self.below.get(prefix).is_some_and(|names| names.hold(name)) {
                return true;
            }
            match prefix.rsplit_once('.') {
                Some((shorter, _)) => prefix = shorter,
                None => return false,
            }
        }
    }

    /// Whether the table has all of a module.
    fn wholly(&self, module: &str) -> bool {
        matches!(self.exact.get(module), Some(Names::All))
            || matches!(self.below.get(module), Some(Names::All))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(import: &str) -> &'static str {
        let (module, name) = import.split_once(' ').unwrap();
        match judge(module, name) {
            Judgement::Harmless => "harmless",
            Judgement::Guarded => "guarded",
            Judgement::Unknown => "unknown",
            Judgement::Odd => "odd",
            Judgement::Dangerous(_) => "dangerous",
        }
    }

    #[test]
    fn what_frameworks_write_is_harmless() {
        for import in [
            "collections OrderedDict",
            "torch._utils _rebuild_tensor_v2",
            "torch FloatStorage",
            "torch bfloat16",
            "numpy.core.multiarray _reconstruct",
            "numpy._core.multiarray scalar",
            "numpy ndarray",
            "numpy dtype",
            "sklearn.linear_model._logistic LogisticRegression",
            "sklearn.tree._tree Tree",
            "sklearn.pipeline Pipeline",
            "xgboost.sklearn XGBClassifier",
            "xgboost.core Booster",
            "lightgbm.sklearn LGBMClassifier",
            "scipy.sparse._csr csr_matrix",
            "pandas.core.frame DataFrame",
            "joblib.numpy_pickle NumpyArrayWrapper",
            "transformers.training_args TrainingArguments",
            "copyreg _reconstructor",
            "builtins set",
            "__builtin__ object",
            "_codecs encode",
        ] {
            assert_eq!(verdict(import), "harmless", "{import}");
        }
    }

    #[test]
    fn what_runs_code_is_dangerous_by_every_path() {
        for import in [
            "os system",
            "posix system",
            "nt system",
            "subprocess Popen",
            "builtins eval",
            "builtins __dict__.get",
            "__builtin__ exec",
            "os.path os.system",
            "collections.abc os.system",
            "torch.serialization os.system",
            "numpy.testing._private.utils runstring",
            "torch._inductor.codecache compile_file",
            "idlelib.pyshell ModifiedInterpreter.runcommand",
            "runpy _run_code",
            "torch.hub load",
            "torch load",
            "pickle loads",
            "numpy load",
            "operator methodcaller",
            "functools partial.__call__",
            "some_helper exec_command",
            "pip main",
            "multiprocessing.util spawnv_passfds",
            "os\t system",
        ] {
            assert_eq!(verdict(import), "dangerous", "{import}");
        }
    }

    #[test]
    fn what_only_resembles_a_known_name_is_unknown_or_odd() {
        for import in [
            "numpyx ndarray",
            "torch.nn.modules.evil Linear2",
            "collections.abc thing",
            "numpy.core.multiarrays _reconstruct",
            "sklearnx.linear_model LogisticRegression",
            "__main__ Model",
        ] {
            assert_eq!(verdict(import), "unknown", "{import}");
        }
        assert_eq!(verdict("оs thing"), "odd");
        assert_eq!(verdict("collections Ordered\u{200b}Dict"), "odd");
    }

    #[test]
    fn no_name_stands_in_both_tables() {
        for (module, names) in &ALLOW.exact {
            if let Names::Some(names) = names {
                for name in names {
                    assert!(!DENY.exactly(module, name), "{module} {name} stands in both tables");
                }
            }
        }
    }
}

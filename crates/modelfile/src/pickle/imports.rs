//! What a pickle imports and calls, judged by the policy; one finding for each name.

use std::collections::HashMap;

use super::policy::{Judgement, judge};
use super::value::{Texts, Value};
use crate::rules;
use crate::scan::{Scan, printable};

/// What a call of an import means for the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It makes an object.
    Plain,
    /// `numpy.dtype`.
    Dtype,
    /// `copyreg._reconstructor`, which makes an object of the class that it is given.
    Reconstructor,
    /// An array of joblib whose numbers follow.
    Array,
    /// An array of joblib in another file.
    ArrayElsewhere,
    /// Harmless only in one kind of call.
    Guarded,
}

impl Role {
    fn of(module: &str, name: &str, guarded: bool) -> Self {
        let joblib = module.strip_prefix("sklearn.externals.").unwrap_or(module);
        match (joblib, name) {
            _ if guarded => Self::Guarded,
            ("numpy", "dtype") => Self::Dtype,
            ("copyreg" | "copy_reg", "_reconstructor") => Self::Reconstructor,
            ("joblib.numpy_pickle" | "joblib.numpy_pickle_compat", name) => match name {
                "NumpyArrayWrapper" => Self::Array,
                "NDArrayWrapper" | "ZNDArrayWrapper" => Self::ArrayElsewhere,
                _ => Self::Plain,
            },
            _ => Self::Plain,
        }
    }
}

struct Import {
    module: String,
    name: String,
    offset: u64,
    role: Role,
    /// How often it came on the stack, and how often a harmless call took it from there.
    reached: u64,
    harmless: u64,
}

/// The imports of one file.
#[derive(Default)]
pub(super) struct Imports {
    list: Vec<Import>,
    /// By module and name as they stand in the file, with a break of a line between.
    numbers: HashMap<Box<[u8]>, u32>,
    key: Vec<u8>,
}

impl Imports {
    /// Notes an import and what the policy says of it.
    pub(super) fn add(
        &mut self,
        module: &[u8],
        name: &[u8],
        at: u64,
        scan: &mut Scan<'_>,
    ) -> Value {
        self.key.clear();
        self.key.extend_from_slice(module);
        self.key.push(b'\n');
        self.key.extend_from_slice(name);
        if let Some(number) = self.numbers.get(self.key.as_slice()) {
            let value = Value::Global(*number);
            self.reached(value);
            return value;
        }
        let module = String::from_utf8_lossy(module).into_owned();
        let name = String::from_utf8_lossy(name).into_owned();
        if self.list.len() >= scan.limits.imports_max {
            let most = scan.limits.imports_max;
            scan.find(&rules::LIMIT, at, format!("more than {most} different imports"));
            return Value::Unknown;
        }
        let shown = printable(&format!("{module}.{name}"));
        let mut guarded = false;
        match judge(&module, &name) {
            Judgement::Harmless => {}
            Judgement::Guarded => guarded = true,
            Judgement::Dangerous(why) => {
                scan.find(&rules::IMPORT_DANGEROUS, at, format!("imports `{shown}`, which {why}"));
            }
            Judgement::Odd => {
                let words = format!("imports `{shown}`, a name that no module has");
                scan.find(&rules::IMPORT_NAME_ODD, at, words);
            }
            Judgement::Unknown => {
                let words = format!("imports `{shown}`, which no known framework needs in a model");
                scan.find(&rules::IMPORT_UNKNOWN, at, words);
            }
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let role = Role::of(&module, &name, guarded);
        self.list.push(Import { module, name, offset: at, role, reached: 1, harmless: 0 });
        self.numbers.insert(self.key.as_slice().into(), number);
        Value::Global(number)
    }

    pub(super) fn role(&self, number: u32) -> Role {
        self.list.get(number as usize).map_or(Role::Plain, |import| import.role)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// A value was put on the stack once more.
    pub(super) fn reached(&mut self, value: Value) {
        if let Value::Global(number) = value
            && let Some(import) = self.list.get_mut(number as usize)
        {
            import.reached += 1;
        }
    }

    /// A call of the guarded `number`. `getattr` of a plain name on a harmless class is how members of
    /// enumerations and nested classes are pickled; anything else it does is an escape.
    pub(super) fn called(
        &mut self,
        number: u32,
        arguments: Option<&[Value]>,
        texts: &Texts,
        at: u64,
        scan: &mut Scan<'_>,
    ) {
        // A class of the standard library is unpickled by a method of its own of that name.
        let plain = |text: u32| {
            let name = texts.get(text);
            !name.is_empty()
                && (!name.starts_with(b"_") || name == b"_unpickle")
                && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        };
        let harmless = match arguments {
            Some([Value::Global(class), Value::Text(name)]) => {
                plain(*name)
                    && self.list.get(*class as usize).is_some_and(|class| {
                        class.name.starts_with(|c: char| c.is_ascii_uppercase())
                            && matches!(judge(&class.module, &class.name), Judgement::Harmless)
                    })
            }
            _ => false,
        };
        if harmless {
            if let Some(import) = self.list.get_mut(number as usize) {
                import.harmless += 1;
            }
        } else {
            scan.find(
                &rules::IMPORT_DANGEROUS,
                at,
                "calls `builtins.getattr` on something else than a harmless class",
            );
        }
    }

    /// Says which guarded imports were reached in a way that was not seen to be harmless.
    pub(super) fn finish(&self, scan: &mut Scan<'_>) {
        for import in self.list.iter().filter(|i| i.role == Role::Guarded && i.reached > i.harmless)
        {
            let shown = printable(&format!("{}.{}", import.module, import.name));
            let words =
                format!("imports `{shown}` and passes it on, so it can reach any attribute");
            scan.find(&rules::IMPORT_DANGEROUS, import.offset, words);
        }
    }
}

//! The opcodes that import, call and build: the ones through which a pickle runs code.

use super::imports::Role;
use super::joblib;
use super::machine::Machine;
use super::value::{OBJECTS, Value};
use crate::rules;
use crate::scan::{Scan, Step};
use crate::stream::Stream;

impl Machine<'_> {
    /// Follows one of them.
    pub(super) fn build(
        &mut self,
        opcode: u8,
        at: u64,
        stream: &mut Stream<'_>,
        scan: &mut Scan<'_>,
    ) -> Step<()> {
        let made = match opcode {
            b'c' | b'i' => {
                let most = scan.limits.name_bytes_max;
                let (module, long) = stream.line(most)?;
                let (name, longer) = stream.line(most)?;
                let global = if long || longer {
                    unresolved(at, scan, "its name is longer than any name");
                    Value::Unknown
                } else {
                    self.imports.add(&module, &name, at, scan)
                };
                if opcode == b'i' {
                    let height = self.mark(at);
                    let arguments = self.pack(height);
                    self.cut(height);
                    self.called(global, arguments, at, scan)
                } else {
                    global
                }
            }
            0x93 => {
                let name = self.pop(at);
                let module = self.pop(at);
                match (module, name) {
                    (Value::Text(module), Value::Text(name))
                        if self.texts.find(module).is_some() && self.texts.find(name).is_some() =>
                    {
                        self.texts.pin(module);
                        self.texts.pin(name);
                        let (module, name) = (self.texts.get(module), self.texts.get(name));
                        self.imports.add(module, name, at, scan)
                    }
                    (Value::Made(_) | Value::Computed, _)
                    | (_, Value::Made(_) | Value::Computed) => {
                        let words = "the name of an import is the result of a call";
                        scan.find(&rules::IMPORT_COMPUTED, at, words);
                        Value::Computed
                    }
                    _ => {
                        unresolved(at, scan, "its name was not kept or is no text");
                        Value::Unknown
                    }
                }
            }
            0x82..=0x84 => {
                let number = match opcode {
                    0x82 => u32::from(stream.array::<1>()?[0]),
                    0x83 => u32::from(u16::from_le_bytes(stream.array()?)),
                    _ => u32::from_le_bytes(stream.array()?),
                };
                let words = format!("imports number {number} of the copyreg registry");
                scan.find(&rules::EXTENSION_CODE, at, words);
                Value::Unknown
            }
            b'o' => {
                let height = self.mark(at);
                let callee = self.stack.get(height).copied().unwrap_or(Value::Unknown);
                let arguments = self.pack((height + 1).min(self.stack.len()));
                self.cut(height);
                self.called(callee, arguments, at, scan)
            }
            b'R' | 0x81 => {
                let arguments = self.pop(at);
                let callee = self.pop(at);
                self.called(callee, arguments, at, scan)
            }
            0x92 => {
                self.pop(at);
                let arguments = self.pop(at);
                let callee = self.pop(at);
                self.called(callee, arguments, at, scan)
            }
            _ => {
                let state = self.pop(at);
                return joblib::built(self, state, at, stream, scan);
            }
        };
        self.push(made);
        Ok(())
    }

    fn called(&mut self, callee: Value, arguments: Value, at: u64, scan: &mut Scan<'_>) -> Value {
        let Value::Global(number) = callee else {
            if matches!(callee, Value::Computed) {
                scan.find(&rules::IMPORT_COMPUTED, at, "what is called is the result of a call");
            }
            return Value::Computed;
        };
        let role = self.imports.role(number);
        if matches!(role, Role::Plain | Role::Array) {
            return Value::Made(number);
        }
        let packed = match arguments {
            Value::Tuple { at, len } => self.ring.get(at, len),
            _ => None,
        };
        let first = packed.as_deref().and_then(|values| values.first()).copied();
        match (role, first) {
            (Role::Dtype, Some(Value::Text(text))) => joblib::dtype(self.texts.get(text)),
            (Role::Dtype, _) => Value::Dtype(OBJECTS),
            (Role::Reconstructor, Some(Value::Global(class))) => Value::Made(class),
            (Role::ArrayElsewhere, Some(Value::Text(text))) => {
                joblib::outside(self.texts.get(text), at, scan);
                Value::Made(number)
            }
            (Role::Guarded, _) => {
                self.imports.called(number, packed.as_deref(), &self.texts, at, scan);
                Value::Made(number)
            }
            _ => Value::Made(number),
        }
    }
}

fn unresolved(at: u64, scan: &mut Scan<'_>, why: &str) {
    scan.find(&rules::IMPORT_UNRESOLVED, at, format!("an import cannot be followed: {why}"));
}

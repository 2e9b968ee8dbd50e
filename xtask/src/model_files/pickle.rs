//! Writes pickles, opcode by opcode. Nothing here reads or runs one.
//!
//! Opcodes are those of Python's `pickletools`. A [`Pickle`] is the text of a program for a stack
//! machine; each method appends one or a few instructions, so that what is said of a file can be
//! read beside it.

/// The command of every payload.
pub(crate) const COMMAND: &str = "echo annex";

/// The code of every payload that is Python.
pub(crate) const CODE: &str = "__import__('os').system('echo annex')";

/// A pickle that is being written.
#[derive(Clone, Default)]
pub(crate) struct Pickle {
    bytes: Vec<u8>,
}

/// One argument of a call.
#[derive(Clone, Copy)]
pub(crate) enum Arg {
    None,
    Text(&'static str),
    Bytes(&'static [u8]),
    Int(u8),
    Texts(&'static [&'static str]),
    Dict,
    Global(&'static str, &'static str),
}

impl Pickle {
    /// Begins one; protocols from 2 on say their number.
    pub(crate) fn new(protocol: u8) -> Self {
        let pickle = Self::default();
        if protocol >= 2 { pickle.op([0x80, protocol]) } else { pickle }
    }

    /// Instructions as they are.
    pub(crate) fn op(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.bytes.extend_from_slice(bytes.as_ref());
        self
    }

    /// `GLOBAL`: two lines of text.
    pub(crate) fn global(self, module: &str, name: &str) -> Self {
        self.op("c").op(module).op("\n").op(name).op("\n")
    }

    /// `STACK_GLOBAL`: two strings from the stack.
    pub(crate) fn stack_global(self, module: &str, name: &str) -> Self {
        self.short(module).short(name).op([0x93])
    }

    /// `INST`, with the arguments since the mark.
    pub(crate) fn inst(self, module: &str, name: &str) -> Self {
        self.op("i").op(module).op("\n").op(name).op("\n")
    }

    /// `BINUNICODE`.
    pub(crate) fn text(self, text: &str) -> Self {
        self.op("X").length(text.len()).op(text)
    }

    /// `SHORT_BINUNICODE`; longer strings than it can hold as `BINUNICODE`.
    pub(crate) fn short(self, text: &str) -> Self {
        match u8::try_from(text.len()) {
            Ok(length) => self.op([0x8c, length]).op(text),
            Err(_) => self.text(text),
        }
    }

    /// `UNICODE`: a line, with `\uXXXX` for what is not plain.
    pub(crate) fn line(self, text: &str) -> Self {
        self.op("V").op(text).op("\n")
    }

    /// `BINBYTES`.
    pub(crate) fn binary(self, bytes: &[u8]) -> Self {
        self.op("B").length(bytes.len()).op(bytes)
    }

    /// One argument, in the words of the protocol.
    pub(crate) fn arg(self, protocol: u8, arg: Arg) -> Self {
        match arg {
            Arg::None => self.op("N"),
            Arg::Text(text) => match protocol {
                0 => self.line(text),
                1..=3 => self.text(text),
                _ => self.short(text),
            },
            Arg::Bytes(bytes) => self.binary(bytes),
            Arg::Int(number) => match protocol {
                0 => self.op("I").op(number.to_string()).op("\n"),
                _ => self.op([b'K', number]),
            },
            Arg::Texts(texts) => {
                let list = self.op("(");
                texts.iter().fold(list, |list, text| list.arg(protocol, Arg::Text(text))).op("l")
            }
            Arg::Dict => self.op("(d"),
            Arg::Global(module, name) => self.callable(protocol, module, name),
        }
    }

    /// A global in the words of the protocol.
    pub(crate) fn callable(self, protocol: u8, module: &str, name: &str) -> Self {
        if protocol >= 4 { self.stack_global(module, name) } else { self.global(module, name) }
    }

    /// `REDUCE` with these arguments.
    pub(crate) fn reduce(self, protocol: u8, args: &[Arg]) -> Self {
        args.iter().fold(self.op("("), |pickle, arg| pickle.arg(protocol, *arg)).op("tR")
    }

    /// `REDUCE` with one string.
    pub(crate) fn call(self, text: &str) -> Self {
        self.text(text).op([0x85, b'R'])
    }

    /// The bytes, `STOP` included.
    pub(crate) fn stop(self) -> Vec<u8> {
        self.op(".").bytes
    }

    /// The bytes as they are.
    pub(crate) fn unfinished(self) -> Vec<u8> {
        self.bytes
    }

    fn length(self, length: usize) -> Self {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.op(length.to_le_bytes())
    }
}

/// The payload that most files carry: `os.system("echo annex")`.
pub(crate) fn system(protocol: u8) -> Vec<u8> {
    Pickle::new(protocol)
        .callable(protocol, "os", "system")
        .reduce(protocol, &[Arg::Text(COMMAND)])
        .stop()
}

/// A harmless pickle: an empty dict.
pub(crate) fn empty(protocol: u8) -> Vec<u8> {
    Pickle::new(protocol).op("(d").stop()
}

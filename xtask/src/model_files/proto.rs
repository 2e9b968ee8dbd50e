//! Writes protocol buffers: ONNX and TensorFlow need no more than these three kinds of fields.

/// A message that is being written.
#[derive(Clone, Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// A number.
    pub(crate) fn int(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    /// Text or bytes.
    pub(crate) fn text(mut self, field: u64, bytes: impl AsRef<[u8]>) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.as_ref().len() as u64);
        self.bytes.extend_from_slice(bytes.as_ref());
        self
    }

    /// A message in it.
    pub(crate) fn message(self, field: u64, message: &Self) -> Self {
        self.text(field, &message.bytes)
    }

    /// The bytes.
    pub(crate) fn done(self) -> Vec<u8> {
        self.bytes
    }

    fn varint(&mut self, mut value: u64) {
        loop {
            let [low, ..] = (value & 0x7f).to_le_bytes();
            value >>= 7;
            if value == 0 {
                self.bytes.push(low);
                return;
            }
            self.bytes.push(low | 0x80);
        }
    }
}

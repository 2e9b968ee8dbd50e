//! One writer at a time: an exclusive lock on the file `lock` in the folder.
//!
//! The lock is the system's (`flock`), so it ends with the process, however that ends. The file
//! says who holds it, for the one who waits; what it says after the lock is gone means nothing.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use crate::RegisterError;

/// How often a waiting writer tries again.
const POLL_MS: u64 = 20;

/// The most that is read of what a holder says of itself.
const HOLDER_BYTES_MAX: u64 = 1_000;

/// The lock, held until dropped.
#[derive(Debug)]
pub(crate) struct WriterLock(File);

impl WriterLock {
    /// Takes the lock, waiting for it no longer than `lock_wait_ms`.
    pub(crate) async fn take(
        folder: &Path,
        holder: &str,
        lock_wait_ms: u64,
    ) -> Result<Self, RegisterError> {
        let path = folder.join("lock");
        let io = |operation| {
            let path = path.clone();
            move |source| RegisterError::io(operation, &path, source)
        };
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(io("open"))?;
        let mut waited_ms = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if waited_ms >= lock_wait_ms => {
                    return Err(RegisterError::Locked { holder: holder_of(file) });
                }
                Err(TryLockError::WouldBlock) => {
                    let wait_ms = POLL_MS.min(lock_wait_ms - waited_ms);
                    tokio::time::sleep(Duration::from_millis(wait_ms)).await;
                    waited_ms += wait_ms;
                }
                Err(TryLockError::Error(source)) => return Err(io("lock")(source)),
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(holder.as_bytes()))
            .map_err(io("write"))?;
        Ok(Self(file))
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // Closing the file would do; a child process that inherited it must not keep the lock.
        let _ = self.0.unlock();
    }
}

/// What the holder wrote. It may be about to write it, hence the fallback.
fn holder_of(file: File) -> String {
    let mut bytes = Vec::new();
    let _ = file.take(HOLDER_BYTES_MAX).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let text: String = text.chars().filter(|character| !character.is_control()).collect();
    if text.trim().is_empty() { "another process".to_owned() } else { text.trim().to_owned() }
}

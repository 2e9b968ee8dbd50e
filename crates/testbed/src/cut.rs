//! A network that can be cut: a port that passes on to another one, until it does not.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

const PASSES: u8 = 0;
const SILENT: u8 = 1;
const CLOSED: u8 = 2;
const POLL_MS: u64 = 10;

/// A way to a port of this machine that can be cut.
#[derive(Debug, Clone)]
pub struct Cut {
    port: u16,
    state: Arc<AtomicU8>,
}

impl Cut {
    /// Opens a way to a port.
    ///
    /// # Panics
    /// When no port can be had.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(AtomicU8::new(PASSES));
        let cut = Self { port, state: Arc::clone(&state) };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { continue };
                if state.load(Ordering::SeqCst) == CLOSED {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let state = Arc::clone(&state);
                    std::thread::spawn(move || pass(from, to, &state));
                }
            }
        });
        cut
    }

    /// The port to use in place of the target.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Loses every byte from now on, and says nothing, as a pulled cable does.
    pub fn silence(&self) {
        self.state.store(SILENT, Ordering::SeqCst);
    }

    /// Ends every connection, and takes no new one.
    pub fn close(&self) {
        self.state.store(CLOSED, Ordering::SeqCst);
    }

    /// Passes new connections on again.
    pub fn mend(&self) {
        self.state.store(PASSES, Ordering::SeqCst);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, state: &AtomicU8) {
    let mut buffer = vec![0; 64 << 10];
    let mut lost = false;
    from.set_read_timeout(Some(Duration::from_millis(POLL_MS))).unwrap();
    loop {
        let state = state.load(Ordering::SeqCst);
        if state == CLOSED || (lost && state == PASSES) {
            break;
        }
        match from.read(&mut buffer) {
            Ok(0) => break,
            // What was lost once never arrives, so such a connection is dead.
            Ok(_) if state == SILENT => lost = true,
            Ok(read) => {
                if buffer.get(..read).is_none_or(|bytes| to.write_all(bytes).is_err()) {
                    break;
                }
            }
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) => {}
            Err(_) => break,
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

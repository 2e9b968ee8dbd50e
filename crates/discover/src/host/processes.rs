//! `/proc`: which processes run, how they were started, and on which ports they listen.
//!
//! A socket is told by its inode: the table of the kernel lists inodes with addresses, the
//! descriptors of a process name inodes. Where the descriptors may not be read, nobody knows whose
//! the address is, and that is said.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use procfs_core::net::{TcpNetEntries, TcpState};
use procfs_core::{ExplicitSystemInfo, FromReadSI as _};

use super::{Reader, forwards, is_absent, unread};

/// The most words of one command line.
const WORDS_MAX: usize = 4096;
/// The most descriptors of one process.
const DESCRIPTORS_MAX: usize = 1 << 16;
/// The largest table of sockets.
const TABLE_BYTES_MAX: u64 = 64 << 20;
/// The largest list of control groups.
const GROUPS_BYTES_MAX: u64 = 64 << 10;
/// How much of the id of a container is shown, as engines do.
const CONTAINER_CHARS: usize = 12;
/// What the kernel answers of a process that ended meanwhile (ESRCH).
const ENDED: i32 = 3;
/// Programs that pass on what arrives at a port, so that they say nothing of who serves there.
const FORWARDERS: [&str; 4] = ["docker-proxy", "rootlessport", "slirp4netns", "pasta"];

/// A process.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) words: Vec<String>,
    /// Its command line goes on after them.
    pub(super) cut: bool,
    /// The file that it runs, where that may be read.
    pub(super) program: Option<PathBuf>,
    /// The folder that it works in, where that may be read.
    pub(super) folder: Option<PathBuf>,
    /// The container that it runs in, by the beginning of its id.
    pub(super) container: Option<String>,
    /// Where it listens on the machine; `None`: it may not be read.
    pub(super) listening: Option<Vec<SocketAddr>>,
}

/// What runs.
#[derive(Debug, Default)]
pub(super) struct Processes {
    pub(super) all: Vec<Process>,
    /// Where something listens of which no process is known.
    pub(super) unowned: Vec<SocketAddr>,
}

/// An inode and the address that it listens at.
pub(super) type Listener = (u64, SocketAddr);

/// Reads all processes; what may not be read is skipped.
pub(super) fn read(reader: &mut Reader<'_>) -> Processes {
    let folder = reader.at("/proc");
    let mut pids = match pids(&folder, reader.limits.processes_max) {
        Ok(pids) if !pids.is_empty() => pids,
        Ok(_) => {
            reader.skip("processes", "/proc lists none: processes are read on Linux only");
            return Processes::default();
        }
        Err(error) if is_absent(&error) => {
            reader.skip("processes", "there is no /proc: processes are read on Linux only");
            return Processes::default();
        }
        Err(error) => {
            reader.skip("processes", unread(&error));
            return Processes::default();
        }
    };
    if pids.len() > reader.limits.processes_max {
        let most = reader.limits.processes_max;
        reader.skip("processes", format!("more than {most}: the others were not read"));
        pids.truncate(most);
    }
    if !folder.join("1").exists() {
        reader.skip("processes", "those of other users are hidden (hidepid): run as root");
    }
    let listeners = listeners(reader, &folder.join("net"));
    let (mut all, mut owned) = (Vec::new(), BTreeSet::new());
    let (mut unreadable, mut first) = (0_u64, 0);
    for pid in pids {
        reader.coverage.files_seen += 1;
        match process(&folder.join(pid.to_string()), pid, reader, &listeners, &mut owned) {
            Ok(process) => {
                reader.coverage.files_read += 1;
                // What the kernel runs itself has no words.
                all.extend(Some(process).filter(|process| !process.words.is_empty()));
            }
            Err(error) if has_ended(&error) => {}
            Err(_) => {
                unreadable += 1;
                first = if first == 0 { pid } else { first };
            }
        }
    }
    if unreadable > 0 {
        let reason = format!("{unreadable} may not be read, {first} the first: run as root");
        reader.skip("processes", reason);
    }
    forwards::resolve(reader, &mut all, &listeners, &mut owned);
    let unowned = listeners.iter().filter(|(inode, _)| !owned.contains(inode));
    Processes { unowned: unowned.map(|(_, address)| *address).collect(), all }
}

fn has_ended(error: &io::Error) -> bool {
    is_absent(error) || error.raw_os_error() == Some(ENDED)
}

/// The numbers of the processes, in order; one more than `most` at most.
fn pids(folder: &Path, most: usize) -> io::Result<Vec<u32>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        if let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() {
            all.push(pid);
        }
        if all.len() > most {
            break;
        }
    }
    all.sort_unstable();
    Ok(all)
}

fn process(
    folder: &Path,
    pid: u32,
    reader: &Reader<'_>,
    listeners: &[Listener],
    owned: &mut BTreeSet<u64>,
) -> io::Result<Process> {
    let mut bytes = Vec::new();
    let file = fs::File::open(folder.join("cmdline"))?;
    file.take(reader.limits.command_bytes_max).read_to_end(&mut bytes)?;
    let words = words(&bytes);
    let program = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
    let listening = match sockets(&folder.join("fd")) {
        Ok(inodes) => {
            let own = listeners.iter().filter(|(inode, _)| inodes.contains(inode));
            if !FORWARDERS.contains(&program) {
                owned.extend(own.clone().map(|(inode, _)| *inode));
            }
            Some(own.map(|(_, address)| *address).collect())
        }
        Err(error) if has_ended(&error) => Some(Vec::new()),
        Err(_) => None,
    };
    let groups = super::bytes(&folder.join("cgroup"), GROUPS_BYTES_MAX).unwrap_or_default();
    Ok(Process {
        pid,
        cut: bytes.len() as u64 >= reader.limits.command_bytes_max || words.len() >= WORDS_MAX,
        words,
        program: fs::read_link(folder.join("exe")).ok(),
        folder: fs::read_link(folder.join("cwd")).ok(),
        container: container(&String::from_utf8_lossy(&groups)),
        listening,
    })
}

/// The words of a command line, which end in zeros.
pub(super) fn words(bytes: &[u8]) -> Vec<String> {
    bytes
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

/// The inodes of the sockets that a process has open.
pub(super) fn sockets(folder: &Path) -> io::Result<BTreeSet<u64>> {
    let mut all = BTreeSet::new();
    for (count, entry) in fs::read_dir(folder)?.enumerate() {
        if count >= DESCRIPTORS_MAX {
            return Err(io::Error::other(format!("more than {DESCRIPTORS_MAX} descriptors")));
        }
        // One that was closed meanwhile is none.
        let Ok(target) = fs::read_link(entry?.path()) else { continue };
        let target = target.to_string_lossy();
        let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
        all.extend(inode.and_then(|inode| inode.parse::<u64>().ok()));
    }
    Ok(all)
}

/// What listens on the machine, over both versions of the protocol.
fn listeners(reader: &mut Reader<'_>, folder: &Path) -> Vec<Listener> {
    let mut all = Vec::new();
    for name in ["tcp", "tcp6"] {
        match table(&folder.join(name)) {
            Ok(found) => all.extend(found),
            // A machine without the sixth version has no table of it.
            Err(error) if name == "tcp6" && is_absent(&error) => {}
            Err(error) => {
                let reason = format!("{}; which ports are open is not known", unread(&error));
                reader.skip(format!("/proc/net/{name}"), reason);
            }
        }
    }
    all
}

/// What a table of the kernel lists as listening.
pub(super) fn table(path: &Path) -> io::Result<Vec<Listener>> {
    let file = fs::File::open(path)?.take(TABLE_BYTES_MAX);
    let system = ExplicitSystemInfo {
        boot_time_secs: 0,
        ticks_per_second: 0,
        page_size: 0,
        is_little_endian: cfg!(target_endian = "little"),
    };
    let table = TcpNetEntries::from_read(file, &system).map_err(io::Error::other)?;
    let listening = table.0.into_iter().filter(|entry| entry.state == TcpState::Listen);
    Ok(listening.map(|entry| (entry.inode, entry.local_address)).collect())
}

/// The container that control groups name: engines call a group by the id, 64 hexadecimal digits.
fn container(groups: &str) -> Option<String> {
    let id = groups
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|part| part.len() == 64 && part.bytes().all(|b| b.is_ascii_hexdigit()))?;
    id.get(..CONTAINER_CHARS).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_container_is_told_by_its_control_group() {
        let id = "0123456789abcdef".repeat(4);
        for group in [
            format!("0::/system.slice/docker-{id}.scope\n"),
            format!("12:memory:/docker/{id}\n11:cpu:/\n"),
            format!("0::/kubepods/besteffort/pod1f2e/cri-containerd-{id}.scope\n"),
        ] {
            assert_eq!(container(&group).as_deref(), Some("0123456789ab"), "{group}");
        }
        assert_eq!(container("0::/user.slice/user-1000.slice/session-2.scope\n"), None);
    }

    #[test]
    fn what_reaches_the_end_of_a_table_is_no_address() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tcp");
        fs::write(&path, "head\n 0: 0100007F:1F90 0000").expect("a file");
        assert!(table(&path).is_err());
        fs::write(&path, b"head\n\xff\xfe").expect("a file");
        assert!(table(&path).is_err());
    }

    proptest! {
        #[test]
        fn words_hold_no_zeros_and_are_bounded(bytes: Vec<u8>) {
            let words = words(&bytes);
            prop_assert!(words.len() <= bytes.len());
            prop_assert!(words.iter().all(|word| !word.is_empty() && !word.contains('\0')));
        }
    }
}

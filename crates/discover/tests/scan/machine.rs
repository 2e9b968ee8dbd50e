//! A tree that looks like a machine, and what a look at it tells.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use annex_discover::{DiscoverError, Host, Limits, Options, scan_host};
use annex_isms::Instant;
use annex_isms::observation::{ObservationBatch, Seen, SeenAsset};
use tempfile::TempDir;

use super::{known, shown};

/// A machine in a folder.
pub(crate) struct Machine {
    folder: TempDir,
}

impl Machine {
    /// One on which a program runs that has nothing to do with AI.
    pub(crate) fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().expect("a folder") };
        machine.write("proc/sys/kernel/hostname", "desk-1\n");
        machine.write("etc/passwd", "lee:x:1:1::/users/lee:/bin/sh\nroot:x:0:0::/:/bin/sh\n");
        machine.listen(&[]);
        machine.process(1, &["/sbin/init"], &[]);
        machine
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, bytes).expect("a file");
    }

    /// A process with the sockets that it has open.
    pub(crate) fn process(&self, pid: u32, words: &[&str], inodes: &[u64]) {
        let command = words.join("\0");
        self.write(&format!("proc/{pid}/cmdline"), command + "\0");
        let descriptors = self.path(&format!("proc/{pid}/fd"));
        fs::create_dir_all(&descriptors).expect("a folder");
        for (number, inode) in (3..).zip(inodes) {
            let link = descriptors.join(number.to_string());
            symlink(format!("socket:[{inode}]"), link).expect("a link");
        }
    }

    /// The table of sockets that listen: address as the kernel writes it, and inode.
    pub(crate) fn listen(&self, sockets: &[(&str, u64)]) {
        self.listen_in("proc/net", sockets);
    }

    /// The same, in a network that only some processes see.
    pub(crate) fn listen_in(&self, folder: &str, sockets: &[(&str, u64)]) {
        let mut tables =
            [String::from("  sl  local_address rem_address\n"), String::from("  sl\n")];
        for (address, inode) in sockets {
            let sixth = usize::from(address.len() > "7F000001:0000".len());
            let remote = ["00000000:0000", "00000000000000000000000000000000:0000"][sixth];
            writeln!(
                tables[sixth],
                "   0: {address} {remote} 0A 00000000:00000000 00:00000000 00000000  1000        0 {inode} 1 0000000000000000 100 0 0 10 0"
            )
            .expect("text");
        }
        self.write(&format!("{folder}/tcp"), &tables[0]);
        self.write(&format!("{folder}/tcp6"), &tables[1]);
    }

    pub(crate) fn scanned_with(
        &self,
        folders: &[&str],
        limits: &Limits,
    ) -> Result<ObservationBatch, DiscoverError> {
        let host = Host {
            root: self.folder.path().to_owned(),
            environment: &|name| (name == "HF_HOME").then(|| "/srv/hf".to_owned()),
            folders: folders.iter().map(PathBuf::from).collect(),
        };
        let options = Options { repository: None, clock: &|| Instant::from_microseconds(0) };
        scan_host(&host, &known(), limits, &options)
    }

    pub(crate) fn scanned(&self) -> ObservationBatch {
        self.scanned_with(&[], &Limits::default()).expect("a scan")
    }
}

pub(crate) fn asset<'a>(batch: &'a ObservationBatch, key: &str) -> &'a SeenAsset {
    let found = batch.assets.iter().find(|asset| asset.key.to_string() == key);
    found.unwrap_or_else(|| panic!("no {key} in\n{}", shown(batch)))
}

pub(crate) fn places(asset: &SeenAsset) -> Vec<String> {
    asset.locations.iter().map(ToString::to_string).collect()
}

pub(crate) fn observed(batch: &ObservationBatch, key: &str, attribute: &str) -> Option<String> {
    batch.observations.iter().find_map(|seen| match &seen.subject {
        Seen::Asset(asset) if asset.to_string() == key && seen.attribute.as_str() == attribute => {
            Some(seen.value.to_string())
        }
        _ => None,
    })
}

//! Files of data, and others that are too large to be read whole.

use super::Reader;
use super::bytes::head;
use crate::find::{classes, data_files};
use crate::walk::{File, Skip};
use crate::weights;

impl Reader<'_> {
    /// Data is only looked at: how it begins shows whether models are trained on it.
    pub(super) fn data(&mut self, file: &File) {
        if let Ok(head) = head(file, self.limits.sniff_bytes_max) {
            self.reading.coverage.bytes_read += head.len() as u64;
            if !file.is_test() {
                self.records(&file.path, &head);
            }
            self.reading.coverage.files_ignored += 1;
        } else {
            self.skip(file, "cannot be read".to_owned());
        }
    }

    /// A data set, and what its fields are called. Whether it is one.
    pub(super) fn records(&mut self, path: &str, head: &str) -> bool {
        let out = &mut self.reading.findings;
        let found = data_files::file(path, head, out);
        if found {
            classes::records(path, head, out);
        }
        found
    }

    /// Weights: only the header is read.
    pub(super) fn weights(&mut self, file: &File) {
        let (weights, unread) = weights::read(&file.path, &file.full);
        match unread {
            None => self.reading.coverage.files_read += 1,
            Some(unread) => {
                let matters = !unread.pointer && !file.is_test();
                self.skips.push(Skip::new(file.path.clone(), unread.reason, matters));
            }
        }
        if !file.is_test() {
            self.reading.weights.extend(weights);
        }
    }

    pub(super) fn large(&mut self, file: &File) {
        let mut found = false;
        if let Ok(head) = head(file, self.limits.sniff_bytes_max) {
            self.reading.coverage.bytes_read += head.len() as u64;
            if !file.is_test() {
                found = self.records(&file.path, &head);
            }
        }
        let reason = format!(
            "{} bytes, more than {} (file_bytes_max): only its beginning was looked at",
            file.bytes, self.limits.file_bytes_max
        );
        let matters = !found && !file.is_test();
        self.skips.push(Skip::new(file.path.clone(), reason, matters));
    }
}

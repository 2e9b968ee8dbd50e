//! A difference of bills of materials reads what any tool may have written.

use annex_bom::{Bill, diff};

/// A bill is read or refused, twice in the same way; it differs in nothing from itself, and from
/// another by what the other lacks, seen from both sides. A zero byte parts the two.
///
/// # Panics
///
/// When that is not so.
pub fn bom_diff(bytes: &[u8]) {
    let mut bills = bytes.splitn(2, |byte| *byte == 0).filter_map(|bytes| {
        let (once, again) = (Bill::read("a.json", bytes), Bill::read("a.json", bytes));
        match (once, again) {
            (Ok(once), Ok(again)) => {
                assert_eq!(once, again);
                assert!(diff(&once, &again).is_empty(), "{once:?}");
                Some(once)
            }
            (Err(once), Err(again)) => {
                assert_eq!(once.to_string(), again.to_string());
                None
            }
            _ => panic!("read once and refused once"),
        }
    });
    if let (Some(old), Some(new)) = (bills.next(), bills.next()) {
        let (there, back) = (diff(&old, &new), diff(&new, &old));
        assert_eq!(there.added, back.removed);
        assert_eq!(there.removed, back.added);
        assert_eq!(there.changed.len(), back.changed.len());
        assert!(there.changed.iter().all(|part| !part.changes.is_empty()), "{there:?}");
    }
}

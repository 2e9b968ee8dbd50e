//! Archives and pickles, built byte by byte.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

/// A pickle that calls `os.system`.
pub(crate) const EVIL: &[u8] = b"\x80\x04cos\nsystem\n\x8c\x02id\x85R.";
/// A pickle of an empty dictionary with an order, as state dicts begin.
pub(crate) const GOOD: &[u8] = b"\x80\x02ccollections\nOrderedDict\n)R.";

/// A member of an archive, with what its headers say.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) data: Vec<u8>,
    pub(crate) flags: [u16; 2],
    pub(crate) method: [u16; 2],
    pub(crate) crc: Option<u32>,
    pub(crate) listed: bool,
}

pub(crate) fn member(name: &'static str, data: &[u8]) -> Member {
    let data = data.to_vec();
    Member { name, data, flags: [0, 0], method: [0, 0], crc: None, listed: true }
}

/// An archive of stored members.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for member in members {
        let at = u32::try_from(out.len()).unwrap();
        let crc = member.crc.unwrap_or_else(|| crc32fast::hash(&member.data)).to_le_bytes();
        let size = u32::try_from(member.data.len()).unwrap().to_le_bytes();
        let name = u16::try_from(member.name.len()).unwrap().to_le_bytes();
        let common = |which: usize| {
            [
                &[20, 0][..],
                &member.flags[which].to_le_bytes(),
                &member.method[which].to_le_bytes(),
                &[0; 4],
                &crc,
                &size,
                &size,
                &name,
                &[0; 2],
            ]
            .concat()
        };
        out.extend([&b"PK\x03\x04"[..], &common(0), member.name.as_bytes(), &member.data].concat());
        if member.listed {
            directory.extend([&b"PK\x01\x02\x14\x00"[..], &common(1), &[0; 10]].concat());
            directory.extend(at.to_le_bytes());
            directory.extend(member.name.as_bytes());
        }
    }
    let count = u16::try_from(members.iter().filter(|member| member.listed).count()).unwrap();
    let at = u32::try_from(out.len()).unwrap();
    let bytes = u32::try_from(directory.len()).unwrap();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend([bytes.to_le_bytes(), at.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

/// A torch archive around a pickle.
pub(crate) fn torch(pickle: &[u8]) -> Vec<Member> {
    vec![
        member("archive/data.pkl", pickle),
        member("archive/version", b"3\n"),
        member("archive/data/0", &[0x80, 2, 0, 0]),
    ]
}

/// A tar archive: name, kind, link target and data of each member.
pub(crate) fn tar(members: &[(&str, u8, &str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, kind, target, data) in members {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[100..107].copy_from_slice(b"0000644");
        block[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
        block[148..156].fill(b' ');
        block[156] = *kind;
        block[157..157 + target.len()].copy_from_slice(target.as_bytes());
        block[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend(block);
        out.extend(*data);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

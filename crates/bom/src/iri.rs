//! Texts that stand where a format wants an IRI: foreign ones are checked, our own are encoded.

use std::fmt::Write as _;

/// Percent-encodes every byte but letters, digits and `-._~`.
pub(crate) fn encoded(text: &str) -> String {
    encoded_but(text, b"")
}

/// The same, leaving the bytes of `kept` as well.
pub(crate) fn encoded_but(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Whether `text` is a URL as an endpoint has one: scheme, host of letters, digits, dots and
/// hyphens, port, and a path in plain ASCII. Anything else (a host from a variable, an IPv6
/// literal) is not taken for one.
pub(crate) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let scheme_good = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    let host_good =
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    let port_good = port.parse::<u16>().is_ok() && !port.starts_with('+');
    let mut bytes = path.bytes();
    let mut fragments = 0;
    while let Some(byte) = bytes.next() {
        let good = match byte {
            b'%' => [bytes.next(), bytes.next()]
                .iter()
                .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            b'#' => {
                fragments += 1;
                fragments == 1
            }
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte),
        };
        if !good {
            return false;
        }
    }
    scheme_good && host_good && port_good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_what_only_looks_like_one() {
        for good in ["https://api.openai.com/v1", "http://qdrant:6333", "redis://a-b.c/0?x=%20#y"] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "qdrant",
            "http://",
            "http://${HOST}/v1",
            "http://a b",
            "http://a/%zz",
            "http://a/%2",
            "http://a/#b#c",
            "http://[::1]:80",
            "http://a:99999",
            "http://a:+1",
            "1http://a",
            "http://ü",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn everything_that_could_end_a_part_is_encoded() {
        assert_eq!(encoded("a/b@c#d é"), "a%2Fb%40c%23d%20%C3%A9");
        assert_eq!(encoded_but("a/b", b"/"), "a/b");
    }
}

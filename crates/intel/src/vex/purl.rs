//! Package URLs, as far as statements need them: does this one name that dependency?

use annex_isms::{Dependency, Ecosystem};

/// Whether a package URL names a dependency. Without a version it names every version.
///
/// Qualifiers and subpaths narrow what is named to something that is not known of a dependency,
/// so a package URL with one names none: a match stays rather than goes.
pub(super) fn names(purl: &str, dependency: &Dependency) -> bool {
    parse(purl).is_some_and(|(ecosystem, name, version)| {
        ecosystem == dependency.ecosystem
            && name == dependency.ecosystem.normalised(&dependency.name)
            && (version.is_none() || version == dependency.version)
    })
}

/// Whether two names of products are the same; a version counts when both have one.
pub(super) fn same_product(left: &str, right: &str) -> bool {
    match (parse(left), parse(right)) {
        (Some((a, name, v)), Some((b, other, w))) => {
            a == b && name == other && (v.is_none() || w.is_none() || v == w)
        }
        _ => left == right,
    }
}

fn parse(purl: &str) -> Option<(Ecosystem, String, Option<String>)> {
    let rest = purl.trim().strip_prefix("pkg:")?.trim_start_matches('/');
    if rest.contains(['?', '#']) {
        return None;
    }
    let (kind, rest) = rest.split_once('/')?;
    let ecosystem = Ecosystem::from_purl_type(kind)?;
    // The `@` of an npm scope stands at the beginning of its part, that of a version never does.
    let at = rest.rfind('@').filter(|at| *at > 0 && !rest[..*at].ends_with('/'));
    let (path, version) = match at {
        Some(at) => (&rest[..at], Some(decoded(&rest[at + 1..])?)),
        None => (rest, None),
    };
    let parts: Option<Vec<String>> =
        path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let separator = if ecosystem == Ecosystem::Maven { ":" } else { "/" };
    let name = ecosystem.normalised(&parts?.join(separator));
    (!name.is_empty()).then_some((ecosystem, name, version))
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_url_names_what_it_was_made_from() {
        for (ecosystem, name, version) in [
            (Ecosystem::Npm, "@langchain/core", "0.1.5"),
            (Ecosystem::Pypi, "Lang_chain", "1!2.0+cu118"),
            (Ecosystem::Maven, "org.apache:a-b", "1.0"),
            (Ecosystem::Go, "github.com/A/b/v2", "v2.0.0+incompatible"),
        ] {
            let dependency = Dependency::new(ecosystem, name, Some(version));
            assert!(names(&dependency.purl(), &dependency), "{}", dependency.purl());
            let any = Dependency::new(ecosystem, name, None);
            assert!(names(&any.purl(), &dependency), "{}", any.purl());
            assert!(!names(&dependency.purl(), &any), "{}", any.purl());
        }
        assert!(names(
            "pkg:npm/@langchain/core",
            &Dependency::new(Ecosystem::Npm, "@langchain/core", Some("1.0.0"))
        ));
    }

    #[test]
    fn what_is_narrower_or_broken_names_nothing() {
        let dependency = Dependency::new(Ecosystem::Pypi, "torch", Some("2.1.0"));
        for purl in [
            "pkg:pypi/torch@2.1.1",
            "pkg:pypi/torch?arch=arm64",
            "pkg:npm/torch",
            "torch",
            "pkg:pypi/",
            "pkg:pypi/%zz",
            "pkg:pypi/torch@%f",
            "pkg:pypi/torch#sub",
        ] {
            assert!(!names(purl, &dependency), "{purl}");
        }
        assert!(same_product("pkg:pypi/app", "pkg:pypi/App@1"));
        assert!(same_product("urn:ours", "urn:ours") && !same_product("urn:ours", "urn:theirs"));
    }
}

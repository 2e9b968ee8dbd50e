//! Orders that the ecosystems themselves document, scheme by scheme.

use super::*;

fn version(scheme: Scheme, text: &str) -> Version {
    Version::parse(scheme, text).unwrap_or_else(|error| panic!("{error}"))
}

/// Every version of the list is smaller than the next.
fn ascending(scheme: Scheme, texts: &[&str]) {
    for (at, left) in texts.iter().enumerate() {
        for right in &texts[at + 1..] {
            let (a, b) = (version(scheme, left), version(scheme, right));
            assert_eq!(a.compare(&b), Some(Ordering::Less), "{left} < {right}");
            assert_eq!(b.compare(&a), Some(Ordering::Greater), "{right} > {left}");
        }
    }
}

fn equal(scheme: Scheme, pairs: &[(&str, &str)]) {
    for (left, right) in pairs {
        let order = version(scheme, left).compare(&version(scheme, right));
        assert_eq!(order, Some(Ordering::Equal), "{left} = {right}");
    }
}

fn refused(scheme: Scheme, texts: &[&str]) {
    for text in texts {
        assert!(Version::parse(scheme, text).is_err(), "{text}");
    }
}

#[test]
fn python() {
    ascending(
        Scheme::Pep440,
        &[
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0b2",
            "1.0rc1",
            "1.0",
            "1.0+abc",
            "1.0+5",
            "1.0.post1.dev1",
            "1.0.post1",
            "1.1.dev1",
            "1.10",
            "2012.4",
            "1!0.1",
        ],
    );
    equal(Scheme::Pep440, &[("1.0", "1.0.0"), ("v1.0-ALPHA_1", "1a1"), ("1.0-1", "1.0.post1")]);
    refused(Scheme::Pep440, &["", "1.0-x", "latest", ">=1", "2.x"]);
    let (used, named) = (version(Scheme::Pep440, "2.1.0+cu118"), version(Scheme::Pep440, "2.1.0"));
    assert_eq!(used.compare(&named), Some(Ordering::Greater));
    assert_eq!(used.compare_to_named(&named), Some(Ordering::Equal));
    assert_eq!(used.compare_to_named(&used), Some(Ordering::Equal));
}

#[test]
fn semantic_versions() {
    ascending(
        Scheme::Semantic,
        &[
            "0.0.0-0",
            "0.0.0-20200101000000-abcdef123456",
            "0.0.1",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-beta.99999999999999999999999",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.10",
            "1.10.0",
        ],
    );
    equal(
        Scheme::Semantic,
        &[
            ("v1.2.3", "1.2.3"),
            ("1.2", "1.2.0"),
            ("2.0.0+incompatible", "v2.0.0"),
            ("=1.0.0+a", "1.0.0+b"),
        ],
    );
    refused(
        Scheme::Semantic,
        &[
            "",
            "1.x",
            "^1.0.0",
            "1.0.0.0",
            "01.0.0",
            "1.0.0-01",
            "1.0.0-",
            "1.0.0+",
            "1..0",
            "latest",
            "99999999999999999999.0.0",
        ],
    );
}

#[test]
fn nuget() {
    ascending(
        Scheme::Nuget,
        &["1.0.0-Alpha", "1.0.0-alpha.2", "1.0.0-BETA", "1.0.0", "1.0.0.1", "1.0.1", "1.2"],
    );
    equal(Scheme::Nuget, &[("1.0", "1.0.0.0"), ("1.01.0", "1.1.0"), ("1.0.0-RC1", "1.0.0-rc1+x")]);
    refused(Scheme::Nuget, &["1.0.0.0.0", "[1.0]", "1.*"]);
}

#[test]
fn maven() {
    ascending(
        Scheme::Maven,
        &[
            "1-alpha2snapshot",
            "1-alpha2",
            "1-alpha-123",
            "1-beta-2",
            "1-beta123",
            "1-m2",
            "1-m11",
            "1-rc",
            "1-cr2",
            "1-rc123",
            "1-SNAPSHOT",
            "1",
            "1-sp",
            "1-sp2",
            "1-sp123",
            "1-abc",
            "1-def",
            "1-pom-1",
            "1-1-snapshot",
            "1-1",
            "1-2",
            "1-123",
            "1.1",
            "2.0.0.Final",
            "2.0.1",
        ],
    );
    equal(
        Scheme::Maven,
        &[
            ("1", "1.0.0"),
            ("1", "1-ga"),
            ("1.0.0.Final", "1"),
            ("1.RELEASE", "1"),
            ("1-a1", "1-alpha-1"),
            ("1-cr1", "1-rc1"),
            ("1x", "1.0.0-x"),
            ("1.00099999999999999999999", "1.99999999999999999999"),
        ],
    );
    refused(Scheme::Maven, &["", &"1".repeat(VERSION_BYTES_MAX + 1)]);
}

#[test]
fn schemes_do_not_mix() {
    let (python, maven) = (version(Scheme::Pep440, "1"), version(Scheme::Maven, "1"));
    assert_eq!(python.compare(&maven), None);
}

proptest::proptest! {
    /// Each scheme's order is one: seen from both sides, and carried over. Maven's own is not
    /// (`2ga` = `2` < `2.x-a` < `2ga`), and nothing may rely on it.
    #[test]
    fn orders_are_orders(texts in proptest::collection::vec(
        "[0-2](([.-]?)(0|1|10|a|b|rc|sp|ga|x|dev|post|alpha)){0,5}(\\+[a1]{1,2})?", 3,
    )) {
        for scheme in [Scheme::Pep440, Scheme::Semantic, Scheme::Nuget, Scheme::Maven] {
            let read: Vec<Version> =
                texts.iter().filter_map(|text| Version::parse(scheme, text).ok()).collect();
            let order = |a: &Version, b: &Version| a.compare(b).expect("one scheme");
            for a in &read {
                for b in &read {
                    proptest::prop_assert_eq!(order(a, b), order(b, a).reverse(), "{:?}", texts);
                    for c in &read {
                        if scheme != Scheme::Maven && order(a, b).is_le() && order(b, c).is_le() {
                            proptest::prop_assert!(order(a, c).is_le(), "{:?} {:?}", scheme, texts);
                        }
                    }
                }
            }
        }
    }

    /// Looking a version up among those that are listed is comparing it with each of them.
    #[test]
    fn a_listed_version_is_found_however_it_is_written(
        listed in proptest::collection::vec("[0-1](\\.[0-1]){0,2}(a1|\\.post1)?(\\+[ab]1?)?", 0..12),
        used in "[0-1](\\.[0-1]){0,2}(a1|\\.post1)?(\\+[ab]1?)?",
    ) {
        for scheme in [Scheme::Pep440, Scheme::Semantic, Scheme::Nuget, Scheme::Maven] {
            let Ok(used) = Version::parse(scheme, &used) else { continue };
            let read = || listed.iter().filter_map(|text| Version::parse(scheme, text).ok());
            let each = read().any(|one| used.compare_to_named(&one) == Some(Ordering::Equal));
            proptest::prop_assert_eq!(Versions::new(scheme, read().collect()).hold(&used), each);
        }
    }
}

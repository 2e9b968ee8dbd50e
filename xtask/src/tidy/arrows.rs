//! Which crate may depend on which. `ARCHITECTURE.md` explains the layers; this is the law.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use serde_json::Value;

/// A crate of the workspace, its layer, and the crates of the workspace that it may use.
struct Room {
    layer: u8,
    name: &'static str,
    uses: &'static [&'static str],
    /// What only its tests may use besides.
    tests_use: &'static [&'static str],
}

const fn room(layer: u8, name: &'static str, uses: &'static [&'static str]) -> Room {
    Room { layer, name, uses, tests_use: &[] }
}

/// An arrow only points to a lower layer.
const ROOMS: &[Room] = &[
    room(0, "annex-isms", &[]),
    // For tests alone: nothing that is shipped uses it.
    room(0, "annex-testbed", &[]),
    room(1, "annex-settings", &["annex-isms"]),
    room(1, "annex-egress", &["annex-isms"]),
    room(2, "annex-identity", &["annex-isms", "annex-egress"]),
    room(1, "annex-policy", &["annex-isms"]),
    room(1, "annex-ledger", &[]),
    room(1, "annex-blobs", &["annex-isms"]),
    room(1, "annex-modelfile", &["annex-isms"]),
    room(2, "annex-catalog", &["annex-isms", "annex-policy"]),
    // Its tests run on both databases.
    Room {
        layer: 3,
        name: "annex-register",
        uses: &["annex-isms", "annex-ledger"],
        tests_use: &["annex-testbed"],
    },
    room(3, "annex-assess", &["annex-isms", "annex-policy", "annex-catalog"]),
    room(3, "annex-intel", &["annex-isms"]),
    room(3, "annex-bom", &["annex-isms"]),
    room(3, "annex-seal", &["annex-isms"]),
    // Its tests may read the packages and providers that the catalogue knows by name; the crate
    // itself is given them.
    Room {
        layer: 3,
        name: "annex-discover",
        uses: &["annex-isms", "annex-modelfile"],
        tests_use: &["annex-catalog"],
    },
    // Its tests compile a small catalogue of their own.
    Room {
        layer: 3,
        name: "annex-report",
        uses: &["annex-isms", "annex-catalog", "annex-ledger"],
        tests_use: &["annex-policy"],
    },
    room(
        4,
        "annex-operations",
        &[
            "annex-isms",
            "annex-settings",
            "annex-policy",
            "annex-ledger",
            "annex-blobs",
            "annex-catalog",
            "annex-register",
            "annex-assess",
            "annex-discover",
            "annex-report",
        ],
    ),
    room(5, "annex-notify", &["annex-isms", "annex-egress", "annex-operations"]),
    room(5, "annex-machine", &["annex-isms", "annex-operations"]),
    // Its tests open a workplace as the binary does.
    Room {
        layer: 5,
        name: "annex-web",
        uses: &[
            "annex-isms",
            "annex-identity",
            "annex-catalog",
            "annex-operations",
            "annex-report",
        ],
        tests_use: &["annex-settings", "annex-egress", "annex-testbed"],
    },
    // Its tests keep the register on a real PostgreSQL too.
    Room {
        layer: 6,
        name: "annexd",
        uses: &[
            "annex-isms",
            "annex-settings",
            "annex-egress",
            "annex-identity",
            "annex-operations",
            "annex-machine",
            "annex-notify",
            "annex-web",
        ],
        tests_use: &["annex-ledger", "annex-register", "annex-testbed"],
    },
    // Its tests start a server to work against.
    Room {
        layer: 6,
        name: "annex",
        uses: &[
            "annex-isms",
            "annex-bom",
            "annex-settings",
            "annex-egress",
            "annex-ledger",
            "annex-catalog",
            "annex-report",
            "annex-intel",
            "annex-modelfile",
            "annex-seal",
            "annex-operations",
            "annex-machine",
        ],
        tests_use: &["annex-web"],
    },
    // Its tests measure the scanner by the corpus that it writes.
    Room {
        layer: 7,
        name: "xtask",
        uses: &["annex-isms", "annex-settings", "annex-catalog"],
        tests_use: &["annex-modelfile"],
    },
];

/// Libraries that only some crates may use, and why.
const OWNED: &[(&str, &[&str], &str)] = &[
    ("anyhow", &["annex", "xtask"], "a library's errors are types"),
    (
        "axum",
        &["annex-web", "annexd", "annex"],
        "only the server, and tests beside it, answer requests",
    ),
    ("cedar-policy", &["annex-policy"], "policy is the only user of Cedar"),
    ("clap", &["annex", "annexd"], "only binaries have arguments"),
    ("ed25519-dalek", &["annex-ledger", "annex-seal"], "only the ledger and seals sign"),
    ("fantoccini", &["annexd"], "only the tests of the server drive a browser"),
    ("getrandom", &["annex-machine"], "randomness comes in as an argument"),
    ("hyper-rustls", &["annex-egress"], "only egress asks the network"),
    (
        "hyper-util",
        &["annex-egress", "annexd"],
        "only egress, and tests of the server, ask over HTTP",
    ),
    ("include_dir", &["annex-catalog"], "only the catalogue is embedded"),
    ("hmac", &["annex-notify"], "only what is sent to webhooks is signed by it"),
    ("lettre", &["annex-egress"], "only egress sends mail"),
    ("maud", &["annex-report", "annex-web"], "only reports and pages write HTML"),
    ("openidconnect", &["annex-identity"], "only identity reads what providers say"),
    ("p256", &["annex-seal"], "only seals sign models"),
    ("p384", &["annex-seal"], "only seals sign models"),
    ("p521", &["annex-seal"], "only seals sign models"),
    ("prometheus-client", &["annex-web"], "only the server tells figures of itself"),
    ("rsa", &["annex-seal"], "only certificates are verified with RSA"),
    ("rustls-webpki", &["annex-seal"], "only seals judge certificates"),
    ("sea-orm", &["annex-register"], "only the register speaks SQL"),
    ("sqlx", &["annex-register"], "only the register speaks SQL"),
    (
        "tokio",
        &[
            "annex-egress",
            "annex-identity",
            "annex-register",
            "annex-operations",
            "annex-notify",
            "annex-web",
            "annexd",
            "annex",
        ],
        "what is pure stays synchronous",
    ),
    ("tree-sitter", &["annex-discover"], "only discovery reads source code"),
];

/// Libraries that no crate may use directly, and why.
const BANNED: &[(&str, &str)] = &[
    ("chrono", "time is `annex_isms::Instant`"),
    ("curl", "`annex_egress` is the only door to the network"),
    ("hyper", "`annex_egress` is the only door to the network"),
    ("lazy_static", "`std::sync::LazyLock`"),
    ("once_cell", "`std::sync::LazyLock`"),
    ("openssl", "no OpenSSL"),
    ("rand", "randomness comes in as an argument"),
    ("reqwest", "`annex_egress` is the only door to the network"),
    ("ureq", "`annex_egress` is the only door to the network"),
];

/// Checks every package of the workspace.
pub(crate) fn check(metadata: &Value, faults: &mut Vec<String>) -> anyhow::Result<()> {
    let packages = metadata["packages"].as_array().context("there are no `packages`")?;
    let rooms: BTreeMap<&str, &Room> = ROOMS.iter().map(|room| (room.name, room)).collect();
    let mut seen = BTreeSet::new();
    for package in packages {
        let name = package["name"].as_str().context("a package has no name")?;
        let Some(room) = rooms.get(name) else {
            faults.push(format!(
                "{name}: not in the table of rooms; add it to xtask/src/tidy/arrows.rs and to ARCHITECTURE.md"
            ));
            continue;
        };
        seen.insert(name);
        let manifest = package["manifest_path"].as_str().context("a package has no manifest")?;
        lints(name, manifest, faults)?;
        for dependency in package["dependencies"].as_array().context("no `dependencies`")? {
            let used = dependency["name"].as_str().context("a dependency has no name")?;
            let test = dependency["kind"].as_str() == Some("dev");
            arrow(room, used, test, &rooms, faults);
        }
    }
    for room in ROOMS.iter().filter(|room| !seen.contains(room.name)) {
        faults.push(format!("{}: in the table of rooms, not in the workspace", room.name));
    }
    Ok(())
}

fn arrow(
    room: &Room,
    used: &str,
    test: bool,
    rooms: &BTreeMap<&str, &Room>,
    faults: &mut Vec<String>,
) {
    let name = room.name;
    if test && used == name {
        // With a feature turned on that its tests need.
    } else if let Some(other) = rooms.get(used) {
        let allowed = room.uses.contains(&used) || (test && room.tests_use.contains(&used));
        if !allowed {
            faults.push(format!(
                "{name}: must not use {used} (layer {} → layer {}): data goes one way, see ARCHITECTURE.md",
                room.layer, other.layer
            ));
        }
    } else if let Some((_, _, why)) =
        OWNED.iter().find(|(library, owners, _)| *library == used && !owners.contains(&name))
    {
        faults.push(format!("{name}: must not use `{used}`: {why}"));
    } else if let Some((_, why)) = BANNED.iter().find(|(library, _)| *library == used) {
        faults.push(format!("{name}: must not use `{used}`: {why}"));
    }
}

/// The one table of lints holds for every crate.
fn lints(name: &str, manifest: &str, faults: &mut Vec<String>) -> anyhow::Result<()> {
    let text =
        std::fs::read_to_string(manifest).with_context(|| format!("cannot read {manifest}"))?;
    let table: toml::Table = text.parse().with_context(|| format!("{manifest} is not TOML"))?;
    let inherits = table.get("lints").and_then(|lints| lints.get("workspace"));
    if inherits.and_then(toml::Value::as_bool) != Some(true) {
        faults.push(format!("{name}: has no `[lints] workspace = true`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_allowed_arrow_points_to_a_lower_layer() {
        let layers: BTreeMap<&str, u8> = ROOMS.iter().map(|room| (room.name, room.layer)).collect();
        assert_eq!(layers.len(), ROOMS.len(), "a room stands twice");
        for room in ROOMS {
            for used in room.uses.iter().chain(room.tests_use) {
                assert!(layers[used] < room.layer, "{} → {used}", room.name);
            }
        }
    }

    #[test]
    fn a_wrong_arrow_a_foreign_library_and_a_banned_one_are_named() {
        let rooms: BTreeMap<&str, &Room> = ROOMS.iter().map(|room| (room.name, room)).collect();
        let faults = |name: &str, used: &str, test: bool| {
            let mut faults = Vec::new();
            arrow(rooms[name], used, test, &rooms, &mut faults);
            faults.join("\n")
        };
        assert_eq!(faults("annex-assess", "annex-catalog", false), "");
        assert_eq!(faults("annex-discover", "annex-catalog", true), "");
        let wrong = faults("annex-discover", "annex-catalog", false);
        assert!(wrong.contains("must not use annex-catalog (layer 3 → layer 2)"), "{wrong}");
        assert!(faults("annex-assess", "annex-register", true).contains("data goes one way"));
        assert!(faults("annex-assess", "cedar-policy", false).contains("only user of Cedar"));
        assert!(faults("annex", "reqwest", false).contains("network"));
        assert_eq!(faults("annex", "serde", false), "");
    }

    #[test]
    fn a_package_that_the_table_does_not_know_is_a_fault() {
        let metadata = serde_json::json!({ "packages": [{ "name": "annex-new" }] });
        let mut faults = Vec::new();
        check(&metadata, &mut faults).expect("checked");
        assert!(faults[0].starts_with("annex-new: not in the table"), "{faults:?}");
        assert_eq!(faults.len(), 1 + ROOMS.len());
    }
}

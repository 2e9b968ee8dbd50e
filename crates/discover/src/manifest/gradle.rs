//! Gradle: the notations of dependencies in build scripts, version catalogues, lock files.
//!
//! A build script is a program; only dependencies written as texts are read, which is how almost
//! all are. What a version catalogue names counts as used.

use std::collections::BTreeMap;

use super::{Manifest, is_exact, maven};
use crate::tree::{Fault, Node};

/// Configurations whose dependencies only tests have.
const TESTS: [&str; 5] = [
    "testImplementation",
    "testRuntimeOnly",
    "testCompileOnly",
    "androidTestImplementation",
    "testApi",
];

/// `build.gradle` and `build.gradle.kts`.
pub(super) fn build(text: &str) -> Manifest {
    let mut manifest = Manifest {
        starts: ["org.springframework.boot", "io.quarkus", "mainClass", "com.android.application"]
            .iter()
            .any(|mark| text.contains(mark))
            || text.lines().any(|line| {
                matches!(line.trim(), "application" | "id 'application'" | "id(\"application\")")
            }),
        ..Manifest::default()
    };
    let variables = variables(text);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let comment = line.starts_with("//") || line.starts_with('*');
        if comment || TESTS.iter().any(|test| line.starts_with(test)) || line.contains("platform(")
        {
            continue;
        }
        for part in line.split(['\'', '"']).skip(1).step_by(2) {
            if let Some((name, version)) = notation(part) {
                let version = version.map(|version| filled(version, &variables));
                maven::add(&mut manifest, &name, number, version);
            }
        }
        if let (Some(group), Some(artifact)) = (argument(line, "group"), argument(line, "name")) {
            let version = argument(line, "version").map(|version| filled(version, &variables));
            maven::add(&mut manifest, &format!("{group}:{artifact}"), number, version);
        }
    }
    manifest
}

/// `group:artifact` and `group:artifact:version`.
fn notation(text: &str) -> Option<(String, Option<&str>)> {
    let mut parts = text.split(':');
    let (group, artifact) = (parts.next()?, parts.next()?);
    let plain = |part: &str| {
        !part.is_empty()
            && part.len() <= 120
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    let known =
        plain(group) && plain(artifact) && group.contains(|c: char| c.is_ascii_alphabetic());
    known.then(|| (format!("{group}:{artifact}"), parts.next().filter(|v| !v.is_empty())))
}

/// `name: 'value'` and `name = "value"`.
fn argument<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let at = line.find(name)?;
    let rest = line.get(at + name.len()..)?.trim_start().strip_prefix([':', '='])?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    rest.get(1..)?.split(quote).next()
}

/// Versions that the script gives a name: `springAiVersion = '1.0.0'`, `set('x', "1.0.0")`.
fn variables(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let quoted: Vec<&str> = line.split(['\'', '"']).skip(1).step_by(2).collect();
        let set = line.trim_start().starts_with("set(");
        match quoted.as_slice() {
            [name, version] if set && is_exact(version) => {
                found.insert((*name).to_owned(), (*version).to_owned());
            }
            [version] if is_exact(version) => {
                let name = line.split('=').next().unwrap_or_default().split_whitespace().last();
                if let Some(name) = name.filter(|_| line.contains('=')) {
                    let name = name.rsplit('.').next().unwrap_or(name);
                    found.insert(name.to_owned(), (*version).to_owned());
                }
            }
            _ => {}
        }
    }
    found
}

fn filled(version: &str, variables: &BTreeMap<String, String>) -> String {
    let Some(name) = version.strip_prefix('$') else {
        return version.to_owned();
    };
    let name = name.trim_start_matches('{').trim_end_matches('}');
    let name = name.rsplit(['.', '\'', '"']).next().unwrap_or(name);
    variables.get(name).cloned().unwrap_or_else(|| version.to_owned())
}

/// `gradle/libs.versions.toml`.
pub(super) fn catalogue(root: &Node) -> Manifest {
    let mut manifest = Manifest::default();
    for (_, library) in root.get("libraries").map_or(&[][..], Node::entries) {
        let text = |key: &str| library.get(key).and_then(Node::text);
        let (name, version) = if let Some(whole) = library.text() {
            match notation(whole) {
                Some((name, version)) => (name, version.map(str::to_owned)),
                None => continue,
            }
        } else {
            let name = text("module")
                .map(str::to_owned)
                .or_else(|| Some(format!("{}:{}", text("group")?, text("name")?)));
            let Some(name) = name else { continue };
            let version = library.get("version");
            let reference = version.and_then(|version| version.get("ref")).and_then(Node::text);
            let version = match reference {
                Some(reference) => root.at(&["versions", reference]).and_then(Node::text),
                None => version.and_then(Node::text),
            };
            (name, version.map(str::to_owned))
        };
        maven::add(&mut manifest, &name, library.line, version);
    }
    manifest
}

/// `gradle.lockfile`.
pub(super) fn lock(text: &str) -> Result<Manifest, Fault> {
    let mut manifest = Manifest::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let Some((name, Some(version))) = line.split('=').next().and_then(notation) else {
            return Err(Fault::at(number, "not a line of gradle.lockfile"));
        };
        manifest.add(&name, number, Some(version.to_owned()), false);
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use super::super::{ManifestKind, read};
    use crate::limits::Limits;

    fn shown(kind: ManifestKind, text: &str) -> Vec<String> {
        let manifest = read(kind, text, &Limits::default()).expect("read");
        manifest
            .dependencies
            .iter()
            .map(|d| format!("{} {} {:?} {}", d.name, d.line, d.version, d.elsewhere))
            .collect()
    }

    #[test]
    fn texts_of_build_scripts_and_catalogues_name_packages() {
        let script = "ext { aiVersion = '1.0.0' }\ndependencies {\n  implementation \"org.springframework.ai:spring-ai-openai:$aiVersion\"\n  implementation(\"com.openai:openai-java:2.1.0\")\n  implementation group: 'a.b', name: 'c', version: '1.+'\n  implementation 'dev.langchain4j:langchain4j'\n  testImplementation 'x:y:1.0'\n  // implementation 'no:no:1.0'\n}\n";
        insta::assert_debug_snapshot!(shown(ManifestKind::Gradle, script));
        let catalogue = "[versions]\nlc = \"1.2.0\"\n[libraries]\nopen-ai = { module = \"dev.langchain4j:langchain4j-open-ai\", version.ref = \"lc\" }\nplain = \"com.openai:openai-java:2.0.0\"\n";
        insta::assert_debug_snapshot!(shown(ManifestKind::GradleCatalogue, catalogue));
        let lock = "# note\ncom.openai:openai-java:2.1.0=runtimeClasspath\nempty=\n";
        insta::assert_debug_snapshot!(shown(ManifestKind::GradleLock, lock));
    }

    #[test]
    fn garbage_in_a_lock_file_is_named() {
        let fault = read(ManifestKind::GradleLock, "<html>\n", &Limits::default());
        assert_eq!(fault.map_err(|fault| fault.line).err(), Some(Some(1)));
    }
}

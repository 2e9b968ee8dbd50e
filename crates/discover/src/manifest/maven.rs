//! Maven: `pom.xml`. A package is `group:artifact`; what only tests need is left out.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::{Dependency, Manifest, is_exact};
use crate::limits::Limits;
use crate::read::xml::{self, Named as _};
use crate::tree::Fault;

/// How many properties a version is followed through.
const HOPS_MAX: usize = 8;

pub(super) fn pom(text: &str, limits: &Limits) -> Result<Manifest, Fault> {
    let document = xml::read(text, limits)?;
    let project = document.root_element();
    if project.tag_name().name() != "project" {
        return Err(Fault::at(1, "no `project` at the top of pom.xml"));
    }
    let mut manifest = Manifest {
        project: xml::text_of(project, "artifactId"),
        workspace: xml::child(project, "modules").is_some(),
        ..Manifest::default()
    };
    let mut properties: BTreeMap<&str, &str> = BTreeMap::new();
    for table in project.descendants().filter(|node| node.has_tag_name_of("properties")) {
        for property in table.children().filter(Node::is_element) {
            properties.insert(property.tag_name().name(), property.text().unwrap_or_default());
        }
    }
    let managed = managed(project, &properties);
    for dependency in project.descendants().filter(|node| node.has_tag_name_of("dependency")) {
        let above = dependency.parent().and_then(|list| list.parent_element());
        let tag = above.map_or("", |above| above.tag_name().name());
        if !matches!(tag, "project" | "profile") {
            continue;
        }
        if xml::text_of(dependency, "scope").as_deref() == Some("test") {
            continue;
        }
        let Some(name) = coordinates(dependency, &properties) else {
            manifest.faults.push(Fault::at(xml::line(dependency), "a dependency without a name"));
            continue;
        };
        let version = xml::text_of(dependency, "version")
            .or_else(|| managed.get(name.as_str()).cloned())
            .map(|version| resolved(&version, &properties));
        add(&mut manifest, &name, xml::line(dependency), version);
    }
    manifest.starts = project.descendants().any(|node| {
        node.has_tag_name_of("plugin")
            && xml::text_of(node, "artifactId").is_some_and(|name| {
                matches!(
                    name.as_str(),
                    "spring-boot-maven-plugin" | "quarkus-maven-plugin" | "exec-maven-plugin"
                )
            })
    });
    Ok(manifest)
}

/// Adds a dependency whose version may be decided in another file.
pub(super) fn add(manifest: &mut Manifest, name: &str, line: u32, version: Option<String>) {
    let elsewhere = version.as_deref().is_none_or(|version| version.contains('$'));
    let exact = version.filter(|version| {
        is_exact(version) && !version.ends_with("-SNAPSHOT") && !version.ends_with('+')
    });
    manifest.dependencies.push(Dependency {
        name: name.to_owned(),
        line,
        version: exact,
        hashed: false,
        elsewhere,
    });
}

/// Versions that the file itself manages.
fn managed(project: Node<'_, '_>, properties: &BTreeMap<&str, &str>) -> BTreeMap<String, String> {
    project
        .descendants()
        .filter(|node| node.has_tag_name_of("dependencyManagement"))
        .flat_map(|node| node.descendants())
        .filter(|node| node.has_tag_name_of("dependency"))
        .filter_map(|node| Some((coordinates(node, properties)?, xml::text_of(node, "version")?)))
        .collect()
}

fn coordinates(node: Node<'_, '_>, properties: &BTreeMap<&str, &str>) -> Option<String> {
    let group = resolved(&xml::text_of(node, "groupId")?, properties);
    let artifact = resolved(&xml::text_of(node, "artifactId")?, properties);
    (group.len() + artifact.len() <= 200).then(|| format!("{group}:{artifact}"))
}

/// A text with the properties that the file sets filled in.
fn resolved(text: &str, properties: &BTreeMap<&str, &str>) -> String {
    let mut text = text.trim().to_owned();
    for _ in 0..HOPS_MAX {
        let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
            break;
        };
        let Some(value) = properties.get(name) else { break };
        text = value.trim().to_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{ManifestKind, read};
    use crate::limits::Limits;

    #[test]
    fn dependencies_have_coordinates_and_versions_where_the_file_names_them() {
        let text = r#"<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <artifactId>desk</artifactId>
  <properties><lc.version>1.2.0</lc.version></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-bom</artifactId><version>1.2.0</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>dev.langchain4j</groupId><artifactId>langchain4j-open-ai</artifactId><version>${lc.version}</version>
    </dependency>
    <dependency><groupId>a</groupId><artifactId>managed</artifactId></dependency>
    <dependency><groupId>a</groupId><artifactId>range</artifactId><version>[1.0,2.0)</version></dependency>
    <dependency><groupId>a</groupId><artifactId>moving</artifactId><version>1.0-SNAPSHOT</version></dependency>
    <dependency><groupId>a</groupId><artifactId>tests</artifactId><scope>test</scope></dependency>
  </dependencies>
</project>"#;
        let manifest = read(ManifestKind::Pom, text, &Limits::default()).expect("read");
        let shown: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.line, d.version.as_deref(), d.elsewhere))
            .collect();
        assert_eq!(
            shown,
            [
                ("dev.langchain4j:langchain4j-open-ai", 9, Some("1.2.0"), false),
                ("a:managed", 12, None, true),
                ("a:range", 13, None, false),
                ("a:moving", 14, None, false),
            ]
        );
        assert_eq!(manifest.project.as_deref(), Some("desk"));
    }

    #[test]
    fn what_is_no_project_is_a_fault_with_its_line() {
        let fault = |text: &str| {
            read(ManifestKind::Pom, text, &Limits::default()).expect_err("fault").to_string()
        };
        insta::assert_snapshot!(fault("<html/>"), @"line 1: no `project` at the top of pom.xml");
        let broken = fault("<project>\n<a>\n</b></project>");
        assert!(broken.starts_with("line 3: "), "{broken}");
        assert!(fault("<!DOCTYPE project []>\n<project/>").contains("DTD"));
    }
}

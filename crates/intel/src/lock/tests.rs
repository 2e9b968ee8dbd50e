//! Each sort of file with what is usual and what is awkward in it.

use super::*;

/// `name version|(constraint) line flags`, one a line; then the notes.
fn shown(path: &str, text: &str) -> String {
    match read(path, text, &Limits::default()) {
        Ok(locked) => lines(&locked),
        Err(error) => format!("error: {error}"),
    }
}

fn lines(locked: &Locked) -> String {
    let mut out = Vec::new();
    for row in &locked.dependencies {
        let version = match (&row.version, &row.constraint) {
            (Some(version), None) => version.clone(),
            (None, constraint) => format!("({})", constraint.as_deref().unwrap_or_default()),
            both => format!("{both:?}"),
        };
        let places: Vec<String> = row
            .locations
            .iter()
            .map(|place| format!("{}:{}", name_of(&place.path), place.line.unwrap_or(0)))
            .collect();
        let direct = if row.direct == Some(true) { " direct" } else { "" };
        let development = if row.development { " dev" } else { "" };
        out.push(format!("{} {version} {}{direct}{development}", row.name, places.join(",")));
    }
    out.extend(locked.notes.iter().map(|note| format!("note {note}")));
    out.join("\n")
}

#[test]
fn requirements() {
    insta::assert_snapshot!(shown(
        "requirements.txt",
        "# c\nDjango==4.2.1 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\ntorch[a,b]==2.1.0+cu118 ; python_version > '3.8'\nrequests>=2,<3 # why\nnumpy\npandas==2.*\nfoo @ git+https://user:secret@h.example/x@v1\n-e git+https://h.example/y#egg=bar_baz\n-e .\n--index-url https://h.example/simple\n./local\nhttps://h.example/z.whl\n(bad\nx y\npkg === 1.0\n-r other.txt\n"
    ));
}

#[test]
fn requirements_include_and_constrain_one_another() {
    let folder = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
        std::fs::write(path, text).expect("write");
    };
    write(
        "app/requirements.txt",
        "-r base.txt\n-c ../constraints.txt\n-r ../../out.txt\na\nb @ https://h.example/b\n",
    );
    write("app/base.txt", "-r requirements.txt\nc>=1\n");
    write("constraints.txt", "A==1.5\nb==2\nunused==3\n");
    let limits = Limits::default();
    let locked = read_file(folder.path(), "app/requirements.txt", &limits).expect("read");
    insta::assert_snapshot!(lines(&locked));
    write("app/requirements.txt", "-r missing.txt\na==1\n");
    let locked = read_file(folder.path(), "app/requirements.txt", &limits).expect("read");
    assert_eq!(locked.dependencies.len(), 1);
    assert!(locked.notes[0].starts_with("app/missing.txt: cannot be read"), "{locked:?}");
    let error = read_file(folder.path(), "no/requirements.txt", &limits).expect_err("missing");
    assert!(error.to_string().contains("no/requirements.txt: cannot be read"), "{error}");
}

#[test]
fn python() {
    insta::assert_snapshot!([
        shown("poetry.lock", "[[package]]\nname = \"Jinja2\"\nversion = \"3.1.2\"\ncategory = \"dev\"\n\n[package.dependencies]\nMarkupSafe = \">=2.0\"\n\n[[package]]\nname = \"x\"\nversion = \"1.0\"\ngroups = [\"main\", \"dev\"]\n\n[package.source]\ntype = \"git\"\nurl = \"https://h.example/x.git\"\n"),
        shown("uv.lock", "version = 1\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\nsource = { virtual = \".\" }\ndependencies = [\n { name = \"openai\" },\n]\n[[package]]\nname = \"openai\"\nversion = \"1.2.3\"\nsource = { registry = \"https://pypi.org/simple\" }\n[[package]]\nname = \"y\"\nversion = \"1.0\"\nsource = { git = \"https://h.example/y?rev=1#abc\" }\n"),
        shown("pdm.lock", "[[package]]\nname = \"a\"\nversion = \"1.0\"\ngroups = [\"dev\"]\ndependencies = [\"b>=1\"]\n[[package]]\nname = \"b\"\nversion = \"2.0\"\npath = \"./b\"\n"),
        shown("pylock.dev.toml", "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1.0\"\ndependencies = [{ name = \"b\" }]\n[[packages]]\nname = \"b\"\nvcs = { type = \"git\", url = \"https://h.example/b\", commit-id = \"1\" }\n"),
        shown("Pipfile.lock", "{\"_meta\": {},\n \"default\": {\n  \"A_b\": {\"version\": \"==1.0\"},\n  \"g\": {\"git\": \"https://h.example/g\", \"ref\": \"1\"}\n },\n \"develop\": {\n  \"t\": {\"version\": \"*\"}\n }}"),
        shown("poetry.lock", "[[package]\n"),
        shown("uv.lock", "[[package]]\nversion = 1\n"),
    ].join("\n--\n"));
}

#[test]
fn conda() {
    insta::assert_snapshot!([
        shown("environment.yml", "name: x\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n      - torch==2.1.0\n      - numpy>=1\n"),
        shown("conda-lock.yml", "version: 1\npackage:\n- name: python\n  version: 3.11.0\n  manager: conda\n- name: Open_AI\n  version: 1.0.0\n  manager: pip\n  category: dev\n"),
        shown("environment.yml", "a: [1,\n"),
    ].join("\n--\n"));
}

#[test]
fn javascript() {
    insta::assert_snapshot!([
        shown("package-lock.json", "{\"lockfileVersion\": 3, \"packages\": {\n\"\": {\"dependencies\": {\"openai\": \"^4\"}},\n\"node_modules/openai\": {\"version\": \"4.1.0\"},\n\"node_modules/a/node_modules/openai\": {\"version\": \"3.0.0\", \"dev\": true},\n\"node_modules/alias\": {\"name\": \"@s/real\", \"version\": \"1.0.0\"},\n\"node_modules/g\": {\"version\": \"1.0.0\", \"resolved\": \"git+ssh://git@h.example/g.git#1\"},\n\"node_modules/w\": {\"resolved\": \"packages/w\", \"link\": true},\n\"packages/w\": {\"version\": \"0.0.1\"}}}"),
        shown("npm-shrinkwrap.json", "{\"dependencies\": {\n\"a\": {\"version\": \"1.0.0\", \"dependencies\": {\n \"b\": {\"version\": \"2.0.0\", \"dev\": true}}},\n\"c\": {\"version\": \"npm:d@1.2.3\"},\n\"e\": {\"version\": \"file:../e\"}}}"),
        shown("yarn.lock", "# yarn lockfile v1\n\n\"@l/core@^0.1\", \"@l/core@~0.1\":\n  version \"0.1.5\"\n  resolved \"https://r.example/core.tgz#1\"\n  dependencies:\n    version \"^9\"\n\nopenai@4:\n  version \"4.2.0\"\n\nx@npm:real@^1:\n  version \"1.0.1\"\n\ng@git+https://h.example/g.git:\n  version \"1.0.0\"\n\nh@user/repo:\n  version \"1.0.0\"\n"),
        shown("yarn.lock", "__metadata:\n  version: 8\n\n\"@l/core@npm:^0.1\":\n  version: 0.1.5\n  resolution: \"@l/core@npm:0.1.5\"\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n\n\"p@patch:p@npm%3A1.0.0#./p.patch\":\n  version: 1.0.0\n  resolution: \"p@patch:p@npm%3A1.0.0#./p.patch::version=1.0.0\"\n\n\"r@npm:real@1\":\n  version: 1.1.0\n  resolution: \"real@npm:1.1.0\"\n"),
        shown("pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      ai:\n        specifier: ^3\n        version: 3.1.2(react@18.0.0)\npackages:\n  '@s/x@1.0.0':\n    resolution: {integrity: sha512-x}\n  ai@3.1.2:\n    resolution: {integrity: sha512-x}\n  g@https://h.example/g/tar.gz/abc:\n    resolution: {tarball: https://h.example/g/tar.gz/abc}\n    version: 1.0.0\n"),
        shown("pnpm-lock.yaml", "lockfileVersion: 5.4\ndependencies:\n  ai: 3.1.2\npackages:\n  /ai/3.1.2_react@18.0.0:\n    resolution: {integrity: x}\n    dev: true\n  /@s/x/1.0.0:\n    resolution: {integrity: x}\n    dev: false\n  h.example/u/r/abc:\n    resolution: {repo: https://h.example/u/r}\n    name: r\n    version: 1.0.0\n"),
        shown("pnpm-lock.yaml", "lockfileVersion: '6.0'\npackages:\n  /ai@3.1.2(react@18.0.0):\n    resolution: {integrity: x}\n    dev: true\n"),
        shown("bun.lock", "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": { \"\": { \"dependencies\": { \"ai\": \"^3\", }, }, },\n  \"packages\": {\n    \"ai\": [\"ai@3.1.2\", \"\", {}, \"sha512-x\"],\n    \"@s/x\": [\"@s/x@1.0.0\", \"\", {}, \"\"],\n    \"w\": [\"w@workspace:w\"],\n    \"g\": [\"g@github:u/g#1\", {}],\n  }\n}"),
        shown("package-lock.json", "{\n\"packages\": 3}"),
        shown("yarn.lock", "<html>\n"),
    ].join("\n--\n"));
}

#[test]
fn rust_and_go() {
    insta::assert_snapshot!([
        shown("Cargo.lock", "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"time 0.2.22\",\n]\n\n[[package]]\nname = \"time\"\nversion = \"0.2.22\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[[package]]\nname = \"g\"\nversion = \"1.0.0\"\nsource = \"git+https://h.example/g?rev=1#abc\"\n"),
        shown("go.mod", "module h.example/app\n\ngo 1.22\n\nrequire (\n\tgithub.com/A/b v1.0.0\n\tc.d/e v0.1.0 // indirect\n\tf.g/h v1.0.0\n\ti.j/k v1.0.0\n)\n\nreplace c.d/e v0.1.0 => c.d/fork v0.2.0\n\nreplace f.g/h => ../h\nexclude i.j/k v0.9.0\nretract [v1.0.0, v1.1.0]\n"),
        shown("go.sum", "a.b/c v1.0.0 h1:x=\na.b/c v1.0.0/go.mod h1:y=\n"),
        shown("go.mod", "module x\n<html>\n"),
    ].join("\n--\n"));
}

#[test]
fn jvm() {
    insta::assert_snapshot!([
        shown("pom.xml", "<?xml version=\"1.0\"?>\n<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n<version>3.0</version>\n<groupId>g</groupId>\n<properties><l.version>2.14.1</l.version><a>${b}</a><b>${a}</b></properties>\n<dependencyManagement><dependencies>\n<dependency><groupId>m</groupId><artifactId>m</artifactId><version>1.1</version><scope>test</scope></dependency>\n<dependency><groupId>bom</groupId><artifactId>bom</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency>\n</dependencies></dependencyManagement>\n<dependencies>\n<dependency><groupId>org.l</groupId><artifactId>core</artifactId><version>${l.version}</version></dependency>\n<dependency><groupId>m</groupId><artifactId>m</artifactId></dependency>\n<dependency>\n<groupId>${project.groupId}</groupId>\n<artifactId>own</artifactId><version>${project.version}</version></dependency>\n<dependency><groupId>r</groupId><artifactId>r</artifactId><version>[1.0,2.0)</version></dependency>\n<dependency><groupId>u</groupId><artifactId>u</artifactId><version>${a}</version></dependency>\n<dependency><groupId>p</groupId><artifactId>p</artifactId></dependency>\n<dependency><groupId>${x}</groupId><artifactId>p</artifactId></dependency>\n</dependencies></project>"),
        shown("gradle.lockfile", "# c\norg.l:core:2.14.1=compileClasspath,runtimeClasspath\njunit:junit:4.12=testCompileClasspath\nempty=annotationProcessor\n"),
        shown("gradle/libs.versions.toml", "[versions]\nl = \"2.14.1\"\nr = { require = \"1.0\" }\n[libraries]\ncore = { module = \"org.l:core\", version.ref = \"l\" }\nb = { group = \"g\", name = \"b\", version = { strictly = \"1.2\" } }\nc = \"g:c:3.0\"\nd = { module = \"g:d\", version.ref = \"r\" }\ne = { module = \"g:e\" }\n"),
        shown("pom.xml", "<project><dependencies>"),
        shown("pom.xml", &"<a>".repeat(1000)),
        shown("pom.xml", "<!DOCTYPE p [<!ENTITY x \"y\">]><project><version>&x;</version></project>"),
        shown("gradle.lockfile", "what\n"),
    ].join("\n--\n"));
}

#[test]
fn dotnet() {
    insta::assert_snapshot!([
        shown("packages.lock.json", "{\"version\": 1, \"dependencies\": {\"net8.0\": {\n\"Newtonsoft.Json\": {\"type\": \"Direct\", \"requested\": \"[12.0.1, )\", \"resolved\": \"12.0.1\"},\n\"own\": {\"type\": \"Project\"},\n\"X\": {\"type\": \"Transitive\", \"resolved\": \"1.0.0\"}}}}"),
        shown("packages.config", "<packages>\n<package id=\"A\" version=\"1.0.0\" />\n<package id=\"B\" version=\"2.0\" developmentDependency=\"true\" />\n</packages>"),
        shown("src/App.csproj", "<Project Sdk=\"x\">\n<ItemGroup>\n<PackageReference Include=\"A\" Version=\"1.0.0\" />\n<PackageReference Include=\"B\"><Version>[2.0.0]</Version><PrivateAssets>all</PrivateAssets></PackageReference>\n<PackageReference Include=\"C\" Version=\"1.*\" />\n<PackageReference Include=\"D\" />\n<PackageReference Include=\"E\" Version=\"$(V)\" />\n<PackageReference Remove=\"F\" />\n</ItemGroup></Project>"),
        shown("Directory.Packages.props", "<Project><ItemGroup>\n<PackageVersion Include=\"A\" Version=\"1.0.0\"/></ItemGroup></Project>"),
    ].join("\n--\n"));
}

#[test]
fn limits_are_faults_that_name_themselves() {
    let limits = Limits { dependencies_max: 2, ..Limits::default() };
    let error = read("requirements.txt", "a==1\nb==1\nc==1\n", &limits).expect_err("full");
    assert!(error.to_string().contains("dependencies_max"), "{error}");
    let limits = Limits { lock_bytes_max: 3, ..Limits::default() };
    let error = read("go.sum", "a b c\n", &limits).expect_err("long");
    assert!(error.to_string().contains("lock_bytes_max"), "{error}");
    assert!(matches!(read("notes.md", "", &limits), Err(LockError::Kind { .. })));
    let mut deep = "{\"version\":\"1\"}".to_owned();
    for _ in 0..100 {
        deep = format!("{{\"version\":\"1\",\"dependencies\":{{\"a\":{deep}}}}}");
    }
    let deep = format!("{{\"dependencies\":{{\"a\":{deep}}}}}");
    assert!(shown("package-lock.json", &deep).contains("lock_depth_max"));
}

#[test]
fn a_name_that_is_nothing_once_normalised_is_noted() {
    let text = "{\"default\": {\"-\": {\"version\": \"==1.0\"}}, \"develop\": {}}";
    let locked = super::read("Pipfile.lock", text, &crate::Limits::default()).expect("read");
    assert!(locked.dependencies.is_empty());
    assert_eq!(locked.notes, ["Pipfile.lock:1: a package without a name that can be used"]);
}

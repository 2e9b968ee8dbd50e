//! The validators of others. They run in a Python environment of their own, which is made once
//! below the target folder. Where there is no Python or no package index, the test says that it
//! was skipped; with `ANNEX_TEST_VALIDATORS=1` it fails instead.

use std::path::{Path, PathBuf};
use std::process::Command;

use annex_bom::{Format, Matched, write};

use crate::desk;

/// The environment's Python, or why there is none.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bom-validators");
    let python = home.join("bin/python");
    let requirements =
        std::fs::read_to_string(bench("requirements.txt")).map_err(|error| error.to_string())?;
    // Written last, so that an environment that was cut off is made again.
    let done = home.join("installed.txt");
    if std::fs::read_to_string(&done).is_ok_and(|text| text == requirements) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    run(Command::new(&python).args(install).arg(bench("requirements.txt")))?;
    std::fs::write(&done, requirements).map_err(|error| error.to_string())?;
    Ok(python)
}

fn bench(name: &str) -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../../bench/bom")
        .join(name)
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let words = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() { Ok(words) } else { Err(words) }
}

#[expect(clippy::print_stdout, reason = "a test that is skipped must be seen")]
#[test]
fn the_validators_of_others_find_nothing() {
    let python = match python() {
        Ok(python) => python,
        Err(why) if std::env::var("ANNEX_TEST_VALIDATORS").is_ok_and(|value| value == "1") => {
            panic!("no validators: {why}")
        }
        Err(why) => {
            println!("SKIPPED: no validators: {why}");
            return;
        }
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = Vec::new();
    let mut empty = desk::batch();
    (empty.assets, empty.flows, empty.observations) = (Vec::new(), Vec::new(), Vec::new());
    for &format in Format::ALL {
        for (name, bytes) in [
            ("desk", desk::bill(&desk::batch(), format)),
            ("hostile", desk::bill(&desk::hostile(), format)),
            ("empty", write(&empty, &Matched::default(), format).expect("a bill")),
        ] {
            let file = folder.path().join(format!("{name}-{}.json", format.as_str()));
            std::fs::write(&file, bytes).expect("a file");
            files.push(file);
        }
    }
    let words = run(Command::new(&python).arg(bench("validate.py")).args(&files))
        .unwrap_or_else(|faults| panic!("{faults}"));
    for line in ["CycloneDX 1.6: valid", "CycloneDX 1.7: valid", "SPDX 3.0.1: valid"] {
        assert_eq!(words.matches(line).count(), 3, "{words}");
    }
    println!("{words}");

    // A validator that finds nothing in anything would prove nothing.
    for (file, from, to) in [
        (&files[0], "\"type\": \"library\"", "\"type\": \"librarian\""),
        (&files[3], "\"aggregate\": \"incomplete\"", "\"aggregate\": \"partly\""),
        (&files[6], "\"dataset_datasetType\"", "\"dataset_datasetKind\""),
    ] {
        let text = std::fs::read_to_string(file).expect("a bill");
        let broken = text.replacen(from, to, 1);
        assert_ne!(text, broken, "{from} is not in {}", file.display());
        std::fs::write(file, broken).expect("a file");
        let faults = run(Command::new(&python).arg(bench("validate.py")).arg(file));
        assert!(faults.is_err(), "{} is valid with {to}", file.display());
    }
}

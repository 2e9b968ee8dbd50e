//! Which files are tests, and which of these evaluate.

use std::collections::BTreeSet;

use super::{Class, File, Part, has_end};

/// Whether a path belongs to tests, whose models and prompts are not the system's.
/// Evaluations often lie among the tests, and call real models on real data with prompts of their
/// own: what stands beside one belongs to it, unless it is called as a unit test.
pub(super) fn tell_tests(files: &mut [File]) {
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let evaluations: BTreeSet<String> = files
        .iter()
        .filter(|file| matches!(file.class, Class::Source(_) | Class::Notebook))
        .filter(|file| is_test(&file.path) && says_evaluation(&file.path))
        .map(|file| folder(&file.path))
        .collect();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let evaluates = says_evaluation(&file.path) || evaluations.contains(&folder(&file.path));
        file.part = match (is_test(&file.path), evaluates && !is_unit_test(name)) {
            (false, _) => Part::System,
            (true, true) => Part::Evaluation,
            (true, false) => Part::Tests,
        };
    }
}

/// Whether a path has a word of evaluation after the folder of tests that it lies in.
fn says_evaluation(path: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.split('/').any(|part| {
        let mut lower = String::with_capacity(part.len() + 4);
        for character in part.chars() {
            if character.is_ascii_uppercase() {
                lower.push('_');
            }
            lower.push(character.to_ascii_lowercase());
        }
        lower.split(['_', '-', '.', ' ']).any(|word| {
            matches!(
                word,
                "eval"
                    | "evals"
                    | "evaluate"
                    | "evaluation"
                    | "evaluations"
                    | "evaluator"
                    | "evaluators"
            )
        })
    })
}

pub(crate) fn is_test(path: &str) -> bool {
    let folders = path.split('/').rev().skip(1).any(|part| {
        matches!(
            part,
            "test"
                | "tests"
                | "__tests__"
                | "testing"
                | "testdata"
                | "fixtures"
                | "test_utils"
                | "__mocks__"
                | "mocks"
                | "e2e"
                | "spec"
                | "cypress"
                | "testFixtures"
                | "androidTest"
                | "integrationTest"
        ) || has_end(
            part,
            &[".Tests", ".Test", ".UnitTests", ".IntegrationTests", ".FunctionalTests", "-tests"],
        )
    });
    // What is built into the program is no test, whatever its name.
    folders
        || (is_unit_test(path.rsplit('/').next().unwrap_or(path))
            && !path.contains("src/main/java/"))
}

fn is_unit_test(name: &str) -> bool {
    name.starts_with("test_")
        || name == "conftest.py"
        || name.contains("_test.")
        || name.contains(".test.")
        || name.contains(".spec.")
        || name.contains(".mock.")
        || has_end(name, &["Test.java", "Tests.java", "IT.java", "Tests.cs", "Test.cs"])
}

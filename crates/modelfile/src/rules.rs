//! The table of reasons: each code with its verdict, its words and what frameworks call it.
//!
//! Ids carry the edition of their framework. `AML.T0018.002` is embedded malware, `AML.T0011.000`
//! an unsafe artifact that a person is made to load, `AML.T0010.003` a model from a supply chain
//! that was tampered with, `AML.T0029` denial of service.

use crate::report::Verdict;

/// A reason for a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable id, in lower case with hyphens.
    pub code: &'static str,
    /// What it makes of a file.
    pub verdict: Verdict,
    /// What it means, for people.
    pub words: &'static str,
    /// What other frameworks call it, each with its edition.
    pub references: &'static [&'static str],
}

const CODE: &[&str] = &[
    "atlas:5.6.0/AML.T0018.002",
    "atlas:5.6.0/AML.T0011.000",
    "owasp-llm:2025/LLM03",
    "owasp-llm:2025/LLM04",
];
const CHAIN: &[&str] =
    &["atlas:5.6.0/AML.T0010.003", "atlas:5.6.0/AML.T0011.000", "owasp-llm:2025/LLM03"];
const DENIAL: &[&str] = &["atlas:5.6.0/AML.T0029", "owasp-llm:2025/LLM03"];
const UNKNOWN: &[&str] = &["owasp-llm:2025/LLM03"];

macro_rules! rules {
    ($($name:ident $code:literal $verdict:ident $references:ident $words:literal;)*) => {
        $(pub(crate) const $name: Rule = Rule {
            code: $code,
            verdict: Verdict::$verdict,
            words: $words,
            references: $references,
        };)*
        /// Every reason that a report can name.
        pub const RULES: &[Rule] = &[$($name),*];
    };
}

rules! {
    IMPORT_DANGEROUS "pickle-import-dangerous" Malicious CODE "a pickle imports something that runs code, starts programs or reaches files and networks";
    IMPORT_COMPUTED "pickle-import-computed" Malicious CODE "a pickle computes the name of what it imports, which no pickler writes and which hides the name";
    IMPORT_UNKNOWN "pickle-import-unknown" Suspicious CODE "a pickle imports something that is neither known to be harmless nor known to be dangerous";
    IMPORT_UNRESOLVED "pickle-import-unresolved" Suspicious CODE "the name of an import of a pickle could not be followed";
    IMPORT_NAME_ODD "pickle-import-name-odd" Suspicious CODE "the name of an import has characters that no module has";
    BUILD_ON_IMPORT "pickle-build-on-import" Suspicious CODE "a pickle sets attributes of something that it imports, which changes it for the whole program";
    EXTENSION_CODE "pickle-extension-code" Suspicious CODE "a pickle imports by a number of the copyreg registry, so what it imports is not in the file";
    PICKLE_BROKEN "pickle-broken" Unreadable UNKNOWN "a pickle does not follow the rules of its format; whatever stands before the fault runs all the same";
    PICKLE_TRAILING "pickle-trailing-data" Suspicious CHAIN "data follows the end of a pickle that a loader does not read";
    PICKLE_UNFOLDS "pickle-unfolds" Suspicious DENIAL "a small pickle makes a value that whoever prints, compares or copies it never gets to the end of";
    EXTENSION_TYPE "extension-type-unknown" Suspicious CODE "the data has values of a type that a program of one's own gives a meaning to";
    JAVA_CLASS "java-class" Suspicious CODE "objects of Java are built that belong to no known library of models, which is how a reader is made to run code";
    TRUNCATED "truncated" Unreadable UNKNOWN "the file ends before what it announces";
    MALFORMED "malformed" Unreadable UNKNOWN "the file does not follow the rules of its format";
    LIMIT "over-limit" Unreadable DENIAL "the file goes beyond a limit of the scan";
    VERSION "version-unknown" Unreadable UNKNOWN "the file has a version of its format that is not known here";
    FORMAT_UNKNOWN "format-unknown" Unreadable UNKNOWN "the name is that of a model file, but the content is of no known format";
    FORMAT_UNREAD "format-not-read" Unreadable UNKNOWN "the format is recognised, but its content cannot be read here";
    READ_FAILED "read-failed" Unreadable UNKNOWN "the operating system could not read the file";
    EMPTY "empty" Unreadable UNKNOWN "the file is empty";
    LINK "link" Unreadable UNKNOWN "a link is not followed";
    NAME_MISLEADS "name-misleads" Suspicious CHAIN "the name says another format than the content, as a file does that wants to pass a check by name";
    POLYGLOT "polyglot" Suspicious CHAIN "the file is valid in two formats, so two programs see two different things";
    EXECUTABLE "executable" Malicious CODE "the file, or a part of it, is a program for an operating system";
    SCRIPT "script" Suspicious CODE "a part of the model is a script for a command shell";
    MEMBERS_EMPTY "zip-members-empty" Suspicious DENIAL "an archive has thousands of members and hardly any data, which floods whoever unpacks it";
    BOMB "decompression-bomb" Suspicious DENIAL "a small compressed part becomes far larger than any model data does";
    ENCRYPTED "zip-member-encrypted" Unreadable UNKNOWN "a member of an archive is encrypted";
    FLAG_TRICK "zip-flag-trick" Suspicious CHAIN "a member of an archive is marked as encrypted and is not, which makes checkers fail where loaders read on";
    CRC_TRICK "zip-crc-trick" Suspicious CHAIN "the checksum of a member is wrong: some loaders do not look, while checkers refuse to read";
    METHOD_TRICK "zip-method-trick" Suspicious CHAIN "the compression of a member is not what its header says";
    HEADERS_DISAGREE "zip-headers-disagree" Suspicious CHAIN "the two headers of a member of an archive contradict each other";
    TWO_DIRECTORIES "zip-two-directories" Suspicious CHAIN "an archive has two directories, so two programs see different members";
    MEMBER_UNLISTED "zip-member-unlisted" Suspicious CHAIN "an archive holds a member that its directory does not list";
    MEMBER_TWICE "archive-member-twice" Suspicious CHAIN "two members of an archive have the same name; loaders differ in which one they take";
    MEMBERS_OVERLAP "zip-members-overlap" Suspicious DENIAL "members of an archive share the same bytes";
    PATH_ESCAPES "archive-path-escapes" Malicious CHAIN "a member would be written outside of the folder that the archive is unpacked into";
    MEMBER_LINK "archive-link" Suspicious CHAIN "a member of an archive is a link";
    MEMBER_DEVICE "archive-device" Suspicious CHAIN "a member of an archive is a device or a pipe";
    STRAY "zip-stray-bytes" Suspicious CHAIN "an archive has bytes before, between or behind its members that belong to none";
    PYTHON_DANGEROUS "python-dangerous" Malicious CODE "Python code of the model runs programs, evaluates text or reaches files and networks";
    PYTHON_CODE "python-code" Suspicious CODE "the model brings Python code of its own that its loader runs";
    TORCHSCRIPT_DANGEROUS "torchscript-dangerous" Malicious CODE "TorchScript code of the model reads or writes files";
    REMOTE_CODE "remote-code" Suspicious CODE "the configuration makes its loader run Python code from the model's repository";
    CONFIG_TARGET "config-target-dangerous" Malicious CODE "the configuration names a function to call that runs code or starts programs";
    CONFIG_TARGET_UNKNOWN "config-target-unknown" Suspicious CODE "the configuration names a class or function to build that is not of a known framework";
    YAML_TAG "yaml-python-tag" Malicious CODE "the YAML has tags that make an unsafe loader build Python objects";
    LAMBDA "keras-lambda" Malicious CODE "a Keras layer holds Python bytecode that runs when the model is loaded or called";
    LAMBDA_NAMED "keras-lambda-named" Suspicious CODE "a Keras Lambda layer calls a function by its name";
    KERAS_DANGEROUS "keras-import-dangerous" Malicious CODE "a Keras configuration imports a function that runs code, fetches or writes files";
    KERAS_FOREIGN "keras-foreign-object" Suspicious CODE "a Keras configuration builds an object from outside Keras";
    KERAS_FILE "keras-outside-file" Suspicious CHAIN "a Keras layer reads a file outside of the model when it is loaded";
    HDF5_OUTSIDE "hdf5-outside-link" Suspicious CHAIN "an HDF5 file refers to another file";
    OPERATOR_DANGEROUS "tensorflow-operator-dangerous" Malicious CODE "the graph has an operator that reads or writes files, loads libraries or calls Python";
    OPERATOR_OUTSIDE "tensorflow-operator-outside" Suspicious CODE "the graph has an operator whose attributes can make it write files, read files or open connections";
    OPERATOR_CUSTOM "operator-custom" Suspicious CODE "the graph has operators that come from outside the runtime";
    OPERATOR_PYTHON "operator-python" Malicious CODE "the graph has an operator that calls Python";
    EXTERNAL_ESCAPES "external-data-escapes" Malicious CHAIN "tensor data lies at a path that leaves the folder of the model";
    TENSOR_BOUNDS "tensor-out-of-bounds" Suspicious CHAIN "a tensor lies outside of the data of the file";
    TENSOR_OVERLAP "tensor-overlap" Suspicious CHAIN "two tensors share the same bytes";
    TENSOR_SIZE "tensor-size-wrong" Suspicious CHAIN "the size of a tensor does not fit its shape and type";
    HEADER_TWICE "header-key-twice" Suspicious CHAIN "a header names the same thing twice; readers differ in which one they take";
    HIDDEN_DATA "hidden-data" Suspicious CHAIN "the file has bytes that belong to no tensor";
    HEADER_COUNT "header-count-absurd" Suspicious DENIAL "a header announces more than the file could hold, which makes readers reserve too much";
    TEMPLATE_CODE "template-code" Malicious CODE "a chat template reaches for Python internals, which runs code outside a sandbox";
    TEMPLATE_ODD "template-odd" Suspicious CODE "a chat template does what no ordinary chat template needs";
    TEMPLATE_LONG "template-long" Suspicious DENIAL "a chat template computes so much that a conversation blocks its server";
    HANDLER_OUTSIDE "handler-outside" Malicious CODE "the manifest names code outside of its archive";
    REQUIREMENTS "requirements" Suspicious CHAIN "the model names packages that its server may install before it serves";
    PMML_ENTITY "xml-entity" Suspicious CHAIN "an XML model declares entities, which make readers open files or addresses";
    CUSTOM_MODEL "coreml-custom" Suspicious CODE "a Core ML model needs custom native code";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_stand_once() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in RULES {
            assert!(seen.insert(rule.code), "{} stands twice", rule.code);
            assert!(
                rule.code
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                rule.code
            );
            assert!(rule.verdict != Verdict::Clean && !rule.references.is_empty(), "{}", rule.code);
        }
    }
}

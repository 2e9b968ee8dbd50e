//! Printing: data to standard output, everything else to standard error.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};

use annex_operations::OperationError;
use annex_report::{Style, Table};

use crate::args::{Colour, Format, Global};

/// Writes bytes to standard output. A reader that went away is not an error.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), OperationError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(failed(error)),
        _ => Ok(()),
    }
}

pub(crate) fn failed(source: std::io::Error) -> OperationError {
    OperationError::File { operation: "write to", path: "standard output".to_owned(), source }
}

/// Writes a document as JSON, indented, with a last line break.
pub(crate) fn json<T: serde::Serialize + ?Sized>(document: &T) -> Result<(), OperationError> {
    let mut text = serde_json::to_string_pretty(document)
        .map_err(|error| OperationError::Internal(error.to_string()))?;
    text.push('\n');
    bytes(text.as_bytes())
}

/// Writes a table in the format that was asked for.
pub(crate) fn table(table: &Table, global: &Global) -> Result<(), OperationError> {
    match global.format {
        Format::Table => bytes(table.to_text(style(global)).as_bytes()),
        Format::Json => json(&table.to_json()),
        Format::Csv => bytes(&table.to_csv()),
        Format::Md => bytes(table.to_markdown().as_bytes()),
        Format::Html => bytes(table.to_html_page("Annex").as_bytes()),
    }
}

/// The width and colour of the terminal, or of what stands in for one.
pub(crate) fn style(global: &Global) -> Style {
    let terminal = std::io::stdout().is_terminal();
    let colour = match global.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    };
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let measured = terminal.then(|| usize::from(console::Term::stdout().size().1));
    Style { width: columns.or(measured).unwrap_or(100), colour }
}

#[expect(clippy::print_stderr, reason = "notes are for people")]
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// An error with its causes; one that points into a file shows the line.
#[expect(clippy::print_stderr, reason = "errors are for people")]
pub(crate) fn error(error: &OperationError) {
    if let OperationError::Settings(inner) = error {
        let mut text = String::new();
        let handler =
            miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
        if handler.render_report(&mut text, inner.as_ref()).is_ok() {
            eprintln!("error: {inner}\n{text}");
            return;
        }
    }
    let mut text = format!("error: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            let _ = write!(text, "\n  because: {words}");
        }
        cause = inner.source();
    }
    eprintln!("{text}");
}

/// Every command with its help, as Markdown.
pub(crate) fn reference(command: &clap::Command) -> String {
    let mut page =
        "# Command line\n\nGenerated from the program; `annex COMMAND --help` shows the same.\n"
            .to_owned();
    let mut open = vec![(command.clone(), String::new())];
    while let Some((mut command, parent)) = open.pop() {
        let name = if parent.is_empty() {
            command.get_name().to_owned()
        } else {
            format!("{parent} {}", command.get_name())
        };
        command = command.bin_name(name.clone()).term_width(100);
        let help = command.render_long_help().to_string();
        let help = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        let _ = write!(page, "\n## {name}\n\n```text\n{}\n```\n", help.trim_end());
        let children: Vec<clap::Command> = command
            .get_subcommands()
            .filter(|child| !child.is_hide_set() && child.get_name() != "help")
            .cloned()
            .collect();
        open.extend(children.into_iter().rev().map(|child| (child, name.clone())));
    }
    page
}

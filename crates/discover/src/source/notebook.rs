//! Jupyter notebooks: the code cells as one Python text, with the line of each in the file.

use crate::tree::{Kind, Node};

/// The code of a notebook, and for each of its lines the line in the file.
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) lines: Vec<u32>,
}

/// The code cells of a notebook. Lines of the shell (`!`, `%`) become empty.
pub(crate) fn code(notebook: &Node) -> Code {
    let mut code = Code { text: String::new(), lines: Vec::new() };
    let cells = notebook.get("cells").map_or(&[][..], Node::items);
    for cell in cells {
        if cell.get("cell_type").and_then(Node::text) != Some("code") {
            continue;
        }
        match cell.get("source").map(|source| (source.line, &source.kind)) {
            Some((_, Kind::List(lines))) => {
                for line in lines {
                    add(&mut code, line.text().unwrap_or_default(), line.line);
                }
            }
            Some((line, Kind::Text(text))) => add(&mut code, text, line),
            _ => {}
        }
    }
    code
}

fn add(code: &mut Code, text: &str, line: u32) {
    for part in text.lines() {
        if !part.trim_start().starts_with(['!', '%']) {
            code.text.push_str(part);
        }
        code.text.push('\n');
        code.lines.push(line);
    }
}

impl Code {
    /// The line in the file of a line in the code.
    pub(crate) fn line(&self, line: u32) -> u32 {
        let index = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
        self.lines.get(index).copied().unwrap_or(line)
    }
}

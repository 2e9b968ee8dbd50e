//! Bicep: parameters, variables, resources and modules.

use super::expr::{Dialect, Expr, Reader, Shape};
use crate::limits::Limits;
use crate::tree::Fault;

/// A resource, or a module that makes some.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared {
    pub(crate) line: u32,
    pub(crate) name: String,
    /// `Microsoft.Search/searchServices@…`, or where the module lies.
    pub(crate) of: String,
    pub(crate) module: bool,
    /// It is only referred to: something else makes it.
    pub(crate) existing: bool,
    pub(crate) body: Expr,
}

/// A file. Where the syntax is not known the reader goes on with the next line; the first such
/// place is told.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Parameters with a default, and variables.
    pub(crate) constants: Vec<(String, Expr)>,
    pub(crate) declared: Vec<Declared>,
    pub(crate) fault: Option<Fault>,
}

/// Reads a file.
pub(crate) fn read(text: &str, limits: &Limits) -> File {
    let mut reader = Reader::new(Dialect::Bicep, text, limits);
    let mut file = File::default();
    loop {
        reader.gap();
        if reader.peek().is_none() {
            return file;
        }
        if let Err(fault) = item(&mut reader, &mut file) {
            file.fault.get_or_insert(fault);
            reader.pass_line();
        }
    }
}

fn item(reader: &mut Reader<'_>, file: &mut File) -> Result<(), Fault> {
    if reader.eat("@") {
        // A decorator: what a parameter may be is not what it is.
        reader.expr(0)?;
        return Ok(());
    }
    let line = reader.line;
    let word = reader.name().ok_or_else(|| reader.fault("expected a declaration"))?;
    reader.space();
    match word {
        "param" | "var" => {
            let name = reader.name().ok_or_else(|| reader.fault("expected a name"))?.to_owned();
            if to_value(reader) {
                let value = reader.expr(0)?;
                file.constants.push((name, value));
            }
        }
        "resource" | "module" => {
            let name = reader.name().ok_or_else(|| reader.fault("expected a name"))?.to_owned();
            reader.space();
            let of = reader.expr(0)?.text().unwrap_or_default();
            reader.space();
            let existing = reader.is_word("existing");
            if existing {
                reader.pass("existing".len());
            }
            if !to_value(reader) {
                return Err(reader.fault("expected `=`"));
            }
            reader.condition(0)?;
            let body = reader.expr(0)?;
            let module = word == "module";
            file.declared.push(Declared { line, name, of, module, existing, body });
        }
        "output" | "metadata" | "targetScope" | "using" | "extension" | "import" | "type"
        | "func" | "assert" | "provider" => {
            if to_value(reader) {
                if matches!(word, "type" | "func") {
                    reader.balanced();
                } else {
                    reader.expr(0)?;
                }
            }
        }
        _ => return Err(reader.fault("expected a declaration")),
    }
    Ok(())
}

/// Behind the `=` of a declaration, if it has one on its line; over the type before it.
fn to_value(reader: &mut Reader<'_>) -> bool {
    let rest = reader.rest();
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    // A type may be an object over several lines; then there is no default to follow.
    let Some(at) = line.find('=').filter(|at| !line[..*at].contains("//")) else {
        reader.balanced();
        return false;
    };
    reader.pass(at + 1);
    reader.gap();
    true
}

impl Reader<'_> {
    /// To the end of the line on which all brackets that open here are closed.
    fn balanced(&mut self) {
        let mut open = 0_usize;
        while let Some(next) = self.rest().chars().next() {
            match next {
                '{' | '[' | '(' => open += 1,
                '}' | ']' | ')' => open = open.saturating_sub(1),
                '\n' if open == 0 => return,
                _ => {}
            }
            self.pass(next.len_utf8());
        }
    }
}

/// A resource's body without the loop around it.
pub(crate) fn looped(body: &Expr) -> (&Expr, Option<(&str, &Expr)>) {
    match &body.shape {
        Shape::For { name, of, body } => (body, Some((name, of))),
        _ => (body, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_lie_in_others() {
        let text = "resource a 'X/a@1' = {\n  name: 'a'\n\n  @batchSize(1)\n  resource b 'b' = [for x in y: {\n    name: x\n  }]\n  resource: 'no'\n}\n";
        let file = read(text, &Limits::default());
        assert_eq!(file.fault, None);
        let Shape::Map(entries) = &file.declared[0].body.shape else { panic!("no map") };
        let keys: Vec<_> = entries.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["name", "resource b", "resource"]);
    }

    #[test]
    fn declarations_are_read_and_permitted_values_are_none() {
        let text = "targetScope = 'subscription'\n@allowed([\n  'gpt-4'\n])\nparam model string ='gpt-4o' // why\nparam opaque object\nparam typed {\n  name: string\n}\nvar two = {\n  a: 1\n}\nresource one 'A/b@2023' existing = if (x && y) {\n  name: model\n}\nresource many 'C/d@2023' = [for m in models: {\n  name: m\n}]\nmodule mod 'a/b.bicep' = {\n  params: { a: 'b' }\n}\nnonsense here\nfunc f(x string) string => '${x}'\noutput id string = one.id\nparam last string = 'z'\n";
        let file = read(text, &Limits::default());
        let constants: Vec<_> = file.constants.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(constants, ["model", "two", "last"]);
        assert_eq!(file.constants[0].1.text().as_deref(), Some("gpt-4o"));
        let declared: Vec<_> = file
            .declared
            .iter()
            .map(|d| (d.line, d.of.as_str(), d.module, d.existing, looped(&d.body).1.is_some()))
            .collect();
        assert_eq!(
            declared,
            [
                (13, "A/b@2023", false, true, false),
                (16, "C/d@2023", false, false, true),
                (19, "a/b.bicep", true, false, false)
            ]
        );
        assert_eq!(
            file.fault.map(|fault| fault.to_string()).as_deref(),
            Some("line 22: expected a declaration")
        );
    }
}

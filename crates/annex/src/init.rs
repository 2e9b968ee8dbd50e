//! `annex init`: a commented annex.toml, the data folder, a signing key.

use std::io::Write as _;

use annex_isms::OrganisationId;
use annex_operations::{Command, Exit, OperationError};

use crate::args::InitArgs;
use crate::context::{Context, caller, write_access};

pub(crate) async fn init(context: &Context, args: InitArgs) -> Result<Exit, OperationError> {
    let file = args.path.join("annex.toml");
    let failed = |source| OperationError::File {
        operation: "write",
        path: file.display().to_string(),
        source,
    };
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(&file);
    match created {
        Ok(mut out) => {
            let text = skeleton(&args.organisation, &args.name);
            out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
            context.note(&format!("wrote {}", file.display()));
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            context.note(&format!("{} is there already and stays as it is", file.display()));
        }
        Err(source) => return Err(failed(source)),
    }
    let loaded = context.load(Some(&args.path))?;
    let data = loaded.settings.data.clone();
    let operations = context.open(loaded, write_access("init")).await?;
    operations.execute(Command::Declare, &caller()).await?;
    context.note(&format!("data folder: {}", data.display()));
    context.note(&format!(
        "signing key: {} (back it up; whoever has it can sign)",
        operations.key_file().display()
    ));
    operations.close().await?;
    context.note("next: annex assess PATH");
    Ok(Exit::Done)
}

fn skeleton(id: &OrganisationId, name: &str) -> String {
    let name = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"# What a scan cannot see. Everything here is a statement: it names things and people, and
# it never meets a requirement by itself. Settings: docs/settings.md

[organisation]
id = "{id}"
name = "{name}"
scope = ""          # the scope of your ISMS, in a sentence
interfaces = []     # what crosses its edge: providers, customers, other parts of the house

# [[person]]
# id = "dana"
# name = "Dana Example"
# roles = ["security"]   # security, engineering, legal, data-protection, management, procurement, operations

# [[system]]
# id = "help-desk"       # the id that a scan gives; `annex systems` lists them
# name = "Help desk"
# purpose = "Answers questions of employees about IT"
# owner = "dana"
# audiences = ["employees"]
# classes = ["internal"] # public, internal, confidential, restricted

# [[supplier]]
# id = "openai"          # the id that a scan gives
# name = "OpenAI"
# owner = "dana"

# [[agreement]]
# id = "openai-dpa"
# supplier = "openai"
# title = "Data processing agreement"
# signed = "2026-01-31"
# expires = "2027-01-31"
# reviewed = "2026-01-31"
# training_on_our_data = false
# retention_days = 30
# permitted_classes = ["public", "internal"]
# file = "contracts/openai-dpa.pdf"   # the signed text; without it the terms are only stated

# [[implementation]]
# control = "A.5.7"
# statement = "Feeds are read weekly and triaged in the security meeting"
# owner = "dana"
# since = "2025-06-01"
# status = "implemented"  # planned, partial, implemented, none
"#
    )
}

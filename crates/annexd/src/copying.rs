//! Copying between a folder and the database, and telling what was copied.

use annex_machine::PORTS;
use annex_operations::{Between, Copied, OperationError};
use annex_settings::Settings;

use crate::args::CopyArgs;

/// Copies, and says of each organisation what is the same on both sides.
pub(crate) async fn copy(
    settings: &Settings,
    arguments: &CopyArgs,
    holder: &str,
) -> Result<(), OperationError> {
    let between = match (&arguments.from_folder, &arguments.to_folder) {
        (Some(folder), _) => Between::FromFolder(folder),
        (None, Some(folder)) => Between::ToFolder(folder),
        (None, None) => {
            let text = "name the folder: --from-folder or --to-folder";
            return Err(OperationError::Input(text.to_owned()));
        }
    };
    for copied in annex_operations::copy(settings, between, holder, PORTS).await? {
        let Copied { organisation, entries, root, accounts, evidence } = copied;
        tracing::info!(
            "`{organisation}`: {entries} entries with the root {root}, {evidence} pieces of evidence, {accounts} accounts; both sides verify"
        );
    }
    tracing::info!("done; write to the copy alone from now on");
    Ok(())
}

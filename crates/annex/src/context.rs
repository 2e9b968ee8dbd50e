//! What every command needs: settings, the outside world, who acts.

use std::path::{Path, PathBuf};

use annex_catalog::Catalogue;
pub(crate) use annex_machine::PORTS;
use annex_machine::environment;
use annex_operations::{Access, Caller, OperationError, Operations};
use annex_settings::{Declarations, Settings};

use crate::args::Global;
use crate::server::{self, Server};
use crate::workplace::Workplace;

/// The context of one run.
pub(crate) struct Context {
    pub(crate) global: Global,
}

/// Settings and declarations, and the file they came from.
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) declarations: Declarations,
    pub(crate) file: PathBuf,
}

impl Context {
    pub(crate) const fn new(global: Global) -> Self {
        Self { global }
    }

    /// Reads `--config`; else `annex.toml` in the assessed folder; else `annex.toml` here.
    pub(crate) fn load(&self, assessed: Option<&Path>) -> Result<Loaded, OperationError> {
        let file = match (&self.global.config, assessed) {
            (Some(file), _) if !file.exists() => {
                return Err(OperationError::Input(format!("there is no file {}", file.display())));
            }
            (Some(file), _) => file.clone(),
            (None, Some(folder)) if folder.join("annex.toml").exists() => folder.join("annex.toml"),
            (None, _) => PathBuf::from("annex.toml"),
        };
        let (mut settings, declarations) =
            annex_settings::load(&file, &environment).map_err(Box::new)?;
        if let Some(data) = &self.global.data {
            settings.data.clone_from(data);
        }
        if let Some(catalog) = &self.global.catalog {
            settings.catalog = Some(catalog.clone());
        }
        Ok(Loaded { settings, declarations, file })
    }

    /// Opens the data folder for reading.
    pub(crate) async fn reading(&self) -> Result<Operations<'static>, OperationError> {
        self.open(self.load(None)?, Access::Read).await
    }

    /// Opens the data folder for writing.
    pub(crate) async fn writing(&self, what: &str) -> Result<Operations<'static>, OperationError> {
        self.open(self.load(None)?, write_access(what)).await
    }

    /// The data folder for reading, or the server that is named.
    pub(crate) async fn reading_anywhere(&self) -> Result<Workplace, OperationError> {
        self.found_anywhere(Access::Read).await
    }

    /// The data folder for writing, or the server that is named.
    pub(crate) async fn writing_anywhere(&self, what: &str) -> Result<Workplace, OperationError> {
        self.found_anywhere(write_access(what)).await
    }

    async fn found_anywhere(&self, access: Access) -> Result<Workplace, OperationError> {
        let loaded = self.load(None)?;
        let catalogue = annex_operations::catalogue(&loaded.settings)?;
        self.anywhere(loaded, catalogue, access).await
    }

    /// The data folder of these settings, or the server that is named.
    pub(crate) async fn anywhere(
        &self,
        loaded: Loaded,
        catalogue: Catalogue,
        access: Access,
    ) -> Result<Workplace, OperationError> {
        if let Some(address) = &self.global.server {
            let server = Server::new(address, environment(server::TOKEN))?;
            return Ok(Workplace::Server(Box::new(server), Box::new(catalogue)));
        }
        let operations = self.open_with(loaded, catalogue, access).await?;
        Ok(Workplace::Folder(Box::new(operations)))
    }

    /// Refuses what needs the folder itself when a server is named.
    fn here(&self) -> Result<(), OperationError> {
        match self.global.server {
            Some(_) => Err(OperationError::Input(
                "this needs the data folder itself; leave out --server".to_owned(),
            )),
            None => Ok(()),
        }
    }

    pub(crate) async fn open(
        &self,
        loaded: Loaded,
        access: Access,
    ) -> Result<Operations<'static>, OperationError> {
        let catalogue = annex_operations::catalogue(&loaded.settings)?;
        self.open_with(loaded, catalogue, access).await
    }

    /// Opens the data folder with a catalogue that is loaded already.
    pub(crate) async fn open_with(
        &self,
        loaded: Loaded,
        catalogue: Catalogue,
        access: Access,
    ) -> Result<Operations<'static>, OperationError> {
        self.here()?;
        let Loaded { settings, declarations, file } = loaded;
        // On the heap: it holds all settings, and what waits for it would too.
        Box::pin(Operations::open(settings, declarations, file, catalogue, access, PORTS)).await
    }

    /// A note for people on standard error.
    pub(crate) fn note(&self, text: &str) {
        if !self.global.quiet {
            crate::output::note(text);
        }
    }
}

pub(crate) fn write_access(what: &str) -> Access {
    Access::Write { holder: format!("annex {what}, process {}", std::process::id()) }
}

/// Whoever types; nobody verified that name.
pub(crate) fn caller() -> Caller {
    let name = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| environment(name));
    Caller::of_folder(name.as_deref().unwrap_or("unknown"))
}

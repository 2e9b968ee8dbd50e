//! A scope: the register as one organisation sees it.

use annex_isms::OrganisationId;

use crate::Register;

/// One organisation's part of the register. Every query is on one of these.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    pub(crate) register: &'a Register,
    pub(crate) id: OrganisationId,
}

impl Scope<'_> {
    /// The organisation.
    pub const fn id(&self) -> &OrganisationId {
        &self.id
    }
}

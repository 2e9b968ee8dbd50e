//! Suppliers and what was agreed with them, and controls as implemented: what people keep by hand.
//!
//! What `annex.toml` declares replaces the same when it is declared again.

use annex_isms::entity::{Agreement, Evidence, Implementation, Person, Supplier};
use annex_isms::{PersonId, Record};
use annex_register::Receipt;

use crate::access::By;
use crate::find::person_of;
use crate::{OperationError, Operations};

/// The most entries of a list in an agreement or of a supplier.
const ENTRIES_MAX: usize = 200;

impl Operations<'_> {
    pub(crate) async fn put_supplier(
        &self,
        supplier: &Supplier,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let people: Vec<Person> = self.all_of().await?;
        let record = Self::supplier_record(&people, supplier)?;
        let what = format!("supplier {}", supplier.id);
        Ok((self.record(vec![record], by).await?, what))
    }

    /// A supplier as it would be recorded.
    pub(crate) fn supplier_record(
        people: &[Person],
        supplier: &Supplier,
    ) -> Result<Record, OperationError> {
        named("the supplier", &supplier.name)?;
        if let Some(owner) = &supplier.owner {
            person_of(people, owner)?;
        }
        bounded("certificates", supplier.certifications.len())?;
        for certification in &supplier.certifications {
            named("each certificate", &certification.name)?;
        }
        Ok(supplier.clone().into())
    }

    pub(crate) async fn put_agreement(
        &self,
        agreement: &Agreement,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        named("the agreement", &agreement.title)?;
        let supplier: Option<Supplier> = self.look_up(agreement.supplier.as_str()).await?;
        if supplier.is_none() {
            let supplier = &agreement.supplier;
            return Err(OperationError::not_found(format!(
                "no supplier `{supplier}` is on record"
            )));
        }
        let known: Option<Agreement> = self.look_up(agreement.id.as_str()).await?;
        if let Some(known) = known.filter(|known| known.supplier != agreement.supplier) {
            return Err(OperationError::input(format!(
                "agreement {} is with `{}`; give the new one another id",
                known.id, known.supplier
            )));
        }
        if agreement.signed.zip(agreement.expires).is_some_and(|(signed, last)| last < signed) {
            return Err(OperationError::input("the agreement ends before it was signed"));
        }
        for (what, day) in [("signed", agreement.signed), ("reviewed", agreement.reviewed)] {
            if day.is_some_and(|day| day > self.now().date()) {
                return Err(OperationError::input(format!(
                    "an agreement cannot have been {what} on a day to come"
                )));
            }
        }
        for (what, number) in [
            ("days of retention", agreement.retention_days),
            ("hours until notice of a breach", agreement.breach_notice_hours),
        ] {
            if number.is_some_and(|number| number < 0) {
                return Err(OperationError::input(format!("{what} cannot be less than 0")));
            }
        }
        for (what, list) in
            [("regions", &agreement.regions), ("sub-processors", &agreement.sub_processors)]
        {
            bounded(what, list.as_ref().map_or(0, std::collections::BTreeSet::len))?;
        }
        if let Some(digest) = &agreement.evidence {
            let evidence: Option<Evidence> = self.look_up(&digest.to_string()).await?;
            if evidence.is_none() {
                return Err(OperationError::input(format!(
                    "no evidence {digest} is on record; add the signed text as evidence first"
                )));
            }
        }
        let what = format!("agreement {} with {}", agreement.id, agreement.supplier);
        Ok((self.record(vec![agreement.clone().into()], by).await?, what))
    }

    pub(crate) async fn declare_implementation(
        &self,
        implementation: &Implementation,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let control = &implementation.control;
        if !self.catalogue.controls.contains_key(control) {
            return Err(OperationError::input(format!(
                "no control `{control}` is in the catalogue"
            )));
        }
        named("how the control is implemented", &implementation.statement)?;
        self.known_owner(implementation.owner.as_ref()).await?;
        let what = format!("{control} is declared as {}", implementation.status);
        Ok((self.record(vec![implementation.clone().into()], by).await?, what))
    }

    async fn known_owner(&self, person: Option<&PersonId>) -> Result<(), OperationError> {
        match person {
            Some(person) => self.known_person(person).await,
            None => Ok(()),
        }
    }
}

fn named(what: &str, text: &str) -> Result<(), OperationError> {
    if text.trim().is_empty() {
        return Err(OperationError::input(format!("{what} needs words; none are given")));
    }
    Ok(())
}

fn bounded(what: &str, entries: usize) -> Result<(), OperationError> {
    if entries > ENTRIES_MAX {
        return Err(OperationError::input(format!(
            "{entries} {what} are too many; at most {ENTRIES_MAX}"
        )));
    }
    Ok(())
}

//! Judging, and recording what follows as work.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use annex_assess::{assess, changes};
use annex_isms::assessment::{Assessment, Counts};
use annex_isms::entity::{Evidence, EvidenceKind, Gap, GapStatus, Request, RequestStatus, Risk};
use annex_isms::observation::Period;
use annex_isms::record::AssessmentRecord;
use annex_isms::{
    Basis, ControlId, Digest, GapId, Record, RequestId, Snapshot, Subject, canonical_json,
};

use crate::access::By;
use crate::{OperationError, Operations, Reply};

impl Operations<'_> {
    /// Judges and records. The diagrams become evidence before they are counted as such.
    pub(crate) async fn assess(&self, by: &By) -> Result<Reply, OperationError> {
        let earlier = self.earlier_assessment().await?;
        let mut snapshot = self.snapshot().await?;
        let mut records: Vec<Record> = Vec::new();
        if let Some(diagrams) = self.diagrams(&snapshot)? {
            snapshot.evidence.retain(|evidence| evidence.digest != diagrams.digest);
            snapshot.evidence.push(diagrams.clone());
            snapshot.evidence.sort_by_key(|evidence| evidence.digest);
            records.push(diagrams.into());
        }
        let assessment = assess(&self.catalogue, &snapshot, self.settings.criteria());
        let document = canonical_json(&assessment)?;
        let stored = self.blobs.put(document.as_slice())?;
        work(&snapshot, &assessment, &mut records);
        let mut counts = Counts::default();
        assessment.results.iter().for_each(|result| counts.add(result.outcome));
        records.push(
            AssessmentRecord {
                digest: stored.digest,
                at: assessment.at,
                catalogue: assessment.catalogue,
                counts: Some(counts),
                controls: assessment
                    .controls
                    .iter()
                    .map(|own| (own.id.clone(), own.status))
                    .collect(),
            }
            .into(),
        );
        let receipt = self.record(records, by).await?;
        Ok(Reply::Assessed {
            changes: earlier.map(|earlier| changes(&earlier, &assessment)),
            assessment: Box::new(assessment),
            digest: stored.digest,
            ledger_size: receipt.size,
        })
    }

    /// The newest recorded assessment.
    pub(crate) async fn earlier_assessment(&self) -> Result<Option<Assessment>, OperationError> {
        Ok(self.recorded_assessment().await?.map(|(_, assessment, _)| assessment))
    }

    /// The newest recorded assessment, with its digest and its bytes.
    pub(crate) async fn recorded_assessment(
        &self,
    ) -> Result<Option<(Digest, Assessment, Vec<u8>)>, OperationError> {
        let Some(newest) = self.scope().assessments().await?.into_iter().next() else {
            return Ok(None);
        };
        let bytes = self.blobs.get(&newest.digest)?;
        let assessment = serde_json::from_slice(&bytes).map_err(|error| {
            OperationError::Internal(format!(
                "the assessment {} cannot be read: {error}",
                newest.digest
            ))
        })?;
        Ok(Some((newest.digest, assessment, bytes)))
    }

    /// The data-flow diagrams of all systems as one piece of evidence.
    fn diagrams(&self, snapshot: &Snapshot) -> Result<Option<Evidence>, OperationError> {
        let mut text = String::new();
        let index = annex_assess::Index::new(snapshot);
        for system in &snapshot.systems {
            let diagram = annex_assess::diagram(&index, &system.id);
            if !diagram.is_empty() {
                let _ = write!(text, "# {}\n\n```mermaid\n{diagram}```\n\n", system.name);
            }
        }
        if text.is_empty() {
            return Ok(None);
        }
        let stored = self.blobs.put(text.as_bytes())?;
        let now = snapshot.at;
        let controls: BTreeSet<ControlId> = self
            .catalogue
            .stage2
            .iter()
            .filter(|item| {
                item.needs.iter().any(|need| need.kind == EvidenceKind::ArchitectureDiagram)
            })
            .flat_map(|item| item.controls.iter().cloned())
            .collect();
        Ok(Some(Evidence {
            digest: stored.digest,
            bytes: stored.bytes,
            name: "data-flow-diagrams.md".to_owned(),
            kind: EvidenceKind::ArchitectureDiagram,
            description: "Data flows of the AI systems, as found by the last scans".to_owned(),
            period: Period { from: now, to: now },
            collected_at: now,
            collected_by: "annex assess".to_owned(),
            basis: Basis::Source,
            population: format!("{} AI systems on record", snapshot.systems.len()),
            expires: None,
            controls,
            subject: Subject::Organisation,
        }))
    }
}

/// Risks, gaps and requests as the assessment leaves them.
fn work(snapshot: &Snapshot, assessment: &Assessment, records: &mut Vec<Record>) {
    for view in &assessment.risks {
        let known = snapshot
            .risks
            .binary_search_by(|risk| risk.id.cmp(&view.id))
            .ok()
            .map(|index| &snapshot.risks[index]);
        records.push(
            Risk {
                id: view.id.clone(),
                system: view.system.clone(),
                threat: view.threat.clone(),
                assets: view.assets.clone(),
                identified_at: known.map_or(assessment.at, |risk| risk.identified_at),
                owner: known.and_then(|risk| risk.owner.clone()).or_else(|| view.owner.clone()),
                review: known.and_then(|risk| risk.review.clone()),
            }
            .into(),
        );
    }
    let mut open: BTreeSet<&GapId> = BTreeSet::new();
    for view in &assessment.gaps {
        open.insert(&view.id);
        let known = snapshot
            .gaps
            .binary_search_by(|gap| gap.id.cmp(&view.id))
            .ok()
            .map(|i| &snapshot.gaps[i]);
        let reopened = known.is_some_and(|gap| gap.status == GapStatus::Closed);
        records.push(
            Gap {
                id: view.id.clone(),
                requirement: view.requirement.clone(),
                subject: view.subject.clone(),
                plan: known.map(|gap| gap.plan.clone()).unwrap_or_default(),
                owner: view.owner.clone(),
                due: view.due,
                severity: view.severity,
                status: view.status,
                opened_at: known.filter(|_| !reopened).map_or(assessment.at, |gap| gap.opened_at),
                closed_by: None,
                verification: String::new(),
            }
            .into(),
        );
    }
    for gap in
        snapshot.gaps.iter().filter(|gap| gap.status == GapStatus::Open && !open.contains(&gap.id))
    {
        // Its subject is no longer seen: nothing is measured, someone must look.
        records.push(Gap { status: GapStatus::ReadyToVerify, ..gap.clone() }.into());
    }
    let mut asked: BTreeSet<&RequestId> = BTreeSet::new();
    for view in &assessment.requests {
        asked.insert(&view.id);
        let known = snapshot
            .requests
            .binary_search_by(|request| request.id.cmp(&view.id))
            .ok()
            .map(|index| &snapshot.requests[index]);
        let again = known.is_some_and(|request| request.status == RequestStatus::Answered);
        records.push(
            Request {
                id: view.id.clone(),
                requirement: view.requirement.clone(),
                subject: view.subject.clone(),
                owner: view.owner.clone(),
                due: view.due,
                status: RequestStatus::Open,
                opened_at: known
                    .filter(|_| !again)
                    .map_or(assessment.at, |request| request.opened_at),
            }
            .into(),
        );
    }
    for request in snapshot
        .requests
        .iter()
        .filter(|r| r.status == RequestStatus::Open && !asked.contains(&r.id))
    {
        records.push(Request { status: RequestStatus::Answered, ..request.clone() }.into());
    }
}

//! The only user of Cedar: requirements as policy sets with reasons, and [`Access`]: who may do
//! what.
//!
//! Cedar answers allow or deny and names the policies that decided. It does not explain a
//! default deny and it skips a policy that errors. So a requirement is its own policy set:
//! one unconditional `permit` and annotated `forbid` clauses. The satisfied forbids *are* the
//! reasons, and any evaluation error makes the whole evaluation an error.
//!
//! ```text
//!  AttributeTable ──▶ one schema per kind of subject (every attribute required)
//!                          │ strict validation, once
//!  clauses in Cedar ──▶ Rules ── needs: the attributes that each clause reads
//!  values ──▶ Facts ──▶ Rules::violated ──▶ satisfied clauses
//! ```
//!
//! The attributes that a clause reads are derived from its syntax tree, so the caller can see
//! before evaluation whether they are known. Policies are validated against a schema in which
//! every attribute is required: a policy never has to ask whether an attribute is there, and
//! one that reads an attribute nobody declared is refused when the catalogue is loaded.
//!
//! Rejected: partial evaluation (experimental, and residuals are no reasons); one policy set
//! for all requirements with the requirement as the action (one error would hide in it).
//!
//! What can still go wrong: a clause that can never be satisfied passes silently. The
//! catalogue's tests therefore evaluate each clause with values that satisfy it.

mod access;
mod rules;
mod table;

pub use access::Access;
pub use rules::{Clause, EvaluationError, Facts, PolicyError, Rules};
pub use table::{AttributeTable, Schemas};

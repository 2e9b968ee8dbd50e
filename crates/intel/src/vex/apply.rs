//! Statements × report: which statement decides where a match stands.

use super::purl::{names, same_product};
use super::{Document, Product, Statement};
use crate::report::{Decided, Match, Report, State};

impl Report {
    /// Applies documents. `products` are the names of the caller's own products.
    ///
    /// Of the statements that apply to a match the latest wins; of two of one instant the one
    /// that comes later in the list. A statement of the future, seen from the report, is passed
    /// over and listed; a statement that fits no match is no fault and changes nothing.
    pub fn apply(&mut self, documents: &[Document], products: &[&str]) {
        let mut statements: Vec<(&Document, &Statement)> = Vec::new();
        for document in documents {
            for (number, statement) in (1..).zip(&document.statements) {
                if statement.timestamp > self.at {
                    self.statements_ignored.push(format!(
                        "{}, statement {number}: its time {} lies after {}",
                        document.id, statement.timestamp, self.at
                    ));
                } else {
                    statements.push((document, statement));
                }
            }
        }
        // Stable: what comes later in the list stays later.
        statements.sort_by_key(|(_, statement)| statement.timestamp);
        for row in &mut self.matches {
            let latest = statements.iter().rev().find(|(_, s)| applies(s, row, products));
            if let Some((document, statement)) = latest {
                row.state = state(document, statement);
            }
        }
    }
}

fn applies(statement: &Statement, row: &Match, products: &[&str]) -> bool {
    let names = std::iter::once(&statement.vulnerability.name)
        .chain(&statement.vulnerability.aliases)
        .any(|name| *name == row.id || row.aliases.contains(name));
    names && statement.products.iter().any(|product| concerns(product, row, products))
}

fn concerns(product: &Product, row: &Match, products: &[&str]) -> bool {
    let ours = products.iter().any(|name| same_product(&product.id, name));
    if product.subcomponents.is_empty() {
        return ours || names(&product.id, &row.dependency);
    }
    ours && product.subcomponents.iter().any(|part| names(&part.id, &row.dependency))
}

fn state(document: &Document, statement: &Statement) -> State {
    let because = if statement.impact_statement.is_empty() {
        statement.action_statement.clone()
    } else {
        statement.impact_statement.clone()
    };
    State {
        status: statement.status,
        statement: Some(Decided {
            author: document.author.clone(),
            at: statement.timestamp,
            document: document.id.clone(),
            justification: statement.justification,
            because,
        }),
    }
}

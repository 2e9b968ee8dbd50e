//! Bundles made by `model_signing`, and what must be refused.

mod bundles;
mod support;

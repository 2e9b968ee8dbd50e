//! Models, bundles and keys as they come from outside: what `model_signing` signed is verified,
//! what was tampered with is refused, each for its own reason.

mod bundles;
mod folders;
mod hostile;
mod keys;
mod manifests;
mod peer;
mod properties;
mod signing;
mod support;

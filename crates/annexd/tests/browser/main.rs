//! The pages in a real Chromium, served by the real `annexd` over a copy of the example.
//!
//! ```text
//!  test ─ WebDriver ─▶ chromedriver ─▶ Chromium ─ HTTP ─▶ annexd ─▶ register of the example
//! ```
//!
//! Chromium and its driver come from the Debian packages `chromium` and `chromium-driver`. Where
//! they are missing these tests fail and say so: what was not tried has not passed.

mod axe;
mod browser;
mod contract;
mod keyboard;
mod live;
mod notices;
mod pages;
mod pictures;
mod provider;
mod server;
mod start;
mod walk;

//! Embeds the catalogue again when a file in it changes.

fn main() {
    println!("cargo:rerun-if-changed=../../catalog");
}

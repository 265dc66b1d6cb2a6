//! Has the crate compiled anew when the built pages change, which a release binary holds. It builds none of them: that is
//! `make web`, and without it the binary says so where a page would be.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A debug binary reads the pages from the folder as they are when asked for.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=web/dist");
    }
}

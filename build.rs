//! Lets the binary be built with the web pages or without them: `src/http/pages.rs` embeds `web/dist`, so the folder has
//! to be there, and the binary has to be built again when its content changes.

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all("web/dist")?;
    println!("cargo:rerun-if-changed=web/dist");
    println!("cargo:rerun-if-changed=migrations");
    Ok(())
}

//! Finds the guest image for this state of the repository and hands its path to the crate.

#[path = "src/cache_root.rs"]
mod cache_root;
#[path = "recipe/src/fingerprint.rs"]
mod fingerprint;

use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

const COMPRESSED: &str = "croquant.cwasm.zst";
const LICENCES: &str = "LICENCES";
const MODULE: &str = "croquant.wasm";

fn main() {
    if let Err(message) = run() {
        println!("cargo::error={message}");
    }
}

fn run() -> Result<(), String> {
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("..");
    watch(&root);
    let (hash, folder) = match env::var_os("CROQUANT_IMAGE") {
        Some(folder) => given(PathBuf::from(folder))?,
        None => built(&root)?,
    };
    let (image, licences) = (folder.join(COMPRESSED), folder.join(LICENCES));
    for file in [&image, &licences] {
        println!("cargo::rerun-if-changed={}", file.display());
        if !file.is_file() {
            return Err(format!(
                "the guest image {hash} is not built: run `just image` (`{}` is missing)",
                file.display()
            ));
        }
    }
    let bytes = fs::read(&image).map_err(|error| format!("`{}`: {error}", image.display()))?;
    println!("cargo::rustc-env=CROQUANT_IMAGE_PATH={}", image.display());
    println!(
        "cargo::rustc-env=CROQUANT_LICENCES_PATH={}",
        licences.display()
    );
    println!(
        "cargo::rustc-env=CROQUANT_MODULE_PATH={}",
        folder.join(MODULE).display()
    );
    println!("cargo::rustc-env=CROQUANT_IMAGE_HASH={hash}");
    println!("cargo::rustc-env=CROQUANT_PYTHON={}", python(&root)?);
    println!(
        "cargo::rustc-env=CROQUANT_IMAGE_CONTENT={}",
        &fingerprint::hex(&Sha256::digest(&bytes))[..16]
    );
    Ok(())
}

/// The image that belongs to this state of the repository, by its name.
fn built(root: &Path) -> Result<(String, PathBuf), String> {
    let keys = fingerprint::keys(root, &variable("CARGO_CFG_TARGET_ARCH")?)
        .map_err(|error| error.to_string())?;
    let hash = keys[fingerprint::IMAGE].clone();
    let cache = cache_root::cache_root().ok_or("no cache folder: set CROQUANT_CACHE")?;
    let folder = cache.join("images").join(&hash);
    Ok((hash, folder))
}

/// An image that was built elsewhere, under the name that it brings.
fn given(folder: PathBuf) -> Result<(String, PathBuf), String> {
    let description = folder.join("image.json");
    let text = fs::read_to_string(&description)
        .map_err(|error| format!("`{}`: {error}", description.display()))?;
    let after = text.split_once("\"image\": \"").map(|(_, after)| after);
    let hash = after.and_then(|after| after.split('"').next());
    let hash = hash.ok_or_else(|| format!("`{}` names no image", description.display()))?;
    Ok((hash.to_owned(), folder))
}

/// The version of the Python that the recipe pins.
fn python(root: &Path) -> Result<String, String> {
    let pins = root.join("guest/recipe/src/pins.rs");
    let text =
        fs::read_to_string(&pins).map_err(|error| format!("`{}`: {error}", pins.display()))?;
    let after = text.split_once("folder: \"Python-").map(|(_, after)| after);
    let version = after.and_then(|after| after.split('"').next());
    Ok(version.ok_or("`pins.rs` names no Python")?.to_owned())
}

/// What has to change for this to run again: everything that can change the image's name or its place.
fn watch(root: &Path) {
    for input in fingerprint::STAGES.iter().flat_map(|stage| stage.inputs) {
        let path = input.split('#').next().unwrap_or(input);
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    for name in ["CROQUANT_IMAGE", "CROQUANT_CACHE", "XDG_CACHE_HOME", "HOME"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("cargo did not set `{name}`"))
}

//! Where the project keeps what it can make again.

use std::path::PathBuf;

/// Downloads, builds and images: `$CROQUANT_CACHE`, else `croquant` in the user's cache folder; none without a home.
pub(crate) fn cache_root() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("CROQUANT_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("croquant")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/croquant")))
}

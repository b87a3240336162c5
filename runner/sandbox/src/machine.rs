//! What this machine and this build have to offer, for those who tell their users.

use wasmtime::PoolingAllocationConfig;

/// The version of wasmtime in this build.
pub const WASMTIME: &str = "48.0.8";

/// Whether the kernel tells which pages were written (the ioctl `PAGEMAP_SCAN`, Linux 6.7). Without it, the memory of a session that ends
/// is unmapped rather than restored, and the next one in its place starts slower.
pub fn tells_written_pages() -> bool {
    PoolingAllocationConfig::is_pagemap_scan_available()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_the_one_that_is_pinned() {
        let pins = include_str!("../../../Cargo.toml");
        let pin = format!("wasmtime = {{ version = \"={}\"", super::WASMTIME);
        assert!(pins.contains(&pin), "`{pin}` is not in Cargo.toml");
    }
}

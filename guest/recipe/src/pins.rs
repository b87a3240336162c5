//! The sources of the image: each by name, size and SHA-256, from Debian's archive, whose stable release does not move.

/// A file that the recipe downloads.
pub(crate) struct Pin {
    /// Debian's source package, or its binary package for a `.deb`.
    pub(crate) package: &'static str,
    /// The file's name in the archive.
    pub(crate) file: &'static str,
    /// Its length.
    pub(crate) bytes: u64,
    /// Its SHA-256.
    pub(crate) sha256: &'static str,
    /// The folder it unpacks to.
    pub(crate) folder: &'static str,
}

/// Debian's release that has them all.
pub(crate) const SUITE: &str = "trixie";

/// CPython, upstream's own tarball.
pub(crate) const CPYTHON: Pin = Pin {
    package: "python3.13",
    file: "python3.13_3.13.5.orig.tar.xz",
    bytes: 22_856_016,
    sha256: "93e583f243454e6e9e4588ca2c2662206ad961659863277afcdb96801647d640",
    folder: "Python-3.13.5",
};

/// The C library for WASI, compiled; it unpacks to a sysroot.
pub(crate) const WASI_LIBC: Pin = Pin {
    package: "wasi-libc",
    file: "wasi-libc_0.0~git20241209.574b88d-2_all.deb",
    bytes: 1_050_864,
    sha256: "b7716260051d289248b7667f81fa2792c125d888ff51da3fa09c6272cc0bd11d",
    folder: "wasi-libc",
};

/// Module `zlib`.
pub(crate) const ZLIB: Pin = Pin {
    package: "zlib",
    file: "zlib_1.3.dfsg+really1.3.1.orig.tar.gz",
    bytes: 1_325_737,
    sha256: "60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb",
    folder: "zlib-1.3.1",
};

/// Module `bz2`.
pub(crate) const BZIP2: Pin = Pin {
    package: "bzip2",
    file: "bzip2_1.0.8.orig.tar.gz",
    bytes: 810_029,
    sha256: "ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269",
    folder: "bzip2-1.0.8",
};

/// Module `lzma`.
pub(crate) const XZ: Pin = Pin {
    package: "xz-utils",
    file: "xz-utils_5.8.1.orig.tar.xz",
    bytes: 1_461_872,
    sha256: "0b54f79df85912504de0b14aec7971e3f964491af1812d83447005807513cd9e",
    folder: "xz-5.8.1",
};

/// Module `sqlite3`.
pub(crate) const SQLITE: Pin = Pin {
    package: "sqlite3",
    file: "sqlite3_3.46.1.orig.tar.xz",
    bytes: 8_456_776,
    sha256: "d0cdd2ece271b29e7ce18095745d892517ee26d0f270065b3a25c2e9eb11639c",
    folder: "sqlite3-3.46.1",
};

/// All of them.
pub(crate) const PINS: &[&Pin] = &[&CPYTHON, &WASI_LIBC, &ZLIB, &BZIP2, &XZ, &SQLITE];

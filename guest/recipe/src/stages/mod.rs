//! The stages, in the order in which they are built.

pub(crate) mod embedded;
pub(crate) mod image;
pub(crate) mod libs;
pub(crate) mod link;
pub(crate) mod native;
pub(crate) mod python;
pub(crate) mod source;

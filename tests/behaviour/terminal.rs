//! The prompt at a terminal.

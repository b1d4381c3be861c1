//! The questions an editor asks (diagnostics, hover, code actions), in bytes and words, answered from an immutable
//! snapshot.

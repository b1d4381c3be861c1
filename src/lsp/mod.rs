//! The language server: the only room that names `tower_lsp`. Each method is one send and at most one reply.

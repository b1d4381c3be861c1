//! The language server: the only room that names `tower_lsp` and its protocol types.
//!
//! What makes it correct: a notification's handler is one send into the session's inbox, before any await, so that the
//! inbox has the order of arrival (handlers run concurrently, but are polled in that order up to their first await); a
//! request is one send and one reply; no handler waits for a database or holds a lock; the concurrency level is raised,
//! so that waiting requests never hold up `didChange` or a cancellation.

mod convert;
mod server;

use tokio::sync::mpsc;
use tower_lsp::{LspService, Server};

/// How the log calls what the protocol's library says.
pub const PROTOCOL_TARGET: &str = "tower_lsp";

/// How many requests may wait at once before the editor's messages are read no further.
const CONCURRENCY: usize = 64;

/// Serves one editor on standard input and output until it says `exit` or goes away.
pub async fn serve() {
    serve_on(tokio::io::stdin(), tokio::io::stdout()).await;
}

/// Serves one editor on `input` and `output`.
pub async fn serve_on(input: impl tokio::io::AsyncRead + Unpin, output: impl tokio::io::AsyncWrite) {
    let (outputs, receiver) = mpsc::unbounded_channel();
    let inbox = crate::session::start(outputs, tokio::runtime::Handle::current());
    let (service, socket) = LspService::build(|client| server::LanguageServer::new(client, inbox, receiver))
        .custom_method(server::FOCUS_NOTIFICATION, server::LanguageServer::came_to_the_front)
        .finish();
    Server::new(input, output, socket).concurrency_level(CONCURRENCY).serve(service).await;
}

//! The protocol's methods: each is one send to the session and at most one reply.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::Client;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

use super::convert;
use crate::ide::page;
use crate::session::{Event, Inbox, Output, ProjectStatus, Settings};
use crate::text::Encoding;

/// The command by which an editor asks for a fresh reading of the databases.
const REFRESH_COMMAND: &str = "drizzle-drift.refresh";
/// By which an editor says that it came to the front; the protocol has nothing for it.
pub(super) const FOCUS_NOTIFICATION: &str = "drizzle-drift/focus";

/// The server's side of one editor.
pub(super) struct LanguageServer {
    client: Client,
    inbox: Inbox,
    /// Taken by the task that forwards the session's words, once the editor is ready for them.
    outputs: Mutex<Option<mpsc::UnboundedReceiver<Output>>>,
    /// Settled by `initialize`.
    editor: OnceLock<Editor>,
}

/// What the editor can do.
#[derive(Clone, Debug)]
struct Editor {
    encoding: Encoding,
    pulls_diagnostics: bool,
    refreshes_diagnostics: bool,
    refreshes_lenses: bool,
    registers_watchers: bool,
    creates_files: bool,
    /// Whether it shows documents that only the server has.
    shows_pages: bool,
    roots: Vec<PathBuf>,
    settings: Settings,
}

/// `initializationOptions`, and `drizzleDrift` of the settings. Unknown keys are other versions' business.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Options {
    poll_interval_seconds: Option<f64>,
}

impl LanguageServer {
    pub(super) fn new(client: Client, inbox: Inbox, outputs: mpsc::UnboundedReceiver<Output>) -> Self {
        Self { client, inbox, outputs: Mutex::new(Some(outputs)), editor: OnceLock::new() }
    }

    /// Takes [`FOCUS_NOTIFICATION`].
    pub(super) async fn came_to_the_front(&self) {
        self.inbox.send(Event::Focus);
    }

    fn encoding(&self) -> Encoding {
        self.editor.get().map_or(Encoding::default(), |editor| editor.encoding)
    }

    /// Asks the session and waits for its answer; an answer that will not come is an internal error.
    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Event) -> Result<T> {
        let (answer, receiver) = oneshot::channel();
        self.inbox.send(question(answer));
        receiver.await.map_err(|_| Error::internal_error())
    }
}

impl tower_lsp::LanguageServer for LanguageServer {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let editor = editor(&params);
        let capabilities = capabilities(&editor);
        // A second `initialize` is refused by the service itself, so this is the only one.
        let _ = self.editor.set(editor);
        Ok(lsp::InitializeResult {
            capabilities,
            server_info: Some(lsp::ServerInfo {
                name: env!("CARGO_PKG_NAME").into(),
                version: Some(env!("CARGO_PKG_VERSION").into()),
            }),
        })
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        let Some(editor) = self.editor.get().cloned() else { return };
        self.inbox.send(Event::Start {
            roots: editor.roots.clone(),
            encoding: editor.encoding,
            settings: editor.settings,
            watches_files: editor.registers_watchers,
        });
        let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(outputs) = outputs {
            tokio::spawn(forward(self.client.clone(), editor.clone(), outputs));
        }
        if editor.registers_watchers {
            let registration = lsp::Registration {
                id: "drizzle-drift-files".into(),
                method: "workspace/didChangeWatchedFiles".into(),
                register_options: serde_json::to_value(convert::watchers()).ok(),
            };
            if let Err(error) = self.client.register_capability(vec![registration]).await {
                tracing::warn!(%error, "the editor does not watch files for us");
            }
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        if let Some(path) = convert::path(&params.text_document.uri) {
            let lsp::TextDocumentItem { version, text, .. } = params.text_document;
            self.inbox.send(Event::Open { path, version, text });
        }
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        if let Some(path) = convert::path(&params.text_document.text_document_identifier.uri) {
            let changes = params.content_changes.into_iter().map(convert::change).collect();
            self.inbox.send(Event::Change { path, version: params.text_document.version, changes });
        }
    }

    async fn did_save(&self, params: lsp::DidSaveTextDocumentParams) {
        if let Some(path) = convert::path(&params.text_document.uri) {
            self.inbox.send(Event::Save(path));
        }
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        if let Some(path) = convert::path(&params.text_document.uri) {
            self.inbox.send(Event::Close(path));
        }
    }

    async fn did_change_watched_files(&self, params: lsp::DidChangeWatchedFilesParams) {
        self.inbox
            .send(Event::FilesChanged(params.changes.iter().filter_map(|change| convert::path(&change.uri)).collect()));
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        let added = params.event.added.iter().filter_map(|folder| convert::path(&folder.uri)).collect();
        let removed = params.event.removed.iter().filter_map(|folder| convert::path(&folder.uri)).collect();
        self.inbox.send(Event::Roots { added, removed });
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        let Some(editor) = self.editor.get() else { return };
        if let Some(options) = params.settings.get("drizzleDrift") {
            self.inbox.send(Event::Configure(settings(options, &editor.settings)));
        }
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> Result<Option<lsp::LspAny>> {
        if params.command != REFRESH_COMMAND {
            return Err(Error::invalid_params(format!("unknown command {}", params.command)));
        }
        self.inbox.send(Event::Refresh);
        Ok(None)
    }

    async fn hover(&self, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
        let lsp::TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        let Some(path) = convert::path(&text_document.uri) else { return Ok(None) };
        let position = convert::position_from(position);
        let hover = self.ask(|answer| Event::Hover { path, position, answer }).await?;
        Ok(hover.map(|(document, hover)| convert::hover(&document, hover, self.encoding())))
    }

    async fn code_action(&self, params: lsp::CodeActionParams) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
        let wanted = params.context.only.as_ref();
        if wanted.is_some_and(|kinds| !kinds.iter().any(convert::wants_quick_fixes)) {
            return Ok(None);
        }
        let Some(path) = convert::path(&params.text_document.uri) else { return Ok(None) };
        let range = convert::range_from(params.range);
        let offered = self.ask(|answer| Event::Actions { path, range, answer }).await?;
        let creates_files = self.editor.get().is_some_and(|editor| editor.creates_files);
        let actions = offered
            .into_iter()
            .filter_map(|action| convert::action(action, &params.context.diagnostics, creates_files, self.encoding()));
        Ok(Some(actions.map(lsp::CodeActionResponse::CodeAction).collect()))
    }

    async fn code_lens(&self, params: lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
        let Some(path) = convert::path(&params.text_document.uri) else { return Ok(None) };
        let lenses = self.ask(|answer| Event::Lenses { path, answer }).await?;
        Ok(lenses.map(|(document, lenses)| {
            lenses.into_iter().map(|lens| convert::lens(&document, lens, REFRESH_COMMAND, self.encoding())).collect()
        }))
    }

    async fn diagnostic(&self, params: lsp::DocumentDiagnosticParams) -> Result<lsp::DocumentDiagnosticReport> {
        let Some(path) = convert::path(&params.text_document.uri) else {
            return Ok(convert::report(None, self.encoding(), false));
        };
        let previous = params.previous_result_id;
        let pulled = self.ask(|answer| Event::Diagnostics { path, previous, answer }).await?;
        let shows_pages = self.editor.get().is_some_and(|editor| editor.shows_pages);
        Ok(convert::report(Some(pulled), self.encoding(), shows_pages))
    }

    async fn text_document_content(
        &self,
        params: lsp::TextDocumentContentParams,
    ) -> Result<lsp::TextDocumentContentResult> {
        let page = convert::code_of_page(&params.uri).and_then(page);
        let page = page.ok_or_else(|| Error::invalid_params(format!("there is no page at {}", params.uri)))?;
        Ok(lsp::TextDocumentContentResult::new(page.into()))
    }
}

/// `drizzle-drift/status`: the state of every project, for a status bar.
enum StatusNotification {}

/// Its parameters.
#[derive(Debug, Clone, serde::Serialize, Deserialize)]
struct StatusParams {
    projects: Vec<ProjectStatus>,
}

impl lsp::Notification for StatusNotification {
    type Params = StatusParams;

    const MESSAGE_DIRECTION: lsp::MessageDirection = lsp::MessageDirection::ServerToClient;
    const METHOD: lsp::LspNotificationMethod<'_> = lsp::LspNotificationMethod::Custom("drizzle-drift/status");
}

/// Passes the session's words on to the editor.
async fn forward(client: Client, editor: Editor, mut outputs: mpsc::UnboundedReceiver<Output>) {
    while let Some(output) = outputs.recv().await {
        match output {
            Output::Diagnostics { path, version, document, diagnostics } => {
                let Some(uri) = convert::uri(&path) else { continue };
                if editor.pulls_diagnostics {
                    if editor.refreshes_diagnostics
                        && let Err(error) = client.workspace_diagnostic_refresh().await
                    {
                        tracing::debug!(%error, "the editor refuses to pull diagnostics again");
                    }
                } else {
                    let diagnostics = convert::diagnostics(&document, diagnostics, editor.encoding, editor.shows_pages);
                    client.publish_diagnostics(uri, diagnostics, version).await;
                }
            }
            Output::LensesChanged if editor.refreshes_lenses => {
                if let Err(error) = client.code_lens_refresh().await {
                    tracing::debug!(%error, "the editor refuses to ask for lenses again");
                }
            }
            Output::LensesChanged => {}
            Output::Status(projects) => client.send_notification::<StatusNotification>(StatusParams { projects }).await,
            Output::Warn(message) => client.show_message(lsp::MessageType::Warning, message).await,
        }
    }
}

fn editor(params: &lsp::InitializeParams) -> Editor {
    let general = params.capabilities.general.as_ref();
    let utf8 = general
        .and_then(|general| general.position_encodings.as_ref())
        .is_some_and(|encodings| encodings.contains(&lsp::PositionEncodingKind::UTF8));
    let workspace = params.capabilities.workspace.as_ref();
    let text_document = params.capabilities.text_document.as_ref();
    let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
    let operations = edits.and_then(|edits| edits.resource_operations.as_ref());
    Editor {
        encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
        pulls_diagnostics: text_document.is_some_and(|text_document| text_document.diagnostic.is_some()),
        refreshes_diagnostics: workspace
            .and_then(|workspace| workspace.diagnostics.as_ref())
            .and_then(|diagnostics| diagnostics.refresh_support)
            .unwrap_or(false),
        refreshes_lenses: workspace
            .and_then(|workspace| workspace.code_lens.as_ref())
            .and_then(|lenses| lenses.refresh_support)
            .unwrap_or(false),
        registers_watchers: workspace
            .and_then(|workspace| workspace.did_change_watched_files.as_ref())
            .and_then(|watched| watched.dynamic_registration)
            .unwrap_or(false),
        creates_files: edits.and_then(|edits| edits.document_changes).unwrap_or(false)
            && operations.is_some_and(|operations| operations.contains(&lsp::ResourceOperationKind::Create)),
        shows_pages: workspace.is_some_and(|workspace| workspace.text_document_content.is_some()),
        roots: roots(params),
        settings: settings(params.initialization_options.as_ref().unwrap_or(&lsp::LspAny::Null), &Settings::default()),
    }
}

/// The settings that `options` make of `before`. Whether the workspace is trusted is read by itself, so that a fault in
/// another option never turns an untrusted workspace into a trusted one: only a plain `true` grants trust, and only the
/// absence of any word on it (an editor that knows no trust) leaves it as it was.
fn settings(options: &lsp::LspAny, before: &Settings) -> Settings {
    let trusted = match options.get("trusted") {
        None => before.trusted,
        Some(trusted) => trusted == &lsp::LspAny::Bool(true),
    };
    let options: Options = serde_json::from_value(options.clone()).unwrap_or_default();
    Settings {
        trusted,
        poll_interval: options
            .poll_interval_seconds
            .filter(|seconds| (0.1..=86_400.0).contains(seconds))
            .map_or(before.poll_interval, Duration::from_secs_f64),
    }
}

#[expect(deprecated, reason = "editors without workspace folders still say where they are")]
fn roots(params: &lsp::InitializeParams) -> Vec<PathBuf> {
    match &params.workspace_folders_initialize_params.workspace_folders {
        Some(lsp::WorkspaceFolders::WorkspaceFolderList(folders)) => {
            folders.iter().filter_map(|folder| convert::path(&folder.uri)).collect()
        }
        _ => params.root_uri.as_ref().and_then(convert::path).into_iter().collect(),
    }
}

fn capabilities(editor: &Editor) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(match editor.encoding {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        }),
        text_document_sync: Some(lsp::TextDocumentSync::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::Incremental),
            save: Some(lsp::Save::Bool(true)),
            ..Default::default()
        })),
        code_lens_provider: Some(lsp::CodeLensOptions::default()),
        hover_provider: Some(lsp::HoverProvider::Bool(true)),
        code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(lsp::CodeActionOptions {
            code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix]),
            ..Default::default()
        })),
        diagnostic_provider: editor.pulls_diagnostics.then(|| {
            lsp::DiagnosticProvider::DiagnosticOptions(lsp::DiagnosticOptions {
                identifier: Some("drizzle-drift".into()),
                inter_file_dependencies: true,
                workspace_diagnostics: false,
                ..Default::default()
            })
        }),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: vec![REFRESH_COMMAND.into()],
            ..Default::default()
        }),
        workspace: Some(lsp::WorkspaceOptions {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(true.into()),
            }),
            text_document_content: editor
                .shows_pages
                .then(|| lsp::TextDocumentContentOptions::new(vec![convert::PAGES.into()]).into()),
            ..Default::default()
        }),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trust_is_granted_by_a_plain_true_only() {
        let untrusted = Settings { trusted: false, ..Settings::default() };
        for (options, before, trusted) in [
            (json!({}), &Settings::default(), true),
            (json!(null), &Settings::default(), true),
            (json!({}), &untrusted, false),
            (json!({"trusted": true}), &untrusted, true),
            (json!({"trusted": false}), &Settings::default(), false),
            (json!({"trusted": "yes"}), &Settings::default(), false),
            (json!({"trusted": false, "pollIntervalSeconds": "soon"}), &Settings::default(), false),
        ] {
            assert_eq!(settings(&options, before).trusted, trusted, "{options}");
        }
    }

    #[test]
    fn a_poll_interval_out_of_bounds_is_not_taken() {
        let seconds = |value: serde_json::Value| {
            settings(&json!({"pollIntervalSeconds": value}), &Settings::default()).poll_interval.as_secs_f64()
        };
        assert_eq!(seconds(json!(2)), 2.0);
        assert_eq!(seconds(json!(0)), 5.0);
        assert_eq!(seconds(json!(-1)), 5.0);
        assert_eq!(seconds(json!(1e300)), 5.0);
    }
}

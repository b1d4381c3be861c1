//! A language client over the real binary's standard input and output.
#![allow(dead_code)] // each test binary uses a part of it

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long anything may take on a busy machine before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// One editor with its server. Dropping it shuts the server down politely and fails the test if that does not work.
pub struct LspClient {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    unread: VecDeque<Value>,
    next_id: i64,
    /// The methods of the requests that the server made, in order.
    pub asked: Vec<String>,
    /// Everything that the server said.
    pub said: Arc<Mutex<String>>,
}

impl LspClient {
    /// Starts `drizzle-drift lsp` and initialises it for the workspace `root`, with `capabilities` and `options`.
    pub fn start(root: &Path, capabilities: Value, options: Value) -> (Self, Value) {
        Self::begin(root, capabilities, options, |_| {})
    }

    /// Likewise, with the process as `set_up` wants it.
    pub fn begin(root: &Path, capabilities: Value, options: Value, set_up: impl FnOnce(&mut Command)) -> (Self, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"));
        command
            .arg("lsp")
            .env_remove("DATABASE_URL")
            .env_remove("DRIZZLE_DRIFT_DATABASE_URL")
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        set_up(&mut command);
        let mut child = command.spawn().expect("the server starts");
        let input = child.stdin.take();
        let output = child.stdout.take().expect("a pipe");
        let (sender, messages) = channel();
        let said: Arc<Mutex<String>> = Arc::default();
        let heard = Arc::clone(&said);
        std::thread::spawn(move || {
            let mut reader = BufReader::new(output);
            while let Some(message) = read_message(&mut reader) {
                heard.lock().expect("no panic").push_str(&format!("{message}\n"));
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut client = Self { child, input, messages, unread: VecDeque::new(), next_id: 0, asked: Vec::new(), said };
        let result = client.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": uri(root),
                "workspaceFolders": [{ "uri": uri(root), "name": "test" }],
                "capabilities": capabilities,
                "initializationOptions": options,
            }),
        );
        client.notify("initialized", json!({}));
        (client, result)
    }

    /// Asks and waits for the answer's result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let answer = self.wait(&format!("the answer to {method}"), PATIENCE, |message| {
            message.get("id") == Some(&json!(id)) && message.get("method").is_none()
        });
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Tells the server something.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Opens the file at `path` with what stands on disk.
    pub fn open(&mut self, path: &Path) {
        let text = std::fs::read_to_string(path).expect("a file");
        self.open_text(path, &text);
    }

    /// Opens `path` with `text`.
    pub fn open_text(&mut self, path: &Path, text: &str) {
        let document = json!({ "uri": uri(path), "languageId": "typescript", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Asks everything that an editor can ask about `path`.
    #[allow(dead_code)] // not every test binary does
    pub fn ask_everything(&mut self, path: &Path) {
        let document = json!({ "uri": uri(path) });
        for line in 0..3 {
            for character in [0, 20, 70] {
                let position = json!({ "line": line, "character": character });
                self.request("textDocument/hover", json!({ "textDocument": document, "position": position }));
            }
        }
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
        let context = json!({ "diagnostics": [] });
        let asked = json!({ "textDocument": document, "range": range, "context": context });
        self.request("textDocument/codeAction", asked);
        self.request("textDocument/codeLens", json!({ "textDocument": document }));
        self.request("textDocument/diagnostic", json!({ "textDocument": document }));
        let refresh = json!({ "command": "drizzle-drift.refresh", "arguments": null });
        self.request("workspace/executeCommand", refresh);
    }

    /// The next notification `method` whose parameters satisfy `wanted`; earlier ones of that method are dropped.
    pub fn notification(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let message = self.wait(&format!("{method} as wanted"), PATIENCE, |message| {
            message["method"] == method && wanted(&message["params"])
        });
        message["params"].clone()
    }

    /// The diagnostics of `path`, once they satisfy `wanted`.
    pub fn diagnostics(&mut self, path: &Path, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let uri = uri(path);
        let params = self.notification("textDocument/publishDiagnostics", |params| {
            params["uri"] == uri.as_str() && wanted(params["diagnostics"].as_array().expect("a list"))
        });
        params["diagnostics"].as_array().expect("a list").clone()
    }

    /// Whether no notification `method` comes within `time`.
    pub fn silent(&mut self, method: &str, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        loop {
            if self.unread.iter().any(|message| message["method"] == method) {
                return false;
            }
            match self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(message) => self.take(message),
                Err(_) => return true,
            }
        }
    }

    /// The messages that no one asked for yet.
    pub fn unread(&self) -> &VecDeque<Value> {
        &self.unread
    }

    fn wait(&mut self, what: &str, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(index) = self.unread.iter().position(&wanted) {
                let found = self.unread.remove(index).expect("the index is valid");
                let method = found.get("method").cloned();
                // What came before on the same subject is old news now.
                let mut position = 0;
                self.unread.retain(|message| {
                    position += 1;
                    !(position <= index && method.is_some() && message.get("method") == method.as_ref())
                });
                return found;
            }
            match self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => panic!("{what} did not come; unread: {:#?}", self.unread),
                Err(RecvTimeoutError::Disconnected) => panic!("the server went away before {what}"),
            }
        }
    }

    /// Files a message; answers the server's own requests with null, as an editor that agrees to everything.
    fn take(&mut self, message: Value) {
        match (message.get("id"), message.get("method").and_then(Value::as_str)) {
            (Some(id), Some(method)) => {
                self.asked.push(method.to_owned());
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
            }
            _ => self.unread.push_back(message),
        }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.input.as_mut().expect("the server's input is open");
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server listens");
        input.flush().expect("the server listens");
    }
}

impl Drop for LspClient {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            return;
        }
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        drop(self.input.take());
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("the server's state") {
                assert!(status.success(), "the server ended with {status}");
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        panic!("the server did not end after exit");
    }
}

/// `path` as a file URI.
pub fn uri(path: &Path) -> String {
    url::Url::from_file_path(path).expect("an absolute path").to_string()
}

fn read_message(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

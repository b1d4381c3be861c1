//! A TCP proxy that misbehaves as networks and servers do: it cuts, delays, falls silent, refuses, and holds a connection
//! at the moment at which something passes.
#![allow(dead_code)] // each test binary uses a part of it

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// What happens to what is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// It goes through.
    Pass,
    /// It goes through, later.
    Delay(Duration),
    /// It never arrives, and nobody says so.
    Silent,
    /// New connections are closed at once.
    Refuse,
}

/// Stands between a client and a server on this machine. Dropping it closes its port.
pub struct Proxy {
    port: u16,
    mode: watch::Sender<Mode>,
    cut: watch::Sender<u64>,
    trap: Arc<watch::Sender<Trap>>,
    task: AbortHandle,
}

/// Holds what a client sends, from the moment at which it contains a text.
#[derive(Clone, Debug, Default)]
struct Trap {
    text: Option<String>,
    caught: bool,
}

impl Proxy {
    /// Listens on a free port, in front of the server at `port`.
    pub async fn start(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (mode, modes) = watch::channel(Mode::Pass);
        let (cut, cuts) = watch::channel(0);
        let trap = Arc::new(watch::channel(Trap::default()).0);
        let caught = Arc::clone(&trap);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *modes.borrow() == Mode::Refuse {
                    continue;
                }
                tokio::spawn(pass(client, upstream, modes.clone(), cuts.clone(), Arc::clone(&caught)));
            }
        });
        Self { port, mode, cut, trap, task: task.abort_handle() }
    }

    /// `url` with this proxy's port instead of the server's.
    pub fn through(&self, url: &str, upstream: u16) -> String {
        url.replace(&format!(":{upstream}/"), &format!(":{}/", self.port))
    }

    /// From now on.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Closes the connections that stand.
    pub fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }

    /// The next time that a client sends `text`, it is held from there on.
    pub fn hold_at(&self, text: &str) {
        self.trap.send_replace(Trap { text: Some(text.to_owned()), caught: false });
    }

    /// Waits until something is held.
    pub async fn held(&self) {
        let mut trap = self.trap.subscribe();
        let caught = tokio::time::timeout(Duration::from_secs(10), trap.wait_for(|trap| trap.caught)).await;
        caught.expect("it passes within 10 s").expect("the proxy lives");
    }

    /// Lets go what is held.
    pub fn release(&self) {
        self.trap.send_replace(Trap::default());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn pass(
    client: TcpStream,
    upstream: u16,
    modes: watch::Receiver<Mode>,
    mut cuts: watch::Receiver<u64>,
    trap: Arc<watch::Sender<Trap>>,
) {
    cuts.mark_unchanged();
    let Ok(server) = TcpStream::connect(("127.0.0.1", upstream)).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let asking = pump(from_client, to_server, modes.clone(), Some(trap));
    let answering = pump(from_server, to_client, modes, None);
    // One side that closes ends both, as a connection that is reset.
    tokio::select! { () = asking => {}, () = answering => {}, _ = cuts.changed() => {} }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut modes: watch::Receiver<Mode>,
    trap: Option<Arc<watch::Sender<Trap>>>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..length];
        if let Some(trap) = &trap {
            let contains = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            if trap.borrow().text.as_deref().is_some_and(contains) {
                trap.send_modify(|trap| trap.caught = true);
                let mut released = trap.subscribe();
                if released.wait_for(|trap| trap.text.is_none()).await.is_err() {
                    return;
                }
            }
        }
        if modes.wait_for(|mode| *mode != Mode::Silent).await.is_err() {
            return;
        }
        let mode = *modes.borrow();
        if let Mode::Delay(delay) = mode {
            tokio::time::sleep(delay).await;
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

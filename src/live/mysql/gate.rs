//! A gate before a MySQL or MariaDB server, for another program: each of its sessions is made read-only before its first
//! word, the server is asked whether it is, and nothing but reading statements passes after that.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use sqlx::mysql::MySqlSslMode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, oneshot};

use super::connect::options;
use super::{ErrorKind, Limits, LiveError, Target};

/// An open gate; it is shut when dropped.
#[derive(Debug)]
pub struct Gate {
    port: u16,
    _open: oneshot::Sender<()>,
}

/// Where the server is.
#[derive(Clone, Debug)]
enum Server {
    Tcp(String, u16),
    Socket(PathBuf),
}

/// What the handshake of a program may not agree on: compression and TLS, which would hide what is said, local files, several
/// statements at once, and attributes before a statement.
const NOT_AGREED: u32 = 0x20 | 0x80 | 0x800 | 0x1_0000 | 0x0400_0000 | 0x0800_0000;
/// Whether results end with an OK packet instead of EOF packets.
const DEPRECATE_EOF: u32 = 0x0100_0000;

/// The first byte of packets. <https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html>
const OK: u8 = 0x00;
const MORE_DATA: u8 = 0x01;
const ERROR: u8 = 0xff;
/// After [`MORE_DATA`]: the password was known, and OK follows.
const FAST: u8 = 0x03;

/// Commands that pass as they are: quit, use a database, ping, and what follows a prepared statement.
const HARMLESS: [u8; 8] = [0x01, 0x02, 0x0e, 0x17, 0x18, 0x19, 0x1a, 0x1c];
const QUERY: u8 = 0x03;
const PREPARE: u8 = 0x16;

impl Gate {
    /// Opens a gate to the server of `target` on a free port of this machine. Fails where the connection should be
    /// encrypted: what passes a gate is read there.
    pub fn open(target: &Target, limits: &Limits) -> Result<Self, LiveError> {
        let (options, _) = options(&target.url)?;
        if !matches!(options.get_ssl_mode(), MySqlSslMode::Disabled | MySqlSslMode::Preferred) {
            let why = "the connection has to be encrypted, and what passes the gate that keeps it read-only cannot be";
            return Err(LiveError::new(ErrorKind::Unsupported, why));
        }
        let server = match options.get_socket() {
            Some(socket) => Server::Socket(socket.clone()),
            None => Server::Tcp(options.get_host().to_owned(), options.get_port()),
        };
        let failed =
            |error: std::io::Error| LiveError::new(ErrorKind::Other, format!("no gate can be opened: {error}"));
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let (open, shut) = oneshot::channel::<()>();
        let connect = limits.connect;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                let serving = async {
                    while let Ok((program, _)) = listener.accept().await {
                        let server = server.clone();
                        tokio::spawn(async move {
                            // What goes wrong ends this session, and the program sees it end.
                            let _ = match server {
                                Server::Tcp(host, port) => {
                                    match tokio::time::timeout(connect, TcpStream::connect((host.as_str(), port))).await
                                    {
                                        Ok(Ok(server)) => pass(program, server).await,
                                        _ => Ok(()),
                                    }
                                }
                                #[cfg(unix)]
                                Server::Socket(path) => match tokio::net::UnixStream::connect(path).await {
                                    Ok(server) => pass(program, server).await,
                                    Err(error) => Err(error),
                                },
                                #[cfg(not(unix))]
                                Server::Socket(_) => Ok(()),
                            };
                        });
                    }
                };
                tokio::select! {
                    () = serving => {}
                    _ = shut => {}
                }
            });
        });
        Ok(Self { port, _open: open })
    }

    /// The port of 127.0.0.1 on which it takes connections.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// One packet: its number and what it holds.
struct Packet {
    number: u8,
    payload: Vec<u8>,
}

impl Packet {
    fn kind(&self) -> u8 {
        self.payload.first().copied().unwrap_or_default()
    }

    async fn read(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Self> {
        /// A payload of this length goes on in the next packet. No reading statement is as long.
        const LONGEST: usize = 0xff_ffff;
        let mut head = [0; 4];
        stream.read_exact(&mut head).await?;
        let length = usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16;
        if length == LONGEST {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await?;
        Ok(Self { number: head[3], payload })
    }

    async fn write(&self, stream: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
        let length = u32::try_from(self.payload.len()).unwrap_or(u32::MAX).to_le_bytes();
        let mut bytes = vec![length[0], length[1], length[2], self.number];
        bytes.extend_from_slice(&self.payload);
        stream.write_all(&bytes).await
    }

    fn query(sql: &str) -> Self {
        Self { number: 0, payload: [&[QUERY], sql.as_bytes()].concat() }
    }

    /// The server's own words for a write in a read-only transaction.
    fn refusal(number: u8, why: &str) -> Self {
        const CODE: u16 = 1792;
        let [low, high] = CODE.to_le_bytes();
        Self { number, payload: [&[ERROR, low, high][..], b"#25006", why.as_bytes()].concat() }
    }
}

/// One session of a program.
async fn pass<S>(mut program: TcpStream, mut server: S) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Some((welcome, ends_with_ok)) = introduce(&mut program, &mut server).await? else { return Ok(()) };
    if !made_read_only(&mut server, ends_with_ok).await? {
        let refusal = Packet::refusal(welcome.number, "the server does not keep this session read-only");
        return refusal.write(&mut program).await;
    }
    welcome.write(&mut program).await?;

    let (mut from_program, to_program) = program.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let to_program = Arc::new(Mutex::new(to_program));
    let answers = to_program.clone();
    let back = async move {
        let mut piece = vec![0; 16 * 1024];
        loop {
            let length = from_server.read(&mut piece).await?;
            if length == 0 {
                return Ok::<(), std::io::Error>(());
            }
            answers.lock().await.write_all(&piece[..length]).await?;
        }
    };
    let forth = async move {
        loop {
            let packet = Packet::read(&mut from_program).await?;
            let passes = match packet.kind() {
                QUERY | PREPARE => only_reads(&String::from_utf8_lossy(&packet.payload[1..])),
                kind => HARMLESS.contains(&kind),
            };
            match passes {
                true => packet.write(&mut to_server).await?,
                false => {
                    let refusal = Packet::refusal(
                        packet.number.wrapping_add(1),
                        "Cannot execute statement in a READ ONLY transaction: only reading statements pass",
                    );
                    refusal.write(&mut *to_program.lock().await).await?;
                }
            }
        }
    };
    tokio::select! {
        result = back => result,
        result = forth => result,
    }
}

/// Lets the two introduce themselves, and keeps the server's welcome back; with it, whether results end with an OK packet.
/// `None` where the server turned the program away.
async fn introduce<S>(program: &mut TcpStream, server: &mut S) -> std::io::Result<Option<(Packet, bool)>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut greeting = Packet::read(server).await?;
    let offered = without_capabilities(&mut greeting);
    greeting.write(program).await?;
    if greeting.kind() == ERROR {
        return Ok(None);
    }
    let mut answer = Packet::read(program).await?;
    let Some(first) = answer.payload.first_chunk::<4>() else { return Ok(None) };
    let agreed = u32::from_le_bytes(*first) & !NOT_AGREED;
    answer.payload[..4].copy_from_slice(&agreed.to_le_bytes());
    answer.write(server).await?;
    loop {
        let packet = Packet::read(server).await?;
        match packet.kind() {
            OK => return Ok(Some((packet, agreed & offered & DEPRECATE_EOF != 0))),
            ERROR => {
                packet.write(program).await?;
                return Ok(None);
            }
            kind => {
                packet.write(program).await?;
                if kind != MORE_DATA || packet.payload.get(1) != Some(&FAST) {
                    Packet::read(program).await?.write(server).await?;
                }
            }
        }
    }
}

/// Takes what is not agreed on out of the server's greeting, and says what is left.
fn without_capabilities(greeting: &mut Packet) -> u32 {
    // Protocol, version up to a zero, thread, salt and a zero, then the capabilities in two halves.
    let Some(end) = greeting.payload.iter().skip(1).position(|byte| *byte == 0) else { return 0 };
    let low = end + 2 + 4 + 8 + 1;
    let high = low + 2 + 1 + 2;
    let half = |payload: &[u8], at: usize| {
        payload.get(at..at + 2).map_or(0, |bytes| u32::from(u16::from_le_bytes([bytes[0], bytes[1]])))
    };
    let kept = (half(&greeting.payload, low) | half(&greeting.payload, high) << 16) & !NOT_AGREED;
    let [a, b, c, d] = kept.to_le_bytes();
    for (at, byte) in [(low, a), (low + 1, b), (high, c), (high + 1, d)] {
        if let Some(place) = greeting.payload.get_mut(at) {
            *place = byte;
        }
    }
    kept
}

/// Makes the session read-only, and asks the server whether it is. MySQL and MariaDB call it by different names.
async fn made_read_only<S>(server: &mut S, ends_with_ok: bool) -> std::io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    Packet::query("set session transaction read only").write(server).await?;
    if Packet::read(server).await?.kind() != OK {
        return Ok(false);
    }
    for question in ["select @@session.transaction_read_only", "select @@session.tx_read_only"] {
        Packet::query(question).write(server).await?;
        if Packet::read(server).await?.kind() == ERROR {
            continue;
        }
        // One column, with an end of its own where results have such.
        for _ in 0..if ends_with_ok { 1 } else { 2 } {
            Packet::read(server).await?;
        }
        let row = Packet::read(server).await?;
        Packet::read(server).await?;
        return Ok(row.payload == b"\x011");
    }
    Ok(false)
}

/// Whether `sql` is a statement that reads, and writes no file either.
fn only_reads(sql: &str) -> bool {
    const READING: [&str; 5] = ["select", "show", "describe", "desc", "explain"];
    const WRITING: [&str; 2] = ["outfile", "dumpfile"];
    let mut words = sql.split(|character: char| !character.is_alphanumeric() && character != '_');
    let first = sql.trim_start().split(|character: char| !character.is_ascii_alphabetic()).next().unwrap_or_default();
    READING.iter().any(|word| first.eq_ignore_ascii_case(word))
        && !words.any(|word| WRITING.iter().any(|writing| word.eq_ignore_ascii_case(writing)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_is_told_from_the_rest() {
        for (sql, expected) in [
            ("select 1", true),
            ("  SHOW\nTABLES", true),
            ("select`a`from`b`", true),
            ("create table t (id int)", false),
            ("set session transaction read write", false),
            ("start transaction read write", false),
            ("/*! set global x = 1 */", false),
            ("/* a */ select 1", false),
            ("select * from t into outfile '/tmp/x'", false),
            ("selection", false),
            ("", false),
        ] {
            assert_eq!(only_reads(sql), expected, "{sql}");
        }
    }
}

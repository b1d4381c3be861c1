//! A SQLite file as the file system shows it, and how to open it without leaving a trace beside it.
//!
//! SQLite writes even when it only reads: a database in write-ahead-log mode gets a `-wal` and a `-shm` file beside it as
//! soon as anyone opens it, and whoever was not allowed to write leaves them there. So the way in depends on what is there
//! ([`Access`]); what can have changed in between is checked again afterwards.

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::super::{ErrorKind, LiveError};

/// How the file has to be opened, so that nothing is created or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// A rollback journal: an ordinary read-only connection creates nothing.
    Plain,
    /// A write-ahead log that nobody has open: nothing but the file itself has to be read, without any lock. Only sound as
    /// long as nobody opens it, which the [`Trace`] afterwards tells.
    Immutable,
    /// A write-ahead log in use: through the shared memory that is there, which is not written to.
    SharedMemory,
}

/// What tells whether a file has changed, without opening it as a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    file: Stat,
    header: [u8; HEADER],
    log: Option<(Stat, [u8; LOG_HEADER])>,
    has_shared_memory: bool,
}

/// SQLite's file header: magic, format, change counter, schema cookie. <https://www.sqlite.org/fileformat.html>
const HEADER: usize = 100;
/// Where the header says which version is needed to read, and what it says of a write-ahead log.
const READ_VERSION: usize = 19;
const WRITE_AHEAD_LOG: u8 = 2;
/// The write-ahead log's header with its salts, which change when it starts over.
const LOG_HEADER: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Stat {
    length: u64,
    modified: Option<SystemTime>,
    identity: (u64, u64, Option<SystemTime>),
}

impl Trace {
    /// Looks at the file, its log and its shared memory.
    pub fn of(path: &Path) -> Result<Self, LiveError> {
        let shown = path.display();
        let (file, header) = look::<HEADER>(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                LiveError::new(ErrorKind::NoSuchFile, format!("there is no file {shown}: check the path, or create it"))
            }
            io::ErrorKind::PermissionDenied => {
                LiveError::new(ErrorKind::Permission, format!("{shown} may not be read: check its permissions"))
            }
            _ => LiveError::new(ErrorKind::NotADatabase, format!("{shown} cannot be read: {error}")),
        })?;
        if file.length > 0 && !header.starts_with(b"SQLite format 3\0") {
            return Err(LiveError::new(ErrorKind::NotADatabase, format!("{shown} is not a SQLite database")));
        }
        let log = match look::<LOG_HEADER>(&beside(path, "-wal")) {
            Ok(log) => Some(log),
            // One that is there and cannot be read may hold what was written last.
            Err(error) if error.kind() != io::ErrorKind::NotFound && header[READ_VERSION] == WRITE_AHEAD_LOG => {
                return Err(LiveError::new(
                    ErrorKind::Permission,
                    format!("the write-ahead log of {shown} cannot be read ({error}): check its permissions"),
                ));
            }
            Err(_) => None,
        };
        let has_shared_memory = beside(path, "-shm").exists();
        Ok(Self { file, header, log, has_shared_memory })
    }

    /// How long the file is.
    pub fn length(&self) -> u64 {
        self.file.length
    }

    /// Whether it is the same file as `other`, changed or not.
    pub fn same_file(&self, other: &Self) -> bool {
        self.file.identity == other.file.identity
    }

    /// Whether the structure is the same as it was at `earlier`, as far as can be told without any lock: with a rollback
    /// journal the file's own header has the schema cookie, and a counter that each transaction moves on, which tells the
    /// same database from another that was copied over it. (It may lie in the middle of a commit; then the next look
    /// differs.)
    pub fn same_structure(&self, earlier: &Self) -> bool {
        const COOKIE: Range<usize> = 40..44;
        const COUNTER: Range<usize> = 24..28;
        self.same_file(earlier)
            && self.header[READ_VERSION] != WRITE_AHEAD_LOG
            && self.header[READ_VERSION] == earlier.header[READ_VERSION]
            && self.header[COOKIE] == earlier.header[COOKIE]
            && self.header[COUNTER] >= earlier.header[COUNTER]
    }

    /// The way in.
    pub fn access(&self, path: &Path) -> Result<Access, LiveError> {
        if self.header[READ_VERSION] != WRITE_AHEAD_LOG {
            return Ok(Access::Plain);
        }
        match &self.log {
            Some(_) if self.has_shared_memory => Ok(Access::SharedMemory),
            Some((log, _)) if log.length > 0 => Err(LiveError::new(
                ErrorKind::NotReadOnly,
                format!(
                    "{0} has a write-ahead log that was left behind, and reading it would create files beside it: open {0} \
                     once with its application, so that the log is taken in",
                    path.display()
                ),
            )),
            _ => Ok(Access::Immutable),
        }
    }
}

/// The file's state and its first bytes (zeros where it is shorter).
fn look<const N: usize>(path: &Path) -> io::Result<(Stat, [u8; N])> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    let mut head = [0; N];
    let mut filled = 0;
    while filled < N {
        match file.read(&mut head[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    let stat = Stat { length: metadata.len(), modified: metadata.modified().ok(), identity: identity(&metadata) };
    Ok((stat, head))
}

/// Which file it is. The number of a deleted file is soon another's, so that the time of its creation belongs to it.
fn identity(metadata: &fs::Metadata) -> (u64, u64, Option<SystemTime>) {
    #[cfg(unix)]
    let (device, number) = {
        use std::os::unix::fs::MetadataExt;
        (metadata.dev(), metadata.ino())
    };
    #[cfg(not(unix))]
    let (device, number) = (0, 0);
    (device, number, metadata.created().ok())
}

/// `app.db` and `-wal`: `app.db-wal`. SQLite puts it beside the real file, not beside a link to it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = real.into_os_string();
    name.push(suffix);
    name.into()
}

/// The name under which SQLite opens `path` in that way. <https://www.sqlite.org/uri.html>
pub(super) fn uri(path: &Path, access: Access) -> Result<String, LiveError> {
    let text = path.to_str().ok_or_else(|| {
        LiveError::new(ErrorKind::Unsupported, format!("{} is not named in UTF-8, which SQLite needs", path.display()))
    })?;
    let text = if cfg!(windows) { format!("/{}", text.replace('\\', "/")) } else { text.to_owned() };
    let mut uri = String::from("file:");
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b':' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str(match access {
        Access::Plain => "?mode=ro",
        Access::Immutable => "?mode=ro&immutable=1",
        Access::SharedMemory => "?mode=ro&readonly_shm=1",
    });
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_file_name_makes_a_uri() {
        let path = Path::new("/tmp/a b?c#d%e/é.db");
        assert_eq!(uri(path, Access::Plain).expect("a URI"), "file:/tmp/a%20b%3Fc%23d%25e/%C3%A9.db?mode=ro");
    }
}

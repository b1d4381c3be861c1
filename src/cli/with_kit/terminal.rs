//! drizzle-kit 0.x in a terminal of its own: it asks only where there is one.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::Failure;
use super::LIMIT;
use super::way::Way;

/// After this long without a word, a question on the screen waits for its answer.
const QUIET: Duration = Duration::from_millis(700);

/// Runs push, answers each question with its first choice (create; no, abort), and returns what was on the screen.
pub(super) fn run(way: &Way) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::Usage(format!("--with-kit: drizzle-kit cannot be run: {error}"));
    let (mut keyboard, screen, program) = pair().map_err(failed)?;
    let mut child = way
        .command(&["push", "--strict", "--verbose"])
        .stdin(Stdio::from(program.try_clone().map_err(failed)?))
        .stdout(Stdio::from(program.try_clone().map_err(failed)?))
        .stderr(Stdio::from(program))
        .spawn()
        .map_err(failed)?;
    let (sender, pieces) = channel();
    std::thread::spawn(move || copy(screen, |piece| sender.send(piece).is_ok()));
    let (mut bytes, mut answered, end) = (Vec::new(), 0, Instant::now() + LIMIT);
    loop {
        match pieces.recv_timeout(QUIET) {
            Ok(piece) => bytes.extend::<Vec<u8>>(piece),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                if String::from_utf8_lossy(&bytes[answered..]).contains('❯') {
                    answered = bytes.len();
                    let _ = keyboard.write_all(b"\r");
                } else if matches!(child.try_wait(), Ok(Some(_))) {
                    break;
                }
            }
        }
        if Instant::now() >= end {
            let _ = child.kill();
            break;
        }
    }
    let _ = child.wait();
    Ok(super::plain(&String::from_utf8_lossy(&bytes)))
}

/// A terminal: its keyboard, its screen, and what a program takes for it.
fn pair() -> std::io::Result<(File, File, File)> {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&terminal)?;
    unlockpt(&terminal)?;
    let name = ptsname(&terminal, Vec::new())?;
    tcsetwinsize(&terminal, Winsize { ws_row: 50, ws_col: 500, ws_xpixel: 0, ws_ypixel: 0 })?;
    let program = File::options().read(true).write(true).open(name.to_string_lossy().as_ref())?;
    let keyboard = File::from(terminal);
    Ok((keyboard.try_clone()?, keyboard, program))
}

fn copy(mut screen: File, mut tell: impl FnMut(Vec<u8>) -> bool) {
    let mut piece = [0; 4096];
    // It ends with an error when the last program has left the terminal.
    while let Ok(length) = screen.read(&mut piece) {
        if length == 0 || !tell(piece[..length].to_vec()) {
            return;
        }
    }
}

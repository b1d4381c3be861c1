//! drizzle-kit 0.x: `push --strict --verbose` in a terminal of its own, every question answered with its first choice
//! (create; no, abort).

use super::way::Way;
use super::{Failure, Opinion, statements};

/// What it says.
pub(super) fn ask(way: &Way) -> Result<Opinion, Failure> {
    #[cfg(unix)]
    return super::terminal::run(way).map(|text| read(&text, way));
    #[cfg(not(unix))]
    {
        let _ = (way, read);
        Err(Failure::Usage("--with-kit needs a terminal of Unix for drizzle-kit 0.x".into()))
    }
}

/// Reads what was on the screen.
fn read(text: &str, way: &Way) -> Opinion {
    const HEADING: &str = "You are about to execute current statements:";
    /// What comes after the statements.
    const ENDS: [&str; 7] = [
        "Found data-loss",
        "❯",
        "Are you sure",
        "Do you still want",
        "Warning",
        "Changes applied",
        "All changes were aborted",
    ];
    let mut questions: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| line.contains("created or renamed from another")) {
        let line = line.trim_start_matches(['?', ' ']).to_owned();
        if !questions.contains(&line) {
            questions.push(line);
        }
    }
    let Some((_, rest)) = text.split_once(HEADING) else {
        let silent = text.contains("No changes detected");
        let failure = (!silent).then(|| way.last_words(text));
        return Opinion { questions, failure, ..Opinion::default() };
    };
    let lines = rest.lines().take_while(|line| !ENDS.iter().any(|end| line.contains(end)));
    let body = lines.collect::<Vec<_>>().join("\n");
    Opinion { statements: statements(&body), questions, ..Opinion::default() }
}

//! Paths as people and configs write them: shown relative.

use std::path::Path;

pub use crate::text::absolute;

/// `path` for messages: relative to `folder` where it lies below it, with `/` between its parts.
pub fn shown(path: &Path, folder: &Path) -> String {
    match path.strip_prefix(folder) {
        Ok(relative) if relative.as_os_str().is_empty() => ".".into(),
        Ok(relative) => {
            relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
        }
        Err(_) => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_by_their_text() {
        for (path, expected) in
            [("./src/../schema.ts", "/app/schema.ts"), ("../../..", "/"), ("/etc/./x", "/etc/x"), ("", "/app")]
        {
            assert_eq!(absolute(Path::new("/app"), path), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn paths_are_shown_relative_where_they_can_be() {
        assert_eq!(shown(Path::new("/app/src/a.ts"), Path::new("/app")), "src/a.ts");
        assert_eq!(shown(Path::new("/app"), Path::new("/app")), ".");
        assert_eq!(shown(Path::new("/apple/a.ts"), Path::new("/app")), "/apple/a.ts");
    }
}

//! tree-sitter: cuts a file into top-level statements ("islands"), parses each and caches it by its text.

mod cut;
mod lower;
mod mask;
mod names;
mod parse;
mod statements;
pub mod tree;

pub use cut::cut;
pub use names::{Name, Names};
pub use parse::{ParsedFile, Syntax, pattern_names};

/// A number as JavaScript prints it, for the numbers that schemas hold.
pub fn number_text(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    if value.abs() >= 1e21 || value.abs() < 1e-6 {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        };
    }
    format!("{value}")
}

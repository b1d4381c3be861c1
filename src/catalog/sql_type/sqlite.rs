//! SQLite's types: what a declared type means is its affinity. <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>

/// What a column's declared type makes of the values put into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Affinity {
    Text,
    /// INTEGER and NUMERIC: they store alike, and differ in CAST only.
    Number,
    Real,
    Blob,
}

/// SQLite's rules, in its order: the first word that is part of the declared type decides.
const RULES: &[(&str, Affinity)] = &[
    ("int", Affinity::Number),
    ("char", Affinity::Text),
    ("clob", Affinity::Text),
    ("text", Affinity::Text),
    ("blob", Affinity::Blob),
    ("real", Affinity::Real),
    ("floa", Affinity::Real),
    ("doub", Affinity::Real),
];

fn affinity(declared: &str) -> Affinity {
    let declared = declared.to_lowercase();
    if declared.trim().is_empty() {
        return Affinity::Blob;
    }
    RULES.iter().find(|(part, _)| declared.contains(part)).map_or(Affinity::Number, |(_, affinity)| *affinity)
}

/// Whether two types store alike.
pub(super) fn same(a: &str, b: &str) -> bool {
    affinity(a) == affinity(b)
}

/// Whether every value of a column of type `from` is kept by one of type `to`.
pub(super) fn widens(from: &str, to: &str) -> bool {
    match (affinity(from), affinity(to)) {
        (from, to) if from == to => true,
        (_, Affinity::Blob) | (Affinity::Number, Affinity::Text) | (Affinity::Real, Affinity::Number) => true,
        // '007' becomes 7, a large integer a rounded fraction, a fraction a text of 15 digits.
        _ => false,
    }
}

//! The drift codes of the contract, their classes and default severities.

use std::fmt;

use serde::{Serialize, Serializer};

use super::likeness::likeness;
use crate::catalog::ObjectKind;

/// How a drift matters. Ordered from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing where one looks for it.
    Hint,
    /// Expected work: push would do it without harm.
    Information,
    /// The two sides disagree.
    Warning,
    /// `drizzle-kit push` would lose data.
    Error,
}

impl Severity {
    /// Every severity, least first.
    pub const ALL: [Self; 4] = [Self::Hint, Self::Information, Self::Warning, Self::Error];

    /// The severity called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// Its name in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What kind of difference a drift is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The two sides differ in meaning.
    Drift,
    /// They mean the same, yet push of the installed version would emit SQL for it.
    Noise,
    /// They differ in meaning and push of the installed version does not see it.
    BlindSpot,
}

/// Declares [`Code`] and its table of names and default severities.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $severity:ident;)+) => {
        /// A drift code: stable, kebab-case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code, in the contract's order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Its page: what it means, an example, what to do.
            pub fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("../../docs/codes/", $name, ".md")),)+ }
            }

            /// Its severity where neither the settings nor a loss of data say otherwise.
            pub fn default_severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    /// The database has a table that the code does not declare.
    UndeclaredTable "undeclared-table" Warning;
    /// The database has a column that the code does not declare, in a declared table.
    UndeclaredColumn "undeclared-column" Warning;
    /// The database has an enum type that the code does not declare.
    UndeclaredEnum "undeclared-enum" Warning;
    /// The database has a view that the code does not declare.
    UndeclaredView "undeclared-view" Warning;
    /// The database has an index that the code does not declare.
    UndeclaredIndex "undeclared-index" Information;
    /// The database has a unique constraint that the code does not declare.
    UndeclaredUnique "undeclared-unique" Warning;
    /// The database has a foreign key that the code does not declare.
    UndeclaredForeignKey "undeclared-foreign-key" Warning;
    /// The database has a check constraint that the code does not declare.
    UndeclaredCheck "undeclared-check" Warning;
    /// The database has a primary key that the code does not declare.
    UndeclaredPrimaryKey "undeclared-primary-key" Warning;
    /// The database has a sequence that the code does not declare.
    UndeclaredSequence "undeclared-sequence" Warning;
    /// The database has a row-level-security policy that the code does not declare.
    UndeclaredPolicy "undeclared-policy" Warning;
    /// The code declares a table that the database lacks.
    MissingTable "missing-table" Information;
    /// The code declares a column that the database lacks.
    MissingColumn "missing-column" Warning;
    /// The code declares an enum type that the database lacks.
    MissingEnum "missing-enum" Information;
    /// The code declares a view that the database lacks.
    MissingView "missing-view" Information;
    /// The code declares an index that the database lacks.
    MissingIndex "missing-index" Information;
    /// The code declares a unique constraint that the database lacks.
    MissingUnique "missing-unique" Information;
    /// The code declares a foreign key that the database lacks.
    MissingForeignKey "missing-foreign-key" Information;
    /// The code declares a check constraint that the database lacks.
    MissingCheck "missing-check" Information;
    /// The code declares a primary key that the database lacks.
    MissingPrimaryKey "missing-primary-key" Information;
    /// The code declares a sequence that the database lacks.
    MissingSequence "missing-sequence" Information;
    /// The code declares a row-level-security policy that the database lacks.
    MissingPolicy "missing-policy" Information;
    /// A column's SQL type or collation differs.
    TypeMismatch "type-mismatch" Warning;
    /// A column's NOT NULL differs.
    NullabilityMismatch "nullability-mismatch" Warning;
    /// A column's default or ON UPDATE differs.
    DefaultMismatch "default-mismatch" Warning;
    /// A column's identity or AUTOINCREMENT differs.
    IdentityMismatch "identity-mismatch" Warning;
    /// A column's generation expression differs.
    GeneratedMismatch "generated-mismatch" Warning;
    /// A table's primary key differs.
    PrimaryKeyMismatch "primary-key-mismatch" Warning;
    /// The definition of a unique constraint differs.
    UniqueMismatch "unique-mismatch" Warning;
    /// The definition of a foreign key differs.
    ForeignKeyMismatch "foreign-key-mismatch" Warning;
    /// The definition of an index differs.
    IndexMismatch "index-mismatch" Warning;
    /// The condition of a check constraint differs.
    CheckMismatch "check-mismatch" Warning;
    /// The values of an enum type differ.
    EnumMismatch "enum-mismatch" Warning;
    /// The definition of a view differs.
    ViewMismatch "view-mismatch" Warning;
    /// The options of a sequence differ.
    SequenceMismatch "sequence-mismatch" Warning;
    /// The definition of a row-level-security policy differs, or a table's row-level security.
    PolicyMismatch "policy-mismatch" Warning;
    /// An undeclared and a missing table or column look like one object under two names.
    PossibleRename "possible-rename" Warning;
    /// The code could not be read without running it, so nothing is claimed about it.
    UnresolvedDeclaration "unresolved-declaration" Hint;
    /// A ledger entry whose drift has changed or gone, or whose date is past.
    StaleDeferral "stale-deferral" Warning;
}

/// The codes of one kind of object: the database alone has it, the code alone has it, both have it and it differs. Of a
/// column, each attribute has a code of its own, and of a table each part.
const BY_KIND: &[(ObjectKind, Code, Code, Option<Code>)] = &[
    (ObjectKind::Table, Code::UndeclaredTable, Code::MissingTable, None),
    (ObjectKind::Column, Code::UndeclaredColumn, Code::MissingColumn, None),
    (ObjectKind::Enum, Code::UndeclaredEnum, Code::MissingEnum, Some(Code::EnumMismatch)),
    (ObjectKind::View, Code::UndeclaredView, Code::MissingView, Some(Code::ViewMismatch)),
    (ObjectKind::Index, Code::UndeclaredIndex, Code::MissingIndex, Some(Code::IndexMismatch)),
    (ObjectKind::Unique, Code::UndeclaredUnique, Code::MissingUnique, Some(Code::UniqueMismatch)),
    (ObjectKind::ForeignKey, Code::UndeclaredForeignKey, Code::MissingForeignKey, Some(Code::ForeignKeyMismatch)),
    (ObjectKind::Check, Code::UndeclaredCheck, Code::MissingCheck, Some(Code::CheckMismatch)),
    (ObjectKind::PrimaryKey, Code::UndeclaredPrimaryKey, Code::MissingPrimaryKey, Some(Code::PrimaryKeyMismatch)),
    (ObjectKind::Sequence, Code::UndeclaredSequence, Code::MissingSequence, Some(Code::SequenceMismatch)),
    (ObjectKind::Policy, Code::UndeclaredPolicy, Code::MissingPolicy, Some(Code::PolicyMismatch)),
];

impl Code {
    /// The code of an object of `kind` that the database alone has.
    pub fn undeclared(kind: ObjectKind) -> Self {
        Self::row(kind).1
    }

    /// The code of an object of `kind` that the code alone has.
    pub fn missing(kind: ObjectKind) -> Self {
        Self::row(kind).2
    }

    /// The code of an object of `kind` whose definition differs; a column and a table have none.
    pub fn mismatch(kind: ObjectKind) -> Option<Self> {
        Self::row(kind).3
    }

    /// What it says, in one sentence: the first of its page.
    pub fn summary(self) -> &'static str {
        let text = self.page().lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
        text.find(". ").map_or(text, |end| &text[..=end])
    }

    /// The code that someone who wrote `name` may have meant.
    pub fn nearest(name: &str) -> Option<Self> {
        const ALIKE: f64 = 0.5;
        let scored = Self::ALL.iter().map(|code| (likeness(code.name(), name), *code));
        let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        best.filter(|(score, _)| *score >= ALIKE).map(|(_, code)| code)
    }

    /// Whether it says that the database alone has something.
    pub fn is_undeclared(self) -> bool {
        BY_KIND.iter().any(|row| row.1 == self)
    }

    /// Whether it says that the code alone has something.
    pub fn is_missing(self) -> bool {
        BY_KIND.iter().any(|row| row.2 == self)
    }

    fn row(kind: ObjectKind) -> (ObjectKind, Self, Self, Option<Self>) {
        *BY_KIND.iter().find(|row| row.0 == kind).expect("every kind has a row, as a test checks")
    }

    /// The code called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_codes() {
        for kind in ObjectKind::ALL {
            let name = serde_json::to_value(kind).expect("a name").as_str().expect("a text").to_owned();
            let kebab = match name.as_str() {
                "foreignKey" => "foreign-key",
                "primaryKey" => "primary-key",
                other => other,
            };
            assert_eq!(Code::undeclared(kind).name(), format!("undeclared-{kebab}"));
            assert_eq!(Code::missing(kind).name(), format!("missing-{kebab}"));
            if let Some(mismatch) = Code::mismatch(kind) {
                assert_eq!(mismatch.name(), format!("{kebab}-mismatch"));
            }
        }
    }

    #[test]
    fn a_slip_finds_the_code() {
        for (name, expected) in [
            ("undeclared-tables", Some(Code::UndeclaredTable)),
            ("undeclaredtable", Some(Code::UndeclaredTable)),
            ("missing-colum", Some(Code::MissingColumn)),
            ("type-mismatches", Some(Code::TypeMismatch)),
            ("xyz", None),
        ] {
            assert_eq!(Code::nearest(name), expected, "{name}");
        }
    }

    #[test]
    fn every_page_begins_with_its_name_and_a_sentence() {
        for code in Code::ALL {
            assert!(code.page().starts_with(&format!("# {code}\n\n")), "{code}");
            assert!(code.summary().ends_with('.'), "{code}: {}", code.summary());
            assert!(code.page().contains(&format!("Severity: {}", code.default_severity().name())), "{code}");
        }
    }

    #[test]
    fn names_lead_back_to_codes() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
    }
}

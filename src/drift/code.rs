//! The drift codes of the contract, their classes and default severities.

use std::fmt;

use serde::{Serialize, Serializer};

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
    /// The code declares a table that the database lacks.
    MissingTable "missing-table" Information;
    /// The code declares a column that the database lacks.
    MissingColumn "missing-column" Warning;
    /// A column's SQL type differs.
    TypeMismatch "type-mismatch" Warning;
    /// A column's NOT NULL differs.
    NullabilityMismatch "nullability-mismatch" Warning;
    /// The code could not be read without running it, so nothing is claimed about it.
    UnresolvedDeclaration "unresolved-declaration" Hint;
    /// A ledger entry whose drift has changed or gone, or whose date is past.
    StaleDeferral "stale-deferral" Warning;
}

impl Code {
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

//! The answer to whether two spellings mean the same.

/// Whether two spellings mean the same. Only a proved [`Same::No`] may be reported as a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Same {
    /// They are proved to differ.
    No,
    /// Neither can be proved.
    Unknown,
    /// They mean the same.
    Yes,
}

impl From<bool> for Same {
    fn from(same: bool) -> Self {
        if same { Self::Yes } else { Self::No }
    }
}

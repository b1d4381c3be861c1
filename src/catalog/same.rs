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

impl Same {
    /// Both must hold: the worse of the two.
    pub(super) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Either will do: the better of the two.
    pub(super) fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// Where a proof of sameness lacks something: yes becomes unknown.
    pub(super) fn at_most_unknown(self) -> Self {
        self.min(Self::Unknown)
    }
}

impl From<bool> for Same {
    fn from(same: bool) -> Self {
        if same { Self::Yes } else { Self::No }
    }
}

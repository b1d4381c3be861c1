//! What lies between two snapshots of 0.x, in the order in which its comparison of JSON lists it: what is gone first, then
//! what is new, then what changed in the order of the former side.

/// The parts of one kind that differ.
pub(super) struct Changes<'a, T> {
    /// Of the database alone.
    pub deleted: Vec<&'a T>,
    /// Of the code alone.
    pub added: Vec<&'a T>,
    /// Of both, and different.
    pub altered: Vec<(&'a T, &'a T)>,
}

/// Compares by name.
pub(super) fn changes<'a, T: PartialEq>(from: &'a [T], to: &'a [T], name: impl Fn(&T) -> &str) -> Changes<'a, T> {
    let of = |side: &'a [T], wanted: &str| side.iter().find(|item| name(item) == wanted);
    Changes {
        deleted: from.iter().filter(|item| of(to, name(item)).is_none()).collect(),
        added: to.iter().filter(|item| of(from, name(item)).is_none()).collect(),
        altered: from
            .iter()
            .filter_map(|item| Some((item, of(to, name(item))?)))
            .filter(|(from, to)| from != to)
            .collect(),
    }
}

//! Pairs the keys, indexes, checks or policies of one table by what they are; names settle what that leaves open.

use crate::catalog::Same;

/// How two lists of one kind fit together, by their indexes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Matching {
    /// One definition changed: declared, live.
    pub altered: Vec<(usize, usize)>,
    /// Declared alone.
    pub missing: Vec<usize>,
    /// Live alone.
    pub undeclared: Vec<usize>,
}

/// What makes two of a kind one.
pub(super) struct Rules<Equal, Named, Kin> {
    /// Whether they mean the same, whatever their names.
    pub same: Equal,
    /// Whether they have one name.
    pub same_name: Named,
    /// Whether they are likely one whose definition changed, whatever their names: they cover the same columns.
    pub kin: Kin,
}

/// Pairs `declared` with `live`. What neither can be told apart from nor be proved equal to another is taken for that
/// other, so that nothing is claimed of it.
pub(super) fn pair_up<T, Equal, Named, Kin>(declared: &[T], live: &[T], rules: Rules<Equal, Named, Kin>) -> Matching
where
    Equal: Fn(&T, &T) -> Same,
    Named: Fn(&T, &T) -> bool,
    Kin: Fn(&T, &T) -> bool,
{
    pair_up_open((declared, Vec::new()), (live, Vec::new()), rules)
}

/// The same, where some of each list are settled already; an empty list settles nothing.
pub(super) fn pair_up_open<T, Equal, Named, Kin>(
    (declared, declared_settled): (&[T], Vec<bool>),
    (live, live_settled): (&[T], Vec<bool>),
    rules: Rules<Equal, Named, Kin>,
) -> Matching
where
    Equal: Fn(&T, &T) -> Same,
    Named: Fn(&T, &T) -> bool,
    Kin: Fn(&T, &T) -> bool,
{
    let Rules { same, same_name, kin } = rules;
    // What stands in one order on both sides needs no search.
    let aligned = || {
        declared.iter().zip(live).all(|(a, b)| match same(a, b) {
            Same::Yes => true,
            Same::Unknown => same_name(a, b),
            Same::No => false,
        })
    };
    if declared.len() == live.len() && aligned() {
        return Matching::default();
    }
    let verdicts: Vec<Vec<Same>> = declared.iter().map(|a| live.iter().map(|b| same(a, b)).collect()).collect();
    let open = |settled: Vec<bool>, len: usize| {
        if settled.is_empty() { vec![true; len] } else { settled.into_iter().map(|settled| !settled).collect() }
    };
    let mut open = Open { declared: open(declared_settled, declared.len()), live: open(live_settled, live.len()) };
    let named = |a: usize, b: usize| same_name(&declared[a], &live[b]);
    open.settle(|a, b| verdicts[a][b] != Same::No && named(a, b));
    open.settle(|a, b| verdicts[a][b] == Same::Yes);
    let mut altered = open.settle(named);
    open.settle(|a, b| verdicts[a][b] == Same::Unknown);
    altered.extend(open.settle(|a, b| kin(&declared[a], &live[b])));
    altered.sort_unstable();
    Matching { altered, missing: places(&open.declared), undeclared: places(&open.live) }
}

/// What has no counterpart yet.
struct Open {
    declared: Vec<bool>,
    live: Vec<bool>,
}

impl Open {
    /// Pairs what is open and fits, first come first served.
    fn settle(&mut self, fits: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for a in 0..self.declared.len() {
            if !self.declared[a] {
                continue;
            }
            if let Some(b) = (0..self.live.len()).find(|b| self.live[*b] && fits(a, *b)) {
                (self.declared[a], self.live[b]) = (false, false);
                pairs.push((a, b));
            }
        }
        pairs
    }
}

fn places(open: &[bool]) -> Vec<usize> {
    open.iter().enumerate().filter(|(_, open)| **open).map(|(place, _)| place).collect()
}

/// The verdict on a whole of whose parts these are the verdicts.
pub(super) fn all(verdicts: impl IntoIterator<Item = Same>) -> Same {
    let mut whole = Same::Yes;
    for verdict in verdicts {
        whole = whole.min(verdict);
        if whole == Same::No {
            break;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (name, columns, attribute)
    type Thing = (&'static str, &'static str, i32);

    fn paired(declared: &[Thing], live: &[Thing]) -> Matching {
        pair_up(
            declared,
            live,
            Rules {
                same: |a: &Thing, b: &Thing| match (a.2, b.2) {
                    _ if a.1 != b.1 => Same::No,
                    (0, _) | (_, 0) => Same::Unknown,
                    (a, b) => Same::from(a == b),
                },
                same_name: |a: &Thing, b: &Thing| a.0 == b.0,
                kin: |a: &Thing, b: &Thing| a.1 == b.1,
            },
        )
    }

    #[test]
    fn meaning_goes_before_names() {
        let nothing = Matching::default();
        assert_eq!(paired(&[("a", "x", 1), ("b", "y", 1)], &[("a", "x", 1), ("b", "y", 1)]), nothing);
        assert_eq!(paired(&[("a", "x", 1), ("b", "y", 1)], &[("c", "y", 1), ("a", "x", 1)]), nothing);
        // Each is the other by its name, yet both are there.
        assert_eq!(paired(&[("a", "x", 1), ("b", "y", 1)], &[("b", "x", 1), ("a", "y", 1)]), nothing);
        let altered = |pairs: &[(usize, usize)]| Matching { altered: pairs.to_vec(), ..Matching::default() };
        assert_eq!(paired(&[("a", "x", 1)], &[("a", "y", 1)]), altered(&[(0, 0)]));
        assert_eq!(paired(&[("a", "x", 1)], &[("b", "x", 2)]), altered(&[(0, 0)]));
        assert_eq!(
            paired(&[("a", "x", 1)], &[("b", "y", 1), ("c", "x", 1), ("d", "x", 1)]),
            Matching { undeclared: vec![0, 2], ..Matching::default() }
        );
        assert_eq!(
            paired(&[("a", "x", 1), ("b", "z", 1)], &[("c", "y", 1)]),
            Matching { missing: vec![0, 1], undeclared: vec![0], ..Matching::default() }
        );
    }

    #[test]
    fn what_cannot_be_told_apart_is_taken_for_one() {
        assert_eq!(paired(&[("a", "x", 0)], &[("b", "x", 1)]), Matching::default());
        assert_eq!(
            paired(&[("a", "x", 0)], &[("b", "x", 1), ("a", "x", 2)]),
            Matching { undeclared: vec![0], ..Matching::default() }
        );
    }
}

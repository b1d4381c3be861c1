//! Which values an enum gains and loses, as drizzle-kit's difference of two lists has it.

/// The values added, each with the one that it stands before, and whether any is taken away. A value that moves is both.
pub(super) fn difference(old: &[String], new: &[String]) -> (Vec<(String, Option<String>)>, bool) {
    let mut blocks = Vec::new();
    matching(old, new, (0, old.len()), (0, new.len()), &mut blocks);
    let mut added = Vec::new();
    let mut removed = false;
    let (mut from, mut to) = (0, 0);
    blocks.push((old.len(), new.len(), 0));
    for (start_old, start_new, length) in blocks {
        removed |= from < start_old;
        for value in &new[to..start_new] {
            added.push((value.clone(), old.get(start_old).cloned()));
        }
        (from, to) = (start_old + length, start_new + length);
    }
    (added, removed)
}

/// Ratcliff and Obershelp: the longest common stretch, then the same left and right of it.
fn matching(
    old: &[String],
    new: &[String],
    (from_old, to_old): (usize, usize),
    (from_new, to_new): (usize, usize),
    blocks: &mut Vec<(usize, usize, usize)>,
) {
    let (mut best_old, mut best_new, mut best) = (from_old, from_new, 0);
    let mut lengths = vec![0_usize; new.len() + 1];
    for (at, value) in old.iter().enumerate().take(to_old).skip(from_old) {
        let mut next = vec![0_usize; new.len() + 1];
        for other in from_new..to_new {
            if *value == new[other] {
                let length = lengths[other] + 1;
                next[other + 1] = length;
                if length > best {
                    (best_old, best_new, best) = (at + 1 - length, other + 1 - length, length);
                }
            }
        }
        lengths = next;
    }
    if best == 0 {
        return;
    }
    matching(old, new, (from_old, best_old), (from_new, best_new), blocks);
    blocks.push((best_old, best_new, best));
    matching(old, new, (best_old + best, to_old), (best_new + best, to_new), blocks);
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_value_stands_before_the_next_that_stays() {
        let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let add = |value: &str, before: Option<&str>| (value.to_owned(), before.map(str::to_owned));
        assert_eq!(difference(&list("a c"), &list("a b c d")), (vec![add("b", Some("c")), add("d", None)], false));
        assert_eq!(difference(&list("a b c"), &list("a c")), (vec![], true));
        assert!(difference(&list("a b"), &list("b a")).1);
    }
}

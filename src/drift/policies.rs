//! `undeclared-policy`, `missing-policy` and `policy-mismatch`, which is also said of a table's row-level security.

use super::compare::{Pair, Sides};
use super::matching::{Rules, all, pair_up};
use super::parts::{Kind, report};
use super::short_sql::{policy_text, row_level_security_text};
use super::{Code, Drift};
use crate::catalog::{Family, ObjectKind, ObjectRef, Policy, Same, same_expression};

/// Row-level security and its policies.
pub(super) fn compare(sides: &Sides, pair: &Pair, drifts: &mut Vec<Drift>) {
    if sides.family != Family::Postgresql {
        return;
    }
    row_level_security(pair, drifts);
    let (declared, live) = (&pair.declared.table.policies, &pair.live.policies);
    let matching = pair_up(
        declared,
        live,
        Rules {
            same: |a: &Policy, b: &Policy| same(sides, pair, a, b),
            same_name: |a: &Policy, b: &Policy| sides.family.same_identifier(&a.name, &b.name),
            kin: |_: &Policy, _: &Policy| false,
        },
    );
    let places = &pair.declared.parts.policies;
    let kind = Kind { kind: ObjectKind::Policy, object: ObjectRef::policy, text: policy_text, places };
    report(sides, pair, &kind, (declared, live), &matching, drifts);
}

fn row_level_security(pair: &Pair, drifts: &mut Vec<Drift>) {
    let (declared, live) = (pair.declared.table.row_level_security, pair.live.row_level_security);
    // A policy that cannot be read would switch it on.
    if declared == live || (!declared && pair.declared.extras_open) {
        return;
    }
    let (mine, theirs) = (row_level_security_text(declared), row_level_security_text(live));
    let mut drift = Drift::new(Code::PolicyMismatch, pair.declared.table.object(), Some(mine), Some(theirs));
    drift.place = Some(pair.declared.name.clone());
    drifts.push(drift);
}

fn same(sides: &Sides, pair: &Pair, a: &Policy, b: &Policy) -> Same {
    if a.permissive != b.permissive || a.command != b.command || !same_roles(&a.roles, &b.roles) {
        return Same::No;
    }
    let expressions = |mine: Option<&str>, theirs: Option<&str>| match (mine, theirs) {
        (None, None) => Same::Yes,
        (Some(mine), Some(theirs)) if mine == theirs => Same::Yes,
        (Some(mine), Some(theirs)) => same_expression(sides.dialect(), Some(pair.live), mine, theirs),
        _ => Same::No,
    };
    all([expressions(a.using.as_deref(), b.using.as_deref()), expressions(written(a), written(b))])
}

/// What a new row has to satisfy: USING, where WITH CHECK is not said and the command writes.
fn written(policy: &Policy) -> Option<&str> {
    let implied = policy.using.as_deref().filter(|_| ["all", "update"].contains(&policy.command.as_str()));
    policy.with_check.as_deref().or(implied)
}

/// Who the session's own roles are depends on who asks.
fn same_roles(a: &[String], b: &[String]) -> bool {
    const SESSION: [&str; 3] = ["current_user", "current_role", "session_user"];
    let floating = |roles: &[String]| roles.iter().any(|role| SESSION.contains(&role.to_ascii_lowercase().as_str()));
    let sorted = |roles: &[String]| {
        let mut roles = roles.to_vec();
        roles.sort();
        roles.dedup();
        roles
    };
    a == b || floating(a) || floating(b) || sorted(a) == sorted(b)
}

//! From a drift to the statements of `drizzle-kit push`.

use super::plan::Plan;
use super::{postgresql, sqlite};
use crate::catalog::{Family, Generation, Table, type_change_loses_data};
use crate::drift::{Code, Drift};
use crate::push::Loss;

/// What push would do about one drift, before it is put into words.
pub(in crate::push) struct Change {
    /// Its statements.
    pub statements: Vec<String>,
    /// What is lost where the table holds rows.
    pub loss: Loss,
    /// Whether push stops at a question before them.
    pub asks: bool,
}

/// What push would do about `drift` alone.
pub(in crate::push) fn change(plan: &Plan, drift: &Drift) -> Option<Change> {
    match drift.code {
        Code::UndeclaredTable => drop_table(plan, drift),
        Code::MissingTable => create_table(plan, drift),
        Code::UndeclaredColumn => drop_column(plan, drift),
        Code::MissingColumn => add_column(plan, drift),
        Code::TypeMismatch => alter_column(plan, drift, true),
        Code::NullabilityMismatch => alter_column(plan, drift, false),
        _ => None,
    }
}

fn drop_table(plan: &Plan, drift: &Drift) -> Option<Change> {
    let table = plan.live_table(drift)?;
    let statements = match plan.family {
        Family::Postgresql => postgresql::drop_table(plan, table),
        Family::Mysql => return None,
        Family::Sqlite => vec![sqlite::drop_table(table)],
    };
    // One question about what was renamed, another about what is lost.
    let asks = !plan.created_tables.is_empty() || plan.evidence(drift).rows.any();
    Some(Change { statements, loss: Loss::Table, asks })
}

fn create_table(plan: &Plan, drift: &Drift) -> Option<Change> {
    let table = &plan.declared_table(drift)?.table;
    let statements = match plan.family {
        Family::Postgresql => postgresql::create_table(plan, table),
        Family::Mysql => return None,
        Family::Sqlite => sqlite::create_table(table),
    };
    Some(Change { statements, loss: Loss::None, asks: !plan.dropped_tables.is_empty() })
}

fn drop_column(plan: &Plan, drift: &Drift) -> Option<Change> {
    let (declared, live) = (&plan.declared_table(drift)?.table, plan.live_table(drift)?);
    let statements = match plan.family {
        _ if plan.rebuilds(drift) => rebuild(plan, drift, declared),
        Family::Postgresql => vec![postgresql::drop_column(live, &drift.object.name)],
        Family::Mysql => return None,
        Family::Sqlite => vec![sqlite::drop_column(live, &drift.object.name)],
    };
    let asks = !plan.created_columns(drift).is_empty() || plan.evidence(drift).rows.any();
    Some(Change { statements, loss: Loss::Column, asks })
}

fn add_column(plan: &Plan, drift: &Drift) -> Option<Change> {
    let (table, column) = (&plan.declared_table(drift)?.table, plan.declared_column(drift)?);
    let has_rows = plan.evidence(drift).rows.any();
    let without_default = column.not_null.known() == Some(&true) && column.default.known().is_some_and(Option::is_none);
    let emptied = match (plan.family, plan.generation) {
        (Family::Sqlite, Generation::V0) => sqlite::needs_empty_table(column),
        (_, Generation::V0) => without_default,
        (_, Generation::V1) => false,
    };
    let mut statements = Vec::new();
    if plan.rebuilds(drift) || (plan.family == Family::Sqlite && is_key(table, &column.name)) {
        statements.extend(rebuild(plan, drift, table));
    } else {
        if emptied && has_rows {
            statements.push(match plan.family {
                Family::Postgresql => postgresql::truncate(table),
                Family::Mysql => return None,
                Family::Sqlite => sqlite::delete_rows(table),
            });
        }
        statements.push(match plan.family {
            Family::Postgresql => postgresql::add_column(plan, table, column),
            Family::Mysql => return None,
            Family::Sqlite => sqlite::add_column(table, column),
        });
    }
    let asks = !plan.dropped_columns(drift).is_empty() || (emptied && has_rows);
    Some(Change { statements, loss: if emptied { Loss::Rows } else { Loss::None }, asks })
}

fn alter_column(plan: &Plan, drift: &Drift, of_type: bool) -> Option<Change> {
    if !plan.alters_column(drift) {
        return None;
    }
    let (table, column) = (&plan.declared_table(drift)?.table, plan.declared_column(drift)?);
    let has_rows = plan.evidence(drift).rows.any();
    let becomes_required =
        !of_type && column.not_null.known() == Some(&true) && column.default.known().is_some_and(Option::is_none);
    let change = |statements, loss, asks| Some(Change { statements, loss, asks });
    let values = match (of_type, plan.live_column(drift)?.sql_type.known(), column.sql_type.known()) {
        (true, Some(live), Some(declared)) if type_change_loses_data(plan.declared.dialect, live, declared) => {
            Loss::Values
        }
        _ => Loss::None,
    };
    match plan.family {
        Family::Postgresql if of_type => change(postgresql::set_type(plan, drift)?, values, false),
        Family::Postgresql => change(vec![postgresql::set_not_null(plan, drift)?], Loss::None, false),
        Family::Sqlite if plan.alters_by_rebuilding() => change(rebuild(plan, drift, table), values, false),
        Family::Sqlite => {
            let emptied = becomes_required;
            let statements = sqlite::alter_column(plan, table, column, emptied && has_rows);
            change(statements, if emptied { Loss::Rows } else { values }, emptied && has_rows)
        }
        Family::Mysql => None,
    }
}

/// The rebuild of a SQLite table; it empties the table where one of its new columns needs it.
fn rebuild(plan: &Plan, drift: &Drift, table: &Table) -> Vec<String> {
    let has_rows = plan.evidence(drift).rows.any();
    let emptied = has_rows
        && plan.created_columns(drift).iter().filter_map(|name| table.column(name)).any(sqlite::needs_empty_table);
    sqlite::rebuild(plan, table, emptied)
}

fn is_key(table: &Table, column: &str) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|name| name == column))
}

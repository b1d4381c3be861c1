//! From the drifts and the plan of a push to the findings: what push would do about each drift, and its severity.

use std::collections::{BTreeMap, BTreeSet};

use super::message::{self, Facts};
use super::noise;
use super::{Aspect, Consequence, Failure, Finding, Loss, PromptKind, PushPlan, Statement};
use crate::catalog::{Column, LiveCatalog, ObjectKind, ObjectRef, Rows, Table};
use crate::declared::Declared;
use crate::drift::{self, Class, Code, Drift, Ledger, Severity};

/// What push would do about each of `drifts` according to its `plan`, with the severity and message that follow, and
/// `ledger`'s verdict on the day `today`.
///
/// The class of a drift is settled here, since it depends on the kit: a difference in meaning that push does not see is a
/// blind spot, and one in words alone that push does not see either is no finding.
pub fn assess(
    mut drifts: Vec<Drift>,
    plan: &PushPlan,
    declared: &Declared,
    live: &LiveCatalog,
    ledger: &Ledger,
    today: jiff::civil::Date,
) -> Vec<Finding> {
    let matcher = Matcher::new(plan, declared, live);
    let explained = drifts.iter().flat_map(|drift| matcher.numbers(drift)).collect();
    let noise = noise::findings(plan, &explained, declared, live);
    if !noise.is_empty() {
        drifts.extend(noise);
        drift::sort(&mut drifts);
    }
    // Where drizzle-kit gives up before its first statement, nothing says what it sees.
    let gives_up = plan.failure.as_ref().filter(|failure| failure.statement.is_none());
    drifts.into_iter().filter_map(|drift| finding(matcher.change(&drift), drift, gives_up, ledger, today)).collect()
}

/// What push would do about one drift, before it is put into words.
struct Change<'a> {
    statements: Vec<String>,
    data_loss: bool,
    asks: bool,
    facts: Facts<'a>,
}

fn finding(
    change: Change,
    mut drift: Drift,
    gives_up: Option<&Failure>,
    ledger: &Ledger,
    today: jiff::civil::Date,
) -> Option<Finding> {
    let acts = !change.statements.is_empty();
    match (drift.class, acts) {
        (Class::Noise, false) => return None,
        (Class::Drift, false)
            if gives_up.is_none() && !matches!(drift.code, Code::UnresolvedDeclaration | Code::StaleDeferral) =>
        {
            drift.class = Class::BlindSpot;
        }
        _ => {}
    }
    let facts = Facts { statements: &change.statements, ..change.facts };
    let consequence = acts.then(|| Consequence {
        sentence: message::sentence(&facts, &drift),
        statements: change.statements.clone(),
        data_loss: change.data_loss,
        asks: change.asks,
    });
    let severity = match drift.class {
        _ if consequence.as_ref().is_some_and(|consequence| consequence.data_loss) => Severity::Error,
        // What nobody declares and push would drop all the same is no mere matter of words.
        Class::Noise if !(drift.code.is_undeclared() && drift.note.is_some()) => Severity::Hint,
        Class::Drift | Class::BlindSpot | Class::Noise => drift.code.default_severity(),
    };
    let message = message::message(&facts, &drift, consequence.as_ref(), gives_up);
    let status = ledger.status(&drift, today);
    Some(Finding { drift, consequence, severity, message, status })
}

/// Finds the statements of a plan by what they touch.
struct Matcher<'a> {
    plan: &'a PushPlan,
    touching: BTreeMap<&'a ObjectRef, Vec<(usize, Aspect)>>,
    declared: BTreeMap<(Option<&'a str>, &'a str), &'a Table>,
    live: &'a LiveCatalog,
    /// What push asks about.
    asked: BTreeSet<&'a ObjectRef>,
}

impl<'a> Matcher<'a> {
    fn new(plan: &'a PushPlan, declared: &'a Declared, live: &'a LiveCatalog) -> Self {
        let mut touching: BTreeMap<&ObjectRef, Vec<(usize, Aspect)>> = BTreeMap::new();
        for (number, statement) in plan.statements.iter().enumerate() {
            for touch in &statement.touches {
                touching.entry(&touch.object).or_default().push((number, touch.aspect));
            }
        }
        // Of two declarations of one table, the first is compared.
        let tables = declared.tables.iter().rev().map(|table| &*table.table);
        let declared = tables.map(|table| ((table.schema.as_deref(), table.name.as_str()), table)).collect();
        let asked = plan.prompts.iter().flat_map(|prompt| &prompt.concerns).collect();
        Self { plan, touching, declared, live, asked }
    }

    /// What push would do about `drift`.
    fn change(&self, drift: &Drift) -> Change<'a> {
        let statements = self.statements(drift);
        let losing = || statements.iter().filter(|statement| statement.loss_of(&drift.object) != Loss::None);
        let loss = losing().map(|statement| statement.loss).next();
        let rows = losing().map(|statement| statement.rows).next();
        let others = self.others(drift);
        Change {
            data_loss: losing().any(|statement| statement.loses_data()),
            asks: !statements.is_empty()
                && std::iter::once(&drift.object).chain(&drift.also).any(|object| self.asked.contains(object)),
            facts: Facts {
                statements: &[],
                loss: loss.unwrap_or_default(),
                rows: rows.unwrap_or_else(|| self.rows(drift)),
                declared: self.declared_column(drift),
                rebuilds: statements.iter().any(|statement| statement.sql.starts_with("CREATE TABLE `__new_")),
                along: statements
                    .iter()
                    .flat_map(|statement| &statement.along)
                    .map(|along| along.what.as_str())
                    .collect(),
                others,
            },
            statements: statements.into_iter().map(|statement| statement.sql.clone()).collect(),
        }
    }

    /// The statements that change what `drift` is about, in push's order.
    fn statements(&self, drift: &Drift) -> Vec<&'a Statement> {
        self.numbers(drift).into_iter().map(|number| &self.plan.statements[number]).collect()
    }

    /// Their places in the plan.
    fn numbers(&self, drift: &Drift) -> Vec<usize> {
        let aspects = aspects(drift.code);
        let touching = |object| self.touching.get(object).into_iter().flatten();
        let own = touching(&drift.object).filter(|(_, aspect)| aspects.contains(aspect));
        // Whatever happens to the rest of what it is about happens because of it.
        let mut numbers: Vec<usize> =
            own.chain(drift.also.iter().flat_map(touching)).map(|(number, _)| *number).collect();
        // A schema comes and goes with what is in it.
        let of_schema =
            matches!(drift.object.kind, ObjectKind::Table | ObjectKind::Enum | ObjectKind::View | ObjectKind::Sequence);
        if of_schema && !numbers.is_empty() && (drift.code.is_missing() || drift.code.is_undeclared()) {
            let schema = ObjectRef::of_schema(ObjectKind::Table, drift.object.schema.clone(), "");
            numbers.extend(touching(&schema).filter(|(_, aspect)| aspects.contains(aspect)).map(|(number, _)| *number));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The names that push takes into consideration for the object.
    fn others(&self, drift: &Drift) -> Vec<&'a str> {
        let asked = self.plan.prompts.iter().filter(|prompt| prompt.kind == PromptKind::CreatedOrRenamed);
        let mut others: Vec<&str> = Vec::new();
        for prompt in asked {
            let Some((new, old)) = prompt.concerns.split_first() else { continue };
            if *new == drift.object {
                others.extend(old.iter().map(|object| object.name.as_str()));
            } else if old.contains(&drift.object) {
                others.push(&new.name);
            }
        }
        others
    }

    fn declared_column(&self, drift: &Drift) -> Option<&'a Column> {
        let table = self.declared.get(&(drift.object.schema.as_deref(), drift.object.table.as_deref()?))?;
        (drift.object.kind == ObjectKind::Column).then(|| table.column(&drift.object.name)).flatten()
    }

    fn rows(&self, drift: &Drift) -> Rows {
        let mut objects = std::iter::once(&drift.object).chain(&drift.also);
        let found = objects.find_map(|object| self.live.evidence.get(&(object.schema.clone(), object.table.clone()?)));
        found.map_or(Rows::Unknown, |evidence| evidence.rows)
    }
}

/// What a statement changes that answers a drift of `code`.
fn aspects(code: Code) -> &'static [Aspect] {
    /// For codes by their name, or the part of it that several share.
    const ASPECTS: &[(&str, &[Aspect])] = &[
        ("undeclared-", &[Aspect::Absence]),
        ("missing-", &[Aspect::Existence]),
        ("possible-rename", &[Aspect::Existence, Aspect::Absence, Aspect::Name]),
        ("type-mismatch", &[Aspect::Type]),
        ("nullability-mismatch", &[Aspect::Nullability]),
        ("default-mismatch", &[Aspect::Default]),
        ("identity-mismatch", &[Aspect::Identity]),
        ("generated-mismatch", &[Aspect::Generated]),
        ("-mismatch", &[Aspect::Definition, Aspect::Existence, Aspect::Absence, Aspect::Name]),
    ];
    ASPECTS.iter().find(|(part, _)| code.name().contains(part)).map_or(&[], |(_, aspects)| aspects)
}

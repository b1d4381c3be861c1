//! What Drizzle's own modules export, as far as it matters to a schema.

use super::columns::{ColumnFunction, functions};
use crate::catalog::Family;
use crate::declared::Casing;
use crate::declared::known::Library;
use crate::declared::value::Value;
use std::rc::Rc;

/// A function of Drizzle's modules.
#[derive(Clone, Copy, Debug)]
pub(in crate::declared) enum DrizzleFunction {
    /// A column function.
    Column(Family, &'static ColumnFunction),
    /// Anything else.
    Other(Family, Purpose),
}

/// What a function of Drizzle's modules is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::declared) enum Purpose {
    TableCreator,
    Schema,
    Enum,
    MysqlEnum,
    CustomType,
    Index,
    UniqueIndex,
    Unique,
    PrimaryKey,
    ForeignKey,
    Check,
    Sequence,
    Role,
    Policy,
    CrudPolicy,
    View,
    MaterializedView,
    Sql,
    TableColumns,
    TableName,
    /// Makes nothing that a schema consists of.
    Inert,
    /// An SQL expression whose text is not modelled: `eq(a, b)`.
    Operator(&'static str),
}

/// Dialect-independent names of the core modules: the same function in each, where a dialect has it.
const CORE: &[(&str, Purpose)] = &[
    ("customType", Purpose::CustomType),
    ("index", Purpose::Index),
    ("uniqueIndex", Purpose::UniqueIndex),
    ("unique", Purpose::Unique),
    ("primaryKey", Purpose::PrimaryKey),
    ("foreignKey", Purpose::ForeignKey),
    ("check", Purpose::Check),
];

const PG: &[(&str, Purpose)] = &[
    ("pgTableCreator", Purpose::TableCreator),
    ("pgSchema", Purpose::Schema),
    ("pgEnum", Purpose::Enum),
    ("pgSequence", Purpose::Sequence),
    ("pgRole", Purpose::Role),
    ("pgPolicy", Purpose::Policy),
    ("pgView", Purpose::View),
    ("pgMaterializedView", Purpose::MaterializedView),
];

const MYSQL: &[(&str, Purpose)] = &[
    ("mysqlTableCreator", Purpose::TableCreator),
    ("singlestoreTableCreator", Purpose::TableCreator),
    ("mysqlSchema", Purpose::Schema),
    ("mysqlDatabase", Purpose::Schema),
    ("singlestoreSchema", Purpose::Schema),
    ("mysqlEnum", Purpose::MysqlEnum),
    ("singlestoreEnum", Purpose::MysqlEnum),
    ("mysqlView", Purpose::View),
];

const SQLITE: &[(&str, Purpose)] =
    &[("sqliteTableCreator", Purpose::TableCreator), ("sqliteView", Purpose::View), ("view", Purpose::View)];

/// SQL operators of `drizzle-orm` and the operator each writes between its operands, or before or behind its only one.
const OPERATORS: &[(&str, &str)] = &[
    ("eq", " = "),
    ("ne", " <> "),
    ("gt", " > "),
    ("gte", " >= "),
    ("lt", " < "),
    ("lte", " <= "),
    ("and", " and "),
    ("or", " or "),
    ("isNull", " is null"),
    ("isNotNull", " is not null"),
    ("not", "not "),
    ("like", " like "),
    ("ilike", " ilike "),
    ("inArray", " in "),
    ("asc", " asc"),
    ("desc", " desc"),
    ("count", "count("),
    ("countDistinct", "count(distinct "),
    ("sum", "sum("),
    ("sumDistinct", "sum(distinct "),
    ("avg", "avg("),
    ("avgDistinct", "avg(distinct "),
    ("max", "max("),
    ("min", "min("),
];

/// The member `name` of `library`; `None` where it has none that we know.
pub(in crate::declared) fn library_member(library: Library, name: &str) -> Option<Value> {
    match library {
        Library::Core(family) => core_member(family, name),
        Library::Orm => Some(orm_member(name)),
        _ => None,
    }
}

fn other(family: Family, role: Purpose) -> Value {
    Value::Drizzle(DrizzleFunction::Other(family, role))
}

fn core_member(family: Family, name: &str) -> Option<Value> {
    if let Some(column) = functions(family).iter().find(|column| column.name == name) {
        return Some(Value::Drizzle(DrizzleFunction::Column(family, column)));
    }
    if name == family.table_function() || (family == Family::Mysql && name == "singlestoreTable") {
        return Some(table_function(family, None));
    }
    let dialect = match family {
        Family::Postgresql => PG,
        Family::Mysql => MYSQL,
        Family::Sqlite => SQLITE,
    };
    if let Some((_, role)) = dialect.iter().chain(CORE).find(|(known, _)| *known == name) {
        return Some(other(family, *role));
    }
    None
}

/// A plain table function of `family`.
pub(in crate::declared) fn table_function(family: Family, casing: Option<Casing>) -> Value {
    Value::TableFunction(Rc::new(super::TableFunction {
        family,
        schema: Ok(None),
        customize: None,
        casing,
        row_level_security: false,
    }))
}

fn orm_member(name: &str) -> Value {
    let purpose = match name {
        "sql" => Purpose::Sql,
        "getTableColumns" | "getColumns" => Purpose::TableColumns,
        "getTableName" => Purpose::TableName,
        _ => match OPERATORS.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Purpose::Operator(text),
            None => Purpose::Inert,
        },
    };
    other(Family::Postgresql, purpose)
}

/// The column function `name` of pg-core.
pub(in crate::declared) fn core_column(name: &str) -> Option<DrizzleFunction> {
    match core_member(Family::Postgresql, name) {
        Some(Value::Drizzle(function)) => Some(function),
        _ => None,
    }
}

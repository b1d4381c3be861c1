//! The column functions of `drizzle-orm/pg-core`.

use super::columns::ColumnFunction;

const fn column(name: &'static str, sql: &'static str) -> ColumnFunction {
    ColumnFunction::new(name, sql)
}

const NUMERIC: &str = "numeric[({precision}[, {scale}])]";
const NUMERIC_V1: &str = "numeric[({precision}[,{scale}])]";

/// <https://orm.drizzle.team/docs/column-types/pg>
pub(super) const COLUMNS: &[ColumnFunction] = &[
    column("bigint", "bigint"),
    column("bigserial", "bigserial").not_null_in_number_mode(),
    column("bit", "bit({dimensions})"),
    column("boolean", "boolean"),
    column("bytea", "bytea").since_v1(),
    column("char", "char[({length})]"),
    column("cidr", "cidr"),
    column("date", "date"),
    column("decimal", NUMERIC).v1(NUMERIC_V1),
    column("doublePrecision", "double precision"),
    column("geometry", "geometry(point)").v1("geometry(point[,{srid}])"),
    column("halfvec", "halfvec({dimensions})"),
    column("inet", "inet"),
    column("integer", "integer"),
    column("interval", "interval[ {fields}][?precision:({precision})]"),
    column("json", "json"),
    column("jsonb", "jsonb"),
    column("line", "line"),
    column("macaddr", "macaddr"),
    column("macaddr8", "macaddr8"),
    column("numeric", NUMERIC).v1(NUMERIC_V1),
    column("point", "point"),
    column("real", "real"),
    column("serial", "serial").not_null(),
    column("smallint", "smallint"),
    column("smallserial", "smallserial").not_null(),
    column("sparsevec", "sparsevec({dimensions})"),
    column("text", "text"),
    column("time", "time[({precision})][?withTimezone: with time zone]"),
    column(
        "timestamp",
        "timestamp[mode=string:[({precision})]][mode!string:[ ({precision})]][?withTimezone: with time zone]",
    )
    .v1("timestamp[({precision})][?withTimezone: with time zone]"),
    column("uuid", "uuid"),
    column("varchar", "varchar[({length})]"),
    column("vector", "vector({dimensions})"),
];

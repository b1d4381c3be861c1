//! The column functions of `drizzle-orm/mysql-core`, and of `singlestore-core`, its kin.

use super::columns::ColumnFunction;

const fn column(name: &'static str, sql: &'static str) -> ColumnFunction {
    ColumnFunction::new(name, sql)
}

const DECIMAL_SPELLINGS: &[(&str, &str)] = &[
    ("decimal(10,0)", "decimal"),
    ("decimal(10)", "decimal"),
    ("decimal(10,0) unsigned", "decimal unsigned"),
    ("decimal(10) unsigned", "decimal unsigned"),
];

/// <https://orm.drizzle.team/docs/column-types/mysql>
pub(super) const COLUMNS: &[ColumnFunction] = &[
    column("bigint", "bigint[?unsigned: unsigned]"),
    column("binary", "binary[({length})]"),
    column("blob", "blob").since_v1(),
    column("boolean", "boolean"),
    column("char", "char[({length})]"),
    column("date", "date"),
    column("datetime", "datetime[({fsp})]"),
    column("decimal", "decimal[({precision}[,{scale}])][?unsigned: unsigned]").spelled(DECIMAL_SPELLINGS),
    column("double", "double[({precision}[,{scale}])][?unsigned: unsigned]"),
    column("float", "float[({precision}[,{scale}])][?unsigned: unsigned]"),
    column("int", "int[?unsigned: unsigned]"),
    column("json", "json"),
    column("longblob", "longblob").since_v1(),
    column("longtext", "longtext"),
    column("mediumblob", "mediumblob").since_v1(),
    column("mediumint", "mediumint[?unsigned: unsigned]"),
    column("mediumtext", "mediumtext"),
    column("real", "real[({precision}[, {scale}])]").v1("real[({precision}[,{scale}])]"),
    column("serial", "serial").autoincrement(),
    column("smallint", "smallint[?unsigned: unsigned]"),
    column("text", "text"),
    column("time", "time[({fsp})]"),
    column("timestamp", "timestamp[({fsp})]"),
    column("tinyblob", "tinyblob").since_v1(),
    column("tinyint", "tinyint[?unsigned: unsigned]"),
    column("tinytext", "tinytext"),
    column("varbinary", "varbinary[({length})]"),
    column("varchar", "varchar[({length})]"),
    column("vector", "vector({dimensions}[, {elementType}])"),
    column("year", "year"),
];

//! Which spellings are one type, and which changes of type lose data.

use drizzle_drift::catalog::{Dialect, same_type, type_change_loses_data};
use proptest::prelude::*;

const SAME: &[(Dialect, &[&str])] = &[
    (Dialect::Postgresql, &["integer", "int4", "INT", "int", "pg_catalog.int4", "\"int4\""]),
    (Dialect::Postgresql, &["varchar(255)", "character varying(255)", "VARCHAR (255)", "char varying( 255 )"]),
    (Dialect::Postgresql, &["varchar", "character varying"]),
    (Dialect::Postgresql, &["char", "char(1)", "character", "bpchar(1)"]),
    (Dialect::Postgresql, &["numeric(10, 2)", "numeric(10,2)", "decimal(10,2)", "DEC(10, 2)"]),
    (Dialect::Postgresql, &["numeric(10)", "numeric(10,0)", "numeric(10, 0)"]),
    (Dialect::Postgresql, &["numeric", "decimal"]),
    (
        Dialect::Postgresql,
        &["timestamp", "timestamp without time zone", "timestamp(6)", "timestamp (6) without time zone"],
    ),
    (Dialect::Postgresql, &["timestamp (3)", "timestamp(3)", "timestamp(3) without time zone"]),
    (Dialect::Postgresql, &["timestamp with time zone", "timestamptz", "TIMESTAMPTZ", "timestamp (6) with time zone"]),
    (Dialect::Postgresql, &["timestamp (3) with time zone", "timestamptz(3)", "timestamp(3) with time zone"]),
    (Dialect::Postgresql, &["time", "time without time zone"]),
    (Dialect::Postgresql, &["double precision", "float8", "float", "float(53)"]),
    (Dialect::Postgresql, &["real", "float4", "float(10)"]),
    (Dialect::Postgresql, &["boolean", "bool"]),
    (Dialect::Postgresql, &["text[]", "text[3]", "text[][]", "text array", "_text"]),
    (Dialect::Postgresql, &["mood", "public.mood", "\"public\".\"mood\"", "\"Mood\""]),
    (Dialect::Postgresql, &["geometry(point)", "geometry(Point,4326)", "geometry(Point)"]),
    (Dialect::Postgresql, &["interval day to second(3)", "interval day to second (3)"]),
    (Dialect::Postgresql, &["interval", "interval(6)"]),
    (Dialect::Postgresql, &["bit", "bit(1)"]),
    (Dialect::Postgresql, &["varchar(10)", "varchar(10) COLLATE \"C\"", "character varying(10) collate \"de-x-icu\""]),
    (Dialect::Mysql, &["int", "int(11)", "integer", "INT(10)"]),
    (Dialect::Mysql, &["int unsigned", "int(10) unsigned", "integer unsigned zerofill"]),
    (Dialect::Mysql, &["boolean", "bool", "tinyint(1)", "tinyint"]),
    (Dialect::Mysql, &["decimal", "decimal(10,0)", "numeric(10)", "dec"]),
    (Dialect::Mysql, &["double", "real", "double precision", "float(30)"]),
    (Dialect::Mysql, &["float", "float(24)"]),
    (Dialect::Mysql, &["char", "char(1)", "char(1) character set utf8mb4 collate utf8mb4_bin"]),
    (Dialect::Mysql, &["serial", "bigint unsigned", "bigint(20) unsigned"]),
    (Dialect::Mysql, &["enum('a','b, c')", "enum('a', 'b, c')"]),
    (Dialect::Mysql, &["json", "longtext"]),
    (Dialect::Mysql, &["year", "year(4)"]),
    (Dialect::Mysql, &["datetime", "datetime(0)"]),
    (Dialect::Sqlite, &["text", "varchar(255)", "TEXT", "clob", "text(10)", "nchar(55)"]),
    (Dialect::Sqlite, &["integer", "int", "bigint", "boolean", "numeric", "datetime", "decimal(10,2)", "tinyint"]),
    (Dialect::Sqlite, &["real", "double precision", "float"]),
    (Dialect::Sqlite, &["blob", ""]),
];

const DIFFERENT: &[(Dialect, &str, &str)] = &[
    (Dialect::Postgresql, "integer", "bigint"),
    (Dialect::Postgresql, "varchar(255)", "varchar(100)"),
    (Dialect::Postgresql, "varchar(255)", "varchar"),
    (Dialect::Postgresql, "varchar", "text"),
    (Dialect::Postgresql, "timestamp", "timestamp with time zone"),
    (Dialect::Postgresql, "timestamp (3)", "timestamp"),
    (Dialect::Postgresql, "text", "text[]"),
    (Dialect::Postgresql, "numeric(10, 2)", "numeric"),
    (Dialect::Postgresql, "json", "jsonb"),
    (Dialect::Postgresql, "mood", "text"),
    (Dialect::Postgresql, "bpchar", "char(1)"),
    (Dialect::Postgresql, "vector(3)", "vector(4)"),
    (Dialect::Postgresql, "serial", "integer"),
    (Dialect::Mysql, "int", "int unsigned"),
    (Dialect::Mysql, "varchar(10)", "varchar(20)"),
    (Dialect::Mysql, "enum('a','b')", "enum('a','B')"),
    (Dialect::Mysql, "datetime(3)", "datetime"),
    (Dialect::Mysql, "text", "mediumtext"),
    (Dialect::Sqlite, "integer", "text"),
    (Dialect::Sqlite, "integer", "real"),
    (Dialect::Sqlite, "text", "blob"),
];

/// From, to, whether data can be lost.
const CHANGES: &[(Dialect, &str, &str, bool)] = &[
    (Dialect::Postgresql, "integer", "bigint", false),
    (Dialect::Postgresql, "bigint", "integer", true),
    (Dialect::Postgresql, "serial", "bigint", false),
    (Dialect::Postgresql, "varchar(50)", "varchar(255)", false),
    (Dialect::Postgresql, "varchar(255)", "varchar(50)", true),
    (Dialect::Postgresql, "varchar(255)", "text", false),
    (Dialect::Postgresql, "uuid", "text", false),
    (Dialect::Postgresql, "text", "integer", true),
    (Dialect::Postgresql, "text", "varchar(50)", true),
    (Dialect::Postgresql, "text[]", "text", false),
    (Dialect::Postgresql, "numeric(10, 2)", "numeric(12, 2)", false),
    (Dialect::Postgresql, "numeric(10, 2)", "numeric(10, 4)", true),
    (Dialect::Postgresql, "numeric(10, 2)", "integer", true),
    (Dialect::Postgresql, "integer", "numeric(10, 2)", true),
    (Dialect::Postgresql, "integer", "numeric(12, 2)", false),
    (Dialect::Postgresql, "timestamp", "timestamp (3)", true),
    (Dialect::Postgresql, "timestamp (3)", "timestamp", false),
    (Dialect::Postgresql, "date", "timestamp", false),
    (Dialect::Postgresql, "timestamp", "date", true),
    (Dialect::Postgresql, "integer", "real", true),
    (Dialect::Mysql, "varchar(10)", "varchar(20)", false),
    (Dialect::Mysql, "varchar(20)", "varchar(10)", true),
    (Dialect::Mysql, "int", "bigint", false),
    (Dialect::Mysql, "int", "int unsigned", true),
    (Dialect::Mysql, "text", "mediumtext", false),
    (Dialect::Mysql, "enum('a')", "enum('a','b')", false),
    (Dialect::Mysql, "enum('a','b')", "enum('a')", true),
    (Dialect::Sqlite, "text", "integer", true),
    (Dialect::Sqlite, "integer", "text", false),
    (Dialect::Sqlite, "varchar(5)", "text", false),
];

#[test]
fn spellings_of_one_type_are_one() {
    for (dialect, spellings) in SAME {
        for a in *spellings {
            for b in *spellings {
                assert!(same_type(*dialect, a, b), "{dialect:?}: {a} = {b}");
                assert!(!type_change_loses_data(*dialect, a, b), "{dialect:?}: {a} = {b}");
            }
        }
    }
}

#[test]
fn other_types_are_not() {
    for (dialect, a, b) in DIFFERENT {
        assert!(!same_type(*dialect, a, b) && !same_type(*dialect, b, a), "{dialect:?}: {a} and {b}");
    }
}

#[test]
fn widening_is_harmless() {
    for (dialect, from, to, loses) in CHANGES {
        assert_eq!(type_change_loses_data(*dialect, from, to), *loses, "{dialect:?}: {from} to {to}");
    }
}

proptest! {
    #[test]
    fn no_spelling_panics(a in "[a-z0-9 ()\\[\\],'\".]{0,20}", b in "[a-z0-9 ()\\[\\],'\".]{0,20}") {
        for dialect in Dialect::ALL {
            prop_assert!(same_type(dialect, &a, &a));
            prop_assert_eq!(same_type(dialect, &a, &b), same_type(dialect, &b, &a));
            type_change_loses_data(dialect, &a, &b);
        }
    }
}

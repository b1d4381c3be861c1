select
  -- Row versions of the catalogs that DDL writes to: any DDL changes a count or a sum.
  concat_ws(' ',
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_class where oid >= 16384),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_attribute where attrelid >= 16384),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_attrdef),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_constraint where oid >= 16384),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_index where indexrelid >= 16384),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_type where oid >= 16384),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_enum),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_namespace where oid >= 16384),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_sequence),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_policy),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_rewrite where oid >= 16384),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_inherits),
  (select concat(count(*), ':', sum(xmin::text::int8)) from pg_catalog.pg_description where objoid >= 16384))

  -- The version of each row of the catalogs that DDL writes to, with the relation that it describes; 0 for what describes
  -- none. An array's type says no more than its element's.
  select oid as relation, xmin as version from pg_catalog.pg_class where oid >= 16384
  union all select attrelid, xmin from pg_catalog.pg_attribute where attrelid >= 16384 and attnum > 0
  union all select adrelid, xmin from pg_catalog.pg_attrdef
  union all select conrelid, xmin from pg_catalog.pg_constraint where oid >= 16384
  union all select confrelid, xmin from pg_catalog.pg_constraint where confrelid <> 0
  union all select indrelid, xmin from pg_catalog.pg_index where indexrelid >= 16384
  union all select typrelid, xmin from pg_catalog.pg_type
    where oid >= 16384 and not (typtype = 'b' and typcategory = 'A')
  union all select 0, xmin from pg_catalog.pg_enum
  union all select 0, xmin from pg_catalog.pg_namespace where oid >= 16384
  union all select seqrelid, xmin from pg_catalog.pg_sequence
  union all select polrelid, xmin from pg_catalog.pg_policy
  union all select ev_class, xmin from pg_catalog.pg_rewrite where oid >= 16384
  union all select inhrelid, xmin from pg_catalog.pg_inherits
  union all select objoid, xmin from pg_catalog.pg_description where objoid >= 16384

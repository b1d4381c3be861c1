select nspname::text, has_schema_privilege(oid, 'usage')
from pg_catalog.pg_namespace
where nspname not in ('pg_catalog', 'information_schema')
  and nspname not like 'pg\_toast%' and nspname not like 'pg\_temp\_%'

select p.polrelid::int8, p.polname::text, p.polpermissive, p.polcmd::text,
       (select json_agg(coalesce(r.rolname, 'public') order by coalesce(r.rolname, 'public'))::text
        from unnest(p.polroles) as role (oid)
        left join pg_catalog.pg_roles r on r.oid = role.oid),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
from pg_catalog.pg_policy p
order by p.polrelid, p.polname

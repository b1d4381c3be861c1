select '{table}' as name, exists (select 1 from "{identifier}") as any_row

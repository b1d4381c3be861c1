select {text}, exists (select 1 from `{name}`)

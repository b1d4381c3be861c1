show create view `{name}`

select cast(version() as char), cast(database() as char), cast(current_user() as char)

show global status where variable_name regexp '^com_(create|alter|drop|rename|truncate)'

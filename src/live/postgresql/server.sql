select current_setting('server_version'), current_database()::text, current_user::text, txid_current_snapshot()::text

select txid_current_snapshot()::text

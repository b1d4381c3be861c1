show session variables where variable_name in ('transaction_read_only', 'tx_read_only')

begin transaction isolation level repeatable read read only;
set local statement_timeout = {statement};
set local lock_timeout = {lock};
set local idle_in_transaction_session_timeout = {idle}

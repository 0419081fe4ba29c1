SELECT current_setting('fsync') = 'on' AS fsync,
       current_setting('full_page_writes') = 'on' AS full_page_writes,
       current_setting('synchronous_standby_names') <> '' AS synchronous_standby,
       current_setting('server_version_num')::integer AS version,
       pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only

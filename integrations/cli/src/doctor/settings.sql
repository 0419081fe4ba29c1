SELECT current_setting('fsync')                     AS fsync,
       current_setting('full_page_writes')          AS full_page_writes,
       current_setting('synchronous_commit')        AS synchronous_commit,
       current_setting('synchronous_standby_names') AS synchronous_standby_names,
       current_setting('server_version')            AS server_version,
       (SELECT count(*) FROM pg_stat_replication)   AS replicas

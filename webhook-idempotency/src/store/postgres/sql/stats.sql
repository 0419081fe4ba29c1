SELECT * FROM {schema}.stats($1)

SELECT * FROM {schema}.get($1)

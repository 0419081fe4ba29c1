SELECT * FROM {schema}.replay($1)

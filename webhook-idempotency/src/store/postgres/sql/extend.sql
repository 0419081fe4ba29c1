SELECT * FROM {schema}.extend($1, $2, $3)

SELECT * FROM {schema}.lease($1, $2, $3)

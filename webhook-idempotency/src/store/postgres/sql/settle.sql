SELECT * FROM {schema}.settle($1, $2, $3, $4, $5, $6)

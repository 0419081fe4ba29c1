SELECT * FROM {schema}.settle_or_fail($1, $2, $3, $4, $5, $6)

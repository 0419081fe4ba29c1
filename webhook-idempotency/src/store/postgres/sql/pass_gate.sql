SELECT * FROM {schema}.pass_gate($1, $2, $3)

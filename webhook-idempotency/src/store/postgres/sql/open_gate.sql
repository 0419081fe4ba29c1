SELECT * FROM {schema}.open_gate($1, $2)

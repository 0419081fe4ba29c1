SELECT * FROM {schema}.turn($1)

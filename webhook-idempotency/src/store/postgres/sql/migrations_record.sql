INSERT INTO {schema}.migrations (version) VALUES ({version});

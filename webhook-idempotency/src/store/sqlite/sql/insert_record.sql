INSERT INTO webhook_records (
    sequence, key, namespace, received_at, source, endpoint, tenant, id, id_signed,
    event_type, event_type_signed, signed_at, provenance, coverage, secret, payload
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?1)

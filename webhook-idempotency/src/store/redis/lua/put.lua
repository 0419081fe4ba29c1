-- KEYS: one record for each item. ARGV, after the clock: namespace, token, SHA-256, facts, payload, delay for each item.
local answers = {}
for item, record in ipairs(KEYS) do
    local a = 1 + (item - 1) * 6
    local namespace, token, sha256, delay = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 6]
    local found = redis.call('HMGET', record, 'state', 'due', 'sha256', 'owner')
    if not found[1] then
        redis.call('HSET', record, 'namespace', namespace, 'owner', token, 'sha256', sha256,
            'facts', ARGV[a + 4], 'payload', ARGV[a + 5], 'state', 'ready', 'due', text(now + delay),
            'attempts', '0', 'received', text(now), 'sequence', text(micros + item))
        answers[item] = { 'new' }
    else
        -- A write, so that what is waited for includes the record that this answer vouches for.
        redis.call('HINCRBY', record, 'seen', 1)
        if found[4] == token then
            -- This very call was here before, and its reply was lost.
            answers[item] = { 'new' }
        else
            answers[item] = { 'duplicate', found[1], found[2], found[3] == sha256 and 1 or 0 }
        end
    end
end
return answers

-- KEYS: one record for each item. ARGV, after the clock: lease; then the fence of each item.
local ends = text(now + ARGV[2])
local answers = {}
for item, record in ipairs(KEYS) do
    local found = redis.call('HMGET', record, 'state', 'fence')
    if found[1] == 'leased' and found[2] == ARGV[2 + item] then
        redis.call('HSET', record, 'due', ends)
        answers[item] = ends
    else
        answers[item] = false
    end
end
return answers

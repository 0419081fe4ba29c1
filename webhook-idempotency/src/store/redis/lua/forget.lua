-- KEYS: an index; then records. ARGV, after the clock: how long settled; then the member of each record.
local index = KEYS[1]
local forgotten = 0
for item = 2, #KEYS do
    local record, member = KEYS[item], ARGV[item + 1]
    local found = redis.call('HMGET', record, 'state', 'namespace', 'settled')
    local current = found[1] == 'done'
        and found[2] .. '\0' .. string.format('%015.0f', found[3]) == string.sub(member, 1, -33)
    if current and now - found[3] > tonumber(ARGV[2]) then
        redis.call('DEL', record)
        redis.call('ZREM', index, member)
        forgotten = forgotten + 1
    elseif not current then
        redis.call('ZREM', index, member)
    end
end
return forgotten

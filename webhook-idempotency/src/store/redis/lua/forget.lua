-- KEYS: an index and a floor; then records. ARGV, after the clock: how long settled; then the member of each record.
local index, floor = KEYS[1], KEYS[2]
local highest = tonumber(redis.call('GET', floor) or 0)
local forgotten = 0
for item = 3, #KEYS do
    local record, member = KEYS[item], ARGV[item]
    local found = redis.call('HMGET', record, 'state', 'namespace', 'settled', 'fence')
    local current = found[1] == 'done'
        and found[2] .. '\0' .. string.format('%015.0f', found[3]) == string.sub(member, 1, -33)
    if current and now - found[3] > tonumber(ARGV[2]) then
        redis.call('DEL', record)
        redis.call('ZREM', index, member)
        highest = math.max(highest, found[4])
        forgotten = forgotten + 1
    elseif not current then
        redis.call('ZREM', index, member)
    end
end
if forgotten > 0 then
    -- Whoever puts one of these keys again gets a higher fence, whatever the clock says by then.
    redis.call('SET', floor, text(highest))
end
return forgotten

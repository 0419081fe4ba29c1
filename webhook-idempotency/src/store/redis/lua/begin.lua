-- KEYS: one record for each item, and nothing else: while a slot moves, a new record can then be made where it moves to.
-- ARGV, after the clock: lease; then namespace, token, SHA-256, facts, payload for each item.
local lease = ARGV[2]
local answers = {}
for item, record in ipairs(KEYS) do
    local a = 2 + (item - 1) * 5
    local namespace, token, sha256 = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
    local found = redis.call('HMGET', record, 'state', 'due', 'sha256', 'owner', 'fence', 'output')
    local state, due = found[1], found[2]

    local function take()
        -- The time makes it rise even after the record was forgotten; the fence before, when the clock went back.
        local fence = text(math.max(micros + item, (found[5] or 0) + 1))
        local ends = text(now + lease)
        redis.call('HSET', record, 'state', 'leased', 'due', ends, 'owner', token, 'fence', fence)
        redis.call('HINCRBY', record, 'attempts', 1)
        answers[item] = { 'began', fence, ends }
    end

    if not state then
        redis.call('HSET', record, 'namespace', namespace, 'sha256', sha256, 'facts', ARGV[a + 4],
            'payload', ARGV[a + 5], 'received', text(now), 'sequence', text(micros + item))
        take()
    elseif found[3] ~= sha256 then
        answers[item] = { 'conflict' }
    elseif state == 'done' then
        -- A write, so that what is waited for includes the record that this answer vouches for.
        redis.call('HINCRBY', record, 'seen', 1)
        answers[item] = { 'done', found[6] }
    elseif found[4] == token then
        if state == 'leased' then
            -- This very call was here before, and its reply was lost.
            local ends = text(now + lease)
            redis.call('HSET', record, 'due', ends)
            answers[item] = { 'began', found[5], ends }
        else
            -- A copy of it came so late that its lease is over. Nobody waits for this answer.
            answers[item] = { 'held', due }
        end
    elseif tonumber(due) > now then
        answers[item] = { 'held', due }
    else
        take()
    end
end
return answers

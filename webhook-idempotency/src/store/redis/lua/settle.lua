-- KEYS: record and index for each item. ARGV, after the clock: key, fence, token, outcome, wait, whether there is a text,
-- the text (an output or an error) for each item.
local answers = {}
for item = 1, #KEYS / 2 do
    local record, index = KEYS[item * 2 - 1], KEYS[item * 2]
    local a = 1 + (item - 1) * 7
    local key, fence, token, outcome, wait = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
    local has_text, given = ARGV[a + 6] == '1', ARGV[a + 7]
    local found = redis.call('HMGET', record, 'state', 'fence', 'settler', 'namespace')
    if found[2] ~= fence then
        answers[item] = 'lost'
    elseif found[1] ~= 'leased' then
        -- A write, so that what is waited for includes the settlement that this answer vouches for.
        redis.call('HINCRBY', record, 'seen', 1)
        -- The token says that this very call was here before, and its reply was lost.
        answers[item] = found[3] == token and 'applied' or 'already'
    else
        redis.call('HSET', record, 'settler', token)
        if outcome == 'done' then
            redis.call('HSET', record, 'state', 'done', 'settled', text(now))
            redis.call('HDEL', record, 'due', 'error')
            if has_text then
                redis.call('HSET', record, 'output', given)
            end
            -- One score for all: the order of the members is namespace, time, key.
            redis.call('ZADD', index, 0, found[4] .. '\0' .. string.format('%015.0f', now) .. key)
        else
            redis.call('HSET', record, 'state', 'ready', 'due', text(now + wait))
            if has_text then
                redis.call('HSET', record, 'error', given)
            else
                redis.call('HINCRBY', record, 'attempts', -1)
            end
        end
        answers[item] = 'applied'
    end
end
return answers

-- KEYS: an index. ARGV, after the clock: namespace, how long settled, limit. Which members may be forgotten, oldest first.
local before = math.max(now - ARGV[3], 0)
return redis.call('ZRANGEBYLEX', KEYS[1], '[' .. ARGV[2] .. '\0',
    '(' .. ARGV[2] .. '\0' .. string.format('%015.0f', before), 'LIMIT', 0, ARGV[4])

-- Stands before every other script. ARGV[1] is how many milliseconds a test has moved the clock ahead; 0 otherwise.
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2] + ARGV[1] * 1000
local now = math.floor(micros / 1000)

-- Whole numbers up to 2^53, without an exponent.
local function text(number)
    return string.format('%.0f', number)
end

//! Times as senders write them, each in its one accepted spelling.

use crate::scheme::TimeFormat;
use crate::time::UnixTime;

/// Reads a time. Anything but the plain spelling is refused, because the text itself is what was signed: two spellings of
/// one time would be two texts under one meaning.
pub(crate) fn read(text: &[u8], format: TimeFormat) -> Option<UnixTime> {
    match format {
        TimeFormat::Millis => plain_number(text, 15).map(UnixTime::from_millis),
        TimeFormat::Rfc3339 => rfc3339(text).map(UnixTime::from_millis),
        TimeFormat::Seconds => plain_number(text, 12).map(UnixTime::from_secs),
    }
}

/// Writes a time as [`read`] reads it.
pub(crate) fn write(time: UnixTime, format: TimeFormat) -> alloc::string::String {
    use alloc::string::ToString;
    match format {
        TimeFormat::Millis => time.as_millis().to_string(),
        TimeFormat::Seconds => time.as_secs().to_string(),
        TimeFormat::Rfc3339 => {
            let (days, rest) = (time.as_secs() / 86_400, time.as_secs() % 86_400);
            let (year, month, day) = civil_from_days(days);
            let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
            alloc::format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
        }
    }
}

/// A number of at most `digits` decimal digits in its only spelling: no sign, no space, no leading zero.
fn plain_number(text: &[u8], digits: usize) -> Option<u64> {
    if text.len() > digits || (text.len() > 1 && text.starts_with(b"0")) {
        return None;
    }
    number(text)
}

/// Decimal digits and nothing else, few enough that they cannot overflow.
fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    text.iter().try_fold(0, |number: u64, byte| match byte {
        b'0'..=b'9' => Some(number * 10 + u64::from(byte - b'0')),
        _ => None,
    })
}

/// `2021-03-25T05:09:27Z`, with up to nine decimals of a second and `Z` or an offset. Years 1970 to 9999.
fn rfc3339(text: &[u8]) -> Option<u64> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let field = |from: usize, to: usize| number(date_time.get(from..to)?);
    let punctuation = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if punctuation
        .iter()
        .any(|(at, byte)| date_time.get(*at) != Some(byte))
    {
        return None;
    }
    let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
    let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }

    let (millis, zone) = match rest.strip_prefix(b".") {
        None => (0, rest),
        Some(rest) => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (fraction, zone) = rest.split_at_checked(digits)?;
            if digits == 0 || digits > 9 {
                return None;
            }
            let mut first_three = [b'0'; 3];
            for (to, from) in first_three.iter_mut().zip(fraction) {
                *to = *from;
            }
            (number(&first_three)?, zone)
        }
    };
    let seconds = days_from_civil(year, month, day)? * 86_400 + hour * 3600 + minute * 60 + second;
    let seconds = match zone {
        b"Z" => seconds,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            if *sign == b'+' {
                seconds.checked_sub(offset)?
            } else {
                seconds + offset
            }
        }
        _ => return None,
    };
    Some(seconds * 1000 + millis)
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date from then on.
fn days_from_civil(year: u64, month: u64, day: u64) -> Option<u64> {
    if year < 1970 || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let before = year - 1;
    // 719,162 days lie between the first day of year 1 and that of 1970.
    let years = before * 365 + before / 4 - before / 100 + before / 400 - 719_162;
    let months: u64 = (1..month).map(|month| days_in_month(year, month)).sum();
    Some(years + months + day - 1)
}

/// The date so many days after 1970-01-01.
fn civil_from_days(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        // A time that no format can carry: the far end of what the others can.
        if days < length || year == 9999 {
            break;
        }
        days -= length;
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days >= days_in_month(year, month) {
        days -= days_in_month(year, month);
        month += 1;
    }
    (year, month, days.min(30) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_number_has_one_spelling() {
        for text in [
            "",
            " 1",
            "1 ",
            "+1",
            "-1",
            "01",
            "00",
            "1e9",
            "1.0",
            "1_0",
            "0x1",
            "１",
            "-9223372036854775808",
            "9223372036854775807",
            "1234567890123",
        ] {
            assert_eq!(read(text.as_bytes(), TimeFormat::Seconds), None, "{text}");
        }
        assert_eq!(read(&[b'9'; 400], TimeFormat::Seconds), None);
        assert_eq!(
            read(b"0", TimeFormat::Seconds),
            Some(UnixTime::from_secs(0))
        );
        assert_eq!(
            read(b"999999999999", TimeFormat::Seconds),
            Some(UnixTime::from_secs(999_999_999_999))
        );
        assert_eq!(
            read(b"1614265330123", TimeFormat::Millis),
            Some(UnixTime::from_millis(1_614_265_330_123))
        );
    }

    #[test]
    fn an_rfc_3339_time_is_read_to_the_millisecond() {
        // date -u -d TEXT +%s.%3N
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:34:56Z", 951_827_696_000),
            ("2021-03-25T05:09:27Z", 1_616_648_967_000),
            ("2021-03-25T05:09:27.5Z", 1_616_648_967_500),
            ("2019-11-16T10:11:12.634234626Z", 1_573_899_072_634),
            ("2020-01-01T00:00:00-07:00", 1_577_862_000_000),
            ("2020-01-01T05:30:00+05:30", 1_577_836_800_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ] {
            assert_eq!(
                read(text.as_bytes(), TimeFormat::Rfc3339),
                Some(UnixTime::from_millis(millis)),
                "{text}"
            );
        }
    }

    #[test]
    fn an_rfc_3339_time_has_one_spelling() {
        for text in [
            "",
            "2021-03-25",
            "2021-03-25T05:09:27",
            "2021-03-25 05:09:27Z",
            "2021-03-25t05:09:27Z",
            "2021-03-25T05:09:27z",
            "2021-03-25T05:09:27.Z",
            "2021-03-25T05:09:27.1234567890Z",
            "2021-3-25T05:09:27Z",
            "2021-02-29T00:00:00Z",
            "2021-13-01T00:00:00Z",
            "2021-00-01T00:00:00Z",
            "2021-01-00T00:00:00Z",
            "2021-01-01T24:00:00Z",
            "2021-01-01T00:60:00Z",
            "2021-01-01T00:00:60Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "2021-01-01T00:00:00+0100",
            "2021-01-01T00:00:00Z ",
            "+021-01-01T00:00:00Z",
        ] {
            assert_eq!(read(text.as_bytes(), TimeFormat::Rfc3339), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for secs in (0..4_200_000_000).step_by(86_399 * 7) {
            let time = UnixTime::from_secs(secs);
            for format in [TimeFormat::Millis, TimeFormat::Rfc3339, TimeFormat::Seconds] {
                assert_eq!(
                    read(write(time, format).as_bytes(), format),
                    Some(time),
                    "{secs} {format:?}"
                );
            }
        }
        assert_eq!(
            write(UnixTime::from_secs(951_782_400), TimeFormat::Rfc3339),
            "2000-02-29T00:00:00Z"
        );
        // Far beyond any date there is still a text, and no overflow.
        let _ = write(UnixTime::from_millis(u64::MAX), TimeFormat::Rfc3339);
    }
}

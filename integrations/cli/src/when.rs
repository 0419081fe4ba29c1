//! Times as people read them.

use webhook_verify::UnixTime;

/// `2023-11-14 22:13:20 UTC`.
pub(crate) fn utc(time: UnixTime) -> String {
    let seconds = time.as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// The date so many days after 1970-01-01, by counting in years that begin in March (Howard Hinnant's method).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// `3 s`, `5 min`, `2 h`, `4 d`: the largest unit of which there is more than one.
pub(crate) fn roughly(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How far a time is from another one: `3 s ago`, `in 5 min`.
pub(crate) fn relative(time: UnixTime, now: UnixTime) -> String {
    let apart = roughly(time.abs_diff(now).as_secs());
    match time > now {
        true => format!("in {apart}"),
        false => format!("{apart} ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_date_prints_it() {
        // date -u -d @N '+%F %T UTC'
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_700_000_000, "2023-11-14 22:13:20 UTC"),
            (4_102_444_800, "2100-01-01 00:00:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(UnixTime::from_secs(seconds)), text);
        }
    }

    #[test]
    fn a_distance_is_in_the_unit_that_people_would_use() {
        let now = UnixTime::from_secs(1_000_000);
        for (seconds, text) in [
            (1_000_000, "0 s ago"),
            (999_881, "119 s ago"),
            (999_880, "2 min ago"),
            (1_007_200, "in 2 h"),
            (1_172_800, "in 2 d"),
        ] {
            assert_eq!(relative(UnixTime::from_secs(seconds), now), text);
        }
    }
}

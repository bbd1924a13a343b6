//! Dates and spans of time as text.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// A time as RFC 3339 has it, in a zone given in minutes east of Greenwich; `None` for times that
/// the format cannot write, which forged commits have.
pub fn rfc3339(seconds: i64, zone_minutes: i32) -> Option<String> {
    let time = Timestamp::from_second(seconds).ok()?;
    let seconds_east = zone_minutes.checked_mul(60)?;
    let offset = Offset::from_seconds(seconds_east).unwrap_or(Offset::UTC);
    let zoned = time.to_zoned(TimeZone::fixed(offset));
    (0..=9999).contains(&zoned.year()).then(|| zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

/// A time span for people.
pub(super) fn in_words(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..=119 => (seconds, "second"),
        120..=7_199 => (seconds / 60, "minute"),
        7_200..=172_799 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn dates_are_written_in_the_zone_of_their_author() {
        assert_eq!(rfc3339(0, 0).unwrap(), "1970-01-01T00:00:00+00:00");
        assert_eq!(rfc3339(1_700_000_000, 330).unwrap(), "2023-11-15T03:43:20+05:30");
        assert_eq!(rfc3339(1_700_000_000, -480).unwrap(), "2023-11-14T14:13:20-08:00");
    }

    #[test]
    fn dates_that_no_calendar_has_are_left_out() {
        assert_eq!(rfc3339(i64::MAX, 0), None);
        assert_eq!(rfc3339(i64::MIN, 0), None);
        assert_eq!(rfc3339(-70_000_000_000, 0), None);
        assert_eq!(rfc3339(0, i32::MAX), None);
        assert_eq!(rfc3339(0, 100_000).unwrap(), "1970-01-01T00:00:00+00:00");
    }
}

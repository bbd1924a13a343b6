//! Writes numbers, sizes and times as people read them.

use std::time::Duration;

/// A number and its noun: `1 place`, `2 places`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", plural(count, one, many))
}

/// The noun that goes with a number.
pub(super) fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// A time in the unit that fits it.
pub(super) fn duration(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in the unit that fits it.
pub(super) fn size(bytes: u64) -> String {
    let mut unit = ("B", 1_u64);
    for next in [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)] {
        if bytes >= next.1 {
            unit = next;
        }
    }
    if unit.1 == 1 {
        return format!("{bytes} B");
    }
    let tenths = bytes * 10 / unit.1;
    format!("{}.{} {}", grouped(tenths / 10), tenths % 10, unit.0)
}

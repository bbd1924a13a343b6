//! The ways in which programs write one number.

use super::cause::ValueCause;

/// Longer ones are no ids.
const MAX_DIGITS: usize = 40;

/// The other texts of the number that `text` is, if it is one.
pub(crate) fn forms(text: &str) -> Vec<(ValueCause, Vec<u8>)> {
    let Some(digits) = digits(text) else {
        return Vec::new();
    };
    let mut forms = vec![digits.clone()];
    forms.extend([
        format!("{digits}.0"),
        format!("{digits}.00"),
        format!("{digits}."),
        format!("+{digits}"),
    ]);
    forms.extend((digits.len() + 1..=20).map(|width| format!("{digits:0>width$}")));
    forms.extend([",", ".", " ", "_", "'", "\u{a0}", "\u{202f}"].map(|by| grouped(&digits, by)));
    forms.extend(exponents(&digits));
    let mut made: Vec<_> = forms
        .into_iter()
        .filter(|form| form != text)
        .map(|form| (ValueCause::Number(form.clone()), form.into_bytes()))
        .collect();
    // What is left of it in a 64-bit float: as JavaScript and JSON parsers have it.
    if let Ok(float) = digits.parse::<f64>() {
        for rounded in
            [format!("{float}"), format!("{float}.0"), format!("{float:e}").replace('e', "e+")]
        {
            let is_same = rounded.strip_suffix(".0").unwrap_or(&rounded) == digits;
            if !is_same && digits.len() > 15 {
                made.push((ValueCause::NumberRounded(rounded.clone()), rounded.into_bytes()));
            }
        }
    }
    made
}

/// The digits of a whole number, however it is written; `None` for anything else.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let ungrouped = ungrouped(text);
    let text = ungrouped.as_deref().unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<usize>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_decimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || !is_decimal(whole) || !is_decimal(fraction) {
        return None;
    }
    let zeros = exponent.checked_sub(fraction.len())?;
    if whole.len() + fraction.len() > MAX_DIGITS || zeros > MAX_DIGITS {
        return None;
    }
    let digits = format!("{whole}{fraction}{}", "0".repeat(zeros));
    let digits = digits.trim_start_matches('0');
    Some(if digits.is_empty() { "0" } else { digits }.to_owned())
}

/// A number without what stands between its groups of three digits; `None` where there are none. A
/// full stop may be the decimal one, and is none of it.
fn ungrouped(text: &str) -> Option<String> {
    let by =
        [',', ' ', '_', '\'', '\u{a0}', '\u{202f}'].into_iter().find(|by| text.contains(*by))?;
    let mut groups = text.split(by);
    let first = groups.next()?;
    let is_grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    is_grouped.then(|| text.replace(by, ""))
}

/// The digits in groups of three.
fn grouped(digits: &str, by: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(by);
        }
        text.push(digit);
    }
    text
}

/// The number with an exponent, as different languages write it.
fn exponents(digits: &str) -> Vec<String> {
    let exponent = digits.len() - 1;
    let significant = digits.trim_end_matches('0');
    let Some((first, rest)) = significant.split_at_checked(1) else {
        return Vec::new();
    };
    let mut forms = Vec::new();
    let mantissas = if rest.is_empty() {
        vec![first.to_owned(), format!("{first}.0")]
    } else {
        vec![format!("{first}.{rest}")]
    };
    for mantissa in mantissas {
        for mark in ["e", "E", "e+", "E+"] {
            forms.push(format!("{mantissa}{mark}{exponent}"));
            forms.push(format!("{mantissa}{mark}{exponent:02}"));
        }
    }
    // As a programmer writes a round number: 12000 is 12e3.
    let zeros = digits.len() - significant.len();
    if zeros > 0 {
        forms.extend([format!("{significant}e{zeros}"), format!("{significant}E{zeros}")]);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        forms(text).into_iter().map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect()
    }

    #[test]
    fn a_number_is_known_in_every_form() {
        for form in [
            "1000", "1000.0", "+1000", "01000", "1e3", "1E3", "1.0e3", "1e+3", " 1000 ", "1,000",
            "1_000",
        ] {
            assert_eq!(digits(form).as_deref(), Some("1000"), "{form}");
        }
        for other in [
            "", "-1", "1.5", "1e-3", "0x10", "1,00", ",000", "1,000,0", "e3", "1e99", ".5",
            "1e3e3", "١",
        ] {
            assert_eq!(digits(other), None, "{other}");
        }
        assert_eq!(digits("000").as_deref(), Some("0"));
    }

    #[test]
    fn its_other_forms_are_those_that_programs_write() {
        let forms = texts("12000");
        for form in ["12000.0", "+12000", "012000", "12,000", "1.2e4", "1.2E+04", "12e3"] {
            assert!(forms.contains(&form.to_owned()), "{form} in {forms:?}");
        }
        assert!(!forms.contains(&"12000".to_owned()));
        assert!(texts("9007199254740993").contains(&"9007199254740992".to_owned()));
        assert!(texts("1234567890123456789012").contains(&"1.2345678901234568e+21".to_owned()));
    }
}

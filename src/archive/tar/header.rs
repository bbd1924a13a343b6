//! Reads the header block of a tar member.

/// The length of a header. Members are padded to a multiple of it.
pub(super) const BLOCK: usize = 512;

/// Whether this is a header of tar, with or without `ustar`: its checksum must be right.
pub(in crate::archive) fn is_header(start: &[u8]) -> bool {
    let Some(block) = start.first_chunk::<BLOCK>() else { return false };
    let Some(sum) = block.get(148..156).and_then(octal) else { return false };
    // The checksum counts its own field as spaces. Some old programs added signed bytes.
    let outside = || block[..148].iter().chain(&block[156..]);
    let unsigned = outside().map(|&byte| u64::from(byte)).sum::<u64>() + 8 * 32;
    let signed = outside().map(|&byte| i64::from(byte.cast_signed())).sum::<i64>() + 8 * 32;
    let agrees = sum == unsigned || i64::try_from(sum) == Ok(signed);
    // A block without `ustar` may have the right sum by chance. Then a name and a size must be
    // valid.
    let is_named = block[0] != 0 && block.get(124..136).and_then(number).is_some();
    agrees && (block[257..].starts_with(b"ustar") || is_named)
}

/// The path in the header itself: ustar's prefix and the name.
pub(super) fn own_path(header: &[u8; BLOCK]) -> Vec<u8> {
    let name = to_zero(&header[..100]);
    // Old GNU headers keep other things where ustar has the prefix.
    let is_ustar = header[257..].starts_with(b"ustar\0");
    let prefix = if is_ustar { to_zero(&header[345..500]) } else { b"" };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

pub(super) fn to_zero(text: &[u8]) -> &[u8] {
    memchr::memchr(0, text).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Splits the first pax record off, without its length and its line ending.
pub(super) fn next_record(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = memchr::memchr(b' ', records)?;
    let length = usize::try_from(decimal(records.get(..space)?)?).ok()?;
    let (record, rest) = records.split_at_checked(length)?;
    Some((record.get(space + 1..)?.strip_suffix(b"\n")?, rest))
}

pub(super) fn decimal(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A number as headers write it: octal, or base 256 if octal has no room.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    match field {
        [first, rest @ ..] if first & 0x80 != 0 => {
            // The sign bit of a two's complement number: sizes have none.
            let start = u64::from(first & 0x7f);
            rest.iter().try_fold(start, |number, &byte| {
                number.checked_mul(256).map(|number| number | u64::from(byte))
            })
        }
        _ => octal(field),
    }
}

/// An octal number between spaces and zero bytes; an empty field is zero.
fn octal(field: &[u8]) -> Option<u64> {
    let field = field.trim_ascii_start();
    let end = field.iter().position(|byte| matches!(byte, 0 | b' ')).unwrap_or(field.len());
    field[..end].iter().try_fold(0_u64, |number, &digit| match digit {
        b'0'..=b'7' => number.checked_mul(8).map(|number| number | u64::from(digit - b'0')),
        _ => None,
    })
}

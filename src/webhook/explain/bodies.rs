//! What a body may have been before it was changed, or after its signer changed it.

use std::borrow::Cow;
use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use sirocco::Format;

use super::cause::BodyCause;
use super::habit::Habit;
use super::json::{self, Parsed, Value};

/// What a small compressed body may inflate to.
const MAX_INFLATED: usize = 4 * super::MAX_EXPLAINED;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The keys of a notification in Intercom's order.
const ENVELOPE: [&str; 12] = [
    "type",
    "app_id",
    "data",
    "links",
    "id",
    "topic",
    "delivery_status",
    "delivery_attempts",
    "delivered_at",
    "first_sent_at",
    "created_at",
    "self",
];

/// What JavaScript's `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Hands over each body that this one may have been, the likeliest first, until told to stop.
pub(crate) fn each(
    body: &[u8],
    visit: &mut impl FnMut(BodyCause, Cow<'_, [u8]>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    line_endings(body, visit)?;
    serialised(body, visit)?;
    wrapped(body, visit)?;
    charsets(body, visit)?;
    signed_over(body, visit)
}

fn line_endings(
    body: &[u8],
    visit: &mut impl FnMut(BodyCause, Cow<'_, [u8]>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for ending in [b"\r\n".as_slice(), b"\n"] {
        if let Some(rest) = body.strip_suffix(ending) {
            visit(BodyCause::FinalNewlineAdded, rest.into())?;
        }
    }
    if let Some(rest) = body.strip_prefix(BOM) {
        visit(BodyCause::BomAdded, rest.into())?;
    }
    let has_lf = body.contains(&b'\n');
    if has_lf {
        let text = replaced(body, b"\r\n", b"\n");
        let has_crlf = text.len() != body.len();
        if has_crlf {
            visit(BodyCause::CrlfForLf, text.clone().into())?;
        }
        visit(BodyCause::LfForCrlf, replaced(&text, b"\n", b"\r\n").into())?;
    }
    let trimmed = body.trim_ascii();
    if trimmed.len() != body.len() {
        visit(BodyCause::Padded, trimmed.into())?;
    }
    if let Some(at) = find(body, b"\r\n\r\n").map(|at| at + 4)
        && body.get(..at).is_some_and(|head| find(head, b": ").is_some())
        && let Some(rest) = body.get(at..)
    {
        visit(BodyCause::WithHeaders, rest.into())?;
    }
    ControlFlow::Continue(())
}

/// The body parsed and written in every way.
fn serialised(
    body: &[u8],
    visit: &mut impl FnMut(BodyCause, Cow<'_, [u8]>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Parsed::Value(value) = json::parse(body) else {
        return ControlFlow::Continue(());
    };
    if let Value::Literal(_) = value {
        return ControlFlow::Continue(());
    }
    let given = Habit::of(body, &value);
    for habit in Habit::ALL {
        let text = habit.write(&value);
        if text == body {
            continue;
        }
        let cause = if habit.is_intercoms() {
            BodyCause::Reserialised(given)
        } else {
            BodyCause::SignedReserialised(habit)
        };
        visit(cause, text.into())?;
    }
    for restored in [value.ordered(&envelope_rank), value.ordered(&record_rank)] {
        if restored != value {
            for habit in [Habit::Compact, Habit::Html] {
                visit(BodyCause::KeysSorted, habit.write(&restored).into())?;
            }
        }
    }
    let sorted = value.ordered(&|key: &str| key.to_owned());
    if sorted != value {
        for habit in Habit::ALL {
            visit(BodyCause::SignedKeysSorted(habit), habit.write(&sorted).into())?;
        }
    }
    if let Value::String(inner) = &value {
        visit(BodyCause::JsonString, inner.as_bytes().into())?;
    }
    if let Some(bytes) = node_buffer(&value) {
        visit(BodyCause::NodeBuffer, bytes.into())?;
    }
    ControlFlow::Continue(())
}

/// The envelope's keys in Intercom's order, the others after them in alphabetical order.
fn envelope_rank(key: &str) -> (usize, String) {
    let place = ENVELOPE.iter().position(|known| *known == key);
    (place.unwrap_or(ENVELOPE.len()), key.to_owned())
}

/// The same, but `id` follows `type`, as in the records inside.
fn record_rank(key: &str) -> (usize, String) {
    if key == "id" { (1, String::new()) } else { envelope_rank(key) }
}

/// `{"type":"Buffer","data":[…]}`.
fn node_buffer(value: &Value) -> Option<Vec<u8>> {
    let Value::Object(members) = value else { return None };
    let member =
        |name: &str| members.iter().find_map(|(key, value)| (key == name).then_some(value));
    let is_buffer = matches!(member("type"), Some(Value::String(name)) if name == "Buffer");
    let Some(Value::Array(items)) = member("data").filter(|_| is_buffer) else { return None };
    let byte = |item: &Value| match item {
        Value::Literal(number) => number.parse().ok(),
        _ => None,
    };
    items.iter().map(byte).collect()
}

/// What something was put around.
fn wrapped(
    body: &[u8],
    visit: &mut impl FnMut(BodyCause, Cow<'_, [u8]>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let format = match body {
        [0x1f, 0x8b, ..] => Some((Format::Gzip, "gzip")),
        [first, second, ..]
            if first & 0x0f == 8
                && (u16::from(*first) * 256 + u16::from(*second)).is_multiple_of(31) =>
        {
            Some((Format::Zlib, "deflate"))
        }
        _ => None,
    };
    for (format, name) in format.into_iter().chain([(Format::Deflate, "raw deflate")]) {
        if let Ok(inner) = sirocco::decompress(format, body, MAX_INFLATED) {
            visit(BodyCause::Compressed(name), inner.into())?;
        }
    }
    if body.contains(&b'%') {
        visit(BodyCause::PercentEncoded, percent_decode(body).collect::<Vec<_>>().into())?;
        let spaced = replaced(body, b"+", b" ");
        visit(BodyCause::PercentEncoded, percent_decode(&spaced).collect::<Vec<_>>().into())?;
    }
    for field in form_fields(body) {
        let spaced = replaced(field, b"+", b" ");
        visit(BodyCause::FormField, percent_decode(field).collect::<Vec<_>>().into())?;
        visit(BodyCause::FormField, percent_decode(&spaced).collect::<Vec<_>>().into())?;
    }
    let trimmed = body.trim_ascii();
    let decoded = STANDARD.decode(trimmed).or_else(|_| URL_SAFE_NO_PAD.decode(trimmed));
    if let Ok(inner) = decoded
        && !inner.is_empty()
    {
        visit(BodyCause::Base64, inner.into())?;
    }
    if let Some(inner) = python_bytes(trimmed) {
        visit(BodyCause::PythonBytes, inner.into())?;
    }
    ControlFlow::Continue(())
}

/// The values of `name=value&name=value`, where the body looks like that.
fn form_fields(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_form = body.contains(&b'=') && !matches!(body.first(), Some(b'{' | b'['));
    let fields = body.split(|&byte| byte == b'&').take(if is_form { 16 } else { 0 });
    // One that was not encoded may hold & itself.
    let all = is_form.then_some(body);
    fields.chain(all).filter_map(|field| {
        let at = field.iter().position(|&byte| byte == b'=')?;
        field.get(at + 1..).filter(|value| !value.is_empty())
    })
}

/// What Python's `repr` of bytes stands for.
fn python_bytes(body: &[u8]) -> Option<Vec<u8>> {
    let quoted = body.strip_prefix(b"b")?;
    let (quote, inner) = quoted.split_first()?;
    let inner = inner.strip_suffix(&[*quote]).filter(|_| matches!(quote, b'\'' | b'"'))?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&escaped, after) = rest.split_first()?;
        rest = after;
        bytes.push(match escaped {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                *hex::decode(digits).ok()?.first()?
            }
            other => other,
        });
    }
    Some(bytes)
}

/// The body in UTF-8, where it is in something else.
fn charsets(
    body: &[u8],
    visit: &mut impl FnMut(BodyCause, Cow<'_, [u8]>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if body.contains(&0) {
        for read in [u16::from_le_bytes as fn([u8; 2]) -> u16, u16::from_be_bytes] {
            if let Some(text) = from_utf16(body, read) {
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
                visit(BodyCause::Utf16, text.as_bytes().into())?;
            }
        }
    }
    if body.is_ascii() {
        return ControlFlow::Continue(());
    }
    match std::str::from_utf8(body) {
        Err(_) => {
            let text: String = body.iter().copied().map(char::from).collect();
            visit(BodyCause::Latin1, text.into_bytes().into())?;
            let text: String = body.iter().copied().map(windows_1252).collect();
            visit(BodyCause::Latin1, text.into_bytes().into())
        }
        Ok(text) => {
            for decode in [char::from as fn(u8) -> char, windows_1252] {
                if let Some(bytes) = encoded(text, decode) {
                    let cause = if std::str::from_utf8(&bytes).is_ok() {
                        BodyCause::Mojibake
                    } else {
                        BodyCause::SignedLatin1
                    };
                    visit(cause, bytes.into())?;
                }
            }
            ControlFlow::Continue(())
        }
    }
}

fn from_utf16(body: &[u8], read: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = body.as_chunks::<2>() else { return None };
    let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
    String::from_utf16(&units).ok()
}

/// The text in a charset of one byte for each character; `None` where it does not have them all.
fn encoded(text: &str, decode: fn(u8) -> char) -> Option<Vec<u8>> {
    let byte = |character| (0..=255).find(|&byte| decode(byte) == character);
    text.chars()
        .map(
            |character| {
                if character.is_ascii() { u8::try_from(character).ok() } else { byte(character) }
            },
        )
        .collect()
}

/// Windows-1252, as the Encoding Standard has it: Latin-1 but for 0x80 to 0x9f.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let high = byte.checked_sub(0x80).and_then(|index| HIGH.get(usize::from(index)));
    high.copied().unwrap_or(char::from(byte))
}

/// What a signer may have made of the right body.
fn signed_over(
    body: &[u8],
    visit: &mut impl FnMut(BodyCause, Cow<'_, [u8]>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    visit(BodyCause::SignedEmpty, Cow::Borrowed(b""))?;
    for ending in [b"\n".as_slice(), b"\r\n"] {
        visit(BodyCause::FinalNewlineMissing, [body, ending].concat().into())?;
    }
    visit(BodyCause::BomMissing, [BOM, body].concat().into())?;
    let percent = percent_encode(body, COMPONENT).to_string();
    visit(BodyCause::SignedPercentEncoded, percent.as_bytes().into())?;
    let form = percent.replace("%20", "+");
    visit(BodyCause::SignedPercentEncoded, form.into_bytes().into())?;
    if let Ok(text) = std::str::from_utf8(body) {
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        visit(BodyCause::SignedUtf16, [b"\xff\xfe".as_slice(), &little].concat().into())?;
        visit(BodyCause::SignedUtf16, little.into())?;
        visit(
            BodyCause::SignedUtf16,
            units().flat_map(u16::to_be_bytes).collect::<Vec<_>>().into(),
        )?;
    }
    ControlFlow::Continue(())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, wanted)
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut changed = Vec::with_capacity(text.len());
    let mut copied = 0;
    for at in memchr::memmem::find_iter(text, from) {
        changed.extend_from_slice(text.get(copied..at).unwrap_or_default());
        changed.extend_from_slice(to);
        copied = at + from.len();
    }
    changed.extend_from_slice(text.get(copied..).unwrap_or_default());
    changed
}

//! Decides where a token may begin.

/// How far to the left of a token the rule looks, in bytes.
pub(super) const LEFT_CONTEXT: usize = 32;

/// The starts of a terminal's colour sequence, as logs and source code write them.
pub(super) const SEQUENCE_STARTS: [&[u8]; 8] =
    [b"\x1b[", b"\\x1b[", b"\\x1B[", b"\\u001b[", b"\\u001B[", b"\\033[", b"\\e[", b"^[["];

/// Whether a token may begin after `before`.
///
/// After a letter or digit, `dG9rO` is part of another text by chance, as in base64 of `…totok:…`.
/// But a token may follow a letter or digit that ends an escape sequence or an attached option:
/// source code and logs write `"\ndG9r…"`, `%3DdG9r…`, `\u0022dG9r…`, `=3DdG9r…` and
/// `curl -udG9r…`.
pub(super) fn has_left_boundary(before: &[u8]) -> bool {
    let context = &before[before.len().saturating_sub(LEFT_CONTEXT)..];
    let run = context.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if run == 0 {
        return true;
    }
    let (rest, run) = context.split_at(context.len() - run);
    match (rest.split_last(), run) {
        (Some((b'\\', _)), [b'a' | b'b' | b'e' | b'f' | b'n' | b'r' | b't' | b'v']) => true,
        (Some((b'\\', _)), [b'u', code @ ..]) => code.len() == 4 && is_hex(code),
        (Some((b'\\', _)), [b'U', code @ ..]) => code.len() == 8 && is_hex(code),
        (Some((b'\\', _)), [b'x', code @ ..]) => code.len() == 2 && is_hex(code),
        // URL encoding (RFC 3986, section 2.1), once or several times: `%3D`, `%253D`.
        (Some((b'%', _)), mut code) => {
            while let Some(inner) = code.strip_prefix(b"25").filter(|inner| inner.len() >= 2) {
                code = inner;
            }
            code.len() == 2 && is_hex(code)
        }
        (Some((b'\\', _)), code) => {
            code.len() <= 3 && code.iter().all(|byte| matches!(byte, b'0'..=b'7'))
        }
        // Quoted-printable (RFC 2045, section 6.7) writes upper-case hex, here of an ASCII byte.
        (Some((b'=', _)), code @ [b'0'..=b'7', b'0'..=b'9' | b'A'..=b'F']) => code.len() == 2,
        (Some((b'-', rest)), [b'u']) => {
            rest.last().is_none_or(|byte| byte.is_ascii_whitespace() || b"'\"`,[".contains(byte))
        }
        // A colour sequence in a saved terminal log ends: ESC [ digits ; digits m, or one that
        // clears.
        (Some(_), [codes @ .., b'm' | b'K' | b'J' | b'H'])
            if codes.iter().all(u8::is_ascii_digit) =>
        {
            let numbers = |byte: &&u8| byte.is_ascii_digit() || **byte == b';';
            let before = rest.len() - rest.iter().rev().take_while(numbers).count();
            SEQUENCE_STARTS.iter().any(|start| rest[..before].ends_with(start))
        }
        _ => false,
    }
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}

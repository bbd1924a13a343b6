//! Reads escaped padding at the end of a token.

use super::encoding::Encoding;

/// An escaped `=` at the start of `text`: its length, its encoding, and how many times it is
/// encoded.
pub(super) fn escaped(text: &[u8]) -> Option<(usize, Encoding, usize)> {
    match text.first()? {
        b'%' => {
            let mut code = &text[1..];
            let mut times = 1;
            while let Some(inner) = code.strip_prefix(b"25") {
                code = inner;
                times += 1;
            }
            let is_equals = code.get(..2).is_some_and(|code| code.eq_ignore_ascii_case(b"3d"));
            is_equals.then(|| (text.len() - code.len() + 2, Encoding::Percent, times))
        }
        b'\\' => {
            let slashes = text.iter().take_while(|&&byte| byte == b'\\').count();
            let code = &text[slashes..];
            let code_len = [&b"u003d"[..], b"x3d", b"075"].iter().find_map(|escape| {
                let start = code.get(..escape.len())?;
                start.eq_ignore_ascii_case(escape).then_some(escape.len())
            })?;
            // Backslashes double each time a text is escaped.
            Some((slashes + code_len, Encoding::Json, slashes.ilog2() as usize + 1))
        }
        b'&' => {
            let mut code = &text[1..];
            let mut times = 1;
            while let Some(inner) = code.strip_prefix(b"amp;") {
                code = inner;
                times += 1;
            }
            let names: [&[u8]; 5] = [b"#61;", b"#x3d;", b"#x3D;", b"#X3D;", b"equals;"];
            let name = names.iter().find(|name| code.starts_with(name))?;
            Some((text.len() - code.len() + name.len(), Encoding::Html, times))
        }
        b'=' => text.starts_with(b"=3D").then_some((3, Encoding::QuotedPrintable, 1)),
        _ => None,
    }
}

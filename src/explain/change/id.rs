//! The forms of ids: UUIDs, symbols of Ruby, MongoDB's `ObjectId`, global ids, domains.

use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::part::{Part, Take};
use crate::explain::cause::Change;

pub(super) fn without_hyphens(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let mut plain = Vec::with_capacity(text.len());
    plain.extend(text.iter().copied().filter(|&byte| byte != b'-'));
    take(Change::Hyphens, plain.into())
}

/// 32 hex digits as a UUID.
pub(super) fn with_hyphens(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if text.len() != 32 || !text.iter().all(u8::is_ascii_hexdigit) {
        return ControlFlow::Continue(());
    }
    let mut uuid = Zeroizing::new(Vec::with_capacity(36));
    for (index, &byte) in text.iter().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            uuid.push(b'-');
        }
        uuid.push(byte);
    }
    take(Change::Hyphens, uuid.as_slice().into())
}

pub(super) fn without_braces(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    match text.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")) {
        Some(inside) => take(Change::Braces, inside.into()),
        None => ControlFlow::Continue(()),
    }
}

pub(super) fn in_braces(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    take(Change::Braces, [b"{", text, b"}"].concat().into())
}

pub(super) fn without_colon(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    match text.strip_prefix(b":") {
        Some(rest) => take(Change::RubySymbol, rest.into()),
        None => ControlFlow::Continue(()),
    }
}

pub(super) fn with_colon(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    take(Change::RubySymbol, [b":", text].concat().into())
}

/// The digits of an `ObjectId` that was written as a program or as Extended JSON shows it.
pub(super) fn from_object_id(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    let is_named = text.contains("$oid") || text.contains("ObjectId") || text.contains("ObjectID");
    let is_digit = |character: char| character.is_ascii_hexdigit();
    let digits = text.split(|character: char| !is_digit(character)).find(|part| part.len() == 24);
    match digits.filter(|_| is_named) {
        Some(digits) => take(Change::ObjectId, digits.as_bytes().into()),
        None => ControlFlow::Continue(()),
    }
}

pub(super) fn object_id(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    if text.len() != 24 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return ControlFlow::Continue(());
    }
    for made in [
        format!("{{\"$oid\":\"{text}\"}}"),
        format!("{{\"$oid\": \"{text}\"}}"),
        format!("{{\"_id\":\"{text}\"}}"),
        format!("ObjectId(\"{text}\")"),
        format!("ObjectId('{text}')"),
        format!("new ObjectId(\"{text}\")"),
        format!("new ObjectId('{text}')"),
    ] {
        take(Change::ObjectId, made.into_bytes().into())?;
    }
    ControlFlow::Continue(())
}

/// The id inside of a type with an id: `gid://app/User/42`, or base64 of `User:42` as GraphQL has it.
pub(super) fn from_global_id(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let is_padding = |byte: &&u8| **byte == b'=';
    let padding = text.iter().rev().take_while(is_padding).count();
    let unpadded = text.get(..text.len() - padding).unwrap_or_default();
    let decoded = STANDARD_NO_PAD.decode(unpadded).ok();
    for plain in [Some(text), decoded.as_deref()].into_iter().flatten() {
        let Some(at) = plain.iter().rposition(|byte| matches!(byte, b'/' | b':' | b'|')) else {
            continue;
        };
        take(Change::GlobalId, plain.get(at + 1..).unwrap_or_default().into())?;
    }
    ControlFlow::Continue(())
}

pub(super) fn from_punycode(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    with_domain(text, |domain| Some(idna::domain_to_unicode(domain).0), take)
}

pub(super) fn punycode(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    with_domain(text, |domain| idna::domain_to_ascii(domain).ok(), take)
}

/// An email with another form of its domain.
fn with_domain(
    text: &[u8],
    form: impl Fn(&str) -> Option<String>,
    take: &mut Take<'_>,
) -> ControlFlow<()> {
    let Ok(text) = std::str::from_utf8(text) else { return ControlFlow::Continue(()) };
    let Some((local, domain)) = text.rsplit_once('@') else { return ControlFlow::Continue(()) };
    if domain.is_ascii() && !domain.contains("xn--") {
        return ControlFlow::Continue(());
    }
    match form(domain) {
        Some(other) => take(Change::Punycode, format!("{local}@{other}").into_bytes().into()),
        None => ControlFlow::Continue(()),
    }
}

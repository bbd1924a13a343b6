//! Hex, base64 and percent-encoding of a whole text.

use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use zeroize::Zeroizing;

use super::part::{Part, Take};
use super::space::replaced;
use crate::explain::cause::Change;

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

pub(super) fn from_hex(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let digits = text.trim_ascii();
    let plain: Zeroizing<Vec<u8>> =
        Zeroizing::new(digits.iter().copied().filter(|&byte| byte != b'-').collect());
    match hex::decode(&*plain).map(Zeroizing::new) {
        Ok(bytes) => take(Change::Hex, bytes.as_slice().into()),
        Err(_) => ControlFlow::Continue(()),
    }
}

pub(super) fn in_hex(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    take(Change::Hex, hex::encode(text).into_bytes().into())
}

pub(super) fn from_base64(part: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let trimmed = text.trim_ascii();
    let unpadded = trimmed.strip_suffix(b"==").or_else(|| trimmed.strip_suffix(b"="));
    let unpadded = unpadded.unwrap_or(trimmed);
    for (change, engine) in
        [(Change::Base64, &STANDARD_NO_PAD), (Change::Base64Url, &URL_SAFE_NO_PAD)]
    {
        let Ok(decoded) = engine.decode(unpadded).map(Zeroizing::new) else { continue };
        if decoded.is_empty() {
            continue;
        }
        take(change, decoded.as_slice().into())?;
        // What was encoded had its own line ending, most often.
        if part == Part::Secret {
            take(change, decoded.trim_ascii().into())?;
        }
        break;
    }
    ControlFlow::Continue(())
}

pub(super) fn in_base64(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    take(Change::Base64, STANDARD.encode(text).into_bytes().into())?;
    take(Change::Base64Url, URL_SAFE_NO_PAD.encode(text).into_bytes().into())
}

pub(super) fn percent_decoded(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if !text.contains(&b'%') {
        return ControlFlow::Continue(());
    }
    take(Change::PercentEncoded, decoded(text).into())?;
    take(Change::PercentEncoded, decoded(&replaced(text, b"+", b" ")).into())
}

/// The bytes that a percent-encoded text stands for.
pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    percent_decode(text).collect()
}

pub(super) fn percent_encoded(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    let percent = percent_encode(text, COMPONENT).to_string();
    take(Change::PercentEncoded, percent.as_bytes().into())?;
    take(Change::PercentEncoded, percent.replace("%20", "+").into_bytes().into())
}

pub(super) fn spaces_for_plus(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if !text.contains(&b'+') {
        return ControlFlow::Continue(());
    }
    take(Change::PlusForSpace, replaced(text, b"+", b" ").into())
}

pub(super) fn plus_for_spaces(_: Part, text: &[u8], take: &mut Take<'_>) -> ControlFlow<()> {
    if !text.contains(&b' ') {
        return ControlFlow::Continue(());
    }
    take(Change::PlusForSpace, replaced(text, b" ", b"+").into())
}

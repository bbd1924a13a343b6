//! What may have been hashed in the place of the value.

use unicode_normalization::UnicodeNormalization as _;

use super::Cause;

/// A longer value is no id or email: it is tried as it is and trimmed, no more.
const MAX_LENGTH: usize = 1024;

/// A text that may have been hashed, with what went wrong for that to happen.
pub(crate) struct Variant {
    pub(crate) causes: Vec<Cause>,
    pub(crate) bytes: Vec<u8>,
}

/// The value, what is one mistake away from it, and what is two mistakes away where they are often
/// made together; the likely ones first, each text once.
pub(crate) fn variants(value: &[u8], email: Option<&[u8]>) -> Vec<Variant> {
    let mut found = Found { all: Vec::new() };
    found.add(&[], value.to_vec());
    let first = mistakes(value);
    for (cause, bytes) in &first {
        found.add(std::slice::from_ref(cause), bytes.clone());
    }
    if let Some(email) = email {
        found.add(&[Cause::EmailHashed], email.to_vec());
        for (cause, bytes) in mistakes(email) {
            found.add(&[Cause::EmailHashed, cause], bytes);
        }
    }
    for word in ["undefined", "null", "None", "nil", "NaN", "[object Object]"] {
        found.add(&[Cause::NoValue(word)], word.as_bytes().to_vec());
    }
    found.add(&[Cause::NoValue("an empty text")], Vec::new());
    for (cause, bytes) in first {
        if is_often_first(&cause) {
            for (second, bytes) in mistakes(&bytes) {
                if second != cause {
                    found.add(&[cause.clone(), second], bytes);
                }
            }
        }
    }
    found.all
}

struct Found {
    all: Vec<Variant>,
}

impl Found {
    fn add(&mut self, causes: &[Cause], bytes: Vec<u8>) {
        if self.all.iter().all(|variant| variant.bytes != bytes) {
            self.all.push(Variant { causes: causes.to_vec(), bytes });
        }
    }
}

/// What is looked for behind these too: they change the value's edges or its case.
fn is_often_first(cause: &Cause) -> bool {
    matches!(cause, Cause::ValueSpaced | Cause::ValueQuoted | Cause::LetterCase | Cause::Form(_))
}

/// What one mistake makes of a value.
fn mistakes(value: &[u8]) -> Vec<(Cause, Vec<u8>)> {
    let mut made = Vec::new();
    let joined = |parts: [&[u8]; 3]| parts.concat();
    made.push((Cause::ValueSpaced, value.trim_ascii().to_vec()));
    for ending in ["\n", "\r\n", "\r"] {
        made.push((Cause::HashedLine, joined([value, ending.as_bytes(), b""])));
    }
    for (before, after) in [("", " "), (" ", ""), (" ", " "), ("", "\t"), ("\t", "")] {
        let bytes = joined([before.as_bytes(), value, after.as_bytes()]);
        made.push((Cause::HashedSpaced, bytes));
    }
    if value.len() > MAX_LENGTH {
        return made;
    }
    made.push((Cause::ByteOrderMark, joined([b"\xef\xbb\xbf", value, b""])));
    for quote in ["\"", "'", "`"] {
        let quote = quote.as_bytes();
        made.push((Cause::HashedQuoted, joined([quote, value, quote])));
        let inside = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        made.extend(inside.map(|inside| (Cause::ValueQuoted, inside.to_vec())));
    }
    let Ok(text) = std::str::from_utf8(value) else {
        return made;
    };
    // A character that is white space to Unicode alone, as the no-break space that is pasted along.
    made.push((Cause::ValueSpaced, text.trim().as_bytes().to_vec()));
    made.extend(cases(text).map(|text| (Cause::LetterCase, text.into_bytes())));
    made.extend(super::number::forms(text));
    if !text.is_ascii() {
        let forms: [(&'static str, String); 4] = [
            ("NFC", text.nfc().collect()),
            ("NFD", text.nfd().collect()),
            ("NFKC", text.nfkc().collect()),
            ("NFKD", text.nfkd().collect()),
        ];
        made.extend(forms.map(|(name, text)| (Cause::Form(name), text.into_bytes())));
        let latin: Option<Vec<u8>> =
            text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
        made.extend(latin.map(|bytes| (Cause::Charset("ISO 8859-1"), bytes)));
        // UTF-8 that was taken for ISO 8859-1 and encoded again.
        let twice: String = value.iter().map(|&byte| char::from(byte)).collect();
        made.push((Cause::Charset("UTF-8 twice"), twice.into_bytes()));
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    let utf16 = |bytes: fn(u16) -> [u8; 2]| units.iter().flat_map(|&unit| bytes(unit)).collect();
    made.push((Cause::Charset("UTF-16 (little endian)"), utf16(u16::to_le_bytes)));
    made.push((Cause::Charset("UTF-16 (big endian)"), utf16(u16::to_be_bytes)));
    made
}

/// The mixes of upper and lower case in which ids and emails are written.
fn cases(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let is_break = |before: char| !before.is_alphanumeric();
    let mut mixes =
        vec![text.to_uppercase(), capitalise(&lower, |_| false), capitalise(&lower, is_break)];
    if let Some((local, domain)) = text.rsplit_once('@') {
        let domain = domain.to_lowercase();
        let local_lower = local.to_lowercase();
        mixes.push(format!("{}@{domain}", capitalise(&local_lower, is_break)));
        mixes.push(format!("{local}@{domain}"));
        mixes.push(format!("{local_lower}@{}", capitalise(&domain, |_| false)));
    }
    std::iter::once(lower).chain(mixes)
}

/// Makes the first letter upper case, and each one behind a character that ends a word.
fn capitalise(lower: &str, ends_word: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(lower.len());
    let mut before = None;
    for character in lower.chars() {
        if before.is_none_or(&ends_word) {
            text.extend(character.to_uppercase());
        } else {
            text.push(character);
        }
        before = Some(character);
    }
    text
}

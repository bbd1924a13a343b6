//! Names the encodings in which a token may be written.

/// One decoding step from the stored text to the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Base64, standard or URL-safe (RFC 4648, sections 4 and 5), with or without line breaks.
    Base64,
    /// Each byte as a hexadecimal number: `64 47`, `\x64\x47`, `0x64, 0x47`.
    Hex,
    /// Each byte as a decimal number: `100, 71`.
    Decimal,
    /// Each byte as an octal number: `\144\107`.
    Octal,
    /// Percent-encoding (RFC 3986, section 2.1).
    Percent,
    /// Escapes of JSON and of most programming languages: `\u003d`.
    Json,
    /// Character references of HTML and XML: `&#61;`.
    Html,
    /// Quoted-printable (RFC 2045, section 6.7).
    QuotedPrintable,
    /// Parts of string literals that are joined, or lines.
    Split,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// UTF-32, the low byte first.
    Utf32Le,
    /// UTF-32, the high byte first.
    Utf32Be,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Base64,
        Self::Hex,
        Self::Decimal,
        Self::Octal,
        Self::Percent,
        Self::Json,
        Self::Html,
        Self::QuotedPrintable,
        Self::Split,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Utf32Le,
        Self::Utf32Be,
    ];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Decimal => "decimal",
            Self::Octal => "octal",
            Self::Percent => "percent",
            Self::Json => "json",
            Self::Html => "html",
            Self::QuotedPrintable => "quoted-printable",
            Self::Split => "split",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Utf32Le => "utf-32le",
            Self::Utf32Be => "utf-32be",
        }
    }
}

//! Ways to write a token that hide it from a plain search, each written here from its description
//! so that the tests do not trust the code they test.

use super::archives::{bzip2, gzip, tar, xz, zip, zstd};
use super::tokens::{Random, base64};

/// A way to write a token, the names that a report has for it, and how it is done.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) chain: &'static [&'static str],
    write: fn(&str, &mut Random) -> Vec<u8>,
    /// Whether it is only itself when it is all of the text.
    pub(crate) is_whole: bool,
}

impl Form {
    pub(crate) fn write(&self, token: &str, random: &mut Random) -> Vec<u8> {
        (self.write)(token, random)
    }
}

const fn form(
    name: &'static str,
    chain: &'static [&'static str],
    write: fn(&str, &mut Random) -> Vec<u8>,
) -> Form {
    Form { name, chain, write, is_whole: false }
}

const fn whole(
    name: &'static str,
    chain: &'static [&'static str],
    write: fn(&str, &mut Random) -> Vec<u8>,
) -> Form {
    Form { name, chain, write, is_whole: true }
}

/// Those of texts.
pub(crate) const FORMS: &[Form] = &[
    form("plain", &[], |token, _| token.into()),
    form("without padding", &[], |token, _| bare(token).into()),
    form("%3D", &["percent"], |token, _| token.replace('=', "%3D").into()),
    form("%3d", &["percent"], |token, _| token.replace('=', "%3d").into()),
    form("%253D", &["percent", "percent"], |token, _| token.replace('=', "%253D").into()),
    form("u003d", &["json"], |token, _| token.replace('=', "\\u003d").into()),
    form("u003D", &["json"], |token, _| token.replace('=', "\\u003D").into()),
    form("x3d", &["json"], |token, _| token.replace('=', "\\x3d").into()),
    form("json twice", &["json", "json"], |token, _| token.replace('=', "\\\\u003d").into()),
    form("&#61;", &["html"], |token, _| token.replace('=', "&#61;").into()),
    form("&#x3D;", &["html"], |token, _| token.replace('=', "&#x3D;").into()),
    form("&equals;", &["html"], |token, _| token.replace('=', "&equals;").into()),
    form("quoted-printable", &["quoted-printable"], quoted_printable),
    form("base64", &["base64"], |token, random| encoded(token, random, 0)),
    form("base64 in lines", &["base64"], |token, random| encoded(token, random, 76)),
    form("base64 in short lines", &["base64"], |token, random| encoded(token, random, 64)),
    form("base64 for URLs", &["base64"], |token, random| {
        let text = String::from_utf8(encoded(token, random, 0)).expect("ASCII");
        text.replace('+', "-").replace('/', "_").trim_end_matches('=').into()
    }),
    form("base64 in lines of JSON", &["base64"], |token, random| {
        let text = String::from_utf8(encoded(token, random, 60)).expect("ASCII");
        text.replace('\n', "\\n").into()
    }),
    form("base64 in indented lines", &["base64"], |token, random| {
        let text = String::from_utf8(encoded(token, random, 40)).expect("ASCII");
        text.replace('\n', "\r\n    ").into()
    }),
    form("base64 twice", &["base64", "base64"], |token, random| {
        again(&encoded(token, random, 0), random, 0)
    }),
    form("base64 twice in lines", &["base64", "base64"], |token, random| {
        again(&encoded(token, random, 0), random, 76)
    }),
    form("base64 of lines of base64", &["base64", "base64"], |token, random| {
        again(&encoded(token, random, 76), random, 0)
    }),
    form("base64 of UTF-16", &["base64", "utf-16le"], |token, random| {
        let text = around(token, random);
        base64(&wide(&text, 2, false)).into_bytes()
    }),
    form("Basic authorization", &["base64"], |token, _| {
        base64(format!("{token}:").as_bytes()).into_bytes()
    }),
    form("hex", &["hex"], |token, _| hex::encode(token).into()),
    form("HEX", &["hex"], |token, _| hex::encode_upper(token).into()),
    form("hex in lines", &["hex"], |token, _| lines(&hex::encode(token), 60, "\n")),
    form("hex with spaces", &["hex"], |token, _| each(token, " ", |byte| format!("{byte:02x}"))),
    form("hex with colons", &["hex"], |token, _| each(token, ":", |byte| format!("{byte:02X}"))),
    form("hex escapes", &["hex"], |token, _| each(token, "", |byte| format!("\\x{byte:02x}"))),
    form("hex numbers", &["hex"], |token, _| each(token, ", ", |byte| format!("0x{byte:02x}"))),
    form("decimal numbers", &["decimal"], |token, _| each(token, ",", |byte| byte.to_string())),
    form("decimal, spaced", &["decimal"], |token, _| each(token, ", ", |byte| byte.to_string())),
    form("percent, all", &["percent"], |token, _| each(token, "", |byte| format!("%{byte:02X}"))),
    form("u escapes, all", &["json"], |token, _| each(token, "", |byte| format!("\\u{byte:04x}"))),
    form("references", &["html"], |token, _| each(token, "", |byte| format!("&#{byte};"))),
    form("hex references", &["html"], |token, _| each(token, "", |byte| format!("&#x{byte:x};"))),
    form("hex escapes, escaped", &["json", "hex"], |token, _| {
        each(token, "", |byte| format!("\\\\x{byte:02x}"))
    }),
    form("hex escapes in braces", &["hex"], |token, _| {
        each(token, "", |byte| format!("\\x{{{byte:02x}}}"))
    }),
    form("hex numbers in lines", &["hex"], |token, _| {
        each(token, ",\n  ", |byte| format!("0x{byte:02X}"))
    }),
    form("hex numbers that are cast", &["hex"], |token, _| {
        each(token, ", ", |byte| format!("(byte) 0x{byte:02x}")).split_off("(byte) ".len())
    }),
    form("hex numbers with types", &["hex"], |token, _| {
        each(token, ", ", |byte| format!("0x{byte:02x}u8"))
    }),
    form("hex in short lines", &["hex"], |token, random| {
        let width = 16 + 2 * random.below(12);
        lines(&hex::encode(token), width, "\n")
    }),
    form("hex with dashes", &["hex"], |token, _| each(token, "-", |byte| format!("{byte:02x}"))),
    form("decimal numbers of chr", &["decimal"], |token, random| {
        let between = random.pick(&[" . ", "+", " & ", ", "]);
        each(token, between, |byte| format!("chr({byte})"))
    }),
    form("octal escapes", &["octal"], |token, _| each(token, "", |byte| format!("\\{byte:03o}"))),
    form("percent, all, twice", &["percent", "percent"], |token, _| {
        each(token, "", |byte| format!("%25{byte:02X}"))
    }),
    form("quoted-printable, all", &["quoted-printable"], |token, _| {
        each(token, "", |byte| format!("={byte:02X}"))
    }),
    form("u escapes, all, escaped", &["json", "json"], |token, _| {
        each(token, "", |byte| format!("\\\\u{byte:04x}"))
    }),
    form("u escapes in braces", &["json"], |token, _| {
        each(token, "", |byte| format!("\\u{{{byte:x}}}"))
    }),
    form("long u escapes", &["json"], |token, _| each(token, "", |byte| format!("\\U{byte:08x}"))),
    form("references, escaped", &["html", "html"], |token, _| {
        each(token, "", |byte| format!("&amp;#{byte};"))
    }),
    form("hex references with zeros", &["html"], |token, _| {
        each(token, "", |byte| format!("&#x{byte:04x};"))
    }),
    whole("xxd", &["hex"], |token, random| {
        dump(token, random, |at, line| {
            let pairs: Vec<String> = line.chunks(2).map(hex::encode).collect();
            format!("{at:08x}: {:39}  {}\n", pairs.join(" "), shown(line))
        })
    }),
    whole("hexdump", &["hex"], |token, random| {
        dump(token, random, |at, line| {
            let halves: Vec<String> = line
                .chunks(8)
                .map(|half| half.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>())
                .map(|half| half.join(" "))
                .collect();
            format!("{at:08x}  {:48}  |{}|\n", halves.join("  "), shown(line))
        })
    }),
    whole("od", &["hex"], |token, random| {
        dump(token, random, |at, line| {
            let bytes: Vec<String> = line.iter().map(|byte| format!(" {byte:02x}")).collect();
            format!("{at:07o}{}\n", bytes.concat())
        })
    }),
    form("UTF-16LE", &["utf-16le"], |token, _| wide(token, 2, false)),
    whole("UTF-16BE", &["utf-16be"], |token, _| wide(token, 2, true)),
    whole("UTF-16LE with mark", &["utf-16le"], |token, random| {
        wide(&format!("\u{feff}{}", around(token, random)), 2, false)
    }),
    whole("UTF-16BE with mark", &["utf-16be"], |token, random| {
        wide(&format!("\u{feff}{}", around(token, random)), 2, true)
    }),
    whole("UTF-16LE of base64", &["utf-16le", "base64"], |token, random| {
        let text = String::from_utf8(encoded(token, random, 0)).expect("ASCII");
        wide(&text, 2, false)
    }),
    form("UTF-32LE", &["utf-32le"], |token, _| wide(token, 4, false)),
    whole("UTF-32BE", &["utf-32be"], |token, _| wide(token, 4, true)),
    whole("UTF-32BE with mark", &["utf-32be"], |token, random| {
        wide(&format!("\u{feff}{}", around(token, random)), 4, true)
    }),
    whole("UTF-16LE, split", &["utf-16le", "split"], |token, random| {
        let text = String::from_utf8(split(token, random, 3)).expect("ASCII");
        wide(&format!("x = \"{text}\"\r\n"), 2, false)
    }),
    whole("UTF-16BE, split, behind a byte", &["utf-16be", "split"], |token, random| {
        let at = 8 + random.below(50);
        let text = format!("x = \"{}\" + \"{}\"\r\n", &token[..at], &token[at..]);
        [vec![1], wide(&text, 2, true)].concat()
    }),
    whole("UTF-32LE of base64", &["utf-32le", "base64"], |token, random| {
        let text = String::from_utf8(encoded(token, random, 0)).expect("ASCII");
        wide(&text, 4, false)
    }),
    form("base64 of literals", &["base64", "split"], |token, random| {
        let at = 8 + random.below(50);
        let text = format!("key = \"{}\" + \"{}\"\n", &token[..at], &token[at..]);
        base64(text.as_bytes()).into_bytes()
    }),
    form("two literals", &["split"], |token, random| split(token, random, 2)),
    form("three literals", &["split"], |token, random| split(token, random, 3)),
    form("five literals", &["split"], |token, random| split(token, random, 5)),
    form("two lines", &["split"], |token, random| {
        let at = 1 + random.below(58);
        let end = random.pick(&[
            "\n", "\r\n", "\r", "\\\n", "\n    ", "\n> ", "\n+", "^\n", "\\z\n  ", "\\\n  \\",
        ]);
        format!("{}{end}{}", &token[..at], &token[at..]).into()
    }),
    form("highlighted", &["split"], |token, random| {
        let at = 1 + random.below(58);
        let tag = random.pick(&[
            "</w:t></w:r><w:r><w:t>",
            "<wbr>",
            "</b>",
            "\x1b[m\x1b[K",
            "\\x1b[0m",
            "\u{200b}",
            "\u{ad}",
            "&shy;",
        ]);
        format!("{}{tag}{}", &token[..at], &token[at..]).into()
    }),
];

/// Forms that only a scan opens, which knows what a whole file is.
pub(crate) const PACKED: &[Form] = &[
    whole("gzip", &["gzip"], |token, random| gzip(&settings(token, random))),
    whole("bzip2", &["bzip2"], |token, random| bzip2(&settings(token, random))),
    whole("xz", &["xz"], |token, random| xz(&settings(token, random))),
    whole("zstd", &["zstd"], |token, random| zstd(&settings(token, random))),
    whole("tar", &["tar"], |token, random| tar("app/.env", &settings(token, random))),
    whole("zip", &["zip"], |token, random| zip("app/.env", &settings(token, random))),
    whole("tar.gz", &["gzip", "tar"], |token, random| gzip(&tar("x", &settings(token, random)))),
    whole("zip in zip", &["zip", "zip"], |token, random| {
        zip("lib/inner.jar", &zip("config.yml", &settings(token, random)))
    }),
    whole("tar.xz in zip", &["zip", "xz", "tar"], |token, random| {
        zip("inner.txz", &xz(&tar("x", &settings(token, random))))
    }),
    whole("zip behind a program", &["zip"], |token, random| {
        [b"#!/bin/sh\nexit 1\n".as_slice(), &zip("x", &settings(token, random))].concat()
    }),
    whole("UTF-16 in gzip", &["gzip", "utf-16le"], |token, random| {
        gzip(&wide(&format!("\u{feff}{}", around(token, random)), 2, false))
    }),
    whole("base64 in zip", &["zip", "base64"], |token, random| {
        zip("x", &encoded(token, random, 76))
    }),
    whole("split in bzip2", &["bzip2", "split"], |token, random| bzip2(&split(token, random, 3))),
    form("gzip in base64", &["base64", "gzip"], |token, random| {
        base64(&gzip(&settings(token, random))).into()
    }),
    form("gzip in base64 twice", &["base64", "base64", "gzip"], |token, random| {
        base64(base64(&gzip(&settings(token, random))).as_bytes()).into()
    }),
    form("zip in lines of base64", &["base64", "zip"], |token, random| {
        again(&zip("x", &settings(token, random)), random, 76)
    }),
    whole("gzip in base64 in zip", &["zip", "base64", "gzip"], |token, random| {
        let text = base64(&gzip(&settings(token, random)));
        zip("release.json", [b"\n".repeat(200), text.into()].concat().as_slice())
    }),
];

/// A file of settings with the token in it, long enough that it is compressed and not stored.
fn settings(token: &str, random: &mut Random) -> Vec<u8> {
    let before = "# Each of these settings has its line here.\n".repeat(4 + random.below(20));
    (before + &around(token, random)).into_bytes()
}

fn bare(token: &str) -> &str {
    token.trim_end_matches('=')
}

/// The token behind text of a random length.
fn around(token: &str, random: &mut Random) -> String {
    let before = "a line of settings\nwith others\n\nTOKEN=";
    let from = random.below(before.len());
    format!("{}={token}\nEND=1\n", &before[from..])
}

/// Base64 of the token in a file of settings.
fn encoded(token: &str, random: &mut Random, width: usize) -> Vec<u8> {
    again(around(token, random).as_bytes(), random, width)
}

fn again(text: &[u8], _: &mut Random, width: usize) -> Vec<u8> {
    let text = base64(text);
    if width == 0 { text.into_bytes() } else { lines(&text, width, "\n") }
}

fn lines(text: &str, width: usize, end: &str) -> Vec<u8> {
    let parts: Vec<&str> =
        (0..text.len()).step_by(width).map(|at| &text[at..text.len().min(at + width)]).collect();
    parts.join(end).into_bytes()
}

fn each(token: &str, between: &str, write: fn(u8) -> String) -> Vec<u8> {
    token.bytes().map(write).collect::<Vec<_>>().join(between).into_bytes()
}

fn wide(text: &str, width: usize, is_big_endian: bool) -> Vec<u8> {
    text.chars()
        .flat_map(|character| {
            let bytes = u32::from(character);
            let bytes = if is_big_endian { bytes.to_be_bytes() } else { bytes.to_le_bytes() };
            let from = if is_big_endian { 4 - width } else { 0 };
            bytes[from..from + width].to_vec()
        })
        .collect()
}

fn quoted_printable(token: &str, random: &mut Random) -> Vec<u8> {
    let at = 1 + random.below(58);
    let end = random.pick(&["=\n", "=\r\n"]);
    format!("{}{end}{}=3D", &token[..at], bare(&token[at..])).into_bytes()
}

/// The token in a text of its own, in lines of 16 bytes.
fn dump(token: &str, random: &mut Random, line: fn(usize, &[u8]) -> String) -> Vec<u8> {
    let text = around(token, random);
    let lines = text.as_bytes().chunks(16).enumerate();
    lines.map(|(number, bytes)| line(number * 16, bytes)).collect::<String>().into_bytes()
}

/// As dumps show bytes.
fn shown(line: &[u8]) -> String {
    line.iter().map(|&byte| if byte < b' ' { '.' } else { char::from(byte) }).collect()
}

/// As programming languages put strings together.
fn split(token: &str, random: &mut Random, parts: usize) -> Vec<u8> {
    let joins = [
        "\" + \"",
        "\"+\"",
        "' . '",
        "\" .. \"",
        "\" & \"",
        "\" ++ \"",
        "\" <> \"",
        "' || '",
        "\" ^ \"",
        "\" \"",
        "''",
        "\"\n    \"",
        "\" +\n    \"",
        "\" \\\n  \"",
        "'\n    + '",
        "' +\r\n\t'",
        "\", \"",
        "\" + // more\n \"",
        "\\\" + \\\"",
        "` + `",
        "\";\n  token += \"",
        "';\n$token .= '",
        "\"\n        f\"",
        "&quot; + &quot;",
        "\" << \"",
        "\"\"\" + \"\"\"",
        "\").append(\"",
        "\");\n    sb.Append(\"",
        "')\n  .concat('",
        "\");\ns.push_str(\"",
        "\".to_string() + \"",
        "\" as string + \"",
        "\"); strcat(s, \"",
        "\" // \"",
        "\" * \"",
        "' && '",
        "\" & _\r\n  \"",
        "\" + `\n \"",
        "' ...\n '",
        "\"\nK=\"${K}",
        "\\\" +\\n \\\"",
    ];
    let mut cuts: Vec<usize> = (1..parts).map(|_| 3 + random.below(54)).collect();
    cuts.sort_unstable();
    // Nobody writes single letters.
    cuts.dedup_by(|cut, before| *cut < *before + 4);
    let mut text = String::new();
    let mut from = 0;
    for cut in cuts {
        text += &token[from..cut];
        text += random.pick(&joins);
        from = cut;
    }
    (text + &token[from..]).into_bytes()
}

//! What trips scanners that only match a prefix: base64, lock files, minified bundles, keys, dumps. None
//! of it holds a token, and all of it is read: zero findings, complete.

use std::fmt::Write as _;
use std::process::Command;

use super::Repo;
use crate::support::archives::{gzip, tar, zip};
use crate::support::tokens::{self, Random, base64};
use crate::support::tool::Tool;

/// The literal that every token begins with, put together here.
const PREFIX: [&str; 2] = ["dG9", "rO"];

fn prefix() -> String {
    PREFIX.concat()
}

fn letters(random: &mut Random, from: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(random.pick(from))).collect()
}

fn base64_letters(random: &mut Random, length: usize) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    letters(random, alphabet, length)
}

fn in_lines(text: &str, width: usize) -> String {
    let mut lines = String::new();
    for line in text.as_bytes().chunks(width) {
        let _ = writeln!(lines, "{}", String::from_utf8_lossy(line));
    }
    lines
}

/// As npm, Yarn, Cargo, Composer, Poetry and Go write them.
fn lock_files(random: &mut Random) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(&str, String)> = ["package-lock.json", "yarn.lock", "Cargo.lock", "go.sum"]
        .map(|name| (name, String::new()))
        .into();
    for number in 0..1500 {
        let sha512 = base64(&random.bytes(64));
        let hex = hex::encode(random.bytes(32));
        let sha256 = base64(&random.bytes(32));
        let lines = [
            format!("\"node_modules/p{number}\": {{ \"integrity\": \"sha512-{sha512}\" }},\n"),
            format!(
                "p{number}@^1.0.0:\n  resolved \"https://r/p.tgz#{}\"\n  integrity sha512-{sha512}\n",
                &hex[..40]
            ),
            format!("[[package]]\nname = \"p{number}\"\nchecksum = \"{hex}\"\n\n"),
            format!("example.com/p{number} v1.2.3/go.mod h1:{sha256}\n"),
        ];
        for (file, line) in files.iter_mut().zip(lines) {
            file.1 += &line;
        }
    }
    files.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect()
}

/// A line of a megabyte, as bundlers write it, with a source map in base64 behind it.
fn bundle(random: &mut Random) -> Vec<u8> {
    let words = [
        "function(e,t,n){\"use strict\";",
        "return ",
        "e.exports=",
        "this.",
        "var ",
        "t(",
        ")",
        "},",
        "\"",
        "'",
        "+",
        "\"+\"",
        "','",
        "!0",
        "Object.defineProperty(",
        "tok:",
        "token",
        "=>",
        ";",
        "\\u003d",
        "\\x64\\x47",
        "&&",
        "||",
        "`${",
        "}`",
        "100,71,57,114",
        "%3D",
        "&#61;",
        "[",
        "]",
    ];
    let mut text = String::new();
    while text.len() < 1 << 20 {
        text += random.pick(&words);
        let length = 1 + random.below(12);
        text += &letters(random, b"abcdefghijklmnopqrstuvwxyzGOIJ_$0129", length);
        if random.one_in(400) {
            text += &prefix();
        }
    }
    let map = base64(&text.as_bytes()[..1 << 16]);
    text += "\n//# sourceMappingURL=data:application/json;base64,";
    (text + &map).into_bytes()
}

/// Keys and certificates of every kind that `openssl` makes.
fn keys() -> Vec<(String, Vec<u8>)> {
    let make = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).output().expect("openssl");
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    let mut files = Vec::new();
    for (name, kind, option) in [
        ("rsa", "RSA", "rsa_keygen_bits:4096"),
        ("ec", "EC", "ec_paramgen_curve:P-384"),
        ("ed25519", "ED25519", ""),
    ] {
        let mut arguments = vec!["genpkey", "-algorithm", kind];
        if !option.is_empty() {
            arguments.extend(["-pkeyopt", option]);
        }
        files.push((format!("keys/{name}.pem"), make(&arguments)));
    }
    let subject = ["-subj", "/CN=tok:example.com", "-keyout", "/dev/null", "-nodes"];
    let request = ["req", "-x509", "-newkey", "rsa:3072", "-days", "1"];
    files.push(("keys/cert.pem".to_owned(), make(&[&request[..], &subject].concat())));
    files
}

/// Texts that are almost tokens.
fn near_misses(random: &mut Random) -> Vec<String> {
    let decoded = tokens::decoded(random);
    let token = base64(decoded.as_bytes());
    let changed = |from: &str, to: &str| base64(decoded.replacen(from, to, 1).as_bytes());
    let uuid = &decoded[4..40];
    vec![
        base64(b"tok:"),
        base64(b"tok:abcdefghi"),
        base64(b"token: this is prose, and it goes on for a while so that it is long enough"),
        base64(b"tok: a person who is keen on tokens; ok:1:0 and so on, as long as one:1:0"),
        format!("{}{}", prefix(), "x".repeat(55)),
        format!("{}{}=", prefix(), "X".repeat(54)),
        format!("{}jEy{}", prefix(), "MTIz".repeat(13)),
        changed("_", "-"),
        changed("tok:", "tik:"),
        changed(":1:0", ""),
        changed(":1:0", ":a:b"),
        changed("_4", "_g"),
        base64(uuid.as_bytes()),
        base64(format!("id:tok:{}", "0".repeat(36)).as_bytes()),
        // One letter is missing, or one too many, or another stands before it.
        token[..30].to_owned(),
        [&token[..20], &token[21..]].concat(),
        [&token[..20], "Q", &token[20..]].concat(),
        format!("Ab{token}"),
        base64(&[b"prefix ", &token.as_bytes()[..40]].concat()),
        hex::encode(&token[..40]),
        format!("\"{}\" + x + \"{}\"", &token[..20], &token[20..]),
        format!(
            "\"{}\"\n// between them is another line of code\nx = \"{}\"",
            &token[..20],
            &token[20..]
        ),
    ]
}

/// Other things in base64, hex and numbers.
fn dumps(random: &mut Random) -> Vec<(String, Vec<u8>)> {
    let blob = random.bytes(200_000);
    let numbers: Vec<String> = blob.iter().map(ToString::to_string).collect();
    let jwt = format!(
        "eyJhbGciOiJIUzI1NiJ9.{}.{}",
        base64_letters(random, 400),
        base64_letters(random, 43)
    );
    let wide: Vec<u8> = base64_letters(random, 50_000).bytes().flat_map(|byte| [byte, 0]).collect();
    let sources = ["tok:", "token", "tokens are ", "[tok", "0tok:1:0"].repeat(3000).concat();
    [
        ("mail.eml", in_lines(&base64(&blob), 76).into_bytes()),
        ("data.uri", format!("url(data:image/png;base64,{})", base64(&blob)).into_bytes()),
        ("twice.b64", base64(base64(&blob).as_bytes()).into_bytes()),
        ("dump.hex", in_lines(&hex::encode(&blob), 64).into_bytes()),
        ("array.js", format!("[{}]", numbers.join(",")).into_bytes()),
        ("array.py", format!("[{}]", numbers.join(", ")).into_bytes()),
        ("jwt.txt", jwt.into_bytes()),
        ("utf-16.txt", wide),
        ("random.bin", blob.clone()),
        ("alphabet.b64", base64_letters(random, 2_000_000).into_bytes()),
        ("sources.txt", sources.clone().into_bytes()),
        ("sources.b64", base64(sources.as_bytes()).into_bytes()),
        ("sources.b64.b64", base64(base64(sources.as_bytes()).as_bytes()).into_bytes()),
        ("prefixes.txt", prefix().repeat(20_000).into_bytes()),
        ("prefixes.lines", format!("{}\n", prefix()).repeat(20_000).into_bytes()),
        ("archive.tgz", gzip(&tar("x", &blob))),
        ("archive.zip", zip("x", sources.as_bytes())),
        ("archive.yaml", format!("release: {}\n", base64(&gzip(sources.as_bytes()))).into_bytes()),
    ]
    .map(|(name, content)| (name.to_owned(), content))
    .into()
}

#[test]
fn base64_lock_files_bundles_and_keys_are_clean() {
    let random = &mut Random::new(11);
    let repo = Repo::new();
    let mut files = keys();
    files.extend(lock_files(random));
    files.extend(dumps(random));
    files.push(("dist/bundle.min.js".to_owned(), bundle(random)));
    for (number, text) in near_misses(random).into_iter().enumerate() {
        files.push((format!("near/{number}"), text.clone().into_bytes()));
        files.push((format!("quoted/{number}"), format!("token = \"{text}\";\n").into_bytes()));
        files.push((format!("wide/{number}"), text.bytes().flat_map(|byte| [byte, 0]).collect()));
        files.push((format!("base64/{number}"), base64(text.as_bytes()).into_bytes()));
        files.push((format!("gzip/{number}"), gzip(text.as_bytes())));
    }
    for (name, content) in &files {
        repo.write(name, content);
    }
    repo.git(["add", "."]);
    repo.commit("everything");
    repo.repack(&[], &["-a", "-d"]);
    let path = repo.path().to_str().expect("UTF-8");
    for rules in ["tokens", "all"] {
        let all = ["scan-git", "--rules", rules, "--worktree", "--format", "json", path];
        let report = Tool::new(all).run().json();
        let paths = |finding: &serde_json::Value| finding["locations"][0]["path"].clone();
        let findings = report["findings"].as_array().expect("a list");
        let found: Vec<_> = findings.iter().map(paths).collect();
        assert_eq!(found, [] as [serde_json::Value; 0]);
        assert_eq!(report["verdict"], "clean", "{}", report["coverage"]["skipped"]);
        assert_eq!(report["coverage"]["complete"], true);
    }
}

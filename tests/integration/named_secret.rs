//! Named secrets: what is planted is found, and nothing else.

use intercom_sec::named_secret::{NamedSecret, NamedSecretDetector, SecretKind};
use intercom_sec::report::text;
use intercom_sec::token::Match;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::support::named::{
    ASSIGNMENTS, NAMES, Purpose, STYLES, assign, camel_case, identity, uuid,
};
use super::support::tokens::{Random, base64};

fn purpose(kind: SecretKind) -> Purpose {
    match kind {
        SecretKind::Client => Purpose::Client,
        SecretKind::Webhook => Purpose::Webhook,
        SecretKind::Identity => Purpose::Identity,
        other => panic!("{other:?}"),
    }
}

fn fingerprint(value: &str) -> String {
    hex::encode(Sha256::digest(value))
}

/// Asserts that exactly this value is found, once, and for what it is.
#[track_caller]
fn expect_found(
    detector: &NamedSecretDetector,
    text: &str,
    value: &str,
    wanted: Purpose,
) -> Match<NamedSecret> {
    let mut hits = detector.matches(text.as_bytes());
    assert_eq!(hits.len(), 1, "in {text}");
    let hit = hits.remove(0);
    assert_eq!(hit.found.fingerprint(), fingerprint(value), "in {text}");
    assert_eq!(purpose(hit.found.kind()), wanted, "in {text}");
    if hit.encoding.is_empty() {
        assert_eq!(&text[hit.start..hit.end], value, "in {text}");
    }
    hit
}

#[track_caller]
fn expect_nothing(detector: &NamedSecretDetector, text: &str) {
    assert_eq!(detector.matches(text.as_bytes()), [], "in {text}");
}

#[test]
fn what_is_assigned_to_a_name_is_found_however_both_are_written() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4101);
    for (words, wanted) in NAMES {
        let words = [&["intercom"], words].concat();
        for style in STYLES {
            for assignment in ASSIGNMENTS {
                let value = wanted.value(&mut random);
                let text = assign(assignment, &style(&words), &value);
                let hit = expect_found(&detector, &text, &value, wanted);
                assert_eq!(!hit.encoding.is_empty(), assignment.contains(": B"), "{text}");
                // The gate for text keeps it in.
                let shown = text::redact(&text);
                assert!(!shown.contains(&value), "{shown}");
            }
        }
    }
}

#[test]
fn a_name_is_found_in_other_styles_too() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4102);
    for name in [
        "Intercom client secret",
        "Intercom's client secret",
        "Intercom:ClientSecret",
        "Intercom__ClientSecret",
        "INTERCOM_PROD_CLIENT_SECRET",
        "INTERCOM_CLIENT_SECRET_STAGING_EU",
        "InTeRcOm_CLIENT_SECRET_V2",
        "config[:intercom][:client_secret]",
        "settings[\"intercom\"][\"client_secret\"]",
        "$config['intercom']['client_secret']",
        "services/intercom/client_secret",
        "\u{e9}\n\u{2028} INTERCOM_CLIENT_SECRET",
    ] {
        let value = uuid(&mut random);
        expect_found(&detector, &format!("{name} = \"{value}\""), &value, Purpose::Client);
    }
}

/// Structures that say `intercom` once for what is in them: `N` is the name, `V` the value.
const STRUCTURES: [&str; 26] = [
    "intercom:\n  app_id: abcd1234\n  N: V\n",
    "production:\n  intercom:\n    # the app's\n    N: V\nother: 1\n",
    "\"intercom\": {\n  \"app_id\": \"abcd1234\",\n  \"N\": \"V\"\n}",
    "{\"stripe\":{\"key\":1},\"intercom\":{\"a\":{\"b\":2},\"N\":\"V\"}}",
    "[intercom]\napp_id = \"x\"\n\nN = \"V\"\n",
    "[tool.intercom] # prod\nN = 'V'\n",
    "IntercomRails.config do |config|\n  # == Secret\n  #\n\n  config.N = \"V\"\nend",
    "IntercomRails.config.N = 'V'",
    "Intercom.configure { |c| c.N = \"V\" }",
    "const client = new Intercom.Client({ N: \"V\" });",
    "export const intercom = {\n  region: 'eu',\n  N: 'V',\n};",
    "INTERCOM = {\n    'N': 'V',\n}",
    "'intercom' => [\n    'N' => 'V',\n],",
    "IntercomClient(app_id=\"x\", N=\"V\")",
    "function verifyIntercom(body, secret) { const N = \"V\"; }",
    "describe('Intercom', () => {\n  const N = 'V';\n});",
    "class IntercomWebhook:\n    N = \"V\"\n",
    "<intercom>\n  <N>V</N>\n</intercom>",
    "# Intercom\nN=V\n",
    "# --- Intercom (EU)\n# see the wiki\nexport N=V\n",
    "- provider: intercom\n  N: V\n",
    "intercom (\n  N \"V\"\n)",
    "config :app, :intercom, N: \"V\"",
    "{:intercom {:N \"V\"}}",
    "# Keys\n\n## Intercom\n\n- N: `V`\n",
    "metadata:\n  name: intercom\n  labels:\n    a: b\ntype: Opaque\ndata:\n  N: B\n",
];

#[test]
fn a_name_under_intercom_needs_no_more_than_itself() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4103);
    for (words, wanted) in NAMES {
        for structure in STRUCTURES {
            for name in [words.join("_"), camel_case(words)] {
                let value = wanted.value(&mut random);
                let text = assign(structure, &name, &value);
                expect_found(&detector, &text, &value, wanted);
            }
        }
    }
}

#[test]
fn a_name_under_something_else_is_not_intercoms() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4104);
    for structure in [
        "intercom:\n  app_id: x\nstripe:\n  N: V\n",
        "intercom: true\nN: V\n",
        "# Intercom\nINTERCOM_APP_ID=x\n\n# Django\nN=V\n",
        "# Intercom\nINTERCOM_APP_ID=x\n# Django\nN=V\n",
        "{\"intercom\":{\"app_id\":\"x\"},\"stripe\":{\"N\":\"V\"}}",
        "{\"intercom\":{\"app_id\":\"x\"},\"N\":\"V\"}",
        "[intercom]\napp_id = 1\n[stripe]\nN = \"V\"\n",
        "intercom = Intercom.new(id)\nstripe = Stripe.new(N: 'V')",
        "INTERCOM_APP_ID=x\nN=V\n",
        "intercom:\n  stripe_N: V\n",
        "## Intercom\n\n## Stripe\n\n- N: V\n",
        "metadata:\n  name: intercom\n---\nmetadata:\n  name: stripe\ndata:\n  N: V\n",
        "INTERCOM_STRIPE_N=V",
        "stripe_N=V # not of Intercom",
        "N=V",
    ] {
        for words in [&["client", "secret"][..], &["secret", "key"], &["jwt", "secret"]] {
            for value in [uuid(&mut random), identity(&mut random, 40)] {
                expect_nothing(&detector, &assign(structure, &words.join("_"), &value));
            }
        }
    }
}

#[test]
fn what_assigns_nothing_is_none() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4105);
    for text in [
        "N == \"V\"",
        "N === 'V'",
        "N != \"V\"",
        "if (N =~ \"V\")",
        "N: null,\n  id: \"V\"",
        "N = load(\"V\")",
        "N = ENV['X'] # V",
        "N=\nrequest_id=V",
        "N:\nrequest_id: V",
        "N: {{ V }}",
        "N=$V",
        "N_FILE=V",
        "N_ID=V",
        "verify(N, \"V\")",
        "N.V",
        "N; V",
        "N && V",
        "N\n\nV",
        "N=V.example.com",
        "N=V=",
        "N=xV",
        "N=V-x",
        "N=https://V",
    ] {
        for name in ["INTERCOM_CLIENT_SECRET", "intercomClientSecret", "intercom_identity_secret"] {
            for value in [uuid(&mut random), identity(&mut random, 43)] {
                expect_nothing(&detector, &text.replace('N', name).replace('V', &value));
            }
        }
    }
}

#[test]
fn a_value_ends_where_a_path_goes_on_unless_it_may_be_base64() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4109);
    let (client, secret) = (uuid(&mut random), identity(&mut random, 40));
    let text = format!("a/intercom_client_secret={client}/b");
    expect_found(&detector, &text, &client, Purpose::Client);
    let text = format!("a/intercom_client_secret={client}.yml");
    expect_found(&detector, &text, &client, Purpose::Client);
    expect_nothing(&detector, &format!("a/intercom_api_secret={secret}/b"));
}

#[test]
fn placeholders_are_no_secrets() {
    let detector = NamedSecretDetector::new();
    let repeated = ["ab12".repeat(10), "Xy7-".repeat(10), "Zz".repeat(20)];
    let fixed = [
        "",
        "...",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX",
        "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "12345678-1234-1234-1234-123456789012",
        "12345678-90ab-cdef-1234-567890abcdef",
        "abcdefab-cdef-abcd-efab-cdefabcdefab",
        "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
        "550e8400-e29b-41d4-a716-446655440000",
        "123e4567-e89b-12d3-a456-426614174000",
        "deadbeef-cafe-4a5b-8c9d-0123deadbeef",
        "your-client-secret",
        "your_intercom_identity_verification_key_",
        "YOUR_INTERCOM_IDENTITY_VERIFICATION_KEY1",
        "changeme",
        "change-me-change-me-change-me-change-me1",
        "example-secret-of-forty-letters-for-docs",
        "abcdefghijklmnopqrstuvwxyz01234567890123",
        "0123456789012345678901234567890123456789",
        "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd",
        "get_the_secret_from_the_vault_of_2ndTeam",
        "getIdentitySecretFromTheVaultOfTheTeamMgr",
        "${INTERCOM_CLIENT_SECRET}",
        "$INTERCOM_CLIENT_SECRET",
        "<your client secret>",
        "{{ .Values.intercom.clientSecret }}",
        "${{ secrets.INTERCOM_CLIENT_SECRET }}",
        "process.env.INTERCOM_CLIENT_SECRET",
        "ENV['INTERCOM_CLIENT_SECRET']",
        "import.meta.env.VITE_INTERCOM_CLIENT_SECRET",
        "vault:secret/data/intercom#client_secret",
        "op://vault/intercom/client_secret",
        // A commit, a digest, and one with its padding.
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
    ];
    for value in fixed.into_iter().chain(repeated.iter().map(String::as_str)) {
        for (words, _) in NAMES {
            let name = [&["intercom"], words].concat().join("_");
            for assignment in ASSIGNMENTS {
                expect_nothing(&detector, &assign(assignment, &name, value));
            }
        }
    }
}

#[test]
fn next_to_no_random_value_is_taken_for_a_placeholder() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4106);
    let count = 20_000;
    let mut missed = [0; 3];
    for _ in 0..count {
        let texts = [
            format!("INTERCOM_CLIENT_SECRET={}", uuid(&mut random)),
            format!("INTERCOM_API_SECRET={}", identity(&mut random, 40)),
            format!("INTERCOM_API_SECRET={}", identity(&mut random, 43)),
        ];
        for (missed, text) in missed.iter_mut().zip(&texts) {
            *missed += usize::from(detector.matches(text.as_bytes()).is_empty());
        }
    }
    // One in two thousand at most.
    assert!(missed.iter().all(|&missed| missed * 2000 <= count), "{missed:?}");
}

#[test]
fn other_encodings_are_found_and_named() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4107);
    for (number, (words, wanted)) in NAMES.into_iter().enumerate() {
        let value = wanted.value(&mut random);
        let name = [&["intercom"], words].concat().join("_").to_uppercase();
        let before = "A=1\n".repeat(number % 5) + &"#".repeat(number % 7) + "\n";
        let plain = format!("{before}{name}={value}\nB=2\n");
        let little: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let one_line = base64(plain.as_bytes());
        let lines: Vec<String> = one_line
            .as_bytes()
            .chunks(76)
            .map(|line| String::from_utf8_lossy(line).into())
            .collect();
        for (text, encoding) in [
            (little.clone(), "utf-16le"),
            ([b"\xff\xfe".to_vec(), little].concat(), "utf-16le"),
            (big.clone(), "utf-16be"),
            ([b"\xfe\xff".to_vec(), big].concat(), "utf-16be"),
            (format!("data:\n  env: {one_line}\n").into_bytes(), "base64"),
            (lines.join("\n").into_bytes(), "base64"),
            (format!("  x: |\r\n    {}", lines.join("\r\n    ")).into_bytes(), "base64"),
        ] {
            let hits = detector.matches(&text);
            let found: Vec<_> = hits
                .iter()
                .map(|hit| {
                    let names: Vec<_> = hit.encoding.iter().map(|one| one.name()).collect();
                    (hit.found.fingerprint(), purpose(hit.found.kind()), names)
                })
                .collect();
            assert_eq!(found, [(fingerprint(&value), wanted, vec![encoding])], "{name} {encoding}");
            assert!(hits[0].start < hits[0].end && hits[0].end <= text.len());
        }
    }
}

#[test]
fn wide_text_is_found_wherever_it_begins() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4108);
    for before in 0..9 {
        for end in ["", "\n"] {
            let value = uuid(&mut random);
            let text = format!("\u{e9}\u{4e2d}\u{1f980} intercom_client_secret={value}{end}");
            for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                let wide = text.encode_utf16().flat_map(bytes);
                let all: Vec<u8> = std::iter::repeat_n(b'x', before).chain(wide).collect();
                let hits = detector.matches(&all);
                let found: Vec<_> = hits.iter().map(|hit| hit.found.fingerprint()).collect();
                assert_eq!(found, [fingerprint(&value)], "{before} {end:?}");
            }
        }
    }
}

#[test]
fn a_text_that_is_all_beginnings_is_searched_to_its_end() {
    let detector = NamedSecretDetector::new();
    let mut random = Random::new(4111);
    let value = uuid(&mut random);
    for unit in [
        "intercom",
        "intercom secret ",
        "\"intercom_client_secret\" {",
        "name: intercom_client_secret\n",
        "r\0c\0o\0m\0",
        "aW50ZXJjb20 ",
        &format!("}}client_secret: {value} intercom"),
        &format!(" client_secret: {value}\n"),
    ] {
        let text = unit.repeat((256 << 10) / unit.len());
        let end = format!("\nintercom_hub_secret={value}\n");
        let hits = detector.matches((text + "\n\n" + &end).as_bytes());
        let last = hits.last().map(|hit| (hit.found.kind(), hit.found.fingerprint()));
        assert_eq!(last, Some((SecretKind::Webhook, fingerprint(&value))), "{unit}");
    }
}

proptest! {
    /// Pieces of what the rules look at, in any order: nothing breaks, what is found is in the text,
    /// and nothing is left to find behind the gate.
    #[test]
    fn any_text_is_searched_without_harm(
        pieces in prop::collection::vec(
            prop_oneof![
                any::<u64>().prop_map(|seed| {
                    let mut random = Random::new(seed);
                    let (words, purpose) = random.pick(&NAMES);
                    let name = random.pick(&STYLES)(&[&["intercom"], words].concat());
                    assign(random.pick(&ASSIGNMENTS), &name, &purpose.value(&mut random)).into_bytes()
                }),
                any::<u64>().prop_map(|seed| identity(&mut Random::new(seed), 40).into_bytes()),
                "(intercom|INTERCOM|\n|  |\\{|\\}|\\[|\\]|\\(|\\)|\"|: |=|\\\\|<|>|%|secret|client_|name: )"
                    .prop_map(String::into_bytes),
                prop::collection::vec(any::<u8>(), 0..9),
                any::<u64>().prop_map(|seed| {
                    let text = format!("intercom_client_secret={}", uuid(&mut Random::new(seed)));
                    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
                }),
                any::<u64>().prop_map(|seed| {
                    let text = format!("intercom_client_secret={}", uuid(&mut Random::new(seed)));
                    base64(text.as_bytes()).into_bytes()
                }),
            ],
            0..12,
        ),
    ) {
        let text = pieces.concat();
        let detector = NamedSecretDetector::new();
        let mut last = 0;
        let hits = detector.matches(&text);
        for hit in &hits {
            prop_assert!(last <= hit.start && hit.start < hit.end && hit.end <= text.len());
            last = hit.start;
        }
        prop_assert!(hits.is_empty() || detector.suspects(&text));
        let shown = text::readable(&text);
        prop_assert_eq!(detector.matches(shown.as_bytes()), []);
    }
}

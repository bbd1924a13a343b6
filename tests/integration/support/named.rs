//! Values in the shape of Intercom's secrets, made at run time, and ways to assign one to a name.

use super::tokens::{Random, base64};

/// What a secret is for, as its rule calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Client,
    Webhook,
    Identity,
}

impl Purpose {
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::Client => "intercom-client-secret",
            Self::Webhook => "intercom-webhook-secret",
            Self::Identity => "intercom-identity-secret",
        }
    }

    /// A value that this secret may have.
    pub(crate) fn value(self, random: &mut Random) -> String {
        match self {
            Self::Client => uuid(random),
            Self::Webhook if random.one_in(2) => uuid(random),
            _ => {
                let length = random.pick(&[40, 43]);
                // One in thousands looks like words, and is not taken for random.
                loop {
                    let value = identity(random, length);
                    let count = |class: fn(&u8) -> bool| value.bytes().filter(class).count();
                    if count(u8::is_ascii_digit) > 1 && count(u8::is_ascii_lowercase) < 25 {
                        return value;
                    }
                }
            }
        }
    }
}

/// Names behind `intercom`, as words.
pub(crate) const NAMES: [(&[&str], Purpose); 18] = [
    (&["identity", "secret"], Purpose::Identity),
    (&["identity", "verification", "secret"], Purpose::Identity),
    (&["identity", "verification", "secret", "key"], Purpose::Identity),
    (&["secret", "key"], Purpose::Identity),
    (&["api", "secret"], Purpose::Identity),
    (&["hmac", "secret"], Purpose::Identity),
    (&["hmac", "secret", "key"], Purpose::Identity),
    (&["jwt", "secret"], Purpose::Identity),
    (&["messenger", "secret"], Purpose::Identity),
    (&["messenger", "api", "secret"], Purpose::Identity),
    (&["messenger", "jwt", "secret"], Purpose::Identity),
    (&["client", "secret"], Purpose::Client),
    (&["app", "client", "secret"], Purpose::Client),
    (&["client", "secret", "prod"], Purpose::Client),
    (&["webhook", "secret"], Purpose::Webhook),
    (&["hub", "secret"], Purpose::Webhook),
    (&["fin", "webhook", "secret"], Purpose::Webhook),
    (&["identity", "secret", "ios"], Purpose::Identity),
];

/// How words are put together to a name.
pub(crate) const STYLES: [fn(&[&str]) -> String; 6] = [
    |words| words.join("_").to_uppercase(),
    |words| words.join("_"),
    |words| words.join("-"),
    |words| words.join("."),
    |words| words.concat(),
    camel_case,
];

pub(crate) fn camel_case(words: &[&str]) -> String {
    let mut name = String::new();
    for (number, word) in words.iter().enumerate() {
        let (first, rest) = word.split_at(1);
        name += &if number == 0 { first.to_owned() } else { first.to_uppercase() };
        name += rest;
    }
    name
}

/// Ways to assign a value to a name: `N` is the name, `V` the value, `B` base64 of it.
pub(crate) const ASSIGNMENTS: [&str; 62] = [
    "N=V",
    "N=\"V\"",
    "N='V'\n",
    "export N=V\n",
    "REACT_APP_N=V",
    "prod.N=V",
    "N: V\n",
    "N: \"V\"",
    "N:V",
    "N := \"V\"",
    "N ?= V",
    "N => 'V',",
    ":N => \"V\"",
    "\"N\": \"V\"",
    "{\"N\":\"V\"}",
    "{\\\"N\\\":\\\"V\\\"}",
    "{\\\\\\\"N\\\\\\\": \\\\\\\"V\\\\\\\"}",
    "\"A=1\\n N=V\\nB=2\"",
    "'N' => 'V'",
    "ENV N V\n",
    "ENV N=V",
    "ARG N=\"V\"",
    "setx N V",
    "set -x N V",
    "setx N \"V\" /M",
    "docker run -e N=V image",
    "helm install --set N=V chart",
    "heroku config:set N=V",
    "tool --N V --more",
    "tool --N=V",
    "ENV['N'] = 'V'",
    "ENV.fetch(\"N\", \"V\")",
    "ENV.fetch('N') { 'V' }",
    "os.environ.get(\"N\", \"V\")",
    "os.environ[\"N\"] = \"V\"",
    "os.getenv('N') or 'V'",
    "process.env.N || \"V\"",
    "process.env.N ?? 'V';",
    "process.env['N'] || `V`",
    "${N:-V}",
    "config(\"N\", default=\"V\")",
    "const N: string = \"V\";",
    "N: str = 'V'",
    "const N: &'static str = \"V\";",
    "let N =\n    'V';",
    "NSString *const N = @\"V\";",
    "#define N \"V\"",
    "buildConfigField \"String\", \"N\", \"\\\"V\\\"\"",
    "<string name=\"N\">V</string>",
    "<key>N</key>\n\t<string>V</string>",
    "<add key=\"N\" value=\"V\" />",
    "<meta-data android:name=\"N\" android:value=\"V\"/>",
    "<N>V</N>",
    "<N><![CDATA[V]]></N>",
    "- name: N\n  value: \"V\"",
    "- name: N\n  value: V\n",
    "{\"name\": \"N\", \"type\": \"plain\", \"value\": \"V\"}",
    "data:\n  N: B\n",
    "variable \"N\" {\n  type = string\n  description = \"the default value of it\"\n  default = \"V\"\n}",
    "https://host/?a=1&N=V&b=2",
    "| `N` | `V` |",
    "N: >-\n  V\n",
];

/// A UUID in lowercase, as a client secret is one.
pub(crate) fn uuid(random: &mut Random) -> String {
    let mut text: Vec<char> = hex::encode(random.bytes(16)).chars().collect();
    text[12] = '4';
    text[16] = random.pick(&['8', '9', 'a', 'b']);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text.into_iter().collect()
}

/// An identity secret of 40 or 43 characters.
pub(crate) fn identity(random: &mut Random, length: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..length).map(|_| char::from(ALPHABET[random.below(64)])).collect()
}

/// An assignment of a value to a name.
pub(crate) fn assign(assignment: &str, name: &str, value: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    let mut letters = assignment.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_alone = !before.is_ascii_alphabetic()
            && letters.peek().is_none_or(|next| !next.is_ascii_alphanumeric());
        match letter {
            'N' if is_alone => text += name,
            'V' if is_alone => text += value,
            'B' if is_alone && assignment.contains("data:") => text += &base64(value.as_bytes()),
            letter => text.push(letter),
        }
        before = letter;
    }
    text
}

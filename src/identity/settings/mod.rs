//! What a saved page, script or JSON file hands to the Messenger, and what is wrong with it.

mod find;
mod literal;
mod problem;
mod tag;

use memchr::{memchr_iter, memmem};

use self::literal::{Entry, Literal};
use super::jwt::{Severity, Signature, Token, judge};
use crate::crypto::HexCase;
use crate::identity::{ClaimedHash, Mismatch, Secrets, UserHash, Verdict};
use crate::token::TokenDetector;

pub use literal::Setting;
pub use problem::{Level, Problem};

/// A shorter secret stands in many pages by chance, and is none that Intercom makes.
const MIN_SECRET: usize = 16;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many times the page hands settings over.
    pub settings: usize,
    /// How many hashes were compared and are right.
    pub right_hashes: usize,
    /// What is wrong or could not be checked, in the order of the lines.
    pub problems: Vec<(u64, Problem)>,
}

impl Checked {
    /// The worst of the problems.
    pub fn worst(&self) -> Option<Level> {
        self.problems.iter().map(|(_, problem)| problem.level()).max()
    }
}

/// Checks all settings of a text at a time (seconds since 1970). Without the secret, hashes are told
/// as not compared.
pub fn check(text: &str, known: Option<&Secrets>, now: i64) -> Checked {
    let mut lint = Lint { known, now, problems: Vec::new(), right_hashes: 0 };
    let found = find::find(text);
    lint.leaks(text);
    for found in &found {
        match &found.literal {
            Some(literal) => lint.settings(literal, found.at),
            None => lint.tell(found.at, Problem::SettingsUnknown),
        }
    }
    if found.is_empty() {
        lint.tell(0, Problem::NoSettings);
    }
    lint.problems.sort_by_key(|(at, _)| *at);
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    let problems = lint.problems.into_iter().map(|(at, problem)| (lines.of(at), problem)).collect();
    Checked { settings: found.len(), right_hashes: lint.right_hashes, problems }
}

/// The numbers of lines, for places in ascending order.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> u64 {
        let between = self.text.get(self.at..at).unwrap_or_default();
        self.line += memchr_iter(b'\n', between).count() as u64;
        self.at = self.at.max(at);
        self.line
    }
}

struct Lint<'a> {
    known: Option<&'a Secrets>,
    now: i64,
    problems: Vec<(usize, Problem)>,
    right_hashes: usize,
}

/// What names the user in settings.
enum User {
    Absent,
    Unknown,
    Text(String),
}

impl Lint<'_> {
    fn tell(&mut self, at: usize, problem: Problem) {
        self.problems.push((at, problem));
    }

    /// Secrets that stand in the page, anywhere.
    fn leaks(&mut self, text: &str) {
        for hit in TokenDetector::new().matches(text.as_bytes()) {
            self.tell(hit.start, Problem::AccessToken(hit.found.mask()));
        }
        let Some(known) = self.known else {
            return;
        };
        let secrets = std::iter::once(&known.secret).chain(known.others.iter().map(|(_, one)| one));
        for secret in secrets.filter(|secret| secret.expose().len() >= MIN_SECRET) {
            // Exposed to find it where it must not be; only the place is told.
            for at in memmem::find_iter(text.as_bytes(), secret.expose()) {
                self.tell(at, Problem::IdentitySecret);
            }
        }
    }

    fn settings(&mut self, literal: &Literal, at: usize) {
        if literal.has_more {
            self.tell(at, Problem::MoreUnknown);
        }
        let get = |name: &str| literal.entries.iter().rev().find(|entry| entry.name == name);
        self.app_id(get("app_id"), literal.has_more, at);
        for entry in &literal.entries {
            if looks_like_secret(entry) {
                self.tell(entry.at, Problem::SecretNamed);
            }
        }
        let (id, email) = (self.user(get("user_id")), self.user(get("email")));
        if let (User::Text(_) | User::Unknown, User::Text(_) | User::Unknown, Some(hash)) =
            (&id, &email, get("user_hash"))
        {
            self.tell(hash.at, Problem::BothIdentifiers);
        }
        let has_token = self.jwt(get("intercom_user_jwt"));
        match get("user_hash").filter(|hash| hash.value != Setting::Nothing) {
            Some(hash) => {
                if has_token {
                    self.tell(hash.at, Problem::HashBesideJwt);
                }
                self.hash(hash, &id, &email, literal.has_more);
            }
            None if has_token || literal.has_more => {}
            None if matches!((&id, &email), (User::Absent, User::Absent)) => {}
            None => self.tell(at, Problem::NoProof),
        }
    }

    fn app_id(&mut self, app_id: Option<&Entry>, has_more: bool, at: usize) {
        match app_id.map(|entry| (&entry.value, entry.at)) {
            None if has_more => {}
            None => self.tell(at, Problem::NoAppId),
            Some((Setting::Text(id), at)) => {
                let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
                if id.len() != 8 || !id.bytes().all(is_id) {
                    self.tell(at, Problem::AppIdShape);
                }
            }
            Some((Setting::Unknown, _)) => {}
            Some((_, at)) => self.tell(at, Problem::AppIdShape),
        }
    }

    fn user(&mut self, entry: Option<&Entry>) -> User {
        let Some(entry) = entry else {
            return User::Absent;
        };
        match &entry.value {
            Setting::Text(text) if text.is_empty() => {
                self.tell(entry.at, Problem::EmptyIdentifier);
                User::Absent
            }
            Setting::Text(text) => User::Text(text.clone()),
            Setting::Number(number) => {
                self.tell(entry.at, Problem::NumberIdentifier);
                number_as_text(number).map_or(User::Unknown, User::Text)
            }
            Setting::Nothing => User::Absent,
            Setting::Other | Setting::Unknown => User::Unknown,
        }
    }

    /// Judges the token of a page; tells whether there is one.
    fn jwt(&mut self, entry: Option<&Entry>) -> bool {
        let Some(entry) = entry.filter(|entry| entry.value != Setting::Nothing) else {
            return false;
        };
        let Setting::Text(text) = &entry.value else {
            self.tell(entry.at, Problem::ValueUnknown("intercom_user_jwt"));
            return true;
        };
        match Token::parse(text) {
            Err(malformed) => self.tell(entry.at, Problem::JwtMalformed(malformed)),
            Ok(token) => {
                let judgement = judge(&token, self.known, self.now);
                for rule in judgement.broken {
                    let is_refused = rule.severity() == Severity::Refused;
                    self.tell(entry.at, Problem::JwtRule(rule, is_refused));
                }
                if judgement.signature == Signature::Unverified && self.known.is_none() {
                    self.tell(entry.at, Problem::NotCompared);
                }
            }
        }
        true
    }

    fn hash(&mut self, entry: &Entry, id: &User, email: &User, has_more: bool) {
        let at = entry.at;
        let Setting::Text(text) = &entry.value else {
            let problem = match entry.value {
                Setting::Unknown => Problem::ValueUnknown("user_hash"),
                _ => Problem::HashNotText,
            };
            return self.tell(at, problem);
        };
        // The user id is what counts, wherever there is one.
        let (value, other) = match (id, email) {
            (User::Unknown, _) | (User::Absent, User::Unknown) => {
                return self.tell(at, Problem::ValueUnknown("the user's id or email"));
            }
            (User::Absent, User::Absent) if has_more => {
                return self.tell(at, Problem::ValueUnknown("the user's id or email"));
            }
            (User::Absent, User::Absent) => return self.tell(at, Problem::HashWithoutUser),
            (User::Text(id), User::Text(email)) => (id, Some(email.as_bytes())),
            (User::Text(one), _) | (User::Absent, User::Text(one)) => (one, None),
        };
        let Some(secrets) = self.known else {
            return match UserHash::parse(text) {
                Ok((_, case)) => {
                    if case == HexCase::Upper {
                        self.tell(at, Problem::UpperCase);
                    }
                    self.tell(at, Problem::NotCompared);
                }
                Err(malformed) => self.tell(at, Problem::HashMalformed(malformed, None)),
            };
        };
        let verify = |claimed: ClaimedHash| claimed.verify(value.as_bytes(), other, secrets);
        match ClaimedHash::parse(text).map(verify) {
            Ok(Verdict::Match(case)) => {
                self.right_hashes += 1;
                if case == HexCase::Upper {
                    self.tell(at, Problem::UpperCase);
                }
            }
            Ok(Verdict::Mismatch(Mismatch { form: Ok(_), explanation })) => {
                self.tell(at, Problem::Mismatch(explanation));
            }
            Ok(Verdict::Mismatch(Mismatch { form: Err(malformed), explanation })) => {
                self.tell(at, Problem::HashMalformed(malformed, Some(explanation)));
            }
            Ok(Verdict::Malformed(malformed)) | Err(malformed) => {
                self.tell(at, Problem::HashMalformed(malformed, None));
            }
        }
    }
}

/// Whether a setting has the name and the shape of the identity verification secret.
fn looks_like_secret(entry: &Entry) -> bool {
    let name = entry.name.to_ascii_lowercase();
    let is_named =
        ["secret", "hmac", "api_key", "apikey", "signing"].iter().any(|part| name.contains(part));
    let is_shaped = match &entry.value {
        Setting::Text(text) => {
            matches!(text.len(), 40 | 43)
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        }
        _ => false,
    };
    is_named && is_shaped
}

/// The text that JavaScript makes of a number literal; `None` for forms that are seldom and odd.
fn number_as_text(number: &str) -> Option<String> {
    let has_octal_zero = number.len() > 1 && number.starts_with('0') && !number.starts_with("0.");
    if has_octal_zero || number.contains(['_', 'n', 'x', 'o', 'b']) {
        return None;
    }
    let float: f64 = number.parse().ok()?;
    (float.abs() < 1e21 && (float == 0.0 || float.abs() >= 1e-6)).then(|| {
        let text = float.to_string();
        if text == "-0" { "0".to_owned() } else { text }
    })
}

//! Finds what the chosen rules call a leak.

use super::rule::{Rule, RuleSet};
use crate::named_secret::{self, NamedSecret, NamedSecretDetector};
use crate::token::{self, AccessToken, Confidence, Mark, Match, TokenDetector};

/// A token or secret that was found. It is wiped on drop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Leak {
    /// An access token.
    Token(AccessToken),
    /// A secret that was found by its name.
    Secret(NamedSecret),
}

impl Leak {
    /// The rule that found it.
    pub fn rule(&self) -> Rule {
        match self {
            Self::Token(_) => Rule::AccessToken,
            Self::Secret(secret) => secret.kind().into(),
        }
    }

    /// SHA-256 in lowercase hex: of a token with its padding, or of a secret as it is.
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Token(token) => token.fingerprint(),
            Self::Secret(secret) => secret.fingerprint(),
        }
    }

    /// Its two ends, with the rest left out.
    pub fn mask(&self) -> String {
        match self {
            Self::Token(token) => token.mask(),
            Self::Secret(secret) => secret.mask(),
        }
    }

    /// How certain it is.
    pub const fn confidence(&self) -> Confidence {
        match self {
            Self::Token(token) => token.confidence(),
            // A name and a random value are not a proof.
            Self::Secret(_) => Confidence::Medium,
        }
    }
}

/// Finds leaks. Build it once and share it.
///
/// ```
/// use intercom_sec::rules::{Detector, Rule, RuleSet};
///
/// // A token, made at run time.
/// # use base64::prelude::{BASE64_STANDARD, Engine as _};
/// # let token = BASE64_STANDARD.encode("tok:5e7d1c2a_9b3f_4c8e_a1d2_0f6b7c8d9e0a:1:0");
/// let text = format!("INTERCOM_ACCESS_TOKEN={token}\n");
/// let detector = Detector::new(RuleSet::Tokens);
/// let found = &detector.matches(text.as_bytes())[0];
/// assert_eq!(&text[found.start..found.end], token);
/// assert_eq!(found.found.rule(), Rule::AccessToken);
/// assert!(!found.found.mask().contains(&token));
/// ```
#[derive(Clone, Debug)]
pub struct Detector {
    tokens: TokenDetector,
    secrets: Option<NamedSecretDetector>,
}

impl Detector {
    /// Prepares the search.
    pub fn new(rules: RuleSet) -> Self {
        let secrets = (rules == RuleSet::All).then(NamedSecretDetector::new);
        Self { tokens: TokenDetector::new(), secrets }
    }

    /// Whether `text` may hold a leak. If this and [`TokenDetector::suspects_start`] return false,
    /// it holds none.
    pub fn suspects(&self, text: &[u8]) -> bool {
        self.tokens.suspects(text)
            || self.secrets.as_ref().is_some_and(|secrets| secrets.suspects(text))
    }

    /// Byte strings. Every text that holds a leak holds one of them. `None` if the text that makes
    /// something a leak may be far away from it.
    pub(crate) fn anchors(&self) -> Option<impl Iterator<Item = &[u8]>> {
        self.secrets.is_none().then(|| self.tokens.anchors())
    }

    /// The shortest text that holds a leak, in bytes.
    pub(crate) const fn min_len(&self) -> usize {
        if self.secrets.is_none() { token::MIN_LEN } else { named_secret::MIN_LEN }
    }

    /// Every leak in `text`, from left to right.
    ///
    /// ```
    /// use base64::prelude::{BASE64_STANDARD, Engine as _};
    /// use intercom_sec::rules::{Detector, Rule, RuleSet};
    ///
    /// let id = "0b52d7c1-9a3e-4f6d-8c2b-5e1f7a90d3c4".replace('-', "_");
    /// let text = format!("TOKEN={}", BASE64_STANDARD.encode(format!("tok:{id}:1:0")));
    /// let matches = Detector::new(RuleSet::Tokens).matches(text.as_bytes());
    /// assert_eq!((matches[0].start, matches[0].end), (6, 66));
    /// assert_eq!(matches[0].found.rule(), Rule::AccessToken);
    /// assert_eq!(matches[0].found.mask(), "dG9rOjBi…OjA=");
    /// ```
    pub fn matches(&self, text: &[u8]) -> Vec<Match<Leak>> {
        self.matches_in_part(text, TokenDetector::mark(text)).0
    }

    /// Every leak in a part of a text, and whether [`packed`](Self::packed) may find something in
    /// it. `mark` is the byte order mark of the whole text. The part begins at a multiple of four
    /// bytes.
    pub(crate) fn matches_in_part(
        &self,
        part: &[u8],
        mark: Option<Mark>,
    ) -> (Vec<Match<Leak>>, bool) {
        let (tokens, has_packed) = self.tokens.matches_in_part(part, mark);
        let mut matches: Vec<_> = tokens.into_iter().map(|found| found.map(Leak::Token)).collect();
        if let Some(secrets) = &self.secrets {
            matches.extend(secrets.matches(part).into_iter().map(|found| found.map(Leak::Secret)));
            matches.sort_by_key(|found| (found.start, found.end));
        }
        (matches, has_packed)
    }

    /// Texts that begin like base64 of an archive: the position of each in `text`, and its decoded
    /// bytes.
    pub(crate) fn packed(&self, text: &[u8]) -> Vec<(usize, Vec<u8>)> {
        self.tokens.packed(text)
    }
}

//! Finding what the chosen rules call a leak.

use super::rule::{Rule, RuleSet};
use crate::named_secret::{self, NamedSecret, NamedSecretDetector};
use crate::token::{self, AccessToken, Confidence, Mark, Match, TokenDetector};

/// A token or secret that was found. Wiped on drop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Leak {
    /// An access token.
    Token(AccessToken),
    /// A secret that its name tells.
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

    /// SHA-256, in lowercase hex: of a token with its padding, of a secret as it is.
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Token(token) => token.fingerprint(),
            Self::Secret(secret) => secret.fingerprint(),
        }
    }

    /// All but its ends left out.
    pub fn mask(&self) -> String {
        match self {
            Self::Token(token) => token.mask(),
            Self::Secret(secret) => secret.mask(),
        }
    }

    /// How sure it is.
    pub const fn confidence(&self) -> Confidence {
        match self {
            Self::Token(token) => token.confidence(),
            // A name and a random value prove nothing.
            Self::Secret(_) => Confidence::Medium,
        }
    }
}

/// Finds leaks. Build it once and share it.
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

    /// Whether something in `text` may be a leak, or hold one; where this says no, there is none,
    /// unless [`TokenDetector::suspects_start`] says yes.
    pub fn suspects(&self, text: &[u8]) -> bool {
        self.tokens.suspects(text)
            || self.secrets.as_ref().is_some_and(|secrets| secrets.suspects(text))
    }

    /// The byte strings of which one stands in every text that holds a leak, where one leak is all
    /// that has to be seen. `None` where what makes it a leak may stand far away.
    pub fn anchors(&self) -> Option<impl Iterator<Item = &[u8]>> {
        self.secrets.is_none().then(|| self.tokens.anchors())
    }

    /// No shorter text holds a leak, in bytes.
    pub const fn min_len(&self) -> usize {
        if self.secrets.is_none() { token::MIN_LEN } else { named_secret::MIN_LEN }
    }

    /// Every leak in `text`, from left to right.
    pub fn matches(&self, text: &[u8]) -> Vec<Match<Leak>> {
        self.matches_in_part(text, TokenDetector::mark(text)).0
    }

    /// Every leak in a part of a text that begins with `mark`, and whether
    /// [`packed`](Self::packed) may find something in it. The part begins at a multiple of four bytes.
    pub fn matches_in_part(&self, part: &[u8], mark: Option<Mark>) -> (Vec<Match<Leak>>, bool) {
        let (tokens, has_packed) = self.tokens.matches_in_part(part, mark);
        let mut matches: Vec<_> = tokens.into_iter().map(|found| found.map(Leak::Token)).collect();
        if let Some(secrets) = &self.secrets {
            matches.extend(secrets.matches(part).into_iter().map(|found| found.map(Leak::Secret)));
            matches.sort_by_key(|found| (found.start, found.end));
        }
        (matches, has_packed)
    }

    /// What begins like base64 of an archive: where in `text`, and decoded.
    pub fn packed(&self, text: &[u8]) -> Vec<(usize, Vec<u8>)> {
        self.tokens.packed(text)
    }
}

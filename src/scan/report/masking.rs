//! Masks the found secrets wherever they recur in the report.
//!
//! A token is recognised wherever it stands, so the report's gate masks it. A named secret is not
//! recognised where its name is missing: in an author's email, say.

use std::collections::BTreeMap;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::coverage::Coverage;
use super::finding::{Finding, Location, Origin};
use super::gap::Skipped;
use crate::named_secret::NamedSecret;
use crate::rules::Leak;

/// The named secrets that were found.
#[derive(Default)]
pub(crate) struct Secrets {
    by_fingerprint: BTreeMap<String, NamedSecret>,
}

impl Secrets {
    /// Takes note of a leak that is a named secret.
    pub(crate) fn note(&mut self, fingerprint: &str, leak: &Leak) {
        if let Leak::Secret(secret) = leak
            && !self.by_fingerprint.contains_key(fingerprint)
        {
            self.by_fingerprint.insert(fingerprint.to_owned(), secret.clone());
        }
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        self.by_fingerprint.extend(other.by_fingerprint);
    }

    /// Whether one of them stands in what a report says of the findings.
    pub(crate) fn are_in(&self, findings: &[Finding]) -> bool {
        let Some(search) = self.search() else { return false };
        let mut locations = findings.iter().flat_map(|finding| &finding.locations);
        locations.any(|location| {
            let texts = [location.path.as_deref(), location.member.as_deref()];
            texts.into_iter().flatten().any(|text| search.is_in(text))
                || location.commit.as_ref().is_some_and(|origin| search.is_in_origin(origin))
        })
    }

    /// Masks them wherever they stand in a report.
    pub(crate) fn conceal(&self, findings: &mut [Finding], coverage: &mut Coverage) {
        let Some(search) = self.search() else { return };
        for finding in findings {
            for location in &mut finding.locations {
                search.conceal_location(location);
            }
        }
        let Coverage { skipped, notes, .. } = coverage;
        let skipped = skipped.iter_mut().flat_map(Skipped::texts_mut);
        let notes = notes.iter_mut().flat_map(|one| [&mut one.id, &mut one.reason]);
        for text in skipped.chain(notes) {
            search.conceal_text(text);
        }
    }

    /// `None` where there is nothing to be looked for.
    fn search(&self) -> Option<Search> {
        if self.by_fingerprint.is_empty() {
            return None;
        }
        let secrets = self.by_fingerprint.values();
        // Exposed to find where it must not be.
        let values = secrets.clone().map(NamedSecret::expose);
        let values =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(values).ok()?;
        Some(Search { values, masks: secrets.map(NamedSecret::mask).collect() })
    }
}

struct Search {
    values: AhoCorasick,
    masks: Vec<String>,
}

impl Search {
    fn is_in(&self, text: &[u8]) -> bool {
        self.values.is_match(text)
    }

    fn is_in_origin(&self, origin: &Origin) -> bool {
        self.is_in(&origin.name)
            || self.is_in(&origin.email)
            || origin.refs.iter().any(|name| self.is_in(name.as_bytes()))
    }

    fn conceal_location(&self, location: &mut Location) {
        for text in [&mut location.path, &mut location.member].into_iter().flatten() {
            if self.is_in(text) {
                *text = self.values.replace_all_bytes(text, &self.masks).into();
            }
        }
        if let Some(origin) = &mut location.commit
            && self.is_in_origin(origin)
        {
            let origin = Arc::make_mut(origin);
            origin.name = self.values.replace_all_bytes(&origin.name, &self.masks);
            origin.email = self.values.replace_all_bytes(&origin.email, &self.masks);
            for name in &mut origin.refs {
                self.conceal_text(name);
            }
        }
    }

    fn conceal_text(&self, text: &mut String) {
        if self.is_in(text.as_bytes()) {
            *text = self.values.replace_all(text, &self.masks);
        }
    }
}

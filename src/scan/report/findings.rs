//! Gathers the places of each leak, and puts the findings in order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::finding::{Finding, Location, Source};
use super::masking::Secrets;
use crate::rules::Leak;

/// Gathers places by leak.
#[derive(Default)]
pub(crate) struct Findings {
    by_fingerprint: BTreeMap<String, Finding>,
    secrets: Secrets,
}

impl Findings {
    /// The places of a leak, for more to be added.
    pub(crate) fn of(&mut self, leak: &Leak) -> &mut Vec<Location> {
        let fingerprint = leak.fingerprint();
        self.secrets.note(&fingerprint, leak);
        let entry = self.by_fingerprint.entry(fingerprint);
        let finding = entry.or_insert_with_key(|fingerprint| Finding {
            rule: leak.rule(),
            fingerprint: fingerprint.clone(),
            mask: leak.mask(),
            confidence: leak.confidence(),
            locations: Vec::new(),
        });
        // One value may have several names; which comes first is chance.
        finding.rule = finding.rule.min(leak.rule());
        &mut finding.locations
    }

    /// Whether a leak is known to be in the name of this file or directory, or of any.
    pub(crate) fn has_name(&self, leak: &Leak, repository: &str, path: Option<&[u8]>) -> bool {
        let is_there = |location: &Location| {
            matches!(location.source, Source::Path | Source::Index)
                && &*location.repository == repository
                && (path.is_none() || location.path.as_deref() == path)
        };
        let finding = self.by_fingerprint.get(&leak.fingerprint());
        finding.is_some_and(|finding| finding.locations.iter().any(is_there))
    }

    /// Adds what another scan, or a part of this one, has found.
    pub(crate) fn absorb(&mut self, findings: Vec<Finding>) {
        for mut finding in findings {
            match self.by_fingerprint.entry(finding.fingerprint.clone()) {
                Entry::Vacant(entry) => drop(entry.insert(finding)),
                Entry::Occupied(mut entry) => {
                    let known = entry.get_mut();
                    known.rule = known.rule.min(finding.rule);
                    known.locations.append(&mut finding.locations);
                }
            }
        }
    }

    /// Adds the secrets of another part.
    pub(crate) fn absorb_secrets(&mut self, secrets: Secrets) {
        self.secrets.absorb(secrets);
    }

    /// In the order in which the leaks were introduced; with the secrets, which reports may not
    /// have.
    pub(crate) fn finish(self) -> (Vec<Finding>, Secrets) {
        let mut findings: Vec<_> = self.by_fingerprint.into_values().collect();
        for finding in &mut findings {
            finding.locations.sort_by(|a, b| order(a).cmp(&order(b)));
            finding.locations.dedup();
        }
        // Stable: findings of the same time stay in the order of their fingerprints.
        findings.sort_by(|a, b| {
            let first = |finding: &Finding| finding.locations.first().map(time);
            first(a).cmp(&first(b))
        });
        (findings, self.secrets)
    }
}

/// What no commit leads to comes last.
fn time(location: &Location) -> (bool, i64) {
    (location.commit.is_none(), location.commit.as_ref().map_or(0, |commit| commit.order))
}

/// The earliest first, what no commit leads to last, then by where it stands.
fn order(location: &Location) -> impl Ord + '_ {
    (
        time(location),
        &location.repository,
        location.commit.as_ref().map(|commit| commit.id),
        location.source,
        &location.path,
        &location.object,
        &location.member,
        location.line,
        location.column,
    )
}

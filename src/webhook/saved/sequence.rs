//! Finds deliveries that came again, and deliveries that came too late.

use std::collections::HashMap;

use crate::webhook::notification::Notification;

/// What earlier deliveries say about one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// The same notification, at the same attempt.
    Duplicate {
        /// The first one.
        of: String,
    },
    /// The same notification at a later attempt, or a later attempt whose first one is missing.
    Repeated {
        /// Which attempt it is.
        attempt: i64,
        /// The first one that was seen.
        of: Option<String>,
    },
    /// Made before one that came earlier.
    OutOfOrder {
        /// That one.
        after: String,
    },
}

/// Deliveries so far. Add verified ones only: what another says of itself proves nothing.
#[derive(Debug, Default)]
pub struct Sequence {
    by_id: HashMap<String, (String, Option<i64>)>,
    latest: Option<(i64, String)>,
}

impl Sequence {
    /// Adds a verified delivery, and returns what the earlier ones say about it.
    pub fn add(&mut self, name: &str, notification: &Notification) -> Option<Remark> {
        let attempt = notification.delivery_attempts;
        let first = notification.id.as_ref().and_then(|id| {
            let first = self.by_id.get(id).cloned();
            self.by_id.entry(id.clone()).or_insert_with(|| (name.to_owned(), attempt));
            first
        });
        let late = self.is_late(name, notification);
        match (first, attempt) {
            (Some((of, before)), Some(attempt)) if before != Some(attempt) => {
                Some(Remark::Repeated { attempt, of: Some(of) })
            }
            (Some((of, _)), _) => Some(Remark::Duplicate { of }),
            (None, Some(attempt @ 2..)) => Some(Remark::Repeated { attempt, of: None }),
            (None, _) => late.map(|after| Remark::OutOfOrder { after }),
        }
    }

    /// Which one it should have come before. A repeated attempt counts from when it was made.
    fn is_late(&mut self, name: &str, notification: &Notification) -> Option<String> {
        let made = notification.created_at.or(notification.first_sent_at)?;
        if let Some((latest, after)) = &self.latest
            && made < *latest
        {
            return Some(after.clone());
        }
        self.latest = Some((made, name.to_owned()));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(id: &str, created_at: i64, attempt: i64) -> Notification {
        Notification {
            id: Some(id.to_owned()),
            created_at: Some(created_at),
            delivery_attempts: Some(attempt),
            ..Notification::default()
        }
    }

    #[test]
    fn deliveries_that_came_again_or_too_late_are_found() {
        let mut sequence = Sequence::default();
        let mut add = |name, id, at, attempt| sequence.add(name, &notification(id, at, attempt));
        assert_eq!(add("1", "a", 10, 1), None);
        assert_eq!(add("2", "b", 30, 1), None);
        let late = Remark::OutOfOrder { after: "2".to_owned() };
        assert_eq!(add("3", "c", 20, 1), Some(late));
        assert_eq!(add("4", "a", 10, 1), Some(Remark::Duplicate { of: "1".to_owned() }));
        let again = Remark::Repeated { attempt: 2, of: Some("1".to_owned()) };
        assert_eq!(add("5", "a", 10, 2), Some(again));
        assert_eq!(add("6", "d", 5, 2), Some(Remark::Repeated { attempt: 2, of: None }));
        assert_eq!(add("7", "e", 30, 1), None);
        assert_eq!(sequence.add("8", &Notification::default()), None);
    }
}

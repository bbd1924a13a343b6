//! Reads what a webhook's body says about itself.
//!
//! It reads leniently: the signature makes the verdict, and this is only shown beside it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A longer body is verified, but not kept to read its details, in bytes.
pub const MAX_DETAILS: usize = 16 * 1024 * 1024;

/// What a verified body says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Details {
    /// A notification.
    Notification(Notification),
    /// Something else: not JSON, or other JSON.
    NotANotification,
    /// More than [`MAX_DETAILS`] bytes: not looked at.
    TooLong,
}

/// The envelope of a webhook notification. Each part may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// What happened, as `conversation.user.created`.
    pub topic: Option<String>,
    /// The notification's id, which receivers use to drop duplicates.
    pub id: Option<String>,
    /// The workspace it comes from.
    pub app_id: Option<String>,
    /// When it was made, in seconds since 1970 UTC.
    pub created_at: Option<i64>,
    /// When it was sent for the first time, in seconds since 1970 UTC.
    pub first_sent_at: Option<i64>,
    /// How often it was sent, this time included.
    pub delivery_attempts: Option<i64>,
}

impl Notification {
    /// Reads a body; `None` where it is not a JSON notification.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let envelope: Envelope = serde_json::from_slice(body).ok()?;
        (envelope.is_typed || envelope.notification.topic.is_some())
            .then_some(envelope.notification)
    }

    /// [`created_at`](Self::created_at) as RFC 3339 in UTC, where there is such a time.
    pub fn created_at_rfc3339(&self) -> Option<String> {
        let time = jiff::Timestamp::from_second(self.created_at?).ok()?;
        Some(time.to_string())
    }
}

/// The parts of a notification, out of any JSON object.
struct Envelope {
    is_typed: bool,
    notification: Notification,
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

/// Written by hand because a derived reader refuses the whole body for one field of another type.
struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a notification")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
        let mut is_typed = false;
        let mut notification = Notification::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => {
                    is_typed =
                        map.next_value::<Scalar>()?.text().as_deref() == Some("notification_event");
                }
                "topic" => notification.topic = map.next_value::<Scalar>()?.text(),
                "id" => notification.id = map.next_value::<Scalar>()?.text(),
                "app_id" => notification.app_id = map.next_value::<Scalar>()?.text(),
                "created_at" => notification.created_at = map.next_value::<Scalar>()?.integer(),
                "first_sent_at" => {
                    notification.first_sent_at = map.next_value::<Scalar>()?.integer();
                }
                "delivery_attempts" => {
                    notification.delivery_attempts = map.next_value::<Scalar>()?.integer();
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Envelope { is_typed, notification })
    }
}

/// A text, an integer, or any other value.
enum Scalar {
    Text(String),
    Integer(i64),
    Other,
}

impl Scalar {
    fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn integer(self) -> Option<i64> {
        if let Self::Integer(integer) = self { Some(integer) } else { None }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(value).map_or(Scalar::Other, Scalar::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_part_is_read() {
        let body = br#"{"type":"notification_event","data":{"item":{"id":"other"}},"topic":"ping",
            "id":"notif_1","app_id":"abcd1234","created_at":1700000000,"delivery_attempts":2}"#;
        let notification = Notification::parse(body).unwrap();
        assert_eq!(notification.topic.as_deref(), Some("ping"));
        assert_eq!(notification.id.as_deref(), Some("notif_1"));
        assert_eq!(notification.app_id.as_deref(), Some("abcd1234"));
        assert_eq!(notification.delivery_attempts, Some(2));
        assert_eq!(notification.created_at_rfc3339().as_deref(), Some("2023-11-14T22:13:20Z"));
    }

    #[test]
    fn a_part_of_another_type_is_absent_and_the_rest_stays() {
        let body = br#"{"topic":"ping","id":7,"app_id":{"a":[1]},"created_at":"now",
            "delivery_attempts":[[1.5,null,true]]}"#;
        let expected = Notification { topic: Some("ping".to_owned()), ..Notification::default() };
        assert_eq!(Notification::parse(body), Some(expected));
    }

    #[test]
    fn a_time_beyond_the_calendar_is_absent() {
        for created_at in [i64::MAX, i64::MIN] {
            let notification =
                Notification { created_at: Some(created_at), ..Notification::default() };
            assert_eq!(notification.created_at_rfc3339(), None);
        }
    }

    #[test]
    fn other_json_and_no_json_are_no_notification() {
        let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
        for body in [b"".as_slice(), b"{\"a\":1}", b"[]", b"7", b"a=b", b"{\"topic\":\"x\"", &deep]
        {
            assert_eq!(Notification::parse(body), None);
        }
    }

    #[test]
    fn deep_nesting_inside_a_notification_is_passed_over() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let body = format!(r#"{{"topic":"ping","data":{deep},"id":{deep}}}"#);
        let expected = Notification { topic: Some("ping".to_owned()), ..Notification::default() };
        assert_eq!(Notification::parse(body.as_bytes()), Some(expected));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(body: Vec<u8>) {
            let _ = Notification::parse(&body);
        }
    }
}

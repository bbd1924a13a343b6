//! Reads JSON objects, and reports names that occur twice in one object.
//!
//! Of two values of one name, different readers take different ones. So a reader elsewhere might
//! use another value than the one that was verified here.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// An object, and the names that occur twice in one object of it, at any depth.
pub(crate) struct Object {
    /// The members. Of two values of one name, the last.
    pub(crate) members: Map<String, Value>,
    pub(crate) repeated: Vec<String>,
}

/// Reads an object. The error's message may repeat what was read.
pub(crate) fn object(text: &[u8]) -> serde_json::Result<Object> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let mut repeated = Vec::new();
    let value = reader.deserialize_any(Noting(&mut repeated))?;
    reader.end()?;
    match value {
        Value::Object(members) => Ok(Object { members, repeated }),
        _ => Err(serde_json::Error::custom("not an object")),
    }
}

/// Reads any value, and notes the names that occur twice.
struct Noting<'n>(&'n mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Noting<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Noting<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Noting(&mut *self.0))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(Noting(&mut *self.0))?;
            if members.contains_key(&name) {
                self.0.push(name.clone());
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn repeated(text: &str) -> Vec<String> {
        object(text.as_bytes()).unwrap().repeated
    }

    #[test]
    fn a_name_that_stands_twice_is_noted_at_any_depth() {
        assert_eq!(repeated(r#"{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}"#), [""; 0]);
        assert_eq!(repeated(r#"{"a":1,"b":2,"a":1}"#), ["a"]);
        assert_eq!(repeated(r#"{"a":1,"\u0061":2}"#), ["a"]);
        assert_eq!(repeated(r#"{"x":[{"y":{"b":1,"b":2}}]}"#), ["b"]);
        for other in ["", "[]", "1", "{\"a\":1}x", "{\"a\":1,}", "null"] {
            assert!(object(other.as_bytes()).is_err(), "{other}");
        }
        assert!(object("{\"a\":".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_the_kept_reader_reads_it(
            text in r#"\{("[ab]":([0-9]{1,3}(\.5)?|-7|null|true|"x"|\[\]|\{\}),?){0,4}\}|[\[\]{}:,"a1\\ nul.-]{0,12}"#
        ) {
            let expected = serde_json::from_str::<Map<String, Value>>(&text).ok();
            prop_assert_eq!(object(text.as_bytes()).ok().map(|object| object.members), expected);
        }
    }
}

//! Reads deliveries that are JSON objects, one a line.

use std::io::{BufRead, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::delivery::{DeliveryError, Entry, MAX_DELIVERY, SavedDelivery, head_of};
use crate::json;

/// Reads deliveries one by one. After one that cannot be read to its line's end, it ends.
pub fn read_ndjson(input: impl BufRead) -> impl Iterator<Item = Entry> {
    Lines { input, number: 0, ended: false }
}

struct Lines<R> {
    input: R,
    number: usize,
    ended: bool,
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        while !self.ended {
            let mut line = Vec::new();
            let limit = MAX_DELIVERY as u64 + 1;
            let outcome = self.input.by_ref().take(limit).read_until(b'\n', &mut line);
            self.number += 1;
            let name = format!("line {}", self.number);
            let failed = match outcome {
                Ok(0) => return None,
                Ok(length) if length as u64 == limit && line.last() != Some(&b'\n') => {
                    Some(DeliveryError::TooLong { limit: MAX_DELIVERY })
                }
                Ok(_) => None,
                Err(error) => Some(error.into()),
            };
            if let Some(error) = failed {
                // Where the next line begins is not known.
                self.ended = true;
                return Some(Entry::Unreadable { name, error });
            }
            let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
            if !text.is_empty() {
                return Some(match read_line(&name, text) {
                    Ok(delivery) => Entry::Delivery(delivery),
                    Err(error) => Entry::Unreadable { name, error },
                });
            }
        }
        None
    }
}

fn read_line(name: &str, line: &[u8]) -> Result<SavedDelivery, DeliveryError> {
    let record = json::object(line).map_err(|_| DeliveryError::NotAnObject)?;
    let record = match record {
        json::Object { members, repeated } if repeated.is_empty() => members,
        // One reader would verify one body or signature, and another use the other.
        _ => return Err(DeliveryError::RepeatedName),
    };
    let body = match (record.get("body"), record.get("body_base64")) {
        (Some(Value::String(text)), None) => text.as_bytes().to_vec(),
        (None, Some(Value::String(text))) => {
            STANDARD.decode(text).map_err(|_| DeliveryError::NotBase64)?
        }
        (Some(_), Some(_)) => {
            return Err(DeliveryError::TwoBodies);
        }
        (Some(_), None) => {
            return Err(DeliveryError::ParsedBody);
        }
        _ => return Err(DeliveryError::NoBody),
    };
    let headers =
        headers(record.get("headers").unwrap_or(&Value::Null)).ok_or(DeliveryError::NoHeaders)?;
    let head = head_of(headers)?;
    let name = match record.get("name") {
        Some(Value::String(given)) => format!("{name} ({given})"),
        _ => name.to_owned(),
    };
    Ok(SavedDelivery { name, head, body, oddity: None })
}

/// `{name: value}`, `{name: [value]}`, `[[name, value]]` or `[{name, value}]`.
fn headers(value: &Value) -> Option<Vec<(&str, &str)>> {
    let mut headers = Vec::new();
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value {
                    Value::String(value) => headers.push((name.as_str(), value.as_str())),
                    Value::Array(values) => {
                        for value in values {
                            headers.push((name, value.as_str()?));
                        }
                    }
                    _ => return None,
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                headers.push(match item {
                    Value::Array(pair) => match pair.as_slice() {
                        [name, value] => (name.as_str()?, value.as_str()?),
                        _ => return None,
                    },
                    Value::Object(pair) => {
                        (pair.get("name")?.as_str()?, pair.get("value")?.as_str()?)
                    }
                    _ => return None,
                });
            }
        }
        _ => return None,
    }
    Some(headers)
}

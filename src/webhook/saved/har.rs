//! Reads the deliveries in an HTTP archive (HAR 1.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::delivery::{DeliveryError, Entry, SavedDelivery, head_of};
use crate::webhook::headers::has_signature;
use crate::webhook::notification::Notification;

/// Reads the requests of an HTTP archive. A request is a delivery if it has a signature of Intercom's
/// or a notification in its body. Others are [`Entry::Ignored`].
pub fn read_har(text: &[u8]) -> Result<Vec<Entry>, DeliveryError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let archive: Archive = serde_json::from_slice(text).map_err(|_| DeliveryError::NotHar)?;
    let entries = archive.log.entries.into_iter().enumerate();
    Ok(entries.map(|(index, entry)| read_entry(format!("entry {}", index + 1), entry)).collect())
}

fn read_entry(name: String, entry: Value) -> Entry {
    let Ok(entry) = serde_json::from_value::<Exchange>(entry) else {
        let error = DeliveryError::NoRequest;
        return Entry::Unreadable { name, error };
    };
    let request = entry.request;
    let headers = request.headers.iter();
    let head = match head_of(headers.map(|header| (header.name.as_str(), header.value.as_str()))) {
        Ok(head) => head,
        Err(error) => return Entry::Unreadable { name, error },
    };
    let is_signed = has_signature(&head);
    let body = match body_of(&request) {
        Ok(body) => body,
        Err(error) if is_signed => return Entry::Unreadable { name, error },
        Err(_) => return Entry::Ignored,
    };
    if !is_signed && Notification::parse(&body).is_none() {
        return Entry::Ignored;
    }
    Entry::Delivery(SavedDelivery { name, head, body, oddity: None })
}

fn body_of(request: &Request) -> Result<Vec<u8>, DeliveryError> {
    let Some(data) = &request.post_data else {
        return if request.body_size.is_some_and(|size| size > 0) {
            Err(DeliveryError::BodyNotSaved)
        } else {
            Ok(Vec::new())
        };
    };
    let Some(text) = &data.text else {
        return Err(DeliveryError::NoTextOfBody);
    };
    match data.encoding.as_deref() {
        Some(encoding) if encoding.eq_ignore_ascii_case("base64") => {
            STANDARD.decode(text).map_err(|_| DeliveryError::NotBase64)
        }
        _ => Ok(text.as_bytes().to_vec()),
    }
}

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Value>,
}

#[derive(Deserialize)]
struct Exchange {
    request: Request,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(default)]
    headers: Vec<Header>,
    post_data: Option<PostData>,
    body_size: Option<i64>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct PostData {
    text: Option<String>,
    /// Not in the standard for requests; tools write it as for responses.
    encoding: Option<String>,
}

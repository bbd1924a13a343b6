//! HS256 for the Messenger's tokens, and nothing else, whatever a token's header asks for.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Map, Value};

use crate::crypto;
use crate::secret::Secret;

/// Signs claims.
pub(super) fn sign(secret: &Secret, claims: &Map<String, Value>) -> Option<String> {
    crypto::jwt::install();
    // Exposed because a key is what the secret is for.
    let key = EncodingKey::from_secret(secret.expose());
    encode(&Header::new(Algorithm::HS256), claims, &key).ok()
}

/// Whether the signature of a token is one of HS256 with this key. The claims are not judged.
pub(super) fn verifies(token: &str, key: &[u8]) -> bool {
    crypto::jwt::install();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode::<Map<String, Value>>(token, &DecodingKey::from_secret(key), &validation).is_ok()
}

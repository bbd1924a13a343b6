//! Example code that verifies a webhook in the usual web frameworks.

use super::scheme::Scheme;

/// A web framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    /// Node.
    Express,
    /// Python.
    Flask,
    /// Ruby.
    Rails,
    /// PHP.
    Laravel,
    /// Rust.
    Axum,
}

impl Framework {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Express, Self::Flask, Self::Rails, Self::Laravel, Self::Axum];

    /// Its name, as options and JSON have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Express => "express",
            Self::Flask => "flask",
            Self::Rails => "rails",
            Self::Laravel => "laravel",
            Self::Axum => "axum",
        }
    }

    /// Code of an endpoint that verifies this scheme over the raw body, in constant time.
    pub fn example_code(self, scheme: Scheme) -> String {
        let (sha, length) = match scheme {
            Scheme::Hub => ("1", "20"),
            Scheme::Body | Scheme::FinAgent => ("256", "32"),
        };
        let variable = match scheme {
            Scheme::Hub | Scheme::Body => "INTERCOM_WEBHOOK_SECRET",
            Scheme::FinAgent => "INTERCOM_FIN_WEBHOOK_SECRET",
        };
        let template = match self {
            Self::Express => EXPRESS,
            Self::Flask => FLASK,
            Self::Rails => RAILS,
            Self::Laravel => LARAVEL,
            Self::Axum => AXUM,
        };
        template
            .replace("HEADER_LOWER", &scheme.header().to_ascii_lowercase())
            .replace("HEADER", scheme.header())
            .replace("PREFIX", scheme.prefix())
            .replace("VARIABLE", variable)
            .replace("ShaN", if sha == "1" { "Sha1" } else { "Sha256" })
            .replace("shaN", if sha == "1" { "sha1" } else { "sha256" })
            .replace("SHAN", if sha == "1" { "SHA1" } else { "SHA256" })
            .replace("shaCRATE", if sha == "1" { "sha1" } else { "sha2" })
            .replace("LENGTH", length)
    }
}

const EXPRESS: &str = r#"// Express: express.raw keeps the body as it came; do not put express.json before this route.
const crypto = require("node:crypto");
const express = require("express");
const app = express();

const secret = process.env.VARIABLE;
if (!secret) throw new Error("VARIABLE is not set");

app.post("/webhook", express.raw({ type: () => true, limit: "10mb" }), (req, res) => {
  const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  const expected = Buffer.from(
    "PREFIX" + crypto.createHmac("shaN", secret).update(body).digest("hex")
  );
  const received = Buffer.from(req.get("HEADER") || "");
  if (received.length !== expected.length || !crypto.timingSafeEqual(received, expected)) {
    return res.sendStatus(401);
  }
  const notification = JSON.parse(body.toString("utf8")); // only now
  res.json({ received: true });
});

app.listen(3000);
"#;

const FLASK: &str = r#"# Flask: request.get_data() before anything reads request.json or request.form.
import hashlib
import hmac
import json
import os

from flask import Flask, abort, request

app = Flask(__name__)
secret = os.environ["VARIABLE"].encode()
if not secret:
    raise RuntimeError("VARIABLE is empty")


@app.post("/webhook")
def webhook():
    body = request.get_data(cache=True)
    expected = "PREFIX" + hmac.new(secret, body, hashlib.shaN).hexdigest()
    received = request.headers.get("HEADER", "")
    if not hmac.compare_digest(received.encode(), expected.encode()):
        abort(401)
    notification = json.loads(body)  # only now
    return {"received": True}
"#;

const RAILS: &str = r#"# Rails: request.raw_post is the body as it came; params is not.
class WebhooksController < ActionController::API
  def create
    secret = ENV.fetch("VARIABLE")
    raise "VARIABLE is empty" if secret.empty?

    body = request.raw_post
    expected = "PREFIX" + OpenSSL::HMAC.hexdigest("SHAN", secret, body)
    received = request.headers["HEADER"].to_s
    unless ActiveSupport::SecurityUtils.secure_compare(received, expected)
      return head :unauthorized
    end

    notification = JSON.parse(body) # only now
    render json: { received: true }
  end
end
"#;

const LARAVEL: &str = r"<?php
// Laravel: $request->getContent() is the body as it came; keep the route out of CSRF protection.
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Route;

Route::post('/webhook', function (Request $request) {
    // In config/services.php: 'intercom' => ['webhook_secret' => env('VARIABLE')]
    $secret = (string) config('services.intercom.webhook_secret');
    abort_if($secret === '', 500);

    $body = $request->getContent();
    $expected = 'PREFIX' . hash_hmac('shaN', $body, $secret);
    $received = (string) $request->header('HEADER', '');
    abort_unless(hash_equals($expected, $received), 401);

    $notification = json_decode($body, true, 512, JSON_THROW_ON_ERROR); // only now
    return response()->json(['received' => true]);
});
";

const AXUM: &str = r#"// axum: Bytes is the body as it came; Json would parse it. Cargo.toml: axum, hex, hmac,
// serde_json and shaCRATE.
use axum::{Json, body::Bytes, http::{HeaderMap, StatusCode}};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

async fn webhook(headers: HeaderMap, body: Bytes) -> Result<Json<Value>, StatusCode> {
    let secret = std::env::var("VARIABLE").unwrap_or_default();
    if secret.is_empty() {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let received = headers
        .get("HEADER_LOWER")
        .and_then(|value| value.to_str().ok()?.strip_prefix("PREFIX"))
        .and_then(|digits| hex::decode(digits).ok())
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let mut mac = Hmac::<shaCRATE::ShaN>::new_from_slice(secret.as_bytes())
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    mac.update(&body);
    // In constant time, over all LENGTH bytes.
    mac.verify_slice(&received).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let _notification: Value =
        serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?; // only now
    Ok(Json(json!({ "received": true })))
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_code_names_the_header_and_hash_and_leaves_no_placeholder() {
        for framework in Framework::ALL {
            for scheme in Scheme::ALL {
                let code = framework.example_code(scheme);
                let lower = code.to_ascii_lowercase();
                assert!(lower.contains(&scheme.header().to_ascii_lowercase()), "{code}");
                let hash = if scheme == Scheme::Hub { "sha1" } else { "sha256" };
                assert!(lower.contains(hash), "{code}");
                for placeholder in
                    ["HEADER", "PREFIX", "VARIABLE", "haN", "SHAN", "CRATE", "LENGTH"]
                {
                    assert!(!code.contains(placeholder), "{code}");
                }
            }
        }
    }
}

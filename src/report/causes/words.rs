//! The words of the causes that every kind of MAC may have, and the sentences of all.

use std::borrow::Cow;

use super::change;
use super::nouns::{Nouns, Words};
use crate::explain::{
    Cause, Certainty, Change, Computation, Credential, Diagnosis, Difference, Nothing, Parts,
    Writing,
};

/// What happened, as one clause.
pub fn clause<O: Words>(cause: &Cause<O>, nouns: Nouns) -> Cow<'static, str> {
    let Nouns { mac, secret, .. } = nouns;
    match cause {
        Cause::Message(difference) => change::of_message(*difference, nouns).into(),
        Cause::Secret(difference) => change::of_secret(*difference).into(),
        Cause::NoMessage(nothing) => O::nothing_signed(*nothing).into(),
        Cause::NoSecret(Nothing::Empty) => "the signer had an empty secret".into(),
        Cause::NoSecret(Nothing::Word(word)) => {
            format!("the signer had the word {word} for a secret").into()
        }
        Cause::Credential(credential) => of_credential(*credential, secret),
        Cause::Computation(computation) => of_computation(*computation, nouns).into(),
        Cause::Writing(Writing::Base64) => format!("the {mac} is in base64, not in hex").into(),
        Cause::Writing(Writing::Base64Url) => {
            format!("the {mac} is in base64url, not in hex").into()
        }
        Cause::Writing(Writing::Base64OfHex) => {
            format!("the {mac} is the base64 of the hex digits").into()
        }
        Cause::Writing(Writing::Truncated) => {
            format!("the {mac} has lost its end: it has too few hex digits").into()
        }
        Cause::Own(own) => own.clause(nouns),
    }
}

/// What to do, as one clause.
pub fn advice<O: Words>(cause: &Cause<O>, nouns: Nouns) -> Cow<'static, str> {
    let advice = match cause {
        Cause::Message(difference) => O::message_advice(*difference),
        Cause::Secret(difference) => secret_advice(*difference),
        Cause::NoMessage(_) => {
            "look for the variable that had no value, and never sign one that is unset"
        }
        Cause::NoSecret(_) => "set the variable that the signer takes the secret from",
        Cause::Credential(_) => return format!("use {}", nouns.secret).into(),
        Cause::Computation(Computation::Plain(..)) => {
            "compute HMAC with the secret as the key; replace the secret if it was hashed alone \
             with public text"
        }
        Cause::Computation(Computation::OtherHash { expected, .. }) => {
            return format!("use {} in the HMAC", expected.name()).into();
        }
        Cause::Computation(Computation::Swapped) => {
            return format!("give the secret as the key and the {} as the text", nouns.message)
                .into();
        }
        Cause::Writing(Writing::Truncated) => {
            "send all hex digits (is a database column too short?)"
        }
        Cause::Writing(_) => "write the digest in hex, with lowercase digits",
        Cause::Own(own) => own.advice(),
    };
    Cow::Borrowed(advice)
}

fn of_credential(credential: Credential, secret: &str) -> Cow<'static, str> {
    let what = match credential {
        Credential::AccessToken => "is an access token",
        Credential::AppId => "has the form of an app id, which is no secret",
        Credential::Identity => "has the form of an identity verification secret",
        Credential::Client => "has the form of a client secret, which signs webhooks",
    };
    format!("the secret given {what}, and {secret} belongs there").into()
}

fn of_computation(computation: Computation, Nouns { mac, message, .. }: Nouns) -> String {
    match computation {
        Computation::Swapped => {
            format!("the {mac} was made with the {message} as the key and the secret as the text")
        }
        Computation::Plain(algorithm, parts) => {
            let what = match parts {
                Parts::Message => format!("the {message} alone, which needs no secret"),
                Parts::SecretMessage => format!("the secret and the {message} after it"),
                Parts::MessageSecret => format!("the {message} and the secret after it"),
            };
            format!("the {mac} is plain {}, not HMAC: of {what}", algorithm.name())
        }
        Computation::OtherHash { expected, found } => {
            format!("the {mac} was made with {} where {} belongs", found.name(), expected.name())
        }
    }
}

const fn secret_advice(difference: Difference) -> &'static str {
    match difference {
        Difference::Given(Change::Assignment | Change::Lines | Change::JsonObject) => {
            "give the secret alone, without its name and without what stands beside it"
        }
        Difference::Given(Change::ByteOrderMark | Change::Utf16) => {
            "save the secret as UTF-8 without a byte order mark"
        }
        Difference::Given(Change::Hex | Change::Base64 | Change::Base64Url) => {
            "use the text that Intercom shows as the key; decode only what a secret store encoded \
             (as kubectl get secret does)"
        }
        Difference::Signed(Change::LineEnding | Change::WhiteSpace) => {
            "remove the white space where the signer reads the secret (trim the file's content)"
        }
        _ => "use the secret exactly as Intercom shows it, in both places",
    }
}

/// What happened, all causes in one sentence without a final period. Empty where nothing is known.
pub fn sentence<O: Words>(causes: &[Cause<O>], nouns: Nouns) -> String {
    let parts: Vec<_> = causes.iter().map(|cause| clause(cause, nouns)).collect();
    parts.join("; and ")
}

/// What to change, without a final period.
pub fn all_advice<O: Words>(causes: &[Cause<O>], nouns: Nouns) -> String {
    let mut all: Vec<Cow<'static, str>> = Vec::new();
    for advice in causes.iter().map(|cause| advice(cause, nouns)) {
        if !all.contains(&advice) {
            all.push(advice);
        }
    }
    all.join("; ")
}

/// The outcome of a search in one sentence without a final period: what happened and what to do, or
/// what was tried.
pub fn outcome<O: Words>(diagnosis: &Diagnosis<O>, nouns: Nouns) -> String {
    let because = sentence(&diagnosis.causes, nouns);
    let first = diagnosis.causes.first().map(|cause| advice(cause, nouns)).unwrap_or_default();
    match diagnosis.certainty {
        Certainty::Proven => format!("{because}: {first}"),
        Certainty::Likely => format!("probably {because}: {first}"),
        unknown => unexplained(unknown, nouns),
    }
}

/// What is said where no cause was found.
pub fn unexplained(certainty: Certainty, nouns: Nouns) -> String {
    let Nouns { mac, message, untried, .. } = nouns;
    let tried = match certainty {
        Certainty::TooLong => format!("the {message} is too long to look for the cause"),
        Certainty::GivenUp => {
            "no cause was found in the time and memory that a search may take".to_owned()
        }
        _ => format!("none of the known mistakes explains this {mac}, alone or two together"),
    };
    format!("{tried}; other usual causes: {untried}")
}

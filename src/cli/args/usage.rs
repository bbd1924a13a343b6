//! What is shown when the arguments run no command, without what was typed as a value.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::definition;

/// Why the arguments run no command: help or version was asked for, or they are wrong.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) text: String,
    pub(crate) is_error: bool,
}

/// The parser's message without what the user typed as a value: someone who hands a secret over as
/// an argument by mistake must not find it in the log of the build as well.
pub(super) fn without_values(mut error: clap::Error) -> String {
    if !error.use_stderr() {
        return error.render().to_string();
    }
    let mut typed = None;
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue]
    {
        let Some(ContextValue::String(value)) = error.get(kind) else { continue };
        let is_hidden = match kind {
            ContextKind::InvalidArg => {
                error.kind() == ErrorKind::UnknownArgument && !is_option_name(value)
            }
            _ => !value.is_empty(),
        };
        if is_hidden {
            typed = error.insert(kind, ContextValue::String("…".to_owned()));
            // "to pass '…' as a value" repeats it.
            error.remove(ContextKind::Suggested);
        }
    }
    if let Some(ContextValue::Strings(names)) = error.remove(ContextKind::SuggestedSubcommand) {
        let is_shown = |name: &String| definition().find_subcommand(name).is_some();
        let names: Vec<_> = names.into_iter().filter(is_shown).collect();
        if !names.is_empty() {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(names));
        }
    }
    let mut text = error.render().to_string();
    if let (Some(ContextValue::String(value)), ErrorKind::ValueValidation) = (&typed, error.kind())
        && value.len() > 1
    {
        // The reason may repeat it, as in "99 is not in 0..=10".
        text = text.replace(value.as_str(), "…");
    }
    if typed.is_some() && error.kind() == ErrorKind::UnknownArgument {
        text.push_str(
            "\nhint: a value that begins with - goes after --\nhint: secrets are never taken as arguments, which other users of the machine can \
             read; hand them over by a --…-file option, an environment variable or the prompt\n",
        );
    }
    text
}

/// Whether an unknown argument can only be a mistyped option: a secret has capitals or digits.
fn is_option_name(argument: &str) -> bool {
    argument.starts_with('-')
        && argument.len() <= 24
        && argument.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase())
}

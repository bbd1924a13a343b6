//! The attributes of a JSX element: `<Intercom user_id="42" user_hash={hash} />`.

use super::literal::{Entry, Literal, Reader, Setting, read};

/// What component libraries call the settings.
const NAMES: [(&str, &str); 5] = [
    ("appID", "app_id"),
    ("appId", "app_id"),
    ("userId", "user_id"),
    ("userHash", "user_hash"),
    ("intercomUserJwt", "intercom_user_jwt"),
];

/// Attributes that hold an object of settings.
const HOLDERS: [&str; 2] = ["autoBootProps", "settings"];

/// Reads what stands behind `<Intercom`; `None` where the element does not end.
pub(super) fn read_tag(text: &str, at: usize) -> Option<Literal> {
    let mut reader = Reader { text, at };
    let mut literal = Literal::default();
    loop {
        reader.skip_blank();
        if reader.rest().starts_with("/>") || reader.take('>').is_some() {
            return Some(literal);
        }
        if reader.rest().starts_with('{') {
            // `{...settings}`: who knows what is in it.
            literal.has_more = true;
            reader.skip_brackets()?;
            continue;
        }
        let at = reader.at;
        let name = reader.name()?;
        reader.skip_blank();
        if reader.take('=').is_none() {
            literal.entries.push(Entry { name, value: Setting::Other, at });
            continue;
        }
        reader.skip_blank();
        if HOLDERS.contains(&name.as_str()) && reader.rest().starts_with("{{") {
            let inner = read(text, reader.at + 1)?;
            literal.has_more |= inner.has_more;
            literal.entries.extend(inner.entries.into_iter().map(in_snake_case));
            reader.skip_brackets()?;
            continue;
        }
        if HOLDERS.contains(&name.as_str()) {
            literal.has_more = true;
        }
        let value = if reader.take('{').is_some() {
            let value = reader.value()?;
            reader.skip_blank();
            reader.take('}')?;
            value
        } else {
            quoted(&mut reader)?
        };
        literal.entries.push(in_snake_case(Entry { name, value, at }));
    }
}

/// Whether the element says anything about a user: another may be anyone's component.
pub(super) fn names_a_user(literal: &Literal) -> bool {
    let is_about = |entry: &Entry| {
        ["user_id", "email", "user_hash", "intercom_user_jwt"].contains(&entry.name.as_str())
    };
    literal.has_more || literal.entries.iter().any(is_about)
}

fn in_snake_case(entry: Entry) -> Entry {
    match NAMES.iter().find(|(other, _)| *other == entry.name) {
        Some((_, name)) => Entry { name: (*name).to_owned(), ..entry },
        None => entry,
    }
}

/// A text in quotes, which knows no escapes but HTML's.
fn quoted(reader: &mut Reader<'_>) -> Option<Setting> {
    let rest = reader.rest();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let inner = rest.get(1..)?;
    let text = inner.get(..inner.find(quote)?)?;
    reader.at += text.len() + 2;
    let is_known = !["&", "{{", "{%", "<%", "<?"].iter().any(|mark| text.contains(mark));
    Some(if is_known { Setting::Text(text.to_owned()) } else { Setting::Unknown })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_element_that_does_not_end_is_unknown() {
        for open in ["", " a", " a=", " a='", " a={", " a={1", " {...a", " a={{", " a=1>", " <a>"] {
            assert!(read_tag(open, 0).is_none(), "{open}");
        }
        assert_eq!(read_tag(" a='}>' b />", 0).unwrap().entries.len(), 2);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "[a-z:,'\"`\\\\{}()\\[\\]=</> \n*é0-9]{0,60}") {
            let _ = read_tag(&text, 0);
            let _ = read_tag(&format!(" autoBootProps={{{{{text}"), 0);
        }
    }
}

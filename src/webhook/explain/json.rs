//! JSON that is read so that it can be written again: key order and the spelling of numbers stay.

/// Deeper nesting is not read; each level is a call on the stack.
const MAX_DEPTH: usize = 100;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// `null`, `true`, `false` or a number, as it is written.
    Literal(String),
    String(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// What a text that is meant to be JSON turns out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Value(Value),
    /// Right up to its end, which comes too early.
    BreaksOff,
    /// Something else, or nested too deeply.
    Invalid,
}

/// Reads a text that is one JSON value.
pub(crate) fn parse(text: &[u8]) -> Parsed {
    let mut reader = Reader { text, at: 0 };
    let outcome = reader.value(0).and_then(|value| {
        reader.skip_space();
        if reader.at == text.len() { Ok(value) } else { Err(Problem::Invalid) }
    });
    match outcome {
        Ok(value) => Parsed::Value(value),
        Err(Problem::End) => Parsed::BreaksOff,
        Err(Problem::Invalid) => Parsed::Invalid,
    }
}

impl Value {
    /// The value with the members of every object in the order that `rank` gives by key; equal
    /// ones stay as they are.
    pub(crate) fn ordered<K: Ord>(&self, rank: &impl Fn(&str) -> K) -> Self {
        match self {
            Self::Array(items) => {
                Self::Array(items.iter().map(|item| item.ordered(rank)).collect())
            }
            Self::Object(members) => {
                let mut members: Vec<_> =
                    members.iter().map(|(key, value)| (key.clone(), value.ordered(rank))).collect();
                members.sort_by_cached_key(|(key, _)| rank(key));
                Self::Object(members)
            }
            other => other.clone(),
        }
    }

    /// Whether all keys are in alphabetical order, and there are enough of them to tell.
    pub(crate) fn is_sorted(&self) -> bool {
        let (mut keys, mut sorted) = (0, true);
        self.each_object(&mut |members| {
            keys += members.len().saturating_sub(1);
            sorted &= members.is_sorted_by_key(|(key, _)| key);
        });
        sorted && keys >= 5
    }

    fn each_object(&self, visit: &mut impl FnMut(&[(String, Self)])) {
        match self {
            Self::Array(items) => {
                for item in items {
                    item.each_object(visit);
                }
            }
            Self::Object(members) => {
                visit(members);
                for (_, value) in members {
                    value.each_object(visit);
                }
            }
            _ => {}
        }
    }
}

enum Problem {
    End,
    Invalid,
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::Invalid);
        }
        self.skip_space();
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Value::String),
            _ => self.literal(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Problem> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_space();
        if self.take_if(b'}')? {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek()? != b'"' {
                return Err(Problem::Invalid);
            }
            let key = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            members.push((key, self.value(depth + 1)?));
            self.skip_space();
            if self.take_if(b'}')? {
                return Ok(Value::Object(members));
            }
            self.expect(b',')?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Problem> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take_if(b']')? {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take_if(b']')? {
                return Ok(Value::Array(items));
            }
            self.expect(b',')?;
        }
    }

    /// A number, `true`, `false` or `null`: judged by a well-kept reader, kept as written.
    fn literal(&mut self) -> Result<Value, Problem> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let literal = rest.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let literal = literal.filter(|text| !text.is_empty()).ok_or(Problem::Invalid)?;
        if serde_json::from_str::<serde::de::IgnoredAny>(literal).is_err() {
            return Err(if length == rest.len() { Problem::End } else { Problem::Invalid });
        }
        self.at += length;
        Ok(Value::Literal(literal.to_owned()))
    }

    fn string(&mut self) -> Result<String, Problem> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut is_escaped = false;
        let end = rest.iter().enumerate().skip(1).find_map(|(index, &byte)| {
            if is_escaped {
                is_escaped = false;
                return None;
            }
            is_escaped = byte == b'\\';
            (byte == b'"').then_some(index + 1)
        });
        let end = end.ok_or(Problem::End)?;
        let quoted = rest.get(..end).unwrap_or_default();
        self.at += end;
        serde_json::from_slice(quoted).map_err(|_| Problem::Invalid)
    }

    fn skip_space(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_space = |byte: &u8| b" \t\r\n".contains(byte);
        self.at += rest.iter().position(|byte| !is_space(byte)).unwrap_or(rest.len());
    }

    fn peek(&self) -> Result<u8, Problem> {
        self.text.get(self.at).copied().ok_or(Problem::End)
    }

    fn take_if(&mut self, wanted: u8) -> Result<bool, Problem> {
        let is_there = self.peek()? == wanted;
        self.at += usize::from(is_there);
        Ok(is_there)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Problem> {
        if self.take_if(wanted)? { Ok(()) } else { Err(Problem::Invalid) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_breaks_off_is_told_from_a_wrong_one() {
        let whole = r#"{"a":[1,2.50,true,"x\"\u00e9"],"b":{"c":null}}"#;
        assert!(matches!(parse(whole.as_bytes()), Parsed::Value(_)));
        for end in 1..whole.len() {
            assert_eq!(parse(&whole.as_bytes()[..end]), Parsed::BreaksOff, "{}", &whole[..end]);
        }
        for wrong in
            ["{'a':1}", "{\"a\" 1}", "[1 2]", "{\"a\":1}x", "[object Object]", "\"\\ud800\""]
        {
            assert_eq!(parse(wrong.as_bytes()), Parsed::Invalid, "{wrong}");
        }
        assert_eq!(parse("[".repeat(100_000).as_bytes()), Parsed::Invalid);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_the_kept_reader_reads_them(text in r#"[\[\]{}:,"a1\\ utrue.-]{0,12}"#) {
            let expected = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            prop_assert_eq!(matches!(parse(text.as_bytes()), Parsed::Value(_)), expected);
        }

        #[test]
        fn no_bytes_make_it_panic(text: Vec<u8>) {
            let _ = parse(&text);
        }
    }
}

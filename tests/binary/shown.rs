//! What a text shows, compared with what came.

use serde_json::Value;

/// Stands for anything.
const ANYTHING: &str = "…";
/// A time that begins so stands for any time.
const SOME_DAY: &str = "2026-01-15T";
/// What begins so in a text stands for what comes the first time, with the same beginning.
const TO_BE_BOUND: [(&str, &str); 2] = [("cf_your_", "cf_"), ("whsec_your_", "whsec_")];

/// What stands for what.
#[derive(Debug, Default)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// From now on `name` stands for `value`.
    pub fn bind(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// A text, with all that is known put in.
    pub fn said(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Whether `shown` stands for something that is not known yet; then it is now.
    fn takes(&mut self, shown: &str, came: &str) -> bool {
        let wanted = TO_BE_BOUND.iter().find(|(name, _)| shown.starts_with(name));
        let is_taken = wanted.is_some_and(|(_, begin)| came.starts_with(begin));
        if is_taken {
            self.bind(shown, came);
        }
        is_taken
    }
}

/// Whether a line is like one that is shown.
pub fn is_like(shown: &str, came: &str) -> bool {
    let mut parts = shown.split(ANYTHING);
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = came.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Compares all lines.
pub fn text(shown: &str, came: &str, names: &mut Names) -> Result<(), String> {
    let (shown, came): (Vec<&str>, Vec<&str>) = (shown.lines().collect(), came.lines().collect());
    if lines(&shown, &came, names) { Ok(()) } else { Err("other lines came".to_owned()) }
}

fn lines(shown: &[&str], came: &[&str], names: &mut Names) -> bool {
    match (shown, came) {
        ([], []) => true,
        ([ANYTHING], _) => true,
        ([ANYTHING, rest @ ..], came) => (0..=came.len()).any(|at| lines(rest, &came[at..], names)),
        ([one, shown @ ..], [line, came @ ..]) => {
            (names.takes(one, line) || is_like(one, line)) && lines(shown, came, names)
        }
        _ => false,
    }
}

/// Compares the last response: its status, the headers that are shown, and its body, if one is shown.
pub fn http(shown: &str, came: &str, names: &mut Names) -> Result<(), String> {
    let came = came.replace("\r\n", "\n");
    let last = came.rfind("HTTP/1.1 ").ok_or("no response came")?;
    let (head, body) = came[last..].split_once("\n\n").ok_or("a response has no end")?;
    let (shown, shown_body) = shown.split_once("\n\n").unwrap_or((shown.trim_end(), ""));
    let mut shown = shown.lines();
    let status = shown.next().unwrap_or("");
    if head.lines().next() != Some(status) {
        return Err(format!("the status is not {status}"));
    }
    for header in shown {
        let (name, value) = header.split_once(": ").ok_or(format!("{header} is no header"))?;
        let sent = head.lines().filter_map(|line| line.split_once(": "));
        let sent: Vec<_> = sent.filter(|(other, _)| other.eq_ignore_ascii_case(name)).collect();
        if !sent.iter().any(|(_, sent)| is_like(value, sent)) {
            return Err(format!("{header} did not come"));
        }
    }
    if shown_body.trim().is_empty() { Ok(()) } else { json(shown_body, body, names) }
}

/// Compares the last documents that came.
pub fn json(shown: &str, came: &str, names: &mut Names) -> Result<(), String> {
    let read = |text: &str| {
        let documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        documents.collect::<Result<Vec<_>, _>>().map_err(|cause| format!("{cause} in {text}"))
    };
    let (shown, came) = (read(&written_out(shown))?, read(came)?);
    let first = came.len().checked_sub(shown.len()).ok_or("fewer answers came")?;
    shown.iter().zip(&came[first..]).try_for_each(|(shown, came)| value(shown, came, names))
}

fn value(shown: &Value, came: &Value, names: &mut Names) -> Result<(), String> {
    let other = || Err(format!("not {shown} but {came}"));
    match (shown, came) {
        (Value::String(text), _) if text == ANYTHING => Ok(()),
        (Value::String(text), Value::String(sent)) => {
            let is_time = text.starts_with(SOME_DAY) && sent.len() == text.len() && sent.ends_with('Z');
            if names.takes(text, sent) || is_time || is_like(text, sent) { Ok(()) } else { other() }
        }
        (Value::Object(fields), Value::Object(sent)) => {
            if !fields.contains_key(ANYTHING) && fields.len() != sent.len() {
                return Err(format!("other fields: {shown} and {came}"));
            }
            let mut fields = fields.iter().filter(|(name, _)| *name != ANYTHING);
            fields.try_for_each(|(name, field)| {
                let sent = sent.get(name).ok_or(format!("no {name} in {came}"))?;
                value(field, sent, names).map_err(|why| format!("{name}: {why}"))
            })
        }
        (Value::Array(items), Value::Array(sent)) if items.len() == sent.len() => {
            items.iter().zip(sent).try_for_each(|(item, sent)| value(item, sent, names))
        }
        _ if shown == came => Ok(()),
        _ => other(),
    }
}

/// JSON with `…` in the place of fields and values, as JSON.
fn written_out(shown: &str) -> String {
    let (mut out, mut in_text, mut before, mut open) = (String::new(), false, ' ', Vec::new());
    for one in shown.chars() {
        match one {
            '"' if before != '\\' => in_text = !in_text,
            '{' | '[' if !in_text => open.push(one),
            '}' | ']' if !in_text => drop(open.pop()),
            _ => {}
        }
        let is_field = open.last() == Some(&'{') && out.trim_end().ends_with(['{', ',']);
        match one {
            '…' if !in_text && is_field => out += "\"…\": \"…\"",
            '…' if !in_text => out += "\"…\"",
            other => out.push(other),
        }
        before = one;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_may_be_shortened_and_nothing_else() {
        let is = |shown: &str, came: &str| json(shown, came, &mut Names::default()).is_ok();
        assert!(is(r#"{"a": 1, …}"#, r#"{"a":1,"b":2}"#));
        assert!(is(r#"{"a": …}"#, r#"{"a":1}"#));
        assert!(is(r#"{"a": "x…z"}"#, r#"{"a":"xyz"}"#));
        assert!(is(r#"{"at": "2026-01-15T10:30:00Z"}"#, r#"{"at":"2027-03-04T05:06:07Z"}"#));
        for (shown, came) in [
            (r#"{"a": 1}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a": 1, "b": null}"#, r#"{"a":1}"#),
            (r#"{"a": 1, …}"#, r#"{"a":2}"#),
            (r#"{"a": "x…z"}"#, r#"{"a":"xy"}"#),
            (r#"{"a": [1]}"#, r#"{"a":[1,2]}"#),
            (r#"{"at": "2026-01-16T10:30:00Z"}"#, r#"{"at":"2027-03-04T05:06:07Z"}"#),
        ] {
            assert!(!is(shown, came), "{shown} {came}");
        }
    }

    #[test]
    fn lines_and_headers_are_compared() {
        let mut names = Names::default();
        assert!(text("a\n…\nz", "a\nb\nc\nz", &mut names).is_ok());
        assert!(text("a", "a\nb", &mut names).is_err());
        assert!(text("cf_your_key", "cf_123", &mut names).is_ok());
        assert_eq!(names.said("Bearer cf_your_key"), "Bearer cf_123");
        let came = "HTTP/1.1 201 Created\r\netag: \"v1.x\"\r\n\r\n{\"a\":1}";
        assert!(http("HTTP/1.1 201 Created\nETag: \"v1.…\"\n\n{\"a\": 1}", came, &mut names).is_ok());
        assert!(http("HTTP/1.1 201 Created\nETag: \"v2.…\"\n", came, &mut names).is_err());
        assert!(http("HTTP/1.1 200 OK\n", came, &mut names).is_err());
    }
}

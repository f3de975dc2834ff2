//! A JSON value as it is written in a program: on one line where it fits, else an entry a line.

use serde_json::Value;

/// A line is not made longer than this where it can be broken.
const WIDTH: usize = 60;

/// How a language writes values.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// What a level is indented by.
    pub indent: &'static str,
    /// Its words for true, false and nothing.
    pub words: [&'static str; 3],
    /// Whether a name that is an identifier needs no quotes.
    pub bare_names: bool,
    /// What stands inside the braces of an object on one line.
    pub padding: &'static str,
    /// What stands after the last entry of several lines.
    pub last: &'static str,
}

/// JSON.
pub const JSON: Dialect =
    Dialect { indent: "  ", words: ["true", "false", "null"], bare_names: false, padding: "", last: "" };
/// Python.
pub const PYTHON: Dialect =
    Dialect { indent: "    ", words: ["True", "False", "None"], bare_names: false, padding: "", last: "," };
/// JavaScript.
pub const JAVASCRIPT: Dialect =
    Dialect { indent: "  ", words: ["true", "false", "null"], bare_names: true, padding: " ", last: "," };

/// The value, which stands `depth` levels deep.
pub fn written(value: &Value, dialect: Dialect, depth: usize) -> String {
    written_after("", value, dialect, depth)
}

/// The same, after these words on its first line.
fn written_after(words: &str, value: &Value, dialect: Dialect, depth: usize) -> String {
    let line = format!("{words}{}", on_one_line(value, dialect));
    let room = WIDTH.saturating_sub(depth * dialect.indent.len());
    if line.chars().count() <= room {
        return line;
    }
    let (open, close, entries): (_, _, Vec<String>) = match value {
        Value::Array(items) => ('[', ']', items.iter().map(|item| written(item, dialect, depth + 1)).collect()),
        Value::Object(entries) => {
            let entry = |(name, value): (&String, &Value)| {
                written_after(&format!("{}: ", written_name(name, dialect)), value, dialect, depth + 1)
            };
            ('{', '}', entries.iter().map(entry).collect())
        }
        _ => return line,
    };
    let indent = dialect.indent.repeat(depth + 1);
    let lines: Vec<String> = entries.into_iter().map(|entry| format!("{indent}{entry}")).collect();
    format!("{words}{open}\n{}{}\n{}{close}", lines.join(",\n"), dialect.last, dialect.indent.repeat(depth))
}

fn on_one_line(value: &Value, dialect: Dialect) -> String {
    let [yes, no, nothing] = dialect.words;
    match value {
        Value::Null => nothing.to_owned(),
        Value::Bool(true) => yes.to_owned(),
        Value::Bool(false) => no.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| on_one_line(item, dialect)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            let entry = |(name, value): (&String, &Value)| {
                format!("{}: {}", written_name(name, dialect), on_one_line(value, dialect))
            };
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{0}{1}{0}}}", dialect.padding, entries.join(", "))
        }
    }
}

/// A text in double quotes: what JSON makes of it reads the same in Python and JavaScript.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The name of an entry.
pub fn written_name(name: &str, dialect: Dialect) -> String {
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_identifier = begins_well && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if dialect.bare_names && is_identifier { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_fits_stands_on_one_line_and_what_does_not_is_broken_where_it_has_to() {
        let short = json!({"tags": ["a", "b"], "n": null, "on": true});
        assert_eq!(written(&short, PYTHON, 0), r#"{"tags": ["a", "b"], "n": None, "on": True}"#);
        assert_eq!(written(&short, JAVASCRIPT, 0), r#"{ tags: ["a", "b"], n: null, on: true }"#);
        let long = json!({"body": "I need help with my account, and rather soon.", "a-b": {}, "c": "d\"\n"});
        assert_eq!(
            written(&long, JAVASCRIPT, 0),
            "{\n  body: \"I need help with my account, and rather soon.\",\n  \"a-b\": {},\n  c: \"d\\\"\\n\",\n}"
        );
        assert_eq!(
            written(&long, JSON, 1),
            "{\n    \"body\": \"I need help with my account, and rather soon.\",\n    \"a-b\": {},\n    \"c\": \"d\\\"\\n\"\n  }"
        );
    }
}

//! The example calls of the document and their answers. The calls are written by hand (`data/openapi/examples.json`, the API
//! reference's own where it has some); the answers are what the server gave to them, and a test makes them again.

use crate::api::border::operation::Parameter;
use crate::api::border::operation::Place;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

const EMBEDDED: &str = include_str!("../../../data/openapi/examples.json");

/// Example calls by operation.
pub struct Examples(Map<String, Value>);

impl Examples {
    /// Those that the binary holds. None, should they not be JSON: a test looks at them.
    pub fn embedded() -> Self {
        Self(serde_json::from_str(EMBEDDED).unwrap_or_default())
    }

    /// The examples of an operation, each with its name.
    fn of(&self, operation: &str) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.0.get(operation).and_then(Value::as_object);
        all.into_iter().flatten().map(|(name, example)| (name.as_str(), example))
    }

    /// What a parameter is in the first example.
    pub fn parameter(&self, operation: &str, parameter: &Parameter) -> Option<Value> {
        let part = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => return None,
        };
        let (_, first) = self.of(operation).next()?;
        first.get(part)?.get(&parameter.name).cloned()
    }

    /// The bodies of this media type.
    pub fn bodies(&self, operation: &str, media: &str) -> Map<String, Value> {
        let part = if media == "application/json" { "body" } else { "form" };
        let body = |(name, example): (&str, &Value)| Some((name.to_owned(), shown(example, example.get(part)?)));
        self.of(operation).filter_map(body).collect()
    }

    /// The answers with this status.
    pub fn answers(&self, operation: &str, status: u16) -> Map<String, Value> {
        let answer = |(name, example): (&str, &Value)| {
            let told = example.get("answer").filter(|_| example.get("status") == Some(&json!(status)))?;
            Some((name.to_owned(), shown(example, told)))
        };
        self.of(operation).filter_map(answer).collect()
    }
}

fn shown(example: &Value, value: &Value) -> Value {
    match example.get("summary") {
        Some(summary) => json!({"summary": summary, "value": value}),
        None => json!({"value": value}),
    }
}

//! The example calls of the document: each as the request that it is, ready to be written in any language and to be sent.

use crate::api::border::table::PAGES;
use crate::api::openapi::reading;
use crate::api::openapi::reading::Operation;
use crate::api::openapi::reading::entries;
use crate::api::openapi::reading::resolve;
use crate::api::openapi::reading::text;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

/// The name of the only example of an operation that takes no body.
const ONLY: &str = "default";
/// The media types of bodies, as the document names them.
const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";

/// A request that is known to work, and what comes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The operation's id.
    pub operation: String,
    /// The tag that it stands under.
    pub tag: String,
    /// The example's name, unique within the operation.
    pub example: String,
    /// What it does, in a few words.
    pub title: String,
    /// In capitals.
    pub method: &'static str,
    /// With all that varies filled in, encoded.
    pub path: String,
    /// Names and values, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Headers beside those that follow from the rest.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Option<Body>,
    /// The scope that its key needs; none if it is sent without a key.
    pub scope: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// The media type of the answer; none if it has no body.
    pub media: Option<String>,
    /// The body of the answer.
    pub answer: Option<Value>,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// As JSON.
    Json(Value),
    /// As a form with files.
    Form(Vec<Part>),
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its text, or the name of the file.
    pub value: String,
    /// Whether it is a file.
    pub is_file: bool,
}

impl Call {
    /// Whether its answer never ends by itself.
    pub fn streams(&self) -> bool {
        self.media.as_deref() == Some("text/event-stream")
    }

    /// Whether its answer is JSON.
    pub fn answers_json(&self) -> bool {
        self.media.as_deref().is_some_and(|media| media == JSON || media.ends_with("+json"))
    }

    /// Path and query, encoded.
    pub fn target(&self) -> String {
        let pairs = self.query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let query: Vec<String> = pairs.collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }
}

/// The example calls of all operations, in the document's order.
pub fn calls(document: &Value) -> Vec<Call> {
    reading::operations(document).iter().flat_map(|operation| of(document, operation)).collect()
}

/// The example calls of an operation: one for each example of its body, or the only one. Pages are not called.
pub fn of(document: &Value, operation: &Operation<'_>) -> Vec<Call> {
    if operation.tag() == PAGES {
        return Vec::new();
    }
    let bodies = bodies(document, operation);
    if bodies.is_empty() {
        return vec![call(document, operation, ONLY, text(operation.value, "summary"), None)];
    }
    let all = bodies.into_iter();
    all.map(|(name, title, body)| call(document, operation, name, title, Some(body))).collect()
}

/// Name, title and body of each example.
fn bodies<'a>(document: &'a Value, operation: &Operation<'a>) -> Vec<(&'a str, &'a str, Body)> {
    let summary = text(operation.value, "summary");
    let content = operation.value.get("requestBody").map(|body| resolve(document, body));
    let mut found = Vec::new();
    for (media, content) in content.into_iter().flat_map(|body| entries(body, "content")) {
        for (name, example) in entries(content, "examples") {
            let example = resolve(document, example);
            let value = example.get("value").unwrap_or(&reading::NOTHING);
            let body = match media {
                JSON => Body::Json(value.clone()),
                FORM => Body::Form(parts(document, content, value)),
                _ => continue,
            };
            let title = Some(text(example, "summary")).filter(|title| !title.is_empty()).unwrap_or(summary);
            found.push((name, title, body));
        }
    }
    found
}

fn parts(document: &Value, content: &Value, value: &Value) -> Vec<Part> {
    let schema = content.get("schema").map(|schema| resolve(document, schema));
    let mut parts = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let property = schema.and_then(|schema| schema.get("properties")?.get(name));
        let is_file = property.is_some_and(|property| is_file(resolve(document, property)));
        let values = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
        parts.extend(values.into_iter().map(|value| Part { name: name.clone(), value: plain(value), is_file }));
    }
    parts
}

/// Whether this property of a form is a file, or several.
pub fn is_file(property: &Value) -> bool {
    property.get("contentMediaType").is_some() || property.get("items").is_some_and(is_file)
}

fn call(document: &Value, operation: &Operation<'_>, example: &str, title: &str, body: Option<Body>) -> Call {
    let mut path = operation.path.to_owned();
    let (mut query, mut headers) = (Vec::new(), Vec::new());
    for parameter in operation.parameters(document) {
        let Some(value) = parameter.get("example").map(plain) else { continue };
        let name = text(parameter, "name").to_owned();
        match text(parameter, "in") {
            "path" => path = path.replace(&format!("{{{name}}}"), &encoded(&value)),
            "header" => headers.push((name, value)),
            _ => query.push((name, value)),
        }
    }
    let (status, response) = success(document, operation, example);
    let content = entries(response, "content").next();
    let shown = content.and_then(|(_, content)| content.get("examples")?.get(example));
    Call {
        operation: operation.id().to_owned(),
        tag: operation.tag().to_owned(),
        example: example.to_owned(),
        title: title.to_owned(),
        method: operation.method,
        path,
        query,
        headers,
        body,
        scope: operation.scope().map(str::to_owned),
        status,
        media: content.map(|(media, _)| media.to_owned()),
        answer: shown.and_then(|shown| resolve(document, shown).get("value").cloned()),
    }
}

/// The answer of success that has an example of this name, or else the first one.
fn success<'a>(document: &'a Value, operation: &Operation<'a>, example: &str) -> (u16, &'a Value) {
    let successes = operation.responses(document).into_iter().filter_map(|(status, response)| {
        let status = status.parse::<u16>().ok().filter(|status| (200..300).contains(status))?;
        Some((status, response))
    });
    let successes: Vec<(u16, &Value)> = successes.collect();
    let names_it = |response: &Value| {
        entries(response, "content").any(|(_, content)| entries(content, "examples").any(|(name, _)| name == example))
    };
    let named = successes.iter().find(|(_, response)| names_it(response));
    named.or(successes.first()).copied().unwrap_or((200, &reading::NOTHING))
}

/// A value as it stands in an address, a header or a form.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A piece of an address. A space is `%20`, which is right in paths and queries alike.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

//! The API's document as a contract: every answer that a test gets is held against it, so that the two can't drift.
//!
//! The document lets clients meet fields that they don't know yet; here an answer may have none that is not in it.

use commflow::api;
use commflow::api::openapi::Document;
use jsonschema::Validator;
use serde_json::Value;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;

/// The document that the server gives.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| Document::of(|| api::routes().table()).value().clone());
static STRICT: LazyLock<Value> = LazyLock::new(|| strict(DOCUMENT.clone()));
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// An exchange with the server, as far as the document speaks of it.
pub struct Exchange<'a> {
    /// GET, POST, ….
    pub method: &'a str,
    /// Without the query.
    pub path: &'a str,
    /// What was sent as JSON.
    pub sent: Option<&'a Value>,
    /// What came back.
    pub status: u16,
    /// The value of a header of the answer.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// What came back as JSON; null if nothing did.
    pub body: &'a Value,
}

/// Objects hold no more than they say.
fn strict(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(fields) => {
            let is_open = fields.get("type").is_some_and(|kind| kind == "object" || kind == &json!(["object", "null"]));
            if is_open && fields.contains_key("properties") {
                fields.entry("additionalProperties").or_insert(false.into());
            }
            Value::Object(std::mem::take(fields).into_iter().map(|(name, value)| (name, strict(value))).collect())
        }
        Value::Array(items) => std::mem::take(items).into_iter().map(strict).collect(),
        _ => schema,
    }
}

/// The path in the document that stands for this one.
pub fn template(path: &str) -> Option<&'static str> {
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |template: &&String| {
        let theirs: Vec<&str> = template.split('/').collect();
        let alike = |(own, their): (&&str, &&str)| their.starts_with('{') && !own.is_empty() || own == their;
        theirs.len() == segments.len() && segments.iter().zip(&theirs).all(alike)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    // `/v1/tickets/bulk` counts before `/v1/tickets/{ticket_id}`.
    paths.keys().filter(fits).min_by_key(|template| template.matches('{').count()).map(String::as_str)
}

/// What a reference in the document points to.
pub fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere"),
        None => value,
    }
}

fn validator(name: &str, schema: &Value) -> Arc<Validator> {
    let mut known = VALIDATORS.lock().unwrap();
    let make = || {
        let whole = json!({"components": STRICT["components"], "allOf": [strict(schema.clone())]});
        Arc::new(jsonschema::draft202012::options().should_validate_formats(true).build(&whole).expect("a schema"))
    };
    known.entry(name.to_owned()).or_insert_with(make).clone()
}

fn faults(name: &str, schema: &Value, value: &Value) -> Vec<String> {
    let told = |fault: jsonschema::ValidationError| format!("{}: {fault}", fault.instance_path());
    validator(name, schema).iter_errors(value).map(told).collect()
}

/// What of an exchange is not as the document says; nothing of paths and methods that it does not have.
pub fn breaches(exchange: &Exchange) -> Vec<String> {
    let Some(template) = template(exchange.path) else { return Vec::new() };
    let operation = &DOCUMENT["paths"][template][exchange.method.to_ascii_lowercase()];
    // A head that does not come to its end is answered below us, before anyone knows what it was to be.
    if operation.is_null() || exchange.status == 408 && exchange.body.is_null() {
        return Vec::new();
    }
    let place = format!("{} {template} {}", exchange.method, exchange.status);
    let response = resolved(&operation["responses"][exchange.status.to_string()]);
    if response.is_null() {
        return vec![format!("{place} is not documented")];
    }
    let mut all = missing_headers(exchange, response);
    // Without a body, its type is that of another answer.
    if exchange.method == "HEAD" || exchange.status == 304 {
        return all;
    }
    let media = (exchange.header)("content-type").unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default();
    let content = &response["content"];
    let described = if content[media].is_null() { &content["*/*"] } else { &content[media] };
    if media.is_empty() != content.is_null() || !content.is_null() && described.is_null() {
        all.push(format!("its content type is `{media}`"));
    }
    if media == "application/json" {
        all.extend(faults(&place, &described["schema"], exchange.body));
    }
    // What was taken is what the document says is taken.
    let taken = &operation["requestBody"]["content"]["application/json"]["schema"];
    if let Some(sent) = exchange.sent.filter(|_| exchange.status < 300 && !taken.is_null()) {
        all.extend(faults(&format!("{place} sent"), taken, sent).into_iter().map(|fault| format!("it took {fault}")));
    }
    all.into_iter().map(|fault| format!("{place}: {fault}")).collect()
}

fn missing_headers(exchange: &Exchange, response: &'static Value) -> Vec<String> {
    let headers = response["headers"].as_object().into_iter().flatten();
    let required = headers.filter(|(_, header)| resolved(header)["required"] == true);
    let missing = required.filter(|(name, _)| (exchange.header)(name).is_none());
    missing.map(|(name, _)| format!("it lacks the header {name}")).collect()
}

/// Fails the test that gets an answer which the document does not know.
pub fn hold(exchange: &Exchange) {
    let breaches = breaches(exchange);
    let shown: String = exchange.body.to_string().chars().take(2_000).collect();
    assert!(breaches.is_empty(), "{breaches:#?} in {shown}");
}

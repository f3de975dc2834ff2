//! What can be searched for in the documentation: every operation, object, field, event, guide and error, with where it is.

use crate::api::docs::errors;
use crate::api::docs::guides;
use crate::api::docs::reference::Manual;
use crate::api::docs::reference::event_anchor;
use crate::api::docs::reference::schema::Property;
use crate::api::docs::reference::schema::shape;
use crate::api::docs::reference::section_anchor;
use crate::api::openapi::reading;
use crate::api::openapi::reading::Operation;
use crate::api::openapi::reading::entries;
use crate::api::openapi::reading::items;
use crate::api::openapi::reading::resolve;
use crate::api::openapi::reading::text;
use serde_json::Value;
use serde_json::json;

/// Fields inside of fields that are found.
const DEPTH_MAX: usize = 2;
/// Characters of a description that are searched.
const WORDS_MAX: usize = 160;

/// The list, in the order of the page: `kind`, `title`, `where` it belongs, `href`, and `words` to find it by.
pub fn index(document: &Value) -> Value {
    let manual = Manual::new(document);
    let mut found = Vec::new();
    for guide in guides::all() {
        found.push(entry("guide", guide.title, "Guide", &format!("/docs/guides/{}", guide.slug), guide.summary));
    }
    for tag in items(document, "tags") {
        let (name, anchor) = (text(tag, "name"), section_anchor(text(tag, "name")));
        found.push(entry("section", name, "Reference", &place(&anchor), text(tag, "description")));
    }
    for operation in reading::operations(document) {
        of_operation(&manual, &operation, &mut found);
    }
    for object in manual.objects.all() {
        let shape = shape(document, object.schema);
        let title = format!("The {} object", object.name);
        found.push(entry("object", &title, object.tag, &place(object.name), shape.description));
        of_fields(&manual, &shape.fields, object.name, &title, 0, &mut found);
    }
    for event in reading::events(document) {
        let words = format!("{} {}", text(event.value, "summary"), text(event.value, "description"));
        found.push(entry("event", event.path, "Webhook events", &place(&event_anchor(event.path)), &words));
    }
    for error in errors::all() {
        let code = error.code.as_str();
        found.push(entry("error", code, "Errors", &format!("/docs/errors/{code}"), error.title));
    }
    Value::Array(found)
}

fn of_operation(manual: &Manual<'_>, operation: &Operation<'_>, found: &mut Vec<Value>) {
    let (id, summary) = (operation.id(), text(operation.value, "summary"));
    let line = format!("{} {}", operation.method, operation.path);
    let words = format!("{id} {}", text(operation.value, "description"));
    found.push(entry("operation", summary, &line, &place(id), &words));
    for parameter in operation.parameters(manual.document) {
        let (name, within) = (text(parameter, "name"), text(parameter, "in"));
        let anchor = format!("{id}.{within}.{name}");
        found.push(entry("parameter", name, summary, &place(&anchor), text(parameter, "description")));
    }
    let body = operation.value.get("requestBody").map(|body| resolve(manual.document, body));
    let content = body.and_then(|body| entries(body, "content").next());
    if let Some(schema) = content.and_then(|(_, content)| content.get("schema")) {
        let fields = shape(manual.document, schema).fields;
        of_fields(manual, &fields, &format!("{id}.body"), summary, 0, found);
    }
}

fn of_fields(
    manual: &Manual<'_>,
    fields: &[Property<'_>],
    anchor: &str,
    of: &str,
    depth: usize,
    found: &mut Vec<Value>,
) {
    for field in fields {
        let shape = shape(manual.document, field.schema);
        let anchor = format!("{anchor}.{}", field.name);
        found.push(entry("field", field.name, of, &place(&anchor), shape.description));
        if depth < DEPTH_MAX && !manual.objects.tell(&shape) {
            of_fields(manual, &shape.fields, &anchor, of, depth + 1, found);
        }
    }
}

fn place(anchor: &str) -> String {
    format!("/docs#{anchor}")
}

fn entry(kind: &str, title: &str, within: &str, href: &str, words: &str) -> Value {
    let words: String = words.chars().take(WORDS_MAX).collect();
    json!({"kind": kind, "title": title, "where": within, "href": href, "words": words})
}

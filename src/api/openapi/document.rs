//! The document, put together: the operations as they describe themselves, and what all of them share.

use crate::api::border::access::Access;
use crate::api::border::answer::Told;
use crate::api::border::operation::Answered;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Parameter;
use crate::api::border::operation::Place;
use crate::api::border::table::RouteTable;
use crate::api::openapi::errors;
use crate::api::openapi::examples::Examples;
use crate::api::openapi::links;
use crate::api::openapi::shapes::Shapes;
use crate::api::openapi::shapes::close;
use crate::api::openapi::shapes::put;
use crate::api::openapi::shapes::take_dates;
use crate::types::event::EventKind;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use utoipa::PartialSchema;
use utoipa::ToSchema;

/// What the document says of the API as a whole.
const ABOUT: &str = include_str!("../../../data/openapi/about.md");

/// The document of these routes. Its server is wherever it is read from.
pub fn write(table: &RouteTable) -> Value {
    let writer = Writer::new(table);
    let mut paths = Map::new();
    for operation in &table.routes {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        put(path, &operation.method.as_str().to_ascii_lowercase(), writer.operation(operation));
    }
    let tags: Vec<Value> =
        table.sections.iter().map(|section| json!({"name": section.name, "description": section.text})).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "CommFlow API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A help desk in one file: conversations, contacts, tickets with SLA, webhooks, files and search.",
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"api_key": []}],
        "tags": tags,
        "paths": paths,
        "webhooks": webhooks(),
        "components": writer.components(),
    })
}

struct Writer<'a> {
    table: &'a RouteTable,
    shapes: Shapes,
    examples: Examples,
}

impl<'a> Writer<'a> {
    fn new(table: &'a RouteTable) -> Self {
        let mut shapes = Shapes::default();
        for (name, schema) in table.routes.iter().flat_map(|operation| &operation.schemas) {
            shapes.add(name, serde_json::to_value(schema).unwrap_or_default());
        }
        let mut shared = Vec::new();
        Told::schemas(&mut shared);
        shared.push((Told::name().into_owned(), Told::schema()));
        for (name, schema) in shared {
            shapes.add(&name, serde_json::to_value(schema).unwrap_or_default());
        }
        Self { table, shapes, examples: Examples::embedded() }
    }

    fn operation(&self, operation: &Operation) -> Value {
        let parameters: Vec<Value> = operation.parameters.iter().map(|one| self.parameter(operation, one)).collect();
        let mut written = json!({
            "operationId": operation.id,
            "tags": [operation.section],
            "summary": operation.summary,
            "description": operation.text,
            "security": security(operation.access),
            "parameters": parameters,
            "responses": self.responses(operation),
        });
        if !operation.bodies.is_empty() {
            put(&mut written, "requestBody", self.body(operation));
        }
        if operation.text.is_empty()
            && let Value::Object(fields) = &mut written
        {
            fields.shift_remove("description");
        }
        written
    }

    fn parameter(&self, operation: &Operation, parameter: &Parameter) -> Value {
        let mut schema = self.shapes.settle(&parameter.schema);
        // A parameter that is not there is left out: none is ever null.
        if let Some(kind) = schema.get("type").and_then(Value::as_array).and_then(|kinds| kinds.first()).cloned() {
            put(&mut schema, "type", kind);
        }
        if let Some(some) = schema.get("oneOf").and_then(Value::as_array).and_then(|parts| parts.first()).cloned() {
            schema = some;
        }
        let schema = take_dates(schema);
        let mut written = json!({
            "name": parameter.name, "in": parameter.place.as_str(), "required": parameter.required,
            "description": parameter.text, "schema": schema,
        });
        if let Some(example) = self.examples.parameter(operation.id, parameter) {
            put(&mut written, "example", example);
        }
        written
    }

    fn body(&self, operation: &Operation) -> Value {
        let mut content = Map::new();
        for body in &operation.bodies {
            let mut written = json!({"schema": close(self.shapes.settle(&body.schema))});
            let examples = self.examples.bodies(operation.id, body.media);
            if !examples.is_empty() {
                put(&mut written, "examples", Value::Object(examples));
            }
            content.insert(body.media.to_owned(), written);
        }
        json!({"required": true, "content": content})
    }

    fn responses(&self, operation: &Operation) -> Value {
        let mut responses = Map::new();
        for answered in &operation.answers {
            responses.insert(answered.status.to_string(), self.answer(operation, answered));
        }
        for (status, codes) in errors::by_status(&operation.codes) {
            responses.insert(status.to_string(), json!({"$ref": errors::reference(operation, &codes)}));
        }
        Value::Object(responses)
    }

    fn answer(&self, operation: &Operation, answered: &Answered) -> Value {
        let mut headers = errors::common_headers(operation);
        for name in answered.headers {
            headers.insert((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
        }
        let mut written = json!({"description": answered.text, "headers": headers});
        if let Some((media, schema)) = &answered.content {
            let mut body = json!({"schema": self.shapes.settle(schema)});
            let examples = self.examples.answers(operation.id, answered.status);
            if !examples.is_empty() {
                put(&mut body, "examples", Value::Object(examples));
            }
            put(&mut written, "content", json!({*media: body}));
        }
        let links = links::of(operation, answered.status, &self.table.routes);
        if !links.is_empty() {
            put(&mut written, "links", Value::Object(links));
        }
        written
    }

    fn components(&self) -> Value {
        let bodies: Vec<Value> =
            self.table.routes.iter().flat_map(|one| &one.bodies).map(|body| self.shapes.settle(&body.schema)).collect();
        let answers = self.table.routes.iter().flat_map(|one| &one.answers).filter_map(|one| one.content.as_ref());
        let parameters = self.table.routes.iter().flat_map(|one| &one.parameters).map(|one| &one.schema);
        let outgoing: Vec<Value> = answers
            .map(|(_, schema)| schema)
            .chain(parameters)
            .map(|schema| self.shapes.settle(schema))
            .chain([json!({"$ref": "#/components/schemas/Error"}), json!({"$ref": "#/components/schemas/Event"})])
            .collect();
        let mut schemas = self.shapes.components(&bodies, &outgoing);
        if let Some(data) = schemas.get_mut("Event").and_then(|event| event.pointer_mut("/properties/data")) {
            *data = event_data();
        }
        json!({
            "securitySchemes": {"api_key": {
                "type": "http", "scheme": "bearer",
                "description": "An API key (`cf_…`) as `Authorization: Bearer cf_…`. Made with `commflow key create`, or by an admin.",
            }},
            "headers": errors::headers(),
            "responses": errors::responses(&self.table.routes),
            "schemas": schemas,
        })
    }
}

/// What an event is about; a deleted contact leaves nothing but the id.
fn event_data() -> Value {
    let kinds = ["Conversation", "Message", "Contact", "Ticket"];
    let named = kinds.map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
    let id = json!({"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"],
        "additionalProperties": false});
    let parts: Vec<Value> = named.into_iter().chain([id]).collect();
    json!({"anyOf": parts, "description": "The full object after it; of what was deleted, its id alone."})
}

/// What has to be known of a caller.
fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Read => json!([{"api_key": ["read"]}]),
        Access::Write => json!([{"api_key": ["write"]}]),
        Access::Admin => json!([{"api_key": ["admin"]}]),
    }
}

/// What receivers of webhooks get.
fn webhooks() -> Value {
    let about = serde_json::to_value(EventKind::schema()).unwrap_or_default();
    let lines = about.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let header = |name: &str, text: &str| {
        json!({"name": name, "in": Place::Header.as_str(), "required": true, "description": text,
            "schema": {"type": "string"}})
    };
    let headers = json!([
        header("webhook-id", "The event's id: the same in every attempt."),
        header("webhook-timestamp", "When this attempt was made, in seconds since 1970."),
        header(
            "webhook-signature",
            "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several, parted by spaces, while a secret is being rotated."
        ),
    ]);
    let told = |kind: &EventKind| {
        let line = lines.lines().find_map(|line| line.strip_prefix(&format!("- `{kind}`: ")));
        let parts = kind.as_str().split(['.', '_']);
        let id: String = parts
            .map(|part| part.get(..1).unwrap_or_default().to_uppercase() + part.get(1..).unwrap_or_default())
            .collect();
        let body = json!({"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}}});
        let post = json!({
            "operationId": format!("on{id}"), "summary": kind.as_str(), "description": line.unwrap_or_default(),
            "security": [], "parameters": headers, "requestBody": body,
            "responses": {"2XX": {"description": "It has arrived. Anything else, and no answer within 15 seconds, is tried again."}},
        });
        (kind.to_string(), json!({"post": post}))
    };
    Value::Object(EventKind::ALL.iter().map(told).collect())
}

//! `GET /openapi.json`: the API's document (OpenAPI 3.1), written from the table of routes.

pub mod calls;
pub mod collections;
pub mod document;
pub mod errors;
pub mod examples;
pub mod links;
pub mod reading;
pub mod shapes;

use crate::api::border::answer;
use crate::api::border::context::Context;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Shape;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::api::border::table::RouteTable;
use crate::types::Result;
use actix_web::http::Method;
use actix_web::web;
use serde_json::Value;
use serde_json::json;
use std::sync::OnceLock;

/// Adds the route.
pub fn routes(root: &mut Routes) {
    root.add(Method::GET, "/openapi.json", show).named(
        "getDocument",
        "Get this document",
        "The description of this API that you are reading, as OpenAPI 3.1: for clients to be generated from.",
    );
}

/// The document, which is written when somebody first asks for it.
pub struct Document {
    table: fn() -> RouteTable,
    written: OnceLock<Value>,
}

impl Document {
    /// The document of these routes.
    pub fn of(table: fn() -> RouteTable) -> Self {
        Self { table, written: OnceLock::new() }
    }

    /// The document, whose server is wherever it is read from.
    pub fn value(&self) -> &Value {
        self.written.get_or_init(|| document::write(&(self.table)()))
    }

    /// The document, for a server at this address.
    pub fn at(&self, address: &str) -> Value {
        let mut document = self.value().clone();
        shapes::put(&mut document, "servers", json!([{"url": address}]));
        document
    }
}

struct Described;

impl Shape for Described {
    fn describe(operation: &mut Operation) {
        let properties =
            json!({"openapi": {"type": "string"}, "info": {"type": "object"}, "paths": {"type": "object"}});
        let body = json!({"type": "object", "properties": properties, "required": ["openapi", "info", "paths"],
            "additionalProperties": true});
        operation.answers(200, "The document.", Some(("application/json", body)), &[]);
    }
}

async fn show(_: Anyone, context: web::Data<Context>, document: web::Data<Document>) -> Result<Reply<Described>> {
    let body = match context.settings.public_url.as_deref() {
        Some(address) => serde_json::to_string(&document.at(address.trim_end_matches('/'))),
        None => serde_json::to_string(document.value()),
    };
    Ok(answer::json(200, body?).into())
}

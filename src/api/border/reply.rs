//! Answers that know their shape: what [`Caller`](crate::api::border::caller::Caller) gives, and handlers return.

use crate::api::border::answer::BulkTold;
use crate::api::border::answer::Meta;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Place;
use crate::api::border::operation::Shape;
use crate::types::Result;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::Responder;
use actix_web::body::BoxBody;
use actix_web::http::Method;
use serde_json::json;
use std::marker::PhantomData;
use utoipa::ToSchema;

/// A response of the shape `S`.
pub struct Reply<S>(pub HttpResponse, PhantomData<fn() -> S>);

impl<S> From<HttpResponse> for Reply<S> {
    fn from(response: HttpResponse) -> Self {
        Self(response, PhantomData)
    }
}

impl<S> Responder for Reply<S> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0
    }
}

impl<S: Shape> Shape for Reply<S> {
    fn describe(operation: &mut Operation) {
        S::describe(operation);
    }
}

impl<S: Shape> Shape for Result<S> {
    fn describe(operation: &mut Operation) {
        S::describe(operation);
    }
}

const JSON: &str = "application/json";

/// A single object, with an `ETag`; a GET of it may be answered with 304.
pub struct Shown<T>(PhantomData<T>);

impl<T: ToSchema> Shape for Shown<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema_of::<T>();
        let body = json!({"type": "object", "properties": {"data": schema}, "required": ["data"]});
        let text = if operation.method == Method::GET { "The object." } else { "The object as it is now." };
        operation.answers(200, text, Some((JSON, body)), &["ETag"]);
        if operation.method == Method::GET {
            let known = "The `ETag` of the object that the client has: answered with 304 if it is still the same.";
            operation.described_parameter(Place::Header, "If-None-Match", known, json!({"type": "string"}));
            operation.answers(304, "The client has it already, as `If-None-Match` says.", None, &["ETag"]);
        }
    }
}

/// A single object, or the way to the one that it was merged into.
pub struct ShownOrMoved<T>(PhantomData<T>);

impl<T: ToSchema> Shape for ShownOrMoved<T> {
    fn describe(operation: &mut Operation) {
        Shown::<T>::describe(operation);
        operation.answers(301, "It was merged into another, which `Location` leads to.", None, &["Location"]);
    }
}

/// Something that has no `ETag`.
pub struct Told<T>(PhantomData<T>);

impl<T: ToSchema> Shape for Told<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema_of::<T>();
        let body = json!({"type": "object", "properties": {"data": schema}, "required": ["data"]});
        operation.answers(200, "What was asked for.", Some((JSON, body)), &[]);
    }
}

/// What is written as it stands, without `data` around it.
pub struct Bare<T>(PhantomData<T>);

impl<T: ToSchema> Shape for Bare<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema_of::<T>();
        operation.answers(200, "What was asked for.", Some((JSON, schema)), &[]);
    }
}

/// A page of a list.
pub struct Listed<T>(PhantomData<T>);

impl<T: ToSchema> Shape for Listed<T> {
    fn describe(operation: &mut Operation) {
        let (items, meta) = (operation.schema_of::<T>(), operation.schema_of::<Meta>());
        let properties = json!({"data": {"type": "array", "items": items}, "meta": meta});
        let body = json!({"type": "object", "properties": properties, "required": ["data", "meta"]});
        operation.answers(200, "A page of the list.", Some((JSON, body)), &["Link"]);
    }
}

/// An object that was made.
pub struct Created<T>(PhantomData<T>);

impl<T: ToSchema> Shape for Created<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema_of::<T>();
        let body = json!({"type": "object", "properties": {"data": schema}, "required": ["data"]});
        operation.answers(201, "What was made.", Some((JSON, body)), &["Location", "ETag", "Idempotent-Replayed"]);
    }
}

/// Nothing is left.
pub struct Deleted;

impl Shape for Deleted {
    fn describe(operation: &mut Operation) {
        operation.answers(204, "It is gone.", None, &[]);
    }
}

/// It was done, and there is nothing to tell of it.
pub struct Done;

impl Shape for Done {
    fn describe(operation: &mut Operation) {
        operation.answers(204, "It is done.", None, &["Idempotent-Replayed"]);
    }
}

/// What became of a bulk request.
pub struct Bulk;

impl Shape for Bulk {
    fn describe(operation: &mut Operation) {
        let body = operation.schema_of::<BulkTold>();
        let text = "What was changed, and what could not be.";
        operation.answers(200, text, Some((JSON, body)), &["Idempotent-Replayed"]);
    }
}

//! Errors and headers in the document: what all answers share.

use crate::api::border::operation::Operation;
use crate::api::openapi::shapes::put;
use crate::types::error::Code;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

/// The codes by the status that they go out with.
pub fn by_status(codes: &[Code]) -> BTreeMap<u16, Vec<Code>> {
    let mut all: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        all.entry(code.status()).or_default().push(*code);
    }
    all.values_mut().for_each(|codes| codes.sort());
    all
}

/// Whether requests to it are counted, and the answer says so.
fn is_counted(operation: &Operation) -> bool {
    operation.path.starts_with("/v1/")
}

/// `NotFound`, `ConflictOrAlreadyIssued`; with a word in front for what lies outside of `/v1`.
fn name(operation: &Operation, codes: &[Code]) -> String {
    let names: Vec<String> = codes.iter().map(|code| format!("{code:?}")).collect();
    let place = if is_counted(operation) { "" } else { "Uncounted" };
    format!("{place}{}", names.join("Or"))
}

/// Where the response with one of these codes stands.
pub fn reference(operation: &Operation, codes: &[Code]) -> String {
    format!("#/components/responses/{}", name(operation, codes))
}

/// The headers of every answer to an operation.
pub fn common_headers(operation: &Operation) -> Map<String, Value> {
    let counted = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];
    let counted = counted.iter().filter(|_| is_counted(operation));
    let all = ["X-Request-Id"].iter().chain(counted);
    all.map(|name| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}))).collect()
}

/// Every response with an error that an operation has.
pub fn responses(operations: &[Operation]) -> Value {
    let mut all = Map::new();
    for operation in operations {
        for codes in by_status(&operation.codes).values() {
            all.entry(name(operation, codes)).or_insert_with(|| response(operation, codes));
        }
    }
    Value::Object(all)
}

fn response(operation: &Operation, codes: &[Code]) -> Value {
    let mut headers = common_headers(operation);
    let own = match codes.first() {
        Some(Code::Unauthorized) => Some("WWW-Authenticate"),
        Some(Code::RateLimited) => Some("Retry-After"),
        _ => None,
    };
    if let Some(name) = own {
        headers.insert(name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    }
    let texts: Vec<String> =
        codes.iter().map(|code| format!("[`{code}`](/docs/errors/{code}): {}", code.meaning())).collect();
    let examples: Map<String, Value> =
        codes.iter().map(|code| (code.as_str().to_owned(), json!({"value": example(*code)}))).collect();
    let body = json!({"schema": {"$ref": "#/components/schemas/Error"}, "examples": examples});
    let mut content = json!({"application/json": body});
    if !is_counted(operation) {
        // Who asks for a page is told by one.
        put(&mut content, "text/html", json!({"schema": {"type": "string"}}));
    }
    json!({"description": texts.join("\n\n"), "headers": headers, "content": content})
}

fn example(code: Code) -> Value {
    let detail = |field: &str, rule: &str, message: &str| json!([{"field": field, "code": rule, "message": message}]);
    let details = match code {
        Code::ValidationFailed => detail("priority", "not_in_enum", "must be one of `low`, `normal`, `high`, `urgent`"),
        Code::InvalidParameter => detail("per_page", "out_of_range", "must be from 1 to 100"),
        _ => json!([]),
    };
    let request_id = "5e1f7c9c2a0b4d3e8f6a7b8c9d0e1f2a";
    json!({"error": {"code": code.as_str(), "message": code.meaning(), "details": details, "request_id": request_id}})
}

/// The headers that answers may have.
pub fn headers() -> Value {
    let header = |text: &str, required: bool, kind: &str| json!({"description": text, "required": required, "schema": {"type": kind}});
    json!({
        "X-Request-Id": header("The id of the request: the caller's own, if it sent a sane one.", true, "string"),
        "X-RateLimit-Limit": header("Requests a minute.", true, "integer"),
        "X-RateLimit-Remaining": header("Requests that can be made at once.", true, "integer"),
        "X-RateLimit-Reset": header("When the whole limit is there again, in seconds since 1970.", true, "integer"),
        "Retry-After": header("Seconds after which it makes sense to try again.", true, "integer"),
        "WWW-Authenticate": header("`Bearer`.", true, "string"),
        "ETag": header("The version of the object: for `If-Match` and `If-None-Match`.", false, "string"),
        "Location": header("Where the object is.", true, "string"),
        "Link": header("`<…>; rel=\"next\"`: the next page, if there is one.", false, "string"),
        "Idempotent-Replayed": header("`true` when the request was done before: this is the answer of then.", false, "string"),
        "Accept-Ranges": header("`bytes`.", false, "string"),
        "Content-Range": header("Which bytes these are, of how many.", true, "string"),
        "Content-Disposition": header("Whether to show it, and its name.", false, "string"),
    })
}

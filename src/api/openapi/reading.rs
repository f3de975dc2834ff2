//! How the document is read: as the JSON that it is, with every reference followed. What is missing is empty, never a fault.

use serde_json::Map;
use serde_json::Value;

/// References that are followed one after the other at most: a circle has no end.
const HOPS_MAX: usize = 8;
/// What an operation may be filed under in a path.
const METHODS: [&str; 8] = ["get", "post", "patch", "put", "delete", "head", "options", "trace"];

/// Stands in for what is not there.
pub static NOTHING: Value = Value::Null;

/// A request that the document describes.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// In capitals.
    pub method: &'static str,
    /// The path with `{…}` for what varies; for an event, its name.
    pub path: &'a str,
    /// What the document says of it.
    pub value: &'a Value,
}

impl<'a> Operation<'a> {
    /// Its `operationId`.
    pub fn id(&self) -> &'a str {
        text(self.value, "operationId")
    }

    /// The tag that it stands under.
    pub fn tag(&self) -> &'a str {
        self.value.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default()
    }

    /// The scope that its caller needs; none if anyone may call.
    pub fn scope(&self) -> Option<&'a str> {
        let scheme = self.value.pointer("/security/0").and_then(Value::as_object)?;
        scheme.values().next().map(|scopes| scopes.get(0).and_then(Value::as_str).unwrap_or_default())
    }

    /// Its parameters, of the path's own first.
    pub fn parameters(&self, document: &'a Value) -> Vec<&'a Value> {
        let shared = document.get("paths").and_then(|paths| paths.get(self.path));
        let all = shared.into_iter().flat_map(|path| items(path, "parameters")).chain(items(self.value, "parameters"));
        all.map(|parameter| resolve(document, parameter)).collect()
    }

    /// Its answers by status, in the document's order.
    pub fn responses(&self, document: &'a Value) -> Vec<(&'a str, &'a Value)> {
        entries(self.value, "responses").map(|(status, response)| (status, resolve(document, response))).collect()
    }
}

/// All operations, in the document's order.
pub fn operations(document: &Value) -> Vec<Operation<'_>> {
    entries(document, "paths").flat_map(|(path, item)| of_item(path, item)).collect()
}

/// What is sent to receivers of webhooks, in the document's order.
pub fn events(document: &Value) -> Vec<Operation<'_>> {
    entries(document, "webhooks").flat_map(|(name, item)| of_item(name, item)).collect()
}

fn of_item<'a>(path: &'a str, item: &'a Value) -> Vec<Operation<'a>> {
    let named = item.as_object().into_iter().flatten();
    let known = named.filter_map(|(name, value)| Some((METHODS.iter().find(|method| **method == name)?, value)));
    known.map(|(method, value)| Operation { method: capitals(method), path, value }).collect()
}

fn capitals(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "post" => "POST",
        "patch" => "PATCH",
        "put" => "PUT",
        "delete" => "DELETE",
        "head" => "HEAD",
        "options" => "OPTIONS",
        _ => "TRACE",
    }
}

/// The value itself, or what its `$ref` points to.
pub fn resolve<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    for _ in 0..HOPS_MAX {
        let Some(target) = value.get("$ref").and_then(Value::as_str) else { return value };
        value = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).unwrap_or(&NOTHING);
    }
    &NOTHING
}

/// The last part of a `$ref`: the name of what it points to.
pub fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next())
}

/// A text of an object; empty if there is none.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list in an object.
pub fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The entries of an object in an object.
pub fn entries<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let object = value.get(name).and_then(Value::as_object).into_iter();
    object.flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

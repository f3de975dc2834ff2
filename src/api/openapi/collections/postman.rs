//! A collection for Postman, and for newman, its runner (Postman Collection v2.1): one JSON file.

use crate::api::openapi::calls::Body;
use crate::api::openapi::calls::Part;
use crate::api::openapi::collections::Collection;
use crate::api::openapi::collections::Folder;
use crate::api::openapi::collections::Request;
use serde_json::Value;
use serde_json::json;

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The file.
pub fn write(collection: &Collection) -> Value {
    let own = [("base_url", collection.base_url.as_str()), ("api_key", "")];
    let ids = collection.ids.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let variables: Vec<Value> = own.into_iter().chain(ids).map(|(name, value)| pair(name, value)).collect();
    let folders: Vec<Value> = collection.folders.iter().map(folder).collect();
    json!({
        "info": {"name": collection.title, "description": collection.about, "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{api_key}}", "type": "string"}]},
        "variable": variables,
        "item": folders,
    })
}

fn pair(name: &str, value: &str) -> Value {
    json!({"key": name, "value": value})
}

fn folder(folder: &Folder) -> Value {
    let requests: Vec<Value> = folder.requests.iter().map(item).collect();
    json!({"name": folder.name, "description": folder.about, "item": requests})
}

fn item(item: &Request) -> Value {
    let (call, mut script) = (&item.call, vec![check(item.call.status)]);
    if let Some(name) = &item.makes {
        script.push(format!("pm.collectionVariables.set(\"{name}\", pm.response.json().data.id);"));
    }
    let headers: Vec<Value> = call.headers.iter().map(|(name, value)| pair(name, value)).collect();
    let mut request =
        json!({"method": call.method, "header": headers, "url": address(item), "description": item.about});
    if let Some(fields) = request.as_object_mut() {
        if call.scope.is_none() {
            fields.insert("auth".to_owned(), json!({"type": "noauth"}));
        }
        if let Some(body) = &call.body {
            fields.insert("body".to_owned(), written(body));
        }
    }
    let script = json!({"type": "text/javascript", "exec": script});
    json!({"name": call.title, "request": request, "event": [{"listen": "test", "script": script}]})
}

fn check(status: u16) -> String {
    format!("pm.test(\"answers {status}\", () => pm.response.to.have.status({status}));")
}

fn address(item: &Request) -> Value {
    let call = &item.call;
    let path: Vec<&str> = call.path.split('/').skip(1).collect();
    let query: Vec<Value> = call.query.iter().map(|(name, value)| pair(name, value)).collect();
    let pairs: Vec<String> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    let raw = format!("{{{{base_url}}}}{}{mark}{}", call.path, pairs.join("&"));
    json!({"raw": raw, "host": ["{{base_url}}"], "path": path, "query": query})
}

fn written(body: &Body) -> Value {
    let part = |part: &Part| {
        if part.is_file {
            return json!({"key": part.name, "type": "file", "src": part.value});
        }
        json!({"key": part.name, "type": "text", "value": part.value})
    };
    match body {
        Body::Json(value) => {
            json!({"mode": "raw", "raw": format!("{value:#}"), "options": {"raw": {"language": "json"}}})
        }
        Body::Form(parts) => json!({"mode": "formdata", "formdata": parts.iter().map(part).collect::<Vec<_>>()}),
    }
}

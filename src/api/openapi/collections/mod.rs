//! Collections: the example calls of the document as requests that can be sent from Postman and from Bruno.
//!
//! A folder holds the calls of a tag. Each id is a variable, such as `contact_id`: the call that makes a contact sets it, and
//! the others use it, in paths, queries and bodies. Left out are pages, bytes of files and streams, which neither program
//! can do much with, what is about being signed in with a browser, and what needs two objects of a kind, for there is one
//! variable for each.

pub mod bruno;
pub mod postman;

use crate::api::openapi::calls;
use crate::api::openapi::calls::Body;
use crate::api::openapi::calls::Call;
use crate::api::openapi::reading;
use crate::api::openapi::reading::Operation;
use crate::api::openapi::reading::entries;
use crate::api::openapi::reading::items;
use crate::api::openapi::reading::text;
use serde_json::Value;

/// Where a link of the document finds the id of what was made.
const MADE: &str = "$response.body#/data/id";

/// What only a browser that has signed in can do something with.
const OF_BROWSERS: [&str; 2] = ["changePassword", "endSession"];

/// What both programs are given.
pub struct Collection {
    /// What it is called.
    pub title: String,
    /// What it is about, in Markdown.
    pub about: String,
    /// The address of the server.
    pub base_url: String,
    /// The ids that calls speak of, each with its name and a first value.
    pub ids: Vec<(String, String)>,
    /// In the order of the document's tags.
    pub folders: Vec<Folder>,
}

/// The calls of a tag.
pub struct Folder {
    /// What it is called.
    pub name: String,
    /// What it is about, in Markdown.
    pub about: String,
    /// In the document's order, those that delete at the end: what they end, the others need.
    pub requests: Vec<Request>,
}

/// A call, with variables in it.
pub struct Request {
    /// The call: where it speaks of an id, a variable such as `{{contact_id}}` stands.
    pub call: Call,
    /// What else is to be known, in Markdown.
    pub about: String,
    /// The variable that takes the id of what it makes.
    pub makes: Option<String>,
}

/// The collection of a document.
pub fn of(document: &Value) -> Collection {
    let operations = reading::operations(document);
    let ids = ids(document, &operations);
    let requests = |tag: &str| -> Vec<Request> {
        let of_tag = operations.iter().filter(|operation| operation.tag() == tag);
        let mut requests: Vec<Request> = of_tag.flat_map(|operation| requests(document, operation, &ids)).collect();
        requests.sort_by_key(|request| request.call.method == "DELETE");
        requests
    };
    let folder = |tag: &Value| {
        let name = text(tag, "name");
        Folder { name: name.to_owned(), about: text(tag, "description").to_owned(), requests: requests(name) }
    };
    let folders = items(document, "tags").map(folder).filter(|folder| !folder.requests.is_empty()).collect();
    let about = document.get("info").unwrap_or(&reading::NOTHING);
    let server = items(document, "servers").next().unwrap_or(&reading::NOTHING);
    Collection {
        title: text(about, "title").to_owned(),
        about: text(about, "description").to_owned(),
        base_url: text(server, "url").trim_end_matches('/').to_owned(),
        ids,
        folders,
    }
}

/// The ids in the examples of paths: of each name, the first.
fn ids(document: &Value, operations: &[Operation]) -> Vec<(String, String)> {
    let mut ids: Vec<(String, String)> = Vec::new();
    let told = operations.iter().filter(|operation| !OF_BROWSERS.contains(&operation.id()));
    for parameter in told.flat_map(|operation| operation.parameters(document)) {
        let (name, example) = (text(parameter, "name"), text(parameter, "example"));
        let is_new = !ids.iter().any(|(known, _)| known == name);
        if text(parameter, "in") == "path" && prefix(example).is_some() && is_new {
            ids.push((name.to_owned(), example.to_owned()));
        }
    }
    ids
}

/// What an id begins with: `contact` of `contact_789`.
fn prefix(id: &str) -> Option<&str> {
    let (prefix, digits) = id.rsplit_once('_')?;
    let is_id = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_id && prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')).then_some(prefix)
}

fn requests(document: &Value, operation: &Operation, ids: &[(String, String)]) -> Vec<Request> {
    if OF_BROWSERS.contains(&operation.id()) {
        return Vec::new();
    }
    let calls = calls::of(document, operation).into_iter().filter(|call| call.answers_json() || call.status == 204);
    let about = text(operation.value, "description");
    let request = |mut call: Call| {
        call.path = operation.path.replace('{', "{{").replace('}', "}}");
        call.query.iter_mut().for_each(|(_, value)| *value = with_variable(value, ids));
        match &mut call.body {
            Some(Body::Json(body)) => put_variables(body, ids),
            Some(Body::Form(parts)) => parts.iter_mut().for_each(|part| part.value = with_variable(&part.value, ids)),
            None => {}
        }
        Request { call, about: about.to_owned(), makes: makes(document, operation) }
    };
    calls.map(request).filter(|request| !is_about_two(&request.call)).collect()
}

/// Whether path and body speak of two objects of a kind.
fn is_about_two(call: &Call) -> bool {
    let Some(Body::Json(body)) = &call.body else { return false };
    let body = body.to_string();
    let mut variables = call.path.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0));
    variables.any(|variable| body.contains(&format!("{{{{{variable}}}}}")))
}

/// An id's variable in its place; any other text as it is.
fn with_variable(text: &str, ids: &[(String, String)]) -> String {
    let found = prefix(text).and_then(|own| ids.iter().find(|(_, id)| prefix(id) == Some(own)));
    found.map_or_else(|| text.to_owned(), |(name, _)| format!("{{{{{name}}}}}"))
}

fn put_variables(value: &mut Value, ids: &[(String, String)]) {
    match value {
        Value::String(text) => *text = with_variable(text, ids),
        Value::Array(items) => {
            items.iter_mut().for_each(|item| put_variables(item, ids));
            // Several ids have become one variable.
            items.dedup();
        }
        Value::Object(fields) => fields.values_mut().for_each(|field| put_variables(field, ids)),
        _ => {}
    }
}

/// The parameter that the links of a 201 fill with the id of what was made.
fn makes(document: &Value, operation: &Operation) -> Option<String> {
    let responses = operation.responses(document);
    let (_, made) = responses.iter().find(|(status, _)| *status == "201")?;
    let mut parameters = entries(made, "links").flat_map(|(_, link)| entries(link, "parameters"));
    parameters.find(|(_, value)| *value == MADE).map(|(name, _)| name.to_owned())
}

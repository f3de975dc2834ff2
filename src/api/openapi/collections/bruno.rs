//! A collection for Bruno: a folder of `.bru` files, a request each.

use crate::api::openapi::calls::Body;
use crate::api::openapi::calls::Part;
use crate::api::openapi::collections::Collection;
use crate::api::openapi::collections::Folder;
use crate::api::openapi::collections::Request;
use serde_json::json;

/// The files: where each lies below the collection's folder, and what it holds.
pub fn files(collection: &Collection) -> Vec<(String, String)> {
    let about = json!({"version": "1", "name": collection.title, "type": "collection"});
    let own = [
        ("bruno.json".to_owned(), format!("{about:#}\n")),
        ("collection.bru".to_owned(), root(collection)),
        ("environments/Local.bru".to_owned(), environment(collection)),
    ];
    let folders = collection.folders.iter().zip(1..).flat_map(|(folder, number)| files_of(folder, number));
    own.into_iter().chain(folders).collect()
}

fn root(collection: &Collection) -> String {
    let ids: Vec<String> = collection.ids.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    [
        block("auth", &["mode: bearer".to_owned()]),
        block("auth:bearer", &["token: {{api_key}}".to_owned()]),
        block("vars:pre-request", &ids),
        block("docs", &lines(&collection.about)),
    ]
    .concat()
}

fn environment(collection: &Collection) -> String {
    [block("vars", &[format!("base_url: {}", collection.base_url)]), "vars:secret [\n  api_key\n]\n".to_owned()]
        .concat()
}

fn files_of(folder: &Folder, number: usize) -> Vec<(String, String)> {
    let meta = [format!("name: {}", folder.name), format!("seq: {number}")];
    let own = [block("meta", &meta), block("docs", &lines(&folder.about))].concat();
    let request = |(request, number): (&Request, usize)| {
        (format!("{}/{}.bru", folder.name, file_name(&request.call.title)), written(request, number))
    };
    let requests = folder.requests.iter().zip(1..).map(request);
    std::iter::once((format!("{}/folder.bru", folder.name), own)).chain(requests).collect()
}

/// The title, without what no file may be called.
fn file_name(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric() || " -_'".contains(*c)).collect()
}

fn written(request: &Request, number: usize) -> String {
    let call = &request.call;
    let kind = match &call.body {
        None => "none",
        Some(Body::Json(_)) => "json",
        Some(Body::Form(_)) => "multipartForm",
    };
    let auth = if call.scope.is_some() { "inherit" } else { "none" };
    let pairs: Vec<String> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    let url = format!("url: {{{{base_url}}}}{}{mark}{}", call.path, pairs.join("&"));
    let meta = [format!("name: {}", call.title), "type: http".to_owned(), format!("seq: {number}")];
    let body = match &call.body {
        None => String::new(),
        Some(Body::Json(value)) => block("body:json", &lines(&format!("{value:#}"))),
        Some(Body::Form(parts)) => block("body:multipart-form", &parts.iter().map(part).collect::<Vec<_>>()),
    };
    let made = request.makes.iter().map(|name| format!("{name}: res.body.data.id"));
    [
        block("meta", &meta),
        block(&call.method.to_ascii_lowercase(), &[url, format!("body: {kind}"), format!("auth: {auth}")]),
        block("params:query", &fields(&call.query)),
        block("headers", &fields(&call.headers)),
        body,
        block("vars:post-response", &made.collect::<Vec<_>>()),
        block("assert", &[format!("res.status: eq {}", call.status)]),
        block("docs", &lines(&request.about)),
    ]
    .concat()
}

fn part(part: &Part) -> String {
    if part.is_file {
        format!("{}: @file({})", part.name, part.value)
    } else {
        format!("{}: {}", part.name, part.value)
    }
}

fn fields(pairs: &[(String, String)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// A block of the file; nothing without lines.
fn block(name: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let inner: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("{name} {{\n{inner}}}\n\n")
}

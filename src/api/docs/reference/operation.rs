//! One operation: what it does, who may call it, what it takes, and what it answers.

use crate::api::docs::errors;
use crate::api::docs::reference::Manual;
use crate::api::docs::reference::example;
use crate::api::docs::reference::fields;
use crate::api::docs::reference::fields::Side;
use crate::api::docs::reference::http::method;
use crate::api::docs::reference::http::reason;
use crate::api::docs::reference::prose;
use crate::api::docs::reference::schema::Property;
use crate::api::docs::reference::schema::shape;
use crate::api::docs::reference::title;
use crate::api::openapi::reading;
use crate::api::openapi::reading::Operation;
use crate::api::openapi::reading::entries;
use crate::api::openapi::reading::resolve;
use crate::api::openapi::reading::text;
use maud::Markup;
use maud::html;
use serde_json::Value;

/// The kinds of parameters, each with its heading.
const PARAMETERS: [(&str, &str); 3] =
    [("path", "Path parameters"), ("query", "Query parameters"), ("header", "Headers")];

/// The section of an operation.
pub fn section(manual: &Manual<'_>, operation: &Operation<'_>, base: &str) -> Markup {
    let summary = text(operation.value, "summary");
    html! {
        section.pair.operation id=(operation.id()) data-place {
            div.text {
                (title(3, operation.id(), summary))
                p.endpoint { (method(operation.method)) " " code { (operation.path) } }
                (access(operation))
                (prose(text(operation.value, "description")))
                (parameters(manual, operation))
                (body(manual, operation))
                (answers(manual, operation))
                (refusals(manual, operation))
                (next(manual, operation))
            }
            div.beside { (example::calls(manual, operation, base)) }
        }
    }
}

fn access(operation: &Operation<'_>) -> Markup {
    html! {
        p.access {
            @match operation.scope() {
                None => "Needs no key.",
                Some("") => "Needs a key.",
                Some(scope) => { "Needs a key with the scope " code { (scope) } "." }
            }
        }
    }
}

fn parameters(manual: &Manual<'_>, operation: &Operation<'_>) -> Markup {
    let all = operation.parameters(manual.document);
    html! {
        @for (place, heading) in PARAMETERS {
            @let some: Vec<&Value> = all.iter().copied().filter(|one| text(one, "in") == place).collect();
            @if !some.is_empty() {
                h4 { (heading) }
                dl.fields {
                    @for parameter in some {
                        @let anchor = format!("{}.{place}.{}", operation.id(), text(parameter, "name"));
                        (fields::field(manual, &anchor, &property(parameter), text(parameter, "description")))
                    }
                }
            }
        }
    }
}

/// A parameter as if it were a field.
fn property(parameter: &Value) -> Property<'_> {
    Property {
        name: text(parameter, "name"),
        required: parameter.get("required").and_then(Value::as_bool).unwrap_or(false),
        schema: parameter.get("schema").unwrap_or(&reading::NOTHING),
    }
}

fn body(manual: &Manual<'_>, operation: &Operation<'_>) -> Markup {
    let body = operation.value.get("requestBody").map(|body| resolve(manual.document, body));
    let contents: Vec<(&str, &Value)> = body.into_iter().flat_map(|body| entries(body, "content")).collect();
    html! {
        @for (at, (media, content)) in contents.iter().enumerate() {
            @let schema = content.get("schema").unwrap_or(&reading::NOTHING);
            // A second body is another way to say the same, and its fields would have the same anchors.
            @let anchor = if at == 0 { format!("{}.body", operation.id()) } else { format!("{}.body{}", operation.id(), at + 1) };
            h4 { "Body" span.media { (media) } }
            @if at == 0 { (prose(body.map_or("", |body| text(body, "description")))) }
            (fields::fields(manual, &shape(manual.document, schema).fields, &anchor, Side::Sent))
        }
    }
}

fn answers(manual: &Manual<'_>, operation: &Operation<'_>) -> Markup {
    let fine = operation.responses(manual.document).into_iter().filter(|(status, _)| is_fine(status));
    html! {
        h4 { "Answer" }
        @for (status, response) in fine {
            @let anchor = format!("{}.{status}", operation.id());
            div.answer id=(anchor) {
                p.status { span.code { (status) } " " (reason(status)) }
                (prose(text(response, "description")))
                @for (media, content) in entries(response, "content") {
                    @let shape = shape(manual.document, content.get("schema").unwrap_or(&reading::NOTHING));
                    @if shape.fields.is_empty() { p.media { code { (media) } } }
                    @else { (fields::fields(manual, &shape.fields, &anchor, Side::Answered)) }
                }
                (headers(manual, &anchor, response))
            }
        }
    }
}

fn headers(manual: &Manual<'_>, anchor: &str, response: &Value) -> Markup {
    let headers: Vec<(&str, &Value)> = entries(response, "headers").collect();
    html! {
        @if !headers.is_empty() {
            details.more {
                summary { "Headers" }
                dl.fields {
                    @for (name, header) in headers {
                        @let header = resolve(manual.document, header);
                        @let schema = header.get("schema").unwrap_or(&reading::NOTHING);
                        @let property = Property { name, required: false, schema };
                        (fields::field(manual, &format!("{anchor}.header.{name}"), &property, text(header, "description")))
                    }
                }
            }
        }
    }
}

/// The errors, each with a link to what can be done about it.
fn refusals(manual: &Manual<'_>, operation: &Operation<'_>) -> Markup {
    let refusals = operation.responses(manual.document).into_iter().filter(|(status, _)| !is_fine(status));
    let refusals: Vec<(&str, &Value, Vec<&str>)> = refusals
        .map(|(status, response)| {
            let contents = entries(response, "content");
            let codes = contents.flat_map(|(_, content)| entries(content, "examples")).map(|(name, _)| name).collect();
            (status, response, codes)
        })
        .collect();
    html! {
        @if !refusals.is_empty() {
            h4 { "Errors" }
            ul.errors {
                @for (status, response, codes) in refusals {
                    li title=(text(response, "description")) {
                        span.code { (status) }
                        @for code in &codes { " " (error(code)) }
                        @if codes.is_empty() { " " (reason(status)) }
                    }
                }
            }
        }
    }
}

fn error(code: &str) -> Markup {
    html! {
        @if errors::all().iter().any(|explained| explained.code.as_str() == code) {
            a href={ "/docs/errors/" (code) } { code { (code) } }
        } @else {
            code { (code) }
        }
    }
}

/// Where its answer leads to.
fn next(manual: &Manual<'_>, operation: &Operation<'_>) -> Markup {
    let responses = operation.responses(manual.document).into_iter();
    let links = responses.flat_map(|(_, response)| entries(response, "links"));
    let mut ids: Vec<&str> = links.map(|(_, link)| text(resolve(manual.document, link), "operationId")).collect();
    ids.dedup();
    let all = reading::operations(manual.document);
    let next: Vec<&Operation<'_>> = ids.iter().filter_map(|id| all.iter().find(|one| one.id() == *id)).collect();
    html! {
        @if !next.is_empty() {
            p.next {
                "Next: "
                @for (at, operation) in next.iter().enumerate() {
                    @if at > 0 { ", " }
                    a href={ "#" (operation.id()) } { (text(operation.value, "summary")) }
                }
            }
        }
    }
}

fn is_fine(status: &str) -> bool {
    status.parse::<u16>().is_ok_and(|status| status < 400)
}

//! What stands beside the text: the calls of an operation in each language, with what they are answered.

use crate::api::docs::highlight;
use crate::api::docs::highlight::Tongue;
use crate::api::docs::reference::Manual;
use crate::api::docs::reference::http::method;
use crate::api::docs::reference::http::reason;
use crate::api::docs::reference::schema;
use crate::api::docs::reference::schema::shape;
use crate::api::docs::snippets::Language;
use crate::api::docs::snippets::literal;
use crate::api::openapi::calls;
use crate::api::openapi::calls::Body;
use crate::api::openapi::calls::Call;
use crate::api::openapi::reading;
use crate::api::openapi::reading::Operation;
use crate::api::openapi::reading::text;
use maud::Markup;
use maud::html;
use serde_json::Value;
use serde_json::json;

/// Stands where the reader's key belongs.
pub const KEY: &str = "YOUR_API_KEY";

/// The example calls of an operation.
pub fn calls(manual: &Manual<'_>, operation: &Operation<'_>, base: &str) -> Markup {
    let calls = calls::of(manual.document, operation);
    html! {
        @if calls.len() > 1 {
            label.choose {
                span { "Example" }
                select { @for call in &calls { option value=(call.example) { (call.title) } } }
            }
        }
        @for (at, call) in calls.iter().enumerate() {
            div.example.chosen[at == 0] data-example=(call.example) {
                @if calls.len() > 1 { p.example-title { (call.title) } }
                (request(manual, operation, call, base))
                (answer(call))
            }
        }
    }
}

fn request(manual: &Manual<'_>, operation: &Operation<'_>, call: &Call, base: &str) -> Markup {
    html! {
        div.panel.request data-call=(sendable(manual, operation, call)) {
            div.bar {
                span.what { (method(operation.method)) " " span.path { (operation.path) } }
                div.languages role="group" aria-label="Language" {
                    @for language in Language::ALL {
                        button type="button" data-language=(language.slug()) aria-pressed="false" { (language.title()) }
                    }
                }
            }
            @for language in Language::ALL {
                div.snippet data-language=(language.slug()) {
                    p.language { (language.title()) }
                    (code(&format!("{} in {}", call.title, language.title()), language.into(), &language.text(call, base, KEY)))
                }
            }
            div.bar.actions { button.copy type="button" { "Copy" } button.run type="button" { "Run" } }
        }
    }
}

fn answer(call: &Call) -> Markup {
    let status = call.status.to_string();
    html! {
        div.panel {
            div.bar {
                span.what { "Answer" }
                span.status { span.code.fine { (status) } " " (reason(&status)) }
            }
            @if let Some(answer) = &call.answer { (code(&format!("Answer to: {}", call.title), Tongue::Json, &shown(answer))) }
            @else { p.nothing { (call.media.as_deref().unwrap_or("No body")) } }
        }
    }
}

/// A JSON value in a panel of its own.
pub fn json(title: &str, value: &Value) -> Markup {
    html! { div.panel { div.bar { span.what { (title) } } (code(title, Tongue::Json, &shown(value))) } }
}

/// As text: a stream's example is no JSON.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| literal::written(value, literal::JSON, 0), str::to_owned)
}

/// A piece of code. It can be reached and scrolled with the keyboard.
fn code(label: &str, tongue: Tongue, text: &str) -> Markup {
    html! { pre tabindex="0" role="group" aria-label=(label) { code { (highlight::html(tongue, text)) } } }
}

impl From<Language> for Tongue {
    fn from(language: Language) -> Self {
        match language {
            Language::Curl => Self::Shell,
            Language::Python => Self::Python,
            Language::JavaScript => Self::JavaScript,
        }
    }
}

/// What the page needs to send this call itself, with what the reader makes of it.
fn sendable(manual: &Manual<'_>, operation: &Operation<'_>, call: &Call) -> String {
    let parameters = operation.parameters(manual.document).into_iter().map(|parameter| {
        let shape = shape(manual.document, parameter.get("schema").unwrap_or(&reading::NOTHING));
        let values: Vec<String> = shape.values.into_iter().map(|(value, _)| value).collect();
        json!({
            "name": text(parameter, "name"),
            "in": text(parameter, "in"),
            "required": parameter.get("required").unwrap_or(&Value::Bool(false)),
            "value": parameter.get("example").map(schema::written),
            // Of a list, several may be given.
            "values": if shape.kind.starts_with("list") { Vec::new() } else { values },
        })
    });
    let body = match &call.body {
        None => Value::Null,
        Some(Body::Json(value)) => json!({ "json": literal::written(value, literal::JSON, 0) }),
        Some(Body::Form(parts)) => {
            let part = |part: &calls::Part| json!({"name": part.name, "value": part.value, "file": part.is_file});
            json!({ "form": parts.iter().map(part).collect::<Vec<_>>() })
        }
    };
    json!({
        "title": call.title,
        "method": call.method,
        "path": operation.path,
        "parameters": parameters.collect::<Vec<_>>(),
        "body": body,
        "needsKey": call.scope.is_some(),
        "streams": call.streams(),
    })
    .to_string()
}

//! The API reference: everything that the document says, as one page. The text stands on the left, calls and answers beside it.

pub mod example;
pub mod fields;
pub mod http;
pub mod objects;
pub mod operation;
pub mod schema;

use crate::api::docs::markdown;
use crate::api::docs::reference::fields::Side;
use crate::api::docs::reference::objects::Object;
use crate::api::docs::reference::objects::Objects;
use crate::api::openapi::reading;
use crate::api::openapi::reading::Operation;
use crate::api::openapi::reading::entries;
use crate::api::openapi::reading::items;
use crate::api::openapi::reading::text;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use serde_json::Value;

/// Where what is sent to webhooks is told.
pub const EVENTS_ANCHOR: &str = "webhook-events";

/// The document, and what is to be known of it in every corner of the page.
pub struct Manual<'a> {
    /// The whole of it.
    pub document: &'a Value,
    /// What has a place of its own.
    pub objects: Objects<'a>,
}

impl<'a> Manual<'a> {
    /// That of this document.
    pub fn new(document: &'a Value) -> Self {
        Self { document, objects: Objects::of(document) }
    }
}

/// The anchor of a tag's section. Tags have anchors that no operation can have.
pub fn section_anchor(tag: &str) -> String {
    format!("section-{}", slug(tag))
}

/// The anchor of an event.
pub fn event_anchor(event: &str) -> String {
    format!("event-{event}")
}

/// A title as it stands in an address.
pub fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// The content of the page.
pub fn content(document: &Value, base: &str) -> Markup {
    let manual = Manual::new(document);
    let info = document.get("info").unwrap_or(&reading::NOTHING);
    let events = reading::events(document);
    html! {
        header.intro #page-top {
            h1 { (text(info, "title")) }
            p.version { "Version " (text(info, "version")) }
            (prose(text(info, "description")))
            dl.facts {
                div { dt { "Base URL" } dd { code { (base) } } }
                div { dt { "Authentication" } dd { code { "Authorization: Bearer YOUR_API_KEY" } } }
                div { dt { "Description for programs" } dd { a href="/openapi.json" { code { "/openapi.json" } } } }
            }
        }
        @for tag in items(document, "tags") { (section(&manual, tag, base)) }
        @if !events.is_empty() { (events_section(&manual, &events)) }
    }
}

/// A title that links to itself.
pub fn title(level: u8, anchor: &str, words: &str) -> Markup {
    let inside = html! {
        (words) " "
        a.self href={ "#" (anchor) } aria-label={ "Link to “" (words) "”" } { "#" }
    };
    match level {
        2 => html! { h2 { (inside) } },
        _ => html! { h3 { (inside) } },
    }
}

/// A description. Its own headings would stand above those of the page, and are not used there.
pub fn prose(markdown: &str) -> Markup {
    html! { @if !markdown.is_empty() { div.prose { (PreEscaped(markdown::html(markdown))) } } }
}

fn section(manual: &Manual<'_>, tag: &Value, base: &str) -> Markup {
    let name = text(tag, "name");
    let operations: Vec<Operation<'_>> =
        reading::operations(manual.document).into_iter().filter(|operation| operation.tag() == name).collect();
    let anchor = section_anchor(name);
    html! {
        section.tag id=(anchor) data-place {
            div.pair {
                div.text { (title(2, &anchor, name)) (prose(text(tag, "description"))) }
                div.beside { (overview(&operations)) }
            }
            @for operation in &operations { (operation::section(manual, operation, base)) }
            @for object in manual.objects.under(name) { (told(manual, object)) }
        }
    }
}

fn overview(operations: &[Operation<'_>]) -> Markup {
    html! {
        div.panel.overview {
            div.bar { span.what { "Endpoints" } }
            ul {
                @for operation in operations {
                    li {
                        a href={ "#" (operation.id()) } title=(text(operation.value, "summary")) {
                            (http::method(operation.method)) " " (operation.path)
                        }
                    }
                }
            }
        }
    }
}

fn told(manual: &Manual<'_>, object: &Object<'_>) -> Markup {
    let shape = schema::shape(manual.document, object.schema);
    let words = format!("The {} object", object.name);
    html! {
        section.pair.object id=(object.name) data-place {
            div.text {
                (title(3, object.name, &words))
                (prose(shape.description))
                (fields::fields(manual, &shape.fields, object.name, Side::Answered))
            }
            div.beside {
                @if let Some(shown) = objects::example(manual.document, &manual.objects, object.name) { (example::json(&words, shown)) }
            }
        }
    }
}

fn events_section(manual: &Manual<'_>, events: &[Operation<'_>]) -> Markup {
    html! {
        section.tag id=(EVENTS_ANCHOR) data-place {
            div.pair {
                div.text {
                    (title(2, EVENTS_ANCHOR, "Webhook events"))
                    p { "What is sent to the address of a webhook, as the body of a POST." }
                }
            }
            @for event in events { (sent(manual, event)) }
        }
    }
}

fn sent(manual: &Manual<'_>, event: &Operation<'_>) -> Markup {
    let anchor = event_anchor(event.path);
    let body = event.value.get("requestBody").map(|body| reading::resolve(manual.document, body));
    let content = body.and_then(|body| entries(body, "content").next()).map(|(_, content)| content);
    let shown = content.and_then(|content| entries(content, "examples").next()).map(|(_, example)| example);
    let shown = shown.and_then(|example| reading::resolve(manual.document, example).get("value"));
    html! {
        section.pair.event id=(anchor) data-place {
            div.text {
                (title(3, &anchor, event.path))
                @let description = text(event.value, "description");
                (prose(if description.is_empty() { text(event.value, "summary") } else { description }))
                @if let Some(schema) = content.and_then(|content| content.get("schema")) {
                    details.more {
                        summary { "Fields of the body" }
                        (fields::fields(manual, &schema::shape(manual.document, schema).fields, &anchor, Side::Answered))
                    }
                }
            }
            div.beside { @if let Some(shown) = shown { (example::json(event.path, shown)) } }
        }
    }
}

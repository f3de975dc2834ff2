//! Fields of bodies and objects, and parameters: each with its name, kind, limits and meaning.

use crate::api::docs::reference::Manual;
use crate::api::docs::reference::prose;
use crate::api::docs::reference::schema::Property;
use crate::api::docs::reference::schema::Shape;
use crate::api::docs::reference::schema::VALUES;
use crate::api::docs::reference::schema::shape;
use crate::api::openapi::reading::text;
use maud::Markup;
use maud::html;
use serde_json::Value;

/// Fields inside of fields are shown this deep at most.
const DEPTH_MAX: usize = 4;

/// Which way the fields go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To the server: some have to be there.
    Sent,
    /// To the caller: all are there.
    Answered,
}

/// A list of fields. Each has an anchor, which begins with the one given.
pub fn fields(manual: &Manual<'_>, fields: &[Property<'_>], anchor: &str, side: Side) -> Markup {
    list(manual, fields, anchor, side, 0)
}

fn list(manual: &Manual<'_>, fields: &[Property<'_>], anchor: &str, side: Side, depth: usize) -> Markup {
    html! {
        dl.fields {
            @for field in fields {
                @let anchor = format!("{anchor}.{}", field.name);
                @let shape = shape(manual.document, field.schema);
                div id=(anchor) {
                    (head(manual, field.name, &shape, field.required && side == Side::Sent))
                    dd {
                        (words(&shape, about(manual, field.schema, &shape)))
                        @if depth < DEPTH_MAX && !shape.fields.is_empty() && !manual.objects.tell(&shape) {
                            details.more {
                                summary { "Fields of " code { (field.name) } }
                                (list(manual, &shape.fields, &anchor, side, depth + 1))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A field alone, such as a parameter or a header, with its own description.
pub fn field(manual: &Manual<'_>, anchor: &str, property: &Property<'_>, description: &str) -> Markup {
    let shape = shape(manual.document, property.schema);
    html! {
        div id=(anchor) { (head(manual, property.name, &shape, property.required)) dd { (words(&shape, if description.is_empty() { shape.description } else { description })) } }
    }
}

fn head(manual: &Manual<'_>, name: &str, shape: &Shape<'_>, required: bool) -> Markup {
    html! {
        dt {
            code.name { (name) }
            " " span.kind { (kind(manual, shape)) }
            @if shape.nullable { " " span.kind { "or null" } }
            @for limit in &shape.limits { " " span.limit { (limit) } }
            @if required { " " span.required { "required" } }
        }
    }
}

/// What is to be said of a field. Of an object that is told elsewhere, only what is said in this place.
fn about<'a>(manual: &Manual<'_>, schema: &'a Value, shape: &Shape<'a>) -> &'a str {
    if manual.objects.tell(shape) { text(schema, "description") } else { shape.description }
}

fn words(shape: &Shape<'_>, description: &str) -> Markup {
    html! {
        (prose(description.split(VALUES).next().unwrap_or_default()))
        @if shape.values.iter().any(|(_, meaning)| !meaning.is_empty() && *meaning != shape.description) {
            dl.values { @for (value, meaning) in &shape.values { div { dt { code { (value) } } dd { (meaning) } } } }
        } @else if !shape.values.is_empty() {
            p.values { @for value in &shape.values { code { (value.0) } " " } }
        }
    }
}

/// The kind. In the place of an object that is told elsewhere stands a link to it.
fn kind(manual: &Manual<'_>, shape: &Shape<'_>) -> Markup {
    let Some((before, _)) = shape.kind.split_once("object").filter(|_| manual.objects.tell(shape)) else {
        return html! { (shape.kind) };
    };
    html! {
        (before)
        @for (at, name) in shape.components.iter().enumerate() {
            @if at > 0 { " or " }
            a href={ "#" (name) } { (name) }
        }
    }
}

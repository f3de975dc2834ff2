//! What a JSON Schema says, in the words of the page: a kind, its fields, its values and its limits.

use crate::api::openapi::reading;
use crate::api::openapi::reading::entries;
use crate::api::openapi::reading::items;
use crate::api::openapi::reading::resolve;
use crate::api::openapi::reading::text;
use serde_json::Value;

/// Schemas that are looked into one inside the other at most.
const DEPTH_MAX: usize = 8;

/// A schema, with references followed and alternatives put together.
#[derive(Debug, Clone, Default)]
pub struct Shape<'a> {
    /// `string`, `list of integers`, `object`.
    pub kind: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// The component that its fields come from.
    pub component: Option<&'a str>,
    /// The fields of the object, or of the objects in the list.
    pub fields: Vec<Property<'a>>,
    /// What it may be, each with what that means, where there is a choice of few.
    pub values: Vec<(String, &'a str)>,
    /// Bounds, format and default, each in a few words.
    pub limits: Vec<String>,
    /// Markdown.
    pub description: &'a str,
}

/// A field of an object.
#[derive(Debug, Clone)]
pub struct Property<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it must be there.
    pub required: bool,
    /// What it may hold.
    pub schema: &'a Value,
}

/// What this schema says.
pub fn shape<'a>(document: &'a Value, schema: &'a Value) -> Shape<'a> {
    look(document, schema, 0)
}

fn look<'a>(document: &'a Value, schema: &'a Value, depth: usize) -> Shape<'a> {
    let target = resolve(document, schema);
    if depth > DEPTH_MAX {
        return Shape { kind: "object".to_owned(), ..Shape::default() };
    }
    let mut shape = match target {
        _ if target.get("allOf").is_some() => all_of(document, target, depth),
        _ if target.get("oneOf").is_some() => one_of(document, items(target, "oneOf"), depth),
        _ if target.get("anyOf").is_some() => one_of(document, items(target, "anyOf"), depth),
        _ => plain(document, target, depth),
    };
    shape.limits.extend(limits(target));
    // What stands beside a reference is about this place.
    for described in [target, schema] {
        let words = text(described, "description");
        if !words.is_empty() {
            shape.description = words;
        }
    }
    if !shape.fields.is_empty() && target.get("items").is_none() {
        shape.component = reading::reference(schema).or(shape.component);
    }
    shape
}

fn plain<'a>(document: &'a Value, schema: &'a Value, depth: usize) -> Shape<'a> {
    let types = types(schema);
    let nullable = types.contains(&"null");
    let kind = types.iter().find(|kind| **kind != "null").copied();
    let kind = kind.unwrap_or(if schema.get("properties").is_some() { "object" } else { "any value" });
    if let (Some(inner), "array") = (schema.get("items"), kind) {
        let inner = look(document, inner, depth + 1);
        let (kind, limits) = (listed(&inner.kind), inner.limits.clone());
        return Shape { kind, nullable, limits, description: "", ..inner };
    }
    let choices = schema
        .get("const")
        .map(std::slice::from_ref)
        .or(schema.get("enum").and_then(Value::as_array).map(Vec::as_slice));
    let choices = choices.unwrap_or_default().iter().filter(|choice| !choice.is_null());
    Shape {
        kind: kind.to_owned(),
        nullable,
        fields: properties(schema),
        values: choices.map(|choice| (written(choice), text(schema, "description"))).collect(),
        ..Shape::default()
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The fields that stand in this very schema.
fn properties(schema: &Value) -> Vec<Property<'_>> {
    let required = |name: &str| items(schema, "required").any(|required| required == name);
    entries(schema, "properties").map(|(name, schema)| Property { name, required: required(name), schema }).collect()
}

/// All of them at once: the fields of each.
fn all_of<'a>(document: &'a Value, schema: &'a Value, depth: usize) -> Shape<'a> {
    let mut whole = Shape::default();
    for part in items(schema, "allOf") {
        let part = look(document, part, depth + 1);
        let component = whole.component.or(part.component);
        whole.fields.extend(part.fields);
        whole = Shape { kind: part.kind, values: part.values, description: part.description, component, ..whole };
    }
    whole.fields.extend(properties(schema));
    Shape { component: whole.component.filter(|_| items(schema, "allOf").count() == 1), ..whole }
}

/// One of several: null aside, each kind is named; of objects, a field is told once, and none is required.
fn one_of<'a>(document: &'a Value, variants: impl Iterator<Item = &'a Value>, depth: usize) -> Shape<'a> {
    let (nulls, variants): (Vec<_>, Vec<_>) = variants.partition(|variant| types(variant) == ["null"]);
    let mut shapes = variants.into_iter().map(|variant| look(document, variant, depth + 1));
    let mut whole = shapes.next().unwrap_or_default();
    for other in shapes {
        for field in whole.fields.iter_mut() {
            field.required &= other.fields.iter().any(|one| one.name == field.name && one.required);
        }
        for field in other.fields {
            if !whole.fields.iter().any(|known| known.name == field.name) {
                whole.fields.push(Property { required: false, ..field });
            }
        }
        whole.values.extend(other.values);
        if !whole.kind.split(" or ").any(|kind| kind == other.kind) {
            whole.kind = format!("{} or {}", whole.kind, other.kind);
        }
        whole = Shape { component: None, description: "", nullable: whole.nullable | other.nullable, ..whole };
    }
    Shape { nullable: whole.nullable || !nulls.is_empty(), ..whole }
}

fn listed(kind: &str) -> String {
    match kind {
        "string" | "integer" | "number" | "boolean" | "object" => format!("list of {kind}s"),
        kind => format!("list of {kind}"),
    }
}

/// A value as it is written in JSON; a text without its quotes.
pub fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn limits(schema: &Value) -> Vec<String> {
    let number = |name: &str| schema.get(name).filter(|value| value.is_number()).map(Value::to_string);
    let between = |least: &str, most: &str, what: &str| match (number(least).filter(|least| least != "0"), number(most))
    {
        (Some(least), Some(most)) if least == most => Some(format!("{least}{what}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most}{what}")),
        (Some(least), None) => Some(format!("at least {least}{what}")),
        (None, Some(most)) => Some(format!("at most {most}{what}")),
        (None, None) => None,
    };
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    let format = text("format").filter(|format| !["int32", "int64", "float", "double"].contains(format));
    let default = schema.get("default").filter(|default| !default.is_null());
    let file = schema.get("contentMediaType").map(|_| "file".to_owned());
    [
        file,
        format.map(str::to_owned),
        between("minLength", "maxLength", " characters"),
        between("minimum", "maximum", ""),
        between("minItems", "maxItems", " items"),
        between("minProperties", "maxProperties", " keys"),
        text("pattern").map(|pattern| format!("matches {pattern}")),
        default.map(|default| format!("default {}", written(default))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The components with fields that a value of this schema is, or holds; not what those hold in turn.
pub fn components<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a str> {
    let mut found = Vec::new();
    gather(document, schema, 0, &mut found);
    found
}

fn gather<'a>(document: &'a Value, schema: &'a Value, depth: usize, found: &mut Vec<&'a str>) {
    if depth > DEPTH_MAX {
        return;
    }
    let target = resolve(document, schema);
    let shape = look(document, schema, depth);
    if let Some(name) = reading::reference(schema).filter(|_| !shape.fields.is_empty() && target.get("items").is_none())
    {
        // One of several objects is told by each of them.
        let variants = items(target, "oneOf").chain(items(target, "anyOf"));
        if variants.filter(|variant| types(variant) != ["null"]).count() < 2 {
            found.push(name);
            return;
        }
    }
    for field in properties(target) {
        gather(document, field.schema, depth + 1, found);
    }
    let inner = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|word| items(target, word)).chain(target.get("items"));
    for schema in inner {
        gather(document, schema, depth + 1, found);
    }
}

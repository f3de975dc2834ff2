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
    /// The components that its fields come from, if all of them do: several where it is one of these.
    pub components: Vec<&'a str>,
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
    if !std::ptr::eq(target, schema) {
        shape.limits.extend(limits(schema));
    }
    for described in [target, schema] {
        let words = text(described, "description");
        if !words.is_empty() {
            shape.description = words;
        }
    }
    let is_object = !shape.fields.is_empty() && target.get("items").is_none();
    // One of several objects is told by each of them, whatever they are called together.
    if let Some(name) = reading::reference(schema).filter(|_| is_object && shape.components.len() < 2) {
        shape.components = vec![name];
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
        values: choices
            .map(|choice| (written(choice), meaning(text(schema, "description"), &written(choice))))
            .collect(),
        ..Shape::default()
    }
}

/// What stands before the values in a description that says what each of them means, one a line.
pub const VALUES: &str = "\n\n- `";

/// What a value means; where nothing is said of it alone, what is said of all.
fn meaning<'a>(description: &'a str, value: &str) -> &'a str {
    let own = description.lines().find_map(|line| line.strip_prefix("- `")?.strip_prefix(value)?.strip_prefix("`: "));
    own.unwrap_or(description)
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
        whole.fields.extend(part.fields);
        whole.components.extend(part.components);
        whole = Shape { kind: part.kind, values: part.values, description: part.description, ..whole };
    }
    if items(schema, "allOf").count() > 1 {
        whole.components.clear();
    }
    whole.fields.extend(properties(schema));
    whole
}

/// One of several: null aside, each kind is named; of objects, a field is told once, and none is required.
fn one_of<'a>(document: &'a Value, variants: impl Iterator<Item = &'a Value>, depth: usize) -> Shape<'a> {
    let (nulls, variants): (Vec<_>, Vec<_>) = variants.partition(|variant| types(variant) == ["null"]);
    let mut shapes = variants.into_iter().map(|variant| look(document, variant, depth + 1));
    let mut whole = shapes.next().unwrap_or_default();
    for other in shapes {
        let is_named = |shape: &Shape<'_>| shape.fields.is_empty() || !shape.components.is_empty();
        let components = if is_named(&whole) && is_named(&other) {
            [whole.components.as_slice(), &other.components].concat()
        } else {
            Vec::new()
        };
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
        whole = Shape { components, description: "", nullable: whole.nullable | other.nullable, ..whole };
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
    let number =
        |name: &str| schema.get(name).filter(|value| value.is_number()).map(|value| grouped(&value.to_string()));
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
        text("pattern").and_then(form),
        default.map(|default| format!("default {}", written(default))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a pattern means to a person: the form of an id by its example. One that is long is for programs alone; what it asks
/// for stands in the text.
fn form(pattern: &str) -> Option<String> {
    if let Some((before, _)) = pattern.split_once("_([0-9]{3}|") {
        let prefix = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        return Some(format!("such as {prefix}_001"));
    }
    (pattern.len() <= 40).then(|| format!("matches {pattern}"))
}

/// A number that people read: 100,000.
fn grouped(number: &str) -> String {
    let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_whole || number.len() <= 4 {
        return number.to_owned();
    }
    let digits = number.as_bytes().rchunks(3).rev().map(|three| String::from_utf8_lossy(three).into_owned());
    digits.collect::<Vec<_>>().join(",")
}

/// The components with fields that a value of this schema is, or holds; not what those hold in turn.
pub fn components<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a str> {
    let mut found = Vec::new();
    gather(document, schema, 0, &mut found);
    found
}

fn gather<'a>(document: &'a Value, schema: &'a Value, depth: usize, found: &mut Vec<&'a str>) {
    let shape = look(document, schema, depth);
    if !shape.components.is_empty() {
        return found.extend(shape.components);
    }
    for field in shape.fields.iter().filter(|_| depth < DEPTH_MAX) {
        gather(document, field.schema, depth + 1, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({"components": {"schemas": {
            "Ticket": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "sla": {"$ref": "#/components/schemas/Sla"}}},
            "Sla": {"type": "object", "properties": {"due": {"type": ["string", "null"], "format": "date-time"}}},
            "Priority": {"type": "string", "enum": ["high", "low"], "description": "How much it matters."},
            "Word": {"oneOf": [{"const": "a", "type": "string", "description": "First."}, {"const": "b", "type": "string"}]},
            "Either": {"oneOf": [{"$ref": "#/components/schemas/Ticket"}, {"$ref": "#/components/schemas/Sla"}]},
        }}})
    }

    fn told(schema: &Value) -> String {
        let document = document();
        let shape = shape(&document, schema);
        let fields: Vec<String> = shape
            .fields
            .iter()
            .map(|field| format!("{}{}", field.name, if field.required { "!" } else { "" }))
            .collect();
        let values: Vec<&str> = shape.values.iter().map(|(value, _)| value.as_str()).collect();
        let null = if shape.nullable { "?" } else { "" };
        format!(
            "{}{null} {:?} {fields:?} {values:?} {:?} {}",
            shape.kind, shape.components, shape.limits, shape.description
        )
    }

    #[test]
    fn a_schema_is_told_in_the_words_of_the_page() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        for (schema, words) in [
            (
                json!({"type": "string", "minLength": 1, "maxLength": 100_000}),
                r#"string [] [] [] ["1 to 100,000 characters"] "#,
            ),
            (
                json!({"type": ["integer", "null"], "minimum": 0, "maximum": 9, "format": "int64"}),
                r#"integer? [] [] [] ["at most 9"] "#,
            ),
            (json!({"type": "integer", "maximum": 1_000_000_000}), r#"integer [] [] [] ["at most 1,000,000,000"] "#),
            (
                json!({"type": "string", "pattern": "^(me|none|user_([0-9]{3}|[1-9][0-9]{3,17}))$"}),
                r#"string [] [] [] ["such as user_001"] "#,
            ),
            (json!({"type": "string", "pattern": "^[!-~]*$"}), r#"string [] [] [] ["matches ^[!-~]*$"] "#),
            (json!({"type": "string", "pattern": "a{3}".repeat(11)}), r#"string [] [] [] [] "#),
            (reference("Ticket"), r#"object ["Ticket"] ["id!", "sla"] [] [] "#),
            (
                json!({"type": "array", "items": reference("Ticket"), "minItems": 1}),
                r#"list of objects ["Ticket"] ["id!", "sla"] [] ["at least 1 items"] "#,
            ),
            (json!({"oneOf": [{"type": "null"}, reference("Sla")]}), r#"object? ["Sla"] ["due"] [] [] "#),
            (
                json!({"$ref": "#/components/schemas/Priority", "default": "low", "description": "Ours."}),
                r#"string [] [] ["high", "low"] ["default low"] Ours."#,
            ),
            (reference("Word"), r#"string [] [] ["a", "b"] [] "#),
            (reference("Either"), r#"object ["Ticket", "Sla"] ["id", "sla", "due"] [] [] "#),
            (
                json!({"allOf": [reference("Sla"), {"type": "object", "properties": {"n": {}}}]}),
                r#"object [] ["due", "n"] [] [] "#,
            ),
            (json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), r#"string or integer [] [] [] [] "#),
            (json!({"$ref": "#/nowhere"}), r#"any value [] [] [] [] "#),
        ] {
            assert_eq!(told(&schema), words, "{schema}");
        }
    }

    #[test]
    fn each_value_has_its_own_meaning_where_the_description_says_it() {
        let document = document();
        let lines = json!({"type": "string", "enum": ["low", "high"], "description": "How much.\n\n- `low`: Can wait.\n- `high`: Now."});
        let expected = [("low".to_owned(), "Can wait."), ("high".to_owned(), "Now.")];
        assert_eq!(shape(&document, &lines).values, expected);
    }

    #[test]
    fn the_components_of_a_schema_are_found_wherever_they_stand_in_it() {
        let document = document();
        let inline =
            json!({"properties": {"all": {"type": "array", "items": {"$ref": "#/components/schemas/Either"}}}});
        assert_eq!(components(&document, &inline), ["Ticket", "Sla"]);
        assert_eq!(components(&document, &json!({"$ref": "#/components/schemas/Ticket"})), ["Ticket"]);
    }
}

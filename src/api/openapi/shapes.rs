//! Schemas as the document shows them. The derive names every type; here plain values are written out where they stand, what
//! is flattened is merged, and the two rules that hold for all objects are put in: an answer never leaves out a field, and a
//! request may hold no unknown one.

use crate::types::schema;
use crate::types::schema::COMPONENTS;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The schemas that types gave, by name.
#[derive(Default)]
pub struct Shapes {
    raw: BTreeMap<String, Value>,
}

impl Shapes {
    /// Takes a schema up.
    pub fn add(&mut self, name: &str, schema: Value) {
        self.raw.entry(name.to_owned()).or_insert(schema);
    }

    /// A schema with plain values written out.
    pub fn settle(&self, schema: &Value) -> Value {
        let Value::Object(fields) = schema else { return schema.clone() };
        if let Some(named) = self.named_words(fields) {
            return named;
        }
        if let Some(name) = reference(schema) {
            return self.settle_reference(name, fields);
        }
        if let Some(settled) = self.settle_nullable(fields) {
            return settled;
        }
        if let Some(Value::Array(parts)) = fields.get("allOf") {
            return self.merge(parts, fields);
        }
        let settle_field = |(name, value): (&String, &Value)| {
            let settled = match (name.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    properties.iter().map(|(name, property)| (name.clone(), self.settle(property))).collect()
                }
                ("items" | "additionalProperties" | "propertyNames", value) => self.settle(value),
                ("oneOf" | "anyOf", Value::Array(parts)) => parts.iter().map(|part| self.settle(part)).collect(),
                ("required", Value::Array(required)) => {
                    let kept = required.iter().filter(|name| !self.is_optional(fields, name));
                    kept.cloned().collect()
                }
                (_, value) => value.clone(),
            };
            (name.clone(), settled)
        };
        Value::Object(fields.iter().map(settle_field).collect())
    }

    /// A closed set of words that has a name.
    fn named_words(&self, fields: &Map<String, Value>) -> Option<Value> {
        let words = fields.get("enum")?;
        let (name, _) = self.raw.iter().find(|(_, known)| known.get("enum") == Some(words) && !is_plain(known))?;
        let is_settled = fields.get("description") == self.raw.get(name)?.get("description");
        is_settled.then(|| json!({"$ref": format!("{COMPONENTS}{}", shown(name))}))
    }

    /// Whether a property is a field of a PATCH, which may be absent.
    fn is_optional(&self, fields: &Map<String, Value>, name: &Value) -> bool {
        let property = name.as_str().and_then(|name| fields.get("properties")?.get(name));
        property.and_then(reference).is_some_and(schema::is_optional)
    }

    fn settle_reference(&self, name: &str, fields: &Map<String, Value>) -> Value {
        let target = self.raw.get(name);
        match target.filter(|target| schema::is_optional(name) || is_plain(target)) {
            None => {
                let mut kept = fields.clone();
                kept.insert("$ref".to_owned(), format!("{COMPONENTS}{}", shown(name)).into());
                Value::Object(kept)
            }
            Some(target) => {
                let mut settled = self.settle(target);
                // What is said of the field counts more than what is said of its type.
                for (name, value) in fields.iter().filter(|(name, _)| *name != "$ref") {
                    put(&mut settled, name, value.clone());
                }
                settled
            }
        }
    }

    /// `oneOf` of null and a plain value is a plain value that may be null.
    fn settle_nullable(&self, fields: &Map<String, Value>) -> Option<Value> {
        let parts = fields.get("oneOf")?.as_array()?;
        let nothing = json!({"type": "null"});
        let [other] = parts.iter().filter(|part| **part != nothing).collect::<Vec<_>>().try_into().ok()?;
        let mut settled = self.settle(other);
        let said = settled.as_object_mut().and_then(|other| other.shift_remove("description"));
        match settled.get("type").cloned() {
            Some(Value::String(kind)) if settled.get("enum").is_none() => {
                put(&mut settled, "type", json!([kind, "null"]));
            }
            _ => settled = json!({"oneOf": [settled, nothing]}),
        }
        if let Some(said) = said {
            put(&mut settled, "description", said);
        }
        for (name, value) in fields.iter().filter(|(name, _)| *name != "oneOf") {
            put(&mut settled, name, value.clone());
        }
        Some(settled)
    }

    /// What stands beside each other in an object is one object.
    fn merge(&self, parts: &[Value], fields: &Map<String, Value>) -> Value {
        let mut merged = json!({"type": "object", "properties": {}, "required": []});
        for part in parts {
            let whole = reference(part).and_then(|name| self.raw.get(name)).unwrap_or(part);
            let settled = self.settle(whole);
            if let (Some(Value::Object(all)), Some(Value::Object(new))) =
                (merged.get_mut("properties"), settled.get("properties"))
            {
                all.extend(new.clone());
            }
            if let (Some(Value::Array(all)), Some(Value::Array(new))) =
                (merged.get_mut("required"), settled.get("required"))
            {
                all.extend(new.clone());
            }
        }
        for (name, value) in fields.iter().filter(|(name, _)| *name != "allOf") {
            put(&mut merged, name, value.clone());
        }
        merged
    }

    /// All that has a name in the document, of what these refer to. Of those that requests refer to, unknown fields are
    /// refused; of all others, no field is left out.
    pub fn components(&self, requests: &[Value], answers: &[Value]) -> Map<String, Value> {
        let (incoming, outgoing) = (self.reached(requests), self.reached(answers));
        let mut all = Map::new();
        for (name, raw) in &self.raw {
            let name = shown(name);
            if incoming.contains(&name) {
                all.insert(name, close(self.settle_named(raw)));
            } else if outgoing.contains(&name) {
                all.insert(name, fill(self.settle_named(raw)));
            }
        }
        all
    }

    /// The schema of something that has a name: words are not replaced by it.
    fn settle_named(&self, raw: &Value) -> Value {
        if raw.get("enum").is_some() { raw.clone() } else { self.settle(raw) }
    }

    fn reached(&self, from: &[Value]) -> BTreeSet<String> {
        let mut known = BTreeSet::new();
        let mut open: Vec<String> = from.iter().flat_map(references).collect();
        while let Some(name) = open.pop() {
            if known.insert(name.clone()) {
                let raw = self.raw.iter().find(|(raw, _)| shown(raw) == name);
                open.extend(raw.into_iter().flat_map(|(_, raw)| references(&self.settle_named(raw))));
            }
        }
        known
    }
}

/// What a schema refers to, if it is but a reference.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)
}

/// All that a settled schema refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(fields) => {
            let own = reference(schema).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Whether it is one value, with no fields or words of its own to be named for.
fn is_plain(schema: &Value) -> bool {
    let kind = schema.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| kind != "object") && schema.get("enum").is_none()
}

/// `Hit_Ticket` is shown as `TicketHit`.
fn shown(name: &str) -> String {
    name.rsplit('_').collect()
}

/// Sets a field of an object.
pub fn put(schema: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = schema {
        fields.insert(name.to_owned(), value);
    }
}

/// What comes in: an object that may hold no other fields, nor may objects in it; where there is a time, a bare date will do.
pub fn close(mut schema: Value) -> Value {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for property in properties.values_mut() {
            let taken = std::mem::take(property);
            *property = if taken.get("properties").is_some() { close(taken) } else { take_dates(taken) };
        }
    }
    if schema.get("required") == Some(&json!([]))
        && let Value::Object(fields) = &mut schema
    {
        fields.shift_remove("required");
    }
    if schema.get("properties").is_some() {
        put(&mut schema, "additionalProperties", false.into());
    }
    schema
}

/// A time as it is taken: of any offset, or a bare date for midnight UTC.
pub fn take_dates(mut schema: Value) -> Value {
    if schema.get("format") != Some(&json!("date-time")) {
        return schema;
    }
    let mut kinds = vec![json!({"type": "string", "format": "date-time"}), json!({"type": "string", "format": "date"})];
    if may_be_null(&schema) {
        kinds.push(json!({"type": "null"}));
    }
    if let Value::Object(fields) = &mut schema {
        fields.retain(|name, _| name == "description");
        fields.insert("anyOf".to_owned(), kinds.into());
    }
    schema
}

/// An object whose fields are all there, though some may be null.
///
/// How long texts may be, and of which characters, is a rule for what comes in: it may have grown stricter since.
fn fill(mut schema: Value) -> Value {
    if schema.get("maxLength").is_some()
        && let Value::Object(fields) = &mut schema
    {
        fields.retain(|name, _| !matches!(name.as_str(), "minLength" | "maxLength" | "pattern"));
    }
    if let Some(items) = schema.get("items").cloned() {
        put(&mut schema, "items", fill(items));
    }
    let Some(Value::Object(properties)) = schema.get("properties") else { return schema };
    let required: BTreeSet<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let is_there = |(name, property): &(&String, &Value)| required.contains(name.as_str()) || may_be_null(property);
    let all: Vec<Value> = properties.iter().filter(is_there).map(|(name, _)| name.as_str().into()).collect();
    let inner = properties.iter().map(|(name, property)| (name.clone(), fill(property.clone()))).collect();
    put(&mut schema, "required", all.into());
    put(&mut schema, "properties", Value::Object(inner));
    schema
}

fn may_be_null(schema: &Value) -> bool {
    let null = json!("null");
    let typed = schema.get("type").and_then(Value::as_array).is_some_and(|kinds| kinds.contains(&null));
    let among = schema.get("oneOf").and_then(Value::as_array);
    typed || among.is_some_and(|parts| parts.iter().any(|part| part.get("type") == Some(&null)))
}

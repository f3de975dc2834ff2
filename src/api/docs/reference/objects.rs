//! Which objects the answers are made of, and under which tag each is explained: once, and linked from everywhere else.

use crate::api::docs::reference::schema::Property;
use crate::api::docs::reference::schema::Shape;
use crate::api::docs::reference::schema::components;
use crate::api::docs::reference::schema::shape;
use crate::api::openapi::reading;
use crate::api::openapi::reading::Operation;
use crate::api::openapi::reading::entries;
use serde_json::Value;

/// The objects of the document, each with its tag, in the order in which they are told.
#[derive(Debug, Default)]
pub struct Objects<'a>(Vec<Object<'a>>);

/// An object that has a place of its own.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// The name of its schema.
    pub name: &'a str,
    /// The tag that it is explained under.
    pub tag: &'a str,
    /// Its schema.
    pub schema: &'a Value,
}

impl<'a> Objects<'a> {
    /// Those of this document: what an operation answers with belongs to its tag; what is inside, to the first that holds it.
    pub fn of(document: &'a Value) -> Self {
        let mut objects = Self::default();
        let operations = reading::operations(document);
        let mut outside = Vec::new();
        for operation in &operations {
            for field in operation_fields(document, operation) {
                for name in components(document, field.schema) {
                    if field.name == "data" {
                        objects.add(document, name, operation.tag());
                    } else {
                        outside.push((name, operation.tag()));
                    }
                }
            }
        }
        outside.into_iter().for_each(|(name, tag)| objects.add(document, name, tag));
        // The list grows while it is walked: what an object holds is looked into as well.
        let mut at = 0;
        while let Some(object) = objects.0.get(at).copied() {
            for field in shape(document, object.schema).fields {
                components(document, field.schema).into_iter().for_each(|name| objects.add(document, name, object.tag));
            }
            at += 1;
        }
        objects
    }

    fn add(&mut self, document: &'a Value, name: &'a str, tag: &'a str) {
        let schema = document.pointer("/components/schemas").and_then(|schemas| schemas.get(name));
        if let Some(schema) = schema.filter(|_| !self.has(name)) {
            self.0.push(Object { name, tag, schema });
        }
    }

    /// Whether all that a shape may be has a place of its own.
    pub fn tell(&self, shape: &Shape<'_>) -> bool {
        !shape.components.is_empty() && shape.components.iter().all(|name| self.has(name))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|object| object.name == name)
    }

    /// Those of a tag.
    pub fn under(&self, tag: &str) -> impl Iterator<Item = &Object<'a>> {
        self.0.iter().filter(move |object| object.tag == tag)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Object<'a>> {
        self.0.iter()
    }
}

/// The fields of what an operation answers with when all is well.
fn operation_fields<'a>(document: &'a Value, operation: &Operation<'a>) -> Vec<Property<'a>> {
    let successes = operation.responses(document).into_iter().filter(|(status, _)| status.starts_with('2'));
    let schemas = successes.flat_map(|(_, response)| entries(response, "content"));
    schemas.filter_map(|(_, content)| content.get("schema")).flat_map(|schema| shape(document, schema).fields).collect()
}

/// An example of an object: the first that a call is answered with, or that stands in another object's.
pub fn example<'a>(document: &'a Value, objects: &Objects<'a>, name: &str) -> Option<&'a Value> {
    answered(document, name).or_else(|| {
        objects.all().find_map(|other| {
            let whole = answered(document, other.name)?;
            let fields = shape(document, other.schema).fields;
            let fields = fields.iter().filter(|field| components(document, field.schema) == [name]);
            fields.filter_map(|field| first(whole.get(field.name)?)).next()
        })
    })
}

fn answered<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    reading::operations(document).iter().find_map(|operation| {
        let successes = operation.responses(document).into_iter().filter(|(status, _)| status.starts_with('2'));
        successes.flat_map(|(_, response)| entries(response, "content")).find_map(|(_, content)| {
            let data = shape(document, content.get("schema")?).fields.into_iter().find(|field| field.name == "data")?;
            let is_it = shape(document, data.schema).components == [name];
            let (_, shown) = entries(content, "examples").next().filter(|_| is_it)?;
            first(reading::resolve(document, shown).get("value")?.get("data")?)
        })
    })
}

/// An object, or the first of a list.
fn first(value: &Value) -> Option<&Value> {
    let value = value.as_array().map_or(Some(value), |list| list.first())?;
    value.is_object().then_some(value)
}

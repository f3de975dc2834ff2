//! Custom fields: a flat object of names and plain values.

use crate::described;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::Invalid;
use crate::types::field::path;
use crate::types::schema;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Map;
use deserr::Value;
use deserr::ValuePointerRef;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::Schema;
use utoipa::openapi::Type;
use utoipa::openapi::schema::AnyOfBuilder;

/// At most this many keys.
pub const MAX_KEYS: usize = 50;
const MAX_KEY_CHARS: usize = 64;
const MAX_VALUE_BYTES: usize = 4 * 1024;

/// At most 50 keys (1–64 characters) with string (≤ 4 KiB), number or boolean values.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct CustomFields(BTreeMap<String, serde_json::Value>);

/// Custom fields as they come in: `null` removes a key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CustomFieldsPatch(BTreeMap<String, serde_json::Value>);

impl CustomFields {
    /// The values that can be searched for by their words: strings and numbers, each with its name.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        self.0.iter().filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some((name.as_str(), text.clone())),
            serde_json::Value::Number(number) => Some((name.as_str(), number.to_string())),
            _ => None,
        })
    }

    /// The fields, and what `other` knows beside them.
    ///
    /// # Errors
    /// [`Refused`] where that makes more than [`MAX_KEYS`].
    pub fn filled(&self, other: &Self) -> Result<Self, Refused> {
        Self(other.0.clone()).merged(&CustomFieldsPatch(self.0.clone()))
    }

    /// The fields with `patch` merged in.
    ///
    /// # Errors
    /// [`Refused`] where that makes more than [`MAX_KEYS`].
    pub fn merged(&self, patch: &CustomFieldsPatch) -> Result<Self, Refused> {
        let mut merged = self.0.clone();
        for (key, value) in &patch.0 {
            match value {
                serde_json::Value::Null => merged.remove(key),
                value => merged.insert(key.clone(), value.clone()),
            };
        }
        if merged.len() > MAX_KEYS {
            return Err(Refused::new(Rule::TooLong, format!("can't hold over {MAX_KEYS} keys")));
        }
        Ok(Self(merged))
    }
}

fn described(also: &[Type]) -> ObjectBuilder {
    let name = schema::text_of(1, MAX_KEY_CHARS, r"^[^\x00-\x1F\x7F-\x9F]+$");
    let text = schema::text().max_length(Some(MAX_VALUE_BYTES)).pattern(Some(r"^[^\x00]*$"));
    let kinds = [Type::Number, Type::Boolean].into_iter().chain(also.iter().cloned());
    let plain = kinds.map(|kind| Schema::from(ObjectBuilder::new().schema_type(kind)));
    let value = plain.fold(AnyOfBuilder::new().item(text), AnyOfBuilder::item);
    ObjectBuilder::new()
        .property_names(Some(name))
        .max_properties(Some(MAX_KEYS))
        .additional_properties(Some(Schema::AnyOf(value.build())))
}

described! {
    CustomFields = described(&[]);
    CustomFieldsPatch = described(&[Type::Null]);
}

impl Deserr<Invalid> for CustomFieldsPatch {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        let Value::Map(map) = value else {
            let refused = Refused::new(Rule::InvalidFormat, "must be an object of names and plain values");
            return Err(Invalid(vec![refused.at(path(at))]));
        };
        let mut faults = Vec::new();
        let mut fields = BTreeMap::new();
        if map.len() > MAX_KEYS {
            faults.push(Refused::new(Rule::TooLong, format!("can't hold over {MAX_KEYS} keys")).at(path(at)));
            return Err(Invalid(faults));
        }
        for (key, value) in map.into_iter() {
            let at = at.push_key(&key);
            match plain(&key, value.into_value()) {
                Ok(value) => drop(fields.insert(key, value)),
                Err(refused) => faults.push(refused.at(path(at))),
            }
        }
        if faults.is_empty() { Ok(Self(fields)) } else { Err(Invalid(faults)) }
    }
}

fn plain<V: IntoValue>(key: &str, value: Value<V>) -> Result<serde_json::Value, Refused> {
    if key.is_empty() || key.chars().count() > MAX_KEY_CHARS || key.chars().any(char::is_control) {
        return Err(Refused::new(Rule::InvalidFormat, format!("the name must be of 1 to {MAX_KEY_CHARS} characters")));
    }
    Ok(match value {
        Value::Null => serde_json::Value::Null,
        Value::Boolean(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::NegativeInteger(value) => value.into(),
        Value::Float(value) => value.into(),
        Value::String(value) if value.len() > MAX_VALUE_BYTES => {
            return Err(Refused::new(Rule::TooLong, "can't be over 4 KiB"));
        }
        Value::String(value) if value.contains('\0') => {
            return Err(Refused::new(Rule::InvalidFormat, "can't hold NUL characters"));
        }
        Value::String(value) => value.into(),
        Value::Sequence(_) | Value::Map(_) => {
            return Err(Refused::new(Rule::InvalidFormat, "must be a string, number, boolean or null"));
        }
    })
}

impl rusqlite::ToSql for CustomFields {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        if self.0.is_empty() {
            return Ok("{}".into());
        }
        let text =
            serde_json::to_string(&self.0).map_err(|cause| rusqlite::Error::ToSqlConversionFailure(Box::new(cause)))?;
        Ok(text.into())
    }
}

impl rusqlite::types::FromSql for CustomFields {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        match value.as_str()? {
            "{}" => Ok(Self::default()),
            text => serde_json::from_str(text)
                .map(Self)
                .map_err(|cause| rusqlite::types::FromSqlError::Other(Box::new(cause))),
        }
    }
}

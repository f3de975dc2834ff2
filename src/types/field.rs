//! Input: how JSON becomes typed values, all broken fields at once (deserr), and the three-valued field of a PATCH.

use crate::types::error::Detail;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use deserr::DeserializeError;
use deserr::Deserr;
use deserr::ErrorKind;
use deserr::IntoValue;
use deserr::MergeWithError;
use deserr::Value;
use deserr::ValueKind;
use deserr::ValuePointerRef;
use std::borrow::Cow;
use std::ops::ControlFlow;
use utoipa::__dev::ComposeSchema;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::OneOfBuilder;
use utoipa::openapi::Ref;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;
use utoipa::openapi::Type;

/// Every field of an input that breaks a rule.
#[derive(Debug, PartialEq)]
pub struct Invalid(pub Vec<Detail>);

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Error::invalid(invalid.0)
    }
}

/// Parses one JSON value into a typed input, or tells of all the fields at fault.
///
/// # Errors
/// [`Invalid`] with a detail for each broken field.
pub fn parse<T: Deserr<Invalid>>(json: serde_json::Value) -> Result<T, Invalid> {
    deserr::deserialize::<T, _, Invalid>(json)
}

impl MergeWithError<Invalid> for Invalid {
    fn merge(all: Option<Self>, other: Invalid, _: ValuePointerRef) -> ControlFlow<Self, Self> {
        let mut all = all.unwrap_or(Invalid(Vec::new()));
        all.0.extend(other.0);
        ControlFlow::Continue(all)
    }
}

impl MergeWithError<Refused> for Invalid {
    fn merge(all: Option<Self>, refused: Refused, at: ValuePointerRef) -> ControlFlow<Self, Self> {
        let detail = refused.at(path(at));
        Self::merge(all, Invalid(vec![detail]), at)
    }
}

impl DeserializeError for Invalid {
    fn error<V: IntoValue>(all: Option<Self>, error: ErrorKind<V>, at: ValuePointerRef) -> ControlFlow<Self, Self> {
        let (field, refused) = match error {
            ErrorKind::MissingField { field } => (join(at, field), Refused::new(Rule::Required, "is required")),
            ErrorKind::UnknownKey { key, accepted } => (join(at, key), unknown_field(key, accepted)),
            ErrorKind::UnknownValue { accepted, .. } => {
                (path(at), Refused::new(Rule::NotInEnum, format!("must be one of {}", accepted.join(", "))))
            }
            ErrorKind::IncorrectValueKind { actual, accepted } => {
                let refused = match actual.kind() {
                    ValueKind::Null => Refused::new(Rule::Required, "can't be null"),
                    _ => Refused::new(Rule::InvalidFormat, format!("must be {}", kinds(accepted))),
                };
                (path(at), refused)
            }
            ErrorKind::BadSequenceLen { .. } => {
                (path(at), Refused::new(Rule::InvalidFormat, "has the wrong number of items"))
            }
            ErrorKind::Unexpected { msg } => (path(at), Refused::new(Rule::OutOfRange, msg)),
        };
        Self::merge(all, Invalid(vec![refused.at(field)]), at)
    }
}

fn kinds(accepted: &[ValueKind]) -> &'static str {
    match accepted.first() {
        Some(ValueKind::Boolean) => "`true` or `false`",
        Some(ValueKind::Integer | ValueKind::NegativeInteger) => "a whole number",
        Some(ValueKind::Float) => "a number",
        Some(ValueKind::String) => "a string",
        Some(ValueKind::Sequence) => "an array",
        Some(ValueKind::Map) => "an object",
        Some(ValueKind::Null) | None => "of another type",
    }
}

/// Names the nearest known field: a mistyped `asignee_id` must not pass silently.
pub fn unknown_field(key: &str, accepted: &[&str]) -> Refused {
    let key: String = key.chars().take(64).collect();
    let nearest = accepted
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&key, known), known))
        .filter(|(distance, known)| *distance <= known.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance);
    let message = match nearest {
        Some((_, known)) => format!("is not known here: did you mean `{known}`?"),
        None if accepted.is_empty() => "is not known here: nothing is taken".to_owned(),
        None => format!("is not known here: known are `{}`", accepted.join("`, `")),
    };
    Refused::new(Rule::UnknownField, message)
}

/// `contact.email`, `ids[3]`; the empty path is the body itself.
pub fn path(at: ValuePointerRef) -> String {
    match at {
        ValuePointerRef::Origin => String::new(),
        ValuePointerRef::Key { key, prev } => join(*prev, key),
        ValuePointerRef::Index { index, prev } => format!("{}[{index}]", path(*prev)),
    }
}

fn join(at: ValuePointerRef, key: &str) -> String {
    let key: String = key.chars().take(64).collect();
    let parent = path(at);
    if parent.is_empty() { key } else { format!("{parent}.{key}") }
}

/// A field of a PATCH (JSON Merge Patch, RFC 7396): absent leaves, `null` clears, a value sets.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Field<T> {
    /// Not in the body: stays as it is.
    #[default]
    Absent,
    /// `null`: is cleared.
    Null,
    /// Takes this value.
    Set(T),
}

impl<T> Field<T> {
    /// What the field is afterwards.
    pub fn or(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Absent => old,
            Self::Null => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T: Deserr<Invalid>> Deserr<Invalid> for Field<T> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        match value {
            Value::Null => Ok(Self::Null),
            value => T::deserialize_from_value(value, at).map(Self::Set),
        }
    }
}

/// A field of a PATCH that can't be null: absent, or a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Given<T>(pub Option<T>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Given<T> {
    /// What the field is afterwards.
    pub fn or(self, old: T) -> T {
        self.0.unwrap_or(old)
    }
}

impl<T: Deserr<Invalid>> Deserr<Invalid> for Given<T> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        T::deserialize_from_value(value, at).map(|value| Self(Some(value)))
    }
}

/// A whole number: to JSON, 60 and 60.0 are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole(pub i64);

impl Deserr<Invalid> for Whole {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        match value {
            // What is beyond the range of the type becomes its end, which no rule allows.
            Value::Float(number) if number.fract() == 0.0 => Ok(Self(number as i64)),
            value => i64::deserialize_from_value(value, at).map(Self),
        }
    }
}

// In the document, too, a field of a PATCH may be absent: the document's builder takes the mark off, and does not require the field.
impl<T: ToSchema> ComposeSchema for Given<T> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        named::<T>()
    }
}

impl<T: ToSchema> ToSchema for Given<T> {
    fn name() -> Cow<'static, str> {
        schema::OPTIONAL.into()
    }
    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        all.push((T::name().into_owned(), T::schema()));
        T::schemas(all);
    }
}

impl<T: ToSchema> ComposeSchema for Field<T> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        OneOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Null)).item(named::<T>()).into()
    }
}

impl<T: ToSchema> ToSchema for Field<T> {
    fn name() -> Cow<'static, str> {
        format!("{}OrNull", schema::OPTIONAL).into()
    }
    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        Given::<T>::schemas(all);
    }
}

/// The schema of a type; of a closed set of words, its name.
fn named<T: ToSchema>() -> RefOr<Schema> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) if object.enum_values.is_some() => Ref::from_schema_name(T::name()).into(),
        other => other,
    }
}

/// Makes types that parse from text (`FromStr<Err = Refused>`) take a JSON string as input.
#[macro_export]
macro_rules! text_input {
    ($name:ident $(<$parameter:ident : $bound:path>)?) => {
        impl $(<$parameter: $bound>)? deserr::Deserr<$crate::types::field::Invalid> for $name $(<$parameter>)? {
            fn deserialize_from_value<V: deserr::IntoValue>(
                value: deserr::Value<V>,
                at: deserr::ValuePointerRef,
            ) -> Result<Self, $crate::types::field::Invalid> {
                let text = <String as deserr::Deserr<$crate::types::field::Invalid>>::deserialize_from_value(value, at)?;
                text.parse().map_err(|refused: $crate::types::error::Refused| {
                    $crate::types::field::Invalid(vec![refused.at($crate::types::field::path(at))])
                })
            }
        }
    };
}

use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::time::Time;
text_input!(Id<K: Kind>);
text_input!(Time);

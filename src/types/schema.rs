//! How values describe themselves in the API's document (JSON Schema 2020-12, by utoipa).
//!
//! Structs derive their description. What is one plain value says here what it looks like: the same rules that its parser
//! has. `api::openapi` writes plain values out where they stand, and gives a name to objects and closed sets of words alone.

use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::SchemaFormat;
use utoipa::openapi::Type;

/// One line without control characters, that holds more than white space.
pub const LINE: &str = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$";
/// Lines and tabs, no other control characters, and more than white space.
pub const LINES: &str =
    r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$";

/// A text.
pub fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text of this many characters, in this form.
pub fn text_of(shortest: usize, longest: usize, pattern: &str) -> ObjectBuilder {
    text().min_length(Some(shortest)).max_length(Some(longest)).pattern(Some(pattern))
}

/// A format of JSON Schema, by its name.
pub fn format(name: &str) -> Option<SchemaFormat> {
    Some(SchemaFormat::Custom(name.to_owned()))
}

/// One of these words.
pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    text().enum_values(Some(words))
}

/// Says of a type that is one plain JSON value what it looks like, or that it looks `as` another type. (Utoipa's derive asks for its trait `ComposeSchema`, which
/// gives `PartialSchema` as well.)
#[macro_export]
macro_rules! described {
    ($name:ty as $inner:ty) => {
        impl utoipa::__dev::ComposeSchema for $name {
            fn compose(
                _: Vec<utoipa::openapi::RefOr<utoipa::openapi::Schema>>,
            ) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <$inner as utoipa::PartialSchema>::schema()
            }
        }
        impl utoipa::ToSchema for $name {
            fn schemas(all: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
                <$inner as utoipa::ToSchema>::schemas(all);
            }
        }
    };
    ($($name:ty = $schema:expr;)*) => { $(
        impl utoipa::__dev::ComposeSchema for $name {
            fn compose(
                _: Vec<utoipa::openapi::RefOr<utoipa::openapi::Schema>>,
            ) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $schema.into()
            }
        }
        impl utoipa::ToSchema for $name {}
    )* };
}

/// Words to look for: what is a letter, in any script, no pattern can say that all tools would read alike.
pub struct Words;

described!(Words = text().min_length(Some(1)).max_length(Some(255)););

/// Where a reference to a schema points.
pub const COMPONENTS: &str = "#/components/schemas/";

/// What stands before the name of a type whose fields need not be given.
pub const OPTIONAL: &str = "Optional";

/// Whether a schema of this name is that of a field of a PATCH, which may be absent.
pub fn is_optional(name: &str) -> bool {
    name.starts_with(OPTIONAL)
}

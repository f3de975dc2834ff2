//! What a route says of itself: the API's document, the page of the API reference and the collections are made of it.
//!
//! The arguments and the answer of a handler describe themselves ([`Argument`], [`Shape`]), so the document can't say
//! otherwise than the code does. What is left for the route to say is its name, a text, and its query parameters.
//! (utoipa's own attribute on handlers would have each route say all of it by hand, path and errors included.)

use crate::api::border::access::Access;
use crate::types::error::Code;
use crate::types::paging::DEFAULT_PER_PAGE;
use crate::types::paging::MAX_PAGE;
use crate::types::paging::MAX_PER_PAGE;
use crate::types::schema;
use crate::types::time::Time;
use actix_web::http::Method;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use utoipa::IntoParams;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::Required;
use utoipa::openapi::Schema;
use utoipa::openapi::path::ParameterIn;

/// An argument of a handler: what it means for the operation that the handler answers.
pub trait Argument {
    /// Adds to the operation what follows from this argument: nothing, unless said otherwise.
    fn describe(_: &mut Operation) {}
}

/// The shape of an answer.
pub trait Shape {
    /// Adds the answer to the operation.
    fn describe(operation: &mut Operation);
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

impl Place {
    /// The word for it in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// A parameter of an operation.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// Its name there.
    pub name: String,
    /// What it is for, in Markdown.
    pub text: String,
    /// Whether it has to be given. One in the path always has.
    pub required: bool,
    /// What it looks like.
    pub schema: Value,
}

/// What a request may carry as its body.
#[derive(Debug, Clone)]
pub struct Body {
    /// `application/json`, `multipart/form-data` or `application/x-www-form-urlencoded`.
    pub media: &'static str,
    /// What it looks like.
    pub schema: Value,
}

/// An answer that is no error.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// What it means.
    pub text: &'static str,
    /// The media type, and what the body looks like; none without a body.
    pub content: Option<(&'static str, Value)>,
    /// The headers that it has beside those of every answer.
    pub headers: &'static [&'static str],
}

/// Everything that the document says of a route.
#[derive(Clone)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path, with `{…}` for what varies.
    pub path: &'static str,
    /// Whether the last name in its path stands for any number of segments.
    pub is_deep: bool,
    /// Who may call it.
    pub access: Access,
    /// The section that it belongs to, by name.
    pub section: &'static str,
    /// A name that never changes: generated clients call their functions by it.
    pub id: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else is to be known, in Markdown.
    pub text: &'static str,
    /// Path, query and header parameters.
    pub parameters: Vec<Parameter>,
    /// The bodies that it takes: none, or one for each media type.
    pub bodies: Vec<Body>,
    /// What it answers when all is well.
    pub answers: Vec<Answered>,
    /// The errors that it may answer with.
    pub codes: Vec<Code>,
    /// The schemas that the above refers to, by name.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl Operation {
    /// An operation of which no more is known than its route.
    pub fn new(method: Method, path: &'static str, access: Access, section: &'static str) -> Self {
        let (parameters, bodies, answers, codes, schemas) = Default::default();
        let (id, summary, text, is_deep) = ("", "", "", false);
        Self { method, path, is_deep, access, section, id, summary, text, parameters, bodies, answers, codes, schemas }
    }

    /// Its name for programs, its title, and what else is to be known, in Markdown.
    pub fn named(&mut self, id: &'static str, summary: &'static str, text: &'static str) -> &mut Self {
        (self.id, self.summary, self.text) = (id, summary, text);
        self
    }

    /// A parameter that looks like `T`, and may be left out.
    pub fn parameter<T: ToSchema>(&mut self, place: Place, name: &str, text: &str) -> &mut Self {
        let schema = self.schema_of::<T>();
        self.described_parameter(place, name, text, schema)
    }

    /// A parameter that looks like this, and may be left out.
    pub fn described_parameter(&mut self, place: Place, name: &str, text: &str, schema: Value) -> &mut Self {
        let (name, text) = (name.to_owned(), text.to_owned());
        self.parameters.push(Parameter { place, name, text, required: place == Place::Path, schema });
        self
    }

    /// What varies in the path under this name, and is no id.
    pub fn varies(&mut self, name: &str) -> &mut Self {
        self.described_parameter(Place::Path, name, &format!("The name of the {name}."), json!({"type": "string"}))
    }

    /// The last name in its path stands for any number of segments.
    pub fn deep(&mut self) -> &mut Self {
        self.is_deep = true;
        self
    }

    /// The last parameter has to be given.
    pub fn required(&mut self) -> &mut Self {
        if let Some(last) = self.parameters.last_mut() {
            last.required = true;
        }
        self
    }

    /// The fields of a filter, as query parameters.
    pub fn filtered<F: IntoParams>(&mut self) -> &mut Self {
        for parameter in F::into_params(|| Some(ParameterIn::Query)) {
            let schema = serde_json::to_value(&parameter.schema).unwrap_or_default();
            let text = parameter.description.unwrap_or_default();
            self.described_parameter(Place::Query, &parameter.name, &text, schema);
            if parameter.required == Required::True {
                self.required();
            }
        }
        self
    }

    /// The query parameters of a list, which can be sorted by these columns, the first of them by default.
    pub fn paged(&mut self, columns: &[(&str, &str)]) -> &mut Self {
        let both = |(name, _): &(&str, &str)| [(*name).to_owned(), format!("-{name}")];
        let names: Vec<String> = columns.iter().flat_map(both).collect();
        self.numbered_pages();
        self.described_parameter(
            Place::Query,
            "sort",
            "What to sort by; `-` in front: descending. Ties are broken by the id.",
            json!({"type": "string", "enum": names}),
        );
        let cursor = "Begins after a row instead of counting off pages, so that no row is met twice or missed while others \
                      write. It is taken from the `Link` header of the page before, as it stands there.";
        self.described_parameter(Place::Query, "cursor", cursor, json!({"type": "string", "pattern": CURSOR}))
    }

    /// The query parameters of everything that comes in pages.
    pub fn numbered_pages(&mut self) -> &mut Self {
        let page = json!({"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1});
        let per_page = json!({"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE, "default": DEFAULT_PER_PAGE});
        self.described_parameter(Place::Query, "page", "The number of the page, from 1.", page);
        self.described_parameter(Place::Query, "per_page", "How many rows a page holds, 100 at most.", per_page)
    }

    /// The query parameter of a list of things that change.
    pub fn synced(&mut self) -> &mut Self {
        let text = "Only what changed at this instant or later, in the order of the changes: a client goes on from the \
                    last row that it saw.";
        self.parameter::<Time>(Place::Query, "updated_after", text)
    }

    /// The errors that it may answer with as well.
    pub fn may(&mut self, codes: &[Code]) -> &mut Self {
        let new: Vec<Code> = codes.iter().copied().filter(|code| !self.codes.contains(code)).collect();
        self.codes.extend(new);
        self
    }

    /// The schema that stands for `T`, which the document then holds.
    pub fn schema_of<T: ToSchema>(&mut self) -> Value {
        T::schemas(&mut self.schemas);
        let schema = T::schema();
        // What refers to another needs no name of its own.
        if matches!(schema, RefOr::Ref(_)) {
            return serde_json::to_value(schema).unwrap_or_default();
        }
        self.schemas.push((T::name().into_owned(), schema));
        json!({"$ref": format!("{}{}", schema::COMPONENTS, T::name())})
    }

    /// A JSON body that looks like `T`.
    pub fn takes<T: ToSchema>(&mut self) -> &mut Self {
        let schema = self.schema_of::<T>();
        self.bodies.push(Body { media: "application/json", schema });
        self
    }

    /// A plain form, as a page without a script sends it, with these fields.
    pub fn takes_form_fields(&mut self, fields: &[&str]) -> &mut Self {
        let properties: Map<String, Value> =
            fields.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        let schema = json!({"type": "object", "properties": properties});
        self.bodies.push(Body { media: "application/x-www-form-urlencoded", schema });
        self
    }

    /// A form with files, with these parts.
    pub fn takes_form(&mut self, parts: Value, required: &[&str]) -> &mut Self {
        let schema = json!({"type": "object", "properties": parts, "required": required});
        self.bodies.push(Body { media: "multipart/form-data", schema });
        self
    }

    /// What it answers when all is well.
    pub fn answers(
        &mut self,
        status: u16,
        text: &'static str,
        content: Option<(&'static str, Value)>,
        headers: &'static [&'static str],
    ) -> &mut Self {
        self.answers.push(Answered { status, text, content, headers });
        self
    }

    /// The names of its query parameters.
    pub fn query(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().filter(|one| one.place == Place::Query).map(|one| one.name.as_str())
    }

    /// The names that vary in its path, in their order.
    pub fn varying(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
    }
}

/// A value and an id, as cursors are written.
const CURSOR: &str = "^(n-?[0-9]{1,18}|t([0-9a-f]{2})*)\\.[0-9]{1,18}$";

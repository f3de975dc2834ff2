//! The one error: a code from a table, a sentence for a person, the fields at fault, and, for the log alone, the cause.

use crate::described;
use crate::types::schema;
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

macro_rules! codes {
    ($($name:ident $text:literal $status:literal $doc:literal;)*) => {
        /// What went wrong, in a word that programs can rely on (the contract's error table).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $doc] $name,)* }
        impl Code {
            /// Every code there is.
            pub const ALL: &[Code] = &[$(Code::$name,)*];
            /// The word in `error.code`.
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $text,)* } }
            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str { match self { $(Code::$name => $doc,)* } }
            /// The HTTP status it goes out with.
            pub fn status(self) -> u16 { match self { $(Code::$name => $status,)* } }
        }
    };
}

codes! {
    MalformedJson      "malformed_json"         400 "The body is not JSON.";
    MalformedMultipart "malformed_multipart"    400 "The body is not a well-formed form with files.";
    InvalidParameter   "invalid_parameter"      400 "A query parameter or header is unknown, out of range or of the wrong type.";
    Unauthorized       "unauthorized"           401 "No credentials, or wrong, revoked or expired ones.";
    Forbidden          "forbidden"              403 "The role or the key's scope does not allow it.";
    NotFound           "not_found"              404 "Unknown path or object.";
    MethodNotAllowed   "method_not_allowed"     405 "The path exists, but not with this method.";
    RequestTimeout     "request_timeout"        408 "The body did not arrive in time.";
    Conflict           "conflict"               409 "A unique value is taken, or the state of things does not allow it.";
    AlreadyIssued      "already_issued"         409 "The first answer showed a secret once; it is not shown again.";
    CursorExpired      "cursor_expired"         410 "The change feed no longer reaches back to this event.";
    PreconditionFailed "precondition_failed"    412 "`If-Match` does not match: someone else was faster.";
    TooLarge           "too_large"              413 "The body is over its limit.";
    UnsupportedMedia   "unsupported_media_type" 415 "The body is not of a type that this path takes.";
    RangeNotSatisfiable "range_not_satisfiable" 416 "The file has no bytes in the range asked for.";
    ValidationFailed   "validation_failed"      422 "Well-formed JSON that breaks a rule.";
    RateLimited        "rate_limited"           429 "Too many requests.";
    Internal           "internal"               500 "A fault of ours.";
    Unavailable        "unavailable"            503 "The store cannot take this now; trying again may help.";
}

macro_rules! rules {
    ($($name:ident $text:literal;)*) => {
        /// Which rule a field broke (`details[].code`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Rule { $(#[doc = $text] $name,)* }
        impl Rule {
            /// Every rule there is.
            pub const ALL: &[Rule] = &[$(Rule::$name,)*];
            /// The word in `details[].code`.
            pub fn as_str(self) -> &'static str { match self { $(Rule::$name => $text,)* } }
        }
    };
}

rules! {
    Required "required";
    TooLong "too_long";
    TooShort "too_short";
    InvalidFormat "invalid_format";
    NotInEnum "not_in_enum";
    OutOfRange "out_of_range";
    Taken "taken";
    Outdated "outdated";
    UnknownField "unknown_field";
    UnknownId "unknown_id";
}

described! {
    Rule = schema::words(Rule::ALL.iter().map(|rule| rule.as_str()));
    Code = schema::words(Code::ALL.iter().map(|code| code.as_str()));
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Detail {
    /// The path in the body (`contact.email`, `ids[3]`), or the parameter's name.
    pub field: String,
    /// The rule that it breaks.
    pub code: Rule,
    /// A sentence for a person.
    pub message: String,
    /// The id of the object that holds a taken value, where the caller may see it; or of the newest, where the caller named
    /// an older one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub existing_id: Option<String>,
}

/// Why a value was refused, before anyone knows which field it stood in.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The rule that it breaks.
    pub rule: Rule,
    /// A sentence for a person.
    pub message: String,
}

impl Refused {
    /// A refusal by `rule`, with a sentence for a person.
    pub fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, message: message.into() }
    }

    /// Names the field that the value stood in.
    pub fn at(self, field: impl Into<String>) -> Detail {
        Detail { field: field.into(), code: self.rule, message: self.message, existing_id: None }
    }
}

/// Every failure of CommFlow. Made where the cause is known; turned into HTTP in one place, `api::border::answer`.
#[derive(Debug)]
pub struct Error {
    /// The word for programs.
    pub code: Code,
    /// The sentence for people.
    pub message: String,
    /// The fields at fault.
    pub details: Vec<Detail>,
    /// Whole seconds after which trying again makes sense.
    pub retry_after_s: Option<u64>,
    /// For the log alone; it never leaves the process.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `code` with a sentence for people.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new(), retry_after_s: None, cause: None }
    }

    /// 404: no object of that id.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("There is no {what}."))
    }

    /// 422: these fields break a rule each.
    pub fn invalid(details: Vec<Detail>) -> Self {
        Self { details, ..Self::new(Code::ValidationFailed, "") }.summed_up()
    }

    /// 422 for one field.
    pub fn invalid_field(field: &str, rule: Rule, message: impl Into<String>) -> Self {
        Self::invalid(vec![Refused::new(rule, message).at(field)])
    }

    /// 400: these query parameters are not as they must be.
    pub fn invalid_parameters(details: Vec<Detail>) -> Self {
        Self { details, ..Self::new(Code::InvalidParameter, "") }.summed_up()
    }

    /// 409: a unique value is held by another object.
    pub fn taken(field: &str, message: impl Into<String>, holder: impl fmt::Display) -> Self {
        Self::in_the_way(field, Rule::Taken, message, holder)
    }

    /// 409: the caller has not seen the newest object of those that the field is about.
    pub fn outdated(field: &str, message: impl Into<String>, newest: impl fmt::Display) -> Self {
        Self::in_the_way(field, Rule::Outdated, message, newest)
    }

    fn in_the_way(field: &str, code: Rule, message: impl Into<String>, existing: impl fmt::Display) -> Self {
        let message = message.into();
        let (field, existing_id) = (field.to_owned(), Some(existing.to_string()));
        let detail = Detail { field, code, message: message.clone(), existing_id };
        Self { details: vec![detail], ..Self::new(Code::Conflict, message) }
    }

    /// 409: the state of things does not allow it.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, message)
    }

    /// 403 with the reason.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, message)
    }

    /// 401; it does not tell which half was wrong.
    pub fn unauthorized() -> Self {
        Self::new(Code::Unauthorized, "This needs a valid API key: send it as `Authorization: Bearer cf_…`.")
    }

    /// 503: the store can't do this now; try again after a second.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { retry_after_s: Some(1), ..Self::new(Code::Unavailable, message) }
    }

    /// 500: a fault of ours. `cause` goes to the log under the request's id.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let message = "Something went wrong on our side. The log of the server tells more, under this request's id.";
        Self { cause: Some(cause.into()), ..Self::new(Code::Internal, message) }
    }

    /// The same, its fields standing inside `object`.
    pub fn within(mut self, object: &str) -> Self {
        for detail in &mut self.details {
            detail.field = format!("{object}.{}", detail.field);
        }
        self.summed_up()
    }

    /// The sentence sums up the details: the first one in full, and how many more there are.
    fn summed_up(mut self) -> Self {
        self.message = match self.details.as_slice() {
            [] => "The request breaks a rule.".to_owned(),
            [only] => format!("`{}`: {}", only.field, only.message),
            [first, rest @ ..] => {
                let others = if rest.len() == 1 { "one more field is" } else { "more fields are" };
                format!("`{}`: {} ({others} listed in `details`.)", first.field, first.message)
            }
        };
        self
    }
}

/// Gathers the faults of several checks, so that all broken fields are told at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<Detail>);

impl Faults {
    /// The value, or its faults kept for later. Errors that are not about fields end the matter.
    ///
    /// # Errors
    /// Those of `result` that are not `validation_failed`.
    pub fn gather<T>(&mut self, result: Result<T, Error>) -> Result<Option<T>, Error> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code == Code::ValidationFailed => {
                self.0.extend(error.details);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Adds a fault.
    pub fn add(&mut self, field: &str, rule: Rule, message: impl Into<String>) {
        self.0.push(Refused::new(rule, message).at(field));
    }

    /// Adds faults.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = Detail>) {
        self.0.extend(faults);
    }

    /// Ends the gathering.
    ///
    /// # Errors
    /// 422 with all that was gathered, if anything was.
    pub fn check(&mut self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::invalid(std::mem::take(&mut self.0))) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.message)?;
        match &self.cause {
            Some(cause) => write!(out, " [{cause}]"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    /// A full or read-only disk and an interrupted or waiting statement are `unavailable`; the rest is a fault of ours.
    fn from(cause: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::*;
        let code = cause.sqlite_error_code();
        let mut error = match code {
            Some(DiskFull) => Self::unavailable("The disk is full: nothing can be written until there is space again."),
            Some(ReadOnly) => Self::unavailable("The store is read-only: nothing can be written."),
            Some(SystemIoFailure) => Self::unavailable("The disk reports a fault: nothing can be written."),
            Some(DatabaseBusy | DatabaseLocked | OperationInterrupted) => {
                Self::unavailable("The store is busy; please try again.")
            }
            _ => return Self::internal(cause),
        };
        error.cause = Some(Box::new(cause));
        error
    }
}

impl From<serde_json::Error> for Error {
    fn from(cause: serde_json::Error) -> Self {
        Self::internal(cause)
    }
}

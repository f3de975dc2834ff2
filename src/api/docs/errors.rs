//! What each error means, and what to do: the pages behind `/docs/errors/{code}`.
//!
//! A code without a text does not compile. Each example is run by `tests/binary/error_pages.rs`.

use crate::types::error::Code;
use std::sync::LazyLock;

/// An error, explained.
#[derive(Debug)]
pub struct Explained {
    /// Which it is.
    pub code: Code,
    /// What went wrong, in a few words.
    pub title: &'static str,
    /// What it means, an example, and what to do, in Markdown.
    pub text: &'static str,
}

macro_rules! explained {
    ($($code:ident $title:literal $file:literal;)*) => {
        fn explained(code: Code) -> Explained {
            match code { $(Code::$code => Explained {
                code,
                title: $title,
                text: include_str!(concat!("../../../data/errors/", $file, ".md")),
            },)* }
        }
    };
}

explained! {
    MalformedJson       "The body is not JSON"                    "malformed_json";
    MalformedMultipart  "The body is not a form"                  "malformed_multipart";
    InvalidParameter    "A parameter is wrong"                    "invalid_parameter";
    Unauthorized        "There is no valid key"                   "unauthorized";
    Forbidden           "The key may not do this"                 "forbidden";
    NotFound            "There is no such thing"                  "not_found";
    MethodNotAllowed    "The path does not take this method"      "method_not_allowed";
    RequestTimeout      "The body came too slowly"                "request_timeout";
    Conflict            "It is at odds with what is there"        "conflict";
    AlreadyIssued       "The secret was shown before"             "already_issued";
    CursorExpired       "The feed can't go on from there"         "cursor_expired";
    PreconditionFailed  "Somebody else was faster"                "precondition_failed";
    TooLarge            "The body is too large"                   "too_large";
    UnsupportedMedia    "The body is of the wrong type"           "unsupported_media_type";
    RangeNotSatisfiable "The file has no such bytes"              "range_not_satisfiable";
    ValidationFailed    "The body breaks a rule"                  "validation_failed";
    RateLimited         "Too many requests"                       "rate_limited";
    Internal            "A fault of ours"                         "internal";
    Unavailable         "Not now"                                 "unavailable";
}

/// All errors, in the order of their table.
pub fn all() -> &'static [Explained] {
    static ALL: LazyLock<Vec<Explained>> = LazyLock::new(|| Code::ALL.iter().map(|code| explained(*code)).collect());
    &ALL
}

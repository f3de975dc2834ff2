//! Text of people: one line of it, or a body of many.

use crate::described;
use crate::text_input;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Checks a single line: 1 to `max` characters once trimmed, and nothing that a terminal or a header would act on.
fn line(text: &str, max: usize) -> Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refused::new(Rule::TooShort, "can't be empty"));
    }
    if text.chars().count() > max {
        return Err(Refused::new(Rule::TooLong, format!("can't be over {max} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Refused::new(Rule::InvalidFormat, "can't hold line breaks or other control characters"));
    }
    Ok(text.to_owned())
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $schema:expr, $parse:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub struct $name(String);
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl FromStr for $name {
            type Err = Refused;
            fn from_str(text: &str) -> Result<Self, Refused> {
                let parse: fn(&str) -> Result<String, Refused> = $parse;
                parse(text).map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result { out.write_str(&self.0) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Debug::fmt(&self.0, out) }
        }
        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> { self.0.to_sql() }
        }
        impl rusqlite::types::FromSql for $name {
            // What is stored was checked on its way in; a rule that grew stricter must not make old rows unreadable.
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                String::column_result(value).map(Self)
            }
        }
        text_input!($name);
        described!($name = $schema;);
    )* };
}

texts! {
    /// A name, a subject, a company: one line, trimmed, 1 to 255 characters, no control characters.
    Line: schema::text_of(1, 255, schema::LINE), |text| line(text, 255);
    /// A phone number: one line of at most 50 characters, digits and what people write between them.
    Phone: schema::text_of(1, 50, r"^[0-9 +().,/#*xextEXT-]*[0-9][0-9 +().,/#*xextEXT-]*$"), |text| {
        let phone = line(text, 50)?;
        let fits = |c: char| c.is_ascii_digit() || " +-().,/#*xextEXT".contains(c);
        if phone.chars().all(fits) && phone.chars().any(|c| c.is_ascii_digit()) {
            Ok(phone)
        } else {
            Err(Refused::new(Rule::InvalidFormat, "must be a phone number such as `+1 234 567 890`"))
        }
    };
    /// A tag's name: trimmed, 1 to 50 characters. Unique without regard to case; see [`fold`].
    TagName: schema::text_of(1, 50, schema::LINE), |text| line(text, 50);
    /// A message's text: 1 to 100,000 characters, line breaks and tabs, no other control characters. Kept as given.
    Body: schema::text_of(1, 100_000, schema::LINES), |text| {
        if text.trim().is_empty() {
            return Err(Refused::new(Rule::TooShort, "can't be empty"));
        }
        if text.chars().count() > 100_000 {
            return Err(Refused::new(Rule::TooLong, "can't be over 100,000 characters"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Refused::new(Rule::InvalidFormat, "can't hold control characters other than line breaks and tabs"));
        }
        Ok(text.to_owned())
    };
    /// A longer remark of one or more lines: 1 to 1,000 characters.
    Remark: schema::text_of(1, 1_000, schema::LINES), |text| {
        let body: Body = text.parse()?;
        if body.as_str().chars().count() > 1_000 {
            return Err(Refused::new(Rule::TooLong, "can't be over 1,000 characters"));
        }
        Ok(body.as_str().trim().to_owned())
    };
    /// A colour as `#rrggbb`, in lower case.
    Color: schema::text().pattern(Some("^#[0-9a-fA-F]{6}$")), |text| {
        let hex = text.strip_prefix('#').unwrap_or("");
        if hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(text.to_ascii_lowercase())
        } else {
            Err(Refused::new(Rule::InvalidFormat, "must be a colour such as `#10b981`"))
        }
    };
    /// An address on the web, `http` or `https`, of at most 2,000 characters.
    WebAddress: schema::text_of(1, 2_000, "^https?://").format(schema::format("uri")), |text| {
        let text = line(text, 2_000)?;
        // Browsers mend spaces, backslashes and other letters than ASCII's as they go; not every program does.
        let is_uri = fluent_uri::Uri::parse(text.as_str()).is_ok();
        match url::Url::parse(&text) {
            Ok(url) if is_uri && matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(text),
            _ => Err(Refused::new(Rule::InvalidFormat, "must be an address such as `https://example.com/`, encoded")),
        }
    };
}

/// A message's text that may be left out, for there are attachments.
pub struct BodyOrNothing;

described!(BodyOrNothing = schema::text_of(0, 100_000, r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"););

impl Body {
    /// The text of a message that is nothing but its attachments.
    pub fn empty() -> Self {
        Self(String::new())
    }
}

/// What two names share when they differ in case alone.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

//! E-mail addresses.

use crate::described;
use crate::text_input;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use crate::types::text::fold;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// An e-mail address: trimmed, kept as given, compared without regard to case. At most 254 characters (RFC 5321, 4.5.3.1.3).
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Email(String);

impl Email {
    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in the form that is compared: unique per workspace.
    pub fn key(&self) -> String {
        fold(&self.0)
    }
}

impl FromStr for Email {
    type Err = Refused;

    /// Something before one `@`, a dotted or single-word domain after it, no spaces or control characters.
    /// Stricter grammar refuses addresses that receive mail.
    fn from_str(text: &str) -> Result<Self, Refused> {
        let text = text.trim();
        if text.chars().count() > 254 {
            return Err(Refused::new(Rule::TooLong, "can't be over 254 characters"));
        }
        let fits = text.rsplit_once('@').is_some_and(|(local, domain)| {
            let clean = |part: &str| {
                !part.is_empty()
                    && !part.starts_with('.')
                    && !part.ends_with('.')
                    && !part.contains("..")
                    && !part.chars().any(|c| c.is_control() || c.is_whitespace() || "<>()[]\\,;:\"@".contains(c))
            };
            local.chars().count() <= 64
                && clean(local)
                && clean(domain)
                && domain.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-'))
                && domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        });
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refused::new(Rule::InvalidFormat, "must be an e-mail address such as `jane@example.com`"))
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

impl rusqlite::ToSql for Email {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for Email {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        String::column_result(value).map(Self)
    }
}

text_input!(Email);
described!(Email = schema::text().max_length(Some(254)).format(schema::format("email")););

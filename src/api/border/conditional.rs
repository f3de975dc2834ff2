//! `ETag`, `If-None-Match` and `If-Match` (RFC 9110, 13): `"v17.warning.1f0c…"`.
//!
//! The first part is the row's version: it alone counts for `If-Match`, so that time going by causes no 412. The rest
//! covers what moves by itself (the SLA status) and what the object embeds of others (a contact's name): so no 304 is stale.

use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

/// The tag of an object that reads `body`.
pub fn etag(version: i64, moving: Option<&str>, body: &str) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let shade = hasher.finish() & 0xffff_ffff;
    match moving {
        Some(moving) => format!("\"v{version}.{moving}.{shade:08x}\""),
        None => format!("\"v{version}.{shade:08x}\""),
    }
}

/// The tags of a conditional header.
#[derive(Debug, Clone, PartialEq)]
pub enum Tags {
    /// The header was not sent.
    Absent,
    /// `*`.
    Any,
    /// These.
    Listed(Vec<String>),
}

impl Tags {
    /// Those of this header of a request.
    pub fn of(request: &HttpRequest, name: HeaderName) -> Self {
        let values: Vec<&str> = request.headers().get_all(name).filter_map(|value| value.to_str().ok()).collect();
        if values.is_empty() {
            return Self::Absent;
        }
        let tags: Vec<String> =
            values.iter().flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect();
        if tags.iter().any(|tag| tag == "*") { Self::Any } else { Self::Listed(tags) }
    }

    /// For `If-None-Match`: whether the client has this very representation. The comparison is weak.
    pub fn hold(&self, etag: &str) -> bool {
        match self {
            Self::Absent => false,
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag),
        }
    }

    /// For `If-Match`: refuses if someone else was faster.
    ///
    /// # Errors
    /// `precondition_failed` when none of the tags is of this version.
    pub fn require(&self, version: i64) -> Result<()> {
        let matches = match self {
            Self::Absent | Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|tag| version_of(tag) == Some(version)),
        };
        if matches {
            return Ok(());
        }
        let message = "Someone else changed this meanwhile: read it again, and repeat the change on what it is now.";
        Err(Error::new(Code::PreconditionFailed, message))
    }
}

/// The version inside a strong tag. A weak one never matches.
fn version_of(tag: &str) -> Option<i64> {
    let inner = tag.strip_prefix("\"v")?.strip_suffix('"')?;
    inner.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_compares_the_version_and_nothing_else() {
        let listed = |tag: &str| Tags::Listed(vec![tag.to_owned()]);
        assert!(listed("\"v17.warning.00000000\"").require(17).is_ok());
        assert!(listed("\"v17\"").require(17).is_ok());
        assert!(listed("\"v16.warning.00000000\"").require(17).is_err());
        assert!(listed("W/\"v17\"").require(17).is_err());
        assert!(listed("nonsense").require(17).is_err());
        assert!(Tags::Any.require(17).is_ok());
    }
}

//! An example call as a person would write it: short, and whole, so that it can be copied and run.

pub mod curl;
pub mod javascript;
pub mod literal;
pub mod python;

use crate::api::openapi::calls::Call;

/// A language that calls are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// The shell, with curl.
    Curl,
    /// Python 3, with requests.
    Python,
    /// JavaScript for Node, with fetch.
    JavaScript,
}

impl Language {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Curl, Self::Python, Self::JavaScript];

    /// The word for it in the page and its style sheets.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "python",
            Self::JavaScript => "javascript",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        }
    }

    /// The call to the server at `base`, with this key.
    pub fn text(self, call: &Call, base: &str, key: &str) -> String {
        match self {
            Self::Curl => curl::text(call, base, key),
            Self::Python => python::text(call, base, key),
            Self::JavaScript => javascript::text(call, base, key),
        }
    }
}

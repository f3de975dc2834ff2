//! The errors: what each means, and what to do.

use crate::types::error::Code;

/// An error and its explanation.
pub struct Explained {
    /// Which one.
    pub code: Code,
    /// What has happened.
    pub title: &'static str,
    /// Markdown: what it means, and what to do.
    pub text: &'static str,
}

/// All of them, by status.
pub fn all() -> &'static [Explained] {
    &[
        Explained {
            code: Code::Unauthorized,
            title: "No key, or one that does not work",
            text: "The key is missing, wrong, revoked or expired.\n\n## What to do\n\nSend `Authorization: Bearer {key}`.\n",
        },
        Explained {
            code: Code::NotFound,
            title: "There is no such thing",
            text: "The path or the object does not exist.\n\n## What to do\n\nCheck the id.\n",
        },
    ]
}

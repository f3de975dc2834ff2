//! The guides: what the reference can't say in its places.

use crate::api::docs::markdown;

/// A guide.
pub struct Guide {
    /// Its name in the address.
    pub slug: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// The same in a sentence.
    pub summary: &'static str,
    /// Markdown.
    pub text: &'static str,
}

/// All of them, in the order in which they are shown.
pub fn all() -> &'static [Guide] {
    &[
        Guide {
            slug: "authentication",
            title: "Authentication",
            summary: "How a program proves who it is.",
            text: "Every call carries a key.\n\n## Sending the key\n\n```sh\ncurl {base}/v1/me -H 'Authorization: Bearer {key}'\n```\n\n## Scopes\n\nA key has one or more of these:\n\n| Scope | Allows |\n|---|---|\n| `read` | every GET |\n| `write` | changes too |\n| `admin` | users, teams, webhooks and keys |\n",
        },
        Guide {
            slug: "pagination",
            title: "Pagination",
            summary: "How long lists are read page by page.",
            text: "Every list has pages.\n\n## Pages\n\nAsk for `page` and `per_page`.\n\n## Following the link\n\nUse the `Link` header.\n",
        },
    ]
}

/// The HTML of a text, with the reader's base URL and key in its examples.
pub fn text(markdown: &str, base: &str, key: &str) -> String {
    markdown::html(&markdown.replace("{base}", base).replace("{key}", key))
}

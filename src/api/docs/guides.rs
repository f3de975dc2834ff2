//! The guides, and how their texts become HTML: with the reader's own address and key in the examples.
//!
//! A text begins with a sentence or two, and its sections with `##`; the title stands here. Every example in it is run by
//! `tests/binary/guides.rs`, which also explains the words behind the language of a block.

use crate::api::docs::markdown;
use pulldown_cmark::CowStr;
use pulldown_cmark::Event;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;
use pulldown_cmark::TextMergeStream;
use pulldown_cmark::html;
use std::collections::HashMap;

/// The address that stands for the reader's server in all texts.
pub const BASE: &str = "http://127.0.0.1:8080";
/// What stands for the reader's key in all texts.
pub const KEY: &str = "cf_your_api_key";

/// A guide.
#[derive(Debug)]
pub struct Guide {
    /// Its place under `/docs/guides/`.
    pub slug: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it is about, in a line.
    pub summary: &'static str,
    /// Its text, in Markdown.
    pub text: &'static str,
}

macro_rules! guides {
    ($($slug:literal $title:literal $summary:literal;)*) => {
        const GUIDES: &[Guide] = &[$(Guide {
            slug: $slug,
            title: $title,
            summary: $summary,
            text: include_str!(concat!("../../../data/guides/", $slug, ".md")),
        },)*];
    };
}

guides! {
    "quick-start" "Quick start" "From nothing to a ticket that is found, in a minute.";
    "authentication" "Authentication" "Keys, scopes and roles; expiry and revocation; what 401 and 403 mean.";
    "pagination-and-sync" "Pagination and sync" "Reading everything, reading what changed, and following along.";
    "webhooks" "Webhooks" "Being told of what happens: signatures, order, retries, and how to develop a receiver.";
    "idempotency" "Safe retries and lost updates" "How nothing is done twice, and no change undone unseen.";
    "rate-limits" "Rate limits" "How many requests may be made, how they are counted, and how to wait.";
    "search-language" "Search" "Words, phrases, exclusions and filters.";
    "files" "Files" "Uploads, attachments, and links that work without a key.";
    "backup" "Backup and restore" "A whole copy beside the running server, and the way back.";
    "versioning" "Versioning" "What may change within /v1, what may not, and how a client lasts.";
}

/// All guides, in the order in which they are read.
pub fn all() -> &'static [Guide] {
    GUIDES
}

/// The HTML of a text, of a guide or about an error: `base` and `key` stand in the place of those of its examples. Headings
/// have ids, to link to them.
pub fn text(markdown: &str, base: &str, key: &str) -> String {
    let own = |text: CowStr| -> CowStr { text.replace(BASE, base).replace(KEY, key).into() };
    // An underscore may end a piece of text: put together again, no address and no key is missed.
    let events: Vec<Event> = TextMergeStream::new(markdown::harmless(markdown)).collect();
    let mut ids = Ids::default();
    let shown = events.iter().enumerate().map(|(at, event)| match event.clone() {
        Event::Text(text) => Event::Text(own(text)),
        Event::Code(text) => Event::Code(own(text)),
        Event::Start(Tag::Heading { level, id: None, classes, attrs }) => {
            let id = Some(ids.of(&heading(events.iter().skip(at))).into());
            Event::Start(Tag::Heading { level, id, classes, attrs })
        }
        other => other,
    });
    let mut out = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut out, shown);
    out
}

/// The text of the heading that these events begin with.
fn heading<'a>(events: impl Iterator<Item = &'a Event<'a>>) -> String {
    let inside = events.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    inside
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}

/// The ids of a page's headings, each different.
#[derive(Default)]
struct Ids(HashMap<String, usize>);

impl Ids {
    /// The id of a heading: its words, small and joined, and a number where they were there before.
    fn of(&mut self, heading: &str) -> String {
        let words = heading.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let id = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
        let count = self.0.entry(id.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { id } else { format!("{id}-{count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_address_and_key_stand_in_the_examples_and_can_t_break_out_of_them() {
        let markdown = "Ask http://127.0.0.1:8080 with `cf_your_api_key` or cf_your_api_key.\n\n```sh\ncurl -H 'Bearer cf_your_api_key' http://127.0.0.1:8080/v1/me\n```\n";
        let html = text(markdown, "https://desk.example?a&<script>", "cf_\"<b>*x*");
        assert!(!html.contains("127.0.0.1") && !html.contains("your_api_key"), "{html}");
        assert!(!html.contains("<script>") && !html.contains("<b>") && !html.contains("<em>"), "{html}");
        assert!(html.contains("https://desk.example?a&amp;&lt;script&gt;/v1/me"), "{html}");
        assert!(html.contains("<pre><code class=\"language-sh\">"), "{html}");
    }

    #[test]
    fn headings_can_be_linked_to() {
        let html =
            text("## Safe retries: `Idempotency-Key`\n\n## 401 and 403\n\n## 401 and 403\n\n## Own {#other}\n", "", "");
        for id in ["safe-retries-idempotency-key", "401-and-403", "401-and-403-2", "other"] {
            assert!(html.contains(&format!("<h2 id=\"{id}\">")), "{id}: {html}");
        }
    }

    #[test]
    fn a_block_shows_its_language_and_none_of_the_words_behind_it() {
        let html = text("```python stays\nx\n```\n", "", "");
        assert_eq!(html, "<pre><code class=\"language-python\">x\n</code></pre>\n");
    }
}

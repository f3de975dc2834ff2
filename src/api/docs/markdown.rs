//! Markdown to HTML: of guides, errors, and the descriptions in the API's document. All of it is ours; raw HTML in it is shown
//! as text all the same.

use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::html;

/// The HTML of a text.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, harmless(text));
    out
}

/// What a text is made of, with no HTML among it.
pub fn harmless(text: &str) -> impl Iterator<Item = Event<'_>> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES);
    events.map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        other => other,
    })
}

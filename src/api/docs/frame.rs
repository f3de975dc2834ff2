//! What stands around every page of the documentation: head, header, navigation, and what the scripts need.

use crate::api::border::assets;
use crate::api::border::credentials::Visitor;
use crate::api::docs::errors;
use crate::api::docs::guides;
use crate::api::docs::reference::EVENTS_ANCHOR;
use crate::api::docs::reference::http::method;
use crate::api::docs::reference::section_anchor;
use crate::api::openapi::reading;
use crate::api::openapi::reading::Operation;
use crate::api::openapi::reading::items;
use crate::api::openapi::reading::text;
use maud::DOCTYPE;
use maud::Markup;
use maud::html;
use serde_json::Value;

/// The style sheets, in the order in which they build on each other.
/// A page, but for its content.
pub struct Frame<'a> {
    /// What the page is called.
    pub title: &'a str,
    /// What it is about, in a sentence.
    pub summary: &'a str,
    /// Its own path.
    pub path: &'a str,
    /// Who has signed in: the calls of the page can be made in that person's name.
    pub visitor: Option<Visitor>,
}

impl Frame<'_> {
    /// The whole page around this content.
    pub fn around(&self, document: &Value, content: &Markup) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" data-language="curl" {
                (self.head(document))
                body {
                    a.skip href="#page-content" { "Skip to the content" }
                    (header(document))
                    div.frame {
                        (self.navigation(document))
                        main #page-content tabindex="-1" { (content) }
                    }
                    (dialogs())
                }
            }
        };
        page.into_string()
    }

    fn head(&self, document: &Value) -> Markup {
        let version = assets::version();
        let asset = |file: &str| assets::path(&version, &format!("docs/{file}"));
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="description" content=(self.summary);
                @if let Some(visitor) = &self.visitor { meta name="csrf-token" content=(visitor.csrf_token); }
                title { (self.title) " · " (product(document)) }
                link rel="icon" type="image/svg+xml" href=(asset("icon.svg"));
                link rel="stylesheet" href=(asset("main.css"));
                // Before anything is shown: how it is to be shown.
                script src=(asset("early.js")) {}
                script type="module" src=(asset("main.js")) {}
            }
        }
    }

    fn navigation(&self, document: &Value) -> Markup {
        html! {
            nav #page-navigation popover="auto" aria-label="Documentation" {
                button.find type="button" aria-haspopup="dialog" {
                    span { "Search" } kbd { "/" }
                }
                p.heading { "Guides" }
                ul {
                    @for guide in guides::all() { (self.link(&format!("/docs/guides/{}", guide.slug), guide.title)) }
                    (self.link("/docs/errors", "Errors"))
                }
                @if self.path.starts_with("/docs/errors/") {
                    ul.inner {
                        @for one in errors::all() {
                            (self.link(&format!("/docs/errors/{}", one.code.as_str()), one.code.as_str()))
                        }
                    }
                }
                p.heading { "Reference" }
                ul.top { (self.link("/docs", "Introduction")) }
                @for tag in items(document, "tags") { (group(document, text(tag, "name"))) }
                @if document.get("webhooks").is_some() {
                    ul { li { a href={ "/docs#" (EVENTS_ANCHOR) } data-to=(EVENTS_ANCHOR) { "Webhook events" } } }
                }
            }
        }
    }

    fn link(&self, path: &str, title: &str) -> Markup {
        let current = (self.path == path).then_some("page");
        html! { li { a href=(path) aria-current=[current] { (title) } } }
    }
}

/// A tag and its operations.
fn group(document: &Value, tag: &str) -> Markup {
    let anchor = section_anchor(tag);
    let operations: Vec<Operation<'_>> =
        reading::operations(document).into_iter().filter(|operation| operation.tag() == tag).collect();
    html! {
        details {
            summary data-to=(anchor) { (tag) }
            ul {
                @for operation in operations {
                    li {
                        a href={ "/docs#" (operation.id()) } data-to=(operation.id()) {
                            span { (text(operation.value, "summary")) } (method(operation.method))
                        }
                    }
                }
            }
        }
    }
}

fn product(document: &Value) -> &str {
    document.pointer("/info/title").and_then(Value::as_str).unwrap_or("API")
}

fn header(document: &Value) -> Markup {
    html! {
        header.bar {
            button.menu type="button" popovertarget="page-navigation" aria-label="Navigation" { span {} }
            a.brand href="/docs" { (product(document)) }
            button.find.small type="button" aria-haspopup="dialog" aria-label="Search" { span {} }
            button.key type="button" popovertarget="key-dialog" { "API key" }
            button.theme type="button" aria-label="Light or dark" { span {} }
        }
    }
}

/// What is not shown until it is asked for.
fn dialogs() -> Markup {
    html! {
        div #key-dialog popover="auto" role="dialog" aria-label="API key" {
            form {
                label for="key-field" { "Your API key" }
                div.row {
                    input #key-field name="key" type="password" autocomplete="off" spellcheck="false" placeholder="cf_…";
                    button type="submit" { "Use" }
                }
                p.told role="status" {}
                p.note { "It is kept in this tab alone, until the tab is closed, and sent to nobody but this server." }
                button.forget type="button" hidden { "Forget the key" }
            }
        }
        dialog #search-dialog aria-label="Search" {
            form method="dialog" {
                input type="search" role="combobox" aria-label="Search the documentation" aria-expanded="false"
                    aria-controls="search-results" aria-autocomplete="list" autocomplete="off" spellcheck="false"
                    placeholder="Search endpoints, fields, guides and errors";
                button.leave type="submit" { "Esc" }
            }
            ul #search-results role="listbox" aria-label="Results" {}
            p.told role="status" {}
        }
        dialog #sure-dialog aria-labelledby="sure-question" {
            form method="dialog" {
                p #sure-question {}
                div.row {
                    button value="no" autofocus { "Cancel" }
                    button.danger value="yes" { "Delete" }
                }
            }
        }
    }
}

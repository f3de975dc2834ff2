//! The documentation in the binary, for people: rendered from the API's document and from the guides in `data`.

pub mod base;
pub mod errors;
pub mod frame;
pub mod guides;
pub mod headings;
pub mod highlight;
pub mod markdown;
pub mod page;
pub mod reference;
pub mod search;
pub mod snippets;

use crate::api::border::assets;
use crate::api::border::context::Context;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::api::docs::frame::Frame;
use crate::types::error::Code;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::web;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use serde_json::Value;
use std::sync::LazyLock;

/// Stands for the reader's base URL where a page is made once for all readers. It has the form of one, so that what is made of
/// it is what would have been made of the reader's own.
const ANY_BASE: &str = "http://base-of-the-reader.invalid";

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../tests/api/docs_sample.json")).unwrap_or_default());
static REFERENCE: LazyLock<String> = LazyLock::new(|| reference::content(document(), ANY_BASE).into_string());
static SEARCH: LazyLock<String> = LazyLock::new(|| search::index(document()).to_string());

/// Adds the routes.
pub fn routes(root: &mut Routes) {
    root.add(Method::GET, "/docs", &[], show);
    root.add(Method::GET, "/docs/search.json", &[], find);
    root.add(Method::GET, "/docs/guides/{guide}", &[], guide);
    root.add(Method::GET, "/docs/errors", &[], errors_page);
    root.add(Method::GET, "/docs/errors/{code}", &[], error);
    root.add(Method::GET, "/assets/{version}/docs/{file}", &[], asset);
}

/// The API's document.
fn document() -> &'static Value {
    &DOCUMENT
}

async fn show(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> HttpResponse {
    let base = base::of(&request, &context.settings);
    let content = REFERENCE.replace(ANY_BASE, &base);
    let frame = Frame {
        title: "API reference",
        summary: "Every endpoint, parameter and field, with calls that can be copied and run.",
        path: "/docs",
    };
    page::html(&request, StatusCode::OK, frame.around(document(), &PreEscaped(content)))
}

async fn find(_: Anyone, request: HttpRequest) -> HttpResponse {
    page::send(&request, StatusCode::OK, ContentType::json(), SEARCH.clone())
}

async fn guide(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> HttpResponse {
    let slug = request.match_info().query("guide");
    let Some(guide) = guides::all().iter().find(|guide| guide.slug == slug) else {
        return missing(&request, "There is no such guide.");
    };
    let text = guides::text(guide.text, &base::of(&request, &context.settings), reference::example::KEY);
    let content = article(guide.title, &html! { p.lead { (guide.summary) } }, &text);
    let frame = Frame { title: guide.title, summary: guide.summary, path: request.path() };
    page::html(&request, StatusCode::OK, frame.around(document(), &content))
}

async fn errors_page(_: Anyone, request: HttpRequest) -> HttpResponse {
    let content = html! {
        article.guide {
            h1 { "Errors" }
            p.lead { "Every error has the same shape, whatever went wrong. Its " code { "code" } " is made for programs." }
            table {
                thead { tr { th { "Status" } th { "Code" } th { "Meaning" } } }
                tbody {
                    @for explained in errors::all() {
                        @let code = explained.code.as_str();
                        tr {
                            td { (explained.code.status()) }
                            td { a href={ "/docs/errors/" (code) } { code { (code) } } }
                            td { (explained.title) }
                        }
                    }
                }
            }
        }
    };
    let frame = Frame { title: "Errors", summary: "What each error means, and what to do.", path: request.path() };
    page::html(&request, StatusCode::OK, frame.around(document(), &content))
}

async fn error(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> HttpResponse {
    let code = request.match_info().query("code");
    let Some(explained) = errors::all().iter().find(|explained| explained.code.as_str() == code) else {
        return missing(&request, "There is no error of this name.");
    };
    let text = guides::text(explained.text, &base::of(&request, &context.settings), reference::example::KEY);
    let above = html! { p.lead { code { (status_of(explained.code)) } " " code { (code) } } };
    let frame = Frame { title: explained.title, summary: explained.title, path: request.path() };
    page::html(&request, StatusCode::OK, frame.around(document(), &article(explained.title, &above, &text)))
}

fn status_of(code: Code) -> String {
    let status = code.status().to_string();
    format!("{status} {}", reference::operation::reason(&status))
}

async fn asset(_: Anyone, request: HttpRequest) -> HttpResponse {
    let file = format!("docs/{}", request.match_info().query("file"));
    assets::send(&request, request.match_info().query("version"), &file)
}

/// A page of prose: beside it, where its headings are.
fn article(title: &str, above: &Markup, text: &str) -> Markup {
    let (text, headings) = headings::linked(text);
    html! {
        div.pair {
            article.guide { h1 { (title) } (above) (PreEscaped(text)) }
            @if headings.len() > 1 {
                nav.contents aria-label="On this page" {
                    p { "On this page" }
                    ul { @for heading in headings { li { a href={ "#" (heading.anchor) } { (PreEscaped(heading.words)) } } } }
                }
            }
        }
    }
}

fn missing(request: &HttpRequest, words: &str) -> HttpResponse {
    let content = html! {
        article.guide {
            h1 { "Not found" }
            p.lead { (words) }
            p { a href="/docs" { "To the API reference" } }
        }
    };
    let frame = Frame { title: "Not found", summary: words, path: request.path() };
    page::html(request, StatusCode::NOT_FOUND, frame.around(document(), &content))
}

//! The documentation in the binary, for people: rendered from the API's document and from the guides in `data`.

pub mod base;
pub mod errors;
pub mod frame;
pub mod guides;
pub mod headings;
pub mod highlight;
pub mod markdown;
pub mod reference;
pub mod search;
pub mod snippets;

use crate::api::border::context::Context;
use crate::api::border::credentials::Visitor;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Shape;
use crate::api::border::page;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::api::docs::frame::Frame;
use crate::api::openapi::Document;
use crate::types::error::Code;
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::web;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use serde_json::Value;
use serde_json::json;
use std::sync::OnceLock;

/// Stands for the reader's base URL where a page is made once for all readers. It has the form of one, so that what is made of
/// it is what would have been made of the reader's own.
const ANY_BASE: &str = "http://base-of-the-reader.invalid";

// Made once, when somebody first reads: the document is the same for every server of this binary.
static REFERENCE: OnceLock<String> = OnceLock::new();
static SEARCH: OnceLock<String> = OnceLock::new();

/// Adds the routes.
pub fn routes(root: &mut Routes) {
    root.section("Documentation", "These pages, for people.");
    root.add(Method::GET, "/docs", show).named("getReference", "Read the API reference", "");
    root.add(Method::GET, "/docs/search.json", find).named(
        "getDocsIndex",
        "Get the index of the documentation",
        "What the search on these pages looks in.",
    );
    root.add(Method::GET, "/docs/guides/{guide}", guide).named("getGuide", "Read a guide", "").varies("guide");
    root.add(Method::GET, "/docs/errors", errors_page).named("listErrors", "Read about all errors", "");
    root.add(Method::GET, "/docs/errors/{code}", error).named("getError", "Read about an error", "").varies("code");
}

/// A page for people; one that is not there is told as a page as well.
struct Page;

impl Shape for Page {
    fn describe(operation: &mut Operation) {
        let html = || Some(("text/html", json!({"type": "string"})));
        operation.answers(200, "The page.", html(), &["ETag"]);
        operation.answers(304, "The client has it already, as `If-None-Match` says.", None, &["ETag"]);
        if operation.varying().next().is_some() {
            operation.answers(404, "There is no such page.", html(), &[]);
        }
    }
}

/// The index of the documentation.
struct Index;

impl Shape for Index {
    fn describe(operation: &mut Operation) {
        let entries = json!({"type": "array", "items": {"type": "object"}});
        operation.answers(200, "The index.", Some(("application/json", entries)), &["ETag"]);
        operation.answers(304, "The client has it already, as `If-None-Match` says.", None, &["ETag"]);
    }
}

async fn show(
    _: Anyone,
    context: web::Data<Context>,
    document: web::Data<Document>,
    request: HttpRequest,
) -> Reply<Page> {
    let base = base::of(&request, &context.settings);
    let content = REFERENCE.get_or_init(|| made_for_anyone(document.value())).replace(ANY_BASE, &base);
    let frame = Frame {
        title: "API reference",
        summary: "Every endpoint, parameter and field, with calls that can be copied and run.",
        path: "/docs",
        visitor: context.visitor(&request).await,
    };
    page::html(&request, StatusCode::OK, frame.around(document.value(), &PreEscaped(content))).into()
}

/// The reference for readers of any address; examples that show one show theirs.
fn made_for_anyone(document: &Value) -> String {
    reference::content(document, ANY_BASE).into_string().replace(guides::BASE, ANY_BASE)
}

async fn find(_: Anyone, document: web::Data<Document>, request: HttpRequest) -> Reply<Index> {
    let index = SEARCH.get_or_init(|| search::index(document.value()).to_string());
    page::send(&request, StatusCode::OK, ContentType::json(), index.clone()).into()
}

async fn guide(
    _: Anyone,
    context: web::Data<Context>,
    document: web::Data<Document>,
    request: HttpRequest,
) -> Reply<Page> {
    let visitor = context.visitor(&request).await;
    let slug = request.match_info().query("guide");
    let Some(guide) = guides::all().iter().find(|guide| guide.slug == slug) else {
        return missing(&request, &document, visitor, "There is no such guide.");
    };
    let text = guides::text(guide.text, &base::of(&request, &context.settings), reference::example::KEY);
    let content = article(guide.title, &html! { p.lead { (guide.summary) } }, &text);
    let frame = Frame { title: guide.title, summary: guide.summary, path: request.path(), visitor };
    page::html(&request, StatusCode::OK, frame.around(document.value(), &content)).into()
}

async fn errors_page(
    _: Anyone,
    context: web::Data<Context>,
    document: web::Data<Document>,
    request: HttpRequest,
) -> Reply<Page> {
    let visitor = context.visitor(&request).await;
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
    let frame =
        Frame { title: "Errors", summary: "What each error means, and what to do.", path: request.path(), visitor };
    page::html(&request, StatusCode::OK, frame.around(document.value(), &content)).into()
}

async fn error(
    _: Anyone,
    context: web::Data<Context>,
    document: web::Data<Document>,
    request: HttpRequest,
) -> Reply<Page> {
    let visitor = context.visitor(&request).await;
    let code = request.match_info().query("code");
    let Some(explained) = errors::all().iter().find(|explained| explained.code.as_str() == code) else {
        return missing(&request, &document, visitor, "There is no error of this name.");
    };
    let text = guides::text(explained.text, &base::of(&request, &context.settings), reference::example::KEY);
    let above = html! { p.lead { code { (status_of(explained.code)) } " " code { (code) } } };
    let frame = Frame { title: explained.title, summary: explained.title, path: request.path(), visitor };
    page::html(&request, StatusCode::OK, frame.around(document.value(), &article(explained.title, &above, &text)))
        .into()
}

fn status_of(code: Code) -> String {
    let status = code.status().to_string();
    format!("{status} {}", reference::http::reason(&status))
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

fn missing(request: &HttpRequest, document: &Document, visitor: Option<Visitor>, words: &str) -> Reply<Page> {
    let content = html! {
        article.guide {
            h1 { "Not found" }
            p.lead { (words) }
            p { a href="/docs" { "To the API reference" } }
        }
    };
    let frame = Frame { title: "Not found", summary: words, path: request.path(), visitor };
    page::html(request, StatusCode::NOT_FOUND, frame.around(document.value(), &content)).into()
}

//! Errors for people: who asks for a page gets one, and no JSON. The API itself, below `/v1`, always answers in its own shape.

use crate::api::border::context::Context;
use crate::api::border::page;
use crate::api::pages::frame;
use crate::api::pages::words::Words;
use crate::desk::workspace;
use actix_web::HttpRequest;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::http::header::HeaderName;
use actix_web::middleware::Next;
use actix_web::web;
use maud::html;

/// Passes a request on, and puts a page in the place of an error that would be shown to a person.
///
/// # Errors
/// Those of `next`.
pub async fn dress(
    context: web::Data<Context>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media == "application/json");
    if !is_error || !is_json || !asks_for_a_page(response.request()) {
        return Ok(response);
    }
    let (request, plain) = response.into_parts();
    let words = Words::for_reader(&request);
    let retry_after = plain.headers().get(header::RETRY_AFTER).and_then(|seconds| seconds.to_str().ok()?.parse().ok());
    let text = words.told_of(plain.status().as_u16(), retry_after);
    // Where the store can't be read, that is told all the same.
    let workspace = context.store.read(workspace::name).await.unwrap_or_else(|_| workspace::UNNAMED.to_owned());
    let id = plain.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let content = html! {
        p { a href="/" { (words.fault.home) } }
        p.quiet { code { (id) } }
    };
    let mut page = page::own(plain.status(), frame::card(words, &workspace, &text, &content));
    for (name, value) in plain.headers().iter().filter(|(name, _)| !of_the_body(name)) {
        page.headers_mut().insert(name.clone(), value.clone());
    }
    Ok(ServiceResponse::new(request, page))
}

fn of_the_body(name: &HeaderName) -> bool {
    [header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name)
}

/// Whether a browser asks for a page, as it does when a person follows a link.
fn asks_for_a_page(request: &HttpRequest) -> bool {
    let is_api = request.path() == "/v1" || request.path().starts_with("/v1/");
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let place = |media: &str| accepted.split(',').position(|one| one.trim_start().starts_with(media));
    let html = place("text/html");
    !is_api && html.is_some() && place("application/json").is_none_or(|json| html < Some(json))
}

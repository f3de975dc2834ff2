//! Pages as they go out: shut in, so that nothing but our own files can act in them.

use crate::api::border::answer;
use crate::api::border::conditional::Tags;
use crate::api::border::packing::Effort;
use crate::api::border::packing::PACKED_FROM;
use crate::api::border::packing::Packing;
use crate::types::error::Error;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::ContentType;
use actix_web::http::header::HeaderValue;
use maud::Markup;
use sha2::Digest;
use sha2::Sha256;

/// What a page that everybody gets may do: show our style sheets and pictures, run our scripts, and ask this server.
const SHUT_IN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                       base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What a page of somebody's own may do beside that: send its forms here, and show what was made or taken in the page.
const SHUT_IN_OWN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                           img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'; form-action 'self'; \
                           frame-ancestors 'none'";

/// A page of HTML that is the same for everybody, but for what it knows of who has signed in.
pub fn html(request: &HttpRequest, status: StatusCode, body: String) -> HttpResponse {
    let mut response = send(request, status, ContentType::html(), body);
    for (name, value) in [(header::CACHE_CONTROL, "private, no-cache"), (header::VARY, "Cookie")] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Any text that belongs to a page, the same for everybody. It is asked for anew each time, and sent if it has changed.
pub fn send(request: &HttpRequest, status: StatusCode, media: ContentType, body: String) -> HttpResponse {
    let packing = if body.len() < PACKED_FROM { Packing::Plain } else { Packing::of(request) };
    let etag = packing.etag(&digits(&Sha256::digest(&body)));
    let is_known = status == StatusCode::OK && Tags::of(request, header::IF_NONE_MATCH).hold(&etag);
    let mut answer = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { status });
    answer
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, SHUT_IN))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if is_known {
        return answer.finish();
    }
    answer.content_type(media);
    match packing.pack(body.as_bytes(), Effort::Once) {
        Ok(packed) if packing != Packing::Plain => answer.insert_header(packing.coding()).body(packed),
        _ => answer.body(body),
    }
}

/// A page for whoever asks: kept by nobody, for it tells of that person, or has a link in its address that gives power.
pub fn own(status: StatusCode, body: Markup) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, "Cookie, Accept-Language"))
        .insert_header((header::CONTENT_SECURITY_POLICY, SHUT_IN_OWN))
        // An origin, so that a browser tells from where a form comes, and never a path, for some are secret.
        .insert_header((header::REFERRER_POLICY, "strict-origin"))
        .content_type(ContentType::html())
        .body(body.into_string())
}

/// A page that tells of an error, with the headers of an error.
pub fn refusal(error: &Error, body: Markup) -> HttpResponse {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = own(status, body);
    answer::add_headers(error, response.headers_mut());
    response
}

/// Sends a browser to another page, which it gets with GET.
pub fn elsewhere(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, "Cookie"))
        .finish()
}

fn digits(hash: &[u8]) -> String {
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

//! A page as it goes out: shut in, so that nothing but our own files can act in it, and sent only to who does not have it yet.

use crate::api::border::conditional::Tags;
use crate::api::border::packing::Effort;
use crate::api::border::packing::PACKED_FROM;
use crate::api::border::packing::Packing;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::ContentType;
use sha2::Digest;
use sha2::Sha256;

/// What a page may do: show our style sheets and pictures, run our scripts, and ask this server.
const SHUT_IN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                       base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A page of HTML.
pub fn html(request: &HttpRequest, status: StatusCode, body: String) -> HttpResponse {
    send(request, status, ContentType::html(), body)
}

/// Any text that belongs to a page. It is asked for anew each time, and sent if it has changed.
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

fn digits(hash: &[u8]) -> String {
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

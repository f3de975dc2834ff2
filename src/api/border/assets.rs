//! Style sheets, scripts and pictures of pages: in the binary, under a path that changes with them, so that a browser asks for
//! each version once. A debug build reads them from `static`, as they are at the moment.

use crate::api::border::conditional::Tags;
use crate::types::error::Error;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use rust_embed::RustEmbed;
use sha2::Digest;
use sha2::Sha256;
use std::borrow::Cow;

/// All that lies in `static`.
#[derive(RustEmbed)]
#[folder = "static"]
struct Assets;

/// The version of all assets together.
pub fn version() -> String {
    let mut names: Vec<_> = Assets::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update(Assets::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    digits(&hash.finalize())
}

/// Where a page finds one of them, such as `docs/page.css`.
pub fn path(version: &str, name: &str) -> String {
    format!("/assets/{version}/{name}")
}

/// The names of all in a folder that end so, in order: `inbox/core/store.js` is one of `inbox`.
pub fn names(folder: &str, ending: &str) -> Vec<String> {
    let is_meant = |name: &str| name.split('/').next() == Some(folder) && name.ends_with(ending);
    let mut names: Vec<String> = Assets::iter().filter(|name| is_meant(name)).map(Cow::into_owned).collect();
    names.sort();
    names
}

/// Answers with one of them. What is asked for under another version may be another tomorrow.
pub fn send(request: &HttpRequest, asked: &str, name: &str) -> HttpResponse {
    // A debug build looks in the folder, and would follow a path out of what was asked for.
    let Some(file) = Assets::iter().find(|known| known == name).and_then(|known| Assets::get(&known)) else {
        return HttpResponse::from_error(Error::not_found("such asset"));
    };
    let etag = format!("\"{}\"", digits(&file.metadata.sha256_hash()));
    let kept = if asked == version() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let is_known = Tags::of(request, header::IF_NONE_MATCH).hold(&etag);
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, kept));
    if is_known {
        return answer.finish();
    }
    let media = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if media.type_() == "text" { "; charset=utf-8" } else { "" };
    answer.content_type(format!("{media}{charset}")).body(file.data.into_owned())
}

/// Enough of a hash to tell versions apart.
fn digits(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

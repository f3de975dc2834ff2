//! Where a request comes from, as a browser and a proxy tell it: by way of TLS or not, and from a page of ours or not.

use crate::api::border::context::Settings;
use actix_web::HttpRequest;
use actix_web::http::header;

/// Whether the reader speaks TLS: to the address that the world knows, or to a proxy that says so.
pub fn is_https(request: &HttpRequest, settings: &Settings) -> bool {
    settings.public_url.as_ref().map_or_else(|| came_by_tls(request, settings), |url| url.starts_with("https:"))
}

/// Whether a proxy that is trusted to say so was asked by way of TLS.
pub fn came_by_tls(request: &HttpRequest, settings: &Settings) -> bool {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let is_trusted = peer.is_some_and(|peer| settings.trusted_proxies.iter().any(|network| network.contains(&peer)));
    is_trusted && text(request, "x-forwarded-proto") == Some("https")
}

/// Whether a browser says that a page of another origin made it send this. A browser says so with every request that changes
/// something; programs say nothing.
pub fn is_foreign(request: &HttpRequest, settings: &Settings) -> bool {
    // No page can write this header, and no proxy has a reason to.
    if let Some(site) = text(request, "sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = request.headers().get(header::ORIGIN) else { return false };
    let origin = origin.to_str().unwrap_or_default();
    let public = settings.public_url.as_deref().and_then(host);
    let own = [text(request, "host"), public];
    // `null`, and whatever else is none, is nobody's.
    host(origin).is_none_or(|theirs| !own.iter().flatten().any(|own| own.eq_ignore_ascii_case(theirs)))
}

/// Host and port of a URL.
fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    rest.split('/').next().filter(|host| !host.is_empty())
}

fn text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

//! The cookie of a session, and the token against requests that another site has a browser send.

use crate::api::border::context::Settings;
use crate::api::border::origin;
use crate::desk::sessions::LONGEST_S;
use crate::types::Result;
use crate::types::error::Error;
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The header that carries the token of [`csrf_token`].
pub const CSRF_HEADER: &str = "X-CSRF-Token";

/// A browser takes the first name over TLS alone, from this very host, and for all of its paths: no neighbour can plant one.
fn name(request: &HttpRequest, settings: &Settings) -> &'static str {
    if origin::is_https(request, settings) { "__Host-commflow_session" } else { "commflow_session" }
}

/// The token of the session that a browser sends, if it sends one.
pub fn token(request: &HttpRequest, settings: &Settings) -> Option<String> {
    let cookie = request.cookie(name(request, settings))?;
    (cookie.value().len() == 43).then(|| cookie.value().to_owned())
}

/// Has the browser keep a session's token.
pub fn keep(request: &HttpRequest, settings: &Settings, token: String) -> Cookie<'static> {
    cookie(request, settings, token, Duration::seconds(LONGEST_S))
}

/// Has the browser forget it.
pub fn forget(request: &HttpRequest, settings: &Settings) -> Cookie<'static> {
    cookie(request, settings, String::new(), Duration::ZERO)
}

fn cookie(request: &HttpRequest, settings: &Settings, value: String, kept: Duration) -> Cookie<'static> {
    Cookie::build(name(request, settings), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(origin::is_https(request, settings))
        .max_age(kept)
        .finish()
}

/// What a page of ours knows and no other can: it follows from the session's token, and is stored nowhere.
pub fn csrf_token(session: &str) -> String {
    let code = Hmac::<Sha256>::new_from_slice(session.as_bytes()).map(|mut code| {
        code.update(b"csrf");
        BASE64_URL_SAFE_NO_PAD.encode(code.finalize().into_bytes())
    });
    // HMAC takes keys of every length.
    code.unwrap_or_default()
}

/// Refuses what a page of another site may have had the browser send with the cookie that it holds.
///
/// # Errors
/// `forbidden`, saying what is missing.
pub fn refuse_forged(request: &HttpRequest, settings: &Settings, session: &str) -> Result<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    if origin::is_foreign(request, settings) {
        return Err(Error::forbidden(
            "A session takes changes from pages of this server alone: this came from another.",
        ));
    }
    let Some(given) = request.headers().get(CSRF_HEADER) else {
        let message = "A session needs the header `X-CSRF-Token` with what changes something: `GET /v1/me` tells it.";
        return Err(Error::forbidden(message));
    };
    let expected = csrf_token(session);
    if !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
        return Ok(());
    }
    Err(Error::forbidden("The `X-CSRF-Token` is not that of this session: `GET /v1/me` tells it."))
}

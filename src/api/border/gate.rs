//! The gate that every request passes, on its way in and out: its id, who calls, how often, and the one shape of errors.

use crate::api::border::answer;
use crate::api::border::context::Context;
use crate::api::border::rate_limit::Bucket;
use crate::api::border::rate_limit::Rate;
use crate::api::border::rate_limit::SESSIONS_PER_MINUTE;
use crate::api::border::unread::Unread;
use crate::desk::credentials::Credential;
use crate::desk::credentials::Credentials;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use actix_web::HttpMessage;
use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::http::header::HeaderMap;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// Who calls, found out at the gate and taken by the handler's [`Caller`](crate::api::border::caller::Caller).
pub struct Admission {
    /// The credentials, or why there are none.
    pub credentials: Result<Credentials>,
}

/// Passes a request in and its response out.
///
/// # Errors
/// Only when a handler panicked; every other error has become a response.
pub async fn pass(
    context: web::Data<Context>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let begun = Instant::now();
    let unread = Unread::hold(&mut request);
    let request_id = request_id(request.headers());
    let is_api = request.path() == "/v1" || request.path().starts_with("/v1/");
    let rate = if is_api { Some(admit(&context, &request).await) } else { None };
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let (http_request, mut response) = match rate.and_then(|rate| rate.retry_after_s) {
        Some(seconds) => (request.into_parts().0, answer::error(&too_many(seconds), &request_id)),
        // No second handle on the request may be held here: actix wants the only one.
        None => match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(response)) => {
                let (http_request, response) = response.into_parts();
                (http_request, rendered(response.map_into_boxed_body(), &request_id))
            }
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(Panicked { request_id, rate }.into()),
        },
    };
    finish(response.headers_mut(), &request_id, rate);
    let (status, milliseconds) = (response.status().as_u16(), begun.elapsed().as_millis());
    tracing::debug!(%method, path, status, milliseconds, request_id, "request");
    Ok(ServiceResponse::new(http_request, unread.until_sent(response)))
}

/// A handler panicked, and took the request with it: what is left is enough for an answer.
#[derive(Debug)]
struct Panicked {
    request_id: String,
    rate: Option<Rate>,
}

impl std::fmt::Display for Panicked {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a handler panicked")
    }
}

impl ResponseError for Panicked {
    fn error_response(&self) -> HttpResponse {
        let mut response = told(&Error::internal(self.to_string()), &self.request_id);
        finish(response.headers_mut(), &self.request_id, self.rate);
        response
    }
}

/// Finds out who calls and takes one request out of the bucket.
async fn admit(context: &Context, request: &ServiceRequest) -> Rate {
    let now = context.clock.now();
    let credentials = context.credentials.authenticate(&context.store, &context.settings, now, request.request()).await;
    let default = context.settings.per_minute;
    let (bucket, per_minute) = match &credentials {
        Ok(Credentials { credential: Credential::Key(key), rate_limit, plan, .. }) => {
            let own = rate_limit.or(plan.map(|plan| plan.per_minute()));
            (Bucket::Key(key.row()), own.unwrap_or(default))
        }
        Ok(Credentials { credential: Credential::Session(_), user, .. }) => {
            (Bucket::Sessions(user.row()), SESSIONS_PER_MINUTE)
        }
        Err(_) => (Bucket::Address(context.address(request.request())), default),
    };
    request.extensions_mut().insert(Admission { credentials });
    context.limiters.take(bucket, per_minute)
}

fn too_many(seconds: u64) -> Error {
    let message = format!("Too many requests: the next one is allowed in {seconds} s.");
    Error { retry_after_s: Some(seconds), ..Error::new(Code::RateLimited, message) }
}

/// The response, or its error in the one shape.
fn rendered(response: HttpResponse, request_id: &str) -> HttpResponse {
    match response.error().map(|error| error.as_error::<Error>()) {
        Some(Some(error)) => {
            let mut shaped = told(error, request_id);
            for name in [header::ALLOW, header::CONTENT_RANGE] {
                if let Some(value) = response.headers().get(&name) {
                    shaped.headers_mut().insert(name, value.clone());
                }
            }
            shaped
        }
        // Not ours: nothing of it goes out but its status.
        Some(None) => {
            let code = if response.status().is_server_error() { Code::Internal } else { Code::NotFound };
            told(&Error::new(code, "The request could not be understood."), request_id)
        }
        None => response,
    }
}

fn told(error: &Error, request_id: &str) -> HttpResponse {
    if error.code.status() >= 500 {
        tracing::error!(request_id, %error, "a request failed");
    }
    answer::error(error, request_id)
}

fn finish(headers: &mut HeaderMap, request_id: &str, rate: Option<Rate>) {
    let mut set = |name: &'static str, value: HeaderValue| headers.insert(HeaderName::from_static(name), value);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        set("x-request-id", id);
    }
    set("x-content-type-options", HeaderValue::from_static("nosniff"));
    if let Some(rate) = rate {
        // What a shared cache kept would be shown to others; a private one must ask each time.
        set("cache-control", HeaderValue::from_static("private, no-cache"));
        set("x-ratelimit-limit", HeaderValue::from(rate.limit));
        set("x-ratelimit-remaining", HeaderValue::from(rate.remaining));
        set("x-ratelimit-reset", HeaderValue::from(rate.reset));
    }
}

/// The caller's own id if it sent a sane one, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let sane = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok()).filter(sane);
    given.map_or_else(new_request_id, str::to_owned)
}

fn new_request_id() -> String {
    let mut bytes = [0_u8; 16];
    // An id that is all zeros still marks the request's lines in the log.
    getrandom::fill(&mut bytes).unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(bytes))
}

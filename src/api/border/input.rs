//! What comes in: ids in paths, and JSON bodies, bounded in size, time and depth.

use crate::api::border::context::Context;
use crate::api::border::operation::Argument;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Place;
use crate::store::answers::Fingerprint;
use crate::store::answers::NO_BODY;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::field;
use crate::types::field::Invalid;
use crate::types::id::Id;
use crate::types::id::Kind;
use actix_web::FromRequest;
use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web;
use deserr::Deserr;
use futures_util::StreamExt;
use sha2::Digest;
use sha2::Sha256;
use std::future::Future;
use std::future::Ready;
use std::future::ready;
use std::pin::Pin;
use utoipa::ToSchema;

/// Largest JSON body, in bytes.
const JSON_MAX: usize = 1024 * 1024;
/// Deepest nesting of a JSON body.
const DEPTH_MAX: usize = 64;

/// The id in a path, by its place: `{id}`, or `{member_id}` for the second.
pub struct PathId<K, const PLACE: usize = 0>(pub Id<K>);

impl<K: Kind, const PLACE: usize> FromRequest for PathId<K, PLACE> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let segment = request.match_info().iter().nth(PLACE).map(|(_, value)| value);
        let id = segment.and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(|| Error::not_found(format!("{} of this id", K::PREFIX))))
    }
}

impl<K: Kind, const PLACE: usize> Argument for PathId<K, PLACE> {
    fn describe(operation: &mut Operation) {
        let name = operation.varying().nth(PLACE);
        if let Some(name) = name {
            let what = name.trim_end_matches("_id").replace('_', " ");
            operation.parameter::<Id<K>>(Place::Path, name, &format!("The id of the {what}."));
        }
        operation.may(&[Code::NotFound]);
    }
}

/// A JSON body, parsed into a type that can't be wrong.
pub struct Input<T> {
    /// The parsed body.
    pub value: T,
    /// SHA-256 of the body as JSON: the same however it was spaced and ordered.
    pub fingerprint: Fingerprint,
}

/// What may be wrong with any body.
pub const BODY_CODES: [Code; 5] =
    [Code::MalformedJson, Code::RequestTimeout, Code::TooLarge, Code::UnsupportedMedia, Code::ValidationFailed];

impl<T: ToSchema> Argument for Input<T> {
    fn describe(operation: &mut Operation) {
        operation.takes::<T>().may(&BODY_CODES);
    }
}

impl<T: Deserr<Invalid> + 'static> FromRequest for Input<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = check_media(request);
        let body = body(request, payload, JSON_MAX, "A JSON body can't be over 1 MiB.");
        let is_repeatable = request.headers().contains_key("idempotency-key");
        Box::pin(async move {
            media?;
            let body = body.await?;
            let json = parse(&body)?;
            let fingerprint = if is_repeatable { fingerprint(json.clone()) } else { NO_BODY };
            Ok(Self { value: field::parse(json)?, fingerprint })
        })
    }
}

/// The same for every order of the fields.
fn fingerprint(mut json: serde_json::Value) -> Fingerprint {
    json.sort_all_objects();
    Sha256::digest(json.to_string()).into()
}

fn check_media(request: &HttpRequest) -> Result<()> {
    let refused = |message: &str| Err(Error::new(Code::UnsupportedMedia, message));
    refuse_encoding(request)?;
    let media = request.content_type().to_ascii_lowercase();
    if media == "application/json" || (media.starts_with("application/") && media.ends_with("+json")) {
        return Ok(());
    }
    refused("The body must be JSON: send `Content-Type: application/json`.")
}

/// Refuses a compressed body: nothing is ever inflated.
///
/// # Errors
/// `unsupported_media_type`.
pub fn refuse_encoding(request: &HttpRequest) -> Result<()> {
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        let message = "The body must not be compressed: send it without `Content-Encoding`.";
        return Err(Error::new(Code::UnsupportedMedia, message));
    }
    Ok(())
}

/// What `Content-Length` says; 0 where it says nothing.
pub fn announced_length(request: &HttpRequest) -> usize {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The body of a request, which may be so large, and has to arrive in time.
///
/// # Errors
/// `too_large` with these words; `request_timeout`.
pub fn body(
    request: &HttpRequest,
    payload: &mut Payload,
    most: usize,
    too_large: &'static str,
) -> impl Future<Output = Result<Vec<u8>>> + use<> {
    let announced = announced_length(request);
    let patience = request.app_data::<web::Data<Context>>().map(|context| context.settings.patience);
    let deadline = patience.unwrap_or_default().body;
    let payload = payload.take();
    async move {
        let too_large = || Error::new(Code::TooLarge, too_large);
        if announced > most {
            return Err(too_large());
        }
        let body = tokio::time::timeout(deadline, read(payload, most)).await.map_err(|_| {
            let message = format!("The body did not arrive within {} seconds.", deadline.as_secs_f32());
            Error::new(Code::RequestTimeout, message)
        })?;
        body?.ok_or_else(too_large)
    }
}

/// All of a body; none if it is too large.
async fn read(mut payload: Payload, most: usize) -> Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::new(Code::MalformedJson, "The body broke off before its end."))?;
        if body.len() + chunk.len() > most {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn parse(body: &[u8]) -> Result<serde_json::Value> {
    if depth(body) > DEPTH_MAX {
        return Err(Error::new(Code::MalformedJson, format!("The body is nested deeper than {DEPTH_MAX} levels.")));
    }
    let json: serde_json::Value = serde_json::from_slice(body)
        .map_err(|cause| Error::new(Code::MalformedJson, format!("The body is not JSON: {cause}.")))?;
    if json.is_object() {
        return Ok(json);
    }
    Err(Error::new(Code::ValidationFailed, "The body must be a JSON object."))
}

/// How deep the brackets go, strings left out. Cheap enough to do before a parser allocates anything.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in body {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

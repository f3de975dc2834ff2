//! What goes out. The one place that turns an [`Error`] into HTTP.

use crate::api::border::conditional;
use crate::desk::bulk::Outcome;
use crate::store::answers::Answer;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Detail;
use crate::types::error::Error;
use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

/// An object with a page of its own: it has an id, and an `ETag`.
pub trait Resource: Serialize {
    /// Its id.
    fn id(&self) -> String;
    /// Grows with each change; 1 for what never changes.
    fn version(&self) -> i64;
    /// What moves with time alone, and shows in the `ETag`: the SLA status.
    fn moving(&self) -> Option<&'static str> {
        None
    }
    /// Whose data it holds, for erasure.
    fn contact(&self) -> Option<i64> {
        None
    }
    /// Whether it shows a secret that is never shown again.
    const SHOWS_SECRET: bool = false;
}

#[derive(Serialize)]
struct Data<'a, T> {
    data: &'a T,
}

/// `{"data": …}`.
///
/// # Errors
/// When the object can't be written as JSON.
pub fn data<T: Serialize>(object: &T) -> Result<String> {
    Ok(serde_json::to_string(&Data { data: object })?)
}

/// `{"data": …}` and the `ETag` that goes with it.
///
/// # Errors
/// As [`data`].
pub fn tagged<T: Resource>(object: &T) -> Result<(String, String)> {
    let body = data(object)?;
    let etag = conditional::etag(object.version(), object.moving(), &body);
    Ok((body, etag))
}

/// The answer to a POST that made this object: `Location` is its place in `collection`.
///
/// # Errors
/// As [`data`].
pub fn created<T: Resource>(collection: &str, object: &T) -> Result<Answer> {
    let (body, etag) = tagged(object)?;
    let location = Some(format!("{collection}/{}", object.id()));
    Ok(Answer { status: 201, location, etag: Some(etag), body: Some(body), contact: object.contact() })
}

/// The answer to a POST of which there is nothing to tell.
pub fn done() -> Answer {
    Answer { status: 204, location: None, etag: None, body: None, contact: None }
}

/// What a list says of itself.
#[derive(Serialize, ToSchema)]
#[schema(as = PageMeta)]
pub struct Meta {
    /// 1 for the first.
    pub current_page: i64,
    /// Rows on a page.
    pub per_page: i64,
    /// Rows on all pages.
    pub total_count: i64,
}

/// A response with this JSON.
pub fn json(status: u16, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status).insert_header(header::ContentType::json()).body(body)
}

/// Every error looks like this.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub struct Told<'a> {
    /// What went wrong.
    error: ToldError<'a>,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorBody)]
struct ToldError<'a> {
    /// What went wrong, in a word that programs can rely on.
    #[schema(value_type = Code)]
    code: &'static str,
    /// A sentence for a person.
    message: &'a str,
    /// The fields or parameters at fault, all of them.
    #[schema(value_type = Vec<Detail>)]
    details: &'a [Detail],
    /// The id of the request, as in `X-Request-Id`.
    request_id: &'a str,
}

/// What became of a bulk request.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkOutcome)]
pub struct BulkTold<'a> {
    #[schema(inline, value_type = Outcome)]
    data: &'a Outcome,
    #[schema(inline)]
    meta: BulkMeta,
}

/// How much of it was done.
#[derive(Serialize, ToSchema)]
struct BulkMeta {
    /// How many were changed, or already were as asked.
    updated_count: usize,
    /// How many could not be changed.
    failed_count: usize,
}

/// The answer to a bulk request.
///
/// # Errors
/// When it can't be written as JSON.
pub fn bulk(outcome: &Outcome) -> Result<Answer> {
    let meta = BulkMeta { updated_count: outcome.updated.len(), failed_count: outcome.failed.len() };
    let body = serde_json::to_string(&BulkTold { data: outcome, meta }).map_err(Error::from)?;
    Ok(Answer { status: 200, location: None, etag: None, body: Some(body), contact: None })
}

/// An error as it goes out. Nothing of its cause does.
pub fn error(error: &Error, request_id: &str) -> HttpResponse {
    let told = ToldError { code: error.code.as_str(), message: &error.message, details: &error.details, request_id };
    let body = serde_json::to_string(&Told { error: told }).unwrap_or_default();
    let mut response = json(error.code.status(), body);
    add_headers(error, response.headers_mut());
    response
}

/// The headers that belong to an error.
pub fn add_headers(error: &Error, headers: &mut HeaderMap) {
    if let Some(seconds) = error.retry_after_s {
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    if error.code == Code::Unauthorized {
        headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    }
    if error.code == Code::RequestTimeout {
        headers.insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
}

/// Lets handlers and extractors end in an [`Error`]. The gate renders it again with the request's id.
impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        error(self, "")
    }
}

//! Methods and statuses, as they are written on all pages.

use actix_web::http::StatusCode;
use maud::Markup;
use maud::html;

/// A method.
pub fn method(method: &str) -> Markup {
    html! { span class={ "method " (method.to_lowercase()) } { (method) } }
}

/// The words that go with a status.
pub fn reason(status: &str) -> &'static str {
    status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok()?.canonical_reason()).unwrap_or_default()
}

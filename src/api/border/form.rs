//! Plain forms, as a page without a script sends them: bounded, and taken from pages of this server alone.

use crate::api::border::context::Context;
use crate::api::border::input;
use crate::api::border::operation::Argument;
use crate::api::border::operation::Operation;
use crate::api::border::origin;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use actix_web::FromRequest;
use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

/// Largest form, in bytes.
const FORM_MAX: usize = 16 * 1024;

/// The fields of a form.
///
/// One from a page of another site is refused by what the browser says of where it comes from. A token in the page would add
/// nothing: before somebody has signed in, there is nothing that such a token could be tied to.
pub struct Form(HashMap<String, String>);

impl Form {
    /// The text of a field; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Argument for Form {
    fn describe(operation: &mut Operation) {
        operation.may(&[Code::Forbidden, Code::RequestTimeout, Code::TooLarge, Code::UnsupportedMedia]);
    }
}

impl FromRequest for Form {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let acceptable = check(request);
        let body = input::body(request, payload, FORM_MAX, "A form can't be over 16 KiB.");
        Box::pin(async move {
            acceptable?;
            Ok(Self(url::form_urlencoded::parse(&body.await?).into_owned().collect()))
        })
    }
}

fn check(request: &HttpRequest) -> Result<()> {
    let context = request.app_data::<web::Data<Context>>();
    if context.is_none_or(|context| origin::is_foreign(request, &context.settings)) {
        return Err(Error::forbidden("This form came from a page of another site."));
    }
    input::refuse_encoding(request)?;
    if request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(());
    }
    Err(Error::new(
        Code::UnsupportedMedia,
        "This takes a form: send `Content-Type: application/x-www-form-urlencoded`.",
    ))
}

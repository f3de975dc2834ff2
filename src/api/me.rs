//! /v1/me over HTTP: who is calling, and with what key.

use crate::api::border::caller::Reader;
use crate::api::border::routes::Routes;
use crate::desk::api_keys;
use crate::desk::api_keys::ApiKey;
use crate::desk::users;
use crate::desk::users::User;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;
use serde::Serialize;

/// Adds the route.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/me", &[], show);
}

#[derive(Serialize)]
struct Me {
    #[serde(flatten)]
    user: User,
    api_key: ApiKey,
}

async fn show(who: Reader) -> Result<HttpResponse> {
    let (user, key) = (who.credentials.user, who.credentials.api_key);
    who.look(move |db, _| Ok(Me { user: users::get(db, user)?, api_key: api_keys::get(db, key)? })).await
}

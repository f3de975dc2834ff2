//! /v1/me over HTTP: who is calling, and with what key.

use crate::api::border::caller::Reader;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Told;
use crate::api::border::routes::Routes;
use crate::desk::api_keys;
use crate::desk::api_keys::ApiKey;
use crate::desk::users;
use crate::desk::users::User;
use crate::types::Result;
use actix_web::http::Method;
use serde::Serialize;
use utoipa::ToSchema;

/// Adds the route.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/me", show).named(
        "getCurrentUser",
        "Get the current user",
        "Who is calling, and with which key.",
    );
}

/// A user, and the key that was used.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrentUser)]
struct Me {
    #[serde(flatten)]
    user: User,
    /// The key that was used.
    api_key: ApiKey,
}

async fn show(who: Reader) -> Result<Reply<Told<Me>>> {
    let (user, key) = (who.credentials.user, who.credentials.api_key);
    who.look(move |db, _| Ok(Me { user: users::get(db, user)?, api_key: api_keys::get(db, key)? })).await
}

//! /v1/api_keys over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::Query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::desk::api_keys;
use crate::desk::api_keys::ApiKey;
use crate::desk::api_keys::IssuedKey;
use crate::desk::api_keys::NewApiKey;
use crate::desk::secrets;
use crate::types::Result;
use crate::types::error::Code;
use actix_web::http::Method;

/// Adds the routes of API keys.
pub fn routes(v1: &mut Routes) {
    v1.section("API keys", "What programs authenticate with. A key belongs to a user, and is shown once.");
    v1.add(Method::GET, "/v1/api_keys", list).named("listApiKeys", "List API keys", "Newest first.").paged(&COLUMNS);
    v1.add(Method::POST, "/v1/api_keys", create)
        .named("createApiKey", "Create an API key", "`key` is shown in this answer only.")
        .may(&[Code::AlreadyIssued]);
    v1.add(Method::GET, "/v1/api_keys/{key_id}", show).named("getApiKey", "Get an API key", "");
    v1.add(Method::DELETE, "/v1/api_keys/{key_id}", revoke).named(
        "revokeApiKey",
        "Revoke an API key",
        "It stops working at once.",
    );
}

const COLUMNS: [(&str, &str); 1] = [("created_at", "created_at")];

/// Keys are made and revoked, but never change.
impl Resource for ApiKey {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        1
    }
}

impl Resource for IssuedKey {
    const SHOWS_SECRET: bool = true;
    fn id(&self) -> String {
        self.api_key.id.to_string()
    }
    fn version(&self) -> i64 {
        1
    }
}

async fn list(who: Admin, mut query: Query) -> Result<Reply<Listed<ApiKey>>> {
    let order = query.order(&COLUMNS, true);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| api_keys::list(db, order, paging)).await
}

async fn show(who: Admin, id: PathId<ApiKey>) -> Result<Reply<Shown<ApiKey>>> {
    who.show(move |db, _| api_keys::get(db, id.0)).await
}

async fn create(who: Admin, new: Input<NewApiKey>) -> Result<Reply<Created<IssuedKey>>> {
    let owner = who.credentials.user;
    let key = secrets::generate("cf_")?;
    who.create("/v1/api_keys", new.fingerprint, move |tx| api_keys::create(tx, new.value, Some(owner), key)).await
}

async fn revoke(who: Admin, id: PathId<ApiKey>) -> Result<Reply<Deleted>> {
    who.delete(move |tx| api_keys::get(tx, id.0), move |tx| api_keys::revoke(tx, id.0)).await
}

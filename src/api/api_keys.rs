//! /v1/api_keys over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::PAGING;
use crate::api::border::query::Query;
use crate::api::border::routes::Routes;
use crate::desk::api_keys;
use crate::desk::api_keys::ApiKey;
use crate::desk::api_keys::IssuedKey;
use crate::desk::api_keys::NewApiKey;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;

/// Adds the routes of API keys.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/api_keys", &[&PAGING], list);
    v1.add(Method::POST, "/v1/api_keys", &[], create);
    v1.add(Method::GET, "/v1/api_keys/{key_id}", &[], show);
    v1.add(Method::DELETE, "/v1/api_keys/{key_id}", &[], revoke);
}

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

async fn list(who: Admin, mut query: Query) -> Result<HttpResponse> {
    let order = query.order(&[("created_at", "created_at")], true);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| api_keys::list(db, order, paging)).await
}

async fn show(who: Admin, id: PathId<ApiKey>) -> Result<HttpResponse> {
    who.show(move |db, _| api_keys::get(db, id.0)).await
}

async fn create(who: Admin, new: Input<NewApiKey>) -> Result<HttpResponse> {
    let owner = who.credentials.user;
    let key = api_keys::generate("cf_")?;
    who.create("/v1/api_keys", new.fingerprint, move |tx| api_keys::create(tx, new.value, Some(owner), key)).await
}

async fn revoke(who: Admin, id: PathId<ApiKey>) -> Result<HttpResponse> {
    who.delete(move |tx| api_keys::get(tx, id.0), move |tx| api_keys::revoke(tx, id.0)).await
}

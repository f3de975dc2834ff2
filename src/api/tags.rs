//! /v1/tags over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::PAGING;
use crate::api::border::query::Query;
use crate::api::border::query::SYNC;
use crate::api::border::routes::Routes;
use crate::desk::tags;
use crate::desk::tags::NewTag;
use crate::desk::tags::Tag;
use crate::desk::tags::TagPatch;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;

const COLUMNS: [(&str, &str); 4] =
    [("name", "name COLLATE NOCASE"), ("count", "count"), ("created_at", "created_at"), ("updated_at", "updated_at")];

/// Adds the routes of tags.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/tags", &[&PAGING, &SYNC], list);
    v1.add(Method::POST, "/v1/tags", &[], create);
    v1.add(Method::GET, "/v1/tags/{tag_id}", &[], show);
    v1.add(Method::PATCH, "/v1/tags/{tag_id}", &[], update);
    v1.add(Method::DELETE, "/v1/tags/{tag_id}", &[], delete);
}

impl Resource for Tag {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn list(who: Reader, mut query: Query) -> Result<HttpResponse> {
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| tags::list(db, order, paging)).await
}

async fn show(who: Reader, id: PathId<Tag>) -> Result<HttpResponse> {
    who.show(move |db, _| tags::get(db, id.0)).await
}

async fn create(who: Writer, new: Input<NewTag>) -> Result<HttpResponse> {
    who.create("/v1/tags", new.fingerprint, move |tx| tags::create(tx, new.value)).await
}

async fn update(who: Writer, id: PathId<Tag>, patch: Input<TagPatch>) -> Result<HttpResponse> {
    who.update(move |tx| tags::get(tx, id.0), move |tx| tags::update(tx, id.0, patch.value)).await
}

async fn delete(who: Writer, id: PathId<Tag>) -> Result<HttpResponse> {
    who.delete(move |tx| tags::get(tx, id.0), move |tx| tags::delete(tx, id.0)).await
}

//! /v1/tags over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::Query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::desk::tags;
use crate::desk::tags::NewTag;
use crate::desk::tags::Tag;
use crate::desk::tags::TagPatch;
use crate::types::Result;
use crate::types::error::Code;
use actix_web::http::Method;

const COLUMNS: [(&str, &str); 4] =
    [("name", "name COLLATE NOCASE"), ("count", "count"), ("created_at", "created_at"), ("updated_at", "updated_at")];

/// Adds the routes of tags.
pub fn routes(v1: &mut Routes) {
    v1.section("Tags", "Words that threads are marked with. A name belongs to one tag, without regard to case.");
    v1.add(Method::GET, "/v1/tags", list)
        .named("listTags", "List tags", "By name unless sorted otherwise.")
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/tags", create).named("createTag", "Create a tag", "").may(&[Code::Conflict]);
    v1.add(Method::GET, "/v1/tags/{tag_id}", show).named("getTag", "Get a tag", "");
    v1.add(Method::PATCH, "/v1/tags/{tag_id}", update)
        .named("updateTag", "Update a tag", "Every thread that carries the tag shows its new name at once.")
        .may(&[Code::Conflict]);
    v1.add(Method::DELETE, "/v1/tags/{tag_id}", delete).named(
        "deleteTag",
        "Delete a tag",
        "Takes it off every thread.",
    );
}

impl Resource for Tag {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<Tag>>> {
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| tags::list(db, order, paging)).await
}

async fn show(who: Reader, id: PathId<Tag>) -> Result<Reply<Shown<Tag>>> {
    who.show(move |db, _| tags::get(db, id.0)).await
}

async fn create(who: Writer, new: Input<NewTag>) -> Result<Reply<Created<Tag>>> {
    who.create("/v1/tags", new.fingerprint, move |tx| tags::create(tx, new.value)).await
}

async fn update(who: Writer, id: PathId<Tag>, patch: Input<TagPatch>) -> Result<Reply<Shown<Tag>>> {
    who.update(move |tx| tags::get(tx, id.0), move |tx| tags::update(tx, id.0, patch.value)).await
}

async fn delete(who: Writer, id: PathId<Tag>) -> Result<Reply<Deleted>> {
    who.delete(move |tx| tags::get(tx, id.0), move |tx| tags::delete(tx, id.0)).await
}

//! /v1/inboxes over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::caller::Reader;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::Query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::desk::inboxes;
use crate::desk::inboxes::Inbox;
use crate::desk::inboxes::InboxPatch;
use crate::desk::inboxes::NewInbox;
use crate::types::Result;
use crate::types::error::Code;
use actix_web::http::Method;

const COLUMNS: [(&str, &str); 3] =
    [("name", "name COLLATE NOCASE"), ("created_at", "created_at"), ("updated_at", "updated_at")];

/// Adds the routes of inboxes.
pub fn routes(v1: &mut Routes) {
    v1.section("Inboxes", "Where tickets arrive. There is always a first one.");
    v1.add(Method::GET, "/v1/inboxes", list)
        .named("listInboxes", "List inboxes", "By name unless sorted otherwise.")
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/inboxes", create).named("createInbox", "Create an inbox", "").may(&[Code::Conflict]);
    v1.add(Method::GET, "/v1/inboxes/{inbox_id}", show).named("getInbox", "Get an inbox", "");
    v1.add(Method::PATCH, "/v1/inboxes/{inbox_id}", update)
        .named("updateInbox", "Update an inbox", "")
        .may(&[Code::Conflict]);
}

impl Resource for Inbox {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<Inbox>>> {
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| inboxes::list(db, order, paging)).await
}

async fn show(who: Reader, id: PathId<Inbox>) -> Result<Reply<Shown<Inbox>>> {
    who.show(move |db, _| inboxes::get(db, id.0)).await
}

async fn create(who: Admin, new: Input<NewInbox>) -> Result<Reply<Created<Inbox>>> {
    who.create("/v1/inboxes", new.fingerprint, move |tx| inboxes::create(tx, new.value)).await
}

async fn update(who: Admin, id: PathId<Inbox>, patch: Input<InboxPatch>) -> Result<Reply<Shown<Inbox>>> {
    who.update(move |tx| inboxes::get(tx, id.0), move |tx| inboxes::update(tx, id.0, patch.value)).await
}

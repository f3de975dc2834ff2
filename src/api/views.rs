//! /v1/views over HTTP.

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
use crate::desk::views;
use crate::desk::views::Asking;
use crate::desk::views::BY_POSITION;
use crate::desk::views::NewView;
use crate::desk::views::View;
use crate::desk::views::ViewPatch;
use crate::types::Result;
use actix_web::http::Method;

const COLUMNS: [(&str, &str); 4] = [
    ("position", BY_POSITION),
    ("name", "name COLLATE NOCASE"),
    ("created_at", "created_at"),
    ("updated_at", "updated_at"),
];

/// Adds the routes of views.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Views",
        "Filters of lists, kept under a name. A view is its owner's alone, or shared; some come with CommFlow. `count` is the \
        number of what it shows the caller: `me` in a filter is the caller.",
    );
    v1.add(Method::GET, "/v1/views", list)
        .named("listViews", "List views", "The shared ones and the caller's own, by position and name.")
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/views", create).named(
        "createView",
        "Create a view",
        "`filter` and `sort` are what the list takes as query parameters.",
    );
    v1.add(Method::GET, "/v1/views/{view_id}", show).named("getView", "Get a view", "");
    v1.add(Method::PATCH, "/v1/views/{view_id}", update).named(
        "updateView",
        "Update a view",
        "For its owner; a shared one is for admins too.",
    );
    v1.add(Method::DELETE, "/v1/views/{view_id}", delete).named(
        "deleteView",
        "Delete a view",
        "For its owner; a shared one is for admins too.",
    );
}

impl Resource for View {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<View>>> {
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    let caller = who.credentials.user;
    who.list(paging, move |db, paging, now| views::list(db, caller, order, paging, now)).await
}

async fn show(who: Reader, id: PathId<View>) -> Result<Reply<Shown<View>>> {
    let caller = who.credentials.user;
    who.show(move |db, now| views::get(db, id.0, caller, now)).await
}

async fn create(who: Writer, new: Input<NewView>) -> Result<Reply<Created<View>>> {
    let caller = who.credentials.user;
    who.create("/v1/views", new.fingerprint, move |tx| views::create(tx, new.value, caller)).await
}

async fn update(who: Writer, id: PathId<View>, patch: Input<ViewPatch>) -> Result<Reply<Shown<View>>> {
    let asking = asking(&who);
    who.update(
        move |tx| views::get(tx, id.0, asking.user, tx.now),
        move |tx| views::update(tx, id.0, patch.value, asking),
    )
    .await
}

async fn delete(who: Writer, id: PathId<View>) -> Result<Reply<Deleted>> {
    let asking = asking(&who);
    who.delete(move |tx| views::get(tx, id.0, asking.user, tx.now), move |tx| views::delete(tx, id.0, asking)).await
}

fn asking(who: &Writer) -> Asking {
    Asking { user: who.credentials.user, is_admin: who.require_admin().is_ok() }
}

//! /v1/users over HTTP.

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
use crate::desk::users;
use crate::desk::users::NewUser;
use crate::desk::users::User;
use crate::desk::users::UserFilter;
use crate::desk::users::UserPatch;
use crate::types::Result;
use crate::types::error::Code;
use actix_web::http::Method;

/// What lists of users can be sorted by.
pub const COLUMNS: [(&str, &str); 3] =
    [("name", "name COLLATE NOCASE"), ("created_at", "created_at"), ("updated_at", "updated_at")];

/// Adds the routes of users.
pub fn routes(v1: &mut Routes) {
    v1.section("Users", "The team: admins may do everything, agents the daily work.");
    v1.add(Method::GET, "/v1/users", list)
        .named("listUsers", "List users", "By name unless sorted otherwise.")
        .filtered::<UserFilter>()
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/users", create).named("createUser", "Create a user", "").may(&[Code::Conflict]);
    v1.add(Method::GET, "/v1/users/{user_id}", show).named("getUser", "Get a user", "");
    v1.add(Method::PATCH, "/v1/users/{user_id}", update)
        .named(
            "updateUser",
            "Update a user",
            "The keys of a user who becomes `inactive` stop working at once. The last active admin can't be demoted or \
             deactivated.",
        )
        .may(&[Code::Conflict]);
}

impl Resource for User {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<User>>> {
    let filter = UserFilter { role: query.take("role"), status: query.take("status") };
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| users::list(db, &filter, order, paging)).await
}

async fn show(who: Reader, id: PathId<User>) -> Result<Reply<Shown<User>>> {
    who.show(move |db, _| users::get(db, id.0)).await
}

async fn create(who: Admin, new: Input<NewUser>) -> Result<Reply<Created<User>>> {
    who.create("/v1/users", new.fingerprint, move |tx| users::create(tx, new.value, None)).await
}

async fn update(who: Admin, id: PathId<User>, patch: Input<UserPatch>) -> Result<Reply<Shown<User>>> {
    who.update(move |tx| users::get(tx, id.0), move |tx| users::update(tx, id.0, patch.value)).await
}

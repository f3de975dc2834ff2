//! /v1/teams over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::caller::Reader;
use crate::api::border::caller::gone;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Shape;
use crate::api::border::query::Query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::api::users::COLUMNS;
use crate::desk::teams;
use crate::desk::teams::NewMember;
use crate::desk::teams::NewTeam;
use crate::desk::teams::Team;
use crate::desk::teams::TeamPatch;
use crate::desk::threads::change;
use crate::desk::users;
use crate::desk::users::User;
use crate::store::answers::Answer;
use crate::types::Result;
use crate::types::error::Code;
use actix_web::http::Method;
use serde_json::json;

/// Adds the routes of teams and their members.
pub fn routes(v1: &mut Routes) {
    v1.section("Teams", "Groups of users.");
    v1.add(Method::GET, "/v1/teams", list)
        .named("listTeams", "List teams", "By name unless sorted otherwise.")
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/teams", create).named("createTeam", "Create a team", "").may(&[Code::Conflict]);
    v1.add(Method::GET, "/v1/teams/{team_id}", show).named("getTeam", "Get a team", "");
    v1.add(Method::PATCH, "/v1/teams/{team_id}", update)
        .named("updateTeam", "Update a team", "")
        .may(&[Code::Conflict]);
    v1.add(Method::DELETE, "/v1/teams/{team_id}", delete).named(
        "deleteTeam",
        "Delete a team",
        "Its members stay users, and its threads belong to no team.",
    );
    v1.add(Method::GET, "/v1/teams/{team_id}/members", members)
        .named("listTeamMembers", "List the members of a team", "By name unless sorted otherwise.")
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/teams/{team_id}/members", add_member).named(
        "addTeamMember",
        "Add a user to a team",
        "Answers with the user, also if he was a member before.",
    );
    v1.add(Method::DELETE, "/v1/teams/{team_id}/members/{user_id}", remove_member).named(
        "removeTeamMember",
        "Remove a user from a team",
        "",
    );
}

impl Resource for Team {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<Team>>> {
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| teams::list(db, order, paging)).await
}

async fn show(who: Reader, id: PathId<Team>) -> Result<Reply<Shown<Team>>> {
    who.show(move |db, _| teams::get(db, id.0)).await
}

async fn create(who: Admin, new: Input<NewTeam>) -> Result<Reply<Created<Team>>> {
    who.create("/v1/teams", new.fingerprint, move |tx| teams::create(tx, new.value)).await
}

async fn update(who: Admin, id: PathId<Team>, patch: Input<TeamPatch>) -> Result<Reply<Shown<Team>>> {
    who.update(move |tx| teams::get(tx, id.0), move |tx| teams::update(tx, id.0, patch.value)).await
}

async fn delete(who: Admin, id: PathId<Team>) -> Result<Reply<Deleted>> {
    while !who.remove(move |tx| teams::get(tx, id.0), move |tx| change::disband(tx, id.0)).await? {}
    Ok(gone())
}

async fn members(who: Reader, id: PathId<Team>, mut query: Query) -> Result<Reply<Listed<User>>> {
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| teams::members(db, id.0, order, paging)).await
}

/// A user who belongs to the team now. It is no new object, so it has no `ETag` of its own.
struct Joined;

impl Shape for Joined {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema_of::<User>();
        let body = json!({"type": "object", "properties": {"data": schema}, "required": ["data"]});
        let headers = &["Location", "Idempotent-Replayed"];
        operation.answers(201, "The user who joined.", Some(("application/json", body)), headers);
    }
}

async fn add_member(who: Admin, id: PathId<Team>, new: Input<NewMember>) -> Result<Reply<Joined>> {
    who.post(new.fingerprint, false, move |tx| {
        let user = teams::add_member(tx, id.0, &new.value)?;
        let location = Some(format!("/v1/users/{}", user.id));
        Ok(Answer { status: 201, location, etag: None, body: Some(answer::data(&user)?), contact: None })
    })
    .await
}

async fn remove_member(who: Admin, id: PathId<Team>, user: PathId<User, 1>) -> Result<Reply<Deleted>> {
    who.delete(move |tx| users::get(tx, user.0), move |tx| teams::remove_member(tx, id.0, user.0)).await
}

//! /v1/teams over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::caller::Reader;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::PAGING;
use crate::api::border::query::Query;
use crate::api::border::query::SYNC;
use crate::api::border::routes::Routes;
use crate::api::users::COLUMNS;
use crate::desk::teams;
use crate::desk::teams::NewMember;
use crate::desk::teams::NewTeam;
use crate::desk::teams::Team;
use crate::desk::teams::TeamPatch;
use crate::desk::users;
use crate::desk::users::User;
use crate::store::answers::Answer;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;

/// Adds the routes of teams and their members.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/teams", &[&PAGING, &SYNC], list);
    v1.add(Method::POST, "/v1/teams", &[], create);
    v1.add(Method::GET, "/v1/teams/{team_id}", &[], show);
    v1.add(Method::PATCH, "/v1/teams/{team_id}", &[], update);
    v1.add(Method::DELETE, "/v1/teams/{team_id}", &[], delete);
    v1.add(Method::GET, "/v1/teams/{team_id}/members", &[&PAGING, &SYNC], members);
    v1.add(Method::POST, "/v1/teams/{team_id}/members", &[], add_member);
    v1.add(Method::DELETE, "/v1/teams/{team_id}/members/{user_id}", &[], remove_member);
}

impl Resource for Team {
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
    who.list(paging, move |db, paging, _| teams::list(db, order, paging)).await
}

async fn show(who: Reader, id: PathId<Team>) -> Result<HttpResponse> {
    who.show(move |db, _| teams::get(db, id.0)).await
}

async fn create(who: Admin, new: Input<NewTeam>) -> Result<HttpResponse> {
    who.create("/v1/teams", new.fingerprint, move |tx| teams::create(tx, new.value)).await
}

async fn update(who: Admin, id: PathId<Team>, patch: Input<TeamPatch>) -> Result<HttpResponse> {
    who.update(move |tx| teams::get(tx, id.0), move |tx| teams::update(tx, id.0, patch.value)).await
}

async fn delete(who: Admin, id: PathId<Team>) -> Result<HttpResponse> {
    who.delete(move |tx| teams::get(tx, id.0), move |tx| teams::delete(tx, id.0)).await
}

async fn members(who: Reader, id: PathId<Team>, mut query: Query) -> Result<HttpResponse> {
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| teams::members(db, id.0, order, paging)).await
}

async fn add_member(who: Admin, id: PathId<Team>, new: Input<NewMember>) -> Result<HttpResponse> {
    who.post(new.fingerprint, false, move |tx| {
        let user = teams::add_member(tx, id.0, &new.value)?;
        let location = Some(format!("/v1/users/{}", user.id));
        Ok(Answer { status: 201, location, etag: None, body: Some(answer::data(&user)?), contact: None })
    })
    .await
}

async fn remove_member(who: Admin, id: PathId<Team>, user: PathId<User, 1>) -> Result<HttpResponse> {
    who.delete(move |tx| users::get(tx, user.0), move |tx| teams::remove_member(tx, id.0, user.0)).await
}

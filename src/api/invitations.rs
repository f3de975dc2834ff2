//! /v1/users/{user_id}/invitation over HTTP: links with which a person sets a password.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::input::PathId;
use crate::api::border::reply::Created;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Routes;
use crate::desk::invitations;
use crate::desk::invitations::Invitation;
use crate::desk::secrets;
use crate::desk::users::User;
use crate::store::answers::NO_BODY;
use crate::types::Result;
use crate::types::error::Code;
use actix_web::http::Method;

/// Adds the route.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::POST, "/v1/users/{user_id}/invitation", create)
        .named(
            "inviteUser",
            "Invite a user",
            "Makes a link with which the user sets a password, for the first time or because it is forgotten. It works once, for \
             72 hours, and voids the one before. `url` is shown in this answer only: nothing is sent, so hand it over yourself.",
        )
        .may(&[Code::Conflict, Code::AlreadyIssued]);
}

/// What is made is a way in for the user, whose place is where the answer says.
impl Resource for Invitation {
    const SHOWS_SECRET: bool = true;
    fn id(&self) -> String {
        self.user_id.to_string()
    }
    fn version(&self) -> i64 {
        1
    }
}

async fn create(who: Admin, id: PathId<User>) -> Result<Reply<Created<Invitation>>> {
    let token = secrets::generate("")?;
    who.create("/v1/users", NO_BODY, move |tx| invitations::create(tx, id.0, &token)).await
}

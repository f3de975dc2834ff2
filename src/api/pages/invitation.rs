//! /invitations/{token}: a person sets a password, for the first time or because it is forgotten.

use crate::api::border::context::Context;
use crate::api::border::form::Form;
use crate::api::border::page;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::pages::Elsewhere;
use crate::api::pages::Page;
use crate::api::pages::entrance::Entrance;
use crate::api::pages::frame;
use crate::api::pages::words::Words;
use crate::desk::invitations;
use crate::desk::passwords::Password;
use crate::desk::secrets;
use crate::desk::users::User;
use crate::desk::workspace;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use maud::Markup;
use maud::html;

/// Whom a link is for, if it works, and what the workspace is called.
struct Found {
    user: Option<User>,
    workspace: String,
}

/// The page that sets a password.
pub async fn show(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> Result<Reply<Page>> {
    let (words, found) = (Words::for_reader(&request), find(&context, &request).await?);
    let Some(user) = &found.user else { return Ok(dead(words, &found.workspace).into()) };
    Ok(page::own(StatusCode::OK, form(words, &found.workspace, user, token(&request), None)).into())
}

/// Sets the password, and signs in.
pub async fn accept(
    _: Anyone,
    context: web::Data<Context>,
    request: HttpRequest,
    given: Form,
) -> Result<Reply<Elsewhere>> {
    let (words, found) = (Words::for_reader(&request), find(&context, &request).await?);
    // Before anything is hashed: that is for who holds the link.
    let Some(user) = &found.user else { return Ok(dead(words, &found.workspace).into()) };
    let Ok(password) = given.text("password").parse::<Password>() else {
        let page = form(words, &found.workspace, user, token(&request), Some(words.password_hint));
        return Ok(page::refusal(&Error::invalid(Vec::new()), page).into());
    };
    let password_hash = context.door.hash(password).await?;
    let (entrance, hash) = (Entrance::of(&request, &context)?, secrets::hash(token(&request)));
    let (kept, actor) = (entrance.clone(), Actor::user(user.id.row(), None));
    let write = context.store.write(actor, move |tx| {
        let user = invitations::accept(tx, &hash, &password_hash)?;
        kept.begin(tx, user)
    });
    match write.await {
        Ok(()) => Ok(entrance.open(&request, &context, "/").into()),
        Err(error) if error.code == Code::NotFound => Ok(dead(words, &found.workspace).into()),
        Err(error) => Err(error),
    }
}

fn token(request: &HttpRequest) -> &str {
    request.match_info().query("token")
}

async fn find(context: &Context, request: &HttpRequest) -> Result<Found> {
    let (hash, now) = (secrets::hash(token(request)), context.clock.now());
    let find = move |db: &rusqlite::Connection| {
        Ok(Found { user: invitations::find(db, &hash, now)?, workspace: workspace::name(db)? })
    };
    context.store.read(find).await
}

fn dead(words: &Words, workspace: &str) -> HttpResponse {
    let content = html! {
        p { (words.invitation.dead_hint) }
        p { a href="/sign-in" { (words.sign_in.title) } }
    };
    page::refusal(&Error::not_found("such link"), frame::card(words, workspace, words.invitation.dead, &content))
}

fn form(words: &Words, workspace: &str, user: &User, token: &str, fault: Option<&'static str>) -> Markup {
    let content = html! {
        p { (user.name) " · " (user.email) }
        p { (words.invitation.lead) }
        form method="post" action={ "/invitations/" (token) } novalidate {
            // For password managers: whose password it is.
            input type="hidden" autocomplete="username" value=(user.email);
            (frame::new_password(words, fault).show())
            button type="submit" { (words.invitation.button) }
        }
        (frame::inbox_ahead(words))
    };
    frame::card(words, workspace, words.invitation.title, &content)
}

//! /setup/{token}: the first start makes the first admin.

use crate::api::border::context::Context;
use crate::api::border::form::Form;
use crate::api::border::page;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::pages::Elsewhere;
use crate::api::pages::Page;
use crate::api::pages::entrance::Entrance;
use crate::api::pages::frame;
use crate::api::pages::frame::Field;
use crate::api::pages::words::Words;
use crate::desk::passwords::Password;
use crate::desk::setup;
use crate::desk::setup::Beginning;
use crate::desk::workspace;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::email::Email;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::text::Line;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use maud::Markup;
use maud::html;

/// What was typed, but for the password, and what is wrong with it.
#[derive(Default)]
struct Shown<'a> {
    workspace: &'a str,
    name: &'a str,
    email: &'a str,
    workspace_fault: Option<&'static str>,
    name_fault: Option<&'static str>,
    email_fault: Option<&'static str>,
    password_fault: Option<&'static str>,
}

/// The page that makes the first admin.
pub async fn show(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> Result<Reply<Page>> {
    let words = Words::for_reader(&request);
    if !is_open(&context, &request).await? {
        return Ok(dead(words).into());
    }
    let page = form(words, &token(&request), &Shown::default());
    Ok(page::own(StatusCode::OK, page).into())
}

/// Makes the first admin, who is signed in by it.
pub async fn begin(
    _: Anyone,
    context: web::Data<Context>,
    request: HttpRequest,
    given: Form,
) -> Result<Reply<Elsewhere>> {
    let (words, token) = (Words::for_reader(&request), token(&request));
    // Before anything is hashed: that is for who holds the link.
    if !is_open(&context, &request).await? {
        return Ok(dead(words).into());
    }
    let mut shown = Shown {
        workspace: given.text("workspace"),
        name: given.text("name"),
        email: given.text("email"),
        ..Shown::default()
    };
    let Some((beginning, password)) = parsed(words, &mut shown, given.text("password")) else {
        return Ok(page::refusal(&Error::invalid(Vec::new()), form(words, &token, &shown)).into());
    };
    let hash = context.door.hash(password).await?;
    let entrance = Entrance::of(&request, &context)?;
    let (kept, link) = (entrance.clone(), token.clone());
    let write = context.store.write(Actor::SYSTEM, move |tx| {
        let user = setup::accept(tx, &link, beginning, hash)?;
        kept.begin(tx, user.id)
    });
    match write.await {
        Ok(()) => Ok(entrance.open(&request, &context, "/").into()),
        Err(error) if error.code == Code::NotFound => Ok(dead(words).into()),
        Err(error) if error.code == Code::Conflict => {
            shown.email_fault = Some(words.setup.email_taken);
            Ok(page::refusal(&Error::invalid(Vec::new()), form(words, &token, &shown)).into())
        }
        Err(error) => Err(error),
    }
}

/// What was typed, if all of it is as it must be; else the faults are shown, each at its field.
fn parsed(words: &Words, shown: &mut Shown<'_>, password: &str) -> Option<(Beginning, Password)> {
    let told = |refused: Refused| words.fault_of(refused.rule);
    let workspace = shown.workspace.parse::<Line>().map_err(told);
    let name = shown.name.parse::<Line>().map_err(told);
    let email = shown.email.parse::<Email>().map_err(|_| words.email_fault(shown.email));
    let password = password.parse::<Password>().map_err(|_| words.password_hint);
    shown.workspace_fault = workspace.as_ref().err().copied();
    shown.name_fault = name.as_ref().err().copied();
    shown.email_fault = email.as_ref().err().copied();
    shown.password_fault = password.as_ref().err().copied();
    Some((Beginning { workspace: workspace.ok()?, name: name.ok()?, email: email.ok()? }, password.ok()?))
}

fn token(request: &HttpRequest) -> String {
    request.match_info().query("token").to_owned()
}

async fn is_open(context: &Context, request: &HttpRequest) -> Result<bool> {
    let (token, now) = (token(request), context.clock.now());
    context.store.read(move |db| setup::is_open(db, &token, now)).await
}

fn dead(words: &Words) -> HttpResponse {
    let content = html! {
        p { (words.setup.dead_hint) }
        p { a href="/sign-in" { (words.sign_in.title) } }
    };
    let page = frame::card(words, workspace::UNNAMED, words.setup.dead, &content);
    page::refusal(&Error::not_found("such link"), page)
}

fn form(words: &Words, token: &str, shown: &Shown<'_>) -> Markup {
    let workspace = Field {
        name: "workspace",
        label: words.setup.workspace,
        kind: "text",
        autocomplete: "organization",
        value: shown.workspace,
        hint: Some(words.setup.workspace_hint),
        fault: shown.workspace_fault,
    };
    let name = Field {
        name: "name",
        label: words.name,
        kind: "text",
        autocomplete: "name",
        value: shown.name,
        hint: None,
        fault: shown.name_fault,
    };
    let email = frame::email(words, shown.email, shown.email_fault);
    let content = html! {
        p { (words.setup.lead) }
        form method="post" action={ "/setup/" (token) } novalidate {
            (workspace.show())
            (name.show())
            (email.show())
            (frame::new_password(words, shown.password_fault).show())
            button type="submit" { (words.setup.button) }
        }
        (frame::inbox_ahead(words))
    };
    frame::card(words, workspace::UNNAMED, words.setup.title, &content)
}

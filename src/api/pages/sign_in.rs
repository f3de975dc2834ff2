//! /sign-in and /sign-out: a person comes in with address and password, and leaves.

use crate::api::border::context::Context;
use crate::api::border::form::Form;
use crate::api::border::page;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::border::session_cookie;
use crate::api::pages::Elsewhere;
use crate::api::pages::Page;
use crate::api::pages::entrance;
use crate::api::pages::entrance::Entrance;
use crate::api::pages::frame;
use crate::api::pages::frame::Field;
use crate::api::pages::words::Words;
use crate::desk::passwords;
use crate::desk::passwords::Account;
use crate::desk::passwords::Password;
use crate::desk::secrets;
use crate::desk::sessions;
use crate::desk::setup;
use crate::desk::users::UserStatus;
use crate::desk::workspace;
use crate::store::tx::Actor;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::email::Email;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Rule;
use crate::types::text::fold;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web;
use maud::Markup;
use maud::html;
use std::borrow::Cow;

/// What the page shows.
#[derive(Default)]
struct Shown<'a> {
    email: &'a str,
    next: &'a str,
    email_fault: Option<&'static str>,
    password_fault: Option<&'static str>,
    alert: Option<String>,
}

/// The page for signing in; who is signed in already is led on.
pub async fn show(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> Result<Reply<Page>> {
    let query: Vec<(Cow<str>, Cow<str>)> = url::form_urlencoded::parse(request.query_string().as_bytes()).collect();
    let next = query.iter().find(|(name, _)| name == "next").map_or("", |(_, value)| value);
    let next = entrance::own_path(next);
    if context.visitor(&request).await.is_some() {
        return Ok(page::elsewhere(next).into());
    }
    let (workspace, has_admin) = context.store.read(|db| Ok((workspace::name(db)?, setup::has_admin(db)?))).await?;
    let words = Words::for_reader(&request);
    let page = if has_admin {
        form(words, &workspace, &Shown { next, ..Shown::default() })
    } else {
        frame::card(words, &workspace, words.sign_in.nobody_yet, &html! { p { (words.sign_in.see_terminal) } })
    };
    Ok(page::own(StatusCode::OK, page).into())
}

fn form(words: &Words, workspace: &str, shown: &Shown<'_>) -> Markup {
    let email = frame::email(words, shown.email, shown.email_fault);
    let password = Field {
        name: "password",
        label: words.password,
        kind: "password",
        autocomplete: "current-password",
        value: "",
        hint: None,
        fault: shown.password_fault,
    };
    let content = html! {
        @if let Some(text) = &shown.alert { (frame::alert(text)) }
        form method="post" action="/sign-in" novalidate {
            (email.show())
            (password.show())
            input type="hidden" name="next" value=(shown.next);
            button type="submit" { (words.sign_in.button) }
        }
        p.quiet { (words.sign_in.forgotten) }
        (frame::inbox_ahead(words))
    };
    frame::card(words, workspace, words.sign_in.title, &content)
}

/// Signs in, or shows the page again, saying nothing about which half was wrong.
pub async fn enter(
    _: Anyone,
    context: web::Data<Context>,
    request: HttpRequest,
    given: Form,
) -> Result<Reply<Elsewhere>> {
    let (email, password) = (given.text("email").trim(), given.text("password"));
    let next = entrance::own_path(given.text("next"));
    let refused = match verified(&context, &request, email, password).await {
        Ok(entrance) => return Ok(entrance.open(&request, &context, next).into()),
        Err(error) if error.code == Code::Internal => return Err(error),
        Err(error) => error,
    };
    let words = Words::for_reader(&request);
    let mut shown = Shown { email, next, ..Shown::default() };
    match refused.code {
        Code::ValidationFailed => {
            shown.email_fault = email.is_empty().then(|| words.email_fault(email));
            shown.password_fault = password.is_empty().then(|| words.fault_of(Rule::Required));
        }
        Code::Unauthorized => shown.alert = Some(words.sign_in.wrong.to_owned()),
        _ => shown.alert = Some(words.told(&refused)),
    }
    let workspace = context.store.read(workspace::name).await?;
    Ok(page::refusal(&refused, form(words, &workspace, &shown)).into())
}

/// A session for who has shown the right password.
async fn verified(context: &Context, request: &HttpRequest, email: &str, password: &str) -> Result<Entrance> {
    if email.is_empty() || password.is_empty() {
        return Err(Error::invalid(Vec::new()));
    }
    let account = match email.parse::<Email>() {
        Ok(email) => context.store.read(move |db| passwords::account_of(db, &email)).await?,
        Err(_) => None,
    };
    let stored = account.as_ref().and_then(|account| account.stored.clone());
    let from = context.address(request);
    let is_right = context.door.verify(&fold(email), from, password.to_owned(), stored).await?;
    let account = account.filter(|account| is_right && account.status == UserStatus::Active);
    let account = account.ok_or_else(Error::unauthorized)?;
    let better = better_hash(context, &account, password).await?;
    let entrance = Entrance::of(request, context)?;
    let Entrance { token, browser } = entrance.clone();
    let actor = Actor::user(account.user.row(), None);
    let write = move |tx: &Tx| passwords::sign_in(tx, &account, better.as_deref(), &token, &browser);
    if context.store.write(actor, write).await? { Ok(entrance) } else { Err(Error::unauthorized()) }
}

/// The password hashed with the parameters of today, if the stored hash is older.
async fn better_hash(context: &Context, account: &Account, password: &str) -> Result<Option<String>> {
    let is_outdated = account.stored.as_deref().is_some_and(passwords::is_outdated);
    match password.parse::<Password>() {
        Ok(password) if is_outdated => context.door.hash(password).await.map(Some),
        // One that is not allowed any more still works.
        _ => Ok(None),
    }
}

/// Signs out: the session ends, and not only its cookie.
pub async fn leave(_: Anyone, context: web::Data<Context>, request: HttpRequest, _: Form) -> Result<Reply<Elsewhere>> {
    if let Some(token) = session_cookie::token(&request, &context.settings) {
        let hash = secrets::hash(&token);
        context.store.write(Actor::SYSTEM, move |tx| sessions::end_of(tx, &hash)).await?;
    }
    let mut response = page::elsewhere("/sign-in");
    // Name and value are ours, and stand in any header.
    drop(response.add_cookie(&session_cookie::forget(&request, &context.settings)));
    Ok(response.into())
}

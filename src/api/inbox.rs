//! The web inbox over HTTP: one shell for all of its pages, which its own scripts fill.

use crate::api::border::assets;
use crate::api::border::context::Context;
use crate::api::border::credentials::Visitor;
use crate::api::border::page;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::api::pages::Page;
use crate::api::pages::frame;
use crate::api::pages::words::Words;
use crate::desk::profile;
use crate::desk::workspace;
use crate::types::Result;
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::web;
use maud::DOCTYPE;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use url::form_urlencoded::byte_serialize;

/// The script that runs before anything is shown.
const EARLY: &str = "inbox/early.js";

/// The pictures on its buttons.
const ICONS: &str = "inbox/icons.svg";

/// How all of it looks.
const STYLE: &str = "inbox/main.css";

/// What the inbox asks for first, word for word: it is on its way while the scripts are still being read.
const ASKED_FIRST: [&str; 7] = [
    "/v1/me",
    "/v1/workspace",
    "/v1/users?page=1&per_page=100",
    "/v1/teams?page=1&per_page=100",
    "/v1/inboxes?page=1&per_page=100",
    "/v1/tags?page=1&per_page=100",
    "/v1/views?page=1&per_page=100",
];

/// The pages of the inbox: path, name and title.
const PAGES: [(&str, &str, &str); 11] = [
    ("/", "showInbox", "The inbox"),
    ("/conversations", "showConversations", "The conversations"),
    ("/conversations/{id}", "showConversation", "A conversation"),
    ("/tickets", "showTickets", "The tickets"),
    ("/tickets/{id}", "showTicket", "A ticket"),
    ("/contacts", "showContacts", "The contacts"),
    ("/contacts/{id}", "showContact", "A contact"),
    ("/search", "showSearch", "The search"),
    ("/reports", "showReports", "The reports"),
    ("/settings", "showSettings", "The settings"),
    ("/settings/{section}", "showSettingsSection", "A section of the settings"),
];

/// Adds the routes.
pub fn routes(root: &mut Routes) {
    for (path, id, title) in PAGES {
        let operation = root.add(Method::GET, path, show).named(id, title, "");
        let varying: Vec<&str> = operation.varying().collect();
        for name in varying {
            operation.varies(name);
        }
    }
}

/// The shell for who is signed in; others are led to the door, and back here.
async fn show(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> Result<Reply<Page>> {
    let Some(Visitor { user, csrf_token }) = context.visitor(&request).await else {
        return Ok(page::elsewhere(&door(&request)).into());
    };
    let read = context.store.read(move |db| Ok((profile::get(db, user)?.language, workspace::name(db)?)));
    let (language, workspace) = read.await?;
    let words = language.map_or_else(|| Words::for_reader(&request), Words::of);
    Ok(page::own(StatusCode::OK, shell(words, &workspace, &csrf_token)).into())
}

/// The page for signing in, which leads back to what was asked for.
fn door(request: &HttpRequest) -> String {
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    if asked == "/" {
        return "/sign-in".to_owned();
    }
    format!("/sign-in?next={}", byte_serialize(asked.as_bytes()).collect::<String>())
}

/// The styles and the scripts of the inbox; the version in their paths lets a browser keep them.
fn shell(words: &Words, workspace: &str, csrf_token: &str) -> Markup {
    let version = assets::version();
    let asset = |name: &str| assets::path(&version, name);
    html! {
        (DOCTYPE)
        html lang=(words.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="csrf-token" content=(csrf_token);
                title { (workspace) }
                link rel="icon" type="image/svg+xml" href=(asset("docs/icon.svg"));
                script src=(asset(EARLY)) {}
                link rel="stylesheet" href=(asset(STYLE));
                (frame::inbox_ahead(words))
                script type="module" src=(asset(frame::INBOX_SCRIPT)) {}
                @for path in ASKED_FIRST { link rel="preload" as="fetch" crossorigin="anonymous" href=(path); }
            }
            body {
                (PreEscaped(assets::text(ICONS)))
                div #app {}
                noscript { p { (words.needs_scripts) } }
            }
        }
    }
}

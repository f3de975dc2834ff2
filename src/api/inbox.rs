//! The web inbox over HTTP: one shell for all of its pages, which its own scripts fill.

use crate::api::border::assets;
use crate::api::border::context::Context;
use crate::api::border::credentials::Visitor;
use crate::api::border::page;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::api::pages::Page;
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
use maud::html;
use url::form_urlencoded::byte_serialize;

/// The script that runs before anything is shown.
const EARLY: &str = "inbox/early.js";

/// The script that all begins with.
const MAIN: &str = "inbox/main.js";

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

/// The styles of the inbox, and the scripts that it begins with, so that a browser fetches them together; the version in their paths lets it keep them.
fn shell(words: &Words, workspace: &str, csrf_token: &str) -> Markup {
    let version = assets::version();
    let asset = |name: &str| assets::path(&version, name);
    // What it imports is fetched together with it; of the words, which it chooses itself, one language is enough.
    let mut scripts = assets::imported_by(MAIN);
    scripts.insert(format!("inbox/words/{}.js", words.language));
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
                @for style in assets::names("inbox", ".css") { link rel="stylesheet" href=(asset(&style)); }
                @for script in &scripts { link rel="modulepreload" href=(asset(script)); }
                script type="module" src=(asset(MAIN)) {}
            }
            body {
                div #app {}
                noscript { p { (words.needs_scripts) } }
            }
        }
    }
}

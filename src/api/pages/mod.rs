//! Pages that get a person in: they work without any script. The inbox itself is [`inbox`](crate::api::inbox).

pub mod entrance;
pub mod fault;
pub mod frame;
pub mod invitation;
pub mod setup;
pub mod sign_in;
pub mod words;

use crate::api::border::operation::Operation;
use crate::api::border::operation::Place;
use crate::api::border::operation::Shape;
use crate::api::border::routes::Routes;
use crate::api::border::table::PAGES;
use crate::types::error::Code;
use actix_web::http::Method;
use serde_json::json;

/// Adds the routes.
pub fn routes(root: &mut Routes) {
    root.section(PAGES, "For people with a browser: signing in, and the inbox. Programs have no use for them.");
    root.add(Method::GET, "/sign-in", sign_in::show)
        .named("showSignIn", "The page for signing in", "")
        .described_parameter(Place::Query, "next", "The path to go on to, on this server.", json!({"type": "string"}));
    root.add(Method::POST, "/sign-in", sign_in::enter)
        .named("signIn", "Sign in", "")
        .takes_form_fields(&["email", "password", "next"])
        .may(&[Code::Unauthorized, Code::ValidationFailed, Code::RateLimited]);
    root.add(Method::POST, "/sign-out", sign_in::leave).named("signOut", "Sign out", "").takes_form_fields(&[]);
    root.add(Method::GET, "/setup/{token}", setup::show)
        .named("showSetup", "The page that makes the first admin", "")
        .varies("token")
        .may(&[Code::NotFound]);
    root.add(Method::POST, "/setup/{token}", setup::begin)
        .named("setUp", "Make the first admin", "")
        .varies("token")
        .takes_form_fields(&["workspace", "name", "email", "password"])
        .may(&[Code::NotFound, Code::ValidationFailed]);
    root.add(Method::GET, "/invitations/{token}", invitation::show)
        .named("showInvitation", "The page that sets a password", "")
        .varies("token")
        .may(&[Code::NotFound]);
    root.add(Method::POST, "/invitations/{token}", invitation::accept)
        .named("acceptInvitation", "Set a password", "")
        .varies("token")
        .takes_form_fields(&["password"])
        .may(&[Code::NotFound, Code::ValidationFailed]);
}

/// A page, or the way to another.
pub struct Page;

impl Shape for Page {
    fn describe(operation: &mut Operation) {
        operation.answers(200, "The page.", Some(("text/html", json!({"type": "string"}))), &[]);
        operation.answers(303, "The way to another page.", None, &["Location"]);
    }
}

/// The way to the page that comes next.
pub struct Elsewhere;

impl Shape for Elsewhere {
    fn describe(operation: &mut Operation) {
        operation.answers(303, "It is done: the way to the page that comes next.", None, &["Location"]);
    }
}

//! /healthz: whether the server can take requests, and where the search index stands.

use crate::api::border::answer;
use crate::api::border::context::Context;
use crate::api::border::reply::Bare;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::search::state::Phase;
use crate::types::Result;
use actix_web::http::Method;
use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

/// Adds the route.
pub fn routes(root: &mut Routes) {
    root.section("Server", "The server itself.");
    root.add(Method::GET, "/healthz", show).named(
        "getHealth",
        "Check the server",
        "200 once requests can be taken. Tells where the search index stands, too.",
    );
}

/// The API works whatever the index does, so the status is `ok` all the same.
#[derive(Serialize, ToSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Where the index stands.
    search: Phase,
}

async fn show(_: Anyone, context: web::Data<Context>) -> Result<Reply<Bare<Health>>> {
    context.store.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await?;
    let health = Health { status: "ok", search: context.search.phase() };
    Ok(answer::json(200, serde_json::to_string(&health)?).into())
}

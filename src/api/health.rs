//! /healthz: whether the server can take requests, and where the search index stands.

use crate::api::border::answer;
use crate::api::border::context::Context;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::search::state::Phase;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web;
use serde::Serialize;

/// Adds the route.
pub fn routes(root: &mut Routes) {
    root.add(Method::GET, "/healthz", &[], show);
}

/// The API works whatever the index does, so the status is `ok` all the same.
#[derive(Serialize)]
struct Health {
    status: &'static str,
    search: Phase,
}

async fn show(_: Anyone, context: web::Data<Context>) -> Result<HttpResponse> {
    context.store.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await?;
    let health = Health { status: "ok", search: context.search.phase() };
    Ok(answer::json(200, serde_json::to_string(&health)?))
}

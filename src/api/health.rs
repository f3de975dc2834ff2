//! /healthz: whether the server can take requests.

use crate::api::border::answer;
use crate::api::border::context::Context;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web;

/// Adds the route.
pub fn routes(root: &mut Routes) {
    root.add(Method::GET, "/healthz", &[], show);
}

async fn show(_: Anyone, context: web::Data<Context>) -> Result<HttpResponse> {
    context.store.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await?;
    Ok(answer::json(200, r#"{"status":"ok"}"#.to_owned()))
}

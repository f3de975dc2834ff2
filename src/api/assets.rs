//! /assets over HTTP: what pages are made with.

use crate::api::border::assets;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Shape;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::types::error::Code;
use actix_web::HttpRequest;
use actix_web::http::Method;
use serde_json::json;

/// Adds the route.
pub fn routes(root: &mut Routes) {
    root.add(Method::GET, "/assets/{version}/{folder}/{file}", show)
        .named("getAsset", "Get a part of a page", "What the pages are made with: styles and scripts.")
        .varies("version")
        .varies("folder")
        .varies("file")
        .deep();
}

/// A part of a page.
struct Asset;

impl Shape for Asset {
    fn describe(operation: &mut Operation) {
        operation.answers(200, "The file.", Some(("*/*", json!({}))), &["ETag"]);
        operation.answers(304, "The client has it already, as `If-None-Match` says.", None, &["ETag"]);
        operation.may(&[Code::NotFound]);
    }
}

async fn show(_: Anyone, request: HttpRequest) -> Reply<Asset> {
    let part = |name| request.match_info().query(name);
    // Only names that are in the binary lead anywhere.
    assets::send(&request, part("version"), &format!("{}/{}", part("folder"), part("file"))).into()
}

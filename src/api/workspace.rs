//! /v1/workspace over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::caller::Reader;
use crate::api::border::input::Input;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::desk::workspace;
use crate::desk::workspace::Workspace;
use crate::desk::workspace::WorkspacePatch;
use crate::types::Result;
use actix_web::http::Method;

/// Adds the routes of the workspace.
pub fn routes(v1: &mut Routes) {
    v1.section("Workspace", "What holds for the whole team.");
    v1.add(Method::GET, "/v1/workspace", show).named("getWorkspace", "Get the workspace", "");
    v1.add(Method::PATCH, "/v1/workspace", update).named("updateWorkspace", "Update the workspace", "");
}

impl Resource for Workspace {
    fn id(&self) -> String {
        "workspace".to_owned()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn show(who: Reader) -> Result<Reply<Shown<Workspace>>> {
    who.show(|db, _| workspace::get(db)).await
}

async fn update(who: Admin, patch: Input<WorkspacePatch>) -> Result<Reply<Shown<Workspace>>> {
    who.update(|tx| workspace::get(tx), move |tx| workspace::update(tx, &patch.value)).await
}

//! /v1/sla_targets over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::caller::Reader;
use crate::api::border::input::Input;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::desk::sla::targets;
use crate::desk::sla::targets::Targets;
use crate::desk::sla::targets::TargetsPatch;
use crate::types::Result;
use actix_web::http::Method;

/// Adds the routes of the SLA's targets.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "SLA targets",
        "How soon a first response and a resolution are promised, for each priority. A thread takes the targets of its priority \
         when it begins and when its priority changes, and keeps them until then: what is changed here counts for tickets \
         that come, or are given another priority, afterwards.",
    );
    v1.add(Method::GET, "/v1/sla_targets", show).named("getSlaTargets", "Get the SLA targets", "");
    v1.add(Method::PATCH, "/v1/sla_targets", update).named(
        "updateSlaTargets",
        "Update the SLA targets",
        "From a minute to a year, in seconds. What is left out stays. Tickets that are there already keep their targets.",
    );
}

impl Resource for Targets {
    fn id(&self) -> String {
        "sla_targets".to_owned()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn show(who: Reader) -> Result<Reply<Shown<Targets>>> {
    who.show(|db, _| targets::get(db)).await
}

async fn update(who: Admin, patch: Input<TargetsPatch>) -> Result<Reply<Shown<Targets>>> {
    who.update(|tx| targets::get(tx), move |tx| targets::update(tx, patch.value)).await
}

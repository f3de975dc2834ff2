//! /v1/tickets over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::PAGING;
use crate::api::border::query::Query;
use crate::api::border::query::SYNC;
use crate::api::border::routes::Routes;
use crate::desk::threads::TicketKind;
use crate::desk::tickets;
use crate::desk::tickets::BulkTickets;
use crate::desk::tickets::NewTicket;
use crate::desk::tickets::Ticket;
use crate::desk::tickets::TicketFilter;
use crate::desk::tickets::TicketPatch;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;

const FILTERS: [&str; 7] = ["status", "priority", "assignee", "inbox", "sla_status", "created_after", "created_before"];

/// Adds the routes of tickets.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/tickets", &[&FILTERS, &PAGING, &SYNC], list);
    v1.add(Method::POST, "/v1/tickets", &[], create);
    v1.add(Method::POST, "/v1/tickets/bulk", &[&["dry_run"]], bulk);
    v1.add(Method::GET, "/v1/tickets/{ticket_id}", &[], show);
    v1.add(Method::PATCH, "/v1/tickets/{ticket_id}", &[], update);
    v1.add(Method::GET, "/v1/tickets/{ticket_id}/sla", &[], sla);
}

impl Resource for Ticket {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn moving(&self) -> Option<&'static str> {
        Some(self.sla.status.as_str())
    }
    fn contact(&self) -> Option<i64> {
        Some(self.contact.id.row())
    }
}

async fn list(who: Reader, mut query: Query) -> Result<HttpResponse> {
    let filter = TicketFilter {
        status: query.take("status"),
        priority: query.take("priority"),
        assignee: query.take("assignee"),
        inbox: query.take("inbox"),
        sla_status: query.take("sla_status"),
        created_after: query.take("created_after"),
        created_before: query.take("created_before"),
    };
    let columns = [("created_at", "ticket_created_at"), ("updated_at", "updated_at"), ("priority", "priority")];
    let order = query.order(&columns, true);
    let paging = query.paging();
    query.done()?;
    let caller = who.credentials.user;
    who.list(paging, move |db, paging, now| tickets::list(db, &filter, caller, order, paging, now)).await
}

async fn show(who: Reader, id: PathId<TicketKind>) -> Result<HttpResponse> {
    who.show(move |db, now| tickets::get(db, id.0, now)).await
}

async fn create(who: Writer, new: Input<NewTicket>) -> Result<HttpResponse> {
    if new.value.imported {
        who.require_admin()?;
    }
    who.create("/v1/tickets", new.fingerprint, move |tx| tickets::create(tx, new.value)).await
}

async fn update(who: Writer, id: PathId<TicketKind>, patch: Input<TicketPatch>) -> Result<HttpResponse> {
    who.update(move |tx| tickets::get(tx, id.0, tx.now), move |tx| tickets::update(tx, id.0, patch.value)).await
}

async fn sla(who: Reader, id: PathId<TicketKind>) -> Result<HttpResponse> {
    who.look(move |db, now| tickets::sla_story(db, id.0, now)).await
}

async fn bulk(who: Writer, mut query: Query, bulk: Input<BulkTickets>) -> Result<HttpResponse> {
    let dry_run = query.switch("dry_run");
    query.done()?;
    let who = who.rehearsing(dry_run);
    who.post(bulk.fingerprint, false, move |tx| answer::bulk(&tickets::bulk_update(tx, bulk.value, dry_run)?)).await
}

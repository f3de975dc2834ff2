//! /v1/tickets over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::operation::Place;
use crate::api::border::query::Query;
use crate::api::border::reply::Bulk;
use crate::api::border::reply::Created;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::reply::Told;
use crate::api::border::routes::Routes;
use crate::desk::sla::story::Story;
use crate::desk::threads::TicketKind;
use crate::desk::tickets;
use crate::desk::tickets::BulkTickets;
use crate::desk::tickets::NewTicket;
use crate::desk::tickets::Ticket;
use crate::desk::tickets::TicketFilter;
use crate::desk::tickets::TicketPatch;
use crate::types::Result;
use crate::types::error::Code;
use actix_web::http::Method;

/// Adds the routes of tickets.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Tickets",
        "A ticket is a conversation that has to be solved: it has a number, an inbox and service levels (SLA). \
        `sla.status` is true at the moment of reading.",
    );
    v1.add(Method::GET, "/v1/tickets", list)
        .named("listTickets", "List tickets", "Newest first unless sorted otherwise.")
        .filtered::<TicketFilter>()
        .paged(&tickets::COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/tickets", create)
        .named(
            "createTicket",
            "Create a ticket",
            "Of a conversation that there is (`conversation_id`), or with a new one whose first comment is `description`; \
             then `subject`, `description` and `contact` are required.",
        )
        .may(&[Code::Conflict]);
    v1.add(Method::POST, "/v1/tickets/bulk", bulk)
        .named(
            "updateTicketsInBulk",
            "Update many tickets",
            "Up to 1,000 tickets in one transaction. What can be changed is changed, and the answer names what could not. \
             **`tags` replaces the tags of every listed ticket**; `add_tags` and `remove_tags` change them.",
        )
        .parameter::<bool>(Place::Query, "dry_run", "Answers with what would change, and changes nothing.");
    v1.add(Method::GET, "/v1/tickets/{ticket_id}", show).named("getTicket", "Get a ticket", "");
    v1.add(Method::PATCH, "/v1/tickets/{ticket_id}", update).named(
        "updateTicket",
        "Update a ticket",
        "A JSON Merge Patch: what is left out stays. Any status may follow any other. A change of priority computes the \
         targets anew that are not yet met. **`tags` replaces the whole list**; `add_tags` and `remove_tags` change it.",
    );
    v1.add(Method::GET, "/v1/tickets/{ticket_id}/sla", sla).named(
        "getTicketSla",
        "Get the story of a ticket's SLA",
        "Each stretch of time in which a target was running, paused, met or missed, and why.",
    );
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

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<Ticket>>> {
    let filter = TicketFilter::asked(&mut query);
    let order = query.order(&tickets::COLUMNS, true);
    let paging = query.paging();
    query.done()?;
    let caller = who.credentials.user;
    who.list(paging, move |db, paging, now| tickets::list(db, &filter, caller, order, paging, now)).await
}

async fn show(who: Reader, id: PathId<TicketKind>) -> Result<Reply<Shown<Ticket>>> {
    who.show(move |db, now| tickets::get(db, id.0, now)).await
}

async fn create(who: Writer, new: Input<NewTicket>) -> Result<Reply<Created<Ticket>>> {
    if new.value.imported {
        who.require_admin()?;
    }
    who.create("/v1/tickets", new.fingerprint, move |tx| tickets::create(tx, new.value)).await
}

async fn update(who: Writer, id: PathId<TicketKind>, patch: Input<TicketPatch>) -> Result<Reply<Shown<Ticket>>> {
    who.update(move |tx| tickets::get(tx, id.0, tx.now), move |tx| tickets::update(tx, id.0, patch.value)).await
}

async fn sla(who: Reader, id: PathId<TicketKind>) -> Result<Reply<Told<Story>>> {
    who.look(move |db, now| tickets::sla_story(db, id.0, now)).await
}

async fn bulk(who: Writer, mut query: Query, bulk: Input<BulkTickets>) -> Result<Reply<Bulk>> {
    let dry_run = query.switch("dry_run");
    query.done()?;
    let who = who.rehearsing(dry_run);
    who.post(bulk.fingerprint, false, move |tx| answer::bulk(&tickets::bulk_update(tx, bulk.value, dry_run)?)).await
}

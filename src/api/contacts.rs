//! /v1/contacts over HTTP.

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
use crate::api::files;
use crate::desk::contacts;
use crate::desk::contacts::BulkContacts;
use crate::desk::contacts::Contact;
use crate::desk::contacts::ContactFilter;
use crate::desk::contacts::ContactPatch;
use crate::desk::contacts::NewContact;
use crate::desk::erasure;
use crate::desk::erasure::Extent;
use crate::desk::export;
use crate::search::names;
use crate::types::Result;
use crate::types::error::Refused;
use crate::types::error::Rule;
use actix_web::HttpResponse;
use actix_web::http::Method;

const FILTERS: [&str; 4] = ["email", "q", "created_after", "created_before"];

/// Adds the routes of contacts.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/contacts", &[&FILTERS, &PAGING, &SYNC], list);
    v1.add(Method::POST, "/v1/contacts", &[], create);
    v1.add(Method::POST, "/v1/contacts/bulk", &[&["dry_run"]], bulk);
    v1.add(Method::GET, "/v1/contacts/{contact_id}", &[], show);
    v1.add(Method::PATCH, "/v1/contacts/{contact_id}", &[], update);
    v1.add(Method::DELETE, "/v1/contacts/{contact_id}", &[&["erase"]], erase);
    v1.add(Method::GET, "/v1/contacts/{contact_id}/export", &[], export);
}

impl Resource for Contact {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn contact(&self) -> Option<i64> {
        Some(self.id.row())
    }
}

async fn list(who: Reader, mut query: Query) -> Result<HttpResponse> {
    let words = query.words("q", names::words);
    let mut filter = ContactFilter {
        email: query.take("email"),
        found: None,
        created_after: query.take("created_after"),
        created_before: query.take("created_before"),
    };
    let columns = [("created_at", "created_at"), ("updated_at", "updated_at"), ("name", contacts::BY_NAME)];
    let order = query.order(&columns, true);
    let paging = query.paging();
    query.done()?;
    if !words.is_empty() {
        filter.found = Some(who.context.search.contacts(words).await?);
    }
    who.list(paging, move |db, paging, _| contacts::list(db, &filter, order, paging)).await
}

async fn show(who: Reader, id: PathId<Contact>) -> Result<HttpResponse> {
    who.show(move |db, _| contacts::get(db, id.0)).await
}

async fn create(who: Writer, new: Input<NewContact>) -> Result<HttpResponse> {
    who.create("/v1/contacts", new.fingerprint, move |tx| contacts::create(tx, new.value)).await
}

async fn update(who: Writer, id: PathId<Contact>, patch: Input<ContactPatch>) -> Result<HttpResponse> {
    who.update(move |tx| contacts::get(tx, id.0), move |tx| contacts::update(tx, id.0, patch.value)).await
}

async fn erase(who: Writer, id: PathId<Contact>, mut query: Query) -> Result<HttpResponse> {
    let extent = query.take::<Erase>("erase").map_or(Extent::Person, |Erase| Extent::PersonAndMessages);
    query.done()?;
    let doomed = who.remove(move |tx| contacts::get(tx, id.0), move |tx| erasure::erase(tx, id.0, extent)).await?;
    files::clear(&who.context.store, doomed).await?;
    // Before the answer, if it can be: what the API says is erased is erased in the index's files as well.
    who.context.search.erase().await;
    Ok(HttpResponse::NoContent().finish())
}

/// `erase=messages`, the one word that it takes.
struct Erase;

impl std::str::FromStr for Erase {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        if text == "messages" { Ok(Self) } else { Err(Refused::new(Rule::NotInEnum, "must be `messages`")) }
    }
}

async fn export(who: Reader, id: PathId<Contact>) -> Result<HttpResponse> {
    who.look(move |db, now| export::export(db, id.0, now)).await
}

async fn bulk(who: Writer, mut query: Query, bulk: Input<BulkContacts>) -> Result<HttpResponse> {
    let dry_run = query.switch("dry_run");
    query.done()?;
    let who = who.rehearsing(dry_run);
    who.post(bulk.fingerprint, false, move |tx| answer::bulk(&contacts::bulk_update(tx, bulk.value, dry_run)?)).await
}

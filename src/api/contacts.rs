//! /v1/contacts over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::caller::gone;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::operation::Place;
use crate::api::border::query::Query;
use crate::api::border::reply::Bulk;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::reply::ShownOrMoved;
use crate::api::border::reply::Told;
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
use crate::desk::export::Export;
use crate::desk::merging;
use crate::desk::merging::ContactMerge;
use crate::search::names;
use crate::store::answers::Answer;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Detail;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema::Words;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;
use serde_json::json;

const COLUMNS: [(&str, &str); 3] =
    [("created_at", "created_at"), ("updated_at", "updated_at"), ("name", contacts::BY_NAME)];

/// Adds the routes of contacts.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Contacts",
        "The people that the team writes with. An e-mail address belongs to one contact, without regard to case.",
    );
    v1.add(Method::GET, "/v1/contacts", list)
        .named("listContacts", "List contacts", "Newest first unless sorted otherwise.")
        .filtered::<ContactFilter>()
        .parameter::<Words>(Place::Query, "q", "Words in name or e-mail address, each matched by its beginning.")
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/contacts", create)
        .named("createContact", "Create a contact", "At least one of `email`, `phone` and `name` is required.")
        .may(&[Code::Conflict]);
    v1.add(Method::POST, "/v1/contacts/bulk", bulk)
        .named(
            "updateContactsInBulk",
            "Update many contacts",
            "Up to 1,000 contacts in one transaction. What can be changed is changed, and the answer names what could not.",
        )
        .parameter::<bool>(Place::Query, "dry_run", "Answers with what would change, and changes nothing.");
    v1.add(Method::GET, "/v1/contacts/{contact_id}", show).named(
        "getContact",
        "Get a contact",
        "A contact that was merged is answered with 301, and `Location` leads to the survivor, however many merges lie between.",
    );
    v1.add(Method::PATCH, "/v1/contacts/{contact_id}", update)
        .named(
            "updateContact",
            "Update a contact",
            "A JSON Merge Patch: what is left out stays, `null` clears. `custom_fields` are merged. Of a contact that was \
             merged: 409, with the survivor in `existing_id`.",
        )
        .may(&[Code::Conflict]);
    v1.add(Method::DELETE, "/v1/contacts/{contact_id}", erase)
        .named(
            "deleteContact",
            "Delete a contact",
            "Erases the person everywhere: the contact, the search index, the change feed, stored deliveries. Threads stay, \
             with a `Deleted contact`, and so do their messages, unless `erase=messages` is given. Contacts that were merged \
             into this one are the same person, and go with it; of one of those: 409, with the survivor in `existing_id`.",
        )
        .may(&[Code::Conflict])
        .described_parameter(
            Place::Query,
            "erase",
            "Erases what the contact wrote as well.",
            json!({"type": "string", "enum": ["messages"]}),
        );
    v1.add(Method::POST, "/v1/contacts/{contact_id}/merge", merge).named(
        "mergeContact",
        "Merge a contact into another",
        "Makes one of two contacts that are the same person, and answers with the one that survives (`into`). The threads of \
         the other move to it, what is empty in it is filled in, and nothing of it is replaced. The other's address is kept \
         in `other_emails`: who writes from there is the survivor. **This can't be undone.**",
    );
    v1.add(Method::GET, "/v1/contacts/{contact_id}/export", export)
        .named("exportContact", "Export a contact", "Everything that is held on the person, as one document.")
        .may(&[Code::Conflict]);
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

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<Contact>>> {
    let words = query.words("q", names::words);
    let mut filter = ContactFilter {
        email: query.take("email"),
        found: None,
        created_after: query.take("created_after"),
        created_before: query.take("created_before"),
    };
    let order = query.order(&COLUMNS, true);
    let paging = query.paging();
    query.done()?;
    if !words.is_empty() {
        filter.found = Some(who.context.search.contacts(words).await?);
    }
    who.list(paging, move |db, paging, _| contacts::list(db, &filter, order, paging)).await
}

async fn show(who: Reader, id: PathId<Contact>) -> Result<Reply<ShownOrMoved<Contact>>> {
    let PathId(id) = id;
    match who.show::<Contact, _>(move |db, _| contacts::known(db, id)).await {
        Ok(shown) => Ok(shown.0.into()),
        Err(Error { code: Code::Conflict, details, .. }) => Ok(moved(details).into()),
        Err(error) => Err(error),
    }
}

/// The way to the contact that another was merged into.
fn moved(details: Vec<Detail>) -> HttpResponse {
    let survivor = details.into_iter().find_map(|detail| detail.existing_id).unwrap_or_default();
    HttpResponse::MovedPermanently().insert_header((header::LOCATION, format!("/v1/contacts/{survivor}"))).finish()
}

async fn merge(who: Writer, id: PathId<Contact>, into: Input<ContactMerge>) -> Result<Reply<Shown<Contact>>> {
    let PathId(id) = id;
    who.post(into.fingerprint, false, move |tx| {
        let survivor = merging::merge(tx, id, into.value.into)?;
        let (body, etag) = answer::tagged(&survivor)?;
        Ok(Answer { status: 200, location: None, etag: Some(etag), body: Some(body), contact: survivor.contact() })
    })
    .await
}

async fn create(who: Writer, new: Input<NewContact>) -> Result<Reply<Created<Contact>>> {
    who.create("/v1/contacts", new.fingerprint, move |tx| contacts::create(tx, new.value)).await
}

async fn update(who: Writer, id: PathId<Contact>, patch: Input<ContactPatch>) -> Result<Reply<Shown<Contact>>> {
    who.update(move |tx| contacts::known(tx, id.0), move |tx| contacts::update(tx, id.0, patch.value)).await
}

async fn erase(who: Writer, id: PathId<Contact>, mut query: Query) -> Result<Reply<Deleted>> {
    let extent = query.take::<Erase>("erase").map_or(Extent::Person, |Erase| Extent::PersonAndMessages);
    query.done()?;
    let doomed = who.remove(move |tx| contacts::known(tx, id.0), move |tx| erasure::erase(tx, id.0, extent)).await?;
    files::clear(&who.context.store, doomed).await?;
    // Before the answer, if it can be: what the API says is erased is erased in the index's files as well.
    who.context.search.erase().await;
    Ok(gone())
}

/// `erase=messages`, the one word that it takes.
struct Erase;

impl std::str::FromStr for Erase {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        if text == "messages" { Ok(Self) } else { Err(Refused::new(Rule::NotInEnum, "must be `messages`")) }
    }
}

async fn export(who: Reader, id: PathId<Contact>) -> Result<Reply<Told<Export>>> {
    who.look(move |db, now| export::export(db, id.0, now)).await
}

async fn bulk(who: Writer, mut query: Query, bulk: Input<BulkContacts>) -> Result<Reply<Bulk>> {
    let dry_run = query.switch("dry_run");
    query.done()?;
    let who = who.rehearsing(dry_run);
    who.post(bulk.fingerprint, false, move |tx| answer::bulk(&contacts::bulk_update(tx, bulk.value, dry_run)?)).await
}

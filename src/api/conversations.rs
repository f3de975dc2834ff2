//! /v1/conversations over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::PAGING;
use crate::api::border::query::Query;
use crate::api::border::query::SYNC;
use crate::api::border::routes::Routes;
use crate::desk::conversations;
use crate::desk::conversations::Conversation;
use crate::desk::conversations::ConversationFilter;
use crate::desk::conversations::ConversationPatch;
use crate::desk::conversations::NewConversation;
use crate::desk::threads::ConversationKind;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;

const FILTERS: [&str; 7] = ["status", "assignee", "channel", "priority", "contact", "created_after", "created_before"];

/// Adds the routes of conversations.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/conversations", &[&FILTERS, &PAGING, &SYNC], list);
    v1.add(Method::POST, "/v1/conversations", &[], create);
    v1.add(Method::GET, "/v1/conversations/{conversation_id}", &[], show);
    v1.add(Method::PATCH, "/v1/conversations/{conversation_id}", &[], update);
}

impl Resource for Conversation {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
    fn contact(&self) -> Option<i64> {
        Some(self.contact.id.row())
    }
}

async fn list(who: Reader, mut query: Query) -> Result<HttpResponse> {
    let filter = ConversationFilter {
        status: query.take("status"),
        assignee: query.take("assignee"),
        channel: query.take("channel"),
        priority: query.take("priority"),
        contact: query.take("contact"),
        created_after: query.take("created_after"),
        created_before: query.take("created_before"),
    };
    let columns = [("created_at", "created_at"), ("updated_at", "updated_at"), ("priority", "priority")];
    let order = query.order(&columns, true);
    let paging = query.paging();
    query.done()?;
    let caller = who.credentials.user;
    who.list(paging, move |db, paging, _| conversations::list(db, &filter, caller, order, paging)).await
}

async fn show(who: Reader, id: PathId<ConversationKind>) -> Result<HttpResponse> {
    who.show(move |db, _| conversations::get(db, id.0)).await
}

async fn create(who: Writer, new: Input<NewConversation>) -> Result<HttpResponse> {
    if new.value.imported {
        who.require_admin()?;
    }
    who.create("/v1/conversations", new.fingerprint, move |tx| conversations::create(tx, new.value)).await
}

async fn update(who: Writer, id: PathId<ConversationKind>, patch: Input<ConversationPatch>) -> Result<HttpResponse> {
    who.update(move |tx| conversations::get(tx, id.0), move |tx| conversations::update(tx, id.0, patch.value)).await
}

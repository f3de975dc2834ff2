//! /v1/conversations/{conversation_id}/messages over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::PAGING;
use crate::api::border::query::Query;
use crate::api::border::routes::Routes;
use crate::desk::messages;
use crate::desk::messages::Message;
use crate::desk::messages::NewMessage;
use crate::desk::threads::ConversationKind;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;

/// Adds the routes of messages.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/conversations/{conversation_id}/messages", &[&["type"], &PAGING], list);
    v1.add(Method::POST, "/v1/conversations/{conversation_id}/messages", &[], create);
    v1.add(Method::GET, "/v1/conversations/{conversation_id}/messages/{message_id}", &[], show);
}

/// Messages never change.
impl Resource for Message {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        1
    }
    fn contact(&self) -> Option<i64> {
        Some(self.contact)
    }
}

async fn list(who: Reader, id: PathId<ConversationKind>, mut query: Query) -> Result<HttpResponse> {
    let kind = query.take("type");
    let order = query.order(&[("created_at", "created_at")], false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| messages::list(db, id.0, kind, order, paging)).await
}

async fn show(who: Reader, id: PathId<ConversationKind>, message: PathId<Message, 1>) -> Result<HttpResponse> {
    who.show(move |db, _| messages::get(db, id.0, message.0)).await
}

async fn create(who: Writer, id: PathId<ConversationKind>, new: Input<NewMessage>) -> Result<HttpResponse> {
    if new.value.imported {
        who.require_admin()?;
    }
    who.post(new.fingerprint, false, move |tx| {
        let message = messages::create(tx, id.0, new.value)?;
        // Its own thread, not the one asked for: a comment to a ticket closed long ago starts a new one.
        answer::created(&format!("/v1/conversations/{}/messages", message.conversation_id), &message)
    })
    .await
}

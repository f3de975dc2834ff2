//! /v1/saved_replies over HTTP.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::operation::Place;
use crate::api::border::query::Query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::reply::Told;
use crate::api::border::routes::Routes;
use crate::api::users::COLUMNS;
use crate::desk::saved_replies;
use crate::desk::saved_replies::NewSavedReply;
use crate::desk::saved_replies::RenderedReply;
use crate::desk::saved_replies::SavedReply;
use crate::desk::saved_replies::SavedReplyPatch;
use crate::desk::threads::ConversationId;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::schema::Words;
use actix_web::http::Method;

/// Adds the routes of saved replies.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Saved replies",
        "What is answered again and again, with places for what differs each time. A name belongs to one, without regard to \
        case.",
    );
    v1.add(Method::GET, "/v1/saved_replies", list)
        .named("listSavedReplies", "List saved replies", "By name unless sorted otherwise.")
        .parameter::<Words>(
            Place::Query,
            "q",
            "Only those in whose name or text each of these words, or its beginning, stands.",
        )
        .paged(&COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/saved_replies", create)
        .named(
            "createSavedReply",
            "Create a saved reply",
            "A place that is not known is refused, and the known ones are named.",
        )
        .may(&[Code::Conflict]);
    v1.add(Method::GET, "/v1/saved_replies/{saved_reply_id}", show).named("getSavedReply", "Get a saved reply", "");
    v1.add(Method::PATCH, "/v1/saved_replies/{saved_reply_id}", update)
        .named("updateSavedReply", "Update a saved reply", "")
        .may(&[Code::Conflict]);
    v1.add(Method::DELETE, "/v1/saved_replies/{saved_reply_id}", delete).named(
        "deleteSavedReply",
        "Delete a saved reply",
        "What was answered with it stays.",
    );
    v1.add(Method::GET, "/v1/saved_replies/{saved_reply_id}/rendered", rendered)
        .named(
            "renderSavedReply",
            "Render a saved reply",
            "Its text with the places filled: the caller is the agent. What is missing is what stands behind the bar, as in \
             `{{contact.first_name|there}}`, else nothing.",
        )
        .parameter::<ConversationId>(Place::Query, "conversation", "The conversation that it is to answer.");
}

impl Resource for SavedReply {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<SavedReply>>> {
    let sought = query.words("q", saved_replies::words);
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| saved_replies::list(db, &sought, order, paging)).await
}

async fn show(who: Reader, id: PathId<SavedReply>) -> Result<Reply<Shown<SavedReply>>> {
    who.show(move |db, _| saved_replies::get(db, id.0)).await
}

async fn create(who: Writer, new: Input<NewSavedReply>) -> Result<Reply<Created<SavedReply>>> {
    let caller = who.credentials.user;
    who.create("/v1/saved_replies", new.fingerprint, move |tx| saved_replies::create(tx, &new.value, caller)).await
}

async fn update(
    who: Writer,
    id: PathId<SavedReply>,
    patch: Input<SavedReplyPatch>,
) -> Result<Reply<Shown<SavedReply>>> {
    who.update(move |tx| saved_replies::get(tx, id.0), move |tx| saved_replies::update(tx, id.0, patch.value)).await
}

async fn delete(who: Writer, id: PathId<SavedReply>) -> Result<Reply<Deleted>> {
    who.delete(move |tx| saved_replies::get(tx, id.0), move |tx| saved_replies::delete(tx, id.0)).await
}

async fn rendered(who: Reader, id: PathId<SavedReply>, mut query: Query) -> Result<Reply<Told<RenderedReply>>> {
    let conversation = query.take("conversation");
    query.done()?;
    let caller = who.credentials.user;
    who.look(move |db, _| saved_replies::rendered(db, id.0, conversation, caller)).await
}

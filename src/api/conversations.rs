//! /v1/conversations over HTTP.

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
use crate::api::border::routes::Routes;
use crate::desk::conversations;
use crate::desk::conversations::BulkConversations;
use crate::desk::conversations::Conversation;
use crate::desk::conversations::ConversationFilter;
use crate::desk::conversations::ConversationPatch;
use crate::desk::conversations::NewConversation;
use crate::desk::threads::ConversationKind;
use crate::desk::threads::history;
use crate::desk::threads::history::ThreadChange;
use crate::types::Result;
use actix_web::http::Method;

const HISTORY_COLUMNS: [(&str, &str); 1] = [("created_at", "created_at")];

/// Adds the routes of conversations.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Conversations",
        "A conversation is a thread with a contact: its messages, and where it stands. A conversation that \
        became a ticket shares status, assignee, priority, contact, subject, tags and custom fields with it.",
    );
    v1.add(Method::GET, "/v1/conversations", list)
        .named("listConversations", "List conversations", "Newest first unless sorted otherwise.")
        .filtered::<ConversationFilter>()
        .paged(&conversations::COLUMNS)
        .synced();
    v1.add(Method::POST, "/v1/conversations", create).named(
        "createConversation",
        "Create a conversation",
        "Begins a thread with its first message. The contact is found by its id or e-mail address, else created. With \
         `imported` and a `created_at` in the past it brings in history, for which the scope `admin` is needed.",
    );
    v1.add(Method::POST, "/v1/conversations/bulk", bulk)
        .named(
            "updateConversationsInBulk",
            "Update many conversations",
            "Up to 1,000 conversations in one transaction. What can be changed is changed, and the answer names what could \
             not. **`tags` replaces the tags of every listed conversation**; `add_tags` and `remove_tags` change them.",
        )
        .parameter::<bool>(Place::Query, "dry_run", "Answers with what would change, and changes nothing.");
    v1.add(Method::GET, "/v1/conversations/{conversation_id}", show).named("getConversation", "Get a conversation", "");
    v1.add(Method::GET, "/v1/conversations/{conversation_id}/history", history)
        .named(
            "listConversationHistory",
            "List what happened to a conversation",
            "Who changed what of it and its ticket, oldest first. It is kept for ever; the change feed is for a month.",
        )
        .paged(&HISTORY_COLUMNS);
    v1.add(Method::PATCH, "/v1/conversations/{conversation_id}", update).named(
        "updateConversation",
        "Update a conversation",
        "A JSON Merge Patch: what is left out stays. Closing a conversation resolves its ticket. **`tags` replaces the \
         whole list**; `add_tags` and `remove_tags` change it.",
    );
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

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<Conversation>>> {
    let filter = ConversationFilter::asked(&mut query);
    let order = query.order(&conversations::COLUMNS, true);
    let paging = query.paging();
    query.done()?;
    let caller = who.credentials.user;
    who.list(paging, move |db, paging, _| conversations::list(db, &filter, caller, order, paging)).await
}

async fn show(who: Reader, id: PathId<ConversationKind>) -> Result<Reply<Shown<Conversation>>> {
    who.show(move |db, _| conversations::get(db, id.0)).await
}

async fn create(who: Writer, new: Input<NewConversation>) -> Result<Reply<Created<Conversation>>> {
    if new.value.imported {
        who.require_admin()?;
    }
    who.create("/v1/conversations", new.fingerprint, move |tx| conversations::create(tx, new.value)).await
}

async fn update(
    who: Writer,
    id: PathId<ConversationKind>,
    patch: Input<ConversationPatch>,
) -> Result<Reply<Shown<Conversation>>> {
    who.update(move |tx| conversations::get(tx, id.0), move |tx| conversations::update(tx, id.0, patch.value)).await
}

async fn history(who: Reader, id: PathId<ConversationKind>, mut query: Query) -> Result<Reply<Listed<ThreadChange>>> {
    let order = query.order(&HISTORY_COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| history::list(db, id.0, order, paging)).await
}

async fn bulk(who: Writer, mut query: Query, bulk: Input<BulkConversations>) -> Result<Reply<Bulk>> {
    let dry_run = query.switch("dry_run");
    query.done()?;
    let who = who.rehearsing(dry_run);
    who.post(bulk.fingerprint, false, move |tx| answer::bulk(&conversations::bulk_update(tx, bulk.value, dry_run)?))
        .await
}

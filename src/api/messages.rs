//! /v1/conversations/{conversation_id}/messages over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::multipart::Expected;
use crate::api::border::multipart::Incoming;
use crate::api::border::multipart::binary;
use crate::api::border::operation::Place;
use crate::api::border::query::Query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::desk::files::ATTACHMENTS_MAX;
use crate::desk::files::FileId;
use crate::desk::files::chunks;
use crate::desk::files::chunks::Arrived;
use crate::desk::messages;
use crate::desk::messages::Message;
use crate::desk::messages::NewMessage;
use crate::desk::threads::ConversationKind;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::message::MessageType;
use crate::types::Result;
use crate::types::field;
use crate::types::id::Id;
use crate::types::text::BodyOrNothing;
use actix_web::http::Method;
use serde_json::Value;
use serde_json::json;
use utoipa::PartialSchema;

/// What a message with files may be made of.
const FORM: Expected = Expected {
    texts: &["body", "type", "status", "last_seen_message_id"],
    files: &["attachments[]", "attachments"],
    files_max: ATTACHMENTS_MAX,
};

/// Adds the routes of messages.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Messages",
        "What is said in a conversation: comments of the contact, replies of the team, and notes that only the \
        team sees. Messages can't be changed.",
    );
    v1.add(Method::GET, "/v1/conversations/{conversation_id}/messages", list)
        .named("listMessages", "List messages", "Oldest first.")
        .parameter::<MessageType>(Place::Query, "type", "Only messages of this type.")
        .paged(&COLUMNS);
    v1.add(Method::POST, "/v1/conversations/{conversation_id}/messages", create)
        .named(
            "createMessage",
            "Create a message",
            "`reply` (the default) is visible to the customer, a `note` to the team only; with `comment`, integrations bring \
             in what the customer wrote, which opens a closed conversation again. With `status`, reply and close in one \
             call. With `last_seen_message_id`, nothing is written if somebody was faster. Files go along as `attachment_ids` of what was uploaded before, or in a form with files.",
        )
        .takes::<NewMessage>()
        .takes_form(
            json!({
                "body": BodyOrNothing::schema(),
                "type": MessageType::schema(),
                "status": ConversationStatus::schema(),
                "last_seen_message_id": Id::<Message>::schema(),
                "attachments[]": {"type": "array", "items": binary(), "maxItems": ATTACHMENTS_MAX,
                    "description": "The files. `attachments` is taken too."},
            }),
            &[],
        );
    v1.add(Method::GET, "/v1/conversations/{conversation_id}/messages/{message_id}", show).named(
        "getMessage",
        "Get a message",
        "",
    );
}

const COLUMNS: [(&str, &str); 1] = [("created_at", "created_at")];

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

async fn list(who: Reader, id: PathId<ConversationKind>, mut query: Query) -> Result<Reply<Listed<Message>>> {
    let kind = query.take("type");
    let order = query.order(&COLUMNS, false);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, now| messages::list(db, id.0, kind, order, paging, now)).await
}

async fn show(who: Reader, id: PathId<ConversationKind>, message: PathId<Message, 1>) -> Result<Reply<Shown<Message>>> {
    who.show(move |db, now| messages::get(db, id.0, message.0, now)).await
}

async fn create(who: Writer, id: PathId<ConversationKind>, body: Incoming) -> Result<Reply<Created<Message>>> {
    if body.is_form() {
        return create_with_files(who, id, body).await;
    }
    let new: Input<NewMessage> = body.json().await?;
    write(&who, id, new, Vec::new()).await
}

/// The files are uploaded as any others, and then go with the message as those do that JSON names.
async fn create_with_files(
    who: Writer,
    id: PathId<ConversationKind>,
    body: Incoming,
) -> Result<Reply<Created<Message>>> {
    // Before megabytes come in for a conversation that is not there.
    who.context.store.read(move |db| messages::check_conversation(db, id.0)).await?;
    let form = body.form(&who.context, &FORM).await?;
    let mut json: serde_json::Map<String, Value> =
        form.texts.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect();
    let ids: Vec<FileId> = form.files.iter().map(|file| file.id).collect();
    json.insert("attachment_ids".to_owned(), serde_json::to_value(&ids)?);
    let new = Input { value: field::parse(json.into())?, fingerprint: form.fingerprint };
    write(&who, id, new, form.files.clone()).await
}

async fn write(
    who: &Writer,
    id: PathId<ConversationKind>,
    new: Input<NewMessage>,
    files: Vec<Arrived>,
) -> Result<Reply<Created<Message>>> {
    if new.value.is_imported() {
        who.require_admin()?;
    }
    who.post(new.fingerprint, false, move |tx| {
        files.iter().try_for_each(|file| chunks::keep(tx, file, None))?;
        let message = messages::create(tx, id.0, new.value)?;
        // Its own thread, not the one asked for: a comment to a ticket closed long ago starts a new one.
        answer::created(&format!("/v1/conversations/{}/messages", message.conversation_id), &message)
    })
    .await
}

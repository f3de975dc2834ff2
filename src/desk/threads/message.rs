//! A message's row, and its shape.

use crate::choice;
use crate::desk::contacts::DELETED_NAME;
use crate::desk::files;
use crate::desk::files::Attachment;
use crate::desk::files::AttachmentIds;
use crate::desk::threads::ConversationId;
use crate::desk::threads::change;
use crate::desk::threads::row::Thread;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::stored_as_word;
use crate::types::Result;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use crate::types::field::Invalid;
use crate::types::field::path;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::text::Body;
use crate::types::time::Time;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Value;
use deserr::ValuePointerRef;
use rusqlite::Connection;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;

choice! {
    /// Who wrote it, and for whom.
    MessageType {
        /// From the contact.
        Comment "comment",
        /// From a user, visible to the customer.
        Reply "reply",
        /// From a user, for the team only.
        Note "note",
    }
}
choice! {
    /// Which sort of author wrote it.
    AuthorKind {
        /// A customer.
        Contact "contact",
        /// One of the team.
        User "user",
        /// CommFlow itself.
        System "system",
    }
}
stored_as_word!(MessageType);

/// A message as every exit shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Message {
    /// `msg_001`.
    pub id: MessageId,
    /// The thread that it stands in.
    pub conversation_id: ConversationId,
    /// What was written.
    pub body: Body,
    /// Who wrote it, and for whom.
    #[serde(rename = "type")]
    pub kind: MessageType,
    /// Who wrote it.
    pub author: Author,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
    /// Brought in from elsewhere.
    pub imported: bool,
    /// When it was written.
    pub created_at: Time,
    /// The contact of its thread, whoever wrote it.
    #[serde(skip)]
    pub contact: i64,
}

impl Kind for Message {
    const PREFIX: &'static str = "msg";
}

/// The id of a message.
pub type MessageId = Id<Message>;

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Author {
    /// A contact, a user, or CommFlow itself.
    #[serde(rename = "type")]
    pub kind: AuthorKind,
    /// The id of the contact or user.
    pub id: Option<String>,
    /// The name, if one is known.
    pub name: Option<String>,
}

impl Author {
    /// The author of a message of this type.
    pub fn new(kind: MessageType, id: Option<i64>, name: Option<String>) -> Self {
        match (kind, id) {
            (MessageType::Comment, id) => {
                let name = name.or_else(|| Some(DELETED_NAME.to_owned()));
                Self { kind: AuthorKind::Contact, id: id.map(|id| format!("contact_{id:03}")), name }
            }
            (_, Some(id)) => Self { kind: AuthorKind::User, id: Some(format!("user_{id:03}")), name },
            (_, None) => Self { kind: AuthorKind::System, id: None, name: None },
        }
    }
}

/// A message before it has a row.
#[derive(Debug, Clone)]
pub struct Written {
    /// Who wrote it, and for whom.
    pub kind: MessageType,
    /// What was written.
    pub body: Body,
    /// Files that go with it, checked before.
    pub attachments: AttachmentIds,
    /// Brought in from elsewhere.
    pub imported: bool,
    /// When it was written.
    pub created_at: Time,
}

/// Parses what somebody writes: an object whose `body` is required, unless files go with it.
///
/// # Errors
/// [`Invalid`] with a detail for each broken field.
pub fn parse_written<T, V>(value: Value<V>, at: ValuePointerRef) -> Result<T, Invalid>
where
    T: Deserr<Invalid>,
    V: IntoValue,
{
    let mut json = serde_json::Value::from(value);
    let is_missing = json.as_object_mut().is_some_and(|written| {
        let has_files =
            written.get("attachment_ids").and_then(serde_json::Value::as_array).is_some_and(|ids| !ids.is_empty());
        let body = written.get("body");
        if has_files && body.is_some_and(|body| body.is_null() || body.as_str() == Some("")) {
            written.remove("body");
        }
        !has_files && written.get("body").is_none_or(serde_json::Value::is_null)
    });
    let parsed = T::deserialize_from_value(json.into_value(), at);
    if is_missing {
        let mut faults = parsed.err().map_or_else(Vec::new, |invalid| invalid.0);
        let refused = Refused::new(Rule::Required, "is required, unless files go with it");
        faults.push(refused.at(path(at.push_key("body"))));
        return Err(Invalid(faults));
    }
    parsed
}

/// Writes a message down and emits `message.created`. The thread's counters are the caller's to keep.
///
/// # Errors
/// Those of SQLite.
pub fn insert(tx: &Tx, thread: &Thread, written: Written) -> Result<Message> {
    let (author, name) = match written.kind {
        MessageType::Comment => {
            (Some(thread.contact.id.row()), thread.contact.name.clone().or(thread.contact.email.clone()))
        }
        MessageType::Reply | MessageType::Note => (tx.actor.user, user_name(tx, tx.actor.user)?),
    };
    tx.prepare_cached(
        "INSERT INTO messages (thread_id, type, author_id, imported, created_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![thread.id, written.kind, author, written.imported, written.created_at, written.body])?;
    let number = tx.last_insert_rowid();
    let message = Message {
        id: Id::from_row(number),
        conversation_id: thread.id,
        body: written.body,
        kind: written.kind,
        author: Author::new(written.kind, author, name),
        attachments: files::attach(tx, number, &written.attachments)?,
        imported: written.imported,
        created_at: written.created_at,
        contact: thread.contact.id.row(),
    };
    let about = About { subject: message.id.to_string(), ..change::about(thread) };
    tx.importing(written.imported).emit(EventKind::MessageCreated, about, None, &message)?;
    Ok(message)
}

fn user_name(db: &Connection, user: Option<i64>) -> Result<Option<String>> {
    let Some(user) = user else { return Ok(None) };
    Ok(Some(db.prepare_cached("SELECT name FROM users WHERE id = ?1")?.query_row([user], |row| row.get(0))?))
}

/// The message of this number, its links signed at `now`.
///
/// # Errors
/// Those of SQLite.
pub fn get(db: &Connection, number: i64, now: Time) -> Result<Message> {
    let (mut message, has_files) = db
        .prepare_cached(
            "SELECT m.id, m.thread_id, m.body, m.type, m.author_id, m.imported, m.created_at,
                CASE m.type WHEN 'comment' THEN ifnull(c.name, c.email) ELSE u.name END, t.contact_id,
                EXISTS (SELECT 1 FROM files f WHERE f.message_id = m.id)
             FROM messages m JOIN threads t ON t.id = m.thread_id
             LEFT JOIN contacts c ON m.type = 'comment' AND c.id = m.author_id
             LEFT JOIN users u ON m.type <> 'comment' AND u.id = m.author_id
             WHERE m.id = ?1",
        )?
        .query_row([number], |row| {
            let kind = row.get(3)?;
            let message = Message {
                id: row.get(0)?,
                conversation_id: row.get(1)?,
                body: row.get(2)?,
                kind,
                author: Author::new(kind, row.get(4)?, row.get(7)?),
                attachments: Vec::new(),
                imported: row.get(5)?,
                created_at: row.get(6)?,
                contact: row.get(8)?,
            };
            Ok((message, row.get(9)?))
        })?;
    if has_files {
        message.attachments = files::of_message(db, number, now)?;
    }
    Ok(message)
}

//! Conversations: threads as a team reads them.

use crate::described;
use crate::desk::aliases;
use crate::desk::bulk;
use crate::desk::bulk::Ids;
use crate::desk::bulk::Outcome;
use crate::desk::contacts;
use crate::desk::contacts::ContactGiven;
use crate::desk::contacts::ContactId;
use crate::desk::files::AttachmentIds;
use crate::desk::teams;
use crate::desk::teams::TeamId;
use crate::desk::threads::AssigneeFilter;
use crate::desk::threads::Channel;
pub use crate::desk::threads::ConversationId;
pub use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TAGGED;
use crate::desk::threads::TagList;
use crate::desk::threads::TeamFilter;
use crate::desk::threads::begin;
use crate::desk::threads::begin::First;
use crate::desk::threads::begin::Moment;
use crate::desk::threads::change;
use crate::desk::threads::change::NewStatus;
use crate::desk::threads::change::TagChange;
use crate::desk::threads::change::ThreadPatch;
use crate::desk::threads::counts;
use crate::desk::threads::message;
use crate::desk::threads::message::MessageType;
use crate::desk::threads::row;
use crate::desk::threads::row::NewThread;
pub use crate::desk::threads::view::Conversation;
use crate::desk::users;
use crate::desk::users::UserId;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::asked::Asked;
use crate::types::asked::Switch;
use crate::types::custom_fields::CustomFields;
use crate::types::custom_fields::CustomFieldsPatch;
use crate::types::error::Error;
use crate::types::error::Faults;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Body;
use crate::types::text::BodyOrNothing;
use crate::types::text::Line;
use crate::types::text::TagName;
use crate::types::text::fold;
use crate::types::time::Time;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Value;
use deserr::ValuePointerRef;
use rusqlite::Connection;
use utoipa::IntoParams;
use utoipa::ToSchema;

/// What it takes to begin a conversation.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewConversation {
    /// What it is about.
    pub subject: Line,
    /// Whom it is with.
    pub contact: ContactGiven,
    /// What was written first.
    pub message: FirstMessage,
    /// `api` if not said.
    #[deserr(default = Channel::Api)]
    #[schema(required = false)]
    pub channel: Channel,
    /// `normal` if not said.
    #[deserr(default = Priority::Normal)]
    #[schema(required = false)]
    pub priority: Priority,
    /// Unknown tags are created.
    #[deserr(default)]
    #[schema(required = false)]
    pub tags: TagList,
    /// Nobody if not said.
    #[deserr(default)]
    pub assignee_id: Option<UserId>,
    /// None if not said.
    #[deserr(default)]
    pub team_id: Option<TeamId>,
    /// What else is known.
    #[deserr(default)]
    #[schema(required = false)]
    pub custom_fields: CustomFieldsPatch,
    /// History from elsewhere: no SLA, no notification, and `created_at` lies in the past.
    #[deserr(default)]
    #[schema(required = false)]
    pub imported: bool,
    /// Only with `imported`.
    #[deserr(default)]
    pub created_at: Option<Time>,
}

/// What was written first.
#[derive(Debug, Clone)]
pub struct FirstMessage(FirstGiven);

described!(FirstMessage as FirstGiven);

impl Deserr<Invalid> for FirstMessage {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        message::parse_written(value, at).map(Self)
    }
}

#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
#[schema(as = FirstMessage)]
struct FirstGiven {
    /// The text; may be left out where there are attachments.
    #[deserr(default)]
    #[schema(value_type = Option<BodyOrNothing>)]
    body: Option<Body>,
    /// `comment` if not said: most conversations begin with a customer. With `reply`, a user begins.
    #[deserr(rename = "type", default = MessageType::Comment)]
    #[schema(rename = "type", required = false)]
    kind: MessageType,
    /// Files that were uploaded before, and go with it.
    #[deserr(default)]
    #[schema(required = false)]
    attachment_ids: AttachmentIds,
}

/// What may change about a conversation.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ConversationPatch {
    /// What it is about.
    #[deserr(default)]
    pub subject: Given<Line>,
    /// Where it stands; closing it resolves its ticket.
    #[deserr(default)]
    pub status: Given<ConversationStatus>,
    /// How much it matters.
    #[deserr(default)]
    pub priority: Given<Priority>,
    /// Who looks after it; `null`: nobody.
    #[deserr(default)]
    pub assignee_id: Field<UserId>,
    /// The team that looks after it; `null`: none.
    #[deserr(default)]
    pub team_id: Field<TeamId>,
    /// The whole new list.
    #[deserr(default)]
    pub tags: Given<TagList>,
    /// These as well.
    #[deserr(default)]
    #[schema(required = false)]
    pub add_tags: TagList,
    /// These no longer.
    #[deserr(default)]
    #[schema(required = false)]
    pub remove_tags: TagList,
    /// Merged into what is known; `null` removes a key.
    #[deserr(default)]
    pub custom_fields: Given<CustomFieldsPatch>,
}

impl From<ConversationPatch> for ThreadPatch {
    fn from(patch: ConversationPatch) -> Self {
        Self {
            subject: patch.subject,
            status: patch.status.0.map(NewStatus::Conversation),
            priority: patch.priority,
            assignee_id: patch.assignee_id,
            team_id: patch.team_id,
            tags: TagChange { tags: patch.tags, add: patch.add_tags, remove: patch.remove_tags },
            custom_fields: patch.custom_fields,
            inbox_id: Given(None),
        }
    }
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Default, IntoParams)]
pub struct ConversationFilter {
    /// Where they stand.
    pub status: Option<ConversationStatus>,
    /// Who looks after them.
    #[param(inline)]
    pub assignee: Option<AssigneeFilter>,
    /// Which team looks after them.
    #[param(inline)]
    pub team: Option<TeamFilter>,
    /// How they came in.
    pub channel: Option<Channel>,
    /// How much they matter.
    pub priority: Option<Priority>,
    /// Whom they are with; a contact that was merged means the one it was merged into.
    pub contact: Option<ContactId>,
    /// A tag that they carry, by its name.
    pub tag: Option<TagName>,
    /// Whether a comment waits for a reply.
    #[param(inline)]
    pub waiting: Option<Switch>,
    /// Begun after this instant.
    pub created_after: Option<Time>,
    /// Begun before this instant.
    pub created_before: Option<Time>,
}

impl ConversationFilter {
    /// The filter that these texts make.
    pub fn asked(by: &mut impl Asked) -> Self {
        Self {
            status: by.take("status"),
            assignee: by.take("assignee"),
            team: by.take("team"),
            channel: by.take("channel"),
            priority: by.take("priority"),
            contact: by.take("contact"),
            tag: by.take("tag"),
            waiting: by.take("waiting"),
            created_after: by.take("created_after"),
            created_before: by.take("created_before"),
        }
    }

    /// Whether the kept counters know how many there are.
    fn is_counted(&self) -> bool {
        let Self { contact, created_after, created_before, team, tag, waiting, .. } = self;
        contact.is_none()
            && created_after.is_none()
            && created_before.is_none()
            && team.is_none()
            && tag.is_none()
            && waiting.is_none()
    }
}

/// What conversations may be sorted by, and how.
pub const COLUMNS: [(&str, &str); 5] = [
    ("created_at", "created_at"),
    ("updated_at", "updated_at"),
    ("priority", "priority"),
    ("last_message_at", LAST_MESSAGE),
    ("waiting_since", WAITING),
];
/// A thread whose messages were all erased stands where it began.
const LAST_MESSAGE: &str = "ifnull(last_message_at, created_at)";
/// Those in which nobody waits come last.
const WAITING: &str = "ifnull(waiting_since, 9999999999)";

/// The conversation of this id.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: ConversationId) -> Result<Conversation> {
    row::get(db, id).map(Conversation::from)
}

/// Conversations, newest first unless ordered otherwise. Totals come from the kept counters, but for spans of time,
/// single contacts, teams, tags and those that wait, which are counted along their index.
///
/// # Errors
/// Those of SQLite.
pub fn list(
    db: &Connection,
    filter: &ConversationFilter,
    caller: UserId,
    order: Order,
    paging: &Paging,
) -> Result<Page<Conversation>> {
    let list = query(filter, caller, order).since(paging, "conversations_by_update");
    let total = if paging.updated_after.is_some() { list.count(db)? } else { total(db, filter, caller, order)? };
    let mut reading = row::Reading::conversations(db)?;
    list.page(db, paging, total, |number| reading.get(ConversationId::from_row(number)).map(Conversation::from))
}

/// How many conversations there are.
///
/// # Errors
/// Those of SQLite.
pub fn total(db: &Connection, filter: &ConversationFilter, caller: UserId, order: Order) -> Result<i64> {
    if !filter.is_counted() {
        return query(filter, caller, order).count(db);
    }
    let assignee = filter.assignee.map(|assignee| assignee.number(caller));
    counts::conversations(db, filter.status, assignee, filter.priority, filter.channel)
}

/// The list behind [`list`], for the test of its plans.
pub fn query(filter: &ConversationFilter, caller: UserId, order: Order) -> List {
    let list = List::of("threads", "id", order)
        .filter("status = ?", &filter.status)
        .filter("channel = ?", &filter.channel)
        .filter("priority = ?", &filter.priority)
        .filter(aliases::IS_WITH, &filter.contact)
        .filter("created_at > ?", &filter.created_after)
        .filter("created_at < ?", &filter.created_before)
        .filter("assignee_id IS ?", &filter.assignee.map(|assignee| assignee.user(caller)))
        .filter("team_id IS ?", &filter.team.map(TeamFilter::team))
        .filter(TAGGED, &filter.tag.as_ref().map(|tag| fold(tag.as_str())));
    let list = if filter.tag.is_some() { list.by_key() } else { list };
    match filter.waiting {
        None => list,
        Some(Switch(false)) => list.only("waiting_since IS NULL"),
        // They are few, whatever else is asked.
        Some(Switch(true)) => {
            list.only("ifnull(waiting_since, 9999999999) < 9999999999").along("conversations_by_waiting")
        }
    }
}

/// Begins a conversation with its first message.
///
/// # Errors
/// 422 with all the fields at fault.
pub fn create(tx: &Tx, new: NewConversation) -> Result<Conversation> {
    let mut faults = Faults::default();
    let moment = faults.gather(Moment::new(tx.now, new.imported, new.created_at))?;
    let assignee = faults.gather(new.assignee_id.map(|id| users::assignable(tx, id)).transpose())?;
    let team = faults.gather(new.team_id.map(|id| teams::for_thread(tx, id)).transpose())?;
    let custom_fields = CustomFields::default()
        .merged(&new.custom_fields)
        .map_err(|refused| Error::invalid(vec![refused.at("custom_fields")]));
    let custom_fields = faults.gather(custom_fields)?;
    let contact = faults.gather(contacts::find_or_create(&tx.importing(new.imported), &new.contact))?;
    let FirstMessage(first) = new.message;
    faults.gather(first.attachment_ids.check(tx).map_err(|error| error.within("message")))?;
    faults.check()?;
    let (Some(moment), Some(assignee), Some(team), Some(custom_fields), Some(contact)) =
        (moment, assignee, team, custom_fields, contact)
    else {
        return Err(Error::invalid(Vec::new()));
    };
    let thread = NewThread {
        subject: new.subject,
        channel: new.channel,
        priority: new.priority,
        contact,
        assignee,
        team,
        custom_fields,
        created_at: moment.at,
    };
    let body = first.body.unwrap_or_else(Body::empty);
    let first = First { kind: first.kind, body, attachments: first.attachment_ids };
    let (thread, _) = begin::begin(tx, thread, new.tags.0, first, None, moment)?;
    Ok(thread.into())
}

/// Changes a conversation, and with it its ticket.
///
/// # Errors
/// `not_found`; 422 with all the fields at fault.
pub fn update(tx: &Tx, id: ConversationId, patch: ConversationPatch) -> Result<Conversation> {
    let old = row::get(tx, id)?;
    change::change(tx, &old, &patch.into()).map(Conversation::from)
}

/// A bulk change of conversations.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct BulkConversations {
    /// 1 to 1,000 conversations.
    pub ids: Ids,
    /// What PATCH takes, with the same meaning: `tags` replaces every listed conversation's tags.
    pub update: ConversationPatch,
}

/// Changes many conversations.
///
/// # Errors
/// 422 when the change is invalid in itself: then nothing is changed.
pub fn bulk_update(tx: &Tx, bulk: BulkConversations, dry_run: bool) -> Result<Outcome> {
    let patch: ThreadPatch = bulk.update.into();
    patch.check(tx).map_err(|error| error.within("update"))?;
    bulk::apply(tx, &bulk.ids, dry_run, |tx, id| {
        let old = row::get(tx, id)?;
        let new = change::change(tx, &old, &patch)?;
        Ok((Conversation::of(&old), Conversation::of(&new)))
    })
}

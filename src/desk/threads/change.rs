//! What may change about a thread, from either view; both views' events follow.

use crate::desk::inboxes;
use crate::desk::inboxes::InboxId;
use crate::desk::sla::Mark;
use crate::desk::sla::targets;
use crate::desk::tags;
use crate::desk::teams;
use crate::desk::teams::TeamId;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TagList;
use crate::desk::threads::TicketStatus;
use crate::desk::threads::history;
use crate::desk::threads::marks;
use crate::desk::threads::row;
use crate::desk::threads::row::Thread;
use crate::desk::threads::save;
use crate::desk::threads::view::Conversation;
use crate::desk::threads::view::Ticket;
use crate::desk::users;
use crate::desk::users::UserId;
use crate::store::tx::About;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::custom_fields::CustomFieldsPatch;
use crate::types::error::Detail;
use crate::types::error::Error;
use crate::types::error::Faults;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::id::Id;
use crate::types::text::Line;
use crate::types::text::TagName;
use crate::types::text::fold;
use crate::types::time::Time;
use rusqlite::params;

/// So many threads leave a team in one write.
const LEAVE_AT_ONCE: i64 = 250;

/// Where a thread is to stand, in the words of either view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NewStatus {
    /// As a conversation.
    Conversation(ConversationStatus),
    /// As a ticket.
    Ticket(TicketStatus),
}

/// A change of tags: the whole new list, or some more and some less.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TagChange {
    /// The whole new list.
    pub tags: Given<TagList>,
    /// These as well.
    pub add: TagList,
    /// These no longer.
    pub remove: TagList,
}

impl TagChange {
    /// The list after the change.
    fn applied(&self, old: &[TagName]) -> Vec<TagName> {
        let mut names = self.tags.0.as_ref().map_or_else(|| old.to_vec(), |list| list.0.clone());
        let has = |names: &[TagName], name: &TagName| names.iter().any(|one| fold(one.as_str()) == fold(name.as_str()));
        for name in &self.add.0 {
            if !has(&names, name) {
                names.push(name.clone());
            }
        }
        names.retain(|name| !has(&self.remove.0, name));
        names
    }

    /// The whole list and a change to it can't both be meant.
    fn faults(&self) -> Vec<Detail> {
        if self.tags.0.is_some() && !(self.add.0.is_empty() && self.remove.0.is_empty()) {
            let message = "is the whole new list: it can't stand beside `add_tags` or `remove_tags`";
            return vec![Refused::new(Rule::InvalidFormat, message).at("tags")];
        }
        Vec::new()
    }
}

/// A change to a thread.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThreadPatch {
    /// What it is about.
    pub subject: Given<Line>,
    /// Where it is to stand.
    pub status: Option<NewStatus>,
    /// How much it matters.
    pub priority: Given<Priority>,
    /// Who looks after it.
    pub assignee_id: Field<UserId>,
    /// The team that looks after it.
    pub team_id: Field<TeamId>,
    /// Its tags.
    pub tags: TagChange,
    /// Merged into what is known.
    pub custom_fields: Given<CustomFieldsPatch>,
    /// Where the ticket belongs.
    pub inbox_id: Given<InboxId>,
}

impl ThreadPatch {
    /// What is wrong with the patch whatever thread it meets: 422 before anything is done, in bulk too.
    ///
    /// # Errors
    /// 422 with all the fields at fault.
    pub fn check(&self, tx: &Tx) -> Result<()> {
        let mut faults = self.tags.faults();
        if let Field::Set(id) = self.assignee_id
            && let Err(error) = users::assignable(tx, id)
        {
            faults.extend(error.details);
        }
        if let Field::Set(id) = self.team_id
            && let Err(error) = teams::for_thread(tx, id)
        {
            faults.extend(error.details);
        }
        if let Some(id) = self.inbox_id.0
            && let Err(error) = inboxes::for_ticket(tx, Some(id))
        {
            faults.extend(error.details);
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }
}

/// Changes a thread; both views that differ afterwards have their event. A change of nothing does nothing.
///
/// # Errors
/// 422 with all the fields at fault.
pub fn change(tx: &Tx, old: &Thread, patch: &ThreadPatch) -> Result<Thread> {
    change_further(tx, old, old.clone(), patch)
}

/// As [`change`], of a thread of which something differs already: one change, with one event for each view.
///
/// # Errors
/// As [`change`].
pub fn change_further(tx: &Tx, old: &Thread, mut new: Thread, patch: &ThreadPatch) -> Result<Thread> {
    let mut faults = Faults::default();
    faults.gather(patch.check(tx))?;
    let custom_fields = match &patch.custom_fields.0 {
        Some(patch) => old.custom_fields.merged(patch),
        None => Ok(old.custom_fields.clone()),
    };
    let custom_fields =
        faults.gather(custom_fields.map_err(|refused| Error::invalid(vec![refused.at("custom_fields")])))?;
    let names = patch.tags.applied(&old.tags);
    if names.len() > super::MAX_TAGS {
        let message = format!("the thread can't carry over {} tags", super::MAX_TAGS);
        faults.add("add_tags", Rule::TooLong, message);
    }
    faults.check()?;
    let mut marks = Vec::new();
    new.subject = patch.subject.clone().or(new.subject);
    new.custom_fields = custom_fields.unwrap_or(new.custom_fields);
    if let (Some(inbox), Some(ticket)) = (patch.inbox_id.0, new.ticket.as_mut()) {
        ticket.inbox = inbox;
    }
    match patch.assignee_id {
        Field::Absent => {}
        Field::Null => new.assignee = None,
        Field::Set(id) => new.assignee = Some(users::assignable(tx, id)?),
    }
    match patch.team_id {
        Field::Absent => {}
        Field::Null => new.team = None,
        Field::Set(id) => new.team = Some(teams::for_thread(tx, id)?),
    }
    if let Some(priority) = patch.priority.0
        && priority != new.priority()
    {
        let promise = targets::get(tx)?.promise(priority);
        marks::apply(&mut new, &mut marks, Mark::Priority(priority, promise), tx.now);
    }
    if let Some(status) = patch.status {
        turn(&mut new, &mut marks, status, tx.now);
    }
    if folded(&names) != folded(&old.tags) {
        new.tags = names;
    }
    if new == *old {
        return Ok(new);
    }
    if new.tags != old.tags {
        set_tags(tx, &new)?;
    }
    save_and_tell(tx, old, new, &marks)
}

fn folded(names: &[TagName]) -> Vec<String> {
    names.iter().map(|name| fold(name.as_str())).collect()
}

/// Saves a changed thread, writes its marks and its history, and emits an event for each view that differs.
fn save_and_tell(tx: &Tx, old: &Thread, mut new: Thread, marks: &[Mark]) -> Result<Thread> {
    save::save(tx, old, &mut new)?;
    marks::write(tx, &new, marks, tx.now)?;
    // Read again: a tag may have been known in another spelling.
    let new = row::get(tx, new.id)?;
    history::write(tx, old, &new)?;
    tx.emit(EventKind::ConversationUpdated, about(&new), Some(&Conversation::of(old)), &Conversation::of(&new))?;
    tell_ticket(tx, old, &new)?;
    Ok(new)
}

/// Emits `ticket.updated` if the ticket's view differs.
///
/// # Errors
/// Those of SQLite.
pub fn tell_ticket(tx: &Tx, old: &Thread, new: &Thread) -> Result<()> {
    match (Ticket::of(old, tx.now), Ticket::of(new, tx.now)) {
        (Some(old), Some(new_ticket)) => {
            let about = About::new(new_ticket.id, Some(new.contact.id.row()));
            tx.emit(EventKind::TicketUpdated, about, Some(&old), &new_ticket)
        }
        _ => Ok(()),
    }
}

/// Takes up to [`LEAVE_AT_ONCE`] threads off a team, and removes it once it has none. Whether it is gone: if not, there is more
/// to do, and others are to have their turn in between.
///
/// # Errors
/// `not_found`.
pub fn disband(tx: &Tx, id: TeamId) -> Result<bool> {
    let mut select = tx.prepare_cached("SELECT id FROM threads WHERE team_id = ?1 LIMIT ?2")?;
    let threads: Vec<i64> =
        select.query_map(params![id, LEAVE_AT_ONCE], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    if threads.is_empty() {
        teams::delete(tx, id)?;
        return Ok(true);
    }
    let patch = ThreadPatch { team_id: Field::Null, ..ThreadPatch::default() };
    for number in threads {
        change(tx, &row::get(tx, Id::from_row(number))?, &patch)?;
    }
    Ok(false)
}

/// What a conversation's events are about.
pub fn about(thread: &Thread) -> About {
    About::new(thread.id, Some(thread.contact.id.row()))
}

/// Gives the thread another status, and both views the instants that go with it.
pub fn turn(thread: &mut Thread, marks: &mut Vec<Mark>, status: NewStatus, now: Time) {
    let before = thread.ticket.as_ref().map(|ticket| ticket.status);
    let (conversation, ticket) = match status {
        NewStatus::Conversation(status) => (status, status.for_ticket(before)),
        NewStatus::Ticket(status) => (status.for_conversation(), status),
    };
    let was = thread.status();
    if conversation != was {
        marks::apply(thread, marks, Mark::Status(conversation), now);
        thread.closed_at = (conversation == ConversationStatus::Closed).then_some(now);
        if was == ConversationStatus::Closed {
            thread.reopened_count += 1;
        }
    }
    if let Some(part) = thread.ticket.as_mut()
        && part.status != ticket
    {
        part.status = ticket;
        let done = ticket.for_conversation() == ConversationStatus::Closed;
        part.resolved_at = if done { part.resolved_at.or(Some(now)) } else { None };
        part.closed_at = (ticket == TicketStatus::Closed).then_some(now);
    }
}

/// Makes the thread carry exactly its tags.
///
/// # Errors
/// Those of SQLite.
pub fn set_tags(tx: &Tx, thread: &Thread) -> Result<()> {
    let ids = tags::find_or_create(tx, &thread.tags)?;
    tx.prepare_cached("DELETE FROM thread_tags WHERE thread_id = ?1")?.execute([thread.id])?;
    let mut insert = tx.prepare_cached("INSERT INTO thread_tags (thread_id, tag_id, position) VALUES (?1, ?2, ?3)")?;
    for (position, id) in (0_i64..).zip(&ids) {
        insert.execute(params![thread.id, id, position])?;
    }
    Ok(())
}

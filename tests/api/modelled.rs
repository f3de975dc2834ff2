//! The desk once more, as plain values in memory: what contract.md says, without a store, a clock or HTTP. `model.rs`
//! compares the server with it.

use commflow::types::time::Time;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

/// A change to a thread, in the words of either view.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    /// The new status.
    pub status: Option<&'static str>,
    /// The new priority.
    pub priority: Option<&'static str>,
    /// One of the team, or nobody.
    pub assignee: Option<Option<usize>>,
    /// The whole new list.
    pub tags: Option<Vec<&'static str>>,
    /// These as well, and these no longer.
    pub more_and_less: (Vec<&'static str>, Vec<&'static str>),
    /// Custom fields to merge.
    pub fields: BTreeMap<&'static str, Option<i64>>,
}

impl Patch {
    /// The patch as it is sent.
    pub fn body(&self, team: &[String]) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| body.extend(value.map(|value| (name.to_owned(), value)));
        put("status", self.status.map(Value::from));
        put("priority", self.priority.map(Value::from));
        put("assignee_id", self.assignee.map(|user| json!(user.map(|at| &team[at]))));
        put("tags", self.tags.as_ref().map(|tags| json!(tags)));
        if self.tags.is_none() {
            put("add_tags", Some(json!(self.more_and_less.0)));
            put("remove_tags", Some(json!(self.more_and_less.1)));
        }
        put("custom_fields", Some(json!(self.fields)));
        Value::Object(body)
    }

    fn tags_after(&self, before: &[&'static str]) -> Vec<&'static str> {
        let mut tags: Vec<&str> = Vec::new();
        let kept = self.tags.as_deref().unwrap_or(before).iter();
        let (more, less) = if self.tags.is_some() {
            (&[][..], &[][..])
        } else {
            (&self.more_and_less.0[..], &self.more_and_less.1[..])
        };
        for tag in kept.chain(more) {
            if !tags.contains(tag) && !less.contains(tag) {
                tags.push(tag);
            }
        }
        tags
    }
}

/// What moves a thread's SLA.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mark {
    Comment,
    Reply,
    Status(&'static str),
    Priority(&'static str),
}

/// The part of a thread that makes it a ticket.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Its number.
    pub number: usize,
    status: &'static str,
    follow_up_of: Option<usize>,
    resolved_at: Option<Time>,
    closed_at: Option<Time>,
}

/// A thread.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The conversation's number.
    pub number: usize,
    /// The contact's number.
    pub contact: usize,
    /// Set if it is a ticket.
    pub ticket: Option<Ticket>,
    /// Where it stands, as a conversation.
    pub status: &'static str,
    /// How much it matters.
    pub priority: &'static str,
    /// One of the team.
    pub assignee: Option<usize>,
    /// In order.
    pub tags: Vec<&'static str>,
    fields: BTreeMap<&'static str, i64>,
    messages: i64,
    waiting_since: Option<Time>,
    last_message_at: Time,
    closed_at: Option<Time>,
    reopened: i64,
    first_priority: &'static str,
    marks: Vec<(Time, Mark)>,
}

/// As a ticket's status shows in its conversation.
fn for_conversation(status: &'static str) -> &'static str {
    if status == "resolved" { "closed" } else { status }
}

fn hours(priority: &str) -> (i64, i64) {
    match priority {
        "urgent" => (1, 8),
        "high" => (4, 24),
        "normal" => (8, 72),
        _ => (24, 168),
    }
}

impl Thread {
    /// A thread that begins with a message of this type.
    pub fn new(number: usize, contact: usize, priority: &'static str, kind: &str, now: Time) -> Self {
        let mut thread = Self {
            number,
            contact,
            ticket: None,
            status: "open",
            priority,
            assignee: None,
            tags: Vec::new(),
            fields: BTreeMap::new(),
            messages: 0,
            waiting_since: None,
            last_message_at: now,
            closed_at: None,
            reopened: 0,
            first_priority: priority,
            marks: Vec::new(),
        };
        thread.say(kind, now);
        thread
    }

    /// Makes it a ticket.
    pub fn track(&mut self, number: usize, follow_up_of: Option<usize>, now: Time) {
        let status = if self.status == "closed" { "resolved" } else { self.status };
        let resolved_at = (status == "resolved").then_some(now);
        self.ticket = Some(Ticket { number, status, follow_up_of, resolved_at, closed_at: None });
    }

    /// Whether a comment starts a new ticket instead.
    pub fn is_long_closed(&self, now: Time) -> bool {
        let closed_at = self.ticket.as_ref().and_then(|ticket| ticket.closed_at);
        closed_at.is_some_and(|closed| now.since(closed) > 14 * 24 * 3_600)
    }

    /// A message of this type is written.
    pub fn say(&mut self, kind: &str, now: Time) {
        self.messages += 1;
        self.last_message_at = now;
        match kind {
            "comment" => {
                self.waiting_since = self.waiting_since.or(Some(now));
                self.marks.push((now, Mark::Comment));
                self.turn("open", now);
            }
            "reply" => {
                self.waiting_since = None;
                self.marks.push((now, Mark::Reply));
            }
            _ => {}
        }
    }

    /// The status of either view is set.
    pub fn turn(&mut self, status: &'static str, now: Time) {
        let done = for_conversation(status) == "closed";
        if let Some(ticket) = &mut self.ticket {
            // A conversation's `closed` leaves a closed ticket closed, and resolves any other.
            ticket.status = status;
            ticket.resolved_at = if done { ticket.resolved_at.or(Some(now)) } else { None };
            ticket.closed_at = if status == "closed" { ticket.closed_at.or(Some(now)) } else { None };
        }
        let (was, is) = (self.status, for_conversation(status));
        if was != is {
            self.status = is;
            self.closed_at = done.then_some(now);
            self.reopened += i64::from(was == "closed");
            self.marks.push((now, Mark::Status(is)));
        }
    }

    /// The conversation's status is set: closing it resolves the ticket.
    pub fn turn_conversation(&mut self, status: &'static str, now: Time) {
        let closed = self.ticket.as_ref().is_some_and(|ticket| ticket.status == "closed");
        let resolves = status == "closed" && self.ticket.is_some() && !closed;
        self.turn(if resolves { "resolved" } else { status }, now);
    }

    /// A patch of either view.
    pub fn patch(&mut self, patch: &Patch, as_ticket: bool, now: Time) {
        if let Some(priority) = patch.priority.filter(|priority| *priority != self.priority) {
            self.priority = priority;
            self.marks.push((now, Mark::Priority(priority)));
        }
        match patch.status {
            Some(status) if as_ticket => self.turn(status, now),
            Some(status) => self.turn_conversation(status, now),
            None => {}
        }
        self.assignee = patch.assignee.unwrap_or(self.assignee);
        self.tags = patch.tags_after(&self.tags);
        for (name, value) in &patch.fields {
            match value {
                Some(value) => drop(self.fields.insert(name, *value)),
                None => drop(self.fields.remove(name)),
            }
        }
    }

    /// When the first response is due, and when it came.
    fn response(&self) -> (Option<Time>, Option<Time>) {
        let (mut from, mut due, mut met) = (None, None, None);
        let (mut priority, mut closed) = (self.first_priority, false);
        for (at, mark) in &self.marks {
            let target = |priority, from: Option<Time>| from.map(|from| from.plus(hours(priority).0 * 3_600));
            match mark {
                _ if met.is_some() => {}
                Mark::Reply => met = from.map(|_| *at),
                Mark::Comment if due.is_none() => (from, due) = (Some(*at), target(priority, Some(*at))),
                Mark::Comment => {}
                Mark::Priority(new) => {
                    priority = new;
                    due = due.and(target(priority, from));
                }
                Mark::Status(status) => {
                    due = if closed { due.or(target(priority, from)) } else { due };
                    closed = *status == "closed";
                }
            }
            // Nothing is awaited on a closed thread: what is not missed by then has ended.
            due = due.filter(|due| !closed || met.is_some() || at > due);
        }
        (due, met)
    }

    /// Seconds that the resolution may take, and those used; whether the clock has begun.
    fn resolution(&self, now: Time) -> Option<(i64, i64)> {
        let begun = self.marks.iter().find(|(_, mark)| *mark == Mark::Comment)?.0;
        let (mut priority, mut counted, mut status, mut used, mut last) =
            (self.first_priority, self.first_priority, "open", 0, begun);
        for (at, mark) in self.marks.iter().copied().chain([(now, Mark::Reply)]) {
            if at >= begun && status == "open" {
                used += at.since(last);
            }
            last = at.max(begun);
            match mark {
                Mark::Status(new) => status = new,
                Mark::Priority(new) => priority = new,
                _ => {}
            }
            counted = if status == "closed" { counted } else { priority };
        }
        Some((hours(counted).1 * 3_600, used))
    }

    fn sla(&self, now: Time) -> Value {
        let (due, met) = self.response();
        let resolution = self.resolution(now);
        let runs = self.status == "open";
        let missed =
            due.is_some_and(|due| met.unwrap_or(now) > due) || resolution.is_some_and(|(target, used)| used > target);
        let quarter = |target: i64, left: i64| left * 4 <= target;
        let awaited = due.filter(|_| met.is_none());
        let closes = awaited.is_some_and(|due| quarter(self.response_target(), due.since(now)))
            || resolution.is_some_and(|(target, used)| runs && quarter(target, target - used));
        let status = if missed {
            "breached"
        } else if closes {
            "warning"
        } else {
            "on_track"
        };
        let resolution_due = resolution.filter(|_| runs).map(|(target, used)| now.plus(target - used));
        json!({"status": status, "first_response_due": due, "first_responded_at": met, "resolution_due": resolution_due,
            "paused": !runs})
    }

    fn response_target(&self) -> i64 {
        hours(self.priority).0 * 3_600
    }

    /// What the conversation shows, but for its time of change and what never changes.
    pub fn conversation(&self, team: &[String], contact: &Value) -> Value {
        json!({"id": format!("conv_{:03}", self.number), "status": self.status, "priority": self.priority,
            "assignee": self.assignee.map(|at| &team[at]), "team": null, "contact": contact, "tags": self.tags,
            "custom_fields": self.fields, "ticket_id": self.ticket.as_ref().map(|ticket| format!("ticket_{:03}", ticket.number)),
            "waiting_since": self.waiting_since, "last_message_at": self.last_message_at, "closed_at": self.closed_at,
            "messages_count": self.messages, "reopened_count": self.reopened})
    }

    /// What the ticket shows at `now`.
    pub fn as_ticket(&self, team: &[String], contact: &Value, now: Time) -> Option<Value> {
        let ticket = self.ticket.as_ref()?;
        Some(json!({"id": format!("ticket_{:03}", ticket.number), "status": ticket.status, "priority": self.priority,
            "sla": self.sla(now), "assignee": self.assignee.map(|at| &team[at]), "team": null, "contact": contact, "tags": self.tags,
            "custom_fields": self.fields, "conversation_id": format!("conv_{:03}", self.number),
            "follow_up_of": ticket.follow_up_of.map(|number| format!("ticket_{number:03}")),
            "resolved_at": ticket.resolved_at, "closed_at": ticket.closed_at, "reopened_count": self.reopened}))
    }
}

//! Reads what happened in a span and in the one before it: threads that began, threads that were closed, messages; each of them
//! once, along the index of its time.

use crate::desk::reports::ByChannel;
use crate::desk::reports::Day;
use crate::desk::reports::Filter;
use crate::desk::reports::figures::Sum;
use crate::desk::reports::figures::Tally;
use crate::desk::reports::span::Span;
use crate::desk::threads::Channel;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::message::MessageType;
use crate::types::Result;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::Row;
use rusqlite::types::ToSql;
use std::collections::BTreeMap;

/// Hours in a week.
const HOURS: usize = 7 * 24;

/// What was read.
pub struct Gathered {
    /// Of the span.
    pub totals: Sum,
    /// Of the span before it.
    pub previous: Sum,
    /// The days of the span.
    pub days: Vec<Day>,
    /// Comments by the hour of the week.
    pub hours: Vec<i64>,
    /// What each user did in the span, by number.
    pub agents: BTreeMap<i64, Tally>,
}

/// What is asked of threads and messages; the values are the ends of the span, and after them those of the filter.
#[derive(Debug, Clone, Copy)]
pub enum Reading {
    /// Threads by their beginning.
    Begun,
    /// Threads by their end.
    Closed,
    /// Comments and replies by their time.
    Written,
}

impl Reading {
    /// The SQL of it, for [`gather`] and for the test of its plan.
    pub fn sql(self, filter: Filter) -> String {
        let (columns, along, time) = match self {
            Self::Begun => (
                "t.created_at, t.channel, t.first_comment_at, t.first_reply_at, t.first_reply_by, t.ticket_id IS NOT NULL,
                 t.status, t.sla_started_at IS NOT NULL, t.sla_settled, t.sla_breach_at",
                "threads t INDEXED BY conversations_by_creation",
                "t.created_at",
            ),
            Self::Closed => {
                ("t.closed_at, t.created_at, t.assignee_id", "threads t INDEXED BY threads_by_closing", "t.closed_at")
            }
            Self::Written => {
                let along = "messages m INDEXED BY messages_by_time";
                ("m.created_at, m.type, m.author_id", along, "m.created_at")
            }
        };
        let conditions = conditions(filter);
        let joined = matches!(self, Self::Written) && !conditions.is_empty();
        // Message by message, each with its thread: never the other way round.
        let thread = if joined { " CROSS JOIN threads t ON t.id = m.thread_id" } else { "" };
        let also: String =
            (3..).zip(&conditions).map(|(at, (column, _))| format!(" AND +t.{column} IS ?{at}")).collect();
        format!("SELECT {columns} FROM {along}{thread} WHERE {time} >= ?1 AND {time} < ?2{also}")
    }
}

/// What the filter asks, as column and value.
fn conditions(filter: Filter) -> Vec<(&'static str, Box<dyn ToSql>)> {
    let mut all: Vec<(&'static str, Box<dyn ToSql>)> = Vec::new();
    if let Some(inbox) = filter.inbox {
        all.push(("inbox_id", Box::new(inbox)));
    }
    if let Some(channel) = filter.channel {
        all.push(("channel", Box::new(channel)));
    }
    if let Some(assignee) = filter.assignee {
        all.push(("assignee_id", Box::new(assignee)));
    }
    if let Some(team) = filter.team {
        all.push(("team_id", Box::new(team)));
    }
    all
}

/// Reads all of it.
///
/// # Errors
/// Those of SQLite.
pub fn gather(db: &Connection, span: &Span, filter: Filter, now: Time) -> Result<Gathered> {
    let day = |number| Day { date: span.date(number), new: 0, closed: 0, by_channel: ByChannel::default() };
    let mut gathered = Gathered {
        totals: Sum::default(),
        previous: Sum::default(),
        days: (0..span.days()).map(day).collect(),
        hours: vec![0; HOURS],
        agents: BTreeMap::new(),
    };
    let values = conditions(filter);
    let ends: [Box<dyn ToSql>; 2] = [Box::new(span.before()), Box::new(span.to)];
    let values: Vec<_> = ends.iter().chain(values.iter().map(|(_, value)| value)).collect();
    for reading in [Reading::Begun, Reading::Closed, Reading::Written] {
        let mut select = db.prepare_cached(&reading.sql(filter))?;
        let mut rows = select.query(rusqlite::params_from_iter(&values))?;
        while let Some(row) = rows.next()? {
            match reading {
                Reading::Begun => gathered.begun(span, row, now)?,
                Reading::Closed => gathered.closed(span, row)?,
                Reading::Written => gathered.written(span, row)?,
            }
        }
    }
    Ok(gathered)
}

impl Gathered {
    /// The sum that an instant belongs to.
    fn sum(&mut self, span: &Span, time: Time) -> &mut Sum {
        if span.has_begun(time) { &mut self.totals } else { &mut self.previous }
    }

    /// A thread that began.
    fn begun(&mut self, span: &Span, row: &Row, now: Time) -> rusqlite::Result<()> {
        let (begun, channel): (Time, Channel) = (row.get(0)?, row.get(1)?);
        let (comment, reply): (Option<Time>, Option<Time>) = (row.get(2)?, row.get(3)?);
        let response = comment.zip(reply).map(|(comment, reply)| reply.since(comment));
        let kept = kept(row, now)?;
        let sum = self.sum(span, begun);
        sum.new += 1;
        sum.kept += i64::from(kept == Some(true));
        sum.missed += i64::from(kept == Some(false));
        sum.tally.first_response.0.extend(response);
        if !span.has_begun(begun) {
            return Ok(());
        }
        if let Some(day) = self.days.get_mut(span.day(begun)) {
            day.new += 1;
            *match channel {
                Channel::Email => &mut day.by_channel.email,
                Channel::Chat => &mut day.by_channel.chat,
                Channel::Form => &mut day.by_channel.form,
                Channel::Api => &mut day.by_channel.api,
            } += 1;
        }
        if let (Some(seconds), Some(user)) = (response, row.get(4)?) {
            self.agents.entry(user).or_default().first_response.0.push(seconds);
        }
        Ok(())
    }

    /// A thread that was closed.
    fn closed(&mut self, span: &Span, row: &Row) -> rusqlite::Result<()> {
        let (closed, begun): (Time, Time) = (row.get(0)?, row.get(1)?);
        let seconds = closed.since(begun);
        self.sum(span, closed).tally.resolution.0.push(seconds);
        if !span.has_begun(closed) {
            return Ok(());
        }
        if let Some(day) = self.days.get_mut(span.day(closed)) {
            day.closed += 1;
        }
        if let Some(user) = row.get(2)? {
            self.agents.entry(user).or_default().resolution.0.push(seconds);
        }
        Ok(())
    }

    /// A message that was written.
    fn written(&mut self, span: &Span, row: &Row) -> rusqlite::Result<()> {
        let (written, kind): (Time, MessageType) = (row.get(0)?, row.get(1)?);
        let has_begun = span.has_begun(written);
        let sum = self.sum(span, written);
        match kind {
            MessageType::Comment => {
                sum.comments += 1;
                if let Some(hour) = self.hours.get_mut(span.hour_of_week(written)).filter(|_| has_begun) {
                    *hour += 1;
                }
            }
            MessageType::Reply => {
                sum.tally.replies += 1;
                if let (true, Some(user)) = (has_begun, row.get(2)?) {
                    self.agents.entry(user).or_default().replies += 1;
                }
            }
            MessageType::Note => {}
        }
        Ok(())
    }
}

/// Whether a ticket kept its targets; none while that is open, and where nothing was promised.
fn kept(row: &Row, now: Time) -> rusqlite::Result<Option<bool>> {
    let (is_ticket, status, has_clock): (bool, ConversationStatus, bool) = (row.get(5)?, row.get(6)?, row.get(7)?);
    let (settled, breach_at): (Option<String>, Option<Time>) = (row.get(8)?, row.get(9)?);
    if !is_ticket || !has_clock {
        return Ok(None);
    }
    let missed = match settled {
        Some(settled) => settled == "breached",
        None => breach_at.is_some_and(|breach| now > breach),
    };
    Ok(match (missed, status) {
        (true, _) => Some(false),
        (false, ConversationStatus::Closed) => Some(true),
        (false, _) => None,
    })
}

//! The newest part of the change feed, ready to be sent: read and written out once, however many streams it goes to.

use crate::store::feed::Event;
use crate::types::Result;
use crate::types::event::EventKind;
use actix_web::web::Bytes;
use std::collections::VecDeque;

/// Events that it holds at most,
pub const EVENTS_MAX: usize = 1_024;
/// and bytes of them.
const BYTES_MAX: usize = 8 * 1_024 * 1_024;

/// An event as it goes out on a stream.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its number.
    pub number: i64,
    kind: EventKind,
    /// The lines of it, and the empty one.
    pub bytes: Bytes,
}

impl Frame {
    /// Writes an event out. JSON holds no line's end, so the data is one line.
    ///
    /// # Errors
    /// When it can't be written as JSON.
    pub fn new(event: &Event) -> Result<Self> {
        let data = serde_json::to_string(event)?;
        let text = format!("id: {}\nevent: {}\ndata: {data}\n\n", event.id, event.kind);
        Ok(Self { number: event.id.row(), kind: event.kind, bytes: text.into() })
    }

    /// Whether it is one of these kinds; none: of any.
    fn is_of(&self, kinds: &[EventKind]) -> bool {
        kinds.is_empty() || kinds.contains(&self.kind)
    }
}

/// What there is after a cursor.
#[derive(Debug)]
pub enum Found {
    /// This event.
    Frame(Frame),
    /// Nothing up to the event of this number, which is as far as the tail goes.
    NothingTo(i64),
    /// The tail begins later, or is void: the store knows.
    AskStore,
}

/// The events after `after` up to `to`, without a gap.
#[derive(Debug, Default)]
pub struct Tail {
    after: i64,
    to: i64,
    frames: VecDeque<Frame>,
    bytes: usize,
    erasures: u64,
}

impl Tail {
    /// The number of the event that it goes to.
    pub fn to(&self) -> i64 {
        self.to
    }

    /// The state of erasures that it was read after.
    pub fn erasures(&self) -> u64 {
        self.erasures
    }

    /// Forgets everything, and begins after this event.
    pub fn begin(&mut self, after: i64, erasures: u64) {
        *self = Self { after, to: after, erasures, ..Self::default() };
    }

    /// Appends the next event; the oldest ones make room for it.
    pub fn push(&mut self, frame: Frame) {
        self.to = frame.number;
        self.bytes += frame.bytes.len();
        self.frames.push_back(frame);
        while self.frames.len() > EVENTS_MAX || (self.bytes > BYTES_MAX && self.frames.len() > 1) {
            let Some(oldest) = self.frames.pop_front() else { break };
            self.bytes -= oldest.bytes.len();
            self.after = oldest.number;
        }
    }

    /// The first event of these kinds after `cursor`, if nothing was erased since `erasures`.
    pub fn next(&self, cursor: i64, kinds: &[EventKind], erasures: u64) -> Found {
        if cursor < self.after || erasures != self.erasures {
            return Found::AskStore;
        }
        let seen = usize::try_from(cursor - self.after).unwrap_or(usize::MAX);
        let next = self.frames.iter().skip(seen).find(|frame| frame.is_of(kinds));
        next.cloned().map_or(Found::NothingTo(self.to), Found::Frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: i64, length: usize) -> Frame {
        let kind = if number % 2 == 0 { EventKind::TicketUpdated } else { EventKind::ContactCreated };
        Frame { number, kind, bytes: vec![b'x'; length].into() }
    }

    fn next(tail: &Tail, cursor: i64, kinds: &[EventKind]) -> i64 {
        match tail.next(cursor, kinds, 7) {
            Found::Frame(frame) => frame.number,
            Found::NothingTo(to) => -to,
            Found::AskStore => i64::MIN,
        }
    }

    #[test]
    fn what_it_holds_is_found_from_any_cursor_and_what_it_does_not_is_asked_of_the_store() {
        let mut tail = Tail::default();
        tail.begin(10, 7);
        (11..=14).for_each(|number| tail.push(frame(number, 1)));
        assert_eq!([9, 10, 13, 14, 20].map(|cursor| next(&tail, cursor, &[])), [i64::MIN, 11, 14, -14, -14]);
        let updates = [EventKind::TicketUpdated];
        assert_eq!([10, 12, 14].map(|cursor| next(&tail, cursor, &updates)), [12, 14, -14]);
        assert!(matches!(tail.next(12, &[], 8), Found::AskStore));
    }

    #[test]
    fn it_is_bounded_in_events_and_in_bytes() {
        let mut tail = Tail::default();
        tail.begin(0, 7);
        (1..=3_000).for_each(|number| tail.push(frame(number, 1)));
        assert_eq!((tail.frames.len(), tail.after, next(&tail, 1_976, &[])), (EVENTS_MAX, 1_976, 1_977));
        (3_001..=3_100).for_each(|number| tail.push(frame(number, 1_000_000)));
        assert_eq!((tail.frames.len(), tail.bytes, tail.after, tail.to), (8, 8_000_000, 3_092, 3_100));
        tail.push(frame(3_101, 2 * BYTES_MAX));
        assert_eq!((tail.frames.len(), next(&tail, 3_100, &[])), (1, 3_101));
    }
}

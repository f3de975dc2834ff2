//! Who looks at which conversation just now, and who is writing there.
//!
//! It is kept in memory alone: who is there says so again and again, and is forgotten soon after he has stopped. Streams are
//! told by frames without a number, for nobody could come back for one: a stream that is slow may miss some.

use crate::choice;
use crate::desk::threads::ConversationId;
use crate::desk::users::UserRef;
use crate::types::time::Time;
use actix_web::web::Bytes;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use utoipa::ToSchema;

choice! {
    /// What somebody does in a conversation.
    PresenceState {
        /// Looks at it.
        Viewing "viewing",
        /// Writes an answer.
        Typing "typing",
        /// Has left. Is only sent, never shown.
        Gone "gone",
    }
}

/// Somebody who has not been heard of for so many seconds has left.
const FORGOTTEN_AFTER_S: i64 = 45;
/// A user is in so many conversations at most: the one least lately heard of makes room.
const PLACES_MAX: usize = 20;
/// Frames that are kept for streams that have not taken them yet.
const FRAMES_MAX: usize = 256;

/// Who is in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Presence {
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// Everyone who is there, the caller too.
    pub people: Vec<PresentUser>,
}

/// Somebody who is there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PresentUser {
    /// Who.
    pub user: UserRef,
    /// What he does.
    pub state: PresenceState,
    /// Since when.
    pub since: Time,
}

/// A user in a conversation, and when he was last heard of.
struct Place {
    present: PresentUser,
    heard_at: Time,
}

/// All who are anywhere.
#[derive(Default)]
pub struct Board {
    /// By conversation and user.
    places: BTreeMap<(i64, i64), Place>,
    frames: VecDeque<Bytes>,
    /// How many frames there have been.
    told: u64,
}

impl Board {
    /// Somebody says what he does in a conversation.
    pub fn put(&mut self, id: ConversationId, user: UserRef, state: PresenceState, now: Time) {
        let key = (id.row(), user.id.row());
        let before = self.places.get(&key).map(|place| (place.present.state, place.present.since));
        if state == PresenceState::Gone {
            self.places.remove(&key);
        } else {
            self.make_room(key, now);
            let since = before.filter(|(was, _)| *was == state).map_or(now, |(_, since)| since);
            self.places.insert(key, Place { present: PresentUser { user, state, since }, heard_at: now });
        }
        if before.map_or(PresenceState::Gone, |(was, _)| was) != state {
            self.tell(id);
        }
    }

    /// Takes a user out of the place where he was least lately heard of, where this would be one too many.
    fn make_room(&mut self, key: (i64, i64), now: Time) {
        if self.places.contains_key(&key) {
            return;
        }
        let his = self.places.iter().filter(|((_, user), _)| *user == key.1);
        let his: Vec<(i64, (i64, i64))> = his.map(|(key, place)| (now.since(place.heard_at), *key)).collect();
        if his.len() >= PLACES_MAX
            && let Some((_, oldest)) = his.into_iter().max_by_key(|(silence, _)| *silence)
        {
            self.places.remove(&oldest);
            self.tell(ConversationId::from_row(oldest.0));
        }
    }

    /// Forgets those who have not been heard of for long.
    pub fn forget(&mut self, now: Time) {
        let mut left = BTreeSet::new();
        self.places.retain(|(id, _), place| {
            let stays = now.since(place.heard_at) < FORGOTTEN_AFTER_S;
            if !stays {
                left.insert(*id);
            }
            stays
        });
        left.into_iter().for_each(|id| self.tell(ConversationId::from_row(id)));
    }

    /// When somebody is to be forgotten next, if nobody is heard of before.
    pub fn forgets_at(&self) -> Option<Time> {
        self.places.values().map(|place| place.heard_at.plus(FORGOTTEN_AFTER_S)).min()
    }

    /// Who is in a conversation.
    pub fn of(&self, id: ConversationId) -> Presence {
        let here = self.places.range((id.row(), i64::MIN)..=(id.row(), i64::MAX));
        Presence { conversation_id: id, people: here.map(|(_, place)| place.present.clone()).collect() }
    }

    /// Writes out for the streams who is there now.
    fn tell(&mut self, id: ConversationId) {
        let Ok(data) = serde_json::to_string(&self.of(id)) else { return };
        self.frames.push_back(format!("event: presence\ndata: {data}\n\n").into());
        self.told += 1;
        if self.frames.len() > FRAMES_MAX {
            self.frames.pop_front();
        }
    }

    /// How many frames there have been.
    pub fn told(&self) -> u64 {
        self.told
    }

    /// The first frame after so many, or the oldest that is still kept; and how many there have been with it.
    pub fn next(&self, told: u64) -> Option<(u64, Bytes)> {
        let kept = u64::try_from(self.frames.len()).unwrap_or(0);
        let from = told.max(self.told - kept);
        let at = usize::try_from(from + kept - self.told).ok()?;
        Some((from + 1, self.frames.get(at)?.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::id::Id;

    fn user(number: i64) -> UserRef {
        UserRef { id: Id::from_row(number), name: format!("User {number}") }
    }

    fn people(board: &Board, id: i64) -> usize {
        board.of(Id::from_row(id)).people.len()
    }

    #[test]
    fn a_user_is_in_so_many_conversations_at_most_and_leaves_the_one_least_lately_heard_of() {
        let mut board = Board::default();
        let at = Time::from_unix;
        for id in 1..=25 {
            board.put(Id::from_row(id), user(1), PresenceState::Viewing, at(id));
            board.put(Id::from_row(1), user(1), PresenceState::Viewing, at(id));
        }
        assert_eq!(board.places.len(), PLACES_MAX);
        assert_eq!([1, 2, 6, 7, 25].map(|id| people(&board, id)), [1, 0, 0, 1, 1]);
    }

    #[test]
    fn frames_are_few_and_who_is_behind_goes_on_with_the_oldest() {
        let mut board = Board::default();
        assert!(board.next(0).is_none());
        for number in 0..1_000 {
            let state = if number % 2 == 0 { PresenceState::Typing } else { PresenceState::Viewing };
            board.put(Id::from_row(1), user(1), state, Time::from_unix(0));
        }
        assert_eq!((board.told(), board.frames.len()), (1_000, FRAMES_MAX));
        assert_eq!(board.next(0).map(|(number, _)| number), Some(1_000 - 256 + 1));
        assert_eq!(board.next(999).map(|(number, _)| number), Some(1_000));
        assert!(board.next(1_000).is_none());
    }
}

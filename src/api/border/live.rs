//! What all event streams share: the newest part of the feed, whom they may still be open for, and what wakes them.
//!
//! The writer's thread only rings; one worker, the [`Follower`], then reads what is new once, looks after keys and sessions, and wakes
//! the streams. So neither one more stream nor a thousand cost the writer anything, or the store a read.

use crate::api::border::presence::Board;
use crate::api::border::presence::Presence;
use crate::api::border::presence::PresenceState;
use crate::api::border::tail;
use crate::api::border::tail::Found;
use crate::api::border::tail::Frame;
use crate::api::border::tail::Tail;
use crate::desk::api_keys::Scope;
use crate::desk::credentials;
use crate::desk::credentials::Credential;
use crate::desk::credentials::Credentials;
use crate::desk::threads::ConversationId;
use crate::desk::users::UserRef;
use crate::store::Store;
use crate::store::feed;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::event::EventKind;
use crate::types::time::Time;
use crate::work::Next;
use crate::work::Ringer;
use crate::work::Worker;
use actix_web::web::Bytes;
use rusqlite::Connection;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::Weak;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::watch;

/// When nobody rings, the follower looks after this long.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Whom no place is free for is to ask again after this long, in seconds.
const PLACE_RETRY_S: u64 = 10;

/// What streams are woken for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Signal {
    /// The tail goes to the event of this number.
    to: i64,
    /// Grows when a key or a session was lost.
    losses: u64,
    /// So many frames told who is where.
    presence: u64,
    /// The server stops.
    stopped: bool,
}

/// What all streams share. Cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Shared>);

struct Shared {
    signal: watch::Sender<Signal>,
    tail: RwLock<Tail>,
    board: Mutex<Board>,
    passes: Mutex<HashMap<Credential, Weak<Pass>>>,
    places: Arc<Semaphore>,
    places_max: usize,
    ringer: OnceLock<Ringer>,
}

/// Whether a key or a session is good; shared by the streams that were opened with it.
struct Pass {
    credential: Credential,
    standing: RwLock<Option<Credentials>>,
}

impl Pass {
    fn is_open(&self, now: Time) -> bool {
        self.is_good(|standing| standing.valid(now))
    }

    fn is_good(&self, valid: impl FnOnce(&Credentials) -> bool) -> bool {
        let standing = self.standing.read().unwrap_or_else(PoisonError::into_inner);
        standing.as_ref().is_some_and(|standing| valid(standing) && standing.scopes.allow(Scope::Read))
    }

    fn expires_at(&self) -> Option<Time> {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|standing| standing.expires_at)
    }
}

/// The place of one stream: as long as it is held, the stream counts.
pub struct Place {
    live: Live,
    pass: Arc<Pass>,
    signal: watch::Receiver<Signal>,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    /// Whether the stream may go on. What comes after this wakes [`Place::changed`].
    pub fn is_open(&mut self, now: Time) -> bool {
        !self.signal.borrow_and_update().stopped && self.pass.is_open(now)
    }

    /// When its key or session stops working.
    pub fn expires_at(&self) -> Option<Time> {
        self.pass.expires_at()
    }

    /// Waits until there may be something new: an event, or an end.
    pub async fn changed(&mut self) {
        // The other side is as shared as this one, and does not go away before it.
        drop(self.signal.changed().await);
    }

    /// What the tail has after `cursor`, if nothing was erased since `erasures`.
    pub fn next(&self, cursor: i64, kinds: &[EventKind], erasures: u64) -> Found {
        self.live.0.tail.read().unwrap_or_else(PoisonError::into_inner).next(cursor, kinds, erasures)
    }

    /// How many frames have told who is where.
    pub fn presence_told(&self) -> u64 {
        self.live.with_board(|board| board.told())
    }

    /// The first such frame after so many, and how many there have been with it.
    pub fn next_presence(&self, told: u64) -> Option<(u64, Bytes)> {
        self.live.with_board(|board| board.next(told))
    }
}

impl Live {
    /// Room for so many streams.
    pub fn new(places_max: usize) -> Self {
        let places_max = places_max.min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Shared {
            signal: watch::Sender::default(),
            tail: RwLock::default(),
            board: Mutex::default(),
            passes: Mutex::default(),
            places: Arc::new(Semaphore::new(places_max)),
            places_max,
            ringer: OnceLock::new(),
        }))
    }

    /// Tells what wakes the follower, once it runs.
    pub fn followed_by(&self, ringer: Ringer) {
        // There is one follower: a second one would change nothing.
        drop(self.0.ringer.set(ringer));
    }

    /// Has the follower look, if somebody streams: a server without streams pays nothing for them.
    pub fn ring(&self) {
        if self.places_taken() > 0
            && let Some(ringer) = self.0.ringer.get()
        {
            ringer.ring();
        }
    }

    /// Who is in a conversation.
    pub fn presence(&self, id: ConversationId, now: Time) -> Presence {
        self.changing_presence(|board| {
            board.forget(now);
            board.of(id)
        })
    }

    /// A user says what he does in a conversation; who is there then.
    pub fn be_present(&self, id: ConversationId, user: UserRef, state: PresenceState, now: Time) -> Presence {
        let presence = self.changing_presence(|board| {
            board.forget(now);
            board.put(id, user, state, now);
            board.of(id)
        });
        // The follower is to know when somebody is to be forgotten.
        self.ring();
        presence
    }

    /// Does something to the board, and wakes the streams if it has told anything.
    fn changing_presence<T>(&self, change: impl FnOnce(&mut Board) -> T) -> T {
        let (outcome, presence) = self.with_board(|board| (change(board), board.told()));
        self.0.signal.send_if_modified(|signal| std::mem::replace(&mut signal.presence, presence) != presence);
        outcome
    }

    fn with_board<T>(&self, look: impl FnOnce(&mut Board) -> T) -> T {
        look(&mut self.0.board.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a place for a stream of this caller. Whether its credential is still good is to be looked at after this: what comes
    /// later ends the stream.
    ///
    /// # Errors
    /// `unavailable` when there is none.
    pub fn join(&self, credentials: &Credentials) -> Result<Place> {
        let permit = self.0.places.clone().try_acquire_owned().map_err(|_| {
            let message = format!("{} event streams are open, as many as this server takes.", self.0.places_max);
            Error { retry_after_s: Some(PLACE_RETRY_S), ..Error::unavailable(message) }
        })?;
        let pass = self.pass_of(credentials);
        let place = Place { live: self.clone(), pass, signal: self.0.signal.subscribe(), _permit: permit };
        self.ring();
        Ok(place)
    }

    fn pass_of(&self, credentials: &Credentials) -> Arc<Pass> {
        let mut passes = self.0.passes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = passes.get(&credentials.credential).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let standing = RwLock::new(Some(credentials.clone()));
            let pass = Arc::new(Pass { credential: credentials.credential, standing });
            passes.insert(credentials.credential, Arc::downgrade(&pass));
            pass
        })
    }

    /// Ends all streams, those too that come later.
    pub fn stop(&self) {
        self.0.signal.send_modify(|signal| signal.stopped = true);
    }

    /// Streams that are open.
    pub fn places_taken(&self) -> usize {
        self.0.places_max - self.0.places.available_permits()
    }

    /// The keys and sessions that streams are open for; those of others are forgotten.
    fn passes(&self) -> Vec<Arc<Pass>> {
        let mut passes = self.0.passes.lock().unwrap_or_else(PoisonError::into_inner);
        passes.retain(|_, pass| pass.strong_count() > 0);
        passes.values().filter_map(Weak::upgrade).collect()
    }

    fn with_tail<T>(&self, change: impl FnOnce(&mut Tail) -> T) -> T {
        change(&mut self.0.tail.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The worker that follows the feed for all streams.
pub struct Follower {
    live: Live,
    store: Store,
    /// Only while somebody streams.
    connection: Option<Connection>,
    /// The state of users, keys and sessions that the passes were looked at in.
    epoch: Option<u64>,
    losses: u64,
}

impl Follower {
    /// A follower of this store.
    pub fn new(live: Live, store: Store) -> Self {
        Self { live, store, connection: None, epoch: None, losses: 0 }
    }

    /// Looks at keys and sessions again if any of them has changed: one read for each, however many streams it has.
    fn look_after_passes(&mut self, db: &Connection) -> Result<()> {
        let epoch = self.store.credentials_epoch();
        if self.epoch == Some(epoch) {
            return Ok(());
        }
        for pass in self.live.passes() {
            let standing = credentials::standing(db, pass.credential)?;
            *pass.standing.write().unwrap_or_else(PoisonError::into_inner) = standing;
            // Expiry is each stream's own matter: it has a time.
            if !pass.is_good(|standing| standing.is_active()) {
                self.losses += 1;
            }
        }
        self.epoch = Some(epoch);
        Ok(())
    }

    /// Reads what is new into the tail; whether there is more.
    fn follow(&self, db: &Connection) -> Result<bool> {
        // Before the rows: what is erased after this makes them void.
        let (erasures, head) = (self.store.erasures(), self.store.head());
        let from = self.live.with_tail(|tail| {
            let from = tail.to().max(head - i64::try_from(tail::EVENTS_MAX).unwrap_or(0));
            if from > tail.to() || erasures != tail.erasures() {
                tail.begin(from, erasures);
            }
            from
        });
        if from >= head {
            return Ok(false);
        }
        let piece = match feed::follow(db, from, &[]) {
            Err(error) if error.code == Code::CursorExpired => {
                self.live.with_tail(|tail| tail.begin(head, erasures));
                return Ok(false);
            }
            piece => piece?,
        };
        let frames = piece.events.iter().map(Frame::new).collect::<Result<Vec<_>>>()?;
        let to = self.live.with_tail(|tail| {
            frames.into_iter().for_each(|frame| tail.push(frame));
            tail.to()
        });
        Ok(to < head)
    }

    fn tell(&self) {
        let (to, losses) = (self.live.with_tail(|tail| tail.to()), self.losses);
        self.live.0.signal.send_if_modified(|signal| {
            let before = std::mem::replace(signal, Signal { to, losses, ..*signal });
            *signal != before
        });
    }
}

impl Worker for Follower {
    fn name(&self) -> &'static str {
        "event streams"
    }

    fn step(&mut self, now: Time) -> Result<Next> {
        if self.live.places_taken() == 0 {
            self.connection = None;
            self.epoch = None;
            let (erasures, head) = (self.store.erasures(), self.store.head());
            self.live.with_tail(|tail| tail.begin(head, erasures));
            return Ok(Next::After(LONGEST_PAUSE));
        }
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.store.open_reading()?,
        };
        let forgets_at = self.live.changing_presence(|board| {
            board.forget(now);
            board.forgets_at()
        });
        let done = self.look_after_passes(&connection).and_then(|()| self.follow(&connection));
        self.tell();
        let is_more = done?;
        // One that has failed is not used again.
        self.connection = Some(connection);
        Ok(if is_more { Next::Now } else { forgets_at.map_or(Next::After(LONGEST_PAUSE), Next::At) })
    }
}

//! One event stream: what goes out on it, in the form of server-sent events, from a cursor on and without end.
//!
//! It is asked for its next piece whenever the client has taken the last ones, and holds no more than one piece of the feed.

use crate::api::border::context::Context;
use crate::api::border::live::Place;
use crate::api::border::tail::Found;
use crate::api::border::tail::Frame;
use crate::store::feed;
use crate::store::feed::Event;
use crate::store::feed::EventId;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::event::EventKind;
use crate::types::id::Id;
use actix_web::web;
use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;
use tokio::time::sleep;
use tokio::time::timeout_at;

/// A client that lost its connection is to wait this long before the next, in milliseconds.
const RECONNECT_MS: u32 = 2_000;
/// Where the store has no reader free, a stream asks again after this long.
const BUSY_PAUSE: Duration = Duration::from_millis(250);

/// A stream under way.
pub struct EventStream {
    context: web::Data<Context>,
    place: Place,
    kinds: Vec<EventKind>,
    /// The number of the event that it has come to: up to there, all that was asked for has been sent.
    cursor: i64,
    /// So many frames that told who is where are behind it; none: it was not asked for them.
    presence: Option<u64>,
    opening: Option<Bytes>,
    /// Read from the store, where the tail does not reach back to the cursor.
    piece: VecDeque<Frame>,
    piece_reaches: i64,
    piece_erasures: u64,
    beat_at: Instant,
}

/// What a look for the next event has brought.
enum Taken {
    Frame(Bytes),
    /// None yet, but there is more to look at.
    GoOn,
    Nothing,
}

impl EventStream {
    /// A stream of the events of these kinds (none: of all) after `cursor`; if it is asked for, with who is where from now on.
    pub fn new(
        context: web::Data<Context>,
        place: Place,
        kinds: Vec<EventKind>,
        cursor: EventId,
        presence: bool,
    ) -> Self {
        // With the cursor at once: who loses the connection before the first event loses nothing.
        let opening = format!("retry: {RECONNECT_MS}\n\nid: {cursor}\n\n");
        Self {
            beat_at: Instant::now() + context.settings.patience.heartbeat,
            presence: presence.then(|| place.presence_told()),
            context,
            place,
            kinds,
            cursor: cursor.row(),
            opening: Some(opening.into()),
            piece: VecDeque::new(),
            piece_reaches: 0,
            piece_erasures: 0,
        }
    }

    /// The body of the response.
    pub fn body(self) -> impl Stream<Item = Result<Bytes>> {
        unfold(self, |mut stream| async move { Some((Ok(stream.next().await?), stream)) })
    }

    /// The next bytes; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(opening) = self.opening.take() {
            return Some(opening);
        }
        loop {
            if !self.place.is_open(self.context.clock.now()) {
                return None;
            }
            if let Some(bytes) = self.take_presence() {
                return Some(bytes);
            }
            let taken = match self.take().await {
                Err(error) if error.code == Code::Unavailable => {
                    sleep(BUSY_PAUSE).await;
                    Taken::GoOn
                }
                Err(error) => return self.broken(&error),
                Ok(taken) => taken,
            };
            if let Taken::Frame(bytes) = taken {
                self.beat_at = Instant::now() + self.context.settings.patience.heartbeat;
                return Some(bytes);
            }
            if Instant::now() >= self.beat_at {
                return Some(self.heartbeat());
            }
            if matches!(taken, Taken::Nothing) {
                // In vain or not, it is time to look again.
                drop(timeout_at(self.wake_at(), self.place.changed()).await);
            }
        }
    }

    /// The next frame that tells who is where. It is no sign of how far the stream has come: that is told all the same.
    fn take_presence(&mut self) -> Option<Bytes> {
        let (told, bytes) = self.place.next_presence(self.presence?)?;
        self.presence = Some(told);
        Some(bytes)
    }

    async fn take(&mut self) -> Result<Taken> {
        let erasures = self.context.store.erasures();
        if erasures != self.piece_erasures {
            self.piece.clear();
        }
        if let Some(frame) = self.piece.pop_front() {
            return Ok(self.sent(frame));
        }
        match self.place.next(self.cursor, &self.kinds, erasures) {
            Found::Frame(frame) => {
                self.cursor = frame.number;
                return Ok(Taken::Frame(frame.bytes));
            }
            Found::NothingTo(to) => {
                self.cursor = self.cursor.max(to);
                return Ok(Taken::Nothing);
            }
            Found::AskStore if self.cursor >= self.context.store.head() => return Ok(Taken::Nothing),
            Found::AskStore => {}
        }
        let (cursor, kinds) = (self.cursor, self.kinds.clone());
        let read = self.context.store.read(move |db| {
            let piece = feed::follow(db, cursor, &kinds)?;
            let frames = piece.events.iter().map(Frame::new).collect::<Result<VecDeque<_>>>()?;
            Ok((frames, piece.reaches))
        });
        (self.piece, self.piece_reaches) = read.await?;
        self.piece_erasures = erasures;
        match self.piece.pop_front() {
            Some(frame) => Ok(self.sent(frame)),
            None => {
                self.cursor = self.piece_reaches;
                Ok(Taken::GoOn)
            }
        }
    }

    /// An event of the piece goes out.
    fn sent(&mut self, frame: Frame) -> Taken {
        self.cursor = if self.piece.is_empty() { self.piece_reaches } else { frame.number };
        Taken::Frame(frame.bytes)
    }

    /// A sign of life, and how far the stream has come: a client that asked for rare events keeps up as well.
    fn heartbeat(&mut self) -> Bytes {
        self.beat_at = Instant::now() + self.context.settings.patience.heartbeat;
        format!(": heartbeat\nid: {}\n\n", Id::<Event>::from_row(self.cursor)).into()
    }

    fn wake_at(&self) -> Instant {
        let left = self.place.expires_at().map(|expiry| expiry.since(self.context.clock.now()));
        let left = left.map(|seconds| Instant::now() + Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        left.map_or(self.beat_at, |expiry| expiry.min(self.beat_at))
    }

    /// Nothing was said that can't be said again: the client comes back with its cursor, and is told in our shape.
    fn broken(&self, error: &Error) -> Option<Bytes> {
        if error.code != Code::CursorExpired {
            tracing::error!(%error, "an event stream was ended");
        }
        None
    }
}

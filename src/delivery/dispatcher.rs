//! The dispatcher: a worker that follows the feed, fills the queues, sends what is due and notes what came of it.
//!
//! There is one for each data directory (its server holds the lock), so what is under way need be known to its memory alone.

use crate::delivery::courier::Courier;
use crate::delivery::courier::Letter;
use crate::delivery::lane::Chosen;
use crate::delivery::lane::Judged;
use crate::delivery::lane::Lane;
use crate::delivery::verdict::Receipt;
use crate::desk::deliveries;
use crate::desk::deliveries::DeliveryStatus;
use crate::desk::deliveries::Heard;
use crate::desk::receivers;
use crate::desk::webhooks::WebhookId;
use crate::store::Store;
use crate::store::feed;
use crate::store::tx::Actor;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::id::Id;
use crate::types::time::Time;
use crate::work::Next;
use crate::work::Ringer;
use crate::work::Worker;
use bytes::Bytes;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::hash_map::Entry;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

/// Requests under way to all receivers together. There are fewer webhooks than this, so each can have one.
const UNDER_WAY_MAX: usize = 256;
/// Events that a step takes from the feed, and deliveries that it makes of them: a write must not hold up the others.
const HEARD_MAX: usize = 500;
const PLANNED_MAX: usize = 200;
/// Events that nobody wanted are passed over in memory; after so many, the cursor is written down all the same.
const CURSOR_EVERY: i64 = 1_000;
/// Deliveries at the head of a queue that are looked at.
const HEAD: usize = 64;
/// Deliveries that are cancelled or removed in one write.
const TIDIED_MAX: i64 = 1_000;
/// After so many settled deliveries, the log of a webhook is trimmed, by a few more rows than have come.
const TRIM_EVERY: i64 = 100;
/// At the end, so long is waited for what is under way: it would be sent twice.
const LAST_ANSWERS: Duration = Duration::from_secs(3);
/// While no receiver could be sent anything, queues are filled at most once in this time: nobody waits for them.
const AT_EASE: Duration = Duration::from_millis(250);
/// Between two looks when nothing is due: it is rung whenever something happens.
const PAUSE: Duration = Duration::from_secs(60);

/// An answer that has come in.
struct Arrived {
    webhook: i64,
    delivery: i64,
    receipt: Receipt,
}

/// The worker.
pub struct Dispatcher {
    store: Store,
    courier: Courier,
    ringer: Ringer,
    db: Option<Connection>,
    lanes: BTreeMap<i64, Lane>,
    versions: Vec<(i64, i64)>,
    /// A webhook may have gone off, or away, and left deliveries behind.
    to_tidy: bool,
    /// Events up to this one are in the queues; none before the first look.
    cursor: Option<i64>,
    /// The cursor as it is on disk.
    cursor_on_disk: i64,
    /// The newest delivery that was seen: others put some into the queues, too.
    newest: i64,
    arriving: mpsc::Receiver<Arrived>,
    arrived: mpsc::Sender<Arrived>,
    /// When the queues were last filled.
    filled_at: Instant,
    /// What is not on disk yet, by webhook.
    unwritten: Vec<(i64, Judged)>,
    /// Attempts that have begun.
    started: u64,
    /// The time of the last step.
    now: Time,
    /// Settled since its log was trimmed, by webhook.
    settled: HashMap<i64, i64>,
}

impl Worker for Dispatcher {
    fn name(&self) -> &'static str {
        "dispatcher"
    }

    fn step(&mut self, now: Time) -> Result<Next> {
        let db = match self.db.take() {
            Some(db) => db,
            None => {
                // Also after a step that failed half-way: what it had not come to is looked at again.
                self.lanes.values_mut().for_each(|lane| lane.to_look = true);
                self.store.open_reading()?
            }
        };
        self.now = now;
        self.take_in(now);
        // Before the receivers are read: an event that is heard must not come from after a webhook that is not known yet.
        let head = self.store.head();
        self.refresh(&db)?;
        if self.is_at_ease(head, now) {
            self.db = Some(db);
            return Ok(Next::After(AT_EASE));
        }
        let is_behind = self.move_on(&db, head)?;
        self.look_for_others(&db)?;
        self.send_due(&db, now)?;
        self.db = Some(db);
        if self.to_tidy {
            self.to_tidy = self.store.write_blocking(Actor::SYSTEM, |tx| deliveries::tidy(tx, TIDIED_MAX))?;
        }
        let next = self.lanes.values().filter(|lane| lane.room(now) > 0 || lane.under_way() == 0);
        let next = next.filter_map(|lane| lane.look_at).min();
        Ok(match next {
            _ if is_behind || self.to_tidy => Next::Now,
            Some(time) => Next::At(time),
            None => Next::After(PAUSE),
        })
    }
}

impl Dispatcher {
    /// The dispatcher of a store, who sends with `courier` and is woken by `ringer`.
    pub fn new(store: Store, courier: Courier, ringer: Ringer) -> Self {
        let (arrived, arriving) = mpsc::channel();
        Self {
            store,
            courier,
            ringer,
            db: None,
            lanes: BTreeMap::new(),
            versions: Vec::new(),
            to_tidy: true,
            cursor: None,
            cursor_on_disk: 0,
            newest: 0,
            arriving,
            arrived,
            filled_at: Instant::now(),
            unwritten: Vec::new(),
            started: 0,
            now: Time::from_unix(0),
            settled: HashMap::new(),
        }
    }

    /// Judges the answers that have come in.
    fn take_in(&mut self, now: Time) {
        for Arrived { webhook, delivery, receipt } in self.arriving.try_iter() {
            // The lane is gone when its webhook was removed or turned off meanwhile.
            let Some(lane) = self.lanes.get_mut(&webhook) else { continue };
            if let Some(judged) = lane.judge(delivery, receipt, self.started, now, fastrand::i64(0..=1_000)) {
                self.unwritten.push((webhook, judged));
            }
        }
    }

    /// Which receivers are there?
    fn refresh(&mut self, db: &Connection) -> Result<()> {
        let versions = receivers::versions(db)?;
        if versions == self.versions {
            return Ok(());
        }
        let mut lanes = BTreeMap::new();
        for receiver in receivers::all(db)? {
            let known = self.lanes.remove(&receiver.id.row()).filter(|lane| {
                // Turned off and on again: what was known of it is over.
                lane.receiver.events_after == receiver.events_after
            });
            let lane = match known {
                Some(lane) => lane.renew(receiver),
                None => Lane::new(receiver),
            };
            lanes.insert(lane.receiver.id.row(), lane);
        }
        self.lanes = lanes;
        self.versions = versions;
        self.to_tidy = true;
        Ok(())
    }

    /// Whether what is new in the feed can wait a moment: every receiver is left alone, and there is nothing to note.
    fn is_at_ease(&self, head: i64, now: Time) -> bool {
        let is_little = self.cursor.is_some_and(|cursor| head - cursor < self.most_events());
        let all_rest = !self.lanes.is_empty() && self.lanes.values().all(|lane| lane.hold(now).is_some());
        is_little && all_rest && self.unwritten.is_empty() && self.filled_at.elapsed() < AT_EASE
    }

    /// Writes down what came of attempts, and which deliveries follow from the feed, in one transaction. Whether there is more
    /// of the feed.
    fn move_on(&mut self, db: &Connection, head: i64) -> Result<bool> {
        let before = match self.cursor {
            Some(cursor) => cursor,
            None => {
                self.cursor_on_disk = deliveries::cursor(db)?;
                self.cursor_on_disk
            }
        };
        let oldest = self.lanes.values().map(|lane| lane.receiver.events_after).min().unwrap_or(head);
        let from = before.max(oldest.min(head));
        let heard = if from < head { deliveries::hear(db, from, head, self.most_events())? } else { Vec::new() };
        let cursor = heard.last().map_or(from, |last| last.event);
        let wanted = self.wanted(&heard);
        if !wanted.is_empty() || !self.unwritten.is_empty() || cursor - self.cursor_on_disk >= CURSOR_EVERY {
            self.write(wanted, cursor)?;
        }
        self.cursor = Some(cursor);
        Ok(cursor < head)
    }

    /// So many events as make [`PLANNED_MAX`] deliveries at most, but one at least.
    fn most_events(&self) -> i64 {
        let most = PLANNED_MAX / self.lanes.len().max(1);
        i64::try_from(most.clamp(1, HEARD_MAX)).unwrap_or(1)
    }

    fn wanted(&self, heard: &[Heard]) -> Vec<(WebhookId, Heard)> {
        let mut wanted = Vec::new();
        for event in heard {
            let receivers = self.lanes.values().map(|lane| &lane.receiver);
            let receivers = receivers.filter(|receiver| event.event > receiver.events_after);
            let receivers = receivers.filter(|receiver| receiver.wants(event.kind, event.message_type.as_deref()));
            wanted.extend(receivers.map(|receiver| (receiver.id, event.clone())));
        }
        wanted
    }

    fn write(&mut self, wanted: Vec<(WebhookId, Heard)>, cursor: i64) -> Result<()> {
        let judged = self.unwritten.clone();
        let trims = self.overdue_trims(&judged);
        let now = self.now;
        let receivers: HashSet<i64> = wanted.iter().map(|(webhook, _)| webhook.row()).collect();
        let planned = self.store.write_blocking(Actor::SYSTEM, move |tx| {
            tx.takes_long();
            note(tx, &judged, now)?;
            trims.iter().try_for_each(|webhook| deliveries::trim(tx, Id::from_row(*webhook), 2 * TRIM_EVERY))?;
            deliveries::plan(tx, &wanted, cursor, now)
        })?;
        if self.unwritten.iter().any(|(_, judged)| judged.turn_off.is_some()) {
            // The next look finds the webhook off.
            self.ringer.ring();
        }
        self.unwritten.clear();
        self.filled_at = Instant::now();
        self.cursor_on_disk = cursor;
        self.newest += i64::try_from(planned).unwrap_or(0);
        self.lanes
            .iter_mut()
            .filter(|(webhook, _)| receivers.contains(webhook))
            .for_each(|(_, lane)| lane.to_look = true);
        Ok(())
    }

    fn overdue_trims(&mut self, judged: &[(i64, Judged)]) -> Vec<i64> {
        for (webhook, judged) in judged {
            if judged.attempted.status != DeliveryStatus::Waiting {
                *self.settled.entry(*webhook).or_default() += 1;
            }
        }
        let full: Vec<i64> =
            self.settled.iter().filter(|(_, count)| **count >= TRIM_EVERY).map(|(webhook, _)| *webhook).collect();
        self.settled.retain(|webhook, _| !full.contains(webhook));
        full
    }

    /// Somebody else has put something into a queue: who asked for a redelivery.
    fn look_for_others(&mut self, db: &Connection) -> Result<()> {
        let newest = deliveries::newest(db)?;
        if newest != self.newest {
            self.newest = newest;
            self.lanes.values_mut().for_each(|lane| lane.to_look = true);
        }
        Ok(())
    }

    fn send_due(&mut self, db: &Connection, now: Time) -> Result<()> {
        let mut free = UNDER_WAY_MAX.saturating_sub(self.lanes.values().map(Lane::under_way).sum());
        let mut bodies = HashMap::new();
        let due: Vec<i64> =
            self.lanes.iter().filter(|(_, lane)| lane.is_due(now)).map(|(webhook, _)| *webhook).collect();
        for webhook in due {
            let Some(lane) = self.lanes.get_mut(&webhook) else { continue };
            if let Some(time) = lane.hold(now) {
                lane.wait_until(time);
                continue;
            }
            let room = lane.room(now).min(if lane.under_way() == 0 { free.max(1) } else { free });
            let held = room == 0 && lane.under_way() > 0;
            if held {
                // The next answer has it looked at again.
                lane.to_look = false;
                continue;
            }
            let queue = deliveries::queue(db, lane.receiver.id, HEAD)?;
            let alone = deliveries::alone(db, lane.receiver.id, HEAD)?;
            for chosen in lane.choose(&queue, &alone, room, now) {
                free = free.saturating_sub(1);
                self.started += 1;
                match self.letter(db, webhook, &chosen, &mut bodies, now)? {
                    Some(letter) => self.send(webhook, chosen, letter, now),
                    None => {
                        self.unwritten.push((webhook, Judged::hopeless(&chosen, now)));
                        self.ringer.ring();
                    }
                }
            }
        }
        Ok(())
    }

    /// The letter for a delivery; none if its event is no longer kept.
    fn letter(
        &self,
        db: &Connection,
        webhook: i64,
        chosen: &Chosen,
        bodies: &mut HashMap<i64, Bytes>,
        now: Time,
    ) -> Result<Option<Letter>> {
        let number = chosen.waiting.event;
        if let Entry::Vacant(place) = bodies.entry(number) {
            let Some(event) = feed::get(db, number)? else { return Ok(None) };
            place.insert(serde_json::to_vec(&event)?.into());
        }
        let (Some(lane), Some(body)) = (self.lanes.get(&webhook), bodies.get(&number)) else { return Ok(None) };
        let id = Id::<feed::Event>::from_row(number).to_string();
        let (url, keys) = (lane.receiver.url.clone(), lane.receiver.keys(now));
        Ok(Some(Letter { url, id, at: now, keys, body: body.clone() }))
    }

    fn send(&mut self, webhook: i64, chosen: Chosen, letter: Letter, now: Time) {
        let delivery = chosen.waiting.id;
        if let Some(lane) = self.lanes.get_mut(&webhook) {
            lane.note_sent(chosen, self.started, now);
        }
        let (arrived, ringer) = (self.arrived.clone(), self.ringer.clone());
        let done = move |receipt| {
            // Whoever does not listen any more will send it again.
            drop(arrived.send(Arrived { webhook, delivery, receipt }));
            ringer.ring();
        };
        self.courier.send(letter, done);
    }
}

/// Writes down what came of attempts.
fn note(tx: &Tx, judged: &[(i64, Judged)], now: Time) -> Result<()> {
    // Of each webhook: whether something arrived, and how many failed since.
    let mut health: BTreeMap<i64, (bool, i64)> = BTreeMap::new();
    for (webhook, judged) in judged {
        let id = Id::from_row(*webhook);
        deliveries::record(tx, &judged.attempted)?;
        let (succeeded, failures) = health.entry(*webhook).or_default();
        if judged.attempted.status == DeliveryStatus::Delivered {
            (*succeeded, *failures) = (true, 0);
        } else {
            *failures += 1;
        }
        if let Some(other) = judged.set_alone {
            deliveries::set_alone(tx, other)?;
        }
        if judged.release {
            deliveries::release(tx, id, now)?;
        }
    }
    for (webhook, (succeeded, failures)) in health {
        let id = Id::from_row(webhook);
        if succeeded {
            receivers::note_success(tx, id)?;
        }
        if failures > 0 {
            receivers::note_failures(tx, id, failures)?;
        }
    }
    for (webhook, judged) in judged {
        if let Some(reason) = &judged.turn_off {
            receivers::turn_off(tx, Id::from_row(*webhook), reason)?;
        }
    }
    Ok(())
}

/// The end: what is under way gets a moment to be answered, for it would be sent again.
impl Drop for Dispatcher {
    fn drop(&mut self) {
        let deadline = Instant::now() + LAST_ANSWERS;
        while self.lanes.values().any(|lane| lane.under_way() > 0) {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(Arrived { webhook, delivery, receipt }) = self.arriving.recv_timeout(left) else { break };
            let Some(lane) = self.lanes.get_mut(&webhook) else { continue };
            let judged = lane.judge(delivery, receipt, self.started, self.now, fastrand::i64(0..=1_000));
            self.unwritten.extend(judged.map(|judged| (webhook, judged)));
        }
        let (judged, now) = (std::mem::take(&mut self.unwritten), self.now);
        if !judged.is_empty() {
            // If this fails, it is sent again.
            drop(self.store.write_blocking(Actor::SYSTEM, move |tx| note(tx, &judged, now)));
        }
    }
}

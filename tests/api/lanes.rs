//! One receiver's lane against every mood of a receiver, simulated: what is sent when, over days, in no time.

use commflow::delivery::lane::Chosen;
use commflow::delivery::lane::Lane;
use commflow::delivery::lane::WIDEST;
use commflow::delivery::verdict::Receipt;
use commflow::desk::deliveries::DeliveryStatus;
use commflow::desk::deliveries::Waiting;
use commflow::desk::receivers::Receiver;
use commflow::types::id::Id;
use commflow::types::time::Time;
use proptest::collection::btree_set;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A receiver's moods: which seconds it is down in, how it is down, and which events it can't bear.
#[derive(Debug, Clone)]
struct Moods {
    down: Vec<(i64, i64)>,
    answers_when_down: bool,
    poison: BTreeSet<i64>,
    poison_status: u16,
    latency: i64,
}

impl Moods {
    fn answer(&self, event: i64, at: i64) -> Receipt {
        let is_down = self.down.iter().any(|(from, to)| (*from..*to).contains(&at));
        let status = match (is_down, self.poison.contains(&event)) {
            (true, _) => self.answers_when_down.then_some(503),
            (false, true) => Some(self.poison_status),
            (false, false) => Some(200),
        };
        Receipt { status, ..Receipt::default() }
    }

    fn up_from(&self) -> i64 {
        self.down.iter().map(|(_, to)| *to).max().unwrap_or(0)
    }
}

struct Row {
    waiting: Waiting,
    alone: bool,
    status: DeliveryStatus,
}

/// A queue on a pretended disk, and the lane that works on it.
struct World {
    lane: Lane,
    rows: BTreeMap<i64, Row>,
    under_way: Vec<(i64, i64)>,
    started: u64,
    arrived: Vec<i64>,
    moods: Moods,
}

impl World {
    fn new(events: &[(u8, i64)], moods: Moods) -> Self {
        let receiver = Receiver {
            id: Id::from_row(1),
            url: "http://example.com".parse().unwrap(),
            events: Vec::new(),
            events_after: 0,
            secrets: Vec::new(),
            one_secret_from: None,
            failing_since: None,
        };
        let row = |(id, (subject, at)): (i64, &(u8, i64))| {
            let (subject, due) = (format!("contact_{subject}"), Time::from_unix(*at));
            (
                id,
                Row {
                    waiting: Waiting { id, event: id, subject, step: 0, due },
                    alone: false,
                    status: DeliveryStatus::Waiting,
                },
            )
        };
        let rows = (1..).zip(events).map(row).collect();
        Self { lane: Lane::new(receiver), rows, under_way: Vec::new(), started: 0, arrived: Vec::new(), moods }
    }

    fn second(&mut self, now: i64) {
        let (done, rest) = std::mem::take(&mut self.under_way).into_iter().partition(|(_, until)| *until <= now);
        self.under_way = rest;
        for (id, _) in done {
            self.judge(id, now);
        }
        if self.rows.values().any(|row| row.waiting.due.unix() == now) {
            self.lane.to_look = true;
        }
        let time = Time::from_unix(now);
        while self.lane.is_due(time) {
            let room = self.lane.room(time);
            if let Some(hold) = self.lane.hold(time) {
                self.lane.wait_until(hold);
                break;
            }
            if room == 0 && self.lane.under_way() > 0 {
                break;
            }
            let waiting = |alone: bool| {
                let rows =
                    self.rows.values().filter(move |row| row.status == DeliveryStatus::Waiting && row.alone == alone);
                let known = rows.filter(|row| row.alone || row.waiting.step > 0 || row.waiting.due <= time);
                known.map(|row| row.waiting.clone()).collect::<Vec<_>>()
            };
            let (queue, mut alone) = (waiting(false), waiting(true));
            alone.sort_by_key(|one| one.due);
            let chosen = self.lane.choose(&queue, &alone, room, time);
            for chosen in chosen {
                self.send(chosen, now);
            }
        }
    }

    fn send(&mut self, chosen: Chosen, now: i64) {
        let id = chosen.waiting.id;
        assert!(self.under_way.iter().all(|(other, _)| *other != id), "{id} is under way twice");
        let subject = |id: &i64| &self.rows[id].waiting.subject;
        let others = self.under_way.iter().filter(|(other, _)| !self.rows[other].alone);
        assert!(chosen.alone || others.clone().all(|(other, _)| subject(other) != subject(&id)), "two of one object");
        self.started += 1;
        self.lane.note_sent(chosen, self.started, Time::from_unix(now));
        self.under_way.push((id, now + self.moods.latency));
        assert!(self.under_way.len() <= WIDEST);
    }

    fn judge(&mut self, id: i64, now: i64) {
        let receipt = self.moods.answer(self.rows[&id].waiting.event, now);
        let judged = self.lane.judge(id, receipt, self.started, Time::from_unix(now), 500).unwrap();
        assert_eq!(judged.turn_off, None);
        let row = self.rows.get_mut(&id).unwrap();
        (row.status, row.alone, row.waiting.step) =
            (judged.attempted.status, judged.attempted.alone, judged.attempted.step);
        row.waiting.due = judged.attempted.next.unwrap_or(row.waiting.due);
        if row.status == DeliveryStatus::Delivered {
            self.arrived.push(id);
        }
        if let Some(row) = judged.set_alone.and_then(|other| self.rows.get_mut(&other)) {
            row.alone = true;
        }
        if judged.release {
            let held = self.rows.values_mut().filter(|row| !row.alone && row.waiting.step > 0);
            held.for_each(|row| row.waiting.due = row.waiting.due.min(Time::from_unix(now)));
        }
    }
}

fn moods(poison: bool) -> impl Strategy<Value = Moods> {
    let poison = btree_set(1_i64..40, if poison { 0..4 } else { 0..1_usize });
    let outage = (0_i64..4_000, 1_i64..2_000).prop_map(|(from, length)| (from, from + length));
    (vec(outage, 0..3), any::<bool>(), poison, prop_oneof![Just(400_u16), Just(500)], 1_i64..4).prop_map(
        |(down, answers_when_down, poison, poison_status, latency)| Moods {
            down,
            answers_when_down,
            poison,
            poison_status,
            latency,
        },
    )
}

fn events() -> impl Strategy<Value = Vec<(u8, i64)>> {
    vec((0_u8..6, 0_i64..4_000), 1..40).prop_map(|mut events| {
        events.sort_by_key(|(_, at)| *at);
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_receiver_that_comes_back_has_everything_within_minutes(events in events(), moods in moods(false)) {
        let (up, last) = (moods.up_from(), events.last().unwrap().1);
        let news = up.max(last) + 1;
        let mut events = events;
        if moods.answers_when_down {
            // What failed keeps to its schedule, unless something new is to be sent: that shows that the receiver is back.
            events.push((0, news));
        }
        let mut world = World::new(&events, moods);
        // A probe comes at most every six minutes; what is at last released then goes out at once.
        for now in 0..=news + 400 {
            world.second(now);
        }
        prop_assert_eq!(world.arrived.len(), events.len(), "arrived: {:?}", world.arrived);
    }

    #[test]
    fn order_is_kept_for_each_object_but_for_what_was_rejected(events in events(), moods in moods(true)) {
        let mut world = World::new(&events, moods);
        for now in 0..10_000 {
            world.second(now);
        }
        let in_order = world.arrived.iter().filter(|id| !world.rows[id].alone);
        let mut last: BTreeMap<&str, i64> = BTreeMap::new();
        for id in in_order {
            let before = last.insert(&world.rows[id].waiting.subject, *id).unwrap_or(0);
            prop_assert!(before < *id, "{} arrived after {}: {:?}", id, before, world.arrived);
        }
    }

    #[test]
    fn what_a_receiver_can_not_bear_holds_up_nothing_else(events in events(), moods in moods(true)) {
        let (up, last, poison) = (moods.up_from(), events.last().unwrap().1, moods.poison.clone());
        // What else happens afterwards tells the receiver from the event: here, as much as it takes in the worst case.
        let news = up.max(last) + 400;
        let mut events = events;
        events.extend((0..12).map(|number| (number + 10, news + 400 * i64::from(number))));
        let mut world = World::new(&events, moods);
        for now in 0..=news + 6_000 {
            world.second(now);
        }
        let missing: Vec<_> = world.rows.keys().filter(|id| !world.arrived.contains(id) && !poison.contains(id)).collect();
        prop_assert!(missing.is_empty(), "still waiting: {missing:?}");
    }
}

//! A workspace to measure on: two years of a help desk's life, written straight into the store's tables. The triggers keep
//! the counters and the SLA clocks are wound by the marks that they are stored with, so `commflow check` finds no fault.

use crate::cli::Failure;
use crate::cli::bench::measures::address;
use crate::desk::api_keys;
use crate::desk::api_keys::NewApiKey;
use crate::desk::inboxes;
use crate::desk::inboxes::NewInbox;
use crate::desk::sla;
use crate::desk::sla::Mark;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::Priority;
use crate::desk::threads::TicketStatus;
use crate::desk::users;
use crate::desk::users::NewUser;
use crate::desk::users::Role;
use crate::store;
use crate::store::Store;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::time::Clock;
use crate::types::time::Time;
use fastrand::Rng;
use rusqlite::Connection;
use rusqlite::params;
use std::fs::File;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use std::time::Instant;

const USERS: u32 = 12;
const INBOXES: [&str; 2] = ["Sales", "Returns"];
const TAGS: [&str; 12] = [
    "billing", "bug", "delivery", "export", "feature", "invoice", "login", "mobile", "refund", "security", "urgent",
    "vip",
];
const DAY: i64 = 24 * 3_600;
/// How far back the oldest ticket lies.
const SPAN: i64 = 730 * DAY;
/// Tickets between two commits.
const BATCH: u32 = 5_000;
const NAMES: [&str; 8] = ["Ada", "Ben", "Chloe", "Dimitri", "Emeka", "Fatima", "Greta", "Hiroshi"];
const FAMILIES: [&str; 8] = ["Abbott", "Baumann", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad"];
const SUBJECTS: [&str; 6] = [
    "The export stops half-way",
    "I can't sign in any more",
    "Where is my order?",
    "A question about the last invoice",
    "The app closes when I take a photograph",
    "Please change the address of our account",
];
const SENTENCES: [&str; 8] = [
    "Good morning, and thank you for the quick answer the other day.",
    "Since the update of last night it stops at the second page, in two browsers and on another machine.",
    "The order was confirmed on Monday, and the parcel service knows nothing of it.",
    "I have attached what I see, and the log of the last hour.",
    "Could you have a look, please? We can't close the month without it.",
    "It used to work until last week, and nothing was changed on our side as far as I know.",
    "We have found the cause, and the next release will bring the remedy.",
    "Kind regards from all of us.",
];

/// What was made.
pub struct Made {
    /// How many contacts there are.
    pub contacts: u32,
    /// API keys of an admin.
    pub keys: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// How large the file is.
    pub bytes: u64,
}

/// Makes a workspace of `tickets` in `directory`; `tick` hears how many there are so far, and may end it.
///
/// # Errors
/// Those of the store, and of `tick`.
pub fn make(
    directory: &Path,
    tickets: u32,
    keys: u32,
    seed: u64,
    mut tick: impl FnMut(u64) -> std::result::Result<(), Failure>,
) -> std::result::Result<Made, Failure> {
    let begun = Instant::now();
    let store = Store::open(directory, 1, Clock::System)?;
    let keys = people(&store, keys);
    store.close();
    let keys = keys?;
    let path = directory.join(store::FILE_NAME);
    let db = Connection::open(&path).map_err(Error::from)?;
    // No journal: if this breaks off, the file is thrown away.
    for (name, value) in [("journal_mode", "off"), ("synchronous", "off"), ("cache_size", "-400000")] {
        db.pragma_update(None, name, value).map_err(Error::from)?;
    }
    let contacts = (tickets / 10).max(1);
    let mut filler = Filler { db, dice: Rng::with_seed(seed), now: Clock::System.now().unix(), tickets, contacts };
    filler.in_batches(contacts, Filler::contact, |_| Ok(()))?;
    filler.in_batches(tickets, Filler::ticket, |done| tick(u64::from(done)))?;
    drop(filler);
    // The measurements are not to pay for what the system has still to write of this.
    let file = File::open(&path).and_then(|file| file.sync_all().map(|()| file)).map_err(Error::internal)?;
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    Ok(Made { contacts, keys, took: begun.elapsed(), bytes })
}

/// The team, its inboxes and its keys, made as the API makes them.
fn people(store: &Store, keys: u32) -> Result<Vec<String>> {
    store.write_blocking(Actor::SYSTEM, move |tx| {
        for number in 1..=USERS {
            let name = parsed(&format!("{} {}", cycled(&NAMES, number), cycled(&FAMILIES, number / 3)))?;
            let role = if number == 1 { Role::Admin } else { Role::Agent };
            let email = parsed(&format!("agent.{number}@desk.example"))?;
            users::create(tx, NewUser { email, name, role, avatar_url: None }, None)?;
        }
        for name in INBOXES {
            inboxes::create(tx, NewInbox { name: parsed(name)?, description: None })?;
        }
        for name in TAGS {
            tx.execute(
                "INSERT INTO tags (name, name_key, color, created_at, updated_at) VALUES (?1, ?1, '#10b981', ?2, ?2)",
                params![name, tx.now],
            )?;
        }
        let admin = users::by_email(tx, &parsed("agent.1@desk.example")?)?.map(|user| user.id);
        let issue = |number| {
            let name = parsed(&format!("bench {number}"))?;
            let new = NewApiKey {
                name,
                user_id: admin,
                scopes: None,
                plan: None,
                rate_limit: Some(1_000_000),
                expires_at: None,
            };
            Ok(api_keys::create(tx, new, None, api_keys::generate("cf_")?)?.key)
        };
        (0..keys).map(issue).collect()
    })
}

fn parsed<T: FromStr<Err = Refused>>(text: &str) -> Result<T> {
    text.parse().map_err(|refused: Refused| Error::internal(refused.message))
}

fn cycled(words: &[&'static str], number: u32) -> &'static str {
    words.iter().cycle().nth(number as usize % words.len()).copied().unwrap_or_default()
}

/// Writes rows.
struct Filler {
    db: Connection,
    dice: Rng,
    now: i64,
    tickets: u32,
    contacts: u32,
}

/// What happened to a ticket.
struct Life {
    priority: Priority,
    status: TicketStatus,
    begun: Time,
    replied: Option<Time>,
    turned: Option<Time>,
    marks: Vec<(Time, Mark)>,
}

impl Filler {
    /// Writes the rows from 1 to `count`, and tells after each batch of them.
    fn in_batches(
        &mut self,
        count: u32,
        row: impl Fn(&mut Self, u32) -> Result<()>,
        mut tick: impl FnMut(u32) -> std::result::Result<(), Failure>,
    ) -> std::result::Result<(), Failure> {
        let mut next = 1;
        while next <= count {
            let last = count.min(next + BATCH - 1);
            self.db.execute_batch("BEGIN").map_err(Error::from)?;
            (next..=last).try_for_each(|number| row(self, number))?;
            self.db.execute_batch("COMMIT").map_err(Error::from)?;
            tick(last)?;
            next = last + 1;
        }
        Ok(())
    }

    fn contact(&mut self, number: u32) -> Result<()> {
        let (email, name) = (address(number), format!("{} {}", self.one(&NAMES), self.one(&FAMILIES)));
        let created = self.now - SPAN + SPAN * i64::from(number) / i64::from(self.contacts) - DAY;
        self.db
            .prepare_cached(
                "INSERT INTO contacts (email, email_key, name, company, created_at, updated_at) VALUES (?1, ?1, ?2, ?3, ?4, ?4)",
            )?
            .execute(params![email, name, "Example Ltd", created])?;
        Ok(())
    }

    fn ticket(&mut self, number: u32) -> Result<()> {
        let life = self.life(number);
        let (contact, user) = (self.dice.u32(1..=self.contacts), self.dice.u32(1..=USERS));
        let description = self.text();
        self.thread(number, &life, contact, user, &description)?;
        self.message(number, "comment", contact, life.begun, &description)?;
        if let Some(replied) = life.replied {
            let body = self.text();
            self.message(number, "reply", user, replied, &body)?;
        }
        let mut insert =
            self.db.prepare_cached("INSERT INTO sla_marks (thread_id, number, at, mark) VALUES (?1, ?2, ?3, ?4)")?;
        for (at, (time, mark)) in (0_i64..).zip(&life.marks) {
            insert.execute(params![number, at, time, mark.as_str()])?;
        }
        // A third of them.
        let tag = self.dice.usize(1..=3 * TAGS.len()) as i64;
        if tag <= TAGS.len() as i64 {
            self.db
                .prepare_cached("INSERT INTO thread_tags (thread_id, tag_id, position) VALUES (?1, ?2, 0)")?
                .execute(params![number, tag])?;
        }
        Ok(())
    }

    fn message(&self, thread: u32, kind: &str, author: u32, at: Time, body: &str) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO messages (thread_id, type, author_id, created_at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![thread, kind, author, at, body])?;
        Ok(())
    }

    /// Most are done with; those of the last two weeks are what the team works on.
    fn life(&mut self, number: u32) -> Life {
        let age = SPAN - SPAN * i64::from(number) / i64::from(self.tickets);
        let (open, pending) = if age < 14 * DAY { (60, 85) } else { (1, 2) };
        let status = match self.dice.u32(0..100) {
            roll if roll < open => TicketStatus::Open,
            roll if roll < pending => TicketStatus::Pending,
            roll if roll % 5 == 0 => TicketStatus::Resolved,
            _ => TicketStatus::Closed,
        };
        let priority = match self.dice.u32(0..100) {
            0..20 => Priority::Low,
            20..75 => Priority::Normal,
            75..93 => Priority::High,
            _ => Priority::Urgent,
        };
        let later = |seconds: i64| Time::from_unix(self.now.min(self.now - age + seconds));
        let begun = later(0);
        let (answer, end) = (self.dice.i64(300..6 * 3_600), self.dice.i64(6 * 3_600..4 * DAY));
        let replied = (status != TicketStatus::Open || answer % 2 == 0).then(|| later(answer));
        let turned = (status != TicketStatus::Open).then(|| later(end));
        let mut marks = vec![(begun, Mark::Created(priority)), (begun, Mark::Comment)];
        marks.extend(replied.map(|at| (at, Mark::Reply)));
        marks.extend(turned.map(|at| (at, Mark::Status(status.for_conversation()))));
        Life { priority, status, begun, replied, turned, marks }
    }

    fn thread(&mut self, number: u32, life: &Life, contact: u32, user: u32, description: &str) -> Result<()> {
        let Some(clock) = sla::replay(&life.marks) else { return Ok(()) };
        let instants = clock.instants();
        let status = life.status.for_conversation();
        let done = life.turned.filter(|_| status == ConversationStatus::Closed);
        let waiting = if life.replied.is_none() { Some(life.begun) } else { None };
        let last_message = life.replied.unwrap_or(life.begun);
        let mut insert = self.db.prepare_cached(
            "INSERT INTO threads (subject, status, priority, channel, contact_id, assignee_id, waiting_since, last_message_at,
                closed_at, comments_count, replies_count, created_at, updated_at, ticket_id, ticket_status, ticket_created_at,
                inbox_id, resolved_at, ticket_closed_at, sla_started_at, response_from, response_due, responded_at,
                resolution_target, resolution_used, running_since, sla_marks, sla_settled, sla_breach_at, sla_warning_at,
                description)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?11, ?12, ?13, ?14, ?11, ?15, ?9, ?16, ?17, ?18, ?19, ?20, ?21,
                ?22, ?23, ?24, ?25, ?26, ?27, ?28)",
        )?;
        insert.execute(params![
            SUBJECTS.get(number as usize % SUBJECTS.len()),
            status,
            life.priority,
            ["email", "chat", "form", "api"].get(contact as usize % 4),
            contact,
            (life.replied.is_some() || contact.is_multiple_of(2)).then_some(user),
            waiting,
            last_message,
            done,
            life.replied.is_some(),
            life.begun,
            life.turned.unwrap_or(last_message),
            number,
            life.status,
            1 + user % 3,
            done.filter(|_| life.status == TicketStatus::Closed),
            clock.started_at,
            clock.response_from,
            clock.response_due,
            clock.responded_at,
            clock.resolution_target,
            clock.resolution_used,
            clock.running_since,
            life.marks.len() as i64,
            instants.settled.map(sla::SlaStatus::as_str),
            instants.breach_at,
            instants.warning_at,
            description
        ])?;
        Ok(())
    }

    fn one(&mut self, words: &[&'static str]) -> &'static str {
        self.dice.choice(words).copied().unwrap_or_default()
    }

    /// Two to six sentences.
    fn text(&mut self) -> String {
        let sentences: Vec<_> = (0..self.dice.u32(2..=6)).map(|_| self.one(&SENTENCES)).collect();
        sentences.join(" ")
    }
}

//! Lets the demo's weeks happen, step by step, each at its own time and by its own actor.

use crate::desk::api_keys;
use crate::desk::api_keys::NewApiKey;
use crate::desk::api_keys::Scope;
use crate::desk::contacts;
use crate::desk::contacts::ContactId;
use crate::desk::conversations;
use crate::desk::demo::data;
use crate::desk::demo::data::People;
use crate::desk::demo::data::Voice;
use crate::desk::demo::data::input;
use crate::desk::demo::marks;
use crate::desk::demo::marks::Made;
use crate::desk::demo::pace::What;
use crate::desk::demo::people;
use crate::desk::demo::people::Person;
use crate::desk::demo::plan;
use crate::desk::demo::plan::Step;
use crate::desk::demo::plan::Story;
use crate::desk::inboxes;
use crate::desk::inboxes::InboxId;
use crate::desk::messages;
use crate::desk::sla::alarms;
use crate::desk::tags;
use crate::desk::teams;
use crate::desk::threads::ConversationId;
use crate::desk::threads::ConversationStatus;
use crate::desk::threads::TicketId;
use crate::desk::threads::TicketStatus;
use crate::desk::tickets;
use crate::desk::users;
use crate::desk::users::UserId;
use crate::store::tx::Actor;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Time;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;

/// With another number, another team has other weeks.
const SEED: u64 = 20_260_115;
/// The team was there long before the first of its threads that we tell of.
const TEAM_AGE_S: i64 = 400 * 24 * 3_600;

/// How the first of the team signs in.
pub struct SignIn {
    /// The hash of the password.
    pub password_hash: String,
    /// An API key.
    pub key: String,
}

/// The weeks as they pass: what is still to happen, and what came of the rest.
pub struct Filling {
    now: Time,
    team: People,
    people: Vec<Person>,
    stories: Arc<[Story<'static>]>,
    steps: VecDeque<Step>,
    users: Vec<UserId>,
    inboxes: BTreeMap<String, InboxId>,
    contacts: BTreeMap<usize, ContactId>,
    threads: BTreeMap<usize, (ConversationId, Option<TicketId>)>,
}

impl Filling {
    /// Draws the four weeks until `now`. Nothing has happened yet.
    ///
    /// # Errors
    /// When the texts are not what they should be.
    pub fn draw(now: Time) -> Result<Self> {
        let team = data::people()?;
        let rng = &mut Rng::with_seed(SEED);
        let people = people::make_up(rng, &team);
        let plan = plan::plan(rng, &team, data::templates()?, &people, now);
        let (stories, steps) = (plan.stories.into(), plan.steps.into());
        let (users, inboxes, contacts, threads) = Default::default();
        Ok(Self { now, team, people, stories, steps, users, inboxes, contacts, threads })
    }

    /// The same, with each thread lived through to its end before the next begins: so it can be done in several writes, and in
    /// between nobody sees a ticket that waits for an answer of weeks ago.
    pub fn thread_by_thread(mut self) -> Self {
        let mut begun = BTreeMap::new();
        for step in &self.steps {
            begun.entry(step.story).or_insert(step.at);
        }
        self.steps.make_contiguous().sort_by_key(|step| (begun.get(&step.story).copied(), step.story));
        self
    }

    /// The team moves in, and whom it knows already. The first of it signs in, if there is something to sign in with.
    ///
    /// # Errors
    /// Those of the desk.
    pub fn move_in(&mut self, tx: &Tx, sign_in: Option<SignIn>) -> Result<()> {
        let long_ago = tx.at(self.now.plus(-TEAM_AGE_S), Actor::SYSTEM);
        self.hire(&long_ago, sign_in)?;
        for tag in &self.team.tags {
            marks::made(tx, Made::Tag, tags::create(&long_ago, input(tag.clone())?).map(|tag| tag.id))?;
        }
        let mut ids = vec![inboxes::for_ticket(tx, None)?];
        for inbox in self.team.inboxes.iter().skip(1) {
            let made = inboxes::create(&long_ago, input(json!({ "name": inbox.name }))?).map(|inbox| inbox.id);
            ids.push(marks::made(tx, Made::Inbox, made)?);
        }
        self.inboxes = self.team.inboxes.iter().map(|inbox| inbox.name.clone()).zip(ids).collect();
        self.meet_the_silent(tx)
    }

    /// The team and its teams. Where nobody signs in, there is no admin among them.
    fn hire(&mut self, tx: &Tx, mut sign_in: Option<SignIn>) -> Result<()> {
        let is_silent = sign_in.is_none();
        let mut teams = BTreeMap::new();
        for new in &self.team.teams {
            let name = new.get("name").and_then(Value::as_str).unwrap_or_default();
            let made = teams::create(tx, input(new.clone())?).map(|team| team.id);
            teams.insert(name, marks::made(tx, Made::Team, made)?);
        }
        for agent in &self.team.agents {
            let role = if is_silent { "agent" } else { agent.role.as_str() };
            let new = json!({ "name": agent.name, "email": agent.email, "role": role });
            let (hash, key) = sign_in.take().map(|first| (first.password_hash, first.key)).unzip();
            let user = marks::made(tx, Made::User, users::create(tx, input(new)?, hash).map(|user| user.id))?;
            let team = *teams.get(agent.team.as_str()).ok_or_else(|| Error::not_found(&agent.team))?;
            teams::add_member(tx, team, &input(json!({ "user_id": user }))?)?;
            key.map_or(Ok(()), |key| issue(tx, user, key))?;
            self.users.push(user);
        }
        Ok(())
    }

    /// Contacts of whom no thread tells came in with an old address book, before the first thread.
    fn meet_the_silent(&mut self, tx: &Tx) -> Result<()> {
        let known: BTreeSet<usize> = self.stories.iter().map(|story| story.person).collect();
        let tx = tx.at(self.now.plus(-plan::SPAN_S), Actor::SYSTEM);
        let mut silent = (0..self.people.len()).filter(|person| !known.contains(person));
        silent.try_for_each(|person| self.meet(&tx, person))
    }

    /// Lets the next `threads` of them happen, as far as they follow each other; whether there are more.
    ///
    /// # Errors
    /// Those of the desk.
    pub fn go_on(&mut self, tx: &Tx, threads: usize) -> Result<bool> {
        for _ in 0..threads {
            let Some(story) = self.steps.front().map(|step| step.story) else { return Ok(false) };
            while let Some(step) = self.steps.pop_front_if(|step| step.story == story) {
                tell_alarms(tx, step.at)?;
                self.step(tx, &step)?;
            }
        }
        Ok(true)
    }

    /// Tells what fell due since, and sends away who has left; all of the team, if nobody signs in.
    ///
    /// # Errors
    /// Those of the desk.
    pub fn end(&self, tx: &Tx, all_leave: bool) -> Result<()> {
        tell_alarms(tx, self.now)?;
        let tx = &tx.at(self.now.plus(-plan::LEFT_S), Actor::SYSTEM);
        for (id, agent) in self.users.iter().zip(&self.team.agents) {
            if all_leave || agent.has_left() {
                users::update(tx, *id, input(json!({ "status": "inactive" }))?)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, tx: &Tx, step: &Step) -> Result<()> {
        let stories = self.stories.clone();
        let Some(story) = stories.get(step.story) else { return Ok(()) };
        let agent = self.user(story.agent)?;
        let by_agent = tx.at(step.at, Actor::user(agent.row(), None));
        let thread = self.threads.get(&step.story).copied();
        match (step.what, thread) {
            (What::Meet, _) => self.meet(&tx.at(step.at, Actor::SYSTEM), story.person)?,
            (What::Begin, _) => self.begin(tx, step, story)?,
            (What::Track, None) => self.begin_tracked(tx, step, story)?,
            (What::Track, Some((id, _))) => {
                let new = json!({ "conversation_id": id, "inbox_id": self.inboxes.get(&story.template.inbox) });
                let ticket = tickets::create(&by_agent, input(new)?)?;
                self.threads.insert(step.story, (id, Some(ticket.id)));
            }
            (What::Take, Some(thread)) => change(&by_agent, thread, json!({ "assignee_id": agent }))?,
            (What::Raise(priority), Some(thread)) => change(&by_agent, thread, json!({ "priority": priority }))?,
            (What::Turn(status), Some((_, Some(ticket)))) => {
                tickets::update(&by_agent, ticket, input(json!({ "status": status }))?)?;
            }
            (What::Turn(TicketStatus::Closed), Some(_)) => {}
            (What::Turn(status), Some(thread)) => {
                change(&by_agent, thread, json!({ "status": status.for_conversation() }))?;
            }
            (What::Say(number, status), Some((id, _))) => {
                self.say(&tx.at(step.at, Actor::SYSTEM), story, id, number, status)?
            }
            (_, None) => return Err(Error::internal("a thread went on before it began")),
        }
        Ok(())
    }

    fn user(&self, number: usize) -> Result<UserId> {
        self.users.get(number).copied().ok_or_else(|| Error::not_found("user"))
    }

    fn meet(&mut self, tx: &Tx, person: usize) -> Result<()> {
        let Some(known) = self.people.get(person) else { return Ok(()) };
        let made = contacts::create(tx, input(known.contact.clone())?).map(|contact| contact.id);
        self.contacts.insert(person, marks::made(tx, Made::Contact, made)?);
        Ok(())
    }

    /// What both views of a new thread take alike.
    fn new_thread(&self, story: &Story) -> Value {
        let fields = if story.shows_order { json!({ "order": story.words.order }) } else { json!({}) };
        json!({
            "subject": story.words.fill(&story.template.subject),
            "contact": { "id": self.contacts.get(&story.person) },
            "channel": story.template.channel,
            "priority": story.template.priority,
            "tags": story.template.tags,
            "custom_fields": fields,
        })
    }

    fn begin(&mut self, tx: &Tx, step: &Step, story: &Story) -> Result<()> {
        let Some(first) = story.template.messages.first() else { return Ok(()) };
        let mut new = self.new_thread(story);
        let mut tx = tx.at(step.at, Actor::SYSTEM);
        if first.voice == Voice::Agent {
            let agent = self.user(story.agent)?;
            tx = tx.at(step.at, Actor::user(agent.row(), None));
            set(&mut new, "assignee_id", json!(agent));
        }
        set(&mut new, "message", json!({ "body": story.words.fill(&first.body), "type": kind(first.voice) }));
        let begun = conversations::create(&tx, input(new)?)?;
        marks::note(&tx, Made::Thread, begun.id.row())?;
        self.threads.insert(step.story, (begun.id, None));
        Ok(())
    }

    fn begin_tracked(&mut self, tx: &Tx, step: &Step, story: &Story) -> Result<()> {
        let Some(first) = story.template.messages.first() else { return Ok(()) };
        let mut new = self.new_thread(story);
        set(&mut new, "description", json!(story.words.fill(&first.body)));
        set(&mut new, "inbox_id", json!(self.inboxes.get(&story.template.inbox)));
        let ticket = tickets::create(&tx.at(step.at, Actor::SYSTEM), input(new)?)?;
        marks::note(tx, Made::Thread, ticket.conversation_id.row())?;
        self.threads.insert(step.story, (ticket.conversation_id, Some(ticket.id)));
        Ok(())
    }

    fn say(
        &self,
        tx: &Tx,
        story: &Story,
        id: ConversationId,
        number: usize,
        status: Option<ConversationStatus>,
    ) -> Result<()> {
        let Some(written) = story.template.messages.get(number) else { return Ok(()) };
        let actor = match written.voice {
            Voice::Customer => Actor::SYSTEM,
            _ => Actor::user(self.user(story.agent)?.row(), None),
        };
        let new = json!({ "body": story.words.fill(&written.body), "type": kind(written.voice), "status": status });
        messages::create(&tx.at(tx.now, actor), id, input(new)?)?;
        Ok(())
    }
}

/// Changes a thread from the view that it has.
fn change(tx: &Tx, (conversation, ticket): (ConversationId, Option<TicketId>), patch: Value) -> Result<()> {
    match ticket {
        Some(ticket) => tickets::update(tx, ticket, input(patch)?).map(drop),
        None => conversations::update(tx, conversation, input(patch)?).map(drop),
    }
}

fn kind(voice: Voice) -> &'static str {
    match voice {
        Voice::Customer => "comment",
        Voice::Agent => "reply",
        Voice::Note => "note",
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = object {
        fields.insert(name.to_owned(), value);
    }
}

/// An API key that may do everything.
fn issue(tx: &Tx, user: UserId, key: String) -> Result<()> {
    let name = "Demo".parse().map_err(|_| Error::internal("the key needs a name"))?;
    let scopes = Some(Scope::ALL.to_vec());
    let new = NewApiKey { name, user_id: None, scopes, plan: None, rate_limit: None, expires_at: None };
    api_keys::create(tx, new, Some(user), key).map(drop)
}

/// What an SLA clock had to tell until this moment, it told at its instant.
fn tell_alarms(tx: &Tx, until: Time) -> Result<()> {
    while let Some(instant) = alarms::next(tx)?.filter(|instant| *instant <= until) {
        alarms::tell(&tx.at(instant, Actor::SYSTEM))?;
    }
    Ok(())
}

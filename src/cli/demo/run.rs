//! Lets the demo's weeks happen, step by step, each at its own time and by its own actor.

use crate::cli::demo::data;
use crate::cli::demo::data::People;
use crate::cli::demo::data::Voice;
use crate::cli::demo::data::input;
use crate::cli::demo::pace::What;
use crate::cli::demo::people;
use crate::cli::demo::people::Person;
use crate::cli::demo::plan;
use crate::cli::demo::plan::Step;
use crate::cli::demo::plan::Story;
use crate::desk::api_keys;
use crate::desk::api_keys::NewApiKey;
use crate::desk::api_keys::Scope;
use crate::desk::contacts;
use crate::desk::contacts::ContactId;
use crate::desk::conversations;
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

/// With another number, another team has other weeks.
const SEED: u64 = 20_260_115;
/// The team was there long before the first of its threads that we tell of.
const TEAM_AGE_S: i64 = 400 * 24 * 3_600;

/// Lives through four weeks until `tx.now`; the first of the team has this password and key.
///
/// # Errors
/// Those of the desk: a fault in `data/demo`.
pub fn run(tx: &Tx, password_hash: String, key: String) -> Result<()> {
    let (team, templates) = (data::people()?, data::templates()?);
    let rng = &mut Rng::with_seed(SEED);
    let people = people::make_up(rng, &team);
    let begun = tx.at(tx.now.plus(-TEAM_AGE_S), Actor::SYSTEM);
    let users = move_in(&begun, &team, password_hash, key)?;
    let plan = plan::plan(rng, &team, &templates, &people, tx.now);
    let mut life = Life {
        tx,
        users,
        inboxes: set_up(&begun, &team)?,
        people: &people,
        stories: &plan.stories,
        contacts: BTreeMap::new(),
        threads: BTreeMap::new(),
    };
    life.meet_the_silent()?;
    for step in &plan.steps {
        tell_alarms(tx, step.at)?;
        life.step(step)?;
    }
    tell_alarms(tx, tx.now)?;
    let gone = life.users.iter().zip(&team.agents).filter(|(_, agent)| agent.has_left());
    for (id, _) in gone {
        users::update(&tx.at(tx.now.plus(-plan::LEFT_S), Actor::SYSTEM), *id, input(json!({ "status": "inactive" }))?)?;
    }
    Ok(())
}

/// What an SLA clock had to tell until this moment, it told at its instant.
fn tell_alarms(tx: &Tx, until: Time) -> Result<()> {
    while let Some(instant) = alarms::next(tx)?.filter(|instant| *instant <= until) {
        alarms::tell(&tx.at(instant, Actor::SYSTEM))?;
    }
    Ok(())
}

/// The team and its teams; the first of them has the key.
fn move_in(tx: &Tx, team: &People, password_hash: String, key: String) -> Result<Vec<UserId>> {
    let mut teams = BTreeMap::new();
    for new in &team.teams {
        let made = teams::create(tx, input(new.clone())?)?;
        teams.insert(made.name.to_string(), made.id);
    }
    let mut password = Some(password_hash);
    let mut users = Vec::new();
    for agent in &team.agents {
        let new = json!({ "name": agent.name, "email": agent.email, "role": agent.role });
        let user = users::create(tx, input(new)?, password.take())?;
        let team = *teams.get(&agent.team).ok_or_else(|| Error::not_found(&agent.team))?;
        teams::add_member(tx, team, &input(json!({ "user_id": user.id }))?)?;
        users.push(user.id);
    }
    let name = "Demo".parse().map_err(|_| Error::internal("the key needs a name"))?;
    let scopes = Some(Scope::ALL.to_vec());
    let new = NewApiKey { name, user_id: None, scopes, plan: None, rate_limit: None, expires_at: None };
    api_keys::create(tx, new, users.first().copied(), key)?;
    Ok(users)
}

/// Tags and inboxes; the inboxes by name. The first inbox is there in every workspace.
fn set_up(tx: &Tx, team: &People) -> Result<BTreeMap<String, InboxId>> {
    for tag in &team.tags {
        tags::create(tx, input(tag.clone())?)?;
    }
    let mut ids = vec![inboxes::for_ticket(tx, None)?];
    for inbox in team.inboxes.iter().skip(1) {
        ids.push(inboxes::create(tx, input(json!({ "name": inbox.name }))?)?.id);
    }
    Ok(team.inboxes.iter().map(|inbox| inbox.name.clone()).zip(ids).collect())
}

/// The weeks as they pass.
struct Life<'a> {
    tx: &'a Tx<'a>,
    users: Vec<UserId>,
    inboxes: BTreeMap<String, InboxId>,
    people: &'a [Person],
    stories: &'a [Story<'a>],
    contacts: BTreeMap<usize, ContactId>,
    threads: BTreeMap<usize, (ConversationId, Option<TicketId>)>,
}

impl Life<'_> {
    fn step(&mut self, step: &Step) -> Result<()> {
        let Some(story) = self.stories.get(step.story) else { return Ok(()) };
        let agent = self.user(story.agent)?;
        let by_agent = self.tx.at(step.at, Actor::user(agent.row(), None));
        let thread = self.threads.get(&step.story).copied();
        match (step.what, thread) {
            (What::Meet, _) => self.meet(&self.tx.at(step.at, Actor::SYSTEM), story.person)?,
            (What::Begin, _) => self.begin(step, story)?,
            (What::Track, None) => self.begin_tracked(step, story)?,
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
            (What::Say(number, status), Some((id, _))) => self.say(step, story, id, number, status)?,
            (_, None) => return Err(Error::internal("a thread went on before it began")),
        }
        Ok(())
    }

    fn user(&self, number: usize) -> Result<UserId> {
        self.users.get(number).copied().ok_or_else(|| Error::not_found("user"))
    }

    fn meet(&mut self, tx: &Tx, person: usize) -> Result<()> {
        let Some(known) = self.people.get(person) else { return Ok(()) };
        let contact = contacts::create(tx, input(known.contact.clone())?)?;
        self.contacts.insert(person, contact.id);
        Ok(())
    }

    /// Contacts of whom no thread tells came in with an old address book, before the first thread.
    fn meet_the_silent(&mut self) -> Result<()> {
        let known: BTreeSet<usize> = self.stories.iter().map(|story| story.person).collect();
        let tx = self.tx.at(self.tx.now.plus(-plan::SPAN_S), Actor::SYSTEM);
        let mut silent = (0..self.people.len()).filter(|person| !known.contains(person));
        silent.try_for_each(|person| self.meet(&tx, person))
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

    fn begin(&mut self, step: &Step, story: &Story) -> Result<()> {
        let Some(first) = story.template.messages.first() else { return Ok(()) };
        let mut new = self.new_thread(story);
        let mut tx = self.tx.at(step.at, Actor::SYSTEM);
        if first.voice == Voice::Agent {
            let agent = self.user(story.agent)?;
            tx = self.tx.at(step.at, Actor::user(agent.row(), None));
            set(&mut new, "assignee_id", json!(agent));
        }
        set(&mut new, "message", json!({ "body": story.words.fill(&first.body), "type": kind(first.voice) }));
        let begun = conversations::create(&tx, input(new)?)?;
        self.threads.insert(step.story, (begun.id, None));
        Ok(())
    }

    fn begin_tracked(&mut self, step: &Step, story: &Story) -> Result<()> {
        let Some(first) = story.template.messages.first() else { return Ok(()) };
        let mut new = self.new_thread(story);
        set(&mut new, "description", json!(story.words.fill(&first.body)));
        set(&mut new, "inbox_id", json!(self.inboxes.get(&story.template.inbox)));
        let ticket = tickets::create(&self.tx.at(step.at, Actor::SYSTEM), input(new)?)?;
        self.threads.insert(step.story, (ticket.conversation_id, Some(ticket.id)));
        Ok(())
    }

    fn say(
        &self,
        step: &Step,
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
        messages::create(&self.tx.at(step.at, actor), id, input(new)?)?;
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

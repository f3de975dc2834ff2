//! Random calls, one after the other; after each, the server must show what the desk in memory (`modelled.rs`) shows.

use crate::harness::TestApp;
use crate::harness::id;
use crate::lives::PRIORITIES;
use crate::lives::STATUSES;
use crate::lives::Workspace;
use crate::lives::read_through;
use crate::modelled::Patch;
use crate::modelled::Thread;
use proptest::collection::btree_map;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::sample::select;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

const TAGS: [&str; 4] = ["billing", "bug", "login", "vip"];
const MESSAGES: [&str; 3] = ["comment", "reply", "note"];

/// A call.
#[derive(Debug, Clone)]
enum Call {
    Wait(i64),
    Converse { contact: usize, priority: &'static str, kind: &'static str },
    Ticket { contact: usize, priority: &'static str },
    TicketOf(Index),
    Say { thread: Index, kind: &'static str, status: Option<&'static str> },
    PatchConversation(Index, Patch),
    PatchTicket(Index, Patch),
    Bulk { threads: Vec<Index>, patch: Patch, dry_run: bool },
    Rename { contact: usize, name: &'static str },
    Erase { contact: usize },
}

fn patch(statuses: &[&'static str]) -> impl Strategy<Value = Patch> {
    let tags = || vec(select(TAGS.to_vec()), 0..3);
    (
        option::of(select(statuses.to_vec())),
        option::weighted(0.2, select(PRIORITIES.to_vec())),
        option::weighted(0.2, option::of(0..2_usize)),
        option::weighted(0.2, tags()),
        (tags(), tags()),
        btree_map(select(vec!["plan", "seats"]), option::of(0..3_i64), 0..2),
    )
        .prop_map(|(status, priority, assignee, tags, more_and_less, fields)| Patch {
            status,
            priority,
            assignee,
            tags,
            more_and_less,
            fields,
        })
}

fn call() -> impl Strategy<Value = Call> {
    let status = select(vec!["open", "pending", "closed"]);
    let new = || (0..3_usize, select(PRIORITIES.to_vec()));
    prop_oneof![
        4 => prop_oneof![1..3_600_i64, (1..30_i64).prop_map(|hours| hours * 3_600), Just(15 * 86_400)].prop_map(Call::Wait),
        1 => (new(), select(MESSAGES.to_vec())).prop_map(|((contact, priority), kind)| Call::Converse { contact, priority, kind }),
        2 => new().prop_map(|(contact, priority)| Call::Ticket { contact, priority }),
        1 => any::<Index>().prop_map(Call::TicketOf),
        5 => (any::<Index>(), select(MESSAGES.to_vec()), option::weighted(0.2, status))
            .prop_map(|(thread, kind, status)| Call::Say { thread, kind, status }),
        3 => (any::<Index>(), patch(&["open", "pending", "closed"])).prop_map(|(at, patch)| Call::PatchConversation(at, patch)),
        4 => (any::<Index>(), patch(&STATUSES)).prop_map(|(at, patch)| Call::PatchTicket(at, patch)),
        2 => (vec(any::<Index>(), 1..4), patch(&STATUSES), any::<bool>())
            .prop_map(|(threads, patch, dry_run)| Call::Bulk { threads, patch, dry_run }),
        1 => (0..3_usize, select(vec!["Ann", "Bea"])).prop_map(|(contact, name)| Call::Rename { contact, name }),
        1 => (0..3_usize).prop_map(|contact| Call::Erase { contact }),
    ]
}

/// The server and the model side by side.
struct Pair<'a> {
    desk: &'a TestApp,
    workspace: Workspace<'a>,
    team: Vec<String>,
    threads: Vec<Thread>,
    tickets: usize,
    /// The name of every contact that there was; none once erased.
    contacts: Vec<Option<&'static str>>,
    /// Whose each address is now.
    addresses: BTreeMap<usize, usize>,
    tags: BTreeMap<&'static str, i64>,
    events: Vec<&'static str>,
}

impl<'a> Pair<'a> {
    fn new(desk: &'a TestApp) -> Self {
        let workspace = Workspace::new(desk);
        let team = workspace.team.iter().map(|user| user.user.clone()).collect();
        desk.new_events();
        Self {
            desk,
            workspace,
            team,
            threads: Vec::new(),
            tickets: 0,
            contacts: Vec::new(),
            addresses: BTreeMap::new(),
            tags: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    fn contact(&self, thread: &Thread) -> Value {
        let name = self.contacts[thread.contact];
        json!({"id": format!("contact_{:03}", thread.contact + 1), "name": name.unwrap_or("Deleted contact")})
    }

    fn conversation(&self, thread: &Thread) -> Value {
        thread.conversation(&self.team, &self.contact(thread))
    }

    fn ticket(&self, thread: &Thread) -> Option<Value> {
        thread.as_ticket(&self.team, &self.contact(thread), self.desk.now())
    }

    /// The contact of an address: known, or made.
    fn contact_of(&mut self, address: usize) -> usize {
        if let Some(known) = self.addresses.get(&address) {
            return *known;
        }
        self.contacts.push(Some("Cleo"));
        self.addresses.insert(address, self.contacts.len() - 1);
        self.events.push("contact.created");
        self.contacts.len() - 1
    }

    fn begin(&mut self, contact: usize, priority: &'static str, kind: &str, follow_up_of: Option<Option<usize>>) {
        let now = self.desk.now();
        let mut thread = Thread::new(self.threads.len() + 1, contact, priority, kind, now);
        self.events.extend(["conversation.created", "message.created"]);
        if let Some(follow_up_of) = follow_up_of {
            self.tickets += 1;
            thread.track(self.tickets, follow_up_of, now);
            self.events.push("ticket.created");
        }
        self.threads.push(thread);
    }

    /// Puts a changed thread in the place of the old, and tells the events that follow.
    fn settle(&mut self, at: usize, new: Thread, said: bool) {
        let old = self.threads[at].clone();
        let conversation = if said {
            (old.status, old.assignee) != (new.status, new.assignee)
        } else {
            self.conversation(&old) != self.conversation(&new) || self.ticket(&old) != self.ticket(&new)
        };
        let shared = self.conversation(&old) != self.conversation(&new);
        self.events.extend((conversation && shared).then_some("conversation.updated"));
        let ticket = old.ticket.is_some() && self.ticket(&old) != self.ticket(&new);
        self.events.extend(ticket.then_some("ticket.updated"));
        for tag in new.tags.iter().filter(|tag| !old.tags.contains(tag)) {
            *self.tags.entry(tag).or_default() += 1;
        }
        for tag in old.tags.iter().filter(|tag| !new.tags.contains(tag)) {
            *self.tags.entry(tag).or_default() -= 1;
        }
        self.threads[at] = new;
    }

    fn make(&mut self, call: &Call) {
        let person = |address: &usize| json!({"email": format!("person{address}@example.com"), "name": "Cleo"});
        match call {
            Call::Wait(seconds) => self.desk.advance(*seconds),
            Call::Converse { contact, priority, kind } => {
                let message = json!({"type": kind, "body": "First words"});
                let new = json!({"priority": priority, "contact": person(contact), "message": message});
                self.workspace.caller().conversation(new);
                let contact = self.contact_of(*contact);
                self.begin(contact, priority, kind, None);
            }
            Call::Ticket { contact, priority } => {
                self.workspace.caller().ticket(json!({"priority": priority, "contact": person(contact)}));
                let contact = self.contact_of(*contact);
                self.begin(contact, priority, "comment", Some(None));
            }
            Call::Rename { contact, name } => self.rename(*contact, name),
            Call::Erase { contact } => {
                if let Some(number) = self.addresses.remove(contact) {
                    self.workspace.caller().delete(&format!("/v1/contacts/contact_{:03}", number + 1)).expect(204);
                    self.contacts[number] = None;
                    self.events.push("contact.deleted");
                }
            }
            Call::Bulk { threads, patch, dry_run } => self.bulk(threads, patch, *dry_run),
            Call::TicketOf(at)
            | Call::Say { thread: at, .. }
            | Call::PatchConversation(at, _)
            | Call::PatchTicket(at, _) => {
                if !self.threads.is_empty() {
                    self.touch(at.index(self.threads.len()), call);
                }
            }
        }
    }

    /// A call that is about one thread.
    fn touch(&mut self, at: usize, call: &Call) {
        let now = self.desk.now();
        let mut thread = self.threads[at].clone();
        let caller = self.workspace.caller();
        let path = format!("/v1/conversations/conv_{:03}", thread.number);
        match call {
            Call::TicketOf(_) => {
                let answer =
                    caller.post("/v1/tickets", json!({"conversation_id": format!("conv_{:03}", thread.number)}));
                if thread.ticket.is_some() {
                    answer.refused(409, "conflict");
                    return;
                }
                answer.created();
                self.tickets += 1;
                thread.track(self.tickets, None, now);
                self.settle(at, thread, false);
                self.events.push("ticket.created");
            }
            Call::PatchConversation(_, patch) => {
                caller.patch(&path, patch.body(&self.team)).ok();
                thread.patch(patch, false, now);
                self.settle(at, thread, false);
            }
            Call::PatchTicket(_, patch) => {
                if let Some(ticket) = &thread.ticket {
                    caller.patch(&format!("/v1/tickets/ticket_{:03}", ticket.number), patch.body(&self.team)).ok();
                    thread.patch(patch, true, now);
                    self.settle(at, thread, false);
                }
            }
            Call::Say { kind, status, .. } => self.say(at, kind, *status),
            _ => unreachable!("not about one thread"),
        }
    }

    fn say(&mut self, at: usize, kind: &str, status: Option<&'static str>) {
        let now = self.desk.now();
        let mut thread = self.threads[at].clone();
        let mut new = json!({"type": kind, "body": "More words"});
        new.as_object_mut().unwrap().extend(status.map(|status| ("status".to_owned(), json!(status))));
        let answer =
            self.workspace.caller().post(&format!("/v1/conversations/conv_{:03}/messages", thread.number), new);
        if kind == "comment" && self.contacts[thread.contact].is_none() {
            answer.refused(409, "conflict");
            return;
        }
        answer.created();
        if kind == "comment" && thread.is_long_closed(now) {
            let follows = thread.ticket.as_ref().map(|ticket| ticket.number);
            self.begin(thread.contact, thread.priority, kind, Some(follows));
            return;
        }
        thread.say(kind, now);
        if let Some(status) = status {
            thread.turn_conversation(status, now);
        }
        self.events.push("message.created");
        self.settle(at, thread, true);
    }

    fn rename(&mut self, address: usize, name: &'static str) {
        let Some(number) = self.addresses.get(&address).copied() else { return };
        let path = format!("/v1/contacts/contact_{:03}", number + 1);
        self.workspace.caller().patch(&path, json!({"name": name})).ok();
        self.events.extend((self.contacts[number] != Some(name)).then_some("contact.updated"));
        self.contacts[number] = Some(name);
    }

    fn bulk(&mut self, chosen: &[Index], patch: &Patch, dry_run: bool) {
        let now = self.desk.now();
        let tracked: Vec<usize> = (0..self.threads.len()).filter(|at| self.threads[*at].ticket.is_some()).collect();
        let mut places: Vec<usize> = Vec::new();
        for index in chosen.iter().filter(|_| !tracked.is_empty()) {
            let at = tracked[index.index(tracked.len())];
            if !places.contains(&at) {
                places.push(at);
            }
        }
        let number = |at: &usize| format!("ticket_{:03}", self.threads[*at].ticket.as_ref().unwrap().number);
        let mut ids: Vec<String> = places.iter().map(number).collect();
        ids.push("ticket_999".to_owned());
        let body = json!({"ids": ids, "update": patch.body(&self.team)});
        let answer = self.workspace.caller().post(&format!("/v1/tickets/bulk?dry_run={dry_run}"), body).expect(200);
        assert_eq!(answer.body["meta"], json!({"updated_count": places.len(), "failed_count": 1}));
        for at in places.into_iter().filter(|_| !dry_run) {
            let mut thread = self.threads[at].clone();
            thread.patch(patch, true, now);
            self.settle(at, thread, false);
        }
    }

    /// The server must show what the model does.
    fn compare(&mut self) {
        assert_eq!(self.desk.new_events(), std::mem::take(&mut self.events));
        let conversations: Vec<Value> = self.threads.iter().map(|thread| self.conversation(thread)).collect();
        self.compare_list("conversations", &conversations);
        let mut tickets: Vec<Value> = self.threads.iter().filter_map(|thread| self.ticket(thread)).collect();
        tickets.sort_by_key(|ticket| id(ticket).to_owned());
        self.compare_list("tickets", &tickets);
        let tags = self.workspace.caller().get("/v1/tags?per_page=100").ok();
        let tags =
            tags.as_array().unwrap().iter().map(|tag| (tag["name"].as_str().unwrap(), tag["count"].as_i64().unwrap()));
        assert_eq!(tags.collect::<BTreeMap<_, _>>(), self.tags);
    }

    fn compare_list(&self, list: &str, expected: &[Value]) {
        let mut shown = read_through(self.workspace.caller(), &format!("/v1/{list}?per_page=100"));
        shown.sort_by_key(|row| id(row).to_owned());
        let shown: Vec<Value> = shown.iter().zip(expected).map(|(row, like)| projected(row, like)).collect();
        assert_eq!(shown, expected);
        let filters: [(&str, &[&str]); 3] =
            [("status", &STATUSES), ("priority", &PRIORITIES), ("sla_status", &["on_track", "warning", "breached"])];
        let at = usize::try_from(self.desk.now().unix() / 7).unwrap_or(0);
        for (name, words) in filters.iter().filter(|(name, _)| list == "tickets" || *name == "priority") {
            let word = words[at % words.len()];
            let has =
                |row: &&Value| if *name == "sla_status" { row["sla"]["status"] == word } else { row[*name] == word };
            let total = self.workspace.caller().get(&format!("/v1/{list}?{name}={word}&per_page=1")).total();
            assert_eq!(usize::try_from(total).unwrap(), expected.iter().filter(has).count(), "{list} of {name} {word}");
        }
    }
}

/// The fields of `row` that `like` has; of an assignee its id alone, of a contact its id and name.
fn projected(row: &Value, like: &Value) -> Value {
    let field = |name: &String| match name.as_str() {
        "assignee" => row["assignee"]["id"].clone(),
        "contact" => json!({"id": row["contact"]["id"], "name": row["contact"]["name"]}),
        name => row[name].clone(),
    };
    like.as_object().unwrap().keys().map(|name| (name.clone(), field(name))).collect::<serde_json::Map<_, _>>().into()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_called_the_server_shows_what_follows_from_the_contract(calls in vec(call(), 15..40)) {
        let desk = TestApp::new();
        let mut pair = Pair::new(&desk);
        for call in &calls {
            pair.make(call);
            pair.compare();
        }
    }
}

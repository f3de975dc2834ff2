//! Random lives of workspaces, for a test that compares what a search finds with what there is: few words and few people, so
//! that they meet, and everything that moves what the index holds.

use crate::harness::Answer;
use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::TestApp;
use crate::lives::PRIORITIES;
use crate::lives::STATUSES;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::sample::select;
use serde_json::Value;
use serde_json::json;

/// Few words, so that they meet: some begin others, some differ in accents, in one letter, or are written without spaces.
pub const WORDS: &str = "order orders ordering Orden refund refunds reform Größe grosse Großhandel kettle kettles late café \
    cafe 東京 京都 東 mia@acme.example ticket_001 conv_002 contact_001 LF-42 4711";
const ADDRESSES: [&str; 5] =
    ["mia@acme.example", "mia.stone@acme.example", "mi@acme.example", "jo@order.example", "kai@x.example"];
const NAMES: [&str; 6] = ["Mia Stone", "Jörg Größe", "東京 太郎", "Late Refund", "Kai", "Mi Order"];
const TAGS: [&str; 6] = ["late", "Late delivery", "größe", "order refund", "東京", "vip"];
const MESSAGES: [&str; 3] = ["comment", "reply", "note"];

/// Something that happens in the workspace.
#[derive(Debug, Clone)]
pub enum Step {
    Converse {
        address: usize,
        subject: String,
        body: String,
        tags: Vec<&'static str>,
    },
    Ticket {
        address: usize,
        subject: String,
        body: String,
        tags: Vec<&'static str>,
        inbox: usize,
    },
    /// A conversation becomes a ticket, perhaps with a description of its own.
    Track(Index, Option<String>),
    Say(Index, &'static str, String),
    /// Something from long ago comes to stand before all that was said.
    Import(Index, String),
    /// So much is said that the index needs several documents for the thread.
    Talk(Index, usize, Vec<String>),
    Change(Index, Value),
    Bulk(Vec<Index>, Value),
    Know {
        address: usize,
        name: &'static str,
        company: String,
    },
    Rename(Index, &'static str),
    Move(Index, usize),
    Erase(Index, bool),
    RenameTag(Index, &'static str),
    DropTag(Index),
}

fn words(most: usize) -> impl Strategy<Value = String> {
    vec((select(WORDS.split(' ').collect::<Vec<_>>()), select(vec![" ", ", ", "-", " / "])), 1..=most).prop_map(
        |words| words.iter().flat_map(|(word, parted)| [*word, *parted]).collect::<String>().trim().to_owned(),
    )
}

fn tags() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(TAGS.to_vec()), 0..3)
}

fn change() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => select(STATUSES.to_vec()).prop_map(|status| json!({"status": status})),
        1 => select(PRIORITIES.to_vec()).prop_map(|priority| json!({"priority": priority})),
        1 => weighted(0.7, 1..3_usize).prop_map(|user| json!({"assignee_id": user.map(|user| format!("user_{user:03}"))})),
        2 => tags().prop_map(|tags| json!({"tags": tags})),
        1 => words(3).prop_map(|subject| json!({"subject": subject})),
    ]
}

/// What may happen.
pub fn step() -> impl Strategy<Value = Step> {
    let thread = any::<Index>;
    let address = || 0..ADDRESSES.len();
    prop_oneof![
        3 => (address(), words(3), words(6), tags())
            .prop_map(|(address, subject, body, tags)| Step::Converse { address, subject, body, tags }),
        4 => (address(), words(3), words(6), tags(), 0..2_usize)
            .prop_map(|(address, subject, body, tags, inbox)| Step::Ticket { address, subject, body, tags, inbox }),
        3 => (thread(), weighted(0.8, words(4))).prop_map(|(at, description)| Step::Track(at, description)),
        6 => (thread(), select(MESSAGES.to_vec()), words(6)).prop_map(|(at, kind, body)| Step::Say(at, kind, body)),
        2 => (thread(), words(4)).prop_map(|(at, body)| Step::Import(at, body)),
        1 => (thread(), 64..140_usize, vec(words(2), 1..6)).prop_map(|(at, count, bodies)| Step::Talk(at, count, bodies)),
        4 => (thread(), change()).prop_map(|(at, change)| Step::Change(at, change)),
        2 => (vec(thread(), 1..4), change()).prop_map(|(threads, change)| Step::Bulk(threads, change)),
        1 => (address(), select(NAMES.to_vec()), words(2))
            .prop_map(|(address, name, company)| Step::Know { address, name, company }),
        2 => (thread(), select(NAMES.to_vec())).prop_map(|(at, name)| Step::Rename(at, name)),
        2 => (thread(), address()).prop_map(|(at, address)| Step::Move(at, address)),
        1 => (thread(), any::<bool>()).prop_map(|(at, messages)| Step::Erase(at, messages)),
        1 => (thread(), select(TAGS.to_vec())).prop_map(|(at, name)| Step::RenameTag(at, name)),
        1 => thread().prop_map(Step::DropTag),
    ]
}

/// The workspace, and an admin who does everything in it.
pub struct Workspace<'a> {
    desk: &'a TestApp,
    /// The admin.
    pub ada: Client<'a>,
}

impl<'a> Workspace<'a> {
    /// With one conversation in it.
    pub fn new(desk: &'a TestApp) -> Self {
        let ada = desk.admin();
        desk.agent("Mia Bridge");
        ada.post("/v1/inboxes", json!({"name": "Order desk"})).created();
        ada.conversation(json!({"subject": "First order", "contact": {"email": ADDRESSES[0], "name": NAMES[0]}}));
        Self { desk, ada }
    }

    /// One of the objects of a list; none of an empty one.
    fn one(&self, list: &str, at: &Index) -> Option<String> {
        let ids = self.ada.get(&format!("/v1/{list}?per_page=100")).ids();
        (!ids.is_empty()).then(|| at.get(&ids).clone())
    }

    /// Lets one thing happen.
    pub fn step(&self, step: &Step) {
        let ada = &self.ada;
        self.desk.advance(60);
        let one = |list: &str, at: &Index| self.one(list, at);
        let thread = |at: &Index| one("conversations", at).unwrap();
        let begun = |address: usize, subject: &str, tags: &[&str]| json!({"subject": subject, "tags": tags, "contact": {"email": ADDRESSES[address], "name": NAMES[address]}});
        match step {
            Step::Converse { address, subject, body, tags } => {
                let mut new = begun(*address, subject, tags);
                new["message"] = json!({"body": body, "type": "comment"});
                ada.conversation(new);
            }
            Step::Ticket { address, subject, body, tags, inbox } => {
                let mut new = begun(*address, subject, tags);
                new["description"] = json!(body);
                new["inbox_id"] = json!(format!("inbox_{:03}", inbox + 1));
                ada.ticket(new);
            }
            Step::Track(at, description) => {
                let mut new = json!({"conversation_id": thread(at)});
                if let Some(description) = description {
                    new["description"] = json!(description);
                }
                possible(ada.post("/v1/tickets", new));
            }
            Step::Say(at, kind, body) => {
                let path = format!("/v1/conversations/{}/messages", thread(at));
                possible(ada.post(&path, json!({"type": kind, "body": body})));
            }
            Step::Import(at, body) => {
                let created_at = self.desk.now().plus(-30 * DAY);
                let old = json!({"body": body, "type": "comment", "imported": true, "created_at": created_at});
                possible(ada.post(&format!("/v1/conversations/{}/messages", thread(at)), old));
            }
            Step::Talk(at, count, bodies) => {
                let thread = thread(at);
                for number in 0..*count {
                    let body = bodies.get(number / 20).map_or("so it goes", String::as_str);
                    ada.message(&thread, "note", body);
                }
            }
            Step::Change(at, change) => {
                possible(ada.patch(&format!("/v1/conversations/{}", thread(at)), change.clone()));
            }
            Step::Bulk(tickets, change) => {
                let ids: Vec<String> = tickets.iter().filter_map(|at| one("tickets", at)).collect();
                if !ids.is_empty() {
                    possible(ada.post("/v1/tickets/bulk", json!({"ids": ids, "update": change})));
                }
            }
            Step::Know { address, name, company } => {
                let fields = json!({"plan": company, "seats": 4711, "vip": true});
                let new = json!({"email": ADDRESSES[*address], "name": name, "phone": "+1 (234) 567-890",
                    "company": company, "custom_fields": fields});
                possible(ada.post("/v1/contacts", new));
            }
            Step::Rename(at, name) => self.each("contacts", at, |path| ada.patch(path, json!({"name": name}))),
            Step::Move(at, address) => {
                self.each("contacts", at, |path| ada.patch(path, json!({"email": ADDRESSES[*address]})));
            }
            Step::Erase(at, messages) => {
                let end = if *messages { "?erase=messages" } else { "" };
                self.each("contacts", at, |path| ada.delete(&format!("{path}{end}")));
            }
            Step::RenameTag(at, name) => self.each("tags", at, |path| ada.patch(path, json!({"name": name}))),
            Step::DropTag(at) => self.each("tags", at, |path| ada.delete(path)),
        }
    }

    /// Does something to one object of a list, if there is any.
    fn each(&self, list: &str, at: &Index, act: impl Fn(&str) -> Answer) {
        if let Some(id) = self.one(list, at) {
            possible(act(&format!("/v1/{list}/{id}")));
        }
    }
}

/// What was asked is done, or could not be: a name is taken, a thread is a ticket already, an erased contact writes nothing.
fn possible(answer: Answer) {
    assert!([200, 201, 204, 409, 422].contains(&answer.status), "{}", answer.text);
}

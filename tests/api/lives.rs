//! Random lives of tickets, for tests that compare what the server shows with what follows from the contract.

use crate::harness::Client;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use crate::harness::id;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use serde_json::json;

/// Every status of a ticket.
pub const STATUSES: [&str; 4] = ["open", "pending", "resolved", "closed"];
/// Every priority, the least first.
pub const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];

/// Something that happens in a ticket's life.
#[derive(Debug, Clone)]
pub enum Step {
    /// Quarters of an hour go by.
    Wait(i64),
    /// A message of this type is written.
    Say(&'static str),
    /// The ticket takes this status.
    Status(&'static str),
    /// The ticket takes this priority.
    Priority(&'static str),
    /// This one of the team takes it, or nobody.
    Assign(Option<usize>),
    /// It moves to this inbox.
    Move(usize),
    /// This team takes it, or none.
    Team(Option<usize>),
    /// It is tagged, or no longer.
    Tag(bool),
}

/// How a ticket begins, and what happens to it.
#[derive(Debug, Clone)]
pub struct Life {
    /// `comment`: a customer began it; `reply`: a user did.
    pub begun_by: &'static str,
    /// How much it matters at first.
    pub priority: &'static str,
    /// What happens then.
    pub steps: Vec<Step>,
}

/// What may happen to a ticket.
pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..400_i64).prop_map(Step::Wait),
        3 => select(vec!["comment", "reply", "note"]).prop_map(Step::Say),
        2 => select(STATUSES.to_vec()).prop_map(Step::Status),
        1 => select(PRIORITIES.to_vec()).prop_map(Step::Priority),
        1 => proptest::option::of(0..3_usize).prop_map(Step::Assign),
        1 => (0..2_usize).prop_map(Step::Move),
        1 => proptest::option::of(0..2_usize).prop_map(Step::Team),
        1 => any::<bool>().prop_map(Step::Tag),
    ]
}

/// A ticket's life.
pub fn life() -> impl Strategy<Value = Life> {
    (prop_oneof![4 => Just("comment"), 1 => Just("reply")], select(PRIORITIES.to_vec()), vec(step(), 0..7))
        .prop_map(|(begun_by, priority, steps)| Life { begun_by, priority, steps })
}

/// A workspace with three agents, two inboxes, two teams, and tickets.
pub struct Workspace<'a> {
    /// The team; the first one calls.
    pub team: Vec<Client<'a>>,
    /// The ids of the inboxes.
    pub inboxes: Vec<String>,
    /// The ids of the teams.
    pub teams: Vec<String>,
    desk: &'a TestApp,
}

impl<'a> Workspace<'a> {
    /// Without tickets.
    pub fn new(desk: &'a TestApp) -> Self {
        let team = vec![desk.agent("sarah"), desk.agent("tom"), desk.agent("uma")];
        let admin = desk.admin();
        let second = admin.post("/v1/inboxes", json!({"name": "Second line"})).created();
        let teams =
            ["Days", "Nights"].map(|name| id(&admin.post("/v1/teams", json!({"name": name})).created()).to_owned());
        Self { team, inboxes: vec!["inbox_001".to_owned(), id(&second).to_owned()], teams: teams.to_vec(), desk }
    }

    /// The one who calls.
    pub fn caller(&self) -> &Client<'a> {
        &self.team[0]
    }

    /// Lets a ticket live; says which it is.
    pub fn live(&self, life: &Life) -> String {
        let caller = self.caller();
        let first = json!({"priority": life.priority, "message": {"body": "First words.", "type": life.begun_by}});
        let conversation = caller.conversation(first);
        let ticket = caller.post("/v1/tickets", json!({"conversation_id": id(&conversation)})).created();
        for step in &life.steps {
            self.step(&ticket, step);
        }
        id(&ticket).to_owned()
    }

    /// Lets one thing happen to a ticket.
    pub fn step(&self, ticket: &Value, step: &Step) {
        let caller = self.caller();
        let patch = |patch: Value| drop(caller.patch(&format!("/v1/tickets/{}", id(ticket)), patch).ok());
        match step {
            Step::Wait(quarters) => self.desk.advance(quarters * 15 * MINUTE),
            Step::Say(kind) => drop(caller.message(ticket["conversation_id"].as_str().unwrap(), kind, "More words.")),
            Step::Status(status) => patch(json!({"status": status})),
            Step::Priority(priority) => patch(json!({"priority": priority})),
            Step::Assign(user) => patch(json!({"assignee_id": user.map(|at| &self.team[at].user)})),
            Step::Move(inbox) => patch(json!({"inbox_id": self.inboxes[*inbox]})),
            Step::Team(team) => patch(json!({"team_id": team.map(|at| &self.teams[at])})),
            Step::Tag(true) => patch(json!({"add_tags": ["vip"]})),
            Step::Tag(false) => patch(json!({"remove_tags": ["vip"]})),
        }
    }
}

/// All rows of a list, page by page along its `Link`s; every page must tell the same total, which is their number.
pub fn read_through(client: &Client, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut totals = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = client.get(&path).expect(200);
        rows.extend(page.body["data"].as_array().unwrap().iter().cloned());
        totals.push(page.total());
        next = page.next();
    }
    let number = i64::try_from(rows.len()).unwrap();
    assert!(totals.iter().all(|total| *total == number), "{path}: {number} rows, but the totals are {totals:?}");
    rows
}

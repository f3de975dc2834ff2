//! Lists of tickets: what they show, in which order, and how many they say there are.

use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::TestApp;
use crate::harness::id;
use crate::lives;
use crate::lives::PRIORITIES;
use crate::lives::STATUSES;
use crate::lives::Workspace;
use crate::lives::read_through;
use commflow::types::time::Time;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::sample::select;
use serde_json::Value;
use serde_json::json;

#[test]
fn tickets_are_found_by_each_filter_of_the_reference() {
    let desk = TestApp::new();
    let (ada, sarah) = (desk.admin(), desk.agent("sarah"));
    let inbox = ada.post("/v1/inboxes", json!({"name": "Second line"})).created();
    sarah.ticket(json!({"priority": "urgent", "assignee_id": sarah.user}));
    sarah.ticket(json!({"priority": "low", "assignee_id": ada.user, "inbox_id": id(&inbox)}));
    sarah.ticket(json!({}));
    sarah.patch("/v1/tickets/ticket_003", json!({"status": "resolved"})).ok();
    desk.advance(HOUR);
    let (first, second, third) = ("ticket_001", "ticket_002", "ticket_003");
    let found = |query: &str| sarah.get(&format!("/v1/tickets?{query}")).ids();
    assert_eq!(found(""), [third, second, first]);
    assert_eq!(found("status=open"), [second, first]);
    assert_eq!(found("status=resolved"), [third]);
    assert_eq!(found("priority=urgent"), [first]);
    assert_eq!(found(&format!("assignee={}", ada.user)), [second]);
    assert_eq!(found("assignee=me"), [first]);
    assert_eq!(found("assignee=none"), [third]);
    assert_eq!(found("inbox=inbox_001"), [third, first]);
    assert_eq!(found(&format!("inbox={}", id(&inbox))), [second]);
    assert_eq!(found("sla_status=warning"), [first]);
    assert_eq!(found("sla_status=on_track"), [third, second]);
    assert_eq!(found("status=open&priority=low&inbox=inbox_002&sla_status=on_track"), [second]);
    desk.advance(1);
    assert_eq!(found("sla_status=breached"), [first]);
    // A well-formed id that is nobody's finds nothing; one that is not of the form is a mistake.
    assert_eq!(found("assignee=user_999"), Vec::<String>::new());
    assert_eq!(found("inbox=inbox_999"), Vec::<String>::new());
    for query in
        ["inbox=7", "assignee=sarah", "status=solved", "sla_status=late", "priority=2", "sort=subject", "label=x"]
    {
        sarah.get(&format!("/v1/tickets?{query}")).refused(400, "invalid_parameter");
    }
}

#[test]
fn tickets_are_read_newest_first_or_as_asked_and_ties_break_by_id() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for priority in ["normal", "urgent", "low", "urgent"] {
        sarah.ticket(json!({"priority": priority}));
    }
    desk.advance(DAY);
    sarah.ticket(json!({"priority": "high"}));
    sarah.patch("/v1/tickets/ticket_002", json!({"subject": "Changed"})).ok();
    let order = |query: &str| -> Vec<String> {
        let ids = sarah.get(&format!("/v1/tickets?{query}")).ids();
        ids.iter().map(|id| id.trim_start_matches("ticket_00").to_owned()).collect()
    };
    assert_eq!(order(""), ["5", "4", "3", "2", "1"]);
    assert_eq!(order("sort=created_at"), ["1", "2", "3", "4", "5"]);
    assert_eq!(order("sort=-created_at"), order(""));
    assert_eq!(order("sort=-priority"), ["4", "2", "5", "1", "3"]);
    assert_eq!(order("sort=priority"), ["3", "1", "5", "2", "4"]);
    assert_eq!(order("sort=-updated_at"), ["5", "2", "4", "3", "1"]);
    assert_eq!(order("sort=updated_at"), ["1", "3", "4", "2", "5"]);
    // What changed from an instant on, that instant included, is read in the order of the changes.
    assert_eq!(order("updated_after=2026-01-16T10:00:00Z"), ["2", "5"]);
    assert_eq!(order("created_after=2026-01-15T10:00:00Z"), ["5"]);
    assert_eq!(order("created_before=2026-01-16"), ["4", "3", "2", "1"]);
}

/// A random question about tickets: each parameter may be there or not.
fn question() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let words = |name: &'static str, words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        weighted(0.35, select(words)).prop_map(move |word| word.map(|word| (name, word)))
    };
    let instant =
        |name: &'static str| weighted(0.1, 0..40_i64).prop_map(move |days| days.map(|days| (name, days.to_string())));
    let orders = ["created_at", "-created_at", "updated_at", "-updated_at", "priority", "-priority"];
    (
        words("status", &STATUSES),
        words("priority", &PRIORITIES),
        words("assignee", &["me", "none", "1", "2", "user_999"]),
        words("inbox", &["0", "1", "inbox_999"]),
        words("sla_status", &["on_track", "warning", "breached"]),
        (words("tag", &["vip", "VIP", "nothing"]), words("team", &["none", "0", "1", "team_999"])),
        (instant("created_after"), instant("created_before"), instant("updated_after")),
        words("sort", &orders),
    )
        .prop_map(|(a, b, c, d, e, (f, g), (h, i, j), k)| {
            [a, b, c, d, e, f, g, h, i, j, k].into_iter().flatten().collect()
        })
}

/// Puts the workspace's own ids and instants into a question.
fn made_concrete(
    workspace: &Workspace,
    question: &[(&'static str, String)],
    tickets: &[Value],
) -> Vec<(&'static str, String)> {
    let concrete = |(name, word): &(&'static str, String)| {
        let number = word.parse::<usize>().ok();
        let text = match (*name, number) {
            ("assignee", Some(number)) => workspace.team[number].user.clone(),
            ("team", Some(number)) => workspace.teams[number].clone(),
            ("inbox", Some(number)) => workspace.inboxes[number].clone(),
            // An instant at which something did happen: the bounds are where mistakes are.
            ("updated_after", Some(number)) => {
                tickets[number % tickets.len()]["updated_at"].as_str().unwrap().to_owned()
            }
            (_, Some(number)) => tickets[number % tickets.len()]["created_at"].as_str().unwrap().to_owned(),
            _ => word.clone(),
        };
        (*name, text)
    };
    question.iter().map(concrete).collect()
}

/// Whether a ticket, as it is shown, is what one parameter asks for.
fn fits(ticket: &Value, me: &str, name: &str, word: &str) -> bool {
    match (name, word) {
        ("assignee", "none") => ticket["assignee"].is_null(),
        ("assignee", "me") => ticket["assignee"]["id"] == me,
        ("assignee", user) => ticket["assignee"]["id"] == user,
        ("team", "none") => ticket["team"].is_null(),
        ("team", team) => ticket["team"]["id"] == team,
        ("tag", name) => ticket["tags"].as_array().unwrap().contains(&name.to_lowercase().into()),
        ("inbox", inbox) => ticket["inbox_id"] == inbox,
        ("sla_status", status) => ticket["sla"]["status"] == status,
        ("created_after", time) => ticket["created_at"].as_str().unwrap() > time,
        ("created_before", time) => ticket["created_at"].as_str().unwrap() < time,
        ("updated_after", time) => ticket["updated_at"].as_str().unwrap() >= time,
        ("sort", _) => true,
        (name, word) => ticket[name] == word,
    }
}

/// The answer that a question must have, by what all the tickets show of themselves.
fn expected(tickets: &[Value], me: &str, question: &[(&'static str, String)]) -> Vec<String> {
    let asked = |name: &str| question.iter().find(|(one, _)| *one == name).map(|(_, word)| word.as_str());
    let default = if asked("updated_after").is_some() { "updated_at" } else { "-created_at" };
    let sort = asked("sort").unwrap_or(default);
    let column = sort.trim_start_matches('-');
    let key = |ticket: &Value| {
        let number: i64 = id(ticket).trim_start_matches("ticket_").parse().unwrap();
        let rank = PRIORITIES.iter().position(|one| ticket["priority"] == *one);
        let time = ticket[column].as_str().filter(|_| column != "priority").map(str::to_owned);
        (time, rank.filter(|_| column == "priority"), number)
    };
    let mut found: Vec<&Value> =
        tickets.iter().filter(|ticket| question.iter().all(|(name, word)| fits(ticket, me, name, word))).collect();
    found.sort_by_key(|ticket| key(ticket));
    if sort.starts_with('-') {
        found.reverse();
    }
    found.iter().map(|ticket| id(ticket).to_owned()).collect()
}

/// Seconds until something may change by itself: a target of some ticket warns, is due, or is missed.
fn until_something_changes(tickets: &[Value], now: Time, which: Index) -> i64 {
    let targets = [("urgent", 1_i64, 8_i64), ("high", 4, 24), ("normal", 8, 72), ("low", 24, 168)];
    let mut instants = Vec::new();
    for ticket in tickets {
        let (_, response, resolution) = targets.iter().find(|(priority, ..)| ticket["priority"] == *priority).unwrap();
        for (field, hours) in [("first_response_due", response), ("resolution_due", resolution)] {
            if let Some(due) = ticket["sla"][field].as_str() {
                let due: Time = due.parse().unwrap();
                instants.extend([due.plus(-hours * HOUR / 4 - 1), due.plus(-hours * HOUR / 4), due, due.plus(1)]);
            }
        }
    }
    instants.retain(|instant| *instant > now);
    if instants.is_empty() { HOUR } else { which.get(&instants).since(now) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, max_shrink_iters: 100, ..ProptestConfig::default() })]

    /// Also the proof that `sla_status` in SQL is the status that Rust shows: for every ticket, at many instants.
    #[test]
    fn a_list_holds_exactly_the_tickets_that_fit_and_its_total_is_their_number(
        lives in vec(lives::life(), 12..30),
        instants in vec((any::<Index>(), vec(question(), 8)), 8),
    ) {
        let desk = TestApp::new();
        let workspace = Workspace::new(&desk);
        lives.iter().for_each(|life| drop(workspace.live(life)));
        let sarah = workspace.caller();
        for (instant, questions) in instants {
            let tickets = read_through(sarah, "/v1/tickets?per_page=100");
            desk.advance(until_something_changes(&tickets, desk.now(), instant));
            let tickets = read_through(sarah, "/v1/tickets?per_page=100");
            prop_assert_eq!(tickets.len(), lives.len());
            let each = ["on_track", "warning", "breached"].map(|status| vec![("sla_status", status.to_owned())]);
            for question in questions.into_iter().chain(each) {
                let question = made_concrete(&workspace, &question, &tickets);
                let query: Vec<String> = question.iter().map(|(name, word)| format!("{name}={word}")).collect();
                let path = format!("/v1/tickets?per_page=5&{}", query.join("&"));
                let rows = read_through(sarah, path.trim_end_matches('&'));
                let ids: Vec<&str> = rows.iter().map(id).collect();
                prop_assert_eq!(ids, expected(&tickets, &sarah.user, &question), "{}", path);
            }
        }
    }
}

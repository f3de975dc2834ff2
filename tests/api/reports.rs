//! Reports: what a team did, told in figures.

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::HOUR;
use crate::harness::MINUTE;
use crate::harness::TestApp;
use commflow::desk::reports::figures::Durations;
use commflow::desk::reports::figures::Speed;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;

const SPAN: &str = "from=2026-01-12&to=2026-01-19";

fn overview(caller: &Client, query: &str) -> Value {
    caller.get(&format!("/v1/reports/overview?{query}")).ok()
}

fn speed(median: i64, p90: i64, count: i64) -> Value {
    json!({"median_s": median, "p90_s": p90, "count": count})
}

fn unmeasured() -> Value {
    json!({"median_s": null, "p90_s": null, "count": 0})
}

/// Two days of a small team. Sarah answers the ticket in 10 minutes and solves it after an hour, Max answers the chat after 30
/// minutes and nobody closes it; the mail of Friday is closed without an answer; what Sarah wrote of herself is no answer.
fn two_days<'a>(desk: &'a TestApp) -> (Client<'a>, Client<'a>) {
    let (ada, sarah, max) = (desk.admin(), desk.agent("Sarah"), desk.agent("Max"));
    for (team, members) in [("First line", vec![&sarah, &max]), ("Second line", vec![&max])] {
        let team = ada.post("/v1/teams", json!({"name": team})).created();
        for member in members {
            let path = format!("/v1/teams/{}/members", team["id"].as_str().unwrap());
            ada.post(&path, json!({"user_id": member.user})).created();
        }
    }
    // Thursday, 10:00.
    sarah.ticket(json!({"channel": "form", "assignee_id": sarah.user}));
    desk.advance(10 * MINUTE);
    sarah.message("conv_001", "reply", "Have you tried the other door?");
    sarah.message("conv_001", "reply", "Or the window?");
    max.conversation(json!({"channel": "chat", "assignee_id": max.user}));
    desk.advance(30 * MINUTE);
    max.message("conv_002", "note", "I'll take this one.");
    max.message("conv_002", "reply", "Here I am.");
    desk.advance(20 * MINUTE);
    sarah.patch("/v1/tickets/ticket_001", json!({"status": "resolved"})).ok();
    sarah.conversation(json!({"message": {"body": "We have news.", "type": "reply"}}));
    // Friday, 23:30.
    desk.advance(DAY + 12 * HOUR + 30 * MINUTE);
    sarah.ticket(json!({"channel": "email", "priority": "urgent"}));
    sarah.patch("/v1/conversations/conv_004", json!({"status": "closed"})).ok();
    // The ticket of Saturday is overdue on Sunday.
    desk.advance(HOUR);
    sarah.ticket(json!({"channel": "email", "priority": "urgent"}));
    desk.advance(DAY);
    (sarah, max)
}

#[test]
fn the_figures_of_two_days_are_these() {
    let desk = TestApp::new();
    let (sarah, max) = two_days(&desk);
    let report = overview(&sarah, SPAN);
    assert_eq!((&report["from"], &report["to"]), (&json!("2026-01-12T00:00:00Z"), &json!("2026-01-19T00:00:00Z")));
    let totals = json!({
        "new": 5, "closed": 2, "messages_in": 4, "messages_out": 4,
        "first_response": speed(600, 1_800, 2), "resolution": speed(0, 3_600, 2),
        "sla": {"kept": 2, "missed": 1, "kept_share": 0.6666},
    });
    assert_eq!(report["totals"], totals);
    assert_eq!(report["previous"]["new"], 0);
    assert_eq!(report["previous"]["sla"]["kept_share"], Value::Null);
    let day = |date: &str, new: i64, closed: i64, [email, chat, form, api]: [i64; 4]| {
        json!({"date": date, "new": new, "closed": closed,
            "by_channel": {"email": email, "chat": chat, "form": form, "api": api}})
    };
    let quiet = |date: &str| day(date, 0, 0, [0; 4]);
    assert_eq!(
        report["by_day"],
        json!([
            quiet("2026-01-12"),
            quiet("2026-01-13"),
            quiet("2026-01-14"),
            day("2026-01-15", 3, 1, [0, 1, 1, 1]),
            day("2026-01-16", 1, 1, [1, 0, 0, 0]),
            day("2026-01-17", 1, 0, [1, 0, 0, 0]),
            quiet("2026-01-18"),
        ])
    );
    let busy = |day: usize, hour: usize| report["busiest_hours"][day][hour].as_i64().unwrap();
    assert_eq!([busy(3, 10), busy(4, 23), busy(5, 0)], [2, 1, 1]);
    let all: i64 = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour))).map(|(day, hour)| busy(day, hour)).sum();
    assert_eq!(all, 4);
    let by_agent = json!([
        {"user": {"id": sarah.user, "name": "Sarah"}, "replies": 3, "closed": 1,
            "first_response": speed(600, 600, 1), "resolution": speed(3_600, 3_600, 1)},
        {"user": {"id": max.user, "name": "Max"}, "replies": 1, "closed": 0,
            "first_response": speed(1_800, 1_800, 1), "resolution": unmeasured()},
    ]);
    assert_eq!(report["by_agent"], by_agent);
    let by_team = json!([
        {"team": {"id": "team_001", "name": "First line"}, "replies": 4, "closed": 1,
            "first_response": speed(600, 1_800, 2), "resolution": speed(3_600, 3_600, 1)},
        {"team": {"id": "team_002", "name": "Second line"}, "replies": 1, "closed": 0,
            "first_response": speed(1_800, 1_800, 1), "resolution": unmeasured()},
    ]);
    assert_eq!(report["by_team"], by_team);
}

#[test]
fn days_and_hours_are_those_of_the_reader() {
    let desk = TestApp::new();
    let (sarah, _) = two_days(&desk);
    let new = |report: &Value| -> Vec<i64> {
        report["by_day"].as_array().unwrap().iter().map(|day| day["new"].as_i64().unwrap()).collect()
    };
    // At 00:30 on Saturday it is 01:30 in Berlin, and still Friday in New York.
    for offset in ["%2B01:00", "+01:00"] {
        let berlin = overview(&sarah, &format!("{SPAN}&timezone_offset={offset}"));
        assert_eq!(berlin["from"], "2026-01-11T23:00:00Z");
        assert_eq!(new(&berlin), [0, 0, 0, 3, 0, 2, 0]);
        assert_eq!(berlin["busiest_hours"][5][0], 1);
        assert_eq!(berlin["busiest_hours"][5][1], 1);
    }
    let new_york = overview(&sarah, &format!("{SPAN}&timezone_offset=-05:00"));
    assert_eq!(new(&new_york), [0, 0, 0, 3, 2, 0, 0]);
    // An instant is one, whatever the offset, and cuts its day.
    let cut = overview(&sarah, "from=2026-01-15T10:05:00Z&to=2026-01-15T23:30:00Z&timezone_offset=%2B01:00");
    assert_eq!(cut["by_day"][0]["date"], "2026-01-15");
    assert_eq!(cut["by_day"][1]["date"], "2026-01-16");
    assert_eq!(new(&cut), [2, 0]);
}

#[test]
fn the_end_is_not_in_the_span_and_the_span_before_is_told_beside_it() {
    let desk = TestApp::new();
    let (sarah, _) = two_days(&desk);
    let report = overview(&sarah, "from=2026-01-16&to=2026-01-17");
    assert_eq!((&report["totals"]["new"], &report["previous"]["new"]), (&json!(1), &json!(3)));
    let previous = json!({
        "new": 3, "closed": 1, "messages_in": 2, "messages_out": 4, "first_response": speed(600, 1_800, 2),
        "resolution": speed(3_600, 3_600, 1), "sla": {"kept": 1, "missed": 0, "kept_share": 1.0},
    });
    assert_eq!(report["previous"], previous);
    assert_eq!(report["by_agent"], json!([]));
    let nothing = overview(&sarah, "from=2026-01-15&to=2026-01-15T10:00:00Z");
    assert_eq!(nothing["totals"]["new"], 0);
    // Thirty days up to tonight, if nothing is said.
    let last = overview(&sarah, "");
    assert_eq!((&last["from"], &last["to"]), (&json!("2025-12-20T00:00:00Z"), &json!("2026-01-19T00:00:00Z")));
    assert_eq!(last["by_day"].as_array().unwrap().len(), 30);
    assert_eq!(last["totals"]["new"], 5);
}

#[test]
fn filters_choose_threads_and_with_them_their_messages() {
    let desk = TestApp::new();
    let (sarah, max) = two_days(&desk);
    for (query, new, messages_in, messages_out) in [
        ("channel=chat".to_owned(), 1, 1, 1),
        ("channel=email".to_owned(), 2, 2, 0),
        ("inbox=inbox_001".to_owned(), 3, 3, 2),
        ("inbox=inbox_009".to_owned(), 0, 0, 0),
        (format!("assignee={}", max.user), 1, 1, 1),
        ("assignee=me".to_owned(), 1, 1, 2),
        ("assignee=none".to_owned(), 3, 2, 1),
        ("assignee=none&inbox=inbox_001&channel=email".to_owned(), 2, 2, 0),
    ] {
        let totals = &overview(&sarah, &format!("{SPAN}&{query}"))["totals"];
        let told = [&totals["new"], &totals["messages_in"], &totals["messages_out"]];
        assert_eq!(told, [&json!(new), &json!(messages_in), &json!(messages_out)], "{query}");
    }
}

#[test]
fn a_span_that_is_none_is_refused() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (query, field) in [
        ("from=2026-01-02&to=2026-01-02", "to"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("from=2025-01-01&to=2026-01-03", "to"),
        ("from=yesterday", "from"),
        ("timezone_offset=1", "timezone_offset"),
        ("timezone_offset=%2B14:01", "timezone_offset"),
        ("timezone_offset=%2B01:60", "timezone_offset"),
        ("timezone_offset=%2B+1:00", "timezone_offset"),
        ("timezone_offset=CET", "timezone_offset"),
        ("channel=fax", "channel"),
        ("days=3", "days"),
    ] {
        let error = sarah.get(&format!("/v1/reports/overview?{query}")).refused(400, "invalid_parameter");
        assert_eq!(error["details"][0]["field"], field, "{query}: {error}");
    }
    overview(&sarah, "from=2025-01-01&to=2026-01-02");
    overview(&sarah, "from=0001-01-01&to=0001-12-31&timezone_offset=%2B14:00");
    overview(&sarah, "from=9999-01-01&to=9999-12-31&timezone_offset=-14:00");
}

#[test]
fn history_that_is_brought_in_counts_where_it_happened() {
    let mut desk = TestApp::new();
    let ada = desk.admin();
    let old = |at: &str, more: Value| {
        let mut all = json!({"imported": true, "created_at": at});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    ada.conversation(old("2025-12-01T10:00:00Z", json!({"message": {"body": "Hello?", "type": "comment"}})));
    let path = "/v1/conversations/conv_001/messages";
    let reply = |at| old(at, json!({"body": "Hello.", "type": "reply"}));
    // In any order: the first reply after the first comment is what counts.
    ada.post(path, reply("2025-12-01T12:00:00Z")).created();
    ada.post(path, reply("2025-12-01T10:30:00Z")).created();
    ada.post(path, reply("2025-12-01T08:00:00Z")).created();
    let first = || overview(&ada, "from=2025-12-01&to=2025-12-02")["totals"]["first_response"].clone();
    assert_eq!(first(), speed(1_800, 1_800, 1));
    ada.post(path, old("2025-12-01T07:00:00Z", json!({"body": "Anybody?", "type": "comment"}))).created();
    assert_eq!(first(), speed(3_600, 3_600, 1));
    let key = ada.key.clone().unwrap();
    // What triggers keep is what the migration finds.
    let path = desk.data_dir().join("commflow.db");
    desk.restart_after(|| {
        let db = rusqlite::Connection::open(&path).unwrap();
        db.execute_batch(
            "DROP TRIGGER comment_added; DROP TRIGGER reply_added; DROP TRIGGER conversation_removed; DROP TRIGGER ticket_removed;
             DROP INDEX messages_by_time; DROP INDEX threads_by_closing;
             ALTER TABLE threads DROP COLUMN first_comment_at; ALTER TABLE threads DROP COLUMN first_reply_at;
             ALTER TABLE threads DROP COLUMN first_reply_by; ALTER TABLE threads DROP COLUMN sla_promise; DROP TABLE contact_addresses; DROP TABLE merged_contacts; DROP TABLE demo_rows;
             PRAGMA user_version = 5;",
        )
        .unwrap();
    });
    let ada = desk.with_key(&key);
    let first = overview(&ada, "from=2025-12-01&to=2025-12-02")["totals"]["first_response"].clone();
    assert_eq!(first, speed(3_600, 3_600, 1));
}

#[test]
fn an_erased_persons_threads_still_count() {
    let desk = TestApp::new();
    let (sarah, _) = two_days(&desk);
    let before = overview(&sarah, SPAN)["totals"]["first_response"].clone();
    sarah.delete("/v1/contacts/contact_001?erase=messages").expect(204);
    assert_eq!(overview(&sarah, SPAN)["totals"]["first_response"], before);
}

#[test]
fn a_table_for_a_spreadsheet_tells_the_same_and_runs_nothing() {
    let desk = TestApp::new();
    let (sarah, _) = two_days(&desk);
    let bob = desk.agent("=CMD");
    bob.message("conv_001", "reply", "Done.");
    let table = |name: &str| {
        let answer = sarah.get(&format!("/v1/reports/overview.csv?table={name}&{SPAN}")).expect(200);
        assert!(answer.header("content-type").starts_with("text/csv"), "{:?}", answer.headers);
        let file = format!("attachment; filename=\"commflow-{}-2026-01-12.csv\"", name.replace('_', "-"));
        assert_eq!(answer.header("content-disposition"), file);
        answer.text
    };
    let by_day = table("by_day");
    let lines: Vec<_> = by_day.split("\r\n").collect();
    assert_eq!(lines[0], "date,new,closed,email,chat,form,api");
    assert_eq!(lines[4], "2026-01-15,3,1,0,1,1,1");
    assert_eq!((lines.len(), lines[8]), (9, ""));
    let by_agent = table("by_agent");
    assert!(by_agent.contains("user_002,Sarah,3,1,600,600,1,3600,3600,1\r\n"), "{by_agent}");
    assert!(by_agent.contains("user_004,'=CMD,1,0,,,0,,,0\r\n"), "{by_agent}");
    assert!(table("by_team").contains("team_001,First line,4,1,600,1800,2,3600,3600,1\r\n"));
    let hours = table("busiest_hours");
    let thursday: Vec<_> = hours.split("\r\n").nth(4).unwrap().split(',').collect();
    assert_eq!((thursday[0], thursday[11], thursday.len()), ("Thursday", "2", 25));
    assert_eq!(sarah.get(&format!("/v1/reports/overview.csv?{SPAN}")).expect(200).text, by_day);
    sarah.get("/v1/reports/overview.csv?table=by_moon").refused(400, "invalid_parameter");
}

/// How many of `all` are at most `value`, in the dullest way.
fn at_most(all: &[i64], value: i64) -> usize {
    all.iter().filter(|one| **one <= value).count()
}

proptest! {
    /// A percentile by nearest rank is the least value that so many per cent of all are at most.
    #[test]
    fn percentiles_are_those_of_a_naive_model(all in vec(0_i64..50, 0..60)) {
        let told = Speed::from(Durations(all.clone()));
        let naive = |percent: usize| {
            all.iter().copied().filter(|value| at_most(&all, *value) * 100 >= all.len() * percent).min()
        };
        prop_assert_eq!(told.median_s, naive(50));
        prop_assert_eq!(told.p90_s, naive(90));
        prop_assert_eq!(told.count, all.len() as i64);
    }
}

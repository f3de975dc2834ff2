//! How SQLite goes about every query that is asked often: along which index, and without sorting.

use crate::harness::TestApp;
use commflow::desk::contacts;
use commflow::desk::contacts::ContactFilter;
use commflow::desk::conversations;
use commflow::desk::conversations::ConversationFilter;
use commflow::desk::credentials;
use commflow::desk::deliveries;
use commflow::desk::deliveries::DeliveryStatus;
use commflow::desk::deliveries::Filter;
use commflow::desk::messages;
use commflow::desk::reports;
use commflow::desk::reports::gather::Reading;
use commflow::desk::sla::SlaStatus;
use commflow::desk::threads::AssigneeFilter;
use commflow::desk::threads::Channel;
use commflow::desk::threads::ConversationStatus;
use commflow::desk::threads::Priority;
use commflow::desk::threads::TeamFilter;
use commflow::desk::threads::TicketStatus;
use commflow::desk::threads::counts;
use commflow::desk::threads::history;
use commflow::desk::threads::message::MessageType;
use commflow::desk::threads::row;
use commflow::desk::tickets;
use commflow::desk::tickets::TicketFilter;
use commflow::store::feed;
use commflow::store::list::List;
use commflow::store::list::Order;
use commflow::types::asked::Switch;
use commflow::types::id::Id;
use commflow::types::paging::Paging;
use commflow::types::time::Time;

/// The lines of a query's plan.
fn plan(desk: &TestApp, sql: &str) -> Vec<String> {
    let explained = desk.server().store.read_blocking(|db| {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let mut rows = statement.raw_query();
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(row.get(3)?);
        }
        Ok(lines)
    });
    explained.unwrap()
}

const LAST_MESSAGE: &str = "ifnull(last_message_at, created_at)";
const WAITING: &str = "ifnull(waiting_since, 9999999999)";
const NEWEST: Order = Order { column: "created_at", descending: true };
const NEWEST_TICKET: Order = Order { column: "ticket_created_at", descending: true };

fn by(column: &'static str, descending: bool) -> Order {
    Order { column, descending }
}

/// What is wrong with a list's plans: for its first page, for one further on, and for one counted from the end. It must go
/// along `index`; only a list without filters may walk the whole of it.
fn faults(desk: &TestApp, list: &List, order: Order, index: &str, unfiltered: bool) -> Vec<String> {
    let backwards = Order { descending: !order.descending, ..order };
    let mut faults = Vec::new();
    for sql in [list.sql(order, false), list.sql(order, true), list.sql(backwards, false)] {
        let lines = plan(desk, &sql);
        let visits: Vec<&String> = lines
            .iter()
            .filter(|line| {
                line.contains(" threads")
                    || line.contains(" thread_changes")
                    || line.contains(" contacts")
                    || line.contains(" messages")
                    || line.contains(" deliveries")
            })
            .collect();
        let along = |line: &&String| line.contains(&format!(" INDEX {index}")) && !line.contains("AUTOMATIC");
        let sorts = lines.iter().any(|line| line.contains("TEMP B-TREE"));
        let scans = visits.iter().any(|line| line.starts_with("SCAN")) && !unfiltered;
        if visits.is_empty() || !visits.iter().all(along) || sorts || scans {
            faults.push(format!("{sql}\n  should go along {index}, but: {lines:?}"));
        }
    }
    faults
}

fn conversations_along(desk: &TestApp, filter: ConversationFilter, order: Order, index: &str) -> Vec<String> {
    let unfiltered = format!("{filter:?}") == format!("{:?}", ConversationFilter::default());
    faults(desk, &conversations::query(&filter, Id::from_row(1), order), order, index, unfiltered)
}

fn tickets_along(desk: &TestApp, filter: TicketFilter, order: Order, index: &str) -> Vec<String> {
    let unfiltered = format!("{filter:?}") == format!("{:?}", TicketFilter::default());
    faults(desk, &tickets::query(&filter, Id::from_row(1), order, desk.now()), order, index, unfiltered)
}

/// The order of what is asked with `updated_after`.
const LAST_CHANGED: Order = Order { column: "updated_at", descending: false };

fn since_ever() -> Paging {
    Paging { updated_after: instant(), ..Paging::default() }
}

fn instant() -> Option<Time> {
    Some(Time::from_unix(0))
}

const SOMEBODY: Option<AssigneeFilter> = Some(AssigneeFilter::Me);
const TEAM: Option<TeamFilter> = Some(TeamFilter::None);
const NOBODY: Option<AssigneeFilter> = Some(AssigneeFilter::None);

#[test]
fn conversations_are_listed_along_the_index_of_their_filter() {
    let desk = TestApp::new();
    let status = Some(ConversationStatus::Open);
    let none = ConversationFilter::default;
    let mut all = Vec::new();
    for (filter, index) in [
        (none(), "conversations_by_creation"),
        (ConversationFilter { status, ..none() }, "conversations_by_status"),
        (ConversationFilter { priority: Some(Priority::Low), ..none() }, "conversations_by_priority"),
        (ConversationFilter { channel: Some(Channel::Chat), ..none() }, "conversations_by_channel"),
        (ConversationFilter { assignee: SOMEBODY, ..none() }, "conversations_by_assignee"),
        (ConversationFilter { assignee: NOBODY, ..none() }, "conversations_by_assignee"),
        (ConversationFilter { contact: Some(Id::from_row(1)), ..none() }, "conversations_by_contact"),
        (ConversationFilter { team: TEAM, ..none() }, "conversations_by_team"),
        (ConversationFilter { created_after: instant(), ..none() }, "conversations_by_creation"),
        (ConversationFilter { created_before: instant(), ..none() }, "conversations_by_creation"),
        (ConversationFilter { status, created_after: instant(), ..none() }, "conversations_by_status"),
        (ConversationFilter { status, assignee: SOMEBODY, ..none() }, "conversations_by_assignee"),
        (ConversationFilter { status, assignee: NOBODY, ..none() }, "conversations_by_assignee"),
        (ConversationFilter { status, priority: Some(Priority::Low), ..none() }, "conversations_by_priority"),
    ] {
        all.extend(conversations_along(&desk, filter, NEWEST, index));
    }
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn conversations_are_ordered_by_an_index() {
    let desk = TestApp::new();
    let none = ConversationFilter::default;
    let mut all = Vec::new();
    for (column, index) in [
        ("created_at", "conversations_by_creation"),
        ("updated_at", "conversations_by_update"),
        ("priority", "conversations_by_rank"),
        (LAST_MESSAGE, "conversations_by_message"),
        (WAITING, "conversations_by_waiting"),
    ] {
        all.extend(conversations_along(&desk, none(), by(column, true), index));
        all.extend(conversations_along(&desk, none(), by(column, false), index));
    }
    let some = ConversationFilter { status: Some(ConversationStatus::Closed), assignee: SOMEBODY, ..none() };
    for filter in [none(), some] {
        let list = conversations::query(&filter, Id::from_row(1), LAST_CHANGED);
        let list = list.since(&since_ever(), "conversations_by_update");
        all.extend(faults(&desk, &list, LAST_CHANGED, "conversations_by_update", false));
    }
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn tickets_are_listed_along_the_index_of_their_filter() {
    let desk = TestApp::new();
    let status = Some(TicketStatus::Closed);
    let inbox = Some(Id::from_row(1));
    let none = TicketFilter::default;
    let mut all = Vec::new();
    for (filter, index) in [
        (none(), "tickets_by_creation"),
        (TicketFilter { status, ..none() }, "tickets_by_status"),
        (TicketFilter { priority: Some(Priority::Low), ..none() }, "tickets_by_priority"),
        (TicketFilter { assignee: SOMEBODY, ..none() }, "tickets_by_assignee"),
        (TicketFilter { assignee: NOBODY, ..none() }, "tickets_by_assignee"),
        (TicketFilter { inbox, ..none() }, "tickets_by_inbox"),
        (TicketFilter { team: TEAM, ..none() }, "tickets_by_team"),
        (TicketFilter { created_after: instant(), ..none() }, "tickets_by_creation"),
        (TicketFilter { created_before: instant(), ..none() }, "tickets_by_creation"),
        (TicketFilter { status, assignee: SOMEBODY, ..none() }, "tickets_by_assignee"),
        (TicketFilter { status, assignee: NOBODY, ..none() }, "tickets_by_assignee"),
        (TicketFilter { status, priority: Some(Priority::Low), ..none() }, "tickets_by_priority"),
        (TicketFilter { status, inbox, ..none() }, "tickets_by_inbox"),
    ] {
        all.extend(tickets_along(&desk, filter, NEWEST_TICKET, index));
    }
    for (column, index) in [
        ("ticket_created_at", "tickets_by_creation"),
        ("updated_at", "tickets_by_update"),
        ("priority", "tickets_by_rank"),
    ] {
        all.extend(tickets_along(&desk, none(), by(column, true), index));
        all.extend(tickets_along(&desk, none(), by(column, false), index));
    }
    let sla_status = Some(SlaStatus::OnTrack);
    for filter in [TicketFilter { status, ..none() }, TicketFilter { sla_status, ..none() }] {
        let list = tickets::query(&filter, Id::from_row(1), LAST_CHANGED, desk.now());
        let list = list.since(&since_ever(), "tickets_by_update");
        all.extend(faults(&desk, &list, LAST_CHANGED, "tickets_by_update", false));
    }
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn a_pair_of_filters_is_read_off_one_index_without_the_rows() {
    let desk = TestApp::new();
    let (status, ticket_status) = (Some(ConversationStatus::Open), Some(TicketStatus::Open));
    let (priority, caller) = (Some(Priority::Low), Id::from_row(1));
    let conversations = [
        ConversationFilter { status, assignee: SOMEBODY, ..ConversationFilter::default() },
        ConversationFilter { status, priority, ..ConversationFilter::default() },
        ConversationFilter { status, team: TEAM, ..ConversationFilter::default() },
    ]
    .map(|filter| conversations::query(&filter, caller, NEWEST).sql(NEWEST, false));
    let tickets = [
        TicketFilter { status: ticket_status, assignee: SOMEBODY, ..TicketFilter::default() },
        TicketFilter { status: ticket_status, priority, ..TicketFilter::default() },
        TicketFilter { status: ticket_status, team: TEAM, ..TicketFilter::default() },
        TicketFilter { status: ticket_status, inbox: Some(Id::from_row(1)), ..TicketFilter::default() },
    ]
    .map(|filter| tickets::query(&filter, caller, NEWEST_TICKET, desk.now()).sql(NEWEST_TICKET, false));
    for sql in conversations.iter().chain(&tickets) {
        let lines = plan(&desk, sql);
        assert!(lines.iter().all(|line| line.contains("COVERING INDEX")), "{sql}: {lines:?}");
    }
}

#[test]
fn the_lists_of_the_inbox_go_along_an_index_by_the_last_message() {
    let desk = TestApp::new();
    let (status, waiting) = (Some(ConversationStatus::Open), Some(Switch(true)));
    let none = ConversationFilter::default;
    let mut all = Vec::new();
    let latest = by(LAST_MESSAGE, true);
    let longest = by(WAITING, false);
    for (filter, order, index) in [
        (ConversationFilter { status, ..none() }, latest, "conversations_by_status_and_message"),
        (ConversationFilter { waiting, ..none() }, longest, "conversations_by_waiting"),
        (ConversationFilter { status, waiting, assignee: SOMEBODY, ..none() }, longest, "conversations_by_waiting"),
    ] {
        all.extend(conversations_along(&desk, filter, order, index));
    }
    assert_eq!(all, Vec::<String>::new());
    // Few of the open ones are somebody else's: no sorting, and no further than the page.
    for assignee in [SOMEBODY, NOBODY] {
        let filter = ConversationFilter { status, assignee, ..none() };
        assert_eq!(
            conversations_along(&desk, filter, latest, "conversations_by_status_and_message"),
            Vec::<String>::new()
        );
    }
}

#[test]
fn what_carries_a_tag_is_found_along_the_index_of_its_threads_whatever_else_is_asked() {
    let desk = TestApp::new();
    let tag = Some("billing".parse().unwrap());
    let of = |status| ConversationFilter { tag: tag.clone(), status, ..ConversationFilter::default() };
    let conversations = [None, Some(ConversationStatus::Closed)]
        .map(|status| conversations::query(&of(status), Id::from_row(1), NEWEST).sql(NEWEST, false));
    let tickets = [None, Some(TicketStatus::Closed)].map(|status| {
        let filter = TicketFilter { tag: tag.clone(), status, ..TicketFilter::default() };
        tickets::query(&filter, Id::from_row(1), NEWEST_TICKET, desk.now()).sql(NEWEST_TICKET, false)
    });
    for sql in conversations.iter().chain(&tickets) {
        let lines = plan(&desk, sql);
        assert_eq!(lines[0], "SEARCH threads USING INTEGER PRIMARY KEY (rowid=?)", "{sql}");
        let along = "SEARCH thread_tags USING COVERING INDEX thread_tags_by_tag (tag_id=?)";
        assert!(lines.iter().any(|line| line == along), "{sql}: {lines:?}");
    }
}

#[test]
fn tickets_by_sla_status_are_merged_from_what_is_settled_and_what_moves() {
    let desk = TestApp::new();
    for (sla_status, arms) in [(SlaStatus::OnTrack, 2), (SlaStatus::Warning, 1), (SlaStatus::Breached, 2)] {
        let only = TicketFilter { sla_status: Some(sla_status), ..TicketFilter::default() };
        // Beside a status, too: closed tickets are many, and almost none of their clocks runs.
        let beside = TicketFilter { status: Some(TicketStatus::Closed), assignee: SOMEBODY, ..only.clone() };
        for filter in [only, beside] {
            assert_eq!(tickets_along(&desk, filter.clone(), NEWEST_TICKET, "tickets_by_sla"), Vec::<String>::new());
            let lines = plan(
                &desk,
                &tickets::query(&filter, Id::from_row(1), NEWEST_TICKET, desk.now()).sql(NEWEST_TICKET, true),
            );
            assert_eq!(lines.iter().any(|line| line.contains("MERGE (UNION ALL)")), arms == 2, "{lines:?}");
            assert_eq!(lines.iter().filter(|line| line.starts_with("SEARCH threads")).count(), arms, "{lines:?}");
        }
    }
}

#[test]
fn a_filter_in_another_order_sorts_no_more_than_it_finds() {
    // Known cost: an index for every filter in every order would make each write pay for lists that few ask for.
    let desk = TestApp::new();
    let open = ConversationFilter { status: Some(ConversationStatus::Open), ..ConversationFilter::default() };
    let resolved = TicketFilter { status: Some(TicketStatus::Resolved), ..TicketFilter::default() };
    let order = by("updated_at", true);
    for (sql, index) in [
        (conversations::query(&open, Id::from_row(1), order).sql(order, false), "conversations_by_status"),
        (tickets::query(&resolved, Id::from_row(1), order, desk.now()).sql(order, false), "tickets_by_status"),
    ] {
        let lines = plan(&desk, &sql);
        assert!(lines[0].starts_with("SEARCH") && lines[0].contains(index), "{lines:?}");
    }
}

#[test]
fn messages_and_contacts_are_listed_along_an_index() {
    let desk = TestApp::new();
    let mut all = Vec::new();
    for kind in [None, Some(MessageType::Note)] {
        for descending in [false, true] {
            let order = by("created_at", descending);
            let list = messages::query(Id::from_row(1), kind, order);
            all.extend(faults(&desk, &list, order, "messages_in_order", false));
        }
    }
    for descending in [false, true] {
        let order = by("created_at", descending);
        let list = history::query(Id::from_row(1), order);
        all.extend(faults(&desk, &list, order, "thread_changes_in_order", false));
    }
    let none = ContactFilter::default;
    for (filter, order, index) in [
        (none(), NEWEST, "contacts_by_creation"),
        (none(), by("updated_at", true), "contacts_by_update"),
        (none(), by(contacts::BY_NAME, false), "contacts_by_name"),
        (ContactFilter { created_after: instant(), ..none() }, NEWEST, "contacts_by_creation"),
        (ContactFilter { created_before: instant(), ..none() }, NEWEST, "contacts_by_creation"),
    ] {
        let unfiltered = format!("{filter:?}") == format!("{:?}", none());
        all.extend(faults(&desk, &contacts::query(&filter, order), order, index, unfiltered));
    }
    let list = contacts::query(&none(), LAST_CHANGED).since(&since_ever(), "contacts_by_update");
    all.extend(faults(&desk, &list, LAST_CHANGED, "contacts_by_update", false));
    assert_eq!(all, Vec::<String>::new());
    let found = ContactFilter { found: Some(vec![1, 2]), ..none() };
    let lines = plan(&desk, &contacts::query(&found, NEWEST).sql(NEWEST, false));
    assert!(lines[0].contains("SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)"), "{lines:?}");
    let email = ContactFilter { email: Some("john@example.com".parse().unwrap()), ..none() };
    let lines = plan(&desk, &contacts::query(&email, NEWEST).sql(NEWEST, false));
    assert!(lines[0].contains("SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)"), "{lines:?}");
    assert!(lines.iter().filter(|line| line.contains("(email_key=?)")).count() == 2, "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("SCAN")), "{lines:?}");
}

#[test]
fn deliveries_are_found_along_an_index() {
    let desk = TestApp::new();
    let order = by("id", true);
    let mut all = Vec::new();
    for (filter, index) in [
        (Filter::default(), "deliveries_of_webhook"),
        (Filter { status: Some(DeliveryStatus::Failed), event: None }, "deliveries_by_state"),
    ] {
        all.extend(faults(&desk, &deliveries::query(Id::from_row(1), &filter, order), order, index, false));
    }
    assert_eq!(all, Vec::<String>::new());
    // Its rows are few: the last condition is looked at in each.
    let filter = Filter { status: None, event: Some(Id::from_row(1)) };
    let lines = plan(&desk, &deliveries::query(Id::from_row(1), &filter, order).sql(order, false));
    assert!(lines[0].contains("INDEX deliveries_of_event"), "{lines:?}");
    for (rest, index) in [(deliveries::QUEUE, "deliveries_queue"), (deliveries::ALONE, "deliveries_alone")] {
        let lines = plan(&desk, &format!("SELECT id FROM deliveries {rest}"));
        assert!(lines.len() == 1 && lines[0].starts_with("SEARCH") && lines[0].contains(index), "{lines:?}");
    }
}

#[test]
fn what_every_request_looks_up_is_found_by_its_key() {
    let desk = TestApp::new();
    let queries = [
        ("a conversation", row::BY_ID),
        ("a ticket", row::BY_TICKET),
        ("what stands behind a key", credentials::OF_KEY),
        ("what stands behind a session", credentials::OF_SESSION),
        ("the feed", feed::sql(0)),
        ("the feed of one type", feed::sql(1)),
        ("the feed of some types", feed::sql(2)),
        ("the feed, followed", feed::FOLLOW),
    ];
    for (what, sql) in queries {
        let lines = plan(&desk, sql);
        // The names of a thread's tags are few, and gathered from a list made on the spot.
        let scans = lines
            .iter()
            .filter(|line| line.starts_with("SCAN") && !line.contains("subquery") && !line.contains("json_each"));
        assert_eq!(scans.collect::<Vec<_>>(), Vec::<&String>::new(), "{what}: {lines:?}");
        assert!(!lines.iter().any(|line| line.contains("TEMP B-TREE")), "{what}: {lines:?}");
    }
    for (table, first) in [("conversation_counts", "status"), ("ticket_counts", "status")] {
        let lines = plan(&desk, &counts::sql(table, &[first, "priority"]));
        assert!(lines[0].starts_with(&format!("SEARCH {table} USING PRIMARY KEY (status=?")), "{lines:?}");
    }
}

#[test]
fn a_report_costs_as_much_as_its_span_holds() {
    let desk = TestApp::new();
    let all = reports::Filter::default();
    let some = reports::Filter {
        channel: Some(Channel::Chat),
        assignee: Some(None),
        inbox: Some(Id::from_row(1)),
        team: Some(None),
    };
    for (reading, index) in [
        (Reading::Begun, "INDEX conversations_by_creation (created_at>? AND created_at<?)"),
        (Reading::Closed, "INDEX threads_by_closing (closed_at>? AND closed_at<?)"),
        (Reading::Written, "INDEX messages_by_time (created_at>? AND created_at<?)"),
    ] {
        for filter in [all, some] {
            let lines = plan(&desk, &reading.sql(filter));
            assert!(lines[0].starts_with("SEARCH") && lines[0].contains(index), "{lines:?}");
            // Beside it, at most the thread of each message.
            let rest = lines[1..].iter().all(|line| line.contains("INTEGER PRIMARY KEY (rowid=?)"));
            assert!(rest && lines.len() <= 2, "{lines:?}");
        }
    }
    let lines = plan(&desk, &Reading::Written.sql(all));
    assert!(lines[0].contains("COVERING"), "{lines:?}");
}

//! /v1/reports over HTTP.

use crate::api::border::caller::Reader;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Place;
use crate::api::border::operation::Shape;
use crate::api::border::query::Query;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Told;
use crate::api::border::routes::Routes;
use crate::desk::inboxes::InboxId;
use crate::desk::reports;
use crate::desk::reports::Filter;
use crate::desk::reports::Overview;
use crate::desk::reports::span::Edge;
use crate::desk::reports::span::Offset;
use crate::desk::reports::span::Span;
use crate::desk::reports::table;
use crate::desk::reports::table::Table;
use crate::desk::threads::AssigneeFilter;
use crate::desk::threads::Channel;
use crate::desk::threads::TeamFilter;
use crate::types::Result;
use crate::types::time::Time;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;
use serde_json::json;

/// Adds the routes of reports.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Reports",
        "What came in, what was answered and closed, how fast, when and by whom. Figures are exact, and made when they are asked \
         for.",
    );
    let overview = v1.add(Method::GET, "/v1/reports/overview", overview).named(
        "getOverview",
        "Get an overview",
        "All figures of a span of up to 366 days, and the totals of the span of the same length before it, to compare with. \
         Conversations and tickets count alike, a ticket and its conversation once. The filters ask how a thread is now. \
         Percentiles are exact, by nearest rank: each is a value that occurred.",
    );
    asked(overview);
    let table = v1.add(Method::GET, "/v1/reports/overview.csv", overview_csv).named(
        "getOverviewTable",
        "Get a part of the overview as CSV",
        "The same figures for a spreadsheet: RFC 4180, with a row of names first. What begins like a formula has an \
         apostrophe in front, for else the spreadsheet would run it.",
    );
    table.parameter::<Table>(Place::Query, "table", "Which part; `by_day` if not said.");
    asked(table);
}

/// What both take.
fn asked(operation: &mut Operation) {
    operation
        .parameter::<Edge>(
            Place::Query,
            "from",
            "Where the span begins: an instant, or a date, which begins at midnight in `timezone_offset`. 30 days before \
             `to`, if not said.",
        )
        .parameter::<Edge>(
            Place::Query,
            "to",
            "Where the span ends; this instant is no longer in it. The end of today, if not said.",
        )
        .parameter::<InboxId>(Place::Query, "inbox", "Only tickets of this inbox.")
        .parameter::<Channel>(Place::Query, "channel", "Only what came in this way.")
        .parameter::<AssigneeFilter>(Place::Query, "assignee", "Only what this user looks after: an id, `me` or `none`.")
        .parameter::<TeamFilter>(Place::Query, "team", "Only what this team looks after: an id, or `none`.")
        .parameter::<Offset>(
            Place::Query,
            "timezone_offset",
            "By how much your clocks are ahead of UTC, such as `+01:00`: where days and hours begin. `Z` if not said. A `+` \
             that is not escaped is taken for one all the same.",
        );
}

struct Asked {
    span: Span,
    filter: Filter,
}

fn taken(who: &Reader, mut query: Query, now: Time) -> Result<Asked> {
    let (from, to, offset) = (query.take("from"), query.take("to"), query.take("timezone_offset"));
    let assignee = query.take::<AssigneeFilter>("assignee");
    let filter = Filter {
        inbox: query.take("inbox"),
        channel: query.take("channel"),
        assignee: assignee.map(|assignee| assignee.user(who.credentials.user).map(|user| user.row())),
        team: query.take::<TeamFilter>("team").map(TeamFilter::team),
    };
    query.done()?;
    Ok(Asked { span: Span::new(from, to, offset, now)?, filter })
}

async fn overview(who: Reader, query: Query) -> Result<Reply<Told<Overview>>> {
    let Asked { span, filter } = taken(&who, query, who.context.clock.now())?;
    who.look(move |db, now| reports::overview(db, &span, filter, now)).await
}

/// A table for a spreadsheet.
struct Csv;

impl Shape for Csv {
    fn describe(operation: &mut Operation) {
        let content = ("text/csv", json!({"type": "string"}));
        operation.answers(200, "The table.", Some(content), &["Content-Disposition"]);
    }
}

async fn overview_csv(who: Reader, mut query: Query) -> Result<Reply<Csv>> {
    let now = who.context.clock.now();
    let table = query.take("table").unwrap_or(Table::ByDay);
    let Asked { span, filter } = taken(&who, query, now)?;
    let overview = who.context.store.read(move |db| reports::overview(db, &span, filter, now)).await?;
    let name = format!("attachment; filename=\"commflow-{}-{}.csv\"", table.as_str().replace('_', "-"), span.date(0));
    let response = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(table::csv(&overview, table));
    Ok(response.into())
}

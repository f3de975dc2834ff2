//! /v1/events over HTTP: the change feed, oldest first, page by page or as a stream.

use crate::api::border::answer;
use crate::api::border::answer::Meta;
use crate::api::border::caller::Reader;
use crate::api::border::caller::set;
use crate::api::border::operation::Argument;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Place;
use crate::api::border::operation::Shape;
use crate::api::border::query::Query;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Routes;
use crate::api::border::stream::EventStream;
use crate::desk::credentials;
use crate::store::feed;
use crate::store::feed::Event;
use crate::store::feed::EventId;
use crate::store::feed::FeedFilter;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::event::EventKind;
use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use std::future::Ready;
use std::future::ready;
use std::str::FromStr;
use utoipa::ToSchema;

/// The header that a client resumes with.
const LAST_EVENT_ID: &str = "Last-Event-ID";
/// What may stand before `.*`.
const FAMILIES: [&str; 4] = ["conversation", "message", "contact", "ticket"];

/// Adds the routes.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Events",
        "The change feed: what happened, in order, kept for 30 days. Webhooks and the stream tell the same events. \
        The guide [Pages and sync](/docs/guides/pagination-and-sync) says how to follow it.",
    );
    v1.add(Method::GET, "/v1/events", list)
        .named("listEvents", "List events", "Oldest first.")
        .described_parameter(Place::Query, "types", WHICH, which())
        .parameter::<EventId>(Place::Query, "after", "Only what came after this event.")
        .numbered_pages()
        .may(&[Code::CursorExpired]);
    v1.add(Method::GET, "/v1/events/stream", stream)
        .named(
            "streamEvents",
            "Stream events",
            "Events as they happen, as server-sent events. A client that comes again with `Last-Event-ID` misses none, and \
             gets none twice. Without `after` and `Last-Event-ID`, it begins now. The stream ends when the key or session does.",
        )
        .described_parameter(Place::Query, "types", WHICH, which())
        .parameter::<EventId>(Place::Query, "after", "Begins after this event.")
        .parameter::<bool>(
            Place::Query,
            "presence",
            "Tells as well who comes into a conversation, begins to write there, or leaves it: as `presence`, without an `id`, \
             with the `data` of the answer to `getPresence`.",
        )
        .may(&[Code::CursorExpired]);
}

const WHICH: &str =
    "Only events of these types, parted by commas: `ticket.created`, all of a family (`ticket.*`), or all (`*`).";

/// What `types` looks like.
fn which() -> Value {
    let kinds: Vec<String> = EventKind::ALL.iter().map(|kind| kind.as_str().replace('.', "\\.")).collect();
    let one = format!("({}|({})\\.\\*|\\*)", kinds.join("|"), FAMILIES.join("|"));
    json!({"type": "string", "pattern": format!("^{one}(,{one})*$")})
}

/// A page of the change feed.
#[derive(Serialize, ToSchema)]
#[schema(as = EventPage)]
struct Told {
    /// The events, oldest first.
    data: Vec<Event>,
    /// How many there are.
    meta: Meta,
}

/// What may be asked for in `types`: a kind of event, all of a family (`ticket.*`), or all (`*`).
struct Types(Vec<EventKind>);

impl FromStr for Types {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let family = text.strip_suffix(".*").filter(|family| FAMILIES.contains(family));
        let is_meant = |kind: &EventKind| match family {
            Some(family) => kind.as_str().split('.').next() == Some(family),
            None => text == "*" || kind.as_str() == text,
        };
        let kinds: Vec<EventKind> = EventKind::ALL.iter().copied().filter(is_meant).collect();
        if kinds.is_empty() {
            let words = EventKind::ALL.iter().map(|kind| format!("`{kind}`"));
            let wide = FAMILIES.iter().map(|family| format!("`{family}.*`")).chain(["`*`".to_owned()]);
            let all: Vec<String> = words.chain(wide).collect();
            return Err(Refused::new(Rule::NotInEnum, format!("must be one of {}", all.join(", "))));
        }
        Ok(Self(kinds))
    }
}

/// The kinds that `types` asks for, each once; none: all.
fn kinds(query: &mut Query) -> Vec<EventKind> {
    let mut kinds: Vec<EventKind> = query.list::<Types>("types").into_iter().flat_map(|types| types.0).collect();
    kinds.sort();
    kinds.dedup();
    if kinds.len() == EventKind::ALL.len() { Vec::new() } else { kinds }
}

/// The event that a client has seen last, as its header says.
struct LastEventId(Option<EventId>);

impl FromRequest for LastEventId {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(LAST_EVENT_ID) else { return ready(Ok(Self(None))) };
        // What is not even text is refused as any other that is no id.
        let id = value.to_str().unwrap_or_default().parse();
        ready(
            id.map(|id| Self(Some(id)))
                .map_err(|refused: Refused| Error::invalid_parameters(vec![refused.at(LAST_EVENT_ID)])),
        )
    }
}

impl Argument for LastEventId {
    fn describe(operation: &mut Operation) {
        let text = "The event that was seen last; counts before `after`.";
        operation.parameter::<EventId>(Place::Header, LAST_EVENT_ID, text);
    }
}

/// A page of the feed, whose next one begins after its last event.
struct Followed;

impl Shape for Followed {
    fn describe(operation: &mut Operation) {
        let page = operation.schema_of::<Told>();
        operation.answers(200, "A page of the feed.", Some(("application/json", page)), &["Link"]);
    }
}

/// A stream of events.
struct Streamed;

impl Shape for Streamed {
    fn describe(operation: &mut Operation) {
        let text = "The stream: the `id` of each event is its cursor, `event` its type, `data` the event as JSON.";
        // No schema: what it would say of the whole, which has no end, some take for a rule for each event.
        operation.answers(200, text, Some(("text/event-stream", json!({}))), &[]);
        operation.may(&[Code::Unavailable]);
    }
}

async fn stream(who: Reader, mut query: Query, last: LastEventId) -> Result<Reply<Streamed>> {
    let (after, kinds, presence) = (query.take("after"), kinds(&mut query), query.switch("presence"));
    query.done()?;
    let after = last.0.or(after);
    let place = who.context.live.join(&who.credentials)?;
    let (credential, now) = (who.credentials.credential, who.context.clock.now());
    let read = who.context.store.read(move |db| {
        // From here on the place is told when the credential is lost: whether it was so before is to be seen now.
        if !credentials::standing(db, credential)?.is_some_and(|standing| standing.valid(now)) {
            return Err(Error::unauthorized());
        }
        feed::begin(db, after)
    });
    let cursor = read.await?;
    let stream = EventStream::new(who.context.clone(), place, kinds, cursor, presence);
    let mut response = HttpResponse::Ok().content_type("text/event-stream").streaming(stream.body());
    // A proxy that gathers or compresses would hold events back.
    set(&mut response, header::HeaderName::from_static("x-accel-buffering"), "no");
    Ok(response.into())
}

async fn list(who: Reader, mut query: Query) -> Result<Reply<Followed>> {
    let filter = FeedFilter { after: query.take("after"), kinds: kinds(&mut query) };
    let paging = query.paging();
    query.done()?;
    let (page, per_page) = (paging.page, paging.per_page);
    let offset = (page - 1).saturating_mul(per_page);
    let read = who.context.store.read(move |db| {
        let (data, total_count) = feed::read(db, &filter, offset, per_page)?;
        let last = data.last().map(|event| event.id).filter(|_| offset + per_page < total_count);
        let told = Told { data, meta: Meta { current_page: page, per_page, total_count } };
        Ok((serde_json::to_string(&told)?, last))
    });
    let (body, last) = read.await?;
    let mut response = answer::json(200, body);
    if let Some(last) = last {
        // The next page begins after the last event of this one: new events can't shift it.
        set(&mut response, header::LINK, &who.link(&[("after", last.to_string()), ("page", "1".to_owned())]));
    }
    Ok(response.into())
}

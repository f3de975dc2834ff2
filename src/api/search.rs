//! /v1/search over HTTP: everything at once.

use crate::api::border::answer;
use crate::api::border::caller::Reader;
use crate::api::border::operation::Place;
use crate::api::border::query::Query;
use crate::api::border::reply::Bare;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Routes;
use crate::choice;
use crate::search::Answer;
use crate::search::Wanted;
use crate::search::card::Views;
use crate::types::Result;
use actix_web::http::Method;
use serde_json::json;

/// Objects in an answer, over all lists, where nothing else is asked.
const DEFAULT_LIMIT: i64 = 20;
/// Objects in an answer at most.
const MAX_LIMIT: i64 = 100;

choice! {
    /// What can be searched for.
    SearchType {
        /// Conversations alone.
        Conversation "conversation",
        /// Contacts alone.
        Contact "contact",
        /// Tickets alone.
        Ticket "ticket",
    }
}

impl SearchType {
    fn views(self) -> Views {
        match self {
            Self::Conversation => Views { conversation: true, ..Views::NONE },
            Self::Contact => Views { contact: true, ..Views::NONE },
            Self::Ticket => Views { ticket: true, ..Views::NONE },
        }
    }
}

/// Adds the route.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Search",
        "Everything at once, the best first. What a request has written is found by the next search. The guide \
        [Search](/docs/guides/search-language) says what can be asked.",
    );
    v1.add(Method::GET, "/v1/search", find)
        .named(
            "search",
            "Search everything",
            "All words must match, the last one by its beginning. Words in quotes are a phrase, `-word` excludes, and \
             `status:open` filters. Where nothing matches, one typo is forgiven.",
        )
        .described_parameter(Place::Query, "q", "What to look for.", json!({"type": "string", "pattern": "\\S"}))
        .required()
        .parameter::<SearchType>(Place::Query, "type", "Looks for these only.")
        .described_parameter(
            Place::Query,
            "limit",
            "How many hits there are at most, over all three lists together.",
            json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
        );
}

async fn find(who: Reader, mut query: Query) -> Result<Reply<Bare<Answer>>> {
    let text = query.required("q");
    let views = query.take::<SearchType>("type").map_or(Views::ALL, SearchType::views);
    let limit = query.number("limit", DEFAULT_LIMIT, MAX_LIMIT);
    query.done()?;
    let caller = who.credentials.user.row();
    let limit = usize::try_from(limit).unwrap_or(0);
    let found = who.context.search.find(Wanted { text, views, limit, caller }, who.context.clock.now()).await?;
    Ok(answer::json(200, serde_json::to_string(&found)?).into())
}

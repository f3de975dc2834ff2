//! /v1/search over HTTP: everything at once.

use crate::api::border::answer;
use crate::api::border::caller::Reader;
use crate::api::border::query::Query;
use crate::api::border::routes::Routes;
use crate::choice;
use crate::search::Wanted;
use crate::search::card::Views;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;

/// Objects in an answer, over all lists, where nothing else is asked.
const DEFAULT_LIMIT: i64 = 20;
/// Objects in an answer at most.
const MAX_LIMIT: i64 = 100;

choice! {
    /// What can be searched for.
    Kind {
        /// Conversations alone.
        Conversation "conversation",
        /// Contacts alone.
        Contact "contact",
        /// Tickets alone.
        Ticket "ticket",
    }
}

impl Kind {
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
    v1.add(Method::GET, "/v1/search", &[&["q", "type", "limit"]], find);
}

async fn find(who: Reader, mut query: Query) -> Result<HttpResponse> {
    let text = query.required("q");
    let views = query.take::<Kind>("type").map_or(Views::ALL, Kind::views);
    let limit = query.number("limit", DEFAULT_LIMIT, MAX_LIMIT);
    query.done()?;
    let caller = who.credentials.user.row();
    let limit = usize::try_from(limit).unwrap_or(0);
    let found = who.context.search.find(Wanted { text, views, limit, caller }, who.context.clock.now()).await?;
    Ok(answer::json(200, serde_json::to_string(&found)?))
}

//! /v1/events over HTTP: the change feed, oldest first.

use crate::api::border::answer;
use crate::api::border::caller::Meta;
use crate::api::border::caller::Reader;
use crate::api::border::caller::set;
use crate::api::border::query::Query;
use crate::api::border::routes::Routes;
use crate::store::feed;
use crate::store::feed::Event;
use crate::store::feed::FeedFilter;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;
use serde::Serialize;

/// Adds the route.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/events", &[&["after", "types", "page", "per_page"]], list);
}

#[derive(Serialize)]
struct Told {
    data: Vec<Event>,
    meta: Meta,
}

async fn list(who: Reader, mut query: Query) -> Result<HttpResponse> {
    let filter = FeedFilter { after: query.take("after"), kinds: query.list("types") };
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
    Ok(response)
}

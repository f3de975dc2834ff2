//! /v1/sessions over HTTP: where the caller's user is signed in.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::PathId;
use crate::api::border::query::Query;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Routes;
use crate::desk::sessions;
use crate::desk::sessions::Session;
use crate::types::Result;
use actix_web::http::Method;

/// Adds the routes of sessions.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Sessions",
        "Where you are signed in with a browser. A session may do all that your role allows; what it changes needs the header \
         `X-CSRF-Token`, which [the current user](#getCurrentUser) tells.",
    );
    v1.add(Method::GET, "/v1/sessions", list)
        .named("listSessions", "List sessions", "Your own, newest first.")
        .paged(&COLUMNS);
    v1.add(Method::DELETE, "/v1/sessions/{session_id}", end).named(
        "endSession",
        "End a session",
        "One of your own. It stops working at once, and so do its event streams; ending the one that asks signs out.",
    );
}

const COLUMNS: [(&str, &str); 1] = [("created_at", "created_at")];

/// Sessions begin and end; of what changes in between, nobody else writes.
impl Resource for Session {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        1
    }
}

async fn list(who: Reader, mut query: Query) -> Result<Reply<Listed<Session>>> {
    let order = query.order(&COLUMNS, true);
    let paging = query.paging();
    query.done()?;
    let viewer = who.credentials.viewer();
    who.list(paging, move |db, paging, now| sessions::list(db, viewer, order, paging, now)).await
}

async fn end(who: Writer, id: PathId<Session>) -> Result<Reply<Deleted>> {
    let viewer = who.credentials.viewer();
    who.delete(move |tx| sessions::get(tx, id.0, viewer, tx.now), move |tx| sessions::end(tx, id.0)).await
}

//! /v1/demo over HTTP: a team's weeks to try things out with, beside whatever there is.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::caller::Reader;
use crate::api::border::caller::gone;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::desk::demo::filling::Filling;
use crate::desk::demo::marks;
use crate::desk::demo::removal;
use crate::store::Store;
use crate::store::answers::NO_BODY;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::time::Time;
use actix_web::http::Method;
use actix_web::rt;
use actix_web::web;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

/// Threads that are lived through in one write: nobody is to wait long for the writer.
const AT_ONCE: usize = 10;

/// Adds the routes of the demo.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Demo data",
        "Four weeks of a made-up team, to try things out with: 400 contacts, 1,200 conversations, 300 of them tickets. They \
         stand beside what there is, and can be removed again.",
    );
    v1.add(Method::GET, "/v1/demo", show).named("getDemo", "Look whether demo data is there", "");
    v1.add(Method::POST, "/v1/demo", add)
        .named(
            "addDemo",
            "Add the demo data",
            "Answered once all of it is there, which takes some seconds. Its users are inactive agents without a password: \
             nobody signs in with them. 409 where it is there already, or part of it. What happens is told in the change \
             feed, and to webhooks.",
        )
        .may(&[Code::Conflict]);
    v1.add(Method::DELETE, "/v1/demo", remove)
        .named(
            "removeDemo",
            "Remove the demo data",
            "All of it and nothing else, answered once it is gone. What others wrote into its threads goes with them. Threads \
             of your own stay: one with a contact of the demo has a `Deleted contact` then, and one that a user of the demo \
             looks after has no assignee. Teams, inboxes and tags of the demo stay where something else uses them. 409 \
             where there is none, and where its admins are the only ones.",
        )
        .may(&[Code::Conflict]);
}

/// Whether there is demo data.
#[derive(Debug, Serialize, ToSchema)]
struct Demo {
    /// Whether it is there, or part of it.
    present: bool,
}

impl Resource for Demo {
    fn id(&self) -> String {
        "demo".to_owned()
    }
    fn version(&self) -> i64 {
        1
    }
}

async fn show(who: Reader) -> Result<Reply<Shown<Demo>>> {
    who.show(|db, _| Ok(Demo { present: marks::any(db)? })).await
}

async fn add(who: Admin) -> Result<Reply<Created<Demo>>> {
    let work = async {
        let place = place(&who)?;
        let (store, now) = (who.context.store.clone(), who.context.clock.now());
        // By itself: a caller who goes away must not leave half of it.
        rt::spawn(fill(store, now, place)).await.map_err(Error::internal)??;
        answer::created("/v1", &Demo { present: true })
    };
    who.post_after(NO_BODY, work).await
}

async fn fill(store: Store, now: Time, _place: OwnedSemaphorePermit) -> Result<()> {
    let filling = web::block(move || Filling::draw(now)).await.map_err(Error::internal)??;
    let mut filling = filling.thread_by_thread();
    let first = store.write(Actor::SYSTEM, move |tx| {
        if marks::any(tx)? {
            return Err(Error::conflict("The demo data is there already. Remove it first, to have it anew."));
        }
        filling.move_in(tx, None)?;
        Ok(filling)
    });
    filling = first.await?;
    loop {
        let next = store.write(Actor::SYSTEM, move |tx| {
            let more = filling.go_on(tx, AT_ONCE)?;
            if !more {
                filling.end(tx, true)?;
            }
            Ok((filling, more))
        });
        let more;
        (filling, more) = next.await?;
        if !more {
            return Ok(());
        }
    }
}

async fn remove(who: Admin) -> Result<Reply<Deleted>> {
    let place = place(&who)?;
    who.remove(
        |tx| {
            removal::check(tx)?;
            Ok(Demo { present: true })
        },
        removal::step,
    )
    .await?;
    let store = who.context.store.clone();
    rt::spawn(clear(store, place)).await.map_err(Error::internal)??;
    who.context.search.erase().await;
    Ok(gone())
}

async fn clear(store: Store, _place: OwnedSemaphorePermit) -> Result<()> {
    while store.write(Actor::SYSTEM, removal::step).await? {}
    Ok(())
}

/// The one place for who adds the demo or removes it.
fn place(who: &Admin) -> Result<OwnedSemaphorePermit> {
    let busy = |_| Error::conflict("The demo data is being added or removed. Wait until it is done.");
    who.context.demo.clone().try_acquire_owned().map_err(busy)
}

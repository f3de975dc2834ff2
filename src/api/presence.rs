//! /v1/conversations/{conversation_id}/presence over HTTP.

use crate::api::border::answer;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::presence::Presence;
use crate::api::border::presence::PresenceState;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Told;
use crate::api::border::routes::Routes;
use crate::desk::messages;
use crate::desk::threads::ConversationKind;
use crate::desk::users;
use crate::desk::users::UserRef;
use crate::types::Result;
use crate::types::field::Invalid;
use actix_web::http::Method;
use deserr::Deserr;
use utoipa::ToSchema;

/// Adds the routes of presence.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Presence",
        "Who looks at a conversation just now, and who is writing there, so that no two answer at once. \
        The stream of events tells of it with `presence=true`.",
    );
    v1.add(Method::GET, "/v1/conversations/{conversation_id}/presence", show).named(
        "getPresence",
        "Get who is in a conversation",
        "",
    );
    v1.add(Method::PUT, "/v1/conversations/{conversation_id}/presence", put).named(
        "putPresence",
        "Say that you are in a conversation",
        "Say it again every 20 seconds: who is not heard of for 45 seconds has left. It is kept in memory alone, for each user \
         and conversation once.",
    );
}

/// What the caller does in a conversation.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
struct NewPresence {
    /// What the caller does there.
    state: PresenceState,
}

async fn show(who: Reader, id: PathId<ConversationKind>) -> Result<Reply<Told<Presence>>> {
    who.context.store.read(move |db| messages::check_conversation(db, id.0)).await?;
    let presence = who.context.live.presence(id.0, who.context.clock.now());
    Ok(answer::json(200, answer::data(&presence)?).into())
}

async fn put(who: Writer, id: PathId<ConversationKind>, new: Input<NewPresence>) -> Result<Reply<Told<Presence>>> {
    let caller = who.credentials.user;
    let read = who.context.store.read(move |db| {
        messages::check_conversation(db, id.0)?;
        Ok(UserRef { id: caller, name: users::get(db, caller)?.name.to_string() })
    });
    let (user, now) = (read.await?, who.context.clock.now());
    let presence = who.context.live.be_present(id.0, user, new.value.state, now);
    Ok(answer::json(200, answer::data(&presence)?).into())
}

//! /v1/me over HTTP: who is calling and with what, and what users may change about themselves.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::context::Context;
use crate::api::border::input::Input;
use crate::api::border::reply::Done;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::routes::Routes;
use crate::api::border::session_cookie;
use crate::desk::api_keys;
use crate::desk::api_keys::ApiKey;
use crate::desk::credentials::Credential;
use crate::desk::credentials::Credentials;
use crate::desk::passwords;
use crate::desk::passwords::Password;
use crate::desk::profile;
use crate::desk::profile::Profile;
use crate::desk::profile::ProfilePatch;
use crate::desk::sessions;
use crate::desk::sessions::SessionId;
use crate::store::answers::NO_BODY;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Rule;
use crate::types::field::Invalid;
use crate::types::time::Time;
use actix_web::HttpRequest;
use actix_web::http::Method;
use deserr::Deserr;
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

/// Adds the routes.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/me", show).named(
        "getCurrentUser",
        "Get the current user",
        "Who is calling, and with which key or session.",
    );
    v1.add(Method::PATCH, "/v1/me", update).named("updateCurrentUser", "Update the current user", "");
    v1.add(Method::POST, "/v1/me/password", change_password)
        .named(
            "changePassword",
            "Change the password",
            "All other sessions of the user end at once, and so do their event streams. API keys go on.",
        )
        .may(&[Code::Conflict]);
}

/// A user, and what was shown to call.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrentUser)]
struct Me {
    #[serde(flatten)]
    profile: Profile,
    /// The key that was used; `null` for a session.
    api_key: Option<ApiKey>,
    /// The session that was used; `null` for an API key.
    session: Option<OwnSession>,
}

/// The session that a page calls with.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrentSession)]
struct OwnSession {
    /// `session_001`.
    id: SessionId,
    /// What `X-CSRF-Token` has to be in each request of this session that changes something.
    csrf_token: String,
    /// When it ends unless it is used.
    expires_at: Time,
}

impl Resource for Me {
    fn id(&self) -> String {
        self.profile.user.id.to_string()
    }
    fn version(&self) -> i64 {
        self.profile.user.version
    }
}

/// The current password, and the one to come.
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
struct PasswordChange {
    /// The password as it is.
    #[schema(format = "password")]
    current_password: String,
    /// The password as it is to be.
    new_password: Password,
}

async fn show(who: Reader, request: HttpRequest) -> Result<Reply<Shown<Me>>> {
    let (credentials, csrf_token) = (who.credentials.clone(), csrf_token(&request, &who.context));
    who.show(move |db, now| told(db, profile::get(db, credentials.user)?, &credentials, csrf_token, now)).await
}

async fn update(who: Writer, patch: Input<ProfilePatch>, request: HttpRequest) -> Result<Reply<Shown<Me>>> {
    let (credentials, csrf_token) = (who.credentials.clone(), csrf_token(&request, &who.context));
    let (reading, reading_token) = (credentials.clone(), csrf_token.clone());
    who.update(
        move |tx| told(tx, profile::get(tx, reading.user)?, &reading, reading_token, tx.now),
        move |tx| {
            let profile = profile::update(tx, credentials.user, patch.value)?;
            told(tx, profile, &credentials, csrf_token, tx.now)
        },
    )
    .await
}

fn csrf_token(request: &HttpRequest, context: &Context) -> String {
    session_cookie::token(request, &context.settings)
        .map(|token| session_cookie::csrf_token(&token))
        .unwrap_or_default()
}

fn told(db: &Connection, profile: Profile, asking: &Credentials, csrf_token: String, now: Time) -> Result<Me> {
    match asking.credential {
        Credential::Key(key) => Ok(Me { profile, api_key: Some(api_keys::get(db, key)?), session: None }),
        Credential::Session(id) => {
            let expires_at = sessions::get(db, id, asking.viewer(), now)?.expires_at;
            Ok(Me { profile, api_key: None, session: Some(OwnSession { id, csrf_token, expires_at }) })
        }
    }
}

async fn change_password(who: Writer, change: Input<PasswordChange>, request: HttpRequest) -> Result<Reply<Done>> {
    let PasswordChange { current_password, new_password } = change.value;
    let (store, door, user) = (&who.context.store, &who.context.door, who.credentials.user);
    let work = async {
        let account = store.read(move |db| passwords::account(db, user)).await?;
        let from = who.context.address(&request);
        if !door.verify(&account.email_key, from, current_password, account.stored.clone()).await? {
            return Err(Error::invalid_field("current_password", Rule::InvalidFormat, "is not your password"));
        }
        let (new, but) = (door.hash(new_password).await?, who.credentials.session());
        store.write(who.credentials.actor(), move |tx| passwords::change(tx, &account, &new, but)).await?;
        Ok(answer::done())
    };
    // Of passwords, not even a fingerprint is kept.
    who.post_after(NO_BODY, work).await
}

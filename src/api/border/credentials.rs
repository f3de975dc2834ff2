//! Who calls: from `Authorization: Bearer cf_…`, or from the cookie of a session, to a user's role and scopes.

use crate::api::border::context::Settings;
use crate::api::border::session_cookie;
use crate::desk::credentials;
use crate::desk::credentials::Credentials;
use crate::desk::secrets;
use crate::desk::secrets::Hash;
use crate::desk::users::UserId;
use crate::store::Store;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Time;
use actix_web::HttpRequest;
use actix_web::http::header;
use rusqlite::Connection;
use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

/// Credentials remembered at most; more are simply looked up again.
const REMEMBERED_MAX: usize = 10_000;
/// `last_used_at` is written at most once in this many seconds, or every GET would cost a commit.
const USE_NOTED_EVERY_S: i64 = 60;

/// Keys and sessions seen lately, so that a request costs no look-up. Void as soon as users, keys or sessions change, in
/// whichever process: each entry knows the store's epoch in which it was read.
#[derive(Default)]
pub struct CredentialCache(RwLock<HashMap<Hash, Remembered>>);

/// Somebody who has signed in with a browser.
pub struct Visitor {
    /// The user.
    pub user: UserId,
    /// What the page needs to change something.
    pub csrf_token: String,
}

/// How a credential is found by its hash.
type LookUp = fn(&Connection, &Hash) -> Result<Option<Credentials>>;

struct Remembered {
    credentials: Credentials,
    epoch: u64,
    noted_at: AtomicI64,
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && key.starts_with("cf_") && key.len() <= 200).then_some(key)
}

impl CredentialCache {
    /// Finds out who calls. With an `Authorization` header, whatever it says, no cookie is looked at: who sends one means it.
    ///
    /// # Errors
    /// `unauthorized` for no, malformed, unknown, revoked or expired credentials, and those of an inactive user; `forbidden`
    /// where a session is to change something, and it is not sure that its own page asks.
    pub async fn authenticate(
        &self,
        store: &Store,
        settings: &Settings,
        now: Time,
        request: &HttpRequest,
    ) -> Result<Credentials> {
        if request.headers().contains_key(header::AUTHORIZATION) {
            let key = bearer(request).ok_or_else(Error::unauthorized)?;
            return self.find(store, now, key, credentials::of_key).await;
        }
        let token = session_cookie::token(request, settings).ok_or_else(Error::unauthorized)?;
        let found = self.find(store, now, &token, credentials::of_session).await?;
        session_cookie::refuse_forged(request, settings, &token)?;
        Ok(found)
    }

    /// Who has signed in with a browser, for a page that is to be shown and changes nothing.
    pub async fn visitor(
        &self,
        store: &Store,
        settings: &Settings,
        now: Time,
        request: &HttpRequest,
    ) -> Option<Visitor> {
        let token = session_cookie::token(request, settings)?;
        let found = self.find(store, now, &token, credentials::of_session).await.ok()?;
        Some(Visitor { user: found.user, csrf_token: session_cookie::csrf_token(&token) })
    }

    async fn find(&self, store: &Store, now: Time, secret: &str, look_up: LookUp) -> Result<Credentials> {
        let hash = secrets::hash(secret);
        let epoch = store.credentials_epoch();
        let credentials = match self.recall(&hash, epoch).filter(|known| known.valid(now)) {
            Some(credentials) => credentials,
            // Or its end has moved on since it was remembered.
            None => {
                let found = store.read(move |db| look_up(db, &hash)).await?;
                let credentials = found.ok_or_else(Error::unauthorized)?;
                self.remember(hash, credentials.clone(), epoch);
                credentials
            }
        };
        if !credentials.valid(now) {
            return Err(Error::unauthorized());
        }
        if self.is_use_to_be_noted(&hash, now) {
            let credential = credentials.credential;
            store.write_later(Actor::SYSTEM, move |tx| credentials::note_use(tx, credential));
        }
        Ok(credentials)
    }

    fn recall(&self, hash: &Hash, epoch: u64) -> Option<Credentials> {
        let remembered = self.0.read().ok()?;
        remembered.get(hash).filter(|one| one.epoch == epoch).map(|one| one.credentials.clone())
    }

    fn remember(&self, hash: Hash, credentials: Credentials, epoch: u64) {
        let Ok(mut remembered) = self.0.write() else { return };
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        let before = remembered.get(&hash).map(|one| one.noted_at.load(Ordering::Relaxed));
        let noted_at = before.max(credentials.last_used_at.map(Time::unix)).unwrap_or(0);
        remembered.insert(hash, Remembered { credentials, epoch, noted_at: AtomicI64::new(noted_at) });
    }

    fn is_use_to_be_noted(&self, hash: &Hash, now: Time) -> bool {
        let Ok(remembered) = self.0.read() else { return false };
        let Some(one) = remembered.get(hash) else { return false };
        let before = one.noted_at.load(Ordering::Relaxed);
        now.unix() - before >= USE_NOTED_EVERY_S
            && one.noted_at.compare_exchange(before, now.unix(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

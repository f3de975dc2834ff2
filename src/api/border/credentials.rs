//! Who calls: from `Authorization: Bearer cf_…` to a user's role and a key's scopes.

use crate::desk::api_keys;
use crate::desk::api_keys::Credentials;
use crate::store::Store;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Time;
use actix_web::HttpRequest;
use actix_web::http::header;
use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

/// Keys remembered at most; more are simply looked up again.
const REMEMBERED_MAX: usize = 10_000;
/// `last_used_at` is written at most once in this many seconds, or every GET would cost a commit.
const USE_NOTED_EVERY_S: i64 = 60;

/// Keys seen lately, so that a request costs no look-up. Void as soon as users or keys change, in whichever process: each
/// entry knows the store's epoch in which it was read.
#[derive(Default)]
pub struct CredentialCache(RwLock<HashMap<[u8; 32], Remembered>>);

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
    /// Finds out who calls.
    ///
    /// # Errors
    /// `unauthorized` for no, malformed, unknown, revoked or expired credentials, and those of an inactive user.
    pub async fn authenticate(&self, store: &Store, now: Time, request: &HttpRequest) -> Result<Credentials> {
        let key = bearer(request).ok_or_else(Error::unauthorized)?;
        let hash = api_keys::hash(key);
        let epoch = store.credentials_epoch();
        let credentials = match self.recall(&hash, epoch) {
            Some(credentials) => credentials,
            None => {
                let found = store.read(move |db| api_keys::credentials(db, &hash)).await?;
                let credentials = found.ok_or_else(Error::unauthorized)?;
                self.remember(hash, credentials.clone(), epoch);
                credentials
            }
        };
        if !credentials.valid(now) {
            return Err(Error::unauthorized());
        }
        if self.is_use_to_be_noted(&hash, now) {
            let id = credentials.api_key;
            store.write_later(Actor::SYSTEM, move |tx| api_keys::note_use(tx, id));
        }
        Ok(credentials)
    }

    fn recall(&self, hash: &[u8; 32], epoch: u64) -> Option<Credentials> {
        let remembered = self.0.read().ok()?;
        remembered.get(hash).filter(|one| one.epoch == epoch).map(|one| one.credentials.clone())
    }

    fn remember(&self, hash: [u8; 32], credentials: Credentials, epoch: u64) {
        let Ok(mut remembered) = self.0.write() else { return };
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        let before = remembered.get(&hash).map(|one| one.noted_at.load(Ordering::Relaxed));
        let noted_at = before.max(credentials.last_used_at.map(Time::unix)).unwrap_or(0);
        remembered.insert(hash, Remembered { credentials, epoch, noted_at: AtomicI64::new(noted_at) });
    }

    fn is_use_to_be_noted(&self, hash: &[u8; 32], now: Time) -> bool {
        let Ok(remembered) = self.0.read() else { return false };
        let Some(one) = remembered.get(hash) else { return false };
        let before = one.noted_at.load(Ordering::Relaxed);
        now.unix() - before >= USE_NOTED_EVERY_S
            && one.noted_at.compare_exchange(before, now.unix(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

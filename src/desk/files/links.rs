//! Links to files that work without a key: signed, for a day, and for that one file alone.

use crate::desk::files::FileId;
use crate::desk::settings;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Time;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use rusqlite::Connection;
use rusqlite::params;
use sha2::Sha256;

/// How long a link lives at least, in seconds.
const LIVES_S: i64 = 24 * 3_600;
/// Links signed within as many seconds are the same, so that an object reads the same for a while.
const STEP_S: i64 = 5 * 60;
/// The name of the key among the settings.
const KEY: &str = "file_link_key";
/// The name of the base among the settings.
const BASE: &str = "file_link_base";

/// What it takes to write and to check links.
pub struct Links {
    key: [u8; 32],
    base: String,
}

impl Links {
    /// As the store has them.
    ///
    /// # Errors
    /// When no server has ever run on this store; those of SQLite.
    pub fn read(db: &Connection) -> Result<Self> {
        let key = settings::get(db, KEY)?;
        let key = key.and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text).ok()).and_then(|key| key.try_into().ok());
        let key = key.ok_or_else(|| Error::internal("the store has no key for links"))?;
        Ok(Self { key, base: base(db)? })
    }

    /// The link to a file as it is signed at `now`.
    ///
    /// # Errors
    /// None that a sound key would cause.
    pub fn url(&self, id: FileId, now: Time) -> Result<String> {
        let expires = expiry(now);
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.code(id, expires)?.finalize().into_bytes());
        Ok(format!("{}/files/{id}?expires={expires}&signature={signature}", self.base))
    }

    /// The file that a link leads to at `now`, given by its last segment and its query. One link has one spelling.
    pub fn follow(&self, segment: &str, query: &str, now: Time) -> Option<FileId> {
        let id: FileId = segment.parse().ok()?;
        let (expires, signature) = query.strip_prefix("expires=")?.split_once("&signature=")?;
        let number: i64 = expires.parse().ok().filter(|number: &i64| number.to_string() == expires)?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.code(id, number).ok()?.verify_slice(&signature).ok()?;
        (now.unix() < number).then_some(id)
    }

    fn code(&self, id: FileId, expires: i64) -> Result<Hmac<Sha256>> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.key).map_err(Error::internal)?;
        code.update(format!("commflow file link v1\n{id}\n{expires}").as_bytes());
        Ok(code)
    }
}

fn expiry(now: Time) -> i64 {
    let earliest = now.unix().saturating_add(LIVES_S);
    earliest.div_euclid(STEP_S).saturating_add(i64::from(earliest.rem_euclid(STEP_S) > 0)).saturating_mul(STEP_S)
}

/// Where the server is reached, as its last start noted it; without a slash at the end.
///
/// # Errors
/// Those of SQLite.
pub fn base(db: &Connection) -> Result<String> {
    Ok(settings::get(db, BASE)?.unwrap_or_default())
}

/// Makes the key where there is none, and notes where the server is reached.
///
/// # Errors
/// Those of SQLite; when the system gives no random numbers.
pub fn prepare(tx: &Tx, base: &str) -> Result<()> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO settings VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![KEY, BASE64_URL_SAFE_NO_PAD.encode(key)],
    )?;
    tx.execute(
        "INSERT INTO settings VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        params![BASE, base],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_its_file_for_a_day_and_no_mutant_of_it_anywhere() {
        let links = Links { key: [7; 32], base: "https://desk.example".to_owned() };
        let now = Time::from_unix(1_768_471_201);
        let url = links.url(FileId::from_row(1), now).unwrap();
        let (segment, query) = url.strip_prefix("https://desk.example/files/").unwrap().split_once('?').unwrap();
        assert_eq!(links.follow(segment, query, now), Some(FileId::from_row(1)));
        assert_eq!(links.follow(segment, query, now.plus(LIVES_S - 1)), Some(FileId::from_row(1)));
        assert_eq!(links.follow(segment, query, now.plus(LIVES_S + STEP_S)), None);
        assert_eq!(links.follow("file_002", query, now), None);
        assert_eq!(links.follow("file_01", query, now), None);
        let other = Links { key: [8; 32], base: String::new() };
        assert_eq!(other.follow(segment, query, now), None);
        for at in 0..query.len() {
            for byte in 0x20..0x7f_u8 {
                let mut mutant = query.as_bytes().to_vec();
                if mutant[at] != byte {
                    mutant[at] = byte;
                    assert_eq!(links.follow(segment, str::from_utf8(&mutant).unwrap(), now), None, "{at} {byte}");
                }
            }
            let shorter = format!("{}{}", &query[..at], &query[at + 1..]);
            assert_eq!(links.follow(segment, &shorter, now), None);
        }
        for mutant in
            ["", "expires=", "signature=", &format!("{query}&x=1"), &format!("{query}="), &query.replace('=', "=+")]
        {
            assert_eq!(links.follow(segment, mutant, now), None, "{mutant}");
        }
    }

    #[test]
    fn links_of_the_same_five_minutes_are_the_same() {
        let at = |seconds| expiry(Time::from_unix(seconds));
        assert_eq!(at(0), LIVES_S);
        assert_eq!(at(1), LIVES_S + STEP_S);
        assert_eq!(at(300), LIVES_S + STEP_S);
        assert_eq!(at(301), LIVES_S + 2 * STEP_S);
    }
}

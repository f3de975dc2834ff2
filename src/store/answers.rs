//! Answers to POSTs that carried an `Idempotency-Key`, written in the same transaction as what the request did.

use crate::store::tx::Tx;
use crate::types::Result;
use rusqlite::OptionalExtension;
use rusqlite::params;

/// What tells one request from another under the same `Idempotency-Key`.
pub type Fingerprint = [u8; 32];

/// The fingerprint of a request without a body.
pub const NO_BODY: Fingerprint = [0; 32];

/// Which request it was: per credential, method and path, and key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestKey {
    /// The number of the credential that may repeat it.
    pub credential: i64,
    /// Method and path.
    pub target: String,
    /// The `Idempotency-Key`.
    pub key: String,
}

/// An answer as it goes out.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Location`, for what was created.
    pub location: Option<String>,
    /// `ETag`, for a single object.
    pub etag: Option<String>,
    /// The body; none when it is kept without, for it showed a secret once.
    pub body: Option<String>,
    /// Whose data it holds, for erasure.
    pub contact: Option<i64>,
}

/// An answer kept, and the fingerprint of the request that it answered.
pub struct Kept {
    /// SHA-256 of the parsed request.
    pub fingerprint: Vec<u8>,
    /// What it was answered with.
    pub answer: Answer,
}

/// The answer kept for a request.
///
/// # Errors
/// Those of SQLite.
pub fn find(tx: &Tx, request: &RequestKey) -> Result<Option<Kept>> {
    let kept = tx
        .prepare_cached(
            "SELECT fingerprint, status, location, etag, body, contact_id FROM idempotent_answers
             WHERE credential = ?1 AND target = ?2 AND key = ?3",
        )?
        .query_row(params![request.credential, request.target, request.key], |row| {
            Ok(Kept {
                fingerprint: row.get(0)?,
                answer: Answer {
                    status: row.get(1)?,
                    location: row.get(2)?,
                    etag: row.get(3)?,
                    body: row.get(4)?,
                    contact: row.get(5)?,
                },
            })
        })
        .optional()?;
    Ok(kept)
}

/// Keeps an answer.
///
/// # Errors
/// Those of SQLite.
pub fn keep(tx: &Tx, request: &RequestKey, fingerprint: &[u8], answer: &Answer) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO idempotent_answers (credential, target, key, fingerprint, status, location, etag, body, contact_id, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        request.credential,
        request.target,
        request.key,
        fingerprint,
        answer.status,
        answer.location,
        answer.etag,
        answer.body,
        answer.contact,
        tx.now
    ])?;
    Ok(())
}

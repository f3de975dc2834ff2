//! Safe retries: the answer to a POST that carries an `Idempotency-Key` is written in the same transaction as its effect,
//! and sent again when the same request comes again.

use crate::api::border::operation;
use crate::api::border::operation::Operation;
use crate::store::answers;
use crate::store::answers::Answer;
use crate::store::answers::Fingerprint;
use crate::store::answers::RequestKey;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Detail;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use actix_web::HttpRequest;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;

/// The `Idempotency-Key` of a request, if it sent one.
///
/// # Errors
/// `invalid_parameter` when it is not of 1 to 255 visible ASCII characters.
pub fn key_of(request: &HttpRequest) -> Result<Option<String>> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(Some(key.to_owned()))
        }
        _ => {
            let refused = Refused::new(Rule::InvalidFormat, "must be of 1 to 255 visible ASCII characters");
            Err(Error::invalid_parameters(vec![refused.at("Idempotency-Key")]))
        }
    }
}

/// Says of a POST that it may be repeated safely.
pub fn describe(operation: &mut Operation) {
    let text = "A key of your own for this request: sent again with the same key, it is not done twice, and answered as the \
                first time, for 24 hours. 1 to 255 visible ASCII characters.";
    let schema = json!({"type": "string", "pattern": "^[!-~]{1,255}$"});
    operation.described_parameter(operation::Place::Header, "Idempotency-Key", text, schema);
    operation.may(&[Code::Conflict, Code::ValidationFailed]);
}

/// The requests with a key that are running.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<RequestKey>>>);

/// Holds a request's place until it is answered.
pub struct Place {
    in_flight: InFlight,
    request: RequestKey,
}

impl InFlight {
    /// Takes the request's place.
    ///
    /// # Errors
    /// `conflict` while another request with the same key is running.
    pub fn enter(&self, request: &RequestKey) -> Result<Place> {
        let mut running = self.0.lock().map_err(|_| Error::unavailable("Please try again."))?;
        if !running.insert(request.clone()) {
            return Err(Error::conflict("A request with this Idempotency-Key is still running."));
        }
        Ok(Place { in_flight: self.clone(), request: request.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(mut running) = self.in_flight.0.lock() {
            running.remove(&self.request);
        }
    }
}

/// What became of a request with a key.
pub enum Outcome {
    /// It was done now.
    Done(Answer),
    /// It was done before, and answered so.
    Replayed(Answer),
}

/// The answer to a request that was done before; none if it was not.
///
/// # Errors
/// 422 when the key was used for another request, `already_issued` when the answer showed a secret once.
pub fn replay(tx: &Tx, request: &RequestKey, fingerprint: &Fingerprint) -> Result<Option<Answer>> {
    let Some(kept) = answers::find(tx, request)? else { return Ok(None) };
    if kept.fingerprint != fingerprint {
        let detail = Detail {
            field: "Idempotency-Key".to_owned(),
            code: Rule::Taken,
            message: "was used for another request: take a new one for each".to_owned(),
            existing_id: None,
        };
        return Err(Error::invalid(vec![detail]));
    }
    if kept.answer.body.is_none() && kept.answer.status != 204 {
        let message = "This was done before, and its answer showed a secret that is not shown again.";
        return Err(Error::new(Code::AlreadyIssued, message));
    }
    Ok(Some(kept.answer))
}

/// Does the request, unless it was done before.
///
/// # Errors
/// 422 when the key was used for another request, `already_issued` when the answer showed a secret once; those of `make`.
pub fn once(
    tx: &Tx,
    request: &RequestKey,
    fingerprint: &Fingerprint,
    make: impl FnOnce(&Tx) -> Result<Answer>,
    secret: bool,
) -> Result<Outcome> {
    if let Some(answer) = replay(tx, request, fingerprint)? {
        return Ok(Outcome::Replayed(answer));
    }
    let answer = make(tx)?;
    let kept = if secret { Answer { body: None, ..answer.clone() } } else { answer.clone() };
    answers::keep(tx, request, fingerprint, &kept)?;
    Ok(Outcome::Done(answer))
}

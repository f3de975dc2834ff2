//! One change for many objects: all that can be applied is applied, in one transaction; the rest is told of, one by one.

use crate::described;
use crate::store::feed;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::Invalid;
use crate::types::field::path;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::schema;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Value;
use deserr::ValuePointerRef;
use serde::Serialize;
use serde_json::Map;
use std::collections::HashSet;
use utoipa::ToSchema;
use utoipa::openapi::ArrayBuilder;

/// Most ids in one request.
const MAX_IDS: usize = 1_000;

/// 1 to 1,000 ids as they were sent; duplicates count once. One that is not of the form fails alone.
#[derive(Debug, Clone)]
pub struct Ids(Vec<String>);

described! {
    // At most 1,000 different ones, which no schema can say.
    Ids = ArrayBuilder::new().items(schema::text()).min_items(Some(1));
}

impl Deserr<Invalid> for Ids {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        let mut ids: Vec<String> = Deserr::deserialize_from_value(value, at)?;
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        let refused = match ids.len() {
            0 => Refused::new(Rule::TooShort, "must hold at least one id"),
            1..=MAX_IDS => return Ok(Self(ids)),
            _ => Refused::new(Rule::TooLong, "can't hold over 1,000 ids"),
        };
        Err(Invalid(vec![refused.at(path(at))]))
    }
}

/// What became of a bulk request.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Outcome {
    /// The ids of what was changed, or already was as asked.
    pub updated: Vec<String>,
    /// What could not be changed, and why.
    pub failed: Vec<Failure>,
    /// What would change, by id: only in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Object>)]
    pub changes: Option<Map<String, serde_json::Value>>,
}

/// What could not be changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkFailure)]
pub struct Failure {
    /// The id as it was sent.
    pub id: String,
    /// The code of the error.
    pub code: &'static str,
    /// A sentence for a person.
    pub message: String,
}

/// Applies a change to each of `ids`. In a dry run, says what would change, and changes nothing. Their events share an id.
///
/// # Errors
/// Those that are not about one object: a full disk ends the whole request.
pub fn apply<K: Kind, T: Serialize>(
    tx: &Tx,
    ids: &Ids,
    dry_run: bool,
    change: impl Fn(&Tx, Id<K>) -> Result<(T, T)>,
) -> Result<Outcome> {
    let bulk_id = new_bulk_id()?;
    tx.part(!dry_run, |tx| {
        let tx = &tx.in_bulk(&bulk_id);
        let mut outcome = Outcome { changes: dry_run.then(Map::new), ..Outcome::default() };
        for id in &ids.0 {
            match change_one(tx, id, &change) {
                Ok((old, new)) => {
                    outcome.updated.push(id.clone());
                    if let Some(all) = outcome.changes.as_mut() {
                        all.insert(id.clone(), feed::changes(&old, &new)?.into());
                    }
                }
                Err(error) if error.code.status() >= 500 => return Err(error),
                Err(error) => {
                    outcome.failed.push(Failure { id: id.clone(), code: error.code.as_str(), message: error.message });
                }
            }
        }
        Ok(outcome)
    })
}

fn change_one<K: Kind, T>(tx: &Tx, id: &str, change: &impl Fn(&Tx, Id<K>) -> Result<(T, T)>) -> Result<(T, T)> {
    let missing = || Error::new(Code::NotFound, format!("There is no {} of this id.", K::PREFIX));
    let id = id.parse().map_err(|_| missing())?;
    tx.part(true, |tx| change(tx, id))
}

fn new_bulk_id() -> Result<String> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|cause| Error::internal(cause.to_string()))?;
    Ok(format!("bulk_{:016x}", u64::from_be_bytes(bytes)))
}

//! Links between operations: what was made or shown can be got, changed and deleted, and holds things of its own.

use crate::api::border::access::Access;
use crate::api::border::operation::Operation;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Where an answer leads: from a 201, to the operations on what was made; from a 200, to those on what was shown. They
/// follow from the paths.
pub fn of(operation: &Operation, status: u16, all: &[Operation]) -> Map<String, Value> {
    let known = known(operation, status);
    let leads = |target: &&Operation| {
        // A link to a file is more than its path: it is signed.
        if target.access == Access::Public {
            return false;
        }
        let below = target.path.starts_with(&known.place) && target.path != operation.path;
        (below || target.path == known.place) && target.id != operation.id && known.suffice(target)
    };
    all.iter().filter(leads).map(|target| (target.id.to_owned(), known.link(target))).collect()
}

/// What is known after an answer.
struct Known {
    /// The path of the object in the answer, as in the table.
    place: String,
    /// The names in that path, and where their values are found.
    values: Vec<(String, String)>,
}

fn known(operation: &Operation, status: u16) -> Known {
    let mut values: Vec<(String, String)> =
        operation.varying().map(|name| (name.to_owned(), format!("$request.path.{name}"))).collect();
    let mut place = operation.path.to_owned();
    if status == 201 {
        let name = member(operation.path);
        place = format!("{place}/{{{name}}}");
        values.push((name, "$response.body#/data/id".to_owned()));
    }
    // Of a list or a lone answer, nothing follows.
    if !place.ends_with('}') || !matches!(status, 200 | 201) {
        place = "none".to_owned();
    }
    Known { place, values }
}

/// What the id of a member of a collection is called in paths.
fn member(collection: &str) -> String {
    match collection.rsplit('/').next().unwrap_or_default() {
        "conversations" => "conversation_id".to_owned(),
        "members" => "user_id".to_owned(),
        "inboxes" => "inbox_id".to_owned(),
        "api_keys" => "key_id".to_owned(),
        other => match other.strip_suffix("ies") {
            Some(stem) => format!("{stem}y_id"),
            None => format!("{}_id", other.trim_end_matches('s')),
        },
    }
}

impl Known {
    fn suffice(&self, target: &Operation) -> bool {
        target.varying().all(|name| self.values.iter().any(|(known, _)| known == name))
    }

    fn link(&self, target: &Operation) -> Value {
        let wanted = |name: &str| target.varying().any(|other| other == name);
        let parameters: Map<String, Value> = self
            .values
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        json!({"operationId": target.id, "parameters": parameters})
    }
}

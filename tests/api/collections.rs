//! Collections for Postman and Bruno: the calls of the document, with a variable for each id. That both programs can run them
//! is seen by `tests/strangers/run`.

use crate::contract::DOCUMENT;
use commflow::api::openapi::calls::Call;
use commflow::api::openapi::calls::calls;
use commflow::api::openapi::collections;
use commflow::api::openapi::collections::Collection;
use commflow::api::openapi::collections::Request;
use commflow::api::openapi::collections::bruno;
use commflow::api::openapi::collections::postman;
use serde_json::Value;
use std::collections::BTreeSet;

fn collection() -> Collection {
    collections::of(&DOCUMENT)
}

fn requests(collection: &Collection) -> Vec<&Request> {
    collection.folders.iter().flat_map(|folder| &folder.requests).collect()
}

/// The names between double braces. A place in a saved reply has a dot in its name, and is none of the collection's.
fn variables(text: &str) -> BTreeSet<&str> {
    let names = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}").map(|(name, _)| name));
    names.filter(|name| !name.contains('.')).collect()
}

/// All requests of a Postman collection.
fn items(collection: &Value) -> Vec<&Value> {
    let folders = collection["item"].as_array().unwrap();
    folders.iter().flat_map(|folder| folder["item"].as_array().unwrap()).collect()
}

#[test]
fn every_call_is_in_it_but_pages_bytes_streams_what_is_of_browsers_and_what_needs_two_of_a_kind() {
    let collection = collection();
    let is_told = |call: &Call| (call.operation.clone(), call.example.clone());
    let there: BTreeSet<_> = requests(&collection).iter().map(|request| is_told(&request.call)).collect();
    let all = calls(&DOCUMENT);
    let missing: BTreeSet<&str> =
        all.iter().filter(|call| !there.contains(&is_told(call))).map(|call| call.operation.as_str()).collect();
    let expected = [
        "changePassword",
        "checkDownload",
        "downloadBackup",
        "downloadFile",
        "endSession",
        "getAsset",
        "getError",
        "getGuide",
        "getOverviewTable",
        "getReference",
        "listErrors",
        "mergeContact",
        "streamEvents",
    ];
    assert_eq!(missing, BTreeSet::from(expected));
}

#[test]
fn what_is_made_is_what_the_other_calls_are_about() {
    let collection = collection();
    let made: BTreeSet<&str> = requests(&collection).iter().filter_map(|request| request.makes.as_deref()).collect();
    let known: BTreeSet<&str> = collection.ids.iter().map(|(name, _)| name.as_str()).collect();
    // A delivery is made by an event.
    let others: Vec<&str> = known.difference(&made).copied().collect();
    assert_eq!((others, made.is_subset(&known)), (vec!["delivery_id"], true));
    for request in requests(&collection) {
        let used = variables(&request.call.path);
        assert!(used.is_subset(&known), "{}: {used:?}", request.call.operation);
    }
}

#[test]
fn ids_are_variables_in_bodies_and_queries_too() {
    let collection = postman::write(&collection());
    let named = |name: &str| items(&collection).into_iter().find(|item| item["name"] == name).unwrap();
    let body = &named("Update many tickets")["request"]["body"]["raw"];
    let ids = serde_json::from_str::<Value>(body.as_str().unwrap()).unwrap()["ids"].take();
    assert_eq!(ids, serde_json::json!(["{{ticket_id}}"]));
    let query = &named("List conversations")["request"]["url"]["query"];
    assert!(query.as_array().unwrap().contains(&serde_json::json!({"key": "assignee", "value": "{{user_id}}"})));
}

#[test]
fn a_postman_collection_knows_all_of_its_variables() {
    let collection = postman::write(&collection());
    let known: BTreeSet<&str> =
        collection["variable"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    let text = collection["item"].to_string();
    assert!(variables(&text).is_subset(&known), "{:?}", variables(&text).difference(&known));
    let health = items(&collection).into_iter().find(|item| item["name"] == "Check the server").unwrap();
    assert_eq!(health["request"]["auth"]["type"], "noauth");
}

#[test]
fn a_bruno_collection_has_a_file_for_each_request_and_each_folder() {
    let collection = collection();
    let files = bruno::files(&collection);
    let paths: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths.len(), files.len(), "two have one name");
    let (requests, folders) = (requests(&collection).len(), collection.folders.len());
    let own = ["bruno.json", "collection.bru", "environments/Local.bru"];
    assert!(own.iter().all(|path| paths.contains(path)));
    assert_eq!(files.len(), own.len() + folders + requests);
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".bru")) {
        // A block ends with a brace at the beginning of a line; what stands in it is indented.
        let ends = text.lines().filter(|line| matches!(*line, "}" | "]")).count();
        let begins = text.lines().filter(|line| !line.starts_with(' ') && line.ends_with(['{', '['])).count();
        assert_eq!(begins, ends, "{path}:\n{text}");
    }
}

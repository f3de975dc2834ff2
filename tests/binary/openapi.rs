//! `commflow openapi`: the document and its collections, without a server. What others make of them is tried by
//! `tests/strangers/run`.

use crate::contract::DOCUMENT;
use crate::harness::Desk;
use serde_json::Value;
use serde_json::json;
use std::fs;

#[test]
fn the_document_is_that_of_the_server_for_the_address_that_is_said() {
    let desk = Desk::new();
    let printed: Value = serde_json::from_str(&desk.run(&["openapi"]).fine().out).unwrap();
    let served = desk.serve(&[]).client("").get("/openapi.json").body;
    let mut expected = served.clone();
    expected["servers"] = json!([{"url": "http://127.0.0.1:8080"}]);
    assert_eq!(printed, expected);
    let printed = desk.run(&["openapi", "--url", "https://desk.example.com/"]).fine().out;
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["servers"], json!([{"url": "https://desk.example.com"}]));
}

#[test]
fn a_postman_collection_has_a_folder_for_each_part_of_the_api() {
    let desk = Desk::new();
    let printed = desk.run(&["openapi", "--format", "postman"]).fine().out;
    let collection: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(collection["info"]["schema"], "https://schema.getpostman.com/json/collection/v2.1.0/collection.json");
    let folders: Vec<&str> =
        collection["item"].as_array().unwrap().iter().map(|folder| folder["name"].as_str().unwrap()).collect();
    let parts = DOCUMENT["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap());
    // Of these there is nothing but pages and bytes.
    let is_told = |part: &&str| !["Documentation", "Pages", "Backup"].contains(part);
    assert!(parts.filter(is_told).all(|part| folders.contains(&part)), "{folders:?}");
    let variables: Vec<&str> =
        collection["variable"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert!(["base_url", "api_key", "contact_id"].iter().all(|name| variables.contains(name)), "{variables:?}");
}

#[test]
fn a_bruno_collection_is_a_folder_of_files() {
    let desk = Desk::new();
    let folder = desk.data("bruno");
    desk.run(&["openapi", "--format", "bruno", "--out", folder.to_str().unwrap()]).fine();
    let about: Value = serde_json::from_str(&fs::read_to_string(folder.join("bruno.json")).unwrap()).unwrap();
    assert_eq!(about["type"], "collection");
    let tickets: Vec<_> = fs::read_dir(folder.join("Tickets")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(tickets.iter().any(|path| fs::read_to_string(path).unwrap().contains("url: {{base_url}}/v1/tickets")));
    desk.run(&["openapi", "--format", "bruno"]).failed(2, "--out");
    desk.run(&["openapi", "--format", "raml"]).failed(2, "json, postman, bruno");
    fs::write(desk.data("file"), "").unwrap();
    let below = desk.data("file").join("bruno");
    desk.run(&["openapi", "--format", "bruno", "--out", below.to_str().unwrap()]).failed(4, "can't be written");
}

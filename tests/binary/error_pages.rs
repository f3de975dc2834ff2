//! The pages about errors: each example brings about the error that it explains.

use crate::examples;
use crate::examples::Reader;
use commflow::api::docs::errors;
use commflow::api::docs::errors::Explained;
use commflow::types::error::Code;
use commflow::types::error::Rule;

/// Nobody can bring these about from outside: they are faults of the machine or of ours.
const FROM_INSIDE: [Code; 2] = [Code::Internal, Code::Unavailable];
/// It takes half a minute.
const SLOW: [Code; 1] = [Code::RequestTimeout];

fn follow(page: &Explained) {
    let blocks = examples::blocks(page.text);
    let code = format!("\"code\": \"{}\"", page.code.as_str());
    assert!(blocks.iter().any(|block| block.language == "json" && block.code.contains(&code)), "{code} is not shown");
    assert_eq!(blocks[0].language == "sh", !FROM_INSIDE.contains(&page.code), "{code}");
    Reader::of(page.text).follow(page.text);
}

#[test]
fn every_page_brings_about_its_error() {
    assert_eq!(errors::all().len(), Code::ALL.len());
    errors::all().iter().filter(|page| !SLOW.contains(&page.code)).for_each(follow);
}

#[test]
fn a_body_that_is_slow_brings_about_its_error() {
    errors::all().iter().filter(|page| SLOW.contains(&page.code)).for_each(follow);
}

#[test]
fn the_rules_of_fields_are_explained_where_they_are_met() {
    let page = |code: Code| errors::all().iter().find(|page| page.code == code).unwrap().text;
    let rows = |code: Code| -> Vec<&str> {
        let rows = page(code).lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        rows.filter(|row| *row != "details[].code").collect()
    };
    let known: Vec<&str> = Rule::ALL.iter().map(|rule| rule.as_str()).filter(|rule| *rule != "taken").collect();
    let mut told = rows(Code::ValidationFailed);
    assert!(told.contains(&"taken"));
    told.retain(|rule| *rule != "taken");
    assert_eq!(told, known);
    assert!(rows(Code::InvalidParameter).iter().all(|rule| known.contains(rule)));
}

//! GET /openapi.json: the document that clients are made of. What the answers of all other tests owe to it is in `contract`.

use crate::contract::DOCUMENT;
use crate::contract::Exchange;
use crate::contract::breaches;
use crate::contract::resolved;
use crate::contract::template;
use crate::harness::TestApp;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;

/// Every operation of the document: method, path, and itself.
fn operations() -> Vec<(String, &'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap().iter();
    let each = |(path, item): (&'static String, &'static Value)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
    };
    paths.flat_map(each).collect()
}

#[test]
fn the_document_has_the_servers_routes_and_no_other() {
    let written: BTreeSet<(String, String)> =
        operations().into_iter().map(|(method, path, _)| (method, path.to_owned())).collect();
    let table = commflow::api::routes().table();
    let served: BTreeSet<(String, String)> =
        table.routes.iter().map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    assert_eq!(written, served);
    assert_eq!(operations().len(), table.routes.len());
}

#[test]
fn the_running_server_takes_on_each_path_what_the_document_says_and_no_more() {
    let desk = TestApp::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        let filled = path.replace(['{', '}'], "");
        let refused = desk.anyone().send("TRACE", &filled, &[], None).expect(405);
        let allowed = refused.header("allow");
        let allowed: BTreeSet<String> = allowed.split(", ").map(str::to_owned).collect();
        let written: BTreeSet<String> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        assert_eq!(allowed, written, "{path}");
    }
}

#[test]
fn the_server_gives_the_document_to_anyone() {
    let desk = TestApp::new();
    let given = desk.anyone().get("/openapi.json").expect(200);
    assert_eq!(given.body, *DOCUMENT);
    assert_eq!((&given.body["openapi"], &given.body["servers"]), (&json!("3.1.0"), &json!([{"url": "/"}])));
    assert_eq!(given.body["info"]["version"], env!("CARGO_PKG_VERSION"));
    // Behind a proxy, the document names the address that the world knows.
    let desk = TestApp::with(|settings| settings.public_url = Some("https://desk.example.com/".to_owned()));
    let servers = desk.anyone().get("/openapi.json").expect(200).body["servers"].clone();
    assert_eq!(servers, json!([{"url": "https://desk.example.com"}]));
}

#[test]
fn every_operation_has_a_name_a_title_and_a_section_of_its_own() {
    let sections: Vec<&Value> = DOCUMENT["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap();
        assert!(!id.is_empty() && names.insert(id), "{method} {path}: {id}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{id}");
        assert!(operation["tags"].as_array().unwrap().iter().all(|tag| sections.contains(&tag)), "{id}");
        // What varies in the path is a parameter, and the other way round.
        let varying = path.matches('{').count();
        let parameters = operation["parameters"].as_array().unwrap();
        assert_eq!(parameters.iter().filter(|parameter| parameter["in"] == "path").count(), varying, "{id}");
    }
}

#[test]
fn every_parameter_and_every_field_is_explained() {
    let mut bare = Vec::new();
    for (_, _, operation) in operations() {
        let parameters = operation["parameters"].as_array().unwrap().iter();
        let unsaid = parameters.filter(|parameter| parameter["description"].as_str().is_none_or(str::is_empty));
        bare.extend(unsaid.map(|parameter| format!("{} {}", operation["operationId"], parameter["name"])));
    }
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        let fields = schema["properties"].as_object().into_iter().flatten();
        let unsaid = fields.filter(|(_, field)| field["description"].is_null());
        bare.extend(unsaid.map(|(field, _)| format!("{name}.{field}")));
    }
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn references_and_links_lead_somewhere() {
    fn references(value: &Value, all: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                all.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| references(value, all));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, all)),
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    references(&DOCUMENT, &mut all);
    assert!(all.len() > 80, "{}", all.len());
    for reference in &all {
        assert!(DOCUMENT.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    // And nothing has a name for nothing.
    for kind in ["schemas", "responses", "headers"] {
        for name in DOCUMENT["components"][kind].as_object().unwrap().keys() {
            assert!(all.contains(&format!("#/components/{kind}/{name}")), "nothing refers to {kind}/{name}");
        }
    }
    let ids: Vec<&Value> = operations().iter().map(|(_, _, operation)| &operation["operationId"]).collect();
    for (_, _, operation) in operations() {
        for response in operation["responses"].as_object().unwrap().values() {
            for link in response["links"].as_object().into_iter().flatten().map(|(_, link)| link) {
                assert!(ids.contains(&&link["operationId"]), "{link}");
            }
        }
    }
}

#[test]
fn what_was_made_leads_to_what_can_be_done_with_it() {
    let leads = |method: &str, path: &str, status: &str| -> Vec<String> {
        let links = DOCUMENT["paths"][path][method]["responses"][status]["links"].as_object();
        links.into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(leads("post", "/v1/tags", "201"), ["getTag", "updateTag", "deleteTag"]);
    assert_eq!(
        leads("post", "/v1/contacts", "201"),
        ["getContact", "updateContact", "deleteContact", "mergeContact", "exportContact"]
    );
    assert_eq!(leads("get", "/v1/tags/{tag_id}", "200"), ["updateTag", "deleteTag"]);
    assert_eq!(leads("patch", "/v1/tags/{tag_id}", "200"), ["getTag", "deleteTag"]);
    assert_eq!(leads("get", "/v1/tags", "200"), Vec::<String>::new());
    let link =
        &DOCUMENT["paths"]["/v1/teams/{team_id}/members"]["post"]["responses"]["201"]["links"]["removeTeamMember"];
    assert_eq!(link["parameters"], json!({"team_id": "$request.path.team_id", "user_id": "$response.body#/data/id"}));
}

#[test]
fn errors_have_one_shape_and_every_code_stands_where_it_may_come() {
    let codes = |operation: &'static Value, status: &str| -> Vec<&'static str> {
        let content = &resolved(&operation["responses"][status])["content"]["application/json"];
        assert!(content.is_null() || content["schema"]["$ref"] == "#/components/schemas/Error");
        content["examples"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    };
    for (method, path, operation) in operations().iter().filter(|(_, path, _)| path.starts_with("/v1/")) {
        for (status, code) in [("401", "unauthorized"), ("429", "rate_limited"), ("500", "internal")] {
            assert_eq!(codes(operation, status), [code], "{method} {path}");
        }
        let takes_json = operation["requestBody"]["content"]["application/json"].is_object();
        assert_eq!(
            codes(operation, "400").contains(&"malformed_json"),
            takes_json || *path == "/v1/files" && *method == "POST"
        );
        assert_eq!(!codes(operation, "404").is_empty(), path.contains('{'), "{method} {path}");
        assert_eq!(!codes(operation, "412").is_empty(), ["PATCH", "DELETE"].contains(&method.as_str()), "{path}");
    }
    let create = &DOCUMENT["paths"]["/v1/contacts"]["post"];
    assert_eq!(codes(create, "409"), ["conflict"]);
    assert_eq!(codes(&DOCUMENT["paths"]["/v1/webhooks"]["post"], "409"), ["conflict", "already_issued"]);
    let code = &DOCUMENT["components"]["schemas"]["ErrorBody"]["properties"]["code"];
    let known = resolved(code)["enum"].as_array().unwrap();
    assert_eq!(known.len(), commflow::types::error::Code::ALL.len());
}

#[test]
fn who_may_call_stands_at_each_operation() {
    let scope = |method: &str, path: &str| DOCUMENT["paths"][path][method]["security"].clone();
    assert_eq!(scope("get", "/healthz"), json!([]));
    assert_eq!(scope("get", "/v1/tickets"), json!([{"api_key": ["read"]}]));
    assert_eq!(scope("post", "/v1/tickets"), json!([{"api_key": ["write"]}]));
    assert_eq!(scope("post", "/v1/users"), json!([{"api_key": ["admin"]}]));
}

#[test]
fn what_comes_in_may_hold_no_other_fields_and_what_goes_out_leaves_none_out() {
    let schemas = &DOCUMENT["components"]["schemas"];
    let (new, patch, ticket) = (&schemas["NewTicket"], &schemas["TicketPatch"], &schemas["Ticket"]);
    assert_eq!((&new["additionalProperties"], &patch["additionalProperties"]), (&json!(false), &json!(false)));
    assert_eq!((&patch["required"], &schemas["NewTag"]["required"]), (&Value::Null, &json!(["name"])));
    let inside = &schemas["SlaTargetsPatch"]["properties"]["urgent"];
    assert_eq!((&inside["additionalProperties"], &inside["required"]), (&json!(false), &Value::Null));
    assert_eq!(
        ticket["required"].as_array().unwrap().len(),
        ticket["properties"].as_object().unwrap().len(),
        "{ticket}"
    );
    assert_eq!(ticket["properties"]["resolved_at"]["type"], json!(["string", "null"]));
    // A filter takes a bare date, too.
    let list = DOCUMENT["paths"]["/v1/tickets"]["get"]["parameters"].as_array().unwrap();
    let after = list.iter().find(|parameter| parameter["name"] == "created_after").unwrap();
    assert_eq!(after["schema"]["anyOf"][1]["format"], "date");
}

#[test]
fn every_kind_of_event_is_described_for_its_receivers() {
    let told: BTreeSet<&str> = DOCUMENT["webhooks"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(told, commflow::types::event::EventKind::ALL.iter().map(|kind| kind.as_str()).collect());
    for (kind, item) in DOCUMENT["webhooks"].as_object().unwrap() {
        assert!(!item["post"]["description"].as_str().unwrap().is_empty(), "{kind}");
    }
}

#[test]
fn an_answer_that_is_not_as_documented_would_be_noticed() {
    let all = |name: &str| Some(if name == "content-type" { "application/json" } else { "1" }.to_owned());
    let tag = json!({"data": {"id": "tag_001", "name": "a", "color": "#10b981", "count": 0,
        "created_at": "2026-01-15T10:00:00Z", "updated_at": "2026-01-15T10:00:00Z"}});
    let told = |status: u16, header: &dyn Fn(&str) -> Option<String>, body: &Value, sent: Option<&Value>| {
        let (method, path) = if sent.is_some() { ("PATCH", "/v1/tags/tag_001") } else { ("GET", "/v1/tags/tag_001") };
        breaches(&Exchange { method, path, sent, status, header, body })
    };
    assert_eq!(told(200, &all, &tag, None), Vec::<String>::new());
    assert_eq!(told(200, &all, &tag, Some(&json!({"name": "b"}))), Vec::<String>::new());
    let mut other = tag.clone();
    other["data"]["colour"] = json!("red");
    assert_eq!(told(200, &all, &other, None).len(), 1);
    let mut other = tag.clone();
    other["data"].as_object_mut().unwrap().remove("color");
    assert_eq!(told(200, &all, &other, None).len(), 1);
    let mut other = tag.clone();
    other["data"]["count"] = json!("0");
    other["data"]["created_at"] = json!("yesterday");
    assert_eq!(told(200, &all, &other, None).len(), 2);
    assert_eq!(told(418, &all, &tag, None), ["GET /v1/tags/{tag_id} 418 is not documented"]);
    assert_eq!(told(200, &all, &tag, Some(&json!({"nmae": "b"}))).len(), 1);
    let html = |name: &str| Some(if name == "content-type" { "text/html" } else { "1" }.to_owned());
    assert_eq!(told(200, &html, &tag, None).len(), 1);
    let none = |name: &str| all(name).filter(|_| name == "content-type");
    assert_eq!(told(200, &none, &tag, None).len(), 4);
    assert_eq!(template("/v1/tickets/bulk"), Some("/v1/tickets/bulk"));
    assert_eq!(template("/v1/tickets/ticket_001"), Some("/v1/tickets/{ticket_id}"));
}

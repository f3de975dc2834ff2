//! Settings: flag over variable over file over default. And the log, which people and programs read.

use crate::harness::Desk;
use crate::harness::Served;
use serde_json::Value;
use serde_json::json;

fn limit(served: &Served) -> String {
    served.client("").get("/v1/me").header("x-ratelimit-limit").to_owned()
}

fn file(desk: &Desk, name: &str, text: &str) {
    std::fs::write(desk.folder().join(name), text).unwrap();
}

#[test]
fn a_flag_goes_over_a_variable_over_the_file_over_the_default() {
    let desk = Desk::new();
    let serve = |variable: Option<&str>, flags: &[&str]| {
        let mut command = desk.command(&[&["serve", "--listen", "127.0.0.1:0"], flags].concat());
        command.envs(variable.map(|value| ("COMMFLOW_RATE_LIMIT", value)));
        let served = Served::start(command);
        let limit = limit(&served);
        served.stop();
        limit
    };
    assert_eq!(serve(None, &[]), "1000");
    file(&desk, "commflow.toml", "rate_limit = 11");
    assert_eq!(serve(None, &[]), "11");
    assert_eq!(serve(Some("22"), &[]), "22");
    assert_eq!(serve(Some("22"), &["--rate-limit", "33"]), "33");
    assert_eq!(serve(None, &["--rate-limit", "33"]), "33");
}

#[test]
fn the_file_takes_the_names_of_the_flags_with_either_dash() {
    let desk = Desk::new();
    file(
        &desk,
        "commflow.toml",
        "listen = \"127.0.0.1:0\"\nplan = \"starter\"\ndata-dir = \"elsewhere\"\nlog = \"error\"\n\
         trusted_proxy = [\"127.0.0.0/8\", \"10.0.0.0/8\"]",
    );
    let served = Served::start(desk.command(&["serve"]));
    assert_eq!(limit(&served), "60");
    served.stop();
    assert!(desk.folder().join("elsewhere/commflow.db").exists() && !desk.data("").exists());
    // The other commands look in the same place.
    assert!(desk.run(&["check"]).fine().out.starts_with("OK"));
}

#[test]
fn a_file_of_another_name_is_taken_from_config_and_from_its_variable() {
    let desk = Desk::new();
    file(&desk, "commflow.toml", "rate_limit = 11");
    file(&desk, "other.toml", "rate_limit = 44");
    file(&desk, "third.toml", "rate_limit = 55");
    let serve = |arguments: &[&str]| {
        let mut command = desk.command(arguments);
        command.env("COMMFLOW_LISTEN", "127.0.0.1:0").env("COMMFLOW_CONFIG", "third.toml");
        limit(&Served::start(command))
    };
    assert_eq!(serve(&["serve", "--config", "other.toml"]), "44");
    assert_eq!(serve(&["--config=other.toml"]), "44");
    assert_eq!(serve(&["--config", "other.toml", "serve"]), "44");
    assert_eq!(serve(&[]), "55");
    desk.run(&["serve", "--config", "nowhere.toml"]).failed(3, "There is no file nowhere.toml.");
}

#[test]
fn a_mistyped_setting_is_answered_with_the_nearest() {
    let desk = Desk::new();
    let refused = |text: &str, why: &str| {
        file(&desk, "commflow.toml", text);
        let told = desk.run(&["serve", "--listen", "127.0.0.1:0"]).failed(3, why);
        assert!(told.err.starts_with("commflow.toml: "), "{told:?}");
    };
    refused("rate_limt = 5", "`rate_limit`");
    refused("listn = \"127.0.0.1:0\"", "`listen`");
    refused("password = \"x\"", "`password`");
    refused("rate_limit = 5\nrate_limit = 6", "rate_limit");
    refused("this is not TOML", "");
    refused("[serve]\nrate_limit = 5", "`serve`");
    refused("rate_limit = [1979-05-27]", "`rate_limit`");
    assert!(!desk.data("").exists());
}

#[test]
fn a_value_that_can_t_be_is_refused_wherever_it_stands() {
    let desk = Desk::new();
    file(&desk, "commflow.toml", "plan = \"gold\"");
    desk.run(&["serve", "--listen", "127.0.0.1:0"]).failed(2, "--plan");
    file(&desk, "commflow.toml", "");
    desk.run(&["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"]).failed(2, "--rate-limit");
    let output = desk.command(&["serve"]).env("COMMFLOW_LISTEN", "everywhere").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_server_s_plan_in_the_file_does_not_become_a_new_key_s_own() {
    let desk = Desk::new();
    file(&desk, "commflow.toml", "plan = \"starter\"\nrate_limit = 77");
    let key = desk.admin_key();
    let served = desk.serve(&["--rate-limit", "88"]);
    let mut ada = served.client(&key);
    assert_eq!(ada.get("/v1/me").header("x-ratelimit-limit"), "88");
    let keys = ada.get("/v1/api_keys").data(200);
    assert_eq!([&keys[0]["plan"], &keys[0]["rate_limit"]], [&Value::Null, &Value::Null]);
}

#[test]
fn the_log_is_json_a_line_and_the_greeting_is_for_people() {
    let desk = Desk::new();
    let served = desk.serve(&["--log", "debug"]);
    // What has begun by itself may be told of before.
    let greeting = served.greeting.iter().find(|line| !line.starts_with('{')).unwrap();
    assert!(greeting.starts_with("CommFlow "), "{:?}", served.greeting);
    assert!(served.greeting.last().unwrap().starts_with("Ctrl-C stops it."));
    let mut anyone = served.client("");
    anyone.send("GET", "/v1/me", &[("X-Request-Id", "find-me-7")], None);
    anyone.get("/healthz");
    let said = served.stop();
    let lines: Vec<Value> = said.iter().map(|line| serde_json::from_str(line).expect(line)).collect();
    let one = lines.iter().find(|line| line["request_id"] == "find-me-7" && line["path"] == "/v1/me").unwrap();
    assert_eq!([&one["method"], &one["status"], &one["level"]], [&json!("GET"), &json!(401), &json!("DEBUG")]);
    assert!(one["timestamp"].is_string());
    assert_eq!(lines.last().unwrap()["message"], "stopped");
}

#[test]
fn requests_are_not_logged_unless_asked_for() {
    let desk = Desk::new();
    let served = desk.serve(&[]);
    assert_eq!(served.client("").get("/v1/me").status, 401);
    let said = served.stop();
    assert!(!said.iter().any(|line| line.contains("/v1/me")), "{said:?}");
}

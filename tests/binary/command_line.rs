//! The command line: what a person types, and what comes back.

use crate::harness::Desk;
use crate::harness::Served;
use argon2::Argon2;
use argon2::PasswordVerifier;
use rusqlite::Connection;
use serde_json::Value;
use serde_json::json;
use std::net::TcpListener;

const ADA: [&str; 8] = ["user", "create", "--email", "ada@company.com", "--name", "Ada Lovelace", "--role", "admin"];

#[test]
fn every_help_begins_with_examples_that_can_be_typed() {
    let desk = Desk::new();
    let commands = [
        "",
        "serve",
        "user",
        "user create",
        "key",
        "key create",
        "listen",
        "backup",
        "restore",
        "check",
        "reindex",
        "openapi",
        "bench",
        "bench search",
        "bench streams",
    ];
    for command in commands {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let help = desk.run(&arguments).fine().out;
        let example = help.lines().nth(1).unwrap_or("");
        assert!(help.starts_with("Examples:\n"), "`commflow {command} --help` begins with {help:.80}");
        assert!(example.contains(&format!("commflow {command}")), "{example}");
    }
}

#[test]
fn the_first_user_and_the_first_key_are_made_on_the_command_line() {
    let desk = Desk::new();
    assert_eq!(desk.run(&ADA).fine().out, "user_001\n");
    let printed = desk.run(&["key", "create", "--user", "ADA@company.com"]).fine().out;
    let secret = printed.strip_prefix("cf_").and_then(|rest| rest.strip_suffix('\n')).unwrap();
    assert!(
        secret.len() == 43 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "not a key alone: {printed}"
    );
    let served = desk.serve(&[]);
    let me = served.client(printed.trim_end()).get("/v1/me").data(200);
    assert_eq!(me["email"], "ada@company.com");
    assert_eq!(me["role"], "admin");
}

#[test]
fn a_password_is_kept_as_argon2id_and_nothing_else() {
    let desk = Desk::new();
    let mut arguments = ADA.to_vec();
    arguments.push("--password-stdin");
    desk.run_with(&arguments, "Tr0ub4dor&3 horse\n").fine();
    let hash: String = Connection::open(desk.store())
        .unwrap()
        .query_row("SELECT password_hash FROM users", [], |row| row.get(0))
        .unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    // The line's end is not part of it.
    assert!(Argon2::default().verify_password(b"Tr0ub4dor&3 horse", hash.as_str()).is_ok());
    assert!(Argon2::default().verify_password(b"Tr0ub4dor&3 horse\n", hash.as_str()).is_err());
    let bytes = std::fs::read(desk.store()).unwrap();
    assert!(!bytes.windows(9).any(|nine| nine == b"Tr0ub4dor"));
}

#[test]
fn a_password_too_short_is_refused_before_anyone_is_added() {
    let desk = Desk::new();
    let mut arguments = ADA.to_vec();
    arguments.push("--password-stdin");
    desk.run_with(&arguments, "short\n").failed(2, "8 to 256 characters");
    desk.run_with(&arguments, "").failed(2, "8 to 256 characters");
    assert_eq!(desk.run(&ADA).fine().out, "user_001\n");
}

#[test]
fn an_address_that_is_taken_is_told_of() {
    let desk = Desk::new();
    desk.run(&ADA).fine();
    let again = ["user", "create", "--email", "Ada@Company.com", "--name", "Ada", "--role", "agent"];
    let refused = desk.run(&again).failed(4, "A user with this e-mail address exists already.");
    assert_eq!(refused.out, "");
}

#[test]
fn broken_arguments_are_named() {
    let desk = Desk::new();
    desk.run(&["user", "create", "--email", "nonsense", "--name", "A", "--role", "admin"]).failed(2, "--email");
    desk.run(&["user", "create", "--email", "a@b.io", "--name", "A", "--role", "boss"]).failed(2, "`admin`, `agent`");
    desk.run(&["user", "create", "--email", "a@b.io"]).failed(2, "--name");
    desk.run(&ADA).fine();
    let key = |arguments: &[&str]| desk.run(&[&["key", "create", "--user", "ada@company.com"], arguments].concat());
    key(&["--scopes", "everything"]).failed(2, "`read`, `write`, `admin`");
    key(&["--plan", "gold"]).failed(2, "`starter`, `professional`, `business`");
    key(&["--rate-limit", "0"]).failed(2, "1 to 1,000,000");
    key(&["--plan", "starter", "--rate-limit", "5"]).failed(2, "cannot be used with");
    assert_eq!(key(&["--expires", "2020-01-01"]).failed(2, "must lie in the future").out, "");
}

#[test]
fn a_key_for_nobody_says_how_to_add_the_user() {
    let desk = Desk::new();
    desk.run(&ADA).fine();
    let refused = desk.run(&["key", "create", "--user", "joe@company.com"]).failed(2, "no user joe@company.com");
    let (_, command) = refused.err.trim_end().split_once("commflow user create").unwrap();
    // What it says can be typed as it stands.
    let typed = desk.command(&[]).get_program().to_string_lossy().into_owned();
    let line = format!("{typed} user create{command}");
    let done = std::process::Command::new("sh").args(["-c", &line]).current_dir(desk.folder()).output().unwrap();
    assert!(done.status.success(), "{line}: {done:?}");
    desk.run(&["key", "create", "--user", "joe@company.com"]).fine();
}

#[test]
fn a_key_has_the_scopes_the_rate_and_the_end_that_it_was_given() {
    let desk = Desk::new();
    let admin = desk.admin_key();
    let key = |arguments: &[&str]| {
        let all = [&["key", "create", "--user", "ada@company.com"], arguments].concat();
        desk.run(&all).fine().out.trim_end().to_owned()
    };
    let looks = key(&["--scopes", "read", "--name", "a dashboard", "--plan", "starter"]);
    let writes = key(&["--scopes", "read,write", "--rate-limit", "7", "--expires", "2199-12-31"]);
    let served = desk.serve(&[]);
    let contact = json!({"name": "Jane"});
    let (mut looks, mut writes) = (served.client(&looks), served.client(&writes));
    assert_eq!(looks.get("/v1/contacts").header("x-ratelimit-limit"), "60");
    assert_eq!(looks.post("/v1/contacts", &contact).status, 403);
    assert_eq!(writes.get("/v1/contacts").header("x-ratelimit-limit"), "7");
    assert_eq!(writes.post("/v1/contacts", &contact).status, 201);
    assert_eq!(writes.get("/v1/api_keys").status, 403);
    let keys = served.client(&admin).get("/v1/api_keys").data(200);
    let told: Vec<Value> = keys.as_array().unwrap().iter().rev().map(shape_of).collect();
    assert_eq!(
        told,
        [
            json!(["command line", ["read", "write", "admin"], null, null, null]),
            json!(["a dashboard", ["read"], "starter", null, null]),
            json!(["command line", ["read", "write"], null, 7, "2199-12-31T00:00:00Z"]),
        ]
    );
}

fn shape_of(key: &Value) -> Value {
    json!([key["name"], key["scopes"], key["plan"], key["rate_limit"], key["expires_at"]])
}

#[test]
fn users_and_keys_made_beside_a_running_server_count_at_once() {
    let desk = Desk::new();
    let served = desk.serve(&[]);
    assert!(served.greeting.iter().any(|line| line.contains("commflow user create")), "{:?}", served.greeting);
    let key = desk.admin_key();
    let mut ada = served.client(&key);
    assert_eq!(ada.get("/v1/users").body["meta"]["total_count"], 1);
    for number in 2..=4 {
        let email = format!("agent{number}@company.com");
        let made = desk.run(&["user", "create", "--email", &email, "--name", "Joe", "--role", "agent"]).fine();
        assert_eq!(made.out, format!("user_{number:03}\n"));
        let key = desk.run(&["key", "create", "--user", &email]).fine().out;
        assert_eq!(served.client(key.trim_end()).get("/v1/me").data(200)["email"], email);
        let user = ada.get(&format!("/v1/users/user_{number:03}")).data(200);
        assert_eq!(user["email"], email);
        assert_eq!(ada.get("/v1/users").body["meta"]["total_count"], number);
    }
    served.stop();
    desk.assert_whole();
}

#[test]
fn commflow_alone_and_with_flags_alone_serves() {
    let desk = Desk::new();
    let mut alone = desk.command(&[]);
    alone.env("COMMFLOW_LISTEN", "127.0.0.1:0");
    let served = Served::start(alone);
    assert_eq!(served.client("").get("/healthz").status, 200);
    served.stop();
    let served = Served::start(desk.command(&["--listen", "127.0.0.1:0"]));
    assert_eq!(served.client("").get("/healthz").status, 200);
    assert!(desk.store().exists());
}

#[test]
fn what_is_not_known_ends_with_2_and_the_nearest_that_is() {
    let desk = Desk::new();
    desk.run(&["chek"]).failed(2, "check");
    desk.run(&["serve", "--lisen", "127.0.0.1:0"]).failed(2, "--listen");
    desk.run(&["--lisen", "127.0.0.1:0"]).failed(2, "--listen");
    desk.run(&["serve", "--listen", "nowhere"]).failed(2, "--listen");
    assert!(!desk.data("").exists(), "a mistyped command made a folder");
}

#[test]
fn a_port_in_use_is_answered_with_one_that_may_be_free() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let other = address.port().checked_add(1).unwrap_or(8080);
    let refused = desk.run(&["serve", "--listen", &address.to_string()]).failed(5, "");
    let expected = format!("Port {} is in use. Try: commflow serve --listen 127.0.0.1:{other}\n", address.port());
    assert_eq!(refused.err, expected);
    assert!(!desk.data("").exists());
}

#[test]
fn a_folder_is_served_by_one_alone() {
    let desk = Desk::new();
    let served = desk.serve(&[]);
    desk.run(&["serve", "--listen", "127.0.0.1:0"]).failed(4, "Another commflow is serving");
    assert_eq!(served.client("").get("/healthz").status, 200);
    served.kill();
    served.ended();
    // A lock that its holder's death leaves behind would need a hand to remove it.
    desk.serve(&[]).stop();
}

#[test]
fn a_folder_that_can_t_be_made_is_told_of() {
    let desk = Desk::new();
    std::fs::write(desk.folder().join("a-file"), "").unwrap();
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &ADA[..], &["key", "create", "--user", "a@b.io"][..]] {
        let refused =
            desk.run(&[arguments, &["--data-dir", "a-file/data"]].concat()).failed(4, "a-file/data can't be used");
        assert_eq!(refused.err.lines().count(), 1, "{refused:?}");
    }
}

#[test]
fn no_secret_and_no_word_of_a_body_is_logged() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&["--log", "debug,commflow=trace"]);
    let mut ada = served.client(&key);
    let webhook = json!({"url": "http://127.0.0.1:9/hook", "events": ["*"], "secret": "whsecmarker-0123456789"});
    let contact = json!({"name": "Namemarker", "email": "mailmarker@example.com"});
    assert_eq!(ada.post("/v1/contacts", &contact).status, 201);
    assert_eq!(ada.post("/v1/contacts", &contact).status, 409);
    assert_eq!(ada.post("/v1/contacts", &json!({"email": "brokenmarker"})).status, 422);
    assert_eq!(ada.post("/v1/webhooks", &webhook).status, 201);
    let issued = ada.post("/v1/api_keys", &json!({"name": "another"})).data(201);
    assert_eq!(ada.send("GET", "/v1/me", &[("Cookie", "cookiemarker=1")], None).status, 200);
    assert_eq!(ada.get("/v1/contacts?q=querymarker").status, 200);
    assert_eq!(served.client("cf_wrongkeymarker").get("/v1/me").status, 401);
    let said = served.stop().join("\n");
    assert!(said.contains("/v1/webhooks") && said.contains("409"), "requests are not logged: {said}");
    let secrets = [&key, issued["key"].as_str().unwrap(), "wrongkeymarker", "whsecmarker", "cookiemarker"];
    let words = ["Namemarker", "mailmarker", "brokenmarker", "querymarker"];
    for secret in secrets.iter().chain(&words) {
        assert!(!said.contains(secret), "{secret} was logged: {said}");
    }
}

#[test]
fn the_search_is_measured_beside_its_yardsticks_and_nothing_is_left() {
    let desk = Desk::new();
    let table = desk.run(&["bench", "search", "--documents", "500", "--seconds", "0.1", "--dir", "."]).fine().out;
    let kinds = ["one word", "two words", "a phrase", "a prefix", "filter and word", "a typo"];
    for line in kinds.iter().chain(&["index of CommFlow", "on an idle server", "beside", "memory of its own"]) {
        assert!(table.contains(&format!("\n{line}")) || table.contains(&format!("\n  {line}")), "no {line}: {table}");
    }
    assert!(!table.contains("ERRORS") && !table.contains("NOT FOUND"), "{table}");
    assert_eq!(std::fs::read_dir(desk.folder()).unwrap().count(), 0);
}

#[test]
fn streams_are_measured_and_nothing_is_left() {
    let desk = Desk::new();
    let table = desk.run(&["bench", "streams", "--count", "50", "--seconds", "0.2", "--dir", "."]).fine().out;
    for line in ["50 streams", "memory", "one event to all", "GET"] {
        assert!(table.contains(line), "no {line}: {table}");
    }
    assert!(!table.contains("ERRORS"), "{table}");
    assert_eq!(std::fs::read_dir(desk.folder()).unwrap().count(), 0);
    let limited = desk.command_after("ulimit -n 200", &["bench", "streams", "--count", "5000"]).output().unwrap();
    let said = String::from_utf8(limited.stderr).unwrap();
    assert!(limited.status.code() == Some(2) && said.contains("ulimit -n"), "{said}");
}

/// A store with a hundred contacts.
fn with_contacts() -> Desk {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&[]);
    let mut ada = served.client(&key);
    for number in 0..100 {
        let contact = json!({"name": format!("Contact {number}"), "custom_fields": {"filler": "x".repeat(500)}});
        assert_eq!(ada.post("/v1/contacts", &contact).status, 201);
    }
    served.stop();
    desk
}

#[test]
fn check_finds_a_whole_store_whole_beside_a_server_too() {
    let desk = with_contacts();
    let _served = desk.serve(&[]);
    assert!(desk.run(&["check"]).fine().out.starts_with("OK"));
    assert_eq!(desk.run(&["check", "--json"]).fine().out, "[]\n");
    assert_eq!(desk.run(&["check", "--full", "--json"]).fine().out, "[]\n");
}

#[test]
fn check_names_totals_that_don_t_agree() {
    let desk = with_contacts();
    let db = Connection::open(desk.store()).unwrap();
    db.execute("UPDATE row_counts SET n = 98 WHERE name = 'contacts'", []).unwrap();
    let found = desk.run(&["check"]).failed(4, "1 fault was found.");
    assert_eq!(found.out, "FAULT  contacts: counted 100, kept 98\n");
    let found = desk.run(&["check", "--json"]).failed(4, "");
    assert_eq!(found.out, "[\"contacts: counted 100, kept 98\"]\n");
    db.execute("UPDATE row_counts SET n = 100 WHERE name = 'contacts'", []).unwrap();
    desk.assert_whole();
}

/// Overwrites the root page of a table, or of an index.
fn damage(desk: &Desk, name: &str) {
    let db = Connection::open(desk.store()).unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let page = |sql: &str| db.query_row(sql, [name], |row| row.get::<_, u32>(0)).unwrap() as usize;
    let from = (page("SELECT rootpage FROM sqlite_schema WHERE name = ?1") - 1) * 4_096;
    drop(db);
    let mut bytes = std::fs::read(desk.store()).unwrap();
    bytes[from..from + 4_096].fill(0xa5);
    std::fs::write(desk.store(), bytes).unwrap();
}

#[test]
fn check_names_what_it_finds_on_a_damaged_page() {
    let desk = with_contacts();
    damage(&desk, "contacts");
    let found = desk.run(&["check"]).failed(4, "found.");
    assert!(found.out.starts_with("FAULT  ") && found.out.contains("page"), "{found:?}");
    let found = desk.run(&["check", "--full", "--json"]).failed(4, "found.");
    let faults: Vec<String> = serde_json::from_str(&found.out).unwrap();
    assert!(faults.iter().any(|fault| fault.contains("page")), "{faults:?}");
}

#[test]
fn only_a_full_check_compares_an_index_with_its_table() {
    let desk = with_contacts();
    let db = Connection::open(desk.store()).unwrap();
    db.execute("UPDATE contacts SET updated_at = updated_at + 60 WHERE id = 7", []).unwrap();
    // From now on the index holds, for one row, what the table doesn't.
    db.execute_batch(
        "PRAGMA writable_schema = on;
         UPDATE sqlite_schema SET sql = 'CREATE INDEX contacts_by_update ON contacts (created_at, id)' WHERE name = 'contacts_by_update'",
    )
    .unwrap();
    drop(db);
    // The search index would tell that the row is another, if the server had the time to write it.
    std::fs::remove_dir_all(desk.data("index")).unwrap();
    desk.run(&["check"]).fine();
    let found = desk.run(&["check", "--full"]).failed(4, "found.");
    assert!(found.out.contains("row 7 missing from index contacts_by_update"), "{found:?}");
}

#[test]
fn check_without_a_store_says_how_to_start_one() {
    let desk = Desk::new();
    desk.run(&["check"]).failed(4, "Start one: commflow serve");
    assert!(!desk.data("").exists(), "a look made a folder");
    std::fs::create_dir(desk.data("")).unwrap();
    std::fs::write(desk.store(), "these are not the bytes of a store, but they are more than a hundred in all, for that is what SQLite looks at first").unwrap();
    let found = desk.run(&["check", "--json"]).failed(4, "1 fault was found.");
    assert!(found.out.contains("file is not a database"), "{found:?}");
}

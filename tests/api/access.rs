//! Who may call what: every route with every sort of credential. What is expected stands here, not at the routes.

use crate::harness::Client;
use crate::harness::DAY;
use crate::harness::FORM;
use crate::harness::TestApp;
use commflow::desk::api_keys::Scope;
use commflow::desk::users::Role;
use commflow::store::tx::Actor;
use serde_json::json;
use std::collections::BTreeSet;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Who {
    /// Anyone, with any credentials or none.
    Public,
    /// Keys with the scope `read`.
    Read,
    /// Keys with the scope `write`.
    Write,
    /// Keys with the scope `admin`, of an admin.
    Admin,
}
use Who::Admin;
use Who::Public;
use Who::Read;
use Who::Write;

/// A route as it is promised: who may call it, what with, and the status of success.
pub struct Row {
    /// GET, HEAD, POST, PATCH, PUT or DELETE.
    pub method: &'static str,
    /// With `{…}` for what varies.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
    /// The status when all is well.
    pub success: u16,
    /// A body that it takes, for POST, PATCH and PUT: JSON, or a form.
    pub body: &'static str,
}

impl Row {
    /// Whether its body is a form.
    pub fn is_form(&self) -> bool {
        self.form_media().is_some()
    }

    /// What its body says that it is, if it is a form.
    fn form_media(&self) -> Option<&'static str> {
        let fields = "application/x-www-form-urlencoded";
        match self.body.chars().next() {
            Some('-') => Some(FORM),
            Some('a'..='z') => Some(fields),
            _ => None,
        }
    }
}

const fn row(method: &'static str, path: &'static str, who: Who, success: u16, body: &'static str) -> Row {
    Row { method, path, who, success, body }
}

/// Every route there is. In this order all of them succeed, one after the other.
pub const ROWS: &[Row] = &[
    row("GET", "/healthz", Public, 200, ""),
    row("GET", "/openapi.json", Public, 200, ""),
    row("GET", "/docs", Public, 200, ""),
    row("GET", "/docs/search.json", Public, 200, ""),
    row("GET", "/docs/guides/{guide}", Public, 200, ""),
    row("GET", "/docs/errors", Public, 200, ""),
    row("GET", "/docs/errors/{code}", Public, 200, ""),
    row("GET", "/assets/{version}/{folder}/{file}", Public, 200, ""),
    row("GET", "/", Public, 303, ""),
    row("GET", "/conversations", Public, 303, ""),
    row("GET", "/conversations/{id}", Public, 303, ""),
    row("GET", "/tickets", Public, 303, ""),
    row("GET", "/tickets/{id}", Public, 303, ""),
    row("GET", "/contacts", Public, 303, ""),
    row("GET", "/contacts/{id}", Public, 303, ""),
    row("GET", "/search", Public, 303, ""),
    row("GET", "/reports", Public, 303, ""),
    row("GET", "/settings", Public, 303, ""),
    row("GET", "/settings/{section}", Public, 303, ""),
    row("GET", "/sign-in", Public, 200, ""),
    row("POST", "/sign-in", Public, 303, "email=spare@company.com&password=correct+horse+battery+staple"),
    row("POST", "/sign-out", Public, 303, "nothing="),
    // The link has not been made.
    row("GET", "/setup/{token}", Public, 404, ""),
    row("POST", "/setup/{token}", Public, 404, "name=Ada"),
    row("GET", "/invitations/{token}", Public, 404, ""),
    row("POST", "/invitations/{token}", Public, 404, "password=another+horse"),
    row("GET", "/files/{file_id}", Public, 200, ""),
    row("HEAD", "/files/{file_id}", Public, 200, ""),
    row("GET", "/v1/me", Read, 200, ""),
    row(
        "PATCH",
        "/v1/me",
        Write,
        200,
        r#"{"name": "Renamed", "avatar_url": null, "language": "de", "preferences": {"density": "compact"}}"#,
    ),
    row("GET", "/v1/sessions", Read, 200, ""),
    row("DELETE", "/v1/sessions/{session_id}", Write, 204, ""),
    row(
        "POST",
        "/v1/me/password",
        Write,
        204,
        r#"{"current_password": "correct horse battery staple", "new_password": "another horse"}"#,
    ),
    row("GET", "/v1/workspace", Read, 200, ""),
    row("PATCH", "/v1/workspace", Admin, 200, r#"{"name": "Larkfield"}"#),
    row("GET", "/v1/search", Read, 200, ""),
    row("GET", "/v1/reports/overview", Read, 200, ""),
    row("GET", "/v1/reports/overview.csv", Read, 200, ""),
    row("GET", "/v1/conversations", Read, 200, ""),
    row(
        "POST",
        "/v1/conversations",
        Write,
        201,
        r##"{"subject": "Need help", "contact": {"email": "jane@example.com", "name": "Jane"}, "message": {"body": "Help", "type": "comment"},
            "channel": "api", "priority": "normal", "tags": ["support"], "assignee_id": "user_001", "custom_fields": {"n": 1}}"##,
    ),
    row(
        "POST",
        "/v1/conversations/bulk",
        Write,
        200,
        r#"{"ids": ["conv_001"], "update": {"priority": "low", "add_tags": ["bulk"]}}"#,
    ),
    row("GET", "/v1/conversations/{conversation_id}", Read, 200, ""),
    row(
        "PATCH",
        "/v1/conversations/{conversation_id}",
        Write,
        200,
        r#"{"subject": "Billing", "status": "pending", "priority": "high", "assignee_id": "user_001", "team_id": "team_001", "tags": ["billing"], "custom_fields": {"n": 2}}"#,
    ),
    row("GET", "/v1/conversations/{conversation_id}/messages", Read, 200, ""),
    row(
        "POST",
        "/v1/conversations/{conversation_id}/messages",
        Write,
        201,
        r#"{"body": "Thanks", "type": "reply", "status": "pending", "last_seen_message_id": "msg_999"}"#,
    ),
    row("GET", "/v1/conversations/{conversation_id}/messages/{message_id}", Read, 200, ""),
    row("GET", "/v1/conversations/{conversation_id}/history", Read, 200, ""),
    row("GET", "/v1/conversations/{conversation_id}/presence", Read, 200, ""),
    row("PUT", "/v1/conversations/{conversation_id}/presence", Write, 200, r#"{"state": "typing"}"#),
    row("GET", "/v1/contacts", Read, 200, ""),
    row(
        "POST",
        "/v1/contacts",
        Write,
        201,
        r#"{"email": "new@example.com", "name": "New", "phone": "+1 234", "company": "Acme", "custom_fields": {"plan": "free"}}"#,
    ),
    row(
        "POST",
        "/v1/contacts/bulk",
        Write,
        200,
        r#"{"ids": ["contact_001", "contact_002"], "update": {"custom_fields": {"segment": "enterprise"}}}"#,
    ),
    row("GET", "/v1/contacts/{contact_id}", Read, 200, ""),
    row(
        "PATCH",
        "/v1/contacts/{contact_id}",
        Write,
        200,
        r#"{"name": "John M. Doe", "company": null, "custom_fields": {"plan": "enterprise"}}"#,
    ),
    row("GET", "/v1/contacts/{contact_id}/export", Read, 200, ""),
    row("POST", "/v1/contacts/{contact_id}/merge", Write, 200, r#"{"into": "contact_001"}"#),
    row("GET", "/v1/tickets", Read, 200, ""),
    row(
        "POST",
        "/v1/tickets",
        Write,
        201,
        r#"{"subject": "Bug", "description": "It broke", "priority": "high", "contact": {"email": "bug@example.com"}, "tags": ["bug"],
            "inbox_id": "inbox_001", "channel": "form", "assignee_id": "user_001", "custom_fields": {"n": 1}}"#,
    ),
    row(
        "POST",
        "/v1/tickets/bulk",
        Write,
        200,
        r#"{"ids": ["ticket_001"], "update": {"priority": "low", "add_tags": ["bulk"]}}"#,
    ),
    row("GET", "/v1/tickets/{ticket_id}", Read, 200, ""),
    row(
        "PATCH",
        "/v1/tickets/{ticket_id}",
        Write,
        200,
        r#"{"status": "resolved", "priority": "normal", "assignee_id": "user_001", "team_id": null, "inbox_id": "inbox_001", "add_tags": ["a"], "remove_tags": ["b"]}"#,
    ),
    row("GET", "/v1/tickets/{ticket_id}/sla", Read, 200, ""),
    row("GET", "/v1/users", Read, 200, ""),
    row("POST", "/v1/users", Admin, 201, r#"{"email": "new.user@company.com", "name": "New User", "role": "agent"}"#),
    row("GET", "/v1/users/{user_id}", Read, 200, ""),
    row(
        "PATCH",
        "/v1/users/{user_id}",
        Admin,
        200,
        r#"{"name": "Spare Two", "avatar_url": "https://example.com/a.png"}"#,
    ),
    row("POST", "/v1/users/{user_id}/invitation", Admin, 201, ""),
    row("GET", "/v1/teams", Read, 200, ""),
    row("POST", "/v1/teams", Admin, 201, r#"{"name": "Second line", "description": "The hard ones"}"#),
    row("GET", "/v1/teams/{team_id}", Read, 200, ""),
    row("PATCH", "/v1/teams/{team_id}", Admin, 200, r#"{"description": "Customer support"}"#),
    row("GET", "/v1/teams/{team_id}/members", Read, 200, ""),
    row("POST", "/v1/teams/{team_id}/members", Admin, 201, r#"{"user_id": "user_001"}"#),
    row("GET", "/v1/tags", Read, 200, ""),
    row("POST", "/v1/tags", Write, 201, r##"{"name": "new-feature", "color": "#3b82f6"}"##),
    row("GET", "/v1/tags/{tag_id}", Read, 200, ""),
    row("PATCH", "/v1/tags/{tag_id}", Write, 200, r##"{"name": "renamed", "color": "#10b981"}"##),
    row("GET", "/v1/inboxes", Read, 200, ""),
    row("POST", "/v1/inboxes", Admin, 201, r#"{"name": "Sales", "description": "What sells"}"#),
    row("GET", "/v1/inboxes/{inbox_id}", Read, 200, ""),
    row("PATCH", "/v1/inboxes/{inbox_id}", Admin, 200, r#"{"description": "What breaks"}"#),
    row("GET", "/v1/sla_targets", Read, 200, ""),
    row(
        "PATCH",
        "/v1/sla_targets",
        Admin,
        200,
        r#"{"urgent": {"first_response_s": 1800, "resolution_s": 28800}, "high": {}, "normal": {}, "low": {}}"#,
    ),
    row("GET", "/v1/saved_replies", Read, 200, ""),
    row("POST", "/v1/saved_replies", Write, 201, r#"{"name": "Sorry", "body": "Dear {{contact.name|customer}}"}"#),
    row("GET", "/v1/saved_replies/{saved_reply_id}", Read, 200, ""),
    row("PATCH", "/v1/saved_replies/{saved_reply_id}", Write, 200, r#"{"body": "Hello"}"#),
    row("GET", "/v1/saved_replies/{saved_reply_id}/rendered", Read, 200, ""),
    row("GET", "/v1/views", Read, 200, ""),
    row(
        "POST",
        "/v1/views",
        Write,
        201,
        r#"{"name": "Mine", "kind": "ticket", "filter": {"status": "open"}, "sort": "priority"}"#,
    ),
    row("GET", "/v1/views/{view_id}", Read, 200, ""),
    row("PATCH", "/v1/views/{view_id}", Write, 200, r#"{"name": "Ours", "filter": {"status": "open"}}"#),
    row("GET", "/v1/webhooks", Admin, 200, ""),
    row(
        "POST",
        "/v1/webhooks",
        Admin,
        201,
        r#"{"url": "https://example.com/hook", "events": ["ticket.created"], "secret": "your_webhook_secret", "active": true}"#,
    ),
    row("GET", "/v1/webhooks/{webhook_id}", Admin, 200, ""),
    row(
        "PATCH",
        "/v1/webhooks/{webhook_id}",
        Admin,
        200,
        r#"{"events": ["*"], "active": true, "description": "Relay"}"#,
    ),
    row("POST", "/v1/webhooks/{webhook_id}/rotate_secret", Admin, 200, ""),
    row("POST", "/v1/webhooks/{webhook_id}/test", Admin, 200, ""),
    row("GET", "/v1/webhooks/{webhook_id}/deliveries", Admin, 200, ""),
    row("GET", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}", Admin, 200, ""),
    row("POST", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", Admin, 201, ""),
    row("GET", "/v1/events", Read, 200, ""),
    row("GET", "/v1/events/stream", Read, 200, ""),
    row(
        "POST",
        "/v1/files",
        Write,
        201,
        "--boundary-of-the-tests\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nHello\r\n--boundary-of-the-tests--\r\n",
    ),
    row("GET", "/v1/files/{file_id}", Read, 200, ""),
    row("GET", "/v1/api_keys", Admin, 200, ""),
    row(
        "POST",
        "/v1/api_keys",
        Admin,
        201,
        r#"{"name": "Relay", "user_id": "user_001", "scopes": ["read"], "plan": "starter", "rate_limit": 7, "expires_at": "2030-01-01"}"#,
    ),
    row("GET", "/v1/api_keys/{key_id}", Admin, 200, ""),
    row("GET", "/v1/backup", Admin, 200, ""),
    row("GET", "/v1/demo", Read, 200, ""),
    row("POST", "/v1/demo", Admin, 201, ""),
    row("DELETE", "/v1/demo", Admin, 204, ""),
    row("DELETE", "/v1/files/{file_id}", Write, 204, ""),
    row("DELETE", "/v1/api_keys/{key_id}", Admin, 204, ""),
    row("DELETE", "/v1/webhooks/{webhook_id}", Admin, 204, ""),
    row("DELETE", "/v1/saved_replies/{saved_reply_id}", Write, 204, ""),
    row("DELETE", "/v1/views/{view_id}", Write, 204, ""),
    row("DELETE", "/v1/tags/{tag_id}", Write, 204, ""),
    row("DELETE", "/v1/teams/{team_id}/members/{user_id}", Admin, 204, ""),
    row("DELETE", "/v1/teams/{team_id}", Admin, 204, ""),
    row("DELETE", "/v1/contacts/{contact_id}", Write, 204, ""),
];

/// A workspace in which the first object of each kind exists, and its keeper, an admin.
pub fn furnish(desk: &TestApp) -> Client<'_> {
    desk.user("Spare", Role::Agent, Scope::Read);
    let keeper = desk.user("Keeper", Role::Admin, Scope::Admin);
    keeper.ticket(json!({"tags": ["billing"]}));
    keeper.conversation(json!({"contact": {"name": "Jane", "email": "second@example.com"}}));
    keeper.post("/v1/teams", json!({"name": "Support Team"})).created();
    keeper.post("/v1/teams/team_001/members", json!({"user_id": "user_001"})).created();
    keeper.post("/v1/webhooks", json!({"url": "https://example.com/a", "events": ["ticket.sla_breached"]})).created();
    // Something that was sent, and did not arrive.
    let sent = "INSERT INTO deliveries (webhook_id, event_id, event_type, subject, state, attempts, created_at)
        VALUES (1, 1, 'ticket.sla_breached', 'ticket_001', 'failed', 10, 0)";
    desk.server().store.write_blocking(Actor::SYSTEM, move |tx| Ok(tx.execute(sent, [])?)).unwrap();
    keeper.post("/v1/saved_replies", json!({"name": "Greeting", "body": "Hello"})).created();
    keeper.upload("a.txt", "text/plain", b"Hello");
    keeper
}

/// The path of the first object of each kind.
pub fn filled(path: &str) -> String {
    // A contact is merged into another, and the first one is needed afterwards.
    let mut filled = path.replace("{contact_id}/merge", "contact_002/merge");
    for kind in [
        "contact",
        "ticket",
        "user",
        "team",
        "tag",
        "inbox",
        "saved_reply",
        "view",
        "webhook",
        "delivery",
        "key",
        "file",
        "session",
    ] {
        filled = filled.replace(&format!("{{{kind}_id}}"), &format!("{kind}_001"));
    }
    filled = filled.replace("{conversation_id}", "conv_001").replace("{message_id}", "msg_001");
    // The documentation has pages by name.
    filled = filled.replace("{guide}", "authentication").replace("{code}", "not_found");
    filled = filled.replace("{version}", "any").replace("{folder}", "docs").replace("{file}", "main.js");
    filled.replace("{id}", "any").replace("{section}", "users").replace("{token}", "none")
}

/// The path with a query: a search has to say what for.
pub fn asked(path: &str, query: &str) -> String {
    let path = filled(path);
    let says_what_for = path != "/v1/search" || query.split('&').any(|pair| pair.starts_with("q="));
    let queries = [if says_what_for { "" } else { "q=help" }, query];
    let query: Vec<&str> = queries.into_iter().filter(|query| !query.is_empty()).collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

fn call(row: &Row, caller: &Client<'_>, headers: &[(&str, &str)]) -> crate::harness::Answer {
    let body = (!row.body.is_empty()).then(|| row.body.to_owned());
    // What is public is a link, and works only as it was signed.
    let path = match (row.path, row.method) {
        (path, _) if path.starts_with("/files/") => caller.link("file_001"),
        // Those before it came with CommFlow: a user changes what he has made himself.
        ("/v1/views/{view_id}", "PATCH" | "DELETE") => "/v1/views/view_008".to_owned(),
        (path, _) => asked(path, ""),
    };
    let media: Vec<(&str, &str)> = row.form_media().map(|media| ("content-type", media)).into_iter().collect();
    let headers = [&media, headers].concat();
    caller.send(row.method, &path, &headers, body)
}

/// All that can be listed; of API keys only which there are, for they note when they were used.
fn everything(keeper: &Client<'_>) -> Vec<String> {
    let lists = ROWS.iter().filter(|row| row.method == "GET" && !row.path.contains('{') && row.who != Public);
    let told = |path| match path {
        // A stream has no end, and a backup has all of it in one.
        "/v1/me" | "/v1/events/stream" | "/v1/backup" => String::new(),
        "/v1/api_keys" => keeper.get(path).ids().join(" "),
        path => keeper.get(&asked(path, "")).expect(200).text,
    };
    lists.map(|row| told(row.path)).collect()
}

#[test]
fn every_route_has_a_row_here_and_every_row_a_route() {
    let table = commflow::api::routes().table();
    let routes: BTreeSet<_> =
        table.routes.iter().map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    let rows: BTreeSet<_> = ROWS.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(routes, rows);
    assert_eq!(rows.len(), ROWS.len(), "a row stands here twice");
}

#[test]
fn nobody_comes_in_without_a_key_that_works() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    let expired = desk.key_of(&keeper.user, Scope::Admin, Some(desk.now().plus(DAY)));
    let inactive = desk.user("Gone", Role::Admin, Scope::Admin);
    desk.with_key(inactive.key.as_deref().unwrap()).get("/v1/me").ok();
    desk.deactivate(&inactive.user);
    let revoked = desk.user("Revoked", Role::Admin, Scope::Admin);
    desk.with_key(revoked.key.as_deref().unwrap()).get("/v1/me").ok();
    let its_id = revoked.get("/v1/me").ok()["api_key"]["id"].as_str().unwrap().to_owned();
    keeper.delete(&format!("/v1/api_keys/{its_id}")).expect(204);
    desk.with_key(&expired).get("/v1/me").ok();
    desk.advance(DAY);

    let good = keeper.key.clone().unwrap();
    let bearer = |key: &str| format!("Bearer {key}");
    let refused = [
        ("the key without a scheme", good.clone()),
        ("another scheme", format!("Basic {good}")),
        ("a scheme alone", "Bearer".to_owned()),
        ("nothing after the scheme", "Bearer ".to_owned()),
        ("not a key", bearer("xyz")),
        ("a prefix alone", bearer("cf_")),
        ("a key cut short", bearer(&good[..good.len() - 1])),
        ("a key and more", bearer(&format!("{good}x"))),
        ("two keys", bearer(&format!("{good} {good}"))),
        ("a key in upper case", bearer(&good.to_uppercase())),
        ("a very long key", bearer(&format!("cf_{}", "x".repeat(4_000)))),
        ("an unknown key", bearer(&format!("cf_{}", "a".repeat(43)))),
        ("an expired key", bearer(&expired)),
        ("the key of an inactive user", bearer(inactive.key.as_deref().unwrap())),
        ("a revoked key", bearer(revoked.key.as_deref().unwrap())),
    ];
    let before = everything(&keeper);
    for row in ROWS.iter().filter(|row| row.who != Public) {
        let none = call(row, &desk.anyone(), &[]);
        assert_eq!(none.header("www-authenticate"), "Bearer");
        none.refused(401, "unauthorized");
        for (what, value) in &refused {
            let answer = call(row, &desk.anyone(), &[("authorization", value)]);
            assert_eq!(answer.status, 401, "{} {} with {what}: {}", row.method, row.path, answer.text);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            answer.refused(401, "unauthorized");
        }
    }
    assert_eq!(everything(&keeper), before);
    desk.anyone().send("GET", "/v1/me", &[("authorization", &format!("bearer {good}"))], None).ok();
    desk.anyone().get(&format!("/v1/me?api_key={good}")).refused(401, "unauthorized");
}

#[test]
fn who_is_not_known_learns_nothing_of_what_there_is() {
    let desk = TestApp::new();
    furnish(&desk);
    let nobody = desk.anyone();
    for path in
        ["/v1/contacts/contact_001", "/v1/contacts/contact_999", "/v1/contacts/nonsense", "/v1/tickets?nonsense=1"]
    {
        nobody.get(path).refused(401, "unauthorized");
    }
    nobody
        .send("POST", "/v1/contacts", &[("content-type", "text/plain")], Some("nonsense".to_owned()))
        .refused(401, "unauthorized");
    nobody.send("POST", "/v1/contacts", &[("idempotency-key", "not a key")], None).refused(401, "unauthorized");
}

#[test]
fn anyone_may_ask_what_is_public() {
    let desk = TestApp::new();
    let admin = furnish(&desk);
    for row in ROWS.iter().filter(|row| row.who == Public) {
        for caller in [&desk.anyone(), &desk.with_key("cf_nonsense"), &admin] {
            call(row, caller, &[]).expect(row.success);
        }
    }
}

fn allowed(who: Who, role: Role, scope: Scope) -> bool {
    match who {
        Public | Read => true,
        Write => scope >= Scope::Write,
        Admin => role == Role::Admin && scope == Scope::Admin,
    }
}

/// Calls every route in turn, and holds each answer against what this role and scope may do.
fn walk(caller: &Client<'_>, role: Role, scope: Scope) {
    // The pages lead who is signed in elsewhere than who is not, and sign out: they have stories of their own.
    for row in ROWS.iter().filter(|row| row.who != Public || caller.session.is_none()) {
        let answer = call(row, caller, &[]);
        let (method, path) = (row.method, row.path);
        if allowed(row.who, role, scope) {
            assert_eq!(answer.status, row.success, "{method} {path} as {role} with {scope}: {}", answer.text);
        } else {
            assert_eq!(answer.status, 403, "{method} {path} as {role} with {scope}: {}", answer.text);
            answer.refused(403, "forbidden");
        }
    }
}

#[test]
fn a_key_does_what_its_scope_and_its_users_role_allow_and_nothing_else() {
    for role in [Role::Admin, Role::Agent] {
        for scope in [Scope::Read, Scope::Write, Scope::Admin] {
            let desk = TestApp::new();
            furnish(&desk);
            let caller = desk.user("Caller", role, scope);
            // The session that is ended on the way.
            desk.signed_in(&caller);
            walk(&caller, role, scope);
        }
    }
}

#[test]
fn a_session_does_what_its_users_role_allows_and_nothing_else() {
    for (role, scope) in [(Role::Admin, Scope::Admin), (Role::Agent, Scope::Write)] {
        let desk = TestApp::new();
        furnish(&desk);
        let caller = desk.user("Caller", role, Scope::Read);
        // The session that is ended on the way.
        desk.signed_in(&caller);
        walk(&desk.signed_in(&caller), role, scope);
    }
}

#[test]
fn a_session_without_its_token_looks_and_changes_nothing() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    let page = desk.signed_in(&keeper);
    let before = everything(&keeper);
    for row in ROWS.iter().filter(|row| row.who != Public) {
        let answer = call(row, &page, &[("x-csrf-token", "")]);
        if row.method == "GET" {
            assert_eq!(answer.status, row.success, "{} {}: {}", row.method, row.path, answer.text);
        } else {
            answer.refused(403, "forbidden");
        }
    }
    assert_eq!(everything(&keeper), before);
}

#[test]
fn what_a_caller_may_not_do_is_refused_before_it_is_looked_at() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    let before = everything(&keeper);
    let agent = desk.agent("agent");
    for row in ROWS.iter().filter(|row| row.who == Admin) {
        let path = filled(row.path).replace("_001", "_999");
        let answer = agent.send(row.method, &format!("{path}?nonsense=1"), &[], Some("nonsense".to_owned()));
        answer.refused(403, "forbidden");
    }
    let users = everything(&keeper).iter().zip(&before).filter(|(now, then)| now != then).count();
    assert_eq!(users, 2, "only the new agent and his key differ");
}

#[test]
fn an_admin_who_was_demoted_a_moment_ago_is_an_agent() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    let demoted = desk.user("Demoted", Role::Admin, Scope::Admin);
    demoted.get("/v1/webhooks").expect(200);
    keeper.patch(&format!("/v1/users/{}", demoted.user), json!({"role": "agent"})).ok();
    desk.signed_in(&demoted);
    walk(&demoted, Role::Agent, Scope::Admin);
}

#[test]
fn a_user_who_was_deactivated_a_moment_ago_is_nobody_until_he_is_back() {
    let desk = TestApp::new();
    let keeper = furnish(&desk);
    let left = desk.user("Left", Role::Admin, Scope::Admin);
    let path = format!("/v1/users/{}", left.user);
    left.get("/v1/me").expect(200);
    keeper.patch(&path, json!({"status": "inactive"})).ok();
    for row in ROWS.iter().filter(|row| row.who != Public) {
        call(row, &left, &[]).refused(401, "unauthorized");
    }
    keeper.patch(&path, json!({"status": "active"})).ok();
    left.get("/v1/me").expect(200);
}

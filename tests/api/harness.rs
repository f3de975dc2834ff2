//! One harness: a server on a temporary folder, a clock that is turned by hand, and clients with a key.
//!
//! When a test ends, the store must be whole, and nothing may have gone wrong on our side: any 5xx fails the test.

use crate::contract;
use crate::contract::Exchange;
use argon2::Argon2;
use argon2::Params;
use argon2::PasswordHasher;
use commflow::api::border::context::Patience;
use commflow::api::border::context::Settings;
use commflow::api::border::session_cookie;
use commflow::app::Config;
use commflow::app::Server;
use commflow::desk::api_keys;
use commflow::desk::api_keys::NewApiKey;
use commflow::desk::api_keys::Scope;
use commflow::desk::check;
use commflow::desk::files::links::Links;
use commflow::desk::secrets;
use commflow::desk::sessions;
use commflow::desk::sessions::Browser;
use commflow::desk::users;
use commflow::desk::users::NewUser;
use commflow::desk::users::Role;
use commflow::desk::users::UserPatch;
use commflow::desk::users::UserStatus;
use commflow::desk::webhooks::TargetRule;
use commflow::search;
use commflow::store;
use commflow::store::tx::Actor;
use commflow::store::tx::Tx;
use commflow::types::field::Field;
use commflow::types::field::Given;
use commflow::types::id::Id;
use commflow::types::size::Size;
use commflow::types::time::Clock;
use commflow::types::time::Time;
use serde_json::Value;
use serde_json::json;
use std::net::TcpListener;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;
use ureq::Agent;
use ureq::http;

/// When every test begins.
pub const BEGINNING: &str = "2026-01-15T10:00:00Z";
/// The password of every user.
pub const PASSWORD: &str = "correct horse battery staple";
/// What is stored of it, made with so little effort that no test waits for it.
static PASSWORD_HASH: LazyLock<String> = LazyLock::new(|| {
    let cheap = Argon2::from(Params::new(Params::MIN_M_COST, 1, 1, None).unwrap());
    cheap.hash_password(PASSWORD.as_bytes()).unwrap().to_string()
});
/// Seconds in a minute.
pub const MINUTE: i64 = 60;
/// Seconds in an hour.
pub const HOUR: i64 = 3_600;
/// Seconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// A server of its own for one test.
pub struct TestApp {
    server: Option<Server>,
    config: Config,
    clock: Clock,
    /// Removed when the test ends.
    _folder: TempDir,
    http: Agent,
    faults: AtomicI64,
    last_event: AtomicI64,
}

impl TestApp {
    /// With settings that get in no test's way.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// With SLA alarms that are told by themselves, as soon as the clock is turned. Elsewhere they would come in between what a
    /// test looks at.
    pub fn with_alarms() -> Self {
        let mut app = Self::new();
        app.config.alarms = true;
        app.restart();
        app
    }

    /// With other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut settings = Settings {
            per_minute: 1_000_000,
            webhook_targets: TargetRule::Public,
            public_url: None,
            trusted_proxies: Vec::new(),
            streams_max: 200,
            max_file_size: Size::mebibytes(25),
            uploads_max: 50,
            // A machine that runs many tests at once may take longer than a user would wait.
            patience: Patience { index: Duration::from_secs(30), ..Patience::default() },
        };
        change(&mut settings);
        let data_dir = folder.path().join("data");
        let config = Config { data_dir, readers: 2, workers: 1, connections_max: 1_000, alarms: false, settings };
        let clock = Clock::manual(BEGINNING.parse().unwrap());
        // What leads elsewhere is looked at, not followed.
        let http = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build().new_agent();
        let (faults, last_event) = Default::default();
        let mut app = Self { server: None, config, clock, _folder: folder, http, faults, last_event };
        app.start();
        app
    }

    fn start(&mut self) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        self.server = Some(Server::start(&self.config, self.clock.clone(), listener).unwrap());
    }

    /// Stops the server and starts it again on the same folder.
    pub fn restart(&mut self) {
        self.restart_after(|| {});
    }

    /// The same, with something done to the folder in between.
    pub fn restart_after(&mut self, between: impl FnOnce()) {
        self.server.take().unwrap().stop().unwrap();
        between();
        self.start();
    }

    /// Changes the settings that the next start takes.
    pub fn settings(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.config.settings);
    }

    /// The running server.
    pub fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        &self.config.data_dir
    }

    /// Turns the clock on, by seconds.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance_ms(seconds * 1_000);
        self.server().wake();
    }

    /// Waits until this holds, for what happens by itself.
    pub fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}: waited in vain");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The clock itself, for a test that turns it while no server runs.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// The time on the clock.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// A caller without a key.
    pub fn anyone(&self) -> Client<'_> {
        Client { app: self, key: None, session: None, user: String::new() }
    }

    /// A caller with this key.
    pub fn with_key(&self, key: &str) -> Client<'_> {
        Client { app: self, key: Some(key.to_owned()), session: None, user: String::new() }
    }

    /// A new admin with a key of all scopes.
    pub fn admin(&self) -> Client<'_> {
        self.user("Ada Admin", Role::Admin, Scope::Admin)
    }

    /// A new agent with a key of the scopes `read` and `write`.
    pub fn agent(&self, name: &str) -> Client<'_> {
        self.user(name, Role::Agent, Scope::Write)
    }

    /// A new user with a key of all scopes up to `scope`.
    pub fn user(&self, name: &str, role: Role, scope: Scope) -> Client<'_> {
        let address = format!("{}@company.com", name.to_lowercase().replace(' ', "."));
        let new = NewUser { email: address.parse().unwrap(), name: name.parse().unwrap(), role, avatar_url: None };
        let store = &self.server().store;
        let user =
            store.write_blocking(Actor::SYSTEM, move |tx| users::create(tx, new, Some(PASSWORD_HASH.clone()))).unwrap();
        let key = self.key_of(&user.id.to_string(), scope, None);
        Client { app: self, key: Some(key), session: None, user: user.id.to_string() }
    }

    /// The same user, signed in with a browser.
    pub fn signed_in(&self, user: &Client<'_>) -> Client<'_> {
        let token = secrets::generate("").unwrap();
        let (id, secret) = (user.user.parse().unwrap(), token.clone());
        let browser =
            Browser { user_agent: Some("a test's".to_owned()), address: "203.0.113.7".to_owned(), earlier: None };
        let begin = move |tx: &Tx| sessions::begin(tx, id, &secret, &browser);
        self.server().store.write_blocking(Actor::SYSTEM, begin).unwrap();
        Client { app: self, key: None, session: Some(token), user: user.user.clone() }
    }

    /// A new key for a user.
    pub fn key_of(&self, user: &str, scope: Scope, expires_at: Option<Time>) -> String {
        let scopes = Scope::ALL.iter().copied().filter(|one| *one <= scope).collect();
        let new = NewApiKey {
            name: "a test's".parse().unwrap(),
            user_id: Some(user.parse().unwrap()),
            scopes: Some(scopes),
            plan: None,
            rate_limit: None,
            expires_at,
        };
        let key = secrets::generate("cf_").unwrap();
        let store = &self.server().store;
        store.write_blocking(Actor::SYSTEM, move |tx| api_keys::create(tx, new, None, key)).unwrap().key
    }

    /// Makes a user inactive, past the rule of the last admin where the test sees to that.
    pub fn deactivate(&self, user: &str) {
        let id = user.parse().unwrap();
        let patch = UserPatch {
            email: Given(None),
            name: Given(None),
            role: Given(None),
            status: Given(Some(UserStatus::Inactive)),
            avatar_url: Field::Absent,
        };
        self.server().store.write_blocking(Actor::SYSTEM, move |tx| users::update(tx, id, patch)).unwrap();
    }

    /// The types of the events since this was last asked.
    pub fn new_events(&self) -> Vec<String> {
        self.new_event_objects().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The events since this was last asked, whole. At most 1,000.
    pub fn new_event_objects(&self) -> Vec<Value> {
        let after = Some(Id::from_row(self.last_event.load(Ordering::SeqCst)));
        let filter = store::feed::FeedFilter { after, kinds: Vec::new() };
        let events = self.server().store.read_blocking(|db| store::feed::read(db, &filter, 0, 1_000)).unwrap().0;
        self.last_event.fetch_max(events.last().map_or(0, |event| event.id.row()), Ordering::SeqCst);
        events.iter().map(|event| serde_json::to_value(event).unwrap()).collect()
    }

    /// Faults of the store, as `commflow check --full` finds them.
    pub fn store_faults(&self) -> Vec<String> {
        let look = |db: &rusqlite::Connection| {
            let mut faults = store::check::structure(db, true)?;
            faults.extend(check::agreements(db)?);
            Ok(faults)
        };
        self.server().store.read_blocking(look).unwrap()
    }

    /// Where store and search index differ, once the index has taken up all that was written.
    pub fn index_faults(&self) -> Vec<String> {
        let begun = Instant::now();
        while !tokio_once(self.server().search.catch_up()) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the index does not follow");
        }
        let search::check::Found::Index(index) = search::check::open(self.data_dir()).unwrap() else {
            panic!("there is no index to compare")
        };
        self.server().store.read_blocking(|db| index.compare(db)).unwrap().unwrap()
    }

    /// Says that 5xx answers so far were meant.
    pub fn forgive_faults(&self) {
        self.faults.store(0, Ordering::SeqCst);
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            drop(self.server.take().map(Server::stop));
        }
        if self.server.is_none() {
            return;
        }
        assert_eq!(self.store_faults(), Vec::<String>::new(), "the store is not whole");
        assert_eq!(self.index_faults(), Vec::<String>::new(), "the index does not say what the store says");
        assert_eq!(self.faults.load(Ordering::SeqCst), 0, "something went wrong on our side");
        self.server.take().unwrap().stop().unwrap();
    }
}

/// Runs a future to its end, outside of any server.
fn tokio_once<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Somebody who calls the API.
pub struct Client<'a> {
    app: &'a TestApp,
    /// The key, if there is one.
    pub key: Option<String>,
    /// The token of the session, if there is one. What changes something goes out with the token that goes with it.
    pub session: Option<String>,
    /// The user's id.
    pub user: String,
}

impl Client<'_> {
    /// GET.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// POST of JSON.
    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string()))
    }

    /// POST of JSON with an `Idempotency-Key`.
    pub fn post_once(&self, key: &str, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[("idempotency-key", key)], Some(body.to_string()))
    }

    /// PATCH.
    pub fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, &[], Some(body.to_string()))
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], None)
    }

    /// Any request. A body goes out as `application/json` unless a header says otherwise.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        self.send_bytes(method, path, headers, body.map(String::into_bytes))
    }

    /// As [`Client::send`], of any bytes.
    pub fn send_bytes(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Answer {
        let address = self.app.server().address;
        let mut request = http::Request::builder().method(method).uri(format!("http://{address}{path}"));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(session) = &self.session {
            request = request.header("cookie", format!("commflow_session={session}"));
            if !matches!(method, "GET" | "HEAD") && !headers.iter().any(|(name, _)| *name == "x-csrf-token") {
                request = request.header("x-csrf-token", session_cookie::csrf_token(session));
            }
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
        let mut response = match body {
            Some(body) => self.app.http.run(request.body(body).unwrap()),
            None => self.app.http.run(request.body(()).unwrap()),
        }
        .expect("the server answers");
        // A stream has no end; who follows it does so on a wire.
        let is_stream = response.headers().get("content-type").is_some_and(|value| value == "text/event-stream");
        let bytes = match is_stream {
            true => Vec::new(),
            false => response.body_mut().with_config().limit(100 << 20).read_to_vec().unwrap(),
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = response.status().as_u16();
        if status >= 500 {
            self.app.faults.fetch_add(1, Ordering::SeqCst);
        }
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        let path_alone = path.split(['?', '#']).next().unwrap_or_default();
        let exchange = Exchange { method, path: path_alone, sent: sent.as_ref(), status, header: &header, body: &body };
        contract::hold(&exchange);
        Answer { request: format!("{method} {path}"), status, headers: response.headers().clone(), text, bytes, body }
    }

    /// POST of a form.
    pub fn post_form(&self, path: &str, parts: &[Part<'_>]) -> Answer {
        self.post_form_with(path, &[], parts)
    }

    /// POST of a form with more headers.
    pub fn post_form_with(&self, path: &str, headers: &[(&str, &str)], parts: &[Part<'_>]) -> Answer {
        let headers = [&[("content-type", FORM)], headers].concat();
        self.send_bytes("POST", path, &headers, Some(form(parts)))
    }

    /// A new file.
    pub fn upload(&self, name: &str, media: &str, bytes: &[u8]) -> Value {
        self.post_form("/v1/files", &[file("file", name, media, bytes)]).created()
    }

    /// The path and query of the link to a file, whether there is one or not.
    pub fn link(&self, id: &str) -> String {
        let (id, now) = (id.parse().unwrap(), self.app.now());
        let url = self.app.server().store.read_blocking(|db| Links::read(db)?.url(id, now)).unwrap();
        path_of(&url)
    }

    /// A new ticket; what is not given is made up.
    pub fn ticket(&self, given: Value) -> Value {
        let mut new = json!({"subject": "No login", "description": "Help", "contact": {"email": "john@example.com"}});
        new.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        self.post("/v1/tickets", new).created()
    }

    /// A new conversation that a customer began; what is not given is made up.
    pub fn conversation(&self, given: Value) -> Value {
        let mut new = json!({
            "subject": "Need help with billing",
            "contact": {"email": "john@example.com", "name": "John Doe"},
            "message": {"body": "I need help with my account.", "type": "comment"},
        });
        new.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        self.post("/v1/conversations", new).created()
    }

    /// A message in a conversation, of this type.
    pub fn message(&self, conversation: &str, kind: &str, body: &str) -> Value {
        let path = format!("/v1/conversations/{conversation}/messages");
        self.post(&path, json!({"type": kind, "body": body})).created()
    }
}

/// What a form says that it is.
pub const FORM: &str = "multipart/form-data; boundary=boundary-of-the-tests";

/// A part of a form.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    name: &'a str,
    file: Option<(&'a str, &'a str)>,
    bytes: &'a [u8],
}

/// A text.
pub fn text<'a>(name: &'a str, text: &'a str) -> Part<'a> {
    Part { name, file: None, bytes: text.as_bytes() }
}

/// A file, with its name and type; an empty type: none.
pub fn file<'a>(name: &'a str, file_name: &'a str, media: &'a str, bytes: &'a [u8]) -> Part<'a> {
    Part { name, file: Some((file_name, media)), bytes }
}

/// The body of a form.
pub fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        body.extend(b"--boundary-of-the-tests\r\ncontent-disposition: form-data; name=\"");
        body.extend(part.name.as_bytes());
        body.extend(b"\"");
        if let Some((name, media)) = part.file {
            body.extend(format!("; filename=\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")).bytes());
            if !media.is_empty() {
                body.extend(format!("\r\ncontent-type: {media}").bytes());
            }
        }
        body.extend(b"\r\n\r\n");
        body.extend(part.bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--boundary-of-the-tests--\r\n");
    body
}

/// Path and query of an address.
pub fn path_of(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

/// What came back.
pub struct Answer {
    request: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body as text.
    pub text: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as JSON; null if it is none.
    pub body: Value,
}

impl Answer {
    /// The answer, whose status must be this.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} answered {}", self.request, self.text);
        self
    }

    /// `data` of a 200.
    pub fn ok(self) -> Value {
        self.expect(200).body["data"].clone()
    }

    /// `data` of a 201, which names where it is.
    pub fn created(self) -> Value {
        let answer = self.expect(201);
        assert!(answer.header("location").starts_with("/v1/"), "{} names no Location", answer.request);
        answer.body["data"].clone()
    }

    /// Checks that it is an error of this status and code, in the one shape; gives the error.
    pub fn refused(self, status: u16, code: &str) -> Value {
        let answer = self.expect(status);
        let error = answer.body["error"].clone();
        assert_eq!(error["code"], code, "{} answered {}", answer.request, answer.text);
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "no message: {error}");
        assert!(error["details"].is_array(), "no details: {error}");
        assert_eq!(error["request_id"], answer.header("x-request-id"));
        error
    }

    /// Checks that it is a 422 for these fields and rules, in any order.
    pub fn invalid(self, faults: &[(&str, &str)]) -> Value {
        let request = self.request.clone();
        let error = self.refused(422, "validation_failed");
        let mut told: Vec<(String, String)> = details(&error);
        let mut expected: Vec<(String, String)> =
            faults.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned())).collect();
        told.sort();
        expected.sort();
        assert_eq!(told, expected, "{request} answered {error}");
        error
    }

    /// A header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The ids on a page of a list.
    pub fn ids(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{} answered {}", self.request, self.text);
        self.body["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    /// `meta.total_count`.
    pub fn total(&self) -> i64 {
        assert_eq!(self.status, 200, "{} answered {}", self.request, self.text);
        self.body["meta"]["total_count"].as_i64().unwrap()
    }

    /// The path in `Link: <…>; rel="next"`.
    pub fn next(&self) -> Option<String> {
        let link = self.header("link");
        let (path, rest) = link.strip_prefix('<')?.split_once('>')?;
        rest.contains("rel=\"next\"").then(|| path.to_owned())
    }
}

/// Field and rule of each detail of an error.
pub fn details(error: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = error["details"].as_array().unwrap().iter();
    all.map(|detail| (text(&detail["field"]), text(&detail["code"]))).collect()
}

/// The id of an object.
pub fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

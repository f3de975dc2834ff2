//! What the stories play on: a program that serves a small workspace, and browsers that look at it.

use crate::harness::Client as Caller;
use crate::harness::Desk;
use crate::harness::Served;
use fantoccini::Client;
use fantoccini::ClientBuilder;
use fantoccini::Locator;
use fantoccini::elements::Element;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use serde_json::json;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What is waited for takes no longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// What everybody here signs in with.
pub const PASSWORD: &str = "correct horse battery";

pub const ENTER: &str = "\u{e007}";
pub const ESCAPE: &str = "\u{e00c}";
pub const CONTROL_ENTER: &str = "\u{e009}\u{e007}\u{e000}";

/// Chromium and its driver; none where they are missing, which is a failure where CI has to install them.
fn tools() -> Option<()> {
    let has = |name: &str| Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if ["chromium", "chromedriver"].iter().all(|name| has(name).is_ok_and(|status| status.success())) {
        return Some(());
    }
    assert!(std::env::var("CI").is_err(), "chromium and chromedriver are missing: see .ci/run");
    eprintln!("passed over: chromium and chromedriver are not installed (.ci/run does that)");
    None
}

/// A served workspace: Ada leads it, Ben helps.
pub struct Stage {
    pub served: Served,
    pub key: String,
    pub desk: Desk,
}

impl Stage {
    /// The stage.
    pub fn new() -> Option<Self> {
        Self::after(&[], |desk| {
            for (email, name, role) in
                [("ada@company.com", "Ada Lovelace", "admin"), ("ben@company.com", "Ben Okri", "agent")]
            {
                let arguments =
                    ["user", "create", "--email", email, "--name", name, "--role", role, "--password-stdin"];
                desk.run_with(&arguments, PASSWORD).fine();
            }
            desk.run(&["key", "create", "--user", "ada@company.com"]).fine().out.trim_end().to_owned()
        })
    }

    /// A stage on which nobody has been yet.
    pub fn empty() -> Option<Self> {
        Self::after(&[], |_| String::new())
    }

    /// A stage that is served with these flags, after it was prepared.
    pub fn after(flags: &[&str], prepare: impl FnOnce(&Desk) -> String) -> Option<Self> {
        tools()?;
        let desk = Desk::new();
        let key = prepare(&desk);
        let served = desk.serve(flags);
        Some(Self { served, key, desk })
    }

    /// Ada, as a program.
    pub fn ada(&self) -> Caller {
        self.served.client(&self.key)
    }

    /// A conversation that somebody has begun; its id.
    pub fn conversation(&self, name: &str, subject: &str, body: &str) -> String {
        let email = format!("{}@customer.example", name.to_lowercase().replace(' ', "."));
        let new = json!({
            "subject": subject, "channel": "email", "contact": {"email": email, "name": name},
            "message": {"body": body, "type": "comment"},
        });
        self.ada().post("/v1/conversations", &new).data(201)["id"].as_str().unwrap().to_owned()
    }

    /// What was written in a conversation, in its order.
    pub fn messages(&self, id: &str) -> Vec<String> {
        let told = self.ada().get(&format!("/v1/conversations/{id}/messages")).body;
        let bodies =
            told["data"].as_array().unwrap().iter().map(|message| message["body"].as_str().unwrap().to_owned());
        bodies.collect()
    }

    /// Waits until the server says this of a conversation.
    #[track_caller]
    pub fn holds(&self, id: &str, field: &str, value: &Value) {
        let until = Instant::now() + PATIENCE;
        loop {
            let object = self.ada().get(&format!("/v1/conversations/{id}")).data(200);
            if object[field] == *value {
                return;
            }
            assert!(Instant::now() < until, "{field} is {} and not {value}", object[field]);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// kill -9.
    pub fn kill(&self) {
        self.served.kill();
    }

    /// The same store is served again, at the same address.
    pub fn serve_again(&mut self) {
        let address = self.served.address.to_string();
        self.served = Served::start(self.desk.command(&["serve", "--listen", &address]));
    }

    /// A browser of this shape, on this stage.
    pub fn browser(&self, shape: Shape) -> Browser {
        Browser::start(format!("http://{}", self.served.address), shape)
    }

    /// A browser in which this user is signed in, and sees the inbox.
    pub fn signed_in(&self, email: &str, shape: Shape) -> Browser {
        self.signed_in_with(email, PASSWORD, shape)
    }

    /// The same with another password. The form is filled in at once: to type it takes longer than many a story.
    pub fn signed_in_with(&self, email: &str, password: &str, shape: Shape) -> Browser {
        let browser = self.browser(shape);
        browser.go("/sign-in");
        let fill = "const form = document.forms[0]; form.email.value = arguments[0]; form.password.value = arguments[1]; form.submit()";
        browser.ask(fill, &[json!(email), json!(password)]);
        browser.see("app-frame");
        browser
    }

    /// Ada's browser, in which she reads this conversation.
    pub fn reading(&self, id: &str) -> Browser {
        let browser = self.signed_in("ada@company.com", DESK);
        browser.go(&format!("/conversations/{id}"));
        browser.see("[data-test=message]");
        browser
    }
}

/// How large a browser's window is, and what its reader prefers.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
    pub language: &'static str,
}

/// A desk's screen.
pub const DESK: Shape = Shape { width: 1440, height: 900, dark: false, language: "en" };
/// A small phone.
pub const PHONE: Shape = Shape { width: 360, height: 740, dark: false, language: "en" };

struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A browser that a person sits at. It is closed when the story lets go of it.
pub struct Browser {
    base: String,
    runtime: Runtime,
    client: Option<Client>,
    _driver: Driver,
    _profile: TempDir,
}

impl Browser {
    fn start(base: String, shape: Shape) -> Self {
        let mut child =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let driver = Driver(child);
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned()))
            .expect("chromedriver says where it listens");
        let profile = TempDir::new().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities(profile.path(), shape));
            builder.connect(&format!("http://127.0.0.1:{port}")).await.unwrap()
        });
        Self { base, runtime, client: Some(client), _driver: driver, _profile: profile }
    }

    fn client(&self) -> &Client {
        self.client.as_ref().unwrap()
    }

    /// Goes to a path of the server.
    pub fn go(&self, path: &str) {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.runtime.block_on(self.client().goto(&url)).unwrap();
    }

    /// Follows a link of the page to a path, without leaving the page.
    pub fn turn(&self, path: &str) {
        let follow = "const link = document.createElement('a'); link.href = arguments[0]; document.body.append(link); link.click(); link.remove();";
        self.ask(follow, &[json!(path)]);
    }

    /// The path where it is, with its query.
    pub fn place(&self) -> String {
        let url = self.runtime.block_on(self.client().current_url()).unwrap();
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Fills in the form of the page to sign in, and sends it.
    pub fn sign_in(&self, email: &str, password: &str) {
        self.fill("input[name=email]", email);
        self.fill("input[name=password]", password);
        self.click("button[type=submit]");
    }

    /// Waits for what `look` looks for.
    #[track_caller]
    fn wait<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return found;
            }
            if Instant::now() > until {
                let picture = self.picture("failed");
                panic!("waited in vain for {what} at {}; seen: {}", self.place(), picture.display());
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    fn find(&self, css: &str) -> Option<Element> {
        let found = self.runtime.block_on(self.client().find_all(Locator::Css(css))).unwrap();
        found.into_iter().find(|one| self.runtime.block_on(one.is_displayed()).unwrap_or(false))
    }

    /// Waits until something that this selects is to be seen.
    #[track_caller]
    pub fn see(&self, css: &str) -> Element {
        self.wait(css, || self.find(css))
    }

    /// Waits until something that this selects says these words.
    #[track_caller]
    pub fn read(&self, css: &str, words: &str) {
        self.wait(&format!("{css} to say {words:?}"), || {
            self.texts(css).iter().any(|text| text.contains(words)).then_some(())
        });
    }

    /// Waits until nothing that this selects is to be seen.
    #[track_caller]
    pub fn gone(&self, css: &str) {
        self.wait(&format!("{css} to go"), || self.find(css).is_none().then_some(()));
    }

    /// Waits until this says true.
    #[track_caller]
    pub fn holds(&self, script: &str) {
        // What is looked at may not be there yet.
        let looked = format!("try {{ return ({script}) }} catch {{ return false }}");
        self.wait(script, || (self.ask(&looked, &[]) == json!(true)).then_some(()));
    }

    /// What all that this selects say.
    pub fn texts(&self, css: &str) -> Vec<String> {
        let told =
            self.ask("return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", &[json!(css)]);
        told.as_array().unwrap().iter().map(|text| text.as_str().unwrap_or("").to_owned()).collect()
    }

    /// Clicks on the first thing that this selects.
    #[track_caller]
    pub fn click(&self, css: &str) {
        self.wait(&format!("{css} to be clicked"), || {
            let element = self.find(css)?;
            self.runtime.block_on(element.click()).ok()
        });
    }

    /// Puts a text into a field, in the place of what it held.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        let field = self.see(css);
        self.runtime.block_on(field.clear()).unwrap();
        self.runtime.block_on(field.send_keys(text)).unwrap();
    }

    /// Types where the cursor is.
    #[track_caller]
    pub fn keys(&self, text: &str) {
        let element = self.runtime.block_on(self.client().active_element()).unwrap();
        self.runtime.block_on(element.send_keys(text)).unwrap();
    }

    /// Picks from the palette what these words find first.
    #[track_caller]
    pub fn choose(&self, words: &str) {
        self.fill(".palette input", words);
        self.read(".palette .item[data-current]", words);
        self.keys(ENTER);
    }

    /// Waits until the page has nothing left to ask, and has shown it.
    pub fn settle(&self) {
        self.see("main h1");
        let quiet = "(performance.setResourceTimingBufferSize(9999), performance.now()) - Math.max(0, ...performance.getEntriesByType('resource').map((one) => one.responseEnd)) > 250";
        self.holds(quiet);
    }

    /// Gives a file to a field that is not shown.
    pub fn give_file(&self, css: &str, path: &Path) {
        let field = self.runtime.block_on(self.client().find(Locator::Css(css))).unwrap();
        self.runtime.block_on(field.send_keys(path.to_str().unwrap())).unwrap();
    }

    /// Runs a script in the page.
    pub fn script(&self, script: &str) -> Value {
        self.ask(&format!("return ({script})"), &[])
    }

    /// Runs a script in the page with these arguments.
    pub fn ask(&self, script: &str, arguments: &[Value]) -> Value {
        self.runtime.block_on(self.client().execute(script, arguments.to_vec())).unwrap()
    }

    /// Runs a script that calls its last argument with what it has found.
    pub fn ask_later(&self, script: &str, arguments: &[Value]) -> Value {
        self.runtime.block_on(self.client().execute_async(script, arguments.to_vec())).unwrap()
    }

    /// What is to be seen, as a file under `target/pictures`.
    pub fn picture(&self, name: &str) -> PathBuf {
        let folder =
            Path::new(env!("CARGO_BIN_EXE_commflow")).parent().and_then(Path::parent).unwrap().join("pictures");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        let bytes = self.runtime.block_on(self.client().screenshot()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(self.runtime.block_on(client.close()));
        }
    }
}

fn capabilities(profile: &Path, shape: Shape) -> serde_json::Map<String, Value> {
    let Shape { width, height, dark, language } = shape;
    let scheme =
        if dark { "--blink-settings=preferredColorScheme=0" } else { "--blink-settings=preferredColorScheme=1" };
    let arguments = [
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        // What is still on its way would be missed by a click.
        "--force-prefers-reduced-motion".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--hide-scrollbars".to_owned(),
        format!("--lang={language}"),
        format!("--accept-lang={language}"),
        format!("--user-data-dir={}", profile.display()),
        scheme.to_owned(),
    ];
    let metrics = json!({"width": width, "height": height, "pixelRatio": 1.0, "touch": width < 500});
    let options = json!({"args": arguments, "mobileEmulation": {"deviceMetrics": metrics}});
    let wanted =
        json!({"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
    wanted.as_object().unwrap().clone()
}

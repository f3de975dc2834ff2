//! / and the other pages of the inbox: one shell

use crate::browser::Browser;
use crate::harness::PASSWORD;
use crate::harness::TestApp;
use serde_json::json;

#[test]
fn who_is_signed_in_gets_the_shell_and_others_are_led_to_the_door_and_back() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    let paths = [
        "/",
        "/conversations/conv_001",
        "/tickets?status=open&q=a%20b",
        "/settings/users",
        "/search?q=%22%3E%3Cscript%3E",
    ];
    for path in paths {
        let door = browser.open(path).expect(303).header("location");
        let fields: Vec<(String, String)> =
            url::Url::parse(&format!("http://x{door}")).unwrap().query_pairs().into_owned().collect();
        let next = fields.first().map_or("/", |(_, next)| next);
        assert_eq!(next, path);
        let filled = [("email", "ada.admin@company.com"), ("password", PASSWORD), ("next", next)];
        assert_eq!(browser.fill("/sign-in", &filled).expect(303).header("location"), path);
        let shell = browser.open(path).expect(200);
        assert!(shell.text.contains("<div id=\"app\">") && shell.text.contains("<noscript>"), "{}", shell.text);
        browser.fill("/sign-out", &[]).expect(303);
    }
}

#[test]
fn the_shell_knows_workspace_language_and_the_token_of_the_session() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.patch("/v1/workspace", json!({"name": "<b>Larkfield</b>"})).ok();
    let browser = Browser::new(&desk);
    browser.sign_in("ada.admin@company.com", PASSWORD).expect(303);
    let shell = browser.open("/").expect(200);
    assert!(shell.text.contains("<title>&lt;b&gt;Larkfield&lt;/b&gt;</title>"), "{}", shell.text);
    assert!(shell.text.contains("<html lang=\"en\">"), "{}", shell.text);
    let token = browser.send("GET", "/v1/me", &[], None).ok()["session"]["csrf_token"].as_str().unwrap().to_owned();
    assert!(shell.text.contains(&format!("<meta name=\"csrf-token\" content=\"{token}\">")), "{}", shell.text);
    assert!(!shell.text.contains(&browser.token()), "the cookie's own secret stays in the cookie");
    assert_eq!(shell.header("cache-control"), "private, no-store");
    assert!(shell.header("vary").contains("Cookie"));
    let change = Some(json!({"language": "de"}).to_string());
    browser.send("PATCH", "/v1/me", &[("x-csrf-token", &token), ("content-type", "application/json")], change).ok();
    assert!(browser.open("/").expect(200).text.contains("<html lang=\"de\">"));
}

#[test]
fn parts_of_pages_are_those_in_the_binary_and_nothing_else() {
    let desk = TestApp::new();
    desk.admin();
    let browser = Browser::new(&desk);
    let page = browser.open("/sign-in").text;
    let (_, rest) = page.split_once("<link rel=\"stylesheet\" href=\"").unwrap();
    let style = rest.split('"').next().unwrap();
    let sheet = browser.open(style).expect(200);
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(sheet.header("cache-control"), "public, max-age=31536000, immutable");
    let root = style.strip_suffix("/pages/pages.css").unwrap();
    for path in [
        "/pages",
        "/pages/",
        "/pages/nonsense.css",
        "/pages/../docs/main.css",
        "/pages/%2e%2e/docs/main.css",
        "/pages//pages.css",
        "/pages/..%2fdocs%2fmain.css",
        "/../Cargo.toml",
        "/pages/../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/pages/pages.css/",
        "/pages/pages.css%00",
        "//etc/passwd",
        "/pages/%2fetc%2fpasswd",
    ] {
        let answer = desk.anyone().get(&format!("{root}{path}"));
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
}

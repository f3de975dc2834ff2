//! The first start: the program shows a link, a browser makes the first admin with it, and stays signed in.

use crate::harness::Desk;
use crate::harness::Served;
use ureq::Agent;
use ureq::http::Response;

/// Where a start says that the first admin is made, if it does.
fn link(served: &Served) -> Option<String> {
    let lines = served.greeting.iter().map(|line| line.trim());
    lines.filter(|line| line.contains("/setup/")).map(str::to_owned).next()
}

fn browser() -> Agent {
    Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build().new_agent()
}

fn cookie(answer: &Response<ureq::Body>) -> String {
    answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

const FIELDS: [(&str, &str); 4] =
    [("workspace", "Larkfield"), ("name", "Ada"), ("email", "ada@larkfield.example"), ("password", "a good horse")];

#[test]
fn a_first_start_shows_a_link_that_makes_the_first_admin_who_stays_signed_in() {
    let desk = Desk::new();
    let served = desk.serve(&[]);
    let first = link(&served).unwrap();
    assert!(first.starts_with(&format!("http://{}/setup/", served.address)), "{first}");
    served.stop();
    // Each start makes a new one.
    let served = desk.serve(&[]);
    let path = link(&served).unwrap();
    let browser = browser();
    let old = first.rsplit('/').next().unwrap();
    let dead = browser.get(format!("http://{}/setup/{old}", served.address)).call().unwrap();
    assert_eq!(dead.status(), 404);
    assert_eq!(browser.get(&path).call().unwrap().status(), 200);
    let made = browser.post(&path).send_form(FIELDS).unwrap();
    assert_eq!((made.status().as_u16(), &made.headers()["location"]), (303, &"/".parse().unwrap()));
    let cookie = cookie(&made);
    assert_eq!(browser.get(&path).call().unwrap().status(), 404);
    served.stop();
    // Another start, on another port: there is nothing left to be set up, and the session goes on.
    let served = desk.serve(&[]);
    assert_eq!(link(&served), None, "{:?}", served.greeting);
    let shell = browser.get(format!("http://{}/", served.address)).header("cookie", &cookie).call().unwrap();
    assert_eq!(shell.status(), 200);
    assert!(shell.into_body().read_to_string().unwrap().contains("<title>Larkfield</title>"));
    let url = format!("http://{}/sign-in", served.address);
    let fields = [("email", "ada@larkfield.example"), ("password", "a good horse")];
    assert_eq!(browser.post(&url).send_form(fields).unwrap().status(), 303);
    desk.assert_whole();
}

#[test]
fn a_link_is_dead_once_the_command_line_has_made_an_admin() {
    let desk = Desk::new();
    let served = desk.serve(&[]);
    let path = link(&served).unwrap();
    let browser = browser();
    assert_eq!(browser.get(&path).call().unwrap().status(), 200);
    desk.admin_key();
    assert_eq!(browser.get(&path).call().unwrap().status(), 404);
    assert_eq!(browser.post(&path).send_form(FIELDS).unwrap().status(), 404);
}

#[test]
fn the_password_of_the_command_line_and_that_of_the_demo_open_the_door() {
    let desk = Desk::new();
    let arguments =
        ["user", "create", "--email", "joe@acme.com", "--name", "Joe", "--role", "admin", "--password-stdin"];
    desk.run_with(&arguments, "a good horse\n").fine();
    let served = desk.serve(&[]);
    let fields = [("email", "joe@acme.com"), ("password", "a good horse")];
    let url = format!("http://{}/sign-in", served.address);
    assert_eq!(browser().post(&url).send_form(fields).unwrap().status(), 303);

    let demo = Desk::new();
    let served = demo.serve(&["--demo"]);
    let line = served.greeting.iter().find(|line| line.contains("sign in")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let (email, password) = (words[2], words.last().unwrap());
    let url = format!("http://{}/sign-in", served.address);
    assert_eq!(browser().post(&url).send_form([("email", email), ("password", password)]).unwrap().status(), 303);
    assert_eq!(link(&served), None);
}

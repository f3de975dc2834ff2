//! Somebody with a browser: it keeps its cookie, and sends forms from our own pages.

use crate::harness::Answer;
use crate::harness::TestApp;
use std::cell::RefCell;

/// A browser.
pub struct Browser<'a> {
    desk: &'a TestApp,
    /// `name=value`, if it holds one.
    pub cookie: RefCell<Option<String>>,
    /// What it sends with everything.
    pub headers: Vec<(&'static str, String)>,
}

impl<'a> Browser<'a> {
    /// One that has never been here.
    pub fn new(desk: &'a TestApp) -> Self {
        let headers = vec![("accept", "text/html,application/xhtml+xml,*/*;q=0.8".to_owned())];
        Self { desk, cookie: RefCell::default(), headers }
    }

    /// Opens a page.
    pub fn open(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// Sends a form that a page of ours holds.
    pub fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.fill_from("same-origin", path, fields)
    }

    /// Sends a form from a page of a site such as this.
    pub fn fill_from(&self, site: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let media = "application/x-www-form-urlencoded";
        self.send("POST", path, &[("content-type", media), ("sec-fetch-site", site)], Some(body))
    }

    /// Any request.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let mut all: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.extend(headers);
        let cookie = self.cookie.borrow().clone();
        all.extend(cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let answer = self.desk.anyone().send(method, path, &all, body);
        let set = answer.header("set-cookie");
        if let Some((kept, _)) = set.split_once(';') {
            let is_over = set.contains("Max-Age=0");
            self.cookie.replace((!is_over).then(|| kept.to_owned()));
        }
        answer
    }

    /// Signs in, and is led on.
    pub fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.fill("/sign-in", &[("email", email), ("password", password), ("next", "")])
    }

    /// The id of the user who is signed in.
    pub fn user(&self) -> Option<String> {
        let me = self.send("GET", "/v1/me", &[], None);
        me.body["data"]["id"].as_str().map(str::to_owned)
    }

    /// The token of the session that it holds.
    pub fn token(&self) -> String {
        self.cookie.borrow().as_ref().unwrap().split_once('=').unwrap().1.to_owned()
    }
}

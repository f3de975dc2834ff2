//! The table of routes: what the server answers to, who may call it, and what it says of itself. The server is built from it,
//! the API's document is written from it, and the test of access walks it: none can know a route that the others do not.

use crate::api::border::operation::Operation;
use actix_web::http::Method;
use std::collections::HashMap;

/// The name of the section of what is for people with a browser: no program calls it.
pub const PAGES: &str = "Pages";

/// A part of the API, for those who read about it.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// What it is called.
    pub name: &'static str,
    /// What it is about, in Markdown.
    pub text: &'static str,
}

/// What is known of all routes.
pub struct RouteTable {
    /// In the order of their definition.
    pub routes: Vec<Operation>,
    /// In the order of their definition.
    pub sections: Vec<Section>,
    by_pattern: HashMap<(Method, &'static str), usize>,
}

impl RouteTable {
    /// The table of these routes.
    pub fn new(routes: Vec<Operation>, sections: Vec<Section>) -> Self {
        let by_pattern =
            routes.iter().enumerate().map(|(at, route)| ((route.method.clone(), route.path), at)).collect();
        Self { routes, sections, by_pattern }
    }

    /// The query parameters that a route takes.
    pub fn parameters(&self, method: &Method, pattern: Option<&str>) -> Vec<&str> {
        let found = pattern.and_then(|pattern| self.by_pattern.get(&(method.clone(), pattern)));
        found.and_then(|at| self.routes.get(*at)).map_or(Vec::new(), |route| route.query().collect())
    }
}

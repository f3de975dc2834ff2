//! The table of routes: what the server answers to, who may call it, and which parameters it takes. The server is built
//! from it, and the test of access walks it: neither can know a route that the other does not.

use actix_web::http::Method;
use std::collections::HashMap;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Keys with the scope `read`.
    Read,
    /// Keys with the scope `write`.
    Write,
    /// Keys with the scope `admin`, of an admin.
    Admin,
}

/// How far a caller must be allowed to go.
pub trait Level: 'static {
    /// Which that is.
    const ACCESS: Access;
}

/// May look.
pub enum Look {}
/// May look and change.
pub enum Change {}
/// May do what only admins may.
pub enum Administer {}

impl Level for Look {
    const ACCESS: Access = Access::Read;
}
impl Level for Change {
    const ACCESS: Access = Access::Write;
}
impl Level for Administer {
    const ACCESS: Access = Access::Admin;
}

/// A route, as the outside sees it.
#[derive(Debug, Clone)]
pub struct Route {
    /// GET, POST, PATCH or DELETE.
    pub method: Method,
    /// With `{…}` for what varies.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The query parameters that it takes.
    pub parameters: Vec<&'static str>,
}

/// What is known of all routes.
pub struct RouteTable {
    /// In the order of their definition.
    pub routes: Vec<Route>,
    by_pattern: HashMap<(Method, &'static str), usize>,
}

impl RouteTable {
    /// The table of these routes.
    pub fn new(routes: Vec<Route>) -> Self {
        let by_pattern =
            routes.iter().enumerate().map(|(at, route)| ((route.method.clone(), route.path), at)).collect();
        Self { routes, by_pattern }
    }

    /// The query parameters that a route takes.
    pub fn parameters(&self, method: &Method, pattern: Option<&str>) -> &[&'static str] {
        let found = pattern.and_then(|pattern| self.by_pattern.get(&(method.clone(), pattern)));
        found.and_then(|at| self.routes.get(*at)).map_or(&[], |route| &route.parameters)
    }
}

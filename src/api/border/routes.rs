//! How routes are added: with a handler whose first argument says who may call it.

use crate::api::border::caller::Caller;
pub use crate::api::border::table::Access;
use crate::api::border::table::Level;
pub use crate::api::border::table::Route;
pub use crate::api::border::table::RouteTable;
use crate::types::error::Code;
use crate::types::error::Error;
use actix_web::FromRequest;
use actix_web::Handler;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::ServiceConfig;
use std::collections::BTreeMap;

/// Who may call a handler with these arguments: the first one says so.
pub trait Guarded {
    /// Which that is.
    const ACCESS: Access;
}

/// In the place of a caller: anyone may call.
pub struct Anyone;

impl FromRequest for Anyone {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;
    fn from_request(_: &actix_web::HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        std::future::ready(Ok(Self))
    }
}

macro_rules! guarded_by_the_first {
    ($(($($argument:ident),*))*) => { $(
        impl<L: Level, $($argument),*> Guarded for (Caller<L>, $($argument,)*) {
            const ACCESS: Access = L::ACCESS;
        }
        impl<$($argument),*> Guarded for (Anyone, $($argument,)*) {
            const ACCESS: Access = Access::Public;
        }
    )* };
}
guarded_by_the_first! { () (A) (A, B) (A, B, C) }

/// Routes under construction.
#[derive(Default)]
pub struct Routes {
    table: Vec<Route>,
    handlers: Vec<actix_web::Route>,
}

impl Routes {
    /// Adds a route. Its handler's first argument says who may call it.
    pub fn add<F, Args>(&mut self, method: Method, path: &'static str, parameters: &[&[&'static str]], handler: F)
    where
        F: Handler<Args>,
        Args: FromRequest + Guarded + 'static,
        F::Output: actix_web::Responder + 'static,
    {
        let parameters = parameters.concat();
        self.table.push(Route { method: method.clone(), path, access: Args::ACCESS, parameters });
        self.handlers.push(web::method(method).to(handler));
    }

    /// The table alone.
    pub fn table(self) -> RouteTable {
        RouteTable::new(self.table)
    }

    /// Hands all routes to the server, with a 404 and a 405 in our shape.
    pub fn configure(self, config: &mut ServiceConfig) {
        let mut by_path: BTreeMap<&'static str, Vec<(Method, actix_web::Route)>> = BTreeMap::new();
        for (route, handler) in self.table.iter().zip(self.handlers) {
            by_path.entry(route.path).or_default().push((route.method.clone(), handler));
        }
        for (path, routes) in by_path {
            let allowed: Vec<String> = routes.iter().map(|(method, _)| method.to_string()).collect();
            let allowed = allowed.join(", ");
            let mut resource = web::resource(path);
            for (_, route) in routes {
                resource = resource.route(route);
            }
            config.service(resource.default_service(web::to(move || not_allowed(allowed.clone()))));
        }
        config.app_data(web::Data::new(RouteTable::new(self.table)));
        config.default_service(web::to(not_found));
    }
}

async fn not_allowed(allowed: String) -> HttpResponse {
    let error = Error::new(Code::MethodNotAllowed, format!("This path takes {allowed}."));
    let mut response = HttpResponse::from_error(error);
    if let Ok(value) = header::HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

async fn not_found() -> Result<HttpResponse, Error> {
    Err(Error::not_found("such path: see the API reference"))
}

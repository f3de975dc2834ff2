//! How routes are added: with a handler whose first argument says who may call it.

use crate::api::border::access::Access;
use crate::api::border::access::Level;
use crate::api::border::caller::Caller;
use crate::api::border::operation::Argument;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Shape;
use crate::api::border::table::RouteTable;
use crate::api::border::table::Section;
use crate::types::error::Code;
use crate::types::error::Error;
use actix_web::FromRequest;
use actix_web::Handler;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::Responder;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::ServiceConfig;
use std::collections::BTreeMap;

/// Who may call a handler with these arguments: the first one says so. What each means for the operation, it says itself.
pub trait Guarded {
    /// Which that is.
    const ACCESS: Access;

    /// Has all of them describe themselves.
    fn describe(operation: &mut Operation);
}

/// In the place of a caller: anyone may call.
pub struct Anyone;

impl FromRequest for Anyone {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;
    fn from_request(_: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        std::future::ready(Ok(Self))
    }
}

impl Argument for Anyone {
    fn describe(operation: &mut Operation) {
        operation.may(&[Code::Internal, Code::Unavailable]);
    }
}

impl<T: 'static> Argument for web::Data<T> {}
impl Argument for HttpRequest {}

macro_rules! guarded_by_the_first {
    ($(($($argument:ident),*))*) => { $(
        impl<L: Level, $($argument: Argument),*> Guarded for (Caller<L>, $($argument,)*) {
            const ACCESS: Access = L::ACCESS;
            fn describe(operation: &mut Operation) {
                Caller::<L>::describe(operation);
                $($argument::describe(operation);)*
            }
        }
        impl<$($argument: Argument),*> Guarded for (Anyone, $($argument,)*) {
            const ACCESS: Access = Access::Public;
            fn describe(operation: &mut Operation) {
                Anyone::describe(operation);
                $($argument::describe(operation);)*
            }
        }
    )* };
}
guarded_by_the_first! { () (A) (A, B) (A, B, C) (A, B, C, D) }

/// Routes under construction.
#[derive(Default)]
pub struct Routes {
    table: Vec<Operation>,
    sections: Vec<Section>,
    handlers: Vec<actix_web::Route>,
}

impl Routes {
    /// Begins a part of the API: the routes that are added from here on belong to it.
    pub fn section(&mut self, name: &'static str, text: &'static str) {
        self.sections.push(Section { name, text });
    }

    /// Adds a route, and gives what it says of itself. Its handler's first argument says who may call it, and the others,
    /// and what it returns, what goes in and out.
    pub fn add<F, Args>(&mut self, method: Method, path: &'static str, handler: F) -> &mut Operation
    where
        F: Handler<Args>,
        Args: FromRequest + Guarded + 'static,
        F::Output: Responder + Shape + 'static,
    {
        let section = self.sections.last().map_or("", |section| section.name);
        let mut operation = Operation::new(method.clone(), path, Args::ACCESS, section);
        Args::describe(&mut operation);
        F::Output::describe(&mut operation);
        self.handlers.push(web::method(method).to(handler));
        self.table.push_mut(operation)
    }

    /// The table alone.
    pub fn table(self) -> RouteTable {
        RouteTable::new(self.table, self.sections)
    }

    /// Hands all routes to the server, with a 404 and a 405 in our shape.
    pub fn configure(self, config: &mut ServiceConfig) {
        let mut by_path: BTreeMap<String, Vec<(Method, actix_web::Route)>> = BTreeMap::new();
        for (route, handler) in self.table.iter().zip(self.handlers) {
            by_path.entry(pattern(route)).or_default().push((route.method.clone(), handler));
        }
        for (path, routes) in by_path {
            let allowed: Vec<String> = routes.iter().map(|(method, _)| method.to_string()).collect();
            let allowed = allowed.join(", ");
            let mut resource = web::resource(path.as_str());
            for (_, route) in routes {
                resource = resource.route(route);
            }
            config.service(resource.default_service(web::to(move || not_allowed(allowed.clone()))));
        }
        config.app_data(web::Data::new(RouteTable::new(self.table, self.sections)));
        config.default_service(web::to(not_found));
    }
}

/// The path as the server matches it.
fn pattern(route: &Operation) -> String {
    match route.path.strip_suffix('}') {
        Some(path) if route.is_deep => format!("{path}:.*}}"),
        _ => route.path.to_owned(),
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

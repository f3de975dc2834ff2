//! The HTTP API: one file a resource, each a list of routes and their handlers. What all have in common is in [`border`].
//! A handler's first argument says who may call it; its function in `desk` does the work.

pub mod api_keys;
pub mod border;
pub mod contacts;
pub mod conversations;
pub mod deliveries;
pub mod docs;
pub mod events;
pub mod files;
pub mod health;
pub mod inboxes;
pub mod me;
pub mod messages;
pub mod openapi;
pub mod presence;
pub mod saved_replies;
pub mod search;
pub mod tags;
pub mod teams;
pub mod tickets;
pub mod users;
pub mod views;
pub mod webhooks;

use border::routes::Routes;

/// Every route that the server has.
pub fn routes() -> Routes {
    let mut routes = Routes::default();
    for add in [
        conversations::routes,
        messages::routes,
        presence::routes,
        contacts::routes,
        tickets::routes,
        users::routes,
        me::routes,
        teams::routes,
        tags::routes,
        inboxes::routes,
        saved_replies::routes,
        views::routes,
        webhooks::routes,
        deliveries::routes,
        files::routes,
        events::routes,
        search::routes,
        api_keys::routes,
        health::routes,
        openapi::routes,
        docs::routes,
    ] {
        add(&mut routes);
    }
    routes
}
